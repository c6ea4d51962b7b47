//! Builds the [`Snapshot`] of a run, in the only folder of reports that sees the engine: reads the counts, names
//! things, and judges nothing except the plan's expectations. Draws nothing.

mod counts;
mod course;
mod demands;
mod effort;
mod traffic;

use super::model::*;
use crate::engine::{Dropped, Run, Which};
use crate::model::{DropReason, LinkId, TrafficId, peering_titles};
use crate::units::{BitRate, ByteSize, SimDuration};
use counts::{delays, volume};
use demands::{expectations, timeline};
use traffic::traffic;

impl Snapshot {
    /// The run's current state; expectations are evaluated only if it is done. `interval` is the length its series were
    /// recorded with.
    pub fn of(run: &Run, file: &str, notes: Vec<String>, interval: Option<SimDuration>) -> Snapshot {
        let simulation = &run.simulation;
        let (totals, books) = (simulation.totals(), simulation.traffic_books());
        let titles = peering_titles(simulation.network());
        let links: Vec<LinkId> = (0..titles.len() as u32 * 2).map(LinkId).collect();
        Snapshot {
            format: FORMAT,
            version: VERSION,
            scenario: run.plan.name.clone(),
            file: file.into(),
            question: run.plan.question.clone(),
            seed: run.plan.seed,
            duration: run.plan.duration,
            reached: simulation.now(),
            partial: !run.is_done(),
            notes,
            packets: Books {
                emitted: totals.emitted,
                delivered: totals.delivered,
                dropped: totals.dropped,
                in_flight: totals.in_flight,
            },
            links: links.iter().map(|l| link(run, &titles, *l)).collect(),
            traffic: (0..run.plan.traffic.len() as u32).map(|t| traffic(run, &books, TrafficId(t))).collect(),
            availability: availability(run, &titles),
            drops: drops(run, &titles, &links),
            timeline: timeline(run),
            expectations: expectations(run),
            intervals: interval.map(|interval| intervals(run, &titles, interval, &links)),
        }
    }
}

fn link(run: &Run, titles: &[String], id: LinkId) -> LinkReport {
    let simulation = &run.simulation;
    let network = simulation.network();
    let peering = network.peering(id.peering());
    let (near, far) = network.ends(id);
    let book = simulation.link_book(id);
    let counts = &book.whole;
    let shaping = peering.shaping(&network.rules);
    let shaper_drops = counts.drops.at_shaper();
    let drained_at = book.longest_queue_cap.or(shaping.map(|shaping| shaping.rate));
    LinkReport {
        peering: titles[id.peering().index()].clone(),
        from: network.vpc(near).name.to_string(),
        to: network.vpc(far).name.to_string(),
        state: network.rules.state(peering.state),
        cross_region: peering.cross_region,
        cap: shaping.map(|s| s.rate),
        burst: shaping.map(|s| s.burst),
        offered: volume(counts.offered),
        carried: volume(counts.carried),
        shaper_drops,
        other_drops: counts.drops.total() - shaper_drops,
        in_flight: simulation.on_link(id),
        loss: counts.loss(),
        carried_rate: BitRate::average(
            ByteSize::from_bytes(counts.carried.bytes),
            SimDuration::from_nanos(simulation.now().as_nanos()),
        ),
        longest_queue: book.longest_queue,
        drains_in: drained_at.and_then(|cap| cap.time_for(book.longest_queue)),
        delay: delays(&counts.delay),
    }
}

/// Drops at routers and links, by place and reason.
fn drops(run: &Run, titles: &[String], links: &[LinkId]) -> Vec<DropReport> {
    let network = run.simulation.network();
    let mut all = Vec::new();
    for (id, vpc) in network.vpcs() {
        for (reason, subnet, dropped) in run.simulation.vpc_book(id).drops.iter() {
            let subnet = subnet.map(|subnet| network.subnet(subnet));
            all.push(DropReport {
                subnet: subnet.map(|subnet| format!("{}/{}", vpc.name, subnet.name)),
                table: subnet.filter(|_| reason.is_routing()).map(|subnet| network.table_name(subnet.table)),
                ..drop_report(vpc.name.to_string(), reason, dropped)
            });
        }
    }
    for (at, &id) in links.iter().enumerate() {
        let (near, far) = network.ends(id);
        let peering = &titles[id.peering().index()];
        let place = format!("{peering} {} -> {}", network.vpc(near).name, network.vpc(far).name);
        let book = run.simulation.link_book(id);
        let dropped = |(reason, packets)| {
            let example = book.examples[&reason];
            let dropped = Dropped { packets, example };
            DropReport { link: Some(at), ..drop_report(place.clone(), reason, dropped) }
        };
        all.extend(book.whole.drops.iter().map(dropped));
    }
    all
}

fn drop_report(place: String, reason: DropReason, Dropped { packets, example }: Dropped) -> DropReport {
    DropReport {
        place,
        link: None,
        subnet: None,
        table: None,
        reason: reason.code(),
        sentence: reason.sentence(),
        forwarding_status: reason.forwarding_status(),
        packets,
        example: ExampleReport { source: example.source, destination: example.destination },
    }
}

/// Peerings that injected faults kept from carrying packets (S36).
fn availability(run: &Run, titles: &[String]) -> Vec<AvailabilityReport> {
    let network = run.simulation.network();
    let hit = network.peerings().filter(|(_, peering)| !peering.outages.is_empty());
    let report = hit.filter_map(|(id, peering)| {
        let found = peering.availability(run.simulation.now())?;
        Some(AvailabilityReport {
            peering: titles[id.index()].clone(),
            availability: found.share,
            promised: network.rules.promised,
            downtime: found.downtime,
            budget: network.rules.downtime_allowed(found.active),
            budget_of_month: network.rules.downtime_allowed(SimDuration::from_secs(30 * 86_400)),
        })
    });
    report.collect()
}

fn connection(run: &Run, which: Which) -> ConnectionSeries {
    let rows = run.simulation.watched().into_iter().map(|row| ConnectionRow {
        time: row.time,
        window_bytes: row.window,
        in_flight_bytes: row.in_flight,
        round_trip: row.round_trip,
    });
    let entry = run.plan.entry(which.traffic).name.to_string();
    ConnectionSeries { entry, number: which.number + 1, rows: rows.collect() }
}

fn intervals(run: &Run, titles: &[String], interval: SimDuration, links: &[LinkId]) -> Intervals {
    let network = run.simulation.network();
    let used = links.iter().filter(|l| run.simulation.link_book(**l).whole.offered.packets > 0);
    let series = used.filter_map(|&id| {
        let (near, far) = network.ends(id);
        let rows = run.simulation.intervals(id)?.rows().iter().map(|row| IntervalRow {
            offered: Volume { packets: row.offered, bytes: ByteSize::from_bytes(row.offered_bytes) },
            carried: Volume { packets: row.carried, bytes: ByteSize::from_bytes(row.carried_bytes) },
            dropped: row.dropped,
            longest_queue: row.longest_queue,
            tokens: row.tokens,
        });
        Some(IntervalSeries {
            peering: titles[id.peering().index()].clone(),
            from: network.vpc(near).name.to_string(),
            to: network.vpc(far).name.to_string(),
            cap: network.peering(id.peering()).shaping(&network.rules).map(|s| s.rate),
            burst: network.peering(id.peering()).shaping(&network.rules).map(|s| s.burst),
            rows: rows.collect(),
        })
    });
    let connection = run.simulation.watch().map(|which| connection(run, which));
    Intervals { interval, reached: run.simulation.now(), links: series.collect(), connection }
}
