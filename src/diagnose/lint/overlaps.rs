//! Peers of one VPC that have the same addresses (S12, S13): which of them gets a packet is decided by routes alone.

use super::list::AMBIGUOUS_OVERLAPPING_PEERS;
use super::ranges::{Range, some};
use super::returns::Returns;
use super::scene::Scene;
use crate::diagnose::finding::{Finding, Severity};
use crate::model::{PeeringId, Thing, VpcId};
use std::collections::BTreeSet;

/// The most routes that are named.
const NAMED: usize = 3;

/// Finds every peer whose CIDR lies in one of another peer: with the narrowest such one.
pub(super) fn overlaps(scene: &Scene<'_>, returns: &Returns) -> Vec<Finding> {
    let mut found = Vec::new();
    for (vpc, _) in scene.network.vpcs() {
        let cidrs = |(id, peer): (PeeringId, VpcId)| scene.network.vpc(peer).cidrs.iter().map(move |cidr| (*cidr, id));
        let mut behind: Vec<_> = scene.peers(vpc).flat_map(cidrs).collect();
        behind.sort_unstable();
        let mut open: Vec<(Range, PeeringId)> = Vec::new();
        let mut told: BTreeSet<(PeeringId, PeeringId)> = BTreeSet::new();
        for (cidr, id) in behind {
            let range = Range::of(cidr);
            while open.pop_if(|(other, _)| other.last < range.first).is_some() {}
            if let Some((_, other)) = open.last().filter(|(_, other)| *other != id)
                && told.insert((*other, id))
            {
                found.push(overlap(scene, returns, vpc, [*other, id], range));
            }
            open.push((range, id));
        }
    }
    found
}

fn overlap(scene: &Scene<'_>, returns: &Returns, vpc: VpcId, pair: [PeeringId; 2], range: Range) -> Finding {
    let mut deciding: BTreeSet<(ipnet::Ipv4Net, PeeringId)> = BTreeSet::new();
    for class in &scene.estate(vpc).classes {
        for (_, via, to) in scene.within(class, range) {
            let over = via.and_then(|via| scene.usable(via)).filter(|id| pair.contains(id));
            deciding.extend(to.zip(over));
        }
    }
    let routes = deciding.iter().map(|(to, id)| format!("{to} over {}", scene.peering(*id)));
    let routes = some(routes, NAMED, ["route", "routes"]);
    let over: BTreeSet<PeeringId> = deciding.iter().map(|(_, id)| *id).collect();
    let is_clear = over.len() == 2 || returns.diverging.contains(&vpc);
    let decide = match deciding.len() {
        0 => "no route decides who gets a packet".to_owned(),
        1 => format!("the route to {routes} alone decides"),
        _ => format!("the routes to {routes} decide"),
    };
    let [one, other] = pair.map(|id| scene.behind(id, vpc));
    let prefix = super::ranges::named(&[range]);
    Finding {
        severity: if is_clear { Severity::Info } else { Severity::Warning },
        code: AMBIGUOUS_OVERLAPPING_PEERS,
        about: Thing::Peering(pair[1]),
        sentence: format!(
            "{} and {}, both peers of {}, overlap in {prefix}: {decide} (S12)",
            scene.vpc(one),
            scene.vpc(other),
            scene.vpc(vpc)
        ),
        fix: None,
    }
}
