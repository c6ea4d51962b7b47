//! Builds the view model of a run's course from the lines that were recorded, and from the books' distributions.

use super::super::course::{
    COURSE_FORMAT, COURSE_VERSION, ConnectionCourse, CourseReport, DelayCurve, DroppedSteps, LinkCourse, PingCourse,
    Steps, TcpCourse, TrafficCourse, VpcCourse,
};
use crate::engine::{DelayRecorder, Run, TrafficBook, Watched};
use crate::model::{DropReason, LinkId, TrafficId, peering_titles};
use crate::recording::course::{Column, Course, EntryLine, LinkLine};
use crate::units::{BitRate, SimDuration, SimTime};
use std::collections::BTreeMap;

impl CourseReport {
    /// The course of a run until now.
    pub fn of(run: &Run, course: &Course) -> CourseReport {
        let network = run.simulation.network();
        let titles = peering_titles(network);
        let lines = course.until_now(run);
        let books = run.simulation.traffic_books();
        let vpcs = network.vpcs().zip(&lines.routers).filter(|(_, line)| !line.dropped.is_empty());
        let entries = lines.entries.iter().enumerate();
        CourseReport {
            format: COURSE_FORMAT,
            version: COURSE_VERSION,
            interval: course.interval(),
            points: lines.points,
            reached: lines.reached,
            links: lines.links.iter().map(|(id, line)| link(run, &titles, *id, line)).collect(),
            vpcs: vpcs
                .map(|((_, vpc), line)| VpcCourse { vpc: vpc.name.to_string(), dropped: dropped(&line.dropped) })
                .collect(),
            traffic: entries
                .map(|(at, line)| {
                    let id = TrafficId(at as u32);
                    entry(run, id, line, &books.of(id))
                })
                .collect(),
        }
    }
}

fn link(run: &Run, titles: &[String], id: LinkId, line: &LinkLine) -> LinkCourse {
    let network = run.simulation.network();
    let (near, far) = network.ends(id);
    let [offered_packets, offered_bytes] = pair(&line.offered);
    let [carried_packets, carried_bytes] = pair(&line.carried);
    LinkCourse {
        peering: titles[id.peering().index()].clone(),
        from: network.vpc(near).name.to_string(),
        to: network.vpc(far).name.to_string(),
        caps: caps(run, id),
        offered_packets,
        offered_bytes,
        carried_packets,
        carried_bytes,
        dropped: dropped(&line.dropped),
        longest_queue_bytes: steps(&line.longest_queue),
        delay_curve: curve(&run.simulation.link_book(id).whole.delay),
    }
}

/// Of a cross-region peering every cap; inside a region the ceiling, if there is one (S28).
fn caps(run: &Run, id: LinkId) -> Vec<(SimTime, BitRate)> {
    let network = run.simulation.network();
    let peering = network.peering(id.peering());
    match peering.cross_region {
        true => peering.caps.clone(),
        false => network.rules.regional_ceiling.map(|ceiling| (SimTime::ZERO, ceiling)).into_iter().collect(),
    }
}

fn entry(run: &Run, id: TrafficId, line: &EntryLine, book: &TrafficBook) -> TrafficCourse {
    let (plan, counts) = (run.plan.entry(id), &book.whole);
    let [sent_packets, sent_bytes] = pair(&line.sent);
    let [delivered_packets, delivered_bytes] = pair(&line.delivered);
    TrafficCourse {
        name: plan.name.to_string(),
        sent_packets,
        sent_bytes,
        delivered_packets,
        delivered_bytes,
        dropped: dropped(&line.dropped),
        delay_curve: curve(&counts.delay),
        ping: plan.is_ping().then(|| PingCourse {
            answered: steps(&line.answered),
            dropped: dropped(&line.replies_dropped),
            round_trip_curve: curve(&counts.ping.round_trip),
        }),
        tcp: plan.transfers().map(|_| TcpCourse {
            payload_bytes: steps(&line.payload),
            retransmissions: steps(&line.retransmissions),
            timeouts: steps(&line.timeouts),
            connection: connection(&line.connection),
            round_trip_curve: curve(&counts.tcp.round_trip),
            completion_curve: curve(&counts.tcp.completion),
        }),
    }
}

fn connection(seen: &[(u64, Watched)]) -> ConnectionCourse {
    ConnectionCourse {
        time: seen.iter().map(|(_, seen)| seen.time).collect(),
        // People count from 1.
        number: seen.iter().map(|(number, _)| number + 1).collect(),
        window_bytes: seen.iter().map(|(_, seen)| seen.window).collect(),
        in_flight_bytes: seen.iter().map(|(_, seen)| seen.in_flight).collect(),
        round_trip: seen.iter().map(|(_, seen)| seen.round_trip).collect(),
    }
}

fn steps(column: &Column) -> Steps {
    column.steps().to_vec()
}

fn pair(columns: &[Column; 2]) -> [Steps; 2] {
    [steps(&columns[0]), steps(&columns[1])]
}

fn dropped(lines: &BTreeMap<DropReason, Column>) -> DroppedSteps {
    lines.iter().map(|(reason, column)| (reason.code(), steps(column))).collect()
}

/// Every second percent, and more of them where few packets are.
fn shares() -> Vec<u32> {
    const PERCENT: u32 = 10_000_000;
    let low = [0, 1_000_000];
    let middle = (1..50).map(|n| n * 2 * PERCENT);
    let high = [985_000_000, 990_000_000, 995_000_000, 999_000_000, 999_900_000, 1_000_000_000];
    low.into_iter().chain([PERCENT]).chain(middle).chain(high).collect()
}

fn curve(delays: &DelayRecorder) -> DelayCurve {
    let shares = shares();
    let values = delays.quantiles(&shares).into_iter().map(|quantile| quantile.value());
    let mut all: Vec<(u32, SimDuration)> = shares.iter().copied().zip(values).collect();
    // The ends are known exactly, and are those of the report.
    if let (Some(first), Some(min)) = (all.first_mut(), delays.min()) {
        first.1 = min;
    }
    if let (Some(last), Some(max)) = (all.last_mut(), delays.max()) {
        last.1 = max;
    }
    let is_end = |at: &usize| {
        let value = |at: usize| all.get(at).map(|(_, value)| *value);
        let before = at.checked_sub(1).and_then(value);
        before != value(*at) || value(at + 1) != value(*at)
    };
    (0..all.len()).filter(is_end).map(|at| all[at]).collect()
}
