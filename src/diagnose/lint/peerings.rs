//! Peerings as agreements: their state, whom they are with, what the quota leaves, and which side has no route over
//! them. What single routes do wrong is found elsewhere.

use super::fixes;
use super::list::*;
use super::returns::Returns;
use super::scene::Scene;
use crate::diagnose::finding::{Finding, Severity};
use crate::model::{Peering, PeeringId, PeeringState, Thing, VpcId};
use crate::units::SimDuration;

/// A request that has no more time than this is told.
const SOON: SimDuration = SimDuration::from_secs(86_400);

/// Finds what is wrong with each peering, and with each VPC's quota.
pub(super) fn peerings(scene: &Scene<'_>, returns: &Returns) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, peering) in scene.network.peerings() {
        let [out, back] = [peering.requester, peering.accepter].map(|vpc| routes_over(scene, id, vpc));
        match peering.state {
            PeeringState::Active => found.extend(without_routes(scene, returns, id, [out > 0, back > 0])),
            PeeringState::Deleted => continue,
            state => found.extend(inactive(scene, id, peering, state, out + back)),
        }
        found.extend(untrusted(scene, id, peering));
    }
    found.extend(scene.network.vpcs().filter_map(|(id, _)| quota(scene, id)));
    found
}

/// How many routes in force lead over a peering from `vpc`, table by table.
fn routes_over(scene: &Scene<'_>, id: PeeringId, vpc: VpcId) -> usize {
    let classes = &scene.estate(vpc).classes;
    scene.over(id, vpc).iter().map(|over| classes[over.class].tables.len()).sum()
}

fn without_routes(scene: &Scene<'_>, returns: &Returns, id: PeeringId, has: [bool; 2]) -> Option<Finding> {
    let peering = scene.network.peering(id);
    let sides = [(peering.requester, has[0]), (peering.accepter, has[1])];
    let lacking: Vec<VpcId> = sides.iter().filter(|(_, has)| !has).map(|(vpc, _)| *vpc).collect();
    let is_untold = |vpc: &VpcId| !returns.sides.contains(&(id, *vpc)) && !scene.estate(*vpc).subnets.is_empty();
    let untold: Vec<VpcId> = lacking.iter().copied().filter(is_untold).collect();
    let first = untold.first()?;
    let name = scene.peering(id);
    let sentence = match lacking.len() {
        2 => format!("no route of either side leads over {name}: nothing gets across (S4)"),
        _ => {
            let (near, far) = (scene.vpc(*first), scene.vpc(scene.behind(id, *first)));
            format!("no route of {near} leads over {name}: nothing gets from there to {far} (S4)")
        }
    };
    let fix: Vec<String> = untold.iter().filter_map(|vpc| way(scene, id, *vpc)).collect();
    Some(Finding {
        severity: Severity::Warning,
        code: PEERING_WITHOUT_ROUTES,
        about: Thing::Peering(id),
        sentence,
        fix: (!fix.is_empty()).then(|| fix.join("\n")),
    })
}

/// Routes over a peering for the first table of a side, where that has none yet to the same destination.
fn way(scene: &Scene<'_>, id: PeeringId, vpc: VpcId) -> Option<String> {
    let table = scene.estate(vpc).classes.first()?.tables.first()?;
    let known = &scene.network.table(*table).routes;
    let far = scene.network.vpc(scene.behind(id, vpc));
    let routes: Vec<_> = far.cidrs.iter().filter(|cidr| !known.contains_key(cidr)).map(|cidr| (*cidr, id)).collect();
    (!routes.is_empty()).then(|| fixes::add(scene, *table, &routes))
}

fn inactive(
    scene: &Scene<'_>,
    id: PeeringId,
    peering: &Peering,
    state: PeeringState,
    routes: usize,
) -> Option<Finding> {
    let code = state.remark()?;
    let name = scene.peering(id);
    let called = scene.network.rules.state(state);
    let left = peering.expires.filter(|_| state == PeeringState::Pending).map(|end| end.since(scene.at));
    let routed = match routes {
        0 => String::new(),
        1 => "; the packets of the route over it are dropped".into(),
        many => format!("; the packets of the {many} routes over it are dropped"),
    };
    let (severity, code, sentence) = match left {
        Some(left) if left <= SOON => {
            let sentence = format!("{name} is {called} and expires in {left}, unless it is accepted{routed} (S19)");
            (Severity::Warning, REQUEST_NEARLY_EXPIRED, sentence)
        }
        _ if routes == 0 && state.is_gone() => return None,
        _ => {
            let severity = if routes > 0 { Severity::Warning } else { Severity::Info };
            (severity, code, format!("{name} is {called}{routed} (S25a)"))
        }
    };
    Some(Finding { severity, code, about: Thing::Peering(id), sentence, fix: None })
}

fn untrusted(scene: &Scene<'_>, id: PeeringId, peering: &Peering) -> Option<Finding> {
    let network = scene.network;
    if !peering.state.counts() {
        return None;
    }
    let (from, to) = (network.vpc(peering.requester).account, network.vpc(peering.accepter).account);
    let trusts = network.account(to).trusts.as_ref()?;
    if from == to || trusts.contains(&from) {
        return None;
    }
    let (name, stranger, host) = (scene.peering(id), &network.account(from).name, &network.account(to).name);
    let done = if peering.state == PeeringState::Pending { "is asked for by" } else { "was accepted from" };
    let sentence = format!("{name} {done} account `{stranger}`, which account `{host}` does not trust (S24)");
    let code = UNTRUSTED_ACCOUNT;
    Some(Finding { severity: Severity::Warning, code, about: Thing::Peering(id), sentence, fix: None })
}

fn quota(scene: &Scene<'_>, vpc: VpcId) -> Option<Finding> {
    let quota = scene.network.rules.quota_total;
    let free = scene.network.free_quota(vpc);
    let used = quota - free;
    if u64::from(used) * 10 < u64::from(quota) * 9 {
        return None;
    }
    let left = match free {
        0 => "the next one will be refused".to_owned(),
        free => format!("{free} left"),
    };
    let sentence = format!("{used} of the quota of {quota} peerings of {} are used: {left} (S23)", scene.vpc(vpc));
    let code = QUOTA_NEARLY_USED;
    Some(Finding { severity: Severity::Info, code, about: Thing::Vpc(vpc), sentence, fix: None })
}
