//! What peerings carry and what is to be sent over them: caps and what is offered, MTUs and packets, windows and round
//! trips. How much is offered is found elsewhere.

use super::list::*;
use super::offered::{self, Peak, Ways};
use super::ranges::some;
use super::scene::Scene;
use crate::diagnose::finding::{Finding, Severity};
use crate::diagnose::written::key;
use crate::model::plan::{PacketSize, Traffic, TransferSize, Transfers};
use crate::model::{LinkId, Peering, PeeringId, Thing, TrafficId};
use crate::units::{BitRate, ByteSize, NANOS_PER_SECOND, SimDuration};
use std::collections::BTreeMap;

/// The most traffic entries that are named.
const NAMED: usize = 2;
/// The headers of IPv4 and TCP, and those of a segment with a timestamp (RFC 7323).
const HEADERS: u64 = 40;
const STAMP: u64 = 12;

/// Finds caps, MTUs and windows that do not fit.
pub(super) fn capacity(scene: &Scene<'_>, ways: &[Ways]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, peering) in scene.active() {
        found.extend(off_menu(scene, id, peering));
        found.extend(mtu_step(scene, id, peering));
    }
    for (link, peak) in offered::peaks(scene, ways) {
        found.extend(below_offered(scene, link, &peak));
    }
    for ((id, entry), ways) in (0..).map(TrafficId).zip(&scene.plan.traffic).zip(ways) {
        found.extend(too_large(scene, id, entry, ways));
        found.extend(entry.transfers().and_then(|transfers| small_window(scene, id, entry, transfers, ways)));
    }
    found
}

fn off_menu(scene: &Scene<'_>, id: PeeringId, peering: &Peering) -> Option<Finding> {
    let rules = &scene.network.rules;
    let menu = rules.menu;
    // A higher cap came with a ticket.
    let cap = peering.bandwidth.filter(|cap| *cap <= rules.bandwidth_max && !menu.offers(*cap))?;
    let sentence =
        format!("the console offers {menu}, not the {cap} of {}; it works all the same (S31)", scene.peering(id));
    let near = menu.caps().iter().copied().find(|other| *other > cap).or(menu.caps().last().copied());
    let fix = near.map(|near| bandwidth(scene, id, near));
    Some(Finding { severity: Severity::Warning, code: CAP_OFF_MENU, about: Thing::Peering(id), sentence, fix })
}

fn bandwidth(scene: &Scene<'_>, id: PeeringId, cap: BitRate) -> String {
    format!("in [peering.{}]:\nbandwidth = \"{cap}\"", key(scene.network.peering(id).first_name.as_str()))
}

fn mtu_step(scene: &Scene<'_>, id: PeeringId, peering: &Peering) -> Option<Finding> {
    let rules = &scene.network.rules;
    let (kind, usual) = match peering.cross_region {
        true => ("across regions", rules.mtu_cross_region),
        false => ("inside a region", rules.mtu_regional),
    };
    if peering.mtu >= usual || rules.routers_visible {
        return None;
    }
    let sentence = format!(
        "{} carries packets of up to {} B, while {usual} B are usual {kind}: larger ones are dropped, and no router \
         says so (S35a)",
        scene.peering(id),
        peering.mtu
    );
    Some(Finding { severity: Severity::Info, code: MTU_STEP, about: Thing::Peering(id), sentence, fix: None })
}

fn below_offered(scene: &Scene<'_>, link: LinkId, peak: &Peak) -> Option<Finding> {
    let id = link.peering();
    let peering = scene.network.peering(id);
    let cap = peering.shaping(&scene.network.rules)?.rate;
    if peak.rate <= u128::from(cap.as_bps()) {
        return None;
    }
    let what = if peering.cross_region { "cap" } else { "ceiling" };
    let name = |(id, rate): &(TrafficId, u128)| format!("`{}` {}", scene.plan.entry(*id).name, offered::told(*rate));
    let (near, far) = scene.network.ends(link);
    let sentence = format!(
        "{} from {} to {} is offered {} at {}, above its {what} of {cap}: {} (S33)",
        scene.peering(id),
        scene.vpc(near),
        scene.vpc(far),
        offered::told(peak.rate),
        peak.at,
        some(peak.entries.iter().map(name), NAMED, ["entry", "entries"])
    );
    let fix = enough(scene, peering, peak.rate).map(|cap| bandwidth(scene, id, cap));
    Some(Finding { severity: Severity::Warning, code: CAP_BELOW_OFFERED, about: Thing::Peering(id), sentence, fix })
}

/// The smallest cap that is enough and may be chosen: one of the menu, if the menu has it.
fn enough(scene: &Scene<'_>, peering: &Peering, rate: u128) -> Option<BitRate> {
    let rules = &scene.network.rules;
    let whole = BitRate::from_mbps(u64::try_from(rate.div_ceil(1_000_000)).ok()?.min(u64::MAX / 1_000_000));
    let listed = rules.menu.caps().iter().copied().find(|cap| *cap >= whole);
    let cap = listed.unwrap_or(whole);
    (peering.cross_region && (peering.ticket || cap <= rules.bandwidth_max)).then_some(cap)
}

/// Packets that are dropped because they are larger than their way takes.
fn too_large(scene: &Scene<'_>, id: TrafficId, entry: &Traffic, ways: &Ways) -> Option<Finding> {
    let (smallest, largest) = sizes(entry)?;
    let mtu = |link: &LinkId| u64::from(scene.network.peering(link.peering()).mtu);
    let inside = (ways.inside > 0).then(|| (u64::from(scene.network.rules.mtu_regional), None));
    let narrowest = ways.over.keys().map(|link| (mtu(link), Some(link.peering()))).chain(inside).min()?;
    let (takes, over) = narrowest;
    if largest <= takes {
        return None;
    }
    let all = ways.over.keys().all(|link| smallest > mtu(link)) && inside.is_none_or(|(mtu, _)| smallest > mtu);
    let whose = over.map_or("its VPC".to_owned(), |over| scene.peering(over));
    let (which, severity) = if all { ("", Severity::Error) } else { ("some of ", Severity::Warning) };
    let what = if entry.transfers().is_some() { "segments" } else { "packets" };
    let told = if scene.network.rules.routers_visible { "" } else { ", and nobody is told" };
    let sentence = format!(
        "{which}the {what} of `{}` have {largest} B, and {whose} takes {takes} B: they are dropped{told} (S35a)",
        entry.name
    );
    let key = key(entry.name.as_str());
    let fix = match (entry.transfers(), &entry.size) {
        (Some(transfers), _) => Some(format!("in [traffic.{key}]:\nmss = \"{} B\"", takes - headers(transfers))),
        (None, PacketSize::Fixed(_)) => Some(format!("in [traffic.{key}]:\npacket_size = \"{takes} B\"")),
        (None, PacketSize::Mix(_)) => None,
    };
    Some(Finding { severity, code: MTU_EXCEEDED, about: Thing::Traffic(id), sentence, fix })
}

fn headers(transfers: &Transfers) -> u64 {
    HEADERS + if transfers.timestamps { STAMP } else { 0 }
}

/// The smallest and the largest of an entry's packets with data; none of connections that follow their path, and none
/// of a replay, whose packets are as they were captured.
fn sizes(entry: &Traffic) -> Option<(u64, u64)> {
    if let Some(transfers) = entry.transfers() {
        let mss = u64::from(transfers.mss?);
        let last = match &transfers.size {
            TransferSize::Endless => mss,
            TransferSize::Fixed(size) => mss.min(*size),
            TransferSize::Mix(sizes) => sizes.iter().map(|(size, _)| mss.min(*size)).max().unwrap_or(mss),
        };
        let length = last.max(mss.min(transfers.response)) + headers(transfers);
        return Some((length, length));
    }
    Some(match &entry.size {
        PacketSize::Fixed(size) => (u64::from(*size), u64::from(*size)),
        PacketSize::Mix(sizes) => {
            let all = sizes.iter().filter(|(_, weight)| *weight > 0).map(|(size, _)| u64::from(*size));
            (all.clone().min()?, all.max()?)
        }
    })
}

/// Connections that wait for acknowledgments while there is room at the cap.
fn small_window(
    scene: &Scene<'_>,
    id: TrafficId,
    entry: &Traffic,
    transfers: &Transfers,
    ways: &Ways,
) -> Option<Finding> {
    let window = u64::from(transfers.settings.window);
    let most = match &transfers.size {
        TransferSize::Endless => u64::MAX,
        TransferSize::Fixed(size) => *size,
        TransferSize::Mix(sizes) => sizes.iter().map(|(size, _)| *size).max()?,
    };
    if most.max(transfers.response) <= window {
        return None;
    }
    let short = |(link, flows): (&LinkId, &u64)| {
        let peering = scene.network.peering(link.peering());
        let cap = peering.shaping(&scene.network.rules)?.rate;
        let trip = SimDuration::from_nanos(peering.delay.as_nanos() * 2);
        let needed = needed(cap, trip);
        (window < needed).then_some((needed, link.peering(), cap, trip, *flows))
    };
    let flows: BTreeMap<LinkId, u64> = ways.over.clone();
    let (needed, over, cap, trip, flows) = flows.iter().filter_map(short).max()?;
    let bound = BitRate::average(ByteSize::from_bytes(window), trip);
    let connections = u128::from(flows) * u128::from(transfers.connections);
    let together = u128::from(bound.as_bps()) * connections;
    let severity = Severity::Info;
    let all = match connections {
        1 => String::new(),
        many => format!(", all {many} together {}", offered::told(together)),
    };
    let sentence = format!(
        "a window of {} for each round trip of {trip} gives a connection of `{}` at most {bound}{all}; the {cap} of {} \
         take {} (S33)",
        ByteSize::from_bytes(window),
        entry.name,
        scene.peering(over),
        ByteSize::from_bytes(needed)
    );
    let fix = u32::try_from(needed).ok();
    let fix = fix.map(|needed| format!("in [traffic.{}]:\nwindow = \"{needed} B\"", key(entry.name.as_str())));
    Some(Finding { severity, code: WINDOW_TOO_SMALL, about: Thing::Traffic(id), sentence, fix })
}

/// The bytes that a rate carries in a round trip, rounded up.
fn needed(rate: BitRate, trip: SimDuration) -> u64 {
    let bits = u128::from(rate.as_bps()) * u128::from(trip.as_nanos());
    u64::try_from(bits.div_ceil(8 * u128::from(NANOS_PER_SECOND))).unwrap_or(u64::MAX)
}
