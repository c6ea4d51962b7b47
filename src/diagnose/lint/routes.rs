//! Single routes: outside the peer's CIDRs, to no subnet, disabled, swallowed or swallowing. Whether a way back is
//! missing is found elsewhere.

use super::claims::InForce;
use super::fixes::{self, AboutRoute, Fix};
use super::list::*;
use super::ranges::{Range, inside, named, outside, some};
use super::returns::Returns;
use super::scene::{Class, Scene};
use super::transit;
use crate::diagnose::finding::{Finding, Severity};
use crate::model::{NextHop, PeeringId, Route, TableId, Thing, VpcId};
use std::collections::BTreeMap;

/// The most findings of one kind about the routes of one table; the others are counted.
const TOLD: usize = 20;

/// Finds what is wrong with each route of the tables in use.
pub(super) fn routes(scene: &Scene<'_>, returns: &Returns) -> Vec<Finding> {
    let mut found = Vec::new();
    for (vpc, class) in scene.classes() {
        let all: Vec<(Route, AboutRoute)> = of_class(scene, vpc, class);
        for table in &class.tables {
            let untold = |route: &&(Route, AboutRoute)| {
                route.1.code != ROUTE_DISABLED || !returns.named.contains(&(*table, route.0.to))
            };
            few(scene, *table, all.iter().filter(untold), &mut found);
        }
    }
    found
}

/// The findings about one table, at most [`TOLD`] of one kind.
fn few<'f>(
    scene: &Scene<'_>,
    table: TableId,
    all: impl Iterator<Item = &'f (Route, AboutRoute)>,
    found: &mut Vec<Finding>,
) {
    let mut counts: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
    for (route, about) in all {
        let count = counts.entry((about.severity, about.code)).or_default();
        *count += 1;
        if *count > TOLD {
            continue;
        }
        let fix = fixes::of_route(scene, table, route, &about.fix);
        let sentence = format!("route of {} to {} {}", scene.table(table), route.to, about.sentence);
        let AboutRoute { severity, code, .. } = *about;
        found.push(Finding { severity, code, about: Thing::Route(table, route.to), sentence, fix });
    }
    for ((severity, code), count) in counts.into_iter().filter(|(_, count)| *count > TOLD) {
        let sentence = format!("… and {} more routes of {} like these", count - TOLD, scene.table(table));
        found.push(Finding { severity, code, about: Thing::Table(table), sentence, fix: None });
    }
}

fn of_class(scene: &Scene<'_>, vpc: VpcId, class: &Class) -> Vec<(Route, AboutRoute)> {
    let mut found = Vec::new();
    for at in 0..class.claims.routes.len() {
        let route = class.claims.routes[at].route;
        found.extend(in_force(scene, vpc, class, at).map(|about| (route, about)));
    }
    let written = scene.network.table(class.tables[0]).routes.values();
    let disabled = written.filter(|route| route.disabled && scene.usable(route.via).is_some());
    found.extend(disabled.map(|route| {
        let sentence = "is disabled: kept, but not in force (S8)".to_owned();
        (*route, AboutRoute { severity: Severity::Info, code: ROUTE_DISABLED, sentence, fix: Fix::Nothing })
    }));
    found.sort_by_key(|(route, _)| route.to);
    found
}

/// What is wrong with a route in force; the worst only.
fn in_force(scene: &Scene<'_>, vpc: VpcId, class: &Class, at: usize) -> Option<AboutRoute> {
    let route = &class.claims.routes[at];
    if route.won.is_empty() {
        return Some(shadowed(class, at));
    }
    let NextHop::Peering(over) = route.route.via else { return blackhole(scene, vpc, route) };
    if scene.usable(route.route.via).is_none() {
        return taken(scene, vpc, class, route).map(|(from, what)| inactive(scene, over, from, &what));
    }
    let peer = scene.behind(over, vpc);
    let strange = outside(&route.won, &scene.estate(peer).cidrs);
    if !strange.is_empty() {
        return Some(beyond(scene, (vpc, over), class, route, &strange));
    }
    // A longer route may decide about the subnets that it contains; then it is a summary.
    let own: Vec<Range> = inside(Range::of(route.route.to), &scene.estate(peer).cidrs).collect();
    if leads_to_no_subnet(scene, peer, &own) {
        let sentence = format!("leads to {}, which has no subnet in {} (S8)", scene.vpc(peer), named(&own));
        return Some(AboutRoute { severity: Severity::Warning, code: DST_NO_SUBNET, sentence, fix: Fix::Remove });
    }
    let (from, what) = taken(scene, vpc, class, route)?;
    let sentence = format!(
        "over {} takes {} from the shorter route over {}, whose {} has these addresses too (S8, S12)",
        scene.peering(over),
        named(&what),
        scene.peering(from),
        scene.vpc(scene.behind(from, vpc)),
    );
    Some(AboutRoute { severity: Severity::Info, code: MORE_SPECIFIC_ROUTE, sentence, fix: Fix::Nothing })
}

fn leads_to_no_subnet(scene: &Scene<'_>, peer: VpcId, own: &[Range]) -> bool {
    let subnets = &scene.estate(peer).subnets;
    own.iter().all(|range| {
        let from = subnets.partition_point(|(subnet, _)| subnet.last < range.first);
        subnets.get(from).is_none_or(|(subnet, _)| subnet.first > range.last)
    })
}

/// The active peering of the next shorter route in force, if it is another one, and what of the addresses that `route`
/// decides about its peer owns.
fn taken(scene: &Scene<'_>, vpc: VpcId, class: &Class, route: &InForce) -> Option<(PeeringId, Vec<Range>)> {
    let above = class.claims.routes[route.above?].route.via;
    let from = scene.usable(above).filter(|_| above != route.route.via)?;
    let owned = &scene.estate(scene.behind(from, vpc)).cidrs;
    let what: Vec<Range> = route.won.iter().flat_map(|range| inside(*range, owned)).collect();
    (!what.is_empty()).then_some((from, what))
}

fn inactive(scene: &Scene<'_>, over: PeeringId, from: PeeringId, what: &[Range]) -> AboutRoute {
    let sentence = format!(
        "over {}, which is {}, takes {} from the shorter route over {} (S8, S25a)",
        scene.peering(over),
        scene.network.rules.state(scene.network.peering(over).state),
        named(what),
        scene.peering(from),
    );
    AboutRoute { severity: Severity::Warning, code: MORE_SPECIFIC_ROUTE, sentence, fix: Fix::Remove }
}

/// A route that decides about addresses that its peer does not own.
fn beyond(
    scene: &Scene<'_>,
    (vpc, over): (VpcId, PeeringId),
    class: &Class,
    route: &InForce,
    strange: &[Range],
) -> AboutRoute {
    let peer = scene.behind(over, vpc);
    let cidrs = named(&scene.estate(peer).cidrs);
    let leads = format!("leads over {} to {}", scene.peering(over), scene.vpc(peer));
    let stolen = taken(scene, vpc, class, route).filter(|(_, what)| what.iter().any(|part| meets(*part, strange)));
    if let Some((from, what)) = stolen {
        let shorter = class.claims.routes[route.above.unwrap_or_default()].route.to;
        let sentence = format!(
            "{leads}, whose CIDRs ({cidrs}) do not hold it, and takes {} away from {shorter} over {}, whose {} owns \
             it (S3, S8)",
            named(&what),
            scene.peering(from),
            scene.vpc(scene.behind(from, vpc)),
        );
        let code = ROUTE_OUTSIDE_PEER_CIDR;
        return AboutRoute { severity: Severity::Error, code, sentence, fix: Fix::Remove };
    }
    if let Some(found) = transit::attempt(scene, vpc, over, route, strange) {
        return found;
    }
    let what = named(strange);
    let (sentence, fix) = if route.won.iter().any(|range| meets(*range, &scene.estate(peer).cidrs)) {
        let sentence = format!("{leads}, whose CIDRs are only {cidrs}: what else it matches is dropped there (S3)");
        (sentence, Fix::Nothing)
    } else {
        (format!("{leads}, whose CIDRs ({cidrs}) do not hold {what}: all of it is dropped there (S3)"), Fix::Remove)
    };
    AboutRoute { severity: Severity::Warning, code: ROUTE_OUTSIDE_PEER_CIDR, sentence, fix }
}

fn meets(range: Range, all: &[Range]) -> bool {
    inside(range, all).next().is_some()
}

fn blackhole(scene: &Scene<'_>, vpc: VpcId, route: &InForce) -> Option<AboutRoute> {
    let taken: Vec<Range> = route.won.iter().copied().filter(|range| scene.is_peers(vpc, *range)).collect();
    let sentence = format!("is a blackhole: what is sent to {} there, replies too, is dropped (S8)", named(&taken));
    let found = AboutRoute { severity: Severity::Info, code: ROUTE_BLACKHOLE, sentence, fix: Fix::Nothing };
    (!taken.is_empty()).then_some(found)
}

/// A route that decides about nothing: who does instead.
fn shadowed(class: &Class, at: usize) -> AboutRoute {
    let route = &class.claims.routes[at].route;
    let inside = class.claims.routes[at + 1..].iter().take_while(|other| route.to.contains(&other.route.to));
    let deciding: Vec<&InForce> = inside.filter(|other| !other.won.is_empty()).collect();
    let covered: u64 = deciding.iter().flat_map(|r| &r.won).map(|r| u64::from(r.last - r.first) + 1).sum();
    let whole = Range::of(route.to);
    let alike =
        deciding.iter().all(|other| other.route.via == route.via) && covered == u64::from(whole.last - whole.first) + 1;
    let severity = if alike { Severity::Info } else { Severity::Warning };
    let by = match deciding.as_slice() {
        [] => "the VPC's own CIDRs".to_owned(),
        all => some(all.iter().map(|other| other.route.to.to_string()), 2, ["longer route", "longer routes"]),
    };
    let sentence = format!("never decides: {by} cover all of it (S8)");
    AboutRoute { severity, code: ROUTE_SHADOWED, sentence, fix: Fix::Remove }
}
