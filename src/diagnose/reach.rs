//! Demands on who reaches whom (`reach` and `unreachable` in `[[expect]]`), judged without a packet. What a run
//! measures is judged elsewhere.

use super::ground::Ground;
use super::matrix::{By, Classes, Matrix};
use super::way::Trip;
use crate::model::plan::{Plan, Reach, ReachTo};
use crate::model::{HostId, Network};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

/// What came of one demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How many ordered pairs it is about.
    pub pairs: u64,
    /// How many of them do not meet it.
    pub failed: u64,
    /// The first of these: `VPC1/web -> VPC2/db`, and its code.
    pub first: Option<(String, String)>,
}

impl Judged {
    /// Whether it is met.
    pub fn held(&self) -> bool {
        self.failed == 0
    }
}

/// What comes of each demand of a plan for `network`, which is as the plan finds it.
pub fn judge(network: &Network, plan: &Plan) -> Vec<Judged> {
    // Demands of one instant share its network.
    let mut grounds = BTreeMap::new();
    let judged = plan.reach.iter().map(|demand| {
        let ground = grounds.entry(demand.at).or_insert_with(|| Ground::at(network.clone(), plan, demand.at));
        match &demand.to {
            ReachTo::Hosts(hosts) => among_hosts(ground, demand, hosts),
            ReachTo::Address(address) => to_address(ground, demand, *address),
        }
    });
    judged.collect()
}

fn among_hosts(ground: &Ground, demand: &Reach, to: &[HostId]) -> Judged {
    let network = ground.network();
    let marked = |hosts: &[HostId]| {
        let mut is_one = vec![false; network.hosts().len()];
        hosts.iter().for_each(|host| is_one[host.index()] = true);
        move |host: HostId| is_one[host.index()]
    };
    let matrix = Matrix::new(ground, demand.probe, By::Host, marked(&demand.from), marked(to));
    let (mut failed, mut first) = (0, None);
    for (from, near) in (0..).zip(matrix.kinds()).filter(|(_, kind)| kind.sends()) {
        for (to, far) in (0..).zip(matrix.kinds()).filter(|(_, kind)| kind.receives()) {
            let Some(pair) = matrix.pair(from, to) else { continue };
            let is_met = if demand.one_way { pair.one_way } else { pair.round_trip } == demand.wanted;
            if is_met {
                continue;
            }
            let (senders, receivers) = (near.members.len() as u64, far.members.len() as u64);
            failed += senders * (receivers - u64::from(from == to));
            let sender = near.members.first().copied();
            let receiver = far.members.iter().copied().find(|unit| Some(*unit) != sender);
            let found = sender.zip(receiver).map(|two| (two, pair.cell));
            first = [first, found].into_iter().flatten().min_by_key(|(two, _)| *two);
        }
    }
    let first = first.map(|((from, to), cell)| {
        (format!("{} -> {}", matrix.name(from), matrix.name(to)), cell.end(|host| network.host_name(host)))
    });
    Judged { pairs: matrix.pairs(), failed, first }
}

fn to_address(ground: &Ground, demand: &Reach, address: Ipv4Addr) -> Judged {
    let network = ground.network();
    let classes = Classes::of(network);
    // A host is not asked about itself.
    let senders: Vec<HostId> =
        demand.from.iter().copied().filter(|host| network.host(*host).address != address).collect();
    let (mut failed, mut first, mut known) = (0, None, BTreeMap::new());
    for host in BTreeSet::from_iter(senders.iter().copied()) {
        let trip =
            *known.entry(classes.class_of(host)).or_insert_with(|| Trip::of(ground, demand.probe, host, address));
        // Of a class, any member stands for the sender of the trip.
        let met = if demand.one_way { trip.arrives(None) } else { trip.returns(None) } == demand.wanted;
        if !met {
            failed += 1;
            first.get_or_insert_with(|| (format!("{} -> {address}", network.host_name(host)), verdict(&trip)));
        }
    }
    Judged { pairs: senders.len() as u64, failed, first }
}

/// The code of a trip to an address, whoever has it.
fn verdict(trip: &Trip) -> String {
    match trip.reply {
        Some(reply) if reply.end.is_err() => format!("reply: {}", reply.verdict()),
        _ => trip.request.verdict().into(),
    }
}
