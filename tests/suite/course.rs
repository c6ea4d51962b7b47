//! The course of a run, read from the books between slices: its sums are the books, it is the same however the run is
//! computed, and looking changes nothing. Its twin is the interval series, which looks at every packet.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use vpcsim::engine::{Mode, Options, Pass, Run, Which};
use vpcsim::model::{LinkId, TrafficId};
use vpcsim::recording::course::Course;
use vpcsim::report::{self, CourseReport, Delays, LinkCourse, Snapshot, TrafficCourse};
use vpcsim::units::{SimDuration, SimTime};

/// A run that is looked at after each of `intervals`, and cut at some other instants besides.
fn looked_at(world: &World, options: Options, interval: SimDuration, cuts: u64) -> (Run, CourseReport) {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), options);
    let course = Course::new(interval);
    let mut dice = Dice::new(cuts);
    let end = world.plan.duration.as_nanos();
    let mut others: Vec<u64> = (0..cuts).map(|_| dice.below(end)).collect();
    others.sort_unstable();
    while !run.is_done() {
        let now = run.simulation.now();
        let other = others.iter().copied().map(SimTime::from_nanos).find(|at| *at > now).unwrap_or(SimTime::NEVER);
        run.advance(course.next_look(now).min(other).min(world.plan.duration));
        course.look(&mut run);
    }
    run.finish().expect("the books balance");
    let report = CourseReport::of(&run, &course);
    (run, report)
}

/// Lengths that divide the run, and others.
fn interval(world: &World, seed: u64) -> SimDuration {
    let mut dice = Dice::new(seed ^ 0xc0);
    let end = world.plan.duration.as_nanos();
    SimDuration::from_nanos((end / (1 + dice.below(60)) + dice.below(3)).max(1))
}

fn total(steps: &[u64]) -> u64 {
    steps.iter().sum()
}

fn by_reason(dropped: &BTreeMap<&'static str, Vec<u64>>) -> BTreeMap<&'static str, u64> {
    dropped.iter().map(|(reason, steps)| (*reason, total(steps))).collect()
}

/// The first sum that is not the report's.
fn unlike_the_books(course: &CourseReport, snapshot: &Snapshot) -> Option<String> {
    let mut links: BTreeMap<(&str, &str), &LinkCourse> =
        course.links.iter().map(|link| ((link.peering.as_str(), link.from.as_str()), link)).collect();
    for told in snapshot.links.iter().filter(|link| link.offered.packets > 0) {
        let Some(link) = links.remove(&(told.peering.as_str(), told.from.as_str())) else {
            return Some(format!("{} {} is missing", told.peering, told.from));
        };
        let dropped: u64 = by_reason(&link.dropped).values().sum();
        let found = [
            total(&link.offered_packets),
            total(&link.offered_bytes),
            total(&link.carried_packets),
            total(&link.carried_bytes),
            dropped,
            link.longest_queue_bytes.iter().copied().max().unwrap_or(0),
        ];
        let (offered, carried) = (told.offered, told.carried);
        let dropped = told.shaper_drops + told.other_drops;
        let queue = told.longest_queue.as_u64();
        let books = [offered.packets, offered.bytes.as_u64(), carried.packets, carried.bytes.as_u64(), dropped, queue];
        if !is_curve_of(&link.delay_curve, told.delay) {
            return Some(format!(
                "{} {}: {:?}, in the books {:?}",
                told.peering, told.from, link.delay_curve, told.delay
            ));
        }
        if found != books {
            return Some(format!("{} {}: {found:?}, in the books {books:?}", told.peering, told.from));
        }
    }
    let entries = course.traffic.iter().zip(&snapshot.traffic);
    let vpcs: u64 = course.vpcs.iter().flat_map(|vpc| by_reason(&vpc.dropped).into_values()).sum();
    let routers: u64 = snapshot.drops.iter().filter(|drop| drop.link.is_none()).map(|drop| drop.packets).sum();
    let left = links.into_keys().next().map(|link| format!("{link:?} carried nothing"));
    let wrong = (vpcs != routers).then(|| format!("routers: {vpcs}, in the books {routers}"));
    left.or(wrong).or_else(|| entries.filter_map(|(entry, told)| unlike_the_entry(entry, told)).next())
}

fn unlike_the_entry(entry: &TrafficCourse, told: &report::TrafficReport) -> Option<String> {
    let found = [
        total(&entry.sent_packets),
        total(&entry.sent_bytes),
        total(&entry.delivered_packets),
        total(&entry.delivered_bytes),
    ];
    let (sent, delivered) = (told.sent, told.delivered);
    let books = [sent.packets, sent.bytes.as_u64(), delivered.packets, delivered.bytes.as_u64()];
    let reasons: BTreeMap<&str, u64> = told.dropped_by.iter().map(|(code, packets)| (&**code, *packets)).collect();
    let answered = entry.ping.as_ref().map(|ping| (total(&ping.answered), by_reason(&ping.dropped)));
    let replies = told.ping.as_ref().map(|ping| {
        let dropped = ping.replies_dropped_by.iter().map(|(code, packets)| (&**code, *packets));
        (ping.answered, dropped.collect::<BTreeMap<&str, u64>>())
    });
    let resent = entry.tcp.as_ref().map(|tcp| (total(&tcp.retransmissions), total(&tcp.timeouts)));
    let round_trip = entry.ping.as_ref().map(|ping| &ping.round_trip_curve);
    let round_trip = round_trip.or(entry.tcp.as_ref().map(|tcp| &tcp.round_trip_curve));
    let (ping, tcp) = (told.ping.as_ref(), told.tcp.as_ref());
    let is_same = found == books
        && by_reason(&entry.dropped) == reasons
        && answered == replies
        && resent == tcp.map(|tcp| (tcp.retransmissions, tcp.timeouts))
        && is_curve_of(&entry.delay_curve, told.delay)
        && round_trip.is_none_or(|curve| {
            is_curve_of(curve, ping.and_then(|ping| ping.round_trip).or(tcp.and_then(|tcp| tcp.round_trip)))
        })
        && entry
            .tcp
            .as_ref()
            .is_none_or(|course| is_curve_of(&course.completion_curve, tcp.and_then(|tcp| tcp.completion)));
    (!is_same).then(|| format!("{}: {entry:?}\nin the books {told:?}", entry.name))
}

/// Whether a curve rises through the quantiles of the report; there is none where nothing was measured.
fn is_curve_of(curve: &[(u32, SimDuration)], delays: Option<Delays>) -> bool {
    let Some(delays) = delays else { return curve.is_empty() };
    let at = |share: u32| curve.iter().find(|(up_to, _)| *up_to >= share).map(|(_, delay)| *delay);
    let quantiles =
        [(0, delays.min), (500_000_000, delays.p50), (990_000_000, delays.p99), (1_000_000_000, delays.max)];
    curve.is_sorted() && quantiles.into_iter().all(|(share, delay)| at(share) == Some(delay))
}

/// The payload of each interval adds up to that of the books; a connection is told of at the ends of intervals, in
/// order.
fn unlike_the_connections(interval: SimDuration, run: &Run, course: &CourseReport) -> Option<String> {
    let books = run.simulation.traffic_books();
    for (entry, id) in course.traffic.iter().zip((0..).map(TrafficId)) {
        let Some(tcp) = &entry.tcp else { continue };
        let (counts, seen) = (&books.of(id).whole.tcp, &tcp.connection);
        if total(&tcp.payload_bytes) != counts.payload {
            return Some(format!("{}: {:?}, in the books {}", entry.name, tcp.payload_bytes, counts.payload));
        }
        let is_told = |time: &SimTime| is_end(interval, *time) || *time == course.reached;
        let is_right = seen.time.is_sorted_by(|one, next| one < next)
            && seen.time.iter().all(is_told)
            && seen.number.iter().all(|number| *number > 0)
            && seen.window_bytes.iter().all(|window| *window > 0);
        if !is_right {
            return Some(format!("{}: {seen:?}, {} begun", entry.name, counts.opened));
        }
    }
    None
}

/// The first difference between a run that is looked at and the same runs computed otherwise.
fn found_otherwise(world: &World, seed: u64) -> Option<String> {
    let interval = interval(world, seed);
    let (run, course) = looked_at(world, Options::default(), interval, 0);
    let snapshot = Snapshot::of(&run, "world", Vec::new(), None);
    if let Some(wrong) = unlike_the_books(&course, &snapshot) {
        return Some(wrong);
    }
    let mut alone = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    alone.advance(world.plan.duration);
    alone.finish().expect("the books balance");
    if report::json(&Snapshot::of(&alone, "world", Vec::new(), None)) != report::json(&snapshot) {
        return Some("looking changed the report".into());
    }
    let workers = NonZeroUsize::new(3).expect("not zero");
    for (options, cuts) in
        [(Options { mode: Mode::Packets, ..Options::default() }, 0), (Options { workers, ..Options::default() }, 11)]
    {
        let other = looked_at(world, options, interval, cuts).1;
        if report::course_json(&other) != report::course_json(&course) {
            return Some(format!("{options:?}, {cuts} cuts\n{course:?}\n{other:?}"));
        }
    }
    unlike_the_series(world, interval, &run, &course)
        .or_else(|| unlike_the_connections(interval, &run, &course))
        .or_else(|| unlike_the_watched(world, interval, &course))
}

/// A connection that is watched was, at each of these instants, what the course says.
fn unlike_the_watched(world: &World, interval: SimDuration, course: &CourseReport) -> Option<String> {
    for (entry, traffic) in course.traffic.iter().zip((0..).map(TrafficId)) {
        let Some(seen) = entry.tcp.as_ref().map(|tcp| &tcp.connection) else { continue };
        let told = |at: usize| (seen.time[at], seen.window_bytes[at], seen.in_flight_bytes[at], seen.round_trip[at]);
        let Some(number) = seen.number.first().copied() else { continue };
        let watch = Some(Which { traffic, number: number - 1 });
        let options = Options { interval: Some(interval), watch, ..Options::default() };
        let mut run = Run::new(world.network.clone(), world.plan.clone(), options);
        run.advance(world.plan.duration);
        let rows = run.simulation.watched();
        for at in (0..seen.time.len()).filter(|at| seen.number[*at] == number && is_end(interval, seen.time[*at])) {
            let row = rows.iter().find(|row| row.time == seen.time[at]);
            let row = row.map(|row| (row.time, row.window, row.in_flight, row.round_trip));
            if row != Some(told(at)) {
                return Some(format!("{}: {:?}, watched {row:?}", entry.name, told(at)));
            }
        }
    }
    None
}

fn is_end(interval: SimDuration, time: SimTime) -> bool {
    time.as_nanos().is_multiple_of(interval.as_nanos())
}

/// The interval series says the same of each link.
fn unlike_the_series(world: &World, interval: SimDuration, run: &Run, course: &CourseReport) -> Option<String> {
    let options = Options { interval: Some(interval), ..Options::default() };
    let twin = looked_at(world, options, SimDuration::from_nanos(world.plan.duration.as_nanos().max(1)), 0).0;
    let used = |link: &LinkId| run.simulation.link_book(*link).whole.offered.packets > 0;
    let links = (0..run.simulation.network().peerings().len() as u32 * 2).map(LinkId).filter(used);
    for (link, line) in links.zip(&course.links) {
        let rows = twin.simulation.intervals(link).expect("they are kept").rows();
        for (at, row) in rows.iter().enumerate() {
            let of = |steps: &[u64]| steps.get(at).copied().unwrap_or(0);
            let dropped: u64 = line.dropped.values().map(|steps| of(steps)).sum();
            let found = [
                of(&line.offered_packets),
                of(&line.offered_bytes),
                of(&line.carried_packets),
                of(&line.carried_bytes),
                dropped,
                of(&line.longest_queue_bytes),
            ];
            let queue = row.longest_queue.as_u64();
            let series = [row.offered, row.offered_bytes, row.carried, row.carried_bytes, row.dropped, queue];
            if found != series {
                return Some(format!("{link:?}, interval {at} of {interval}: {found:?}, packet by packet {series:?}"));
            }
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(40) })]

    #[test]
    fn a_course_is_the_books_in_parts(seed: u64) {
        let found = found_otherwise(&World::new(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    #[test]
    fn a_course_of_runs_is_the_books_in_parts(seed: u64) {
        let found = found_otherwise(&World::of_runs(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }

    #[test]
    fn a_course_of_connections_is_the_books_in_parts(seed: u64) {
        let found = found_otherwise(&World::of_connections(seed), seed);
        prop_assert!(found.is_none(), "seed {seed}, {}", found.unwrap_or_default());
    }
}
