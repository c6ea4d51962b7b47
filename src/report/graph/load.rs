//! What a run adds to a graph: loads and drops of each direction of a peering, and drops in VPCs. Taken from the view
//! model of the run; it draws nothing.

use crate::diagnose::graph::{EdgeLoad, Graph};
use crate::report::run::{IntervalSeries, Intervals, LinkReport, Snapshot, Word};
use crate::units::{BitRate, SimDuration};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Packets by reason, most first.
type ByReason = Vec<(Word, u64)>;

/// `graph`, which shows the network at the end of the run, with what the run measured.
pub fn measured(mut graph: Graph, snapshot: &Snapshot) -> Graph {
    let mut drops = drops(snapshot);
    let busiest = busiest(snapshot.intervals.as_ref());
    let links: BTreeMap<(&str, &str), &LinkReport> =
        snapshot.links.iter().map(|link| ((link.peering.as_str(), link.from.as_str()), link)).collect();
    graph.partial = snapshot.partial;
    graph.at = snapshot.reached;
    for peering in &mut graph.peerings {
        let mut load = |from: &str| {
            let link = links.get(&(peering.name.as_str(), from))?;
            let dropped_by = drops.remove(&place(link)).unwrap_or_default();
            Some(edge_load(link, dropped_by, busiest.get(&(peering.name.as_str(), from)).copied()))
        };
        peering.load = load(&peering.requester).zip(load(&peering.accepter)).map(|(out, back)| [out, back]);
    }
    for vpc in &mut graph.vpcs {
        vpc.dropped_by = drops.remove(&vpc.name).unwrap_or_default();
    }
    graph
}

/// As drops on a link name their place.
fn place(link: &LinkReport) -> String {
    format!("{} {} -> {}", link.peering, link.from, link.to)
}

fn edge_load(link: &LinkReport, dropped_by: ByReason, busiest: Option<BitRate>) -> EdgeLoad {
    EdgeLoad {
        to: link.to.clone(),
        offered_packets: link.offered.packets,
        offered: link.offered.bytes,
        carried_packets: link.carried.packets,
        carried: link.carried.bytes,
        mean: link.carried_rate,
        busiest,
        loss: link.loss,
        dropped_by,
        in_flight: link.in_flight,
    }
}

/// Drops by place.
fn drops(snapshot: &Snapshot) -> BTreeMap<String, ByReason> {
    let mut places: BTreeMap<String, ByReason> = BTreeMap::new();
    for drop in &snapshot.drops {
        let reasons = places.entry(drop.place.clone()).or_default();
        match reasons.iter_mut().find(|(reason, _)| *reason == drop.reason) {
            Some((_, packets)) => *packets += drop.packets,
            None => reasons.push((drop.reason.clone(), drop.packets)),
        }
    }
    places.values_mut().for_each(|reasons| reasons.sort_by_key(|(_, packets)| Reverse(*packets)));
    places
}

/// The highest rate of each measured link, by its peering and the VPC it leaves.
fn busiest(intervals: Option<&Intervals>) -> BTreeMap<(&str, &str), BitRate> {
    let rates = |all: &Intervals, series: &IntervalSeries| {
        let rate = |(at, bytes)| BitRate::average(bytes, length(all, at));
        series.rows.iter().map(|row| row.carried.bytes).enumerate().map(rate).max().unwrap_or_default()
    };
    let all = intervals.into_iter().flat_map(|all| all.links.iter().map(move |series| (all, series)));
    all.map(|(all, one)| ((one.peering.as_str(), one.from.as_str()), rates(all, one))).collect()
}

/// The length of the interval `at`: the last may be shorter.
fn length(all: &Intervals, at: usize) -> SimDuration {
    let begun = all.interval.as_nanos().saturating_mul(at as u64);
    let left = all.reached.as_nanos().saturating_sub(begun);
    SimDuration::from_nanos(left.min(all.interval.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample;
    use crate::report::run::sample as runs;
    use crate::units::Share;

    #[test]
    fn each_direction_has_the_numbers_of_its_own_link() {
        let mut run = runs::rich();
        run.intervals = Some(runs::intervals(3));
        let graph = measured(sample::pair(), &run);
        let [out, back] = graph.peerings[0].load.as_ref().expect("both links are in the run");
        assert_eq!((out.to.as_str(), out.offered_packets, out.carried_packets), ("VPC2", 66_698, 50_031));
        assert_eq!(
            (out.loss, out.dropped_by.clone()),
            (Share::of(16_667, 66_698), vec![("shaper_queue_full".into(), 16_667)])
        );
        assert_eq!((back.to.as_str(), back.offered_packets, back.dropped_by.len()), ("VPC1", 25, 0));
        // 300 packets of 1500 B in the third second.
        assert_eq!((out.busiest, back.busiest), (Some(BitRate::from_bps(3_600_000)), None));
        assert_eq!(graph.vpcs[0].dropped_by, [("ttl_expired".into(), 20), ("no_route".into(), 10)]);
        assert_eq!(graph.vpcs[1].dropped_by, [("no_route".into(), 5)]);
    }

    #[test]
    fn the_last_interval_is_as_long_as_the_run_lets_it_be() {
        let mut run = runs::rich();
        let mut intervals = runs::intervals(3);
        // The third interval, of a second, ends after half of it.
        intervals.reached = crate::units::SimTime::from_nanos(2_500_000_000);
        run.intervals = Some(intervals);
        let graph = measured(sample::pair(), &run);
        let out = &graph.peerings[0].load.as_ref().expect("loads")[0];
        assert_eq!(out.busiest, Some(BitRate::from_bps(7_200_000)));
    }

    #[test]
    fn a_run_that_was_interrupted_says_so() {
        let graph = measured(sample::pair(), &runs::partial());
        assert!(graph.partial);
        assert_eq!(graph.at, runs::partial().reached);
    }
}
