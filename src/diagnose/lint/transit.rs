//! Attempts at transit: a route over a peering to what belongs to another peer of the peer (S3), and what would do
//! instead, peerings of one's own.

use super::claims::InForce;
use super::fixes::{AboutRoute, Fix};
use super::list::TRANSIT_NOT_ALLOWED;
use super::ranges::{Range, inside, some};
use super::scene::Scene;
use crate::diagnose::finding::Severity;
use crate::model::{PeeringId, VpcId};
use std::collections::BTreeSet;

/// The most VPCs that are named.
const NAMED: usize = 3;

/// A finding, if some of the `strange` addresses, which the peer over `over` does not own, are another's of its peers.
pub(super) fn attempt(
    scene: &Scene<'_>,
    vpc: VpcId,
    over: PeeringId,
    route: &InForce,
    strange: &[Range],
) -> Option<AboutRoute> {
    let middle = scene.behind(over, vpc);
    let owns = |peer: VpcId| strange.iter().any(|range| inside(*range, &scene.estate(peer).cidrs).next().is_some());
    let beyond: BTreeSet<VpcId> =
        scene.peers(middle).map(|(_, peer)| peer).filter(|peer| *peer != vpc && owns(*peer)).collect();
    if beyond.is_empty() {
        return None;
    }
    let hits = |range: &Range| inside(*range, &scene.estate(middle).cidrs).next().is_some();
    let severity = if route.won.iter().any(hits) { Severity::Warning } else { Severity::Error };
    let sentence = format!(
        "leads over {} to {}, beyond which {} {}: a peering carries nothing on to another (S3); {}",
        scene.peering(over),
        scene.vpc(middle),
        if beyond.len() == 1 { "is" } else { "are" },
        some(beyond.iter().map(|peer| scene.vpc(*peer)), NAMED, ["VPC", "VPCs"]),
        mesh(scene, beyond.len() + 2),
    );
    let fix = fix(scene, vpc, route, &beyond);
    Some(AboutRoute { severity, code: TRANSIT_NOT_ALLOWED, sentence, fix })
}

/// What a full mesh of so many VPCs takes.
fn mesh(scene: &Scene<'_>, vpcs: usize) -> String {
    let (peerings, each) = (vpcs * (vpcs - 1) / 2, vpcs - 1);
    let quota = scene.network.rules.quota_total;
    let fits = if each as u64 <= u64::from(quota) { "fits" } else { "does not fit" };
    format!(
        "a full mesh of these {vpcs} VPCs is {peerings} peerings, {each} of each, which {fits} the quota of {quota}"
    )
}

/// The route over a peering of one's own with the only VPC beyond, if there is one. A new peering takes routes on both
/// sides, and may be refused: `explain` tries that out.
fn fix(scene: &Scene<'_>, vpc: VpcId, route: &InForce, beyond: &BTreeSet<VpcId>) -> Fix {
    let Some(owner) = beyond.first().filter(|_| beyond.len() == 1) else { return Fix::Nothing };
    let is_theirs = scene.network.vpc(*owner).holding(route.route.to).is_some();
    match scene.peers(vpc).find(|(_, peer)| peer == owner) {
        Some((own, _)) if is_theirs => Fix::Over(own),
        _ => Fix::Nothing,
    }
}
