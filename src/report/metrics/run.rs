//! Families about a run as a whole: which one it is, how far it came, its books, its drops and its demands.

use super::family::{Family, Labels, Value, seconds};
use crate::report::run::Snapshot;
use crate::units::SimTime;
use std::collections::BTreeMap;

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family> {
    let alone = |value: Value| [(Labels::new(), value)];
    let about = vec![
        ("scenario", snapshot.scenario.clone()),
        ("file", snapshot.file.clone()),
        ("seed", snapshot.seed.to_string()),
    ];
    let span = |time: SimTime| seconds(time.since(SimTime::ZERO));
    let books = &snapshot.packets;
    vec![
        Family::info("run", "The run").of([(about, Value::Count(1))]),
        Family::gauge("run_reached", "Virtual time that the run has reached")
            .unit("seconds")
            .of(alone(span(snapshot.reached))),
        Family::gauge("run_planned", "Virtual time that the scenario lasts")
            .unit("seconds")
            .of(alone(span(snapshot.duration))),
        Family::gauge("run_partial", "1 while the run goes on, and if it was interrupted")
            .of(alone(Value::Count(snapshot.partial.into()))),
        Family::counter("emitted_packets", "Packets that hosts and visible routers sent")
            .of(alone(Value::Count(books.emitted))),
        Family::counter("delivered_packets", "Packets that a host accepted").of(alone(Value::Count(books.delivered))),
        Family::counter("dropped_packets", "Packets dropped, for any reason").of(alone(Value::Count(books.dropped))),
        Family::gauge("in_flight_packets", "Packets queued or on the wire").of(alone(Value::Count(books.in_flight))),
        Family::counter("drops", "Packets dropped, by reason and by VPC, or by the peering and the VPC they left")
            .of(drops(snapshot)),
        Family::gauge("demands", "Checks of expectations and actions of the timeline, by what came of them")
            .of(demands(snapshot)),
    ]
}

/// A VPC's subnets are added up.
fn drops(snapshot: &Snapshot) -> Vec<(Labels, Value)> {
    let mut sums: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for drop in &snapshot.drops {
        let (vpc, peering) = match drop.link.and_then(|at| snapshot.links.get(at)) {
            Some(link) => (&link.from, link.peering.as_str()),
            None => (&drop.place, ""),
        };
        *sums.entry((&*drop.reason, vpc, peering)).or_default() += drop.packets;
    }
    let labels = |(code, vpc, peering): (&str, &str, &str)| {
        vec![("code", code.to_owned()), ("vpc", vpc.to_owned()), ("peering", peering.to_owned())]
    };
    sums.into_iter().map(|(place, packets)| (labels(place), Value::Count(packets))).collect()
}

fn demands(snapshot: &Snapshot) -> Vec<(Labels, Value)> {
    let held = snapshot.expectations.iter().map(|expectation| expectation.held);
    let all: Vec<_> = held.chain(snapshot.timeline.iter().map(|action| Some(action.as_expected))).collect();
    let count = |what: Option<bool>| Value::Count(all.iter().filter(|held| **held == what).count() as u64);
    let results = [("met", Some(true)), ("not_met", Some(false)), ("open", None)];
    results.map(|(result, held)| (vec![("result", result.to_owned())], count(held))).into()
}
