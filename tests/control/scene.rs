//! The scenes of the property: small networks of three accounts with some overlapping VPCs, and random actions of kinds
//! that collide (few names, few CIDRs, tight quotas). Decides nothing.

use crate::dice::{Dice, name, net};
use crate::ledger::{Dull, Table, Vpc, WEEK, range};
use ipnet::Ipv4Net;
use vpcsim::model::*;
use vpcsim::units::{BitRate, ByteSize, Share, SimDuration};

const PRIMARY: [&str; 9] = [
    "10.0.0.0/16",
    "10.0.0.0/17",
    "10.1.0.0/16",
    "10.2.0.0/16",
    "10.3.0.0/16",
    "10.5.0.0/16",
    "10.6.0.0/16",
    "172.16.0.0/16",
    "10.1.128.0/17",
];
const OTHERS: [&str; 8] = [
    "10.0.0.0/16",
    "10.4.0.0/16",
    "10.1.0.0/24",
    "192.168.0.0/16",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "10.2.0.1/16",
    "172.16.0.0/16",
];

/// The same small world twice: as the network and as the dull model.
pub fn open(dice: &mut Dice) -> (Network, Dull) {
    let mut network = Network::new(Rules::guide());
    let rules = &mut network.rules;
    rules.quota_total = dice.pick(&[1, 2, 3, 10]);
    rules.quota_active = dice.pick(&[1, 2, 3, 10]);
    let (policy, overlap) = dice.pick(&[
        (OverlapPolicy::Guide, "guide"),
        (OverlapPolicy::Guide, "guide"),
        (OverlapPolicy::Strict2024, "strict-2024"),
        (OverlapPolicy::Aws, "aws"),
    ]);
    rules.overlap = policy;
    rules.strict_routes = dice.chance(30);
    let (quota_total, quota_active, strict_routes) = (rules.quota_total, rules.quota_active, rules.strict_routes);
    let (mut vpcs, mut tables) = (Vec::new(), Vec::new());
    for number in 0..3 + dice.below(3) as usize {
        let account = network.account_named(&name(dice.pick(&["ann", "bob", "cy"])));
        let region = network.declare_region(&name(dice.pick(&["beijing", "beijing", "guangzhou"])));
        let cidr = net(dice.pick(&PRIMARY));
        let vpc = network.add_vpc(name(&format!("V{number}")), None, account, region, cidr).expect("a new VPC");
        for kind in ["main", "spare"] {
            network.add_table(vpc, name(kind)).expect("a new table");
            tables.push(Table { vpc: number, entries: Vec::new() });
        }
        let subnet = Ipv4Net::new(cidr.network(), 24).expect("shorter than 32");
        let table = network.find_table(vpc, "main").expect("just made");
        let subnet = network.add_subnet(vpc, name("S"), subnet, table).expect("the first subnet");
        network.add_host(HostSpec { name: name("h"), subnet, address: None, source_check: true }).expect("room");
        vpcs.push(Vpc { account: account.0, region: region.0, cidrs: vec![range(cidr)] });
    }
    for account in ["ann", "bob", "cy"] {
        network.account_named(&name(account));
    }
    let dull = Dull { now: 0, vpcs, tables, pacts: Vec::new(), quota_total, quota_active, overlap, strict_routes };
    (network, dull)
}

/// A later instant, or the same one: preferably one at which something falls due, or a nanosecond beside it.
pub fn later(dice: &mut Dice, dull: &Dull) -> u64 {
    let now = dull.now;
    let aimed = dull.next_due().map(|due| dice.pick(&[due.saturating_sub(1), due, due, due + 1]));
    let idle = now + dice.pick(&[0, 0, 0, 1, 1_000_000, 40_000_000, 1_000_000_000, 3_600_000_000_000, WEEK]);
    match aimed {
        Some(aimed) if dice.chance(30) => aimed.max(now),
        _ => idle,
    }
}

/// The requesting account: usually one, sometimes `None`.
pub fn somebody(dice: &mut Dice, network: &Network) -> Option<AccountId> {
    if dice.chance(60) { None } else { Some(AccountId(dice.below(network.accounts().count() as u64) as u32)) }
}

pub fn action(dice: &mut Dice, network: &Network) -> Change {
    let peering = known_name(dice, network);
    let table = TableId(dice.below(network.tables().len() as u64) as u32);
    let up = dice.chance(50);
    if dice.chance(25) {
        return useful_route(dice, network, &peering);
    }
    match dice.below(33) {
        0..=6 => Change::CreatePeering(Box::new(request(dice, network))),
        7..=10 => Change::Step { peering, step: Step::Accept },
        11 => Change::Step { peering, step: Step::Reject },
        12 | 13 => Change::Step { peering, step: Step::Delete },
        14..=16 => Change::Step { peering, step: Step::Enable },
        17 => Change::Step { peering, step: if up { Step::Isolate } else { Step::Restore } },
        18 => Change::Step { peering, step: if up { Step::Restore } else { Step::Delete } },
        19 | 20 => Change::Rename { peering, name: some_name(dice) },
        21 => {
            let bps = dice.pick(&[10_000_000, 100_000_000, 1_000_000_000, 1_001_000_000, 0, 1_500_000]);
            Change::ChangeBandwidth { peering, bandwidth: BitRate::from_bps(bps) }
        }
        22 => {
            let vpc = VpcId(dice.below(network.vpcs().len() as u64) as u32);
            Change::AddCidr { vpc, cidr: some_cidr(dice) }
        }
        23..=25 => {
            let via = if dice.chance(15) { Via::Blackhole } else { Via::Peering(peering) };
            Change::AddRoute { table, to: some_cidr(dice), via, disabled: dice.chance(10) }
        }
        26 => {
            let to = known_route(dice, network, table);
            if up {
                Change::RemoveRoute { table, to }
            } else {
                Change::DisableRoute { table, to, disabled: dice.chance(50) }
            }
        }
        27 => Change::SetHost { host: HostId(dice.below(network.hosts().len() as u64) as u32), up, lasts: None },
        28 | 29 => Change::SetLink { peering, up: dice.chance(30), lasts: lasts(dice) },
        30 => Change::SetLoss { peering, loss: Share::of(dice.below(3), 2), lasts: lasts(dice) },
        _ => Change::SetNode { peering, node: dice.below(4) as usize, up: dice.chance(30), lasts: lasts(dice) },
    }
}

/// Only a few lengths, so that faults overlap and end together, and coincide with other due instants.
fn lasts(dice: &mut Dice) -> Option<SimDuration> {
    let nanos = dice.pick(&[0, 0, 1, 40_000_000, 1_000_000_000, 2_000_000_000, 3_600_000_000_000, WEEK]);
    Some(SimDuration::from_nanos(nanos)).filter(|lasts| *lasts > SimDuration::ZERO)
}

fn some_name(dice: &mut Dice) -> Name {
    name(dice.pick(&["p", "q", "r", "s"]))
}

/// Usually the name of an existing peering.
fn known_name(dice: &mut Dice, network: &Network) -> Name {
    let known: Vec<Name> =
        network.peerings().filter(|(_, p)| !p.state.is_gone()).map(|(_, p)| p.name.clone()).collect();
    if known.is_empty() || dice.chance(15) { some_name(dice) } else { dice.pick(&known) }
}

/// From one end's hosts to the other end, so that packets cross; a second one is a second next hop.
fn useful_route(dice: &mut Dice, network: &Network, peering: &Name) -> Change {
    let ends = network.find_peering(peering.as_str()).map_or((VpcId(0), VpcId(1)), |id| {
        let peering = network.peering(id);
        (peering.requester, peering.accepter)
    });
    let (near, far) = if dice.chance(50) { ends } else { (ends.1, ends.0) };
    let table = network.find_table(near, "main").expect("every VPC has one");
    Change::AddRoute { table, to: network.vpc(far).cidrs[0], via: Via::Peering(peering.clone()), disabled: false }
}

fn some_cidr(dice: &mut Dice) -> Ipv4Net {
    if dice.chance(60) { net(dice.pick(&PRIMARY)) } else { net(dice.pick(&OTHERS)) }
}

fn known_route(dice: &mut Dice, network: &Network, table: TableId) -> Ipv4Net {
    let known: Vec<Ipv4Net> = network.table(table).routes.keys().copied().collect();
    if known.is_empty() || dice.chance(20) { some_cidr(dice) } else { dice.pick(&known) }
}

/// In nanoseconds: common values, and the smallest and largest allowed, with their neighbours.
const DELAYS: [Option<u64>; 8] =
    [None, None, None, Some(30_000_000), Some(999), Some(1_000), Some(10_000_000_000), Some(10_000_000_001)];

fn request(dice: &mut Dice, network: &Network) -> PeeringSpec {
    let vpcs = network.vpcs().len() as u64;
    let a = dice.below(vpcs);
    let b = if dice.chance(5) { a } else { (a + 1 + dice.below(vpcs - 1)) % vpcs };
    let (a, b) = (VpcId(a as u32), VpcId(b as u32));
    let cross = network.vpc(a).region != network.vpc(b).region;
    let cap = if dice.chance(92) == cross { dice.pick(&[10, 100, 1000, 1000, 1001]) } else { 0 };
    PeeringSpec {
        bandwidth: (cap > 0).then(|| BitRate::from_mbps(cap)),
        ticket: dice.chance(10),
        burst: dice.pick(&[None, None, None, None, None, None, Some(1499), Some(9000)]).map(ByteSize::from_bytes),
        delay: dice.pick(&DELAYS).map(SimDuration::from_nanos),
        requested: SimDuration::from_nanos(dice.pick(&[0, 0, 0, 86_400_000_000_000, WEEK - 1])),
        nodes: dice.pick(&[1, 2, 3]),
        failover: dice.chance(80),
        detection: SimDuration::from_nanos(dice.pick(&[0, 1_000_000, 1_000_000_000])),
        ..PeeringSpec::new(some_name(dice), a, b)
    }
}
