//! A dull model of the control plane, written from the rules alone: vectors, and one sentence per rule with its number.
//! It returns every rule that an action breaks, since the rules set no order among complaints. Knows no packets and
//! shares no code with the model.

use crate::ledger::*;
use vpcsim::model::{Change, PeeringSpec, Step, Via};
use vpcsim::units::SimDuration;

pub const NOT_FOUND: &str = "InvalidPeeringConnection.NotFound";
const PURVIEW: &str = "UnsupportedOperation.VpcPeerPurviewError";
const BAD_STATE: &str = "UnsupportedOperation.VpcPeerInvalidStateChange";

// Time.
impl Dull {
    /// What happens by itself up to and including `now` (S19: at t >= limit it has expired).
    pub fn pass_to(&mut self, now: u64) {
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            self.accrue(due);
            for pact in &mut self.pacts {
                if pact.expires.is_some_and(|e| e <= due) {
                    pact.history.push((due, "EXPIRED"));
                    pact.expires = None;
                }
                if pact.gone() {
                    continue;
                }
                pact.pass(due);
                for node in &mut pact.nodes {
                    if matches!(node, Node::Failed(Some(noticed)) if *noticed <= due) {
                        *node = Node::Bypassed;
                    }
                }
            }
        }
        self.accrue(now);
    }

    pub fn next_due(&self) -> Option<u64> {
        let noticed = |n: &Node| if let Node::Failed(at) = n { *at } else { None };
        // Nothing happens to peerings that have disappeared.
        let live = self.pacts.iter().filter(|p| !p.gone());
        live.flat_map(|p| p.nodes.iter().map(noticed).chain([p.expires, p.next_end()])).flatten().min()
    }

    fn accrue(&mut self, now: u64) {
        let passed = now - self.now;
        for pact in self.pacts.iter_mut().filter(|p| p.state() == "ACTIVE") {
            pact.active += passed;
            pact.lost += u128::from(passed) * u128::from(pact.lost_share());
        }
        self.now = now;
    }
}

// Actions.
impl Dull {
    /// The pact with this name; among those that disappeared, the last one, and a deleted one does not count at all.
    pub fn named(&self, name: &str) -> Option<usize> {
        let bears = |p: &Pact| p.name == name;
        let live = self.pacts.iter().position(|p| bears(p) && !p.gone());
        let dead = || self.pacts.iter().rposition(bears).filter(|at| self.pacts[*at].state() != "DELETED");
        live.or_else(dead)
    }

    fn cross(&self, a: usize, b: usize) -> bool {
        self.vpcs[a].region != self.vpcs[b].region
    }

    /// Does `change` for account `by` now, unless it breaks a rule; returns the broken rules.
    pub fn act(&mut self, by: Option<u32>, change: &Change) -> Broken {
        match change {
            Change::CreatePeering(spec) => self.create(by, spec),
            Change::Step { peering, step } => self.on(peering.as_str(), |s, at| s.step(by, at, *step)),
            Change::Rename { peering, name } => self.on(peering.as_str(), |s, at| s.rename(by, at, name.as_str())),
            Change::ChangeBandwidth { peering, bandwidth } => {
                self.on(peering.as_str(), |s, at| s.set_cap(by, at, bandwidth.as_bps()))
            }
            Change::AddCidr { vpc, cidr } => self.add_cidr(by, vpc.index(), *cidr),
            Change::AddRoute { table, to, via, disabled } => self.add_route(by, table.index(), *to, via, *disabled),
            Change::RemoveRoute { table, to } => self.edit(by, table.index(), *to, None),
            Change::DisableRoute { table, to, disabled } => self.edit(by, table.index(), *to, Some(*disabled)),
            Change::SetHost { .. } => Broken::new(),
            Change::Arrears { .. } | Change::Pay { .. } => {
                panic!("scenes have no debtors: arrears are tested where they are made")
            }
            Change::SetLink { peering, up, lasts } => self.on(peering.as_str(), |s, at| {
                let until = s.until(at, *lasts);
                s.pacts[at].cuts.set(*up, until);
                Broken::new()
            }),
            Change::SetLoss { peering, loss, lasts } => self.on(peering.as_str(), |s, at| {
                let (until, share, pact) = (s.until(at, *lasts), loss.as_ppb(), &mut s.pacts[at]);
                match lasts {
                    Some(_) => pact.losses.push((until, share)),
                    None => (pact.losses, pact.lasting_loss) = (Vec::new(), share),
                }
                Broken::new()
            }),
            Change::SetNode { peering, node, up, lasts } => {
                self.on(peering.as_str(), |s, at| s.set_node(at, *node, *up, *lasts))
            }
        }
    }

    /// Nothing happens to a pact that has disappeared.
    fn until(&self, at: usize, lasts: Option<SimDuration>) -> u64 {
        lasts.filter(|_| !self.pacts[at].gone()).map_or(u64::MAX, |lasts| self.now + lasts.as_nanos())
    }

    fn on(&mut self, name: &str, act: impl FnOnce(&mut Dull, usize) -> Broken) -> Broken {
        match self.named(name) {
            Some(at) => act(self, at),
            None => Broken::from([NOT_FOUND]),
        }
    }

    fn create(&mut self, by: Option<u32>, spec: &PeeringSpec) -> Broken {
        let (a, b) = (spec.requester.index(), spec.accepter.index());
        let cap = spec.bandwidth.map(|b| b.as_bps());
        let cross = self.cross(a, b);
        let same_account = self.vpcs[a].account == self.vpcs[b].account;
        // S17, S18.
        let state = if same_account { "ACTIVE" } else { "PENDING" };
        let pact = Pact {
            name: spec.name.to_string(),
            requester: a,
            accepter: b,
            history: vec![(self.now, state)],
            expires: (state == "PENDING").then(|| self.now + WEEK.saturating_sub(spec.requested.as_nanos())),
            cap,
            ticket: spec.ticket,
            burst: spec.burst.map(|b| b.as_u64()),
            mtu: spec.mtu.map_or(if cross { 1500 } else { 8500 }, u64::from),
            cuts: Ills::default(),
            losses: Vec::new(),
            lasting_loss: spec.loss.as_ppb(),
            nodes: vec![Node::Up; usize::from(spec.nodes)],
            failures: vec![Ills::default(); usize::from(spec.nodes)],
            detection: spec.failover.then(|| spec.detection.as_nanos()),
            active: 0,
            lost: 0,
        };
        let mut broken = Broken::new();
        // S16: the local side requests.
        if by.is_some_and(|by| by != self.vpcs[a].account) {
            broken.insert(PURVIEW);
        }
        if self.pacts.iter().any(|p| p.name == pact.name && !p.gone()) {
            broken.insert("DuplicateName");
        }
        if a == b {
            broken.insert("PeeringConnectionVpcConflict"); // S1: exactly two VPCs
        } else {
            self.check_pair(&pact, None, &mut broken);
        }
        check_cap(&pact, cross, &mut broken);
        if pact.burst.is_some_and(|b| b < pact.mtu) {
            broken.insert("BurstTooSmall"); // S33
        }
        if spec.delay.is_some_and(|d| d.as_nanos() < 1000) {
            broken.insert("DelayTooSmall"); // S35b
        }
        if spec.delay.is_some_and(|d| d.as_nanos() > 10_000_000_000) {
            broken.insert("DelayTooLarge");
        }
        if broken.is_empty() {
            self.pacts.push(pact);
        }
        broken
    }

    /// S6, S11, S13, S23 for a pact in the state it would have. `own` is its index, if it exists.
    fn check_pair(&self, pact: &Pact, own: Option<usize>, broken: &mut Broken) {
        let others: Vec<&Pact> =
            self.pacts.iter().enumerate().filter(|(n, p)| Some(*n) != own && p.counts()).map(|(_, p)| p).collect();
        let [a, b] = pact.ends();
        if others.iter().any(|p| p.ends() == [a, b] || p.ends() == [b, a]) {
            broken.insert("UnsupportedOperation.VpcPeerAlreadyExist"); // S6
        }
        if meet(&self.vpcs[a].cidrs, &self.vpcs[b].cidrs) {
            broken.insert("UnsupportedOperation.VpcPeerCidrConflict"); // S11
        }
        for (hub, peer) in [(a, b), (b, a)] {
            self.check_peers(hub, peer, &self.vpcs[peer].cidrs, &others, broken);
            let used = others.iter().filter(|p| p.far_from(hub).is_some());
            // S23: pending, active and suspended ones count against the total; those that are or were active against
            // the other quota.
            if used.clone().count() as u32 >= self.quota_total {
                broken.insert("LimitExceeded.VpcPeerTotalLimitExceeded");
            }
            let active = used.filter(|p| p.state() != "PENDING").count() as u32;
            if pact.state() == "ACTIVE" && active >= self.quota_active {
                broken.insert("LimitExceeded.VpcPeerAvaLimitExceeded");
            }
        }
    }

    /// S13 at `hub`: the CIDRs that `peer` has or would have, against the hub's other peers.
    fn check_peers(&self, hub: usize, peer: usize, cidrs: &[Range], others: &[&Pact], broken: &mut Broken) {
        for other in others.iter().filter_map(|p| p.far_from(hub)).filter(|o| *o != peer) {
            let both_regional = !self.cross(hub, peer) && !self.cross(hub, other);
            let may = match self.overlap {
                "aws" => true,
                "strict-2024" => false,
                _ => both_regional, // S12
            };
            if !may && meet(cidrs, &self.vpcs[other].cidrs) {
                broken.insert("UnauthorizedOperation.VpcPeerCidrConflict");
            }
        }
    }

    fn step(&mut self, by: Option<u32>, at: usize, step: Step) -> Broken {
        let pact = &self.pacts[at];
        let (asks, asked) = (self.vpcs[pact.requester].account, self.vpcs[pact.accepter].account);
        let state = pact.state();
        let (may, from, to) = match step {
            // S18: only the accepter's account, only PENDING.
            Step::Accept => (by.is_none_or(|by| by == asked), state == "PENDING", "ACTIVE"),
            Step::Reject => (by.is_none_or(|by| by == asked), state == "PENDING", "REJECTED"),
            // S21: either party, at any time; a pact that has disappeared cannot be deleted.
            Step::Delete => (by.is_none_or(|by| by == asks || by == asked), !pact.gone(), "DELETED"),
            // S19: the initiator, once it has expired.
            Step::Enable => (by.is_none_or(|by| by == asks), state == "EXPIRED", "PENDING"),
            // S43, S49: only the vendor.
            Step::Isolate => (by.is_none(), state == "ACTIVE", "ISOLATED"),
            Step::Restore => (by.is_none(), state == "ISOLATED", "ACTIVE"),
        };
        let mut broken = Broken::new();
        if !may {
            broken.insert(PURVIEW);
        }
        if !from {
            broken.insert(BAD_STATE);
        }
        if broken.is_empty() && matches!(step, Step::Accept | Step::Enable) {
            // S14, S19: checked again. (That S14 exempts pending ones at accept never shows: peerings that count never
            // overlap.)
            self.pacts[at].history.push((self.now, to));
            self.check_pair(&self.pacts[at], Some(at), &mut broken);
            self.pacts[at].history.pop();
        }
        if broken.is_empty() {
            self.pacts[at].history.push((self.now, to));
            self.pacts[at].expires = (to == "PENDING").then_some(self.now + WEEK);
            if self.pacts[at].gone() {
                let pact = &mut self.pacts[at];
                (pact.cuts, pact.losses) = (Ills::default(), Vec::new());
                pact.failures.fill(Ills::default());
                pact.see_nodes(self.now);
            }
            if to == "DELETED" {
                // S21: every route that names it.
                self.tables.iter_mut().for_each(|t| t.entries.retain(|e| e.over != Some(at)));
            }
        }
        broken
    }

    fn rename(&mut self, by: Option<u32>, at: usize, name: &str) -> Broken {
        let mut broken = Broken::new();
        let accounts = self.pacts[at].ends().map(|v| self.vpcs[v].account);
        if by.is_some_and(|by| !accounts.contains(&by)) {
            broken.insert(PURVIEW);
        }
        if self.pacts[at].gone() {
            broken.insert(BAD_STATE);
        }
        if self.pacts.iter().any(|p| p.name == name && !p.gone()) {
            broken.insert("DuplicateName");
        }
        if broken.is_empty() {
            self.pacts[at].name = name.into();
        }
        broken
    }

    fn set_cap(&mut self, by: Option<u32>, at: usize, cap: u64) -> Broken {
        let mut broken = Broken::new();
        let [a, b] = self.pacts[at].ends();
        // S39: the paying account changes it.
        if by.is_some_and(|by| by != self.vpcs[a].account) {
            broken.insert(PURVIEW);
        }
        if !["ACTIVE", "PENDING"].contains(&self.pacts[at].state()) {
            broken.insert(BAD_STATE);
        }
        let before = self.pacts[at].cap.replace(cap);
        check_cap(&self.pacts[at], self.cross(a, b), &mut broken);
        if !broken.is_empty() {
            self.pacts[at].cap = before;
        }
        broken
    }

    /// S25a: checks S8, S11 and S13 again.
    fn add_cidr(&mut self, by: Option<u32>, vpc: usize, cidr: ipnet::Ipv4Net) -> Broken {
        let new = range(cidr);
        let mut broken = self.owned(by, vpc);
        if has_host_bits(cidr) {
            broken.insert("HostBitsSet");
        }
        let routed = self.tables.iter().filter(|t| t.vpc == vpc).any(|t| t.entries.iter().any(|e| inside(e.to, new)));
        if meet(&[new], &self.vpcs[vpc].cidrs) || routed {
            broken.insert("InvalidParameterValue.VpcCidrConflict");
        }
        let counting: Vec<&Pact> = self.pacts.iter().filter(|p| p.counts()).collect();
        for peer in counting.iter().filter_map(|p| p.far_from(vpc)) {
            if meet(&[new], &self.vpcs[peer].cidrs) {
                broken.insert("UnsupportedOperation.VpcPeerCidrConflict");
            }
            self.check_peers(peer, vpc, &[new], &counting, &mut broken);
        }
        if broken.is_empty() {
            self.vpcs[vpc].cidrs.push(new);
        }
        broken
    }

    fn owned(&self, by: Option<u32>, vpc: usize) -> Broken {
        let stranger = by.is_some_and(|by| by != self.vpcs[vpc].account);
        if stranger { Broken::from([PURVIEW]) } else { Broken::new() }
    }

    /// S8, S25a.
    fn add_route(&mut self, by: Option<u32>, table: usize, to: ipnet::Ipv4Net, via: &Via, disabled: bool) -> Broken {
        let vpc = self.tables[table].vpc;
        let mut broken = self.owned(by, vpc);
        if has_host_bits(to) {
            broken.insert("HostBitsSet");
        }
        let to = range(to);
        if self.vpcs[vpc].cidrs.iter().any(|own| inside(to, *own)) {
            broken.insert("InvalidParameterValue.VpcCidrConflict");
        }
        if self.tables[table].entries.iter().any(|e| e.to == to) {
            broken.insert("UnsupportedOperation.Ecmp");
        }
        let over = match via {
            Via::Blackhole => None,
            Via::Peering(name) => self.named(name.as_str()),
        };
        if let Via::Peering(_) = via {
            match over.and_then(|at| self.pacts[at].far_from(vpc)) {
                None => drop(broken.insert(NOT_FOUND)),
                Some(peer) if self.strict_routes && !self.vpcs[peer].cidrs.iter().any(|c| inside(to, *c)) => {
                    broken.insert("InvalidParameterValue.CidrNotInPeerVpc");
                }
                Some(_) => {}
            }
        }
        if broken.is_empty() {
            self.tables[table].entries.push(Entry { to, over, disabled });
        }
        broken
    }

    /// Deletes a route (`None`), or disables or enables it (S8).
    fn edit(&mut self, by: Option<u32>, table: usize, to: ipnet::Ipv4Net, disabled: Option<bool>) -> Broken {
        let vpc = self.tables[table].vpc;
        let mut broken = self.owned(by, vpc);
        let to = range(to);
        let entries = &mut self.tables[table].entries;
        match entries.iter().position(|e| e.to == to) {
            None if self.vpcs[vpc].cidrs.contains(&to) => drop(broken.insert("UnsupportedOperation.SystemRoute")),
            None => drop(broken.insert("NoSuchRoute")),
            Some(at) if broken.is_empty() => match disabled {
                None => drop(entries.remove(at)),
                Some(disabled) => entries[at].disabled = disabled,
            },
            Some(_) => {}
        }
        broken
    }

    fn set_node(&mut self, at: usize, number: usize, up: bool, lasts: Option<SimDuration>) -> Broken {
        let until = self.until(at, lasts);
        let Some(ills) = number.checked_sub(1).and_then(|n| self.pacts[at].failures.get_mut(n)) else {
            return Broken::from(["NoSuchNode"]);
        };
        ills.set(up, until);
        self.pacts[at].see_nodes(self.now);
        Broken::new()
    }
}

/// S27, S29–S31.
fn check_cap(pact: &Pact, cross: bool, broken: &mut Broken) {
    match (pact.cap, cross) {
        (None, true) => drop(broken.insert("BandwidthMissing")),
        (Some(_), false) => drop(broken.insert("BandwidthNotSettable")),
        (Some(cap), true) => {
            if cap == 0 || cap % 1_000_000 != 0 {
                broken.insert("BandwidthNotWhole");
            }
            if cap > 1_000_000_000 && !pact.ticket {
                broken.insert("BandwidthTooHigh");
            }
        }
        (None, false) => {}
    }
}
