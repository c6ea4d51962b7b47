//! Families about peerings, each direction a series: `out` is away from the requester.

use super::family::{Family, Labels, Value, bytes_per_second, points, ratio};
use crate::report::run::{LinkReport, Snapshot};

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family> {
    // Both directions of a peering stand together, that away from the requester first.
    let links: Vec<(Labels, &LinkReport)> = snapshot
        .links
        .iter()
        .zip(["out", "in"].into_iter().cycle())
        .map(|(link, way)| (labels(link, way), link))
        .collect();
    let each = |value: fn(&LinkReport) -> Option<Value>| -> Vec<(Labels, Value)> {
        links.iter().filter_map(|(labels, link)| Some((labels.clone(), value(link)?))).collect()
    };
    let count = |family: Family, value: fn(&LinkReport) -> Option<Value>| family.of(each(value));
    let mut families = vec![
        Family::info("peering", "A peering as it is").of(snapshot.links.iter().step_by(2).map(about)),
        count(Family::counter("peering_offered_packets", "Packets that reached the shaper"), |link| {
            Some(Value::Count(link.offered.packets))
        }),
        count(Family::counter("peering_offered", "Bytes that reached the shaper").unit("bytes"), |link| {
            Some(Value::Count(link.offered.bytes.as_u64()))
        }),
        count(Family::counter("peering_packets", "Packets carried to the far end"), |link| {
            Some(Value::Count(link.carried.packets))
        }),
        count(Family::counter("peering", "Bytes carried to the far end").unit("bytes"), |link| {
            Some(Value::Count(link.carried.bytes.as_u64()))
        }),
    ];
    families.extend([
        count(Family::gauge("peering_in_flight_packets", "Packets queued or on the wire"), |link| {
            Some(Value::Count(link.in_flight))
        }),
        count(Family::gauge("peering_cap", "Shaping rate").unit("bytes_per_second"), |link| {
            link.cap.map(bytes_per_second)
        }),
        count(Family::gauge("peering_burst", "Size of the token bucket").unit("bytes"), |link| {
            link.burst.map(|burst| Value::Count(burst.as_u64()))
        }),
        count(Family::gauge("shaper_longest_queue", "The longest queue so far").unit("bytes"), |link| {
            Some(Value::Count(link.longest_queue.as_u64()))
        }),
        count(Family::gauge("peering_loss", "Dropped by the shaper / offered").unit("ratio"), |link| {
            Some(ratio(link.loss))
        }),
        Family::gauge("peering_delay", "From the sending host to the far end, of packets carried")
            .unit("seconds")
            .of(links.iter().flat_map(|(labels, link)| points(labels, link.delay.as_ref()))),
        Family::gauge("peering_availability", "Share of time not lost to injected faults")
            .unit("ratio")
            .of(snapshot.availability.iter().map(|of| (vec![("peering", of.peering.clone())], ratio(of.availability)))),
    ]);
    families
}

fn labels(link: &LinkReport, way: &str) -> Labels {
    vec![("peering", link.peering.clone()), ("direction", way.to_owned())]
}

fn about(link: &LinkReport) -> (Labels, Value) {
    let labels = vec![
        ("peering", link.peering.clone()),
        ("requester", link.from.clone()),
        ("accepter", link.to.clone()),
        ("state", link.state.to_string()),
        ("cross_region", link.cross_region.to_string()),
    ];
    (labels, Value::Count(1))
}
