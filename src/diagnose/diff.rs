//! What a change does to a network, without packets: pairs of hosts that lose or win their round trip, peerings that
//! differ, findings that come or go. Both networks are told apart by names alone. What a run measures of both is
//! compared elsewhere.

use super::finding::Finding;
use super::ground::Ground;
use super::lint::lint;
use super::matrix::{By, Cell, Matrix};
use crate::model::plan::Plan;
use crate::model::{Direction, HostId, LinkId, Network, Peering, Probe};
use crate::units::SimTime;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the round trip of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was there and is not any more.
    Lost,
    /// It was not there and is now.
    Won,
    /// It is there or not as before, and something else differs: where it ends, or why.
    Changed,
}

/// Pairs that fare alike, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairChange {
    /// What becomes of them.
    pub fate: Fate,
    /// Their senders, by full name.
    pub from: Vec<String>,
    /// Their receivers.
    pub to: Vec<String>,
    /// How many ordered pairs of different hosts that is.
    pub pairs: u64,
    /// Where it ended before: `delivered`, or a code.
    pub before: String,
    /// Where it ends now.
    pub after: String,
}

/// A property of a peering that differs; one side is none where the peering is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeeringChange {
    /// Its name.
    pub peering: String,
    /// What differs: `state`, `cap`, `delay`, …
    pub what: &'static str,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// Everything that differs.
#[derive(Debug, Default)]
pub struct Diff {
    /// Pairs of hosts, by fate.
    pub pairs: Vec<PairChange>,
    /// Hosts that only the first has.
    pub hosts_gone: Vec<String>,
    /// Hosts that only the second has.
    pub hosts_new: Vec<String>,
    /// Peerings, by name.
    pub peerings: Vec<PeeringChange>,
    /// Findings that only the first has.
    pub findings_gone: Vec<Finding>,
    /// Findings that only the second has.
    pub findings_new: Vec<Finding>,
}

impl Diff {
    /// What differs between two networks with their plans, as they are at an instant.
    pub fn between(before: (&Ground, &Plan), after: (&Ground, &Plan), probe: Probe, at: SimTime) -> Diff {
        let (old, new) = (before.0.network(), after.0.network());
        let is_in = |network: &Network, name: &str| twin(network, name).is_some();
        let only = |here: &Network, there: &Network| -> Vec<String> {
            here.hosts().map(|(id, _)| here.host_name(id)).filter(|name| !is_in(there, name)).collect()
        };
        let [findings_before, findings_after] = [before, after].map(|(ground, plan)| lint(ground, plan, at));
        Diff {
            pairs: pairs(before.0, after.0, probe),
            hosts_gone: only(old, new),
            hosts_new: only(new, old),
            peerings: peerings(old, new),
            findings_gone: without(&findings_before, &findings_after),
            findings_new: without(&findings_after, &findings_before),
        }
    }

    /// How many pairs have this fate.
    pub fn count(&self, fate: Fate) -> u64 {
        self.pairs.iter().filter(|change| change.fate == fate).map(|change| change.pairs).sum()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Diff { pairs, hosts_gone, hosts_new, peerings, findings_gone, findings_new } = self;
        pairs.is_empty()
            && hosts_gone.is_empty()
            && hosts_new.is_empty()
            && peerings.is_empty()
            && findings_gone.is_empty()
            && findings_new.is_empty()
    }
}

/// The host of this full name.
fn twin(network: &Network, name: &str) -> Option<HostId> {
    let (vpc, host) = name.split_once('/')?;
    network.find_host(network.find_vpc(vpc)?, host)
}

/// The pairs that differ. Hosts of the same two classes, before and after, fare alike; one that is gone has lost all it
/// had, and one that is new has won all it has.
fn pairs(before: &Ground, after: &Ground, probe: Probe) -> Vec<PairChange> {
    let all = |_| true;
    let [old, new] = [before, after].map(|ground| Matrix::new(ground, probe, By::Host, all, all));
    let kind = |matrix: &Matrix, host| matrix.kind_of(matrix.unit_of(host));
    let mut groups: BTreeMap<(Option<u32>, Option<u32>), Vec<String>> = BTreeMap::new();
    for (id, _) in before.network().hosts() {
        let name = before.network().host_name(id);
        let after = twin(after.network(), &name).and_then(|twin| kind(&new, twin));
        groups.entry((kind(&old, id), after)).or_default().push(name);
    }
    for (id, _) in after.network().hosts() {
        let name = after.network().host_name(id);
        if twin(before.network(), &name).is_none() {
            groups.entry((None, kind(&new, id))).or_default().push(name);
        }
    }
    let cell = |matrix: &Matrix, from: Option<u32>, to: Option<u32>| {
        from.zip(to).and_then(|(from, to)| matrix.pair(from, to)).map(|pair| pair.cell)
    };
    let told = |matrix: &Matrix, cell: Option<Cell>| {
        cell.map_or("no such host".into(), |cell| cell.end(|host| matrix.network().host_name(host)))
    };
    let mut changes = Vec::new();
    for (near, from) in &groups {
        for (far, to) in &groups {
            let pairs = from.len() as u64 * (to.len() as u64 - u64::from(near == far));
            let (was, is) = (cell(&old, near.0, far.0), cell(&new, near.1, far.1));
            let (told_before, told_after) = (told(&old, was), told(&new, is));
            let returns = |cell: Option<Cell>| cell.is_some_and(Cell::returns);
            let fate = match (returns(was), returns(is)) {
                _ if pairs == 0 => continue,
                (true, false) => Fate::Lost,
                (false, true) => Fate::Won,
                _ if was.is_some() && is.is_some() && told_before != told_after => Fate::Changed,
                _ => continue,
            };
            let (from, to) = (from.clone(), to.clone());
            changes.push(PairChange { fate, from, to, pairs, before: told_before, after: told_after });
        }
    }
    changes.sort_by_key(|change| change.fate);
    changes
}

/// The peerings that differ, by name; those that are gone (S20, S21) are not there.
fn peerings(old: &Network, new: &Network) -> Vec<PeeringChange> {
    let named = |network: &Network| -> BTreeMap<String, Vec<(&'static str, String)>> {
        let alive = network.peerings().filter(|(_, peering)| !peering.state.is_gone());
        alive
            .map(|(id, peering)| {
                (peering.name.to_string(), properties(network, LinkId::new(id, Direction::Out), peering))
            })
            .collect()
    };
    let (old, new) = (named(old), named(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let change = |what, before, after| PeeringChange { peering: name.clone(), what, before, after };
        match (old.get(name), new.get(name)) {
            (Some(before), Some(after)) => {
                let both = before.iter().zip(after).filter(|(before, after)| before != after);
                let each =
                    both.map(|((what, before), (_, after))| change(*what, Some(before.clone()), Some(after.clone())));
                changes.extend(each);
            }
            (before, after) => {
                let ends = |side: Option<&Vec<(&'static str, String)>>| {
                    side.and_then(|all| all.first()).map(|(_, ends)| ends.clone())
                };
                changes.push(change("peering", ends(before), ends(after)));
            }
        }
    }
    changes
}

/// What is compared of a peering, in a fixed order.
fn properties(network: &Network, link: LinkId, peering: &Peering) -> Vec<(&'static str, String)> {
    let (near, far) = network.ends(link);
    let shaping = peering.shaping(&network.rules);
    vec![
        ("ends", format!("{} -> {}", network.vpc(near).name, network.vpc(far).name)),
        ("state", network.rules.state(peering.state).to_owned()),
        ("cap", shaping.map_or("none".into(), |shaping| shaping.rate.to_string())),
        ("burst", shaping.map_or("none".into(), |shaping| shaping.burst.to_string())),
        ("delay", peering.delay.to_string()),
        ("MTU", format!("{} B", peering.mtu)),
        ("link", if peering.down { "cut" } else { "up" }.to_owned()),
    ]
}

/// The findings of `these` that `those` lack.
fn without(these: &[Finding], those: &[Finding]) -> Vec<Finding> {
    let key = |finding: &Finding| (finding.code, finding.sentence.clone());
    let known: BTreeSet<_> = those.iter().map(key).collect();
    these.iter().filter(|finding| !known.contains(&key(finding))).cloned().collect()
}
