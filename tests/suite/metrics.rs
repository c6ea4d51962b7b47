//! Metrics as OpenMetrics text say of generated worlds what the report says of them: every number of a family, by its
//! labels, and no others. That the text follows the rules of its format is tested elsewhere.

use crate::engine_vs_reference::cases;
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use vpcsim::engine::{Options, Run};
use vpcsim::report::{self, Delays, Snapshot};

/// Each sample of a text: its name with all labels, as it stands there.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = lines.map(|line| {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        (name.to_owned(), value.parse().expect("a number"))
    });
    read.collect()
}

/// What the report says, under the names that the samples should have.
#[derive(Default)]
struct Expected(BTreeMap<String, f64>);

impl Expected {
    fn is(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.0.insert(format!("vpcsim_{name}{labels}"), value);
    }

    fn delays(&mut self, name: &str, labels: &[(&str, &str)], delays: Option<Delays>) {
        if let Some(delays) = delays {
            let points = [("min", delays.min), ("p50", delays.p50), ("p99", delays.p99), ("max", delays.max)];
            for (point, delay) in points {
                self.is(name, &[labels, &[("point", point)]].concat(), delay.as_nanos() as f64 / 1e9);
            }
        }
    }
}

fn of_links(snapshot: &Snapshot, all: &mut Expected) {
    for (link, way) in snapshot.links.iter().zip(["out", "in"].into_iter().cycle()) {
        let labels = [("peering", link.peering.as_str()), ("direction", way)];
        for (name, count) in [
            ("peering_offered_packets_total", link.offered.packets),
            ("peering_offered_bytes_total", link.offered.bytes.as_u64()),
            ("peering_packets_total", link.carried.packets),
            ("peering_bytes_total", link.carried.bytes.as_u64()),
            ("peering_in_flight_packets", link.in_flight),
            ("shaper_longest_queue_bytes", link.longest_queue.as_u64()),
        ] {
            all.is(name, &labels, count as f64);
        }
        link.cap.iter().for_each(|cap| all.is("peering_cap_bytes_per_second", &labels, cap.as_bps() as f64 / 8.0));
        link.burst.iter().for_each(|burst| all.is("peering_burst_bytes", &labels, burst.as_u64() as f64));
        all.is("peering_loss_ratio", &labels, link.loss.as_ppb() as f64 / 1e9);
        all.delays("peering_delay_seconds", &labels, link.delay);
    }
}

fn of_traffic(snapshot: &Snapshot, all: &mut Expected) {
    for entry in &snapshot.traffic {
        let labels = [("traffic", entry.name.as_str())];
        let mut counts = vec![
            ("traffic_sent_packets_total", entry.sent.packets),
            ("traffic_sent_bytes_total", entry.sent.bytes.as_u64()),
            ("traffic_delivered_packets_total", entry.delivered.packets),
            ("traffic_delivered_bytes_total", entry.delivered.bytes.as_u64()),
            ("traffic_misdelivered_packets_total", entry.misdelivered),
            ("traffic_in_flight_packets", entry.in_flight),
        ];
        all.is("traffic_loss_ratio", &labels, entry.loss.as_ppb() as f64 / 1e9);
        all.delays("traffic_delay_seconds", &labels, entry.delay);
        for (code, packets) in &entry.dropped_by {
            all.is("traffic_drops_total", &[labels[0], ("code", code)], *packets as f64);
        }
        if let Some(ping) = &entry.ping {
            counts.extend([
                ("ping_answered_packets_total", ping.answered),
                ("ping_lost_replies_total", ping.replies_lost),
            ]);
            all.delays("ping_round_trip_seconds", &labels, ping.round_trip);
        }
        if let Some(tcp) = &entry.tcp {
            counts.extend([
                ("tcp_connections_total", tcp.connections),
                ("tcp_completed_connections_total", tcp.completed),
                ("tcp_given_up_connections_total", tcp.given_up),
                ("tcp_retransmissions_total", tcp.retransmissions),
                ("tcp_timeouts_total", tcp.timeouts),
            ]);
            let goodput = tcp.goodput_bps.map(|rate| rate.as_bps() as f64 / 8.0);
            goodput.into_iter().for_each(|rate| all.is("tcp_goodput_bytes_per_second", &labels, rate));
            all.delays("tcp_completion_seconds", &labels, tcp.completion);
            all.delays("tcp_round_trip_seconds", &labels, tcp.round_trip);
        }
        counts.into_iter().for_each(|(name, count)| all.is(name, &labels, count as f64));
    }
}

/// Drops by place, added up over subnets.
fn of_drops(snapshot: &Snapshot, all: &mut Expected) {
    let mut sums: BTreeMap<[&str; 3], u64> = BTreeMap::new();
    for drop in &snapshot.drops {
        let link = drop.link.map(|at| &snapshot.links[at]);
        let place = link.map_or([drop.place.as_str(), ""], |link| [link.from.as_str(), link.peering.as_str()]);
        *sums.entry([&drop.reason, place[0], place[1]]).or_default() += drop.packets;
    }
    for ([code, vpc, peering], packets) in sums {
        all.is("drops_total", &[("code", code), ("vpc", vpc), ("peering", peering)], packets as f64);
    }
}

/// The first sample that is not what the report says, or that one of the two lacks.
fn unlike_the_report(world: &World) -> Option<String> {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    run.advance(world.plan.duration);
    run.finish().expect("the books balance");
    let snapshot = Snapshot::of(&run, "world", Vec::new(), None);
    let (found, mut expected) = (samples(&report::metrics(&snapshot)), Expected::default());
    of_links(&snapshot, &mut expected);
    of_traffic(&snapshot, &mut expected);
    of_drops(&snapshot, &mut expected);
    let of_these = |name: &str| {
        let kinds = ["peering_", "shaper_", "traffic_", "ping_", "tcp_", "drops_"];
        let rest = name.strip_prefix("vpcsim_").unwrap_or_default();
        // What a peering is, and how often it was there, are no numbers of a direction.
        kinds.iter().any(|kind| rest.starts_with(kind))
            && !rest.starts_with("peering_info")
            && !rest.contains("availability")
    };
    let lacking = expected.0.keys().find(|name| !found.contains_key(*name));
    let more = found.keys().find(|name| of_these(name) && !expected.0.contains_key(*name));
    let unlike = expected
        .0
        .iter()
        .find(|(name, value)| found.get(*name).is_some_and(|found| (found - *value).abs() > 1e-12 * value.abs()));
    lacking
        .map(|name| format!("{name} is missing"))
        .or(more.map(|name| format!("{name} is in no report")))
        .or(unlike.map(|(name, value)| format!("{name} is {}, not {value}", found[name])))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn metrics_are_the_report(seed: u64) {
        let wrong = unlike_the_report(&World::new(seed));
        prop_assert!(wrong.is_none(), "seed {seed}, {}", wrong.unwrap_or_default());
    }

    #[test]
    fn metrics_of_connections_are_the_report(seed: u64) {
        let wrong = unlike_the_report(&World::of_connections(seed));
        prop_assert!(wrong.is_none(), "seed {seed}, {}", wrong.unwrap_or_default());
    }
}
