//! Independent checks of the control plane: a dull model of the rules against the network inside a running engine,
//! outcome by outcome and state by state, with packets on the links; worked numbers of availability; idle weeks. Not
//! about forwarding.

mod availability;
mod deletion;
#[path = "../dice/mod.rs"]
mod dice;
mod dull;
mod faults;
mod idle;
#[path = "../kept/mod.rs"]
mod kept;
mod ledger;
mod pinned;
mod scene;
mod vendors;

use bytes::Bytes;
use dice::Dice;
use ledger::{Dull, Node as DullNode, range};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vpcsim::engine::{Options, Simulation};
use vpcsim::model::plan::Plan;
use vpcsim::model::*;
use vpcsim::units::SimTime;
use vpcsim::wire::ipv4::{self, Addressing};

/// A plan without traffic: the tests send the packets.
pub fn empty_plan(seed: u64) -> Plan {
    Plan {
        billing: Default::default(),
        name: "by hand".into(),
        question: None,
        start: Rules::guide().start(),
        duration: SimTime::NEVER,
        seed,
        traffic: Vec::new(),
        timeline: Vec::new(),
        expectations: Vec::new(),
        reach: Vec::new(),
        lesson: None,
    }
}

/// Sends a datagram between two hosts now.
pub fn send(simulation: &mut Simulation, from: HostId, to: HostId, length: u16, now: SimTime) {
    let address = |host| simulation.network().host(host).address;
    let addressing = Addressing { source: address(from), destination: address(to), ttl: 64 };
    let mut bytes = vec![0; usize::from(length)];
    let head = ipv4::udp_head(addressing, (u16::from(length as u8), 7), length, 0);
    bytes[..head.len()].copy_from_slice(&head);
    simulation.inject(from, Bytes::from(bytes), now).expect("time does not go back");
}

fn cases(usual: u32) -> ProptestConfig {
    ProptestConfig { max_shrink_iters: 0, ..kept::cases(usual, "tests/regressions/control.txt") }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn the_control_plane_keeps_the_rules(seed: u64) {
        if let Err(told) = play(seed, 60, &mut BTreeMap::new()) {
            prop_assert!(false, "seed {seed}\n{told}");
        }
    }
}

/// If the generator no longer reached a refusal or a state, the property would be hollow.
#[test]
fn the_scenes_reach_every_outcome() {
    let mut seen = BTreeMap::new();
    for seed in 0..120 {
        if let Err(told) = play(seed, 60, &mut seen) {
            panic!("seed {seed}\n{told}");
        }
    }
    let wanted = "\
        BandwidthMissing BandwidthNotSettable BandwidthNotWhole BandwidthTooHigh BurstTooSmall DelayTooLarge \
        DelayTooSmall DuplicateName HostBitsSet InvalidParameterValue.CidrNotInPeerVpc \
        InvalidParameterValue.VpcCidrConflict \
        InvalidPeeringConnection.NotFound LimitExceeded.VpcPeerAvaLimitExceeded \
        LimitExceeded.VpcPeerTotalLimitExceeded NoSuchNode NoSuchRoute PeeringConnectionVpcConflict \
        UnauthorizedOperation.VpcPeerCidrConflict UnsupportedOperation.Ecmp UnsupportedOperation.SystemRoute \
        UnsupportedOperation.VpcPeerAlreadyExist UnsupportedOperation.VpcPeerCidrConflict \
        UnsupportedOperation.VpcPeerInvalidStateChange UnsupportedOperation.VpcPeerPurviewError PENDING \
        ACTIVE EXPIRED REJECTED DELETED ISOLATED done packets expired-at-this-instant peering_deleted \
        peering_isolated peering_pending node_down";
    let missing: Vec<&str> = wanted.split_whitespace().filter(|w| !seen.contains_key(*w)).collect();
    assert!(missing.is_empty(), "no scene reaches {missing:?}; seen {seen:?}");
}

/// Plays one scene in both; returns the first difference, with what led to it.
fn play(seed: u64, steps: u32, seen: &mut BTreeMap<&'static str, u64>) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let (network, mut dull) = scene::open(&mut dice);
    let mut simulation = Simulation::new(network, &empty_plan(seed), Options::default());
    let mut log = Vec::new();
    for _ in 0..steps {
        let now = scene::later(&mut dice, &dull);
        let time = SimTime::from_nanos(now);
        // Packets queued and on the wire at the very instant of the change.
        for _ in 0..dice.below(4) {
            let hosts = simulation.network().hosts().len() as u64;
            let (from, to) = (HostId(dice.below(hosts) as u32), HostId(dice.below(hosts) as u32));
            send(&mut simulation, from, to, dice.pick(&[60, 1500, 1500, 8500]), time);
        }
        let (by, change) =
            (scene::somebody(&mut dice, simulation.network()), scene::action(&mut dice, simulation.network()));
        log.push(format!("at {now} by {by:?}: {change:?}"));
        let due_now = dull.next_due() == Some(now);
        dull.pass_to(now);
        *seen.entry("expired-at-this-instant").or_default() += u64::from(due_now);
        let broken = dull.act(by.map(|a| a.0), &change);
        let refused =
            simulation.apply(by, &change, time).err().map(|refusal| simulation.network().rules.code(&refusal));
        *seen.entry(refused.unwrap_or("done")).or_default() += 1;
        let as_told = match refused {
            None => broken.is_empty(),
            Some(code) => broken.contains(code),
        };
        let told = || format!("{}\nrules broken: {broken:?}, refused: {refused:?}", log.join("\n"));
        if !as_told {
            return Err(told());
        }
        compare(simulation.network(), &dull).map_err(|difference| format!("{}\n{difference}", told()))?;
        simulation.check_books().map_err(|e| format!("{}\n{e}", told()))?;
    }
    simulation.advance(SimTime::from_nanos(dull.now + 1_000_000_000));
    simulation.check_books().map_err(|e| e.to_string())?;
    note(&simulation, seen);
    Ok(())
}

fn note(simulation: &Simulation, seen: &mut BTreeMap<&'static str, u64>) {
    let network = simulation.network();
    for (_, state) in network.peerings().flat_map(|(_, p)| &p.history) {
        *seen.entry(network.rules.state(*state)).or_default() += 1;
    }
    for link in (0..network.peerings().len() as u32 * 2).map(LinkId) {
        let book = simulation.link_book(link);
        book.whole.drops.iter().for_each(|(reason, n)| *seen.entry(reason.code()).or_default() += n);
        *seen.entry("packets").or_default() += book.whole.carried.packets;
    }
    for (vpc, _) in network.vpcs() {
        let drops = simulation.vpc_book(vpc).drops;
        drops.iter().for_each(|(reason, _, of)| *seen.entry(reason.code()).or_default() += of.packets);
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, network: T, rules: T) -> Result<(), String> {
    if network == rules { Ok(()) } else { Err(format!("{what}: network {network:?}, rules {rules:?}")) }
}

/// Compares everything the rules mention, in the network and in the dull model.
fn compare(network: &Network, dull: &Dull) -> Result<(), String> {
    same("peerings", network.peerings().len(), dull.pacts.len())?;
    for ((id, peering), pact) in network.peerings().zip(&dull.pacts) {
        let of = |what: &str| format!("{what} of {id:?} {}", pact.name);
        same("name", peering.name.as_str(), pact.name.as_str())?;
        same(&of("state"), network.rules.state(peering.state), pact.state())?;
        let history: Vec<_> = peering.history.iter().map(|(t, s)| (t.as_nanos(), network.rules.state(*s))).collect();
        same(&of("history"), &history, &pact.history)?;
        same(&of("expiry"), peering.expires.map(|t| t.as_nanos()), pact.expires)?;
        same(&of("cap"), peering.bandwidth.map(|b| b.as_bps()), pact.cap)?;
        same(&of("link"), (peering.down, peering.loss.as_ppb()), (pact.cuts.down(), pact.loss()))?;
        let nodes: Vec<DullNode> = peering.nodes.iter().map(node).collect();
        same(&of("nodes"), &nodes, &pact.nodes)?;
        let (active, lost) = peering
            .availability(SimTime::from_nanos(dull.now))
            .map_or((0, 0), |a| (a.active.as_nanos(), a.downtime.as_nanos()));
        same(&of("availability"), (active, lost), (pact.active, ((pact.lost + 500_000_000) / 1_000_000_000) as u64))?;
    }
    for ((id, table), rows) in network.tables().zip(&dull.tables) {
        let mut routes: Vec<_> = table
            .routes
            .values()
            .map(|r| {
                let over = if let NextHop::Peering(id) = r.via { Some(id.index()) } else { None };
                ledger::Entry { to: range(r.to), over, disabled: r.disabled }
            })
            .collect();
        let mut rows = rows.entries.clone();
        routes.sort_by_key(|r| r.to);
        rows.sort_by_key(|r| r.to);
        same(&format!("routes of {id:?}"), routes, rows)?;
    }
    for (at, ((id, vpc), row)) in network.vpcs().zip(&dull.vpcs).enumerate() {
        let cidrs: Vec<_> = vpc.cidrs.iter().map(|c| range(*c)).collect();
        same("CIDRs", &cidrs, &row.cidrs)?;
        // S23, S25a.
        let used = dull.pacts.iter().filter(|p| p.counts() && (p.requester == at || p.accepter == at)).count();
        same("free quota", network.free_quota(id), dull.quota_total.saturating_sub(used as u32))?;
    }
    let due = network.next_due().map(|t| t.as_nanos());
    same("next due", due, dull.next_due())
}

fn node(node: &Node) -> DullNode {
    match node {
        Node::Up => DullNode::Up,
        Node::Failed { noticed } => DullNode::Failed(noticed.map(|t| t.as_nanos())),
        Node::Bypassed => DullNode::Bypassed,
    }
}
