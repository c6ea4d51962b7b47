//! What can happen to a network while it runs: one [`Change`] per verb of a timeline. Applying one is atomic. Peerings
//! are named, not indexed: a name means the peering that bears it when the change comes.

use super::control::{PeeringSpec, RouteSpec, Step};
use super::ids::*;
use super::name::Name;
use super::network::Network;
use super::notice::Outcome;
use super::refusal::Refusal;
use super::state::PeeringState;
use super::vpc::{NextHop, Route};
use crate::units::{BitRate, Share, SimDuration, SimTime};
use ipnet::Ipv4Net;

/// One control-plane action or injected fault.
#[derive(Debug, Clone)]
pub enum Change {
    /// S16–S18: a new peering connection, asked for by the requester's account.
    CreatePeering(Box<PeeringSpec>),
    /// Accept, reject, delete, enable, isolate, restore.
    Step { peering: Name, step: Step },
    /// S16.
    Rename { peering: Name, name: Name },
    /// S34: a new cap, effective at once.
    ChangeBandwidth { peering: Name, bandwidth: BitRate },
    /// S25a: one more CIDR.
    AddCidr { vpc: VpcId, cidr: Ipv4Net },
    /// A new custom route.
    AddRoute { table: TableId, to: Ipv4Net, via: Via, disabled: bool },
    /// Deletes a custom route.
    RemoveRoute { table: TableId, to: Ipv4Net },
    /// Takes a custom route out of force, or back.
    DisableRoute { table: TableId, to: Ipv4Net, disabled: bool },
    /// Starts or stops a host, for the duration `lasts` if given (likewise below).
    SetHost { host: HostId, up: bool, lasts: Option<SimDuration> },
    /// Cuts or mends a peering's transport.
    SetLink { peering: Name, up: bool, lasts: Option<SimDuration> },
    /// Sets the share of packets lost on a peering's transport.
    SetLoss { peering: Name, loss: Share, lasts: Option<SimDuration> },
    /// Fails or mends one forwarding node, numbered from 1 (S10).
    SetNode { peering: Name, node: usize, up: bool, lasts: Option<SimDuration> },
    /// S43: the balance of an account falls below zero.
    Arrears { account: AccountId },
    /// S43: it pays.
    Pay { account: AccountId },
}

/// The next hop of a route to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Over the peering that bears this name then.
    Peering(Name),
    /// Nowhere, on purpose.
    Blackhole,
}

impl Network {
    /// Carries out one change that account `by` asks for at `now` (none: whoever may), or refuses it and changes
    /// nothing.
    ///
    /// # Errors
    /// The refusals of the operation that the change names.
    pub fn apply(&mut self, by: Option<AccountId>, change: &Change, now: SimTime) -> Result<Outcome, Refusal> {
        match change {
            Change::CreatePeering(spec) => self.create(by, spec, now),
            Change::Step { peering, step } => self.step(by, self.named(peering)?, *step, now),
            Change::Rename { peering, name } => self.rename(by, self.named(peering)?, name.clone(), now),
            Change::ChangeBandwidth { peering, bandwidth } => {
                self.change_bandwidth(by, self.named(peering)?, *bandwidth, now)
            }
            Change::AddCidr { vpc, cidr } => {
                self.check_owner(by, *vpc, || format!("add a CIDR to `{}`", self.vpc(*vpc).name))?;
                self.add_cidr(*vpc, *cidr)?;
                Ok(Outcome(format!("{} now also has {cidr}", self.vpc(*vpc).name)))
            }
            Change::AddRoute { table, to, via, disabled } => {
                self.check_table_owner(by, *table)?;
                let via = match via {
                    Via::Peering(name) => NextHop::Peering(self.named(name)?),
                    Via::Blackhole => NextHop::Blackhole,
                };
                self.add_route(*table, RouteSpec { to: *to, via, disabled: *disabled })?;
                Ok(Outcome(format!("{} now routes {to}", self.table_name(*table))))
            }
            Change::RemoveRoute { table, to } => self.remove_route(by, *table, *to),
            Change::DisableRoute { table, to, disabled } => self.disable_route(by, *table, *to, *disabled),
            Change::SetHost { host, up, lasts } => Ok(self.set_host(*host, *up, *lasts, now)),
            Change::SetLink { peering, up, lasts } => Ok(self.set_link(self.named(peering)?, *up, *lasts, now)),
            Change::SetLoss { peering, loss, lasts } => Ok(self.set_loss(self.named(peering)?, *loss, *lasts, now)),
            Change::SetNode { peering, node, up, lasts } => {
                self.set_node((self.named(peering)?, *node), *up, *lasts, now)
            }
            Change::Arrears { account } => self.fall_into_arrears(by, *account, now),
            Change::Pay { account } => self.pay(by, *account, now),
        }
    }

    /// The peering that bears `name` now; a deleted one has disappeared, a rejected one answers with its state.
    fn named(&self, name: &Name) -> Result<PeeringId, Refusal> {
        let found = self.find_peering(name.as_str()).filter(|id| self.peering(*id).state != PeeringState::Deleted);
        found.ok_or_else(|| Refusal::NoSuchPeering { name: name.to_string() })
    }

    fn create(&mut self, by: Option<AccountId>, spec: &PeeringSpec, now: SimTime) -> Result<Outcome, Refusal> {
        self.check_owner(by, spec.requester, || format!("ask for a peering of `{}`", self.vpc(spec.requester).name))?;
        let id = self.add_peering(spec.clone(), now)?;
        let peering = self.peering(id);
        Ok(Outcome(format!("{} created, {}", peering.name, self.rules.state(peering.state))))
    }

    fn change_bandwidth(
        &mut self,
        by: Option<AccountId>,
        id: PeeringId,
        bandwidth: BitRate,
        now: SimTime,
    ) -> Result<Outcome, Refusal> {
        self.check_payer(by, id)?;
        let peering = self.peering(id);
        if !matches!(peering.state, PeeringState::Active | PeeringState::Pending) {
            return Err(Refusal::InvalidState {
                peering: peering.name.to_string(),
                state: self.rules.state(peering.state),
                wanted: "change the bandwidth of",
            });
        }
        self.check_cap(peering, bandwidth)?;
        let before = peering.bandwidth;
        self.peerings[id.index()].set_cap(bandwidth, now);
        self.note_bandwidth(bandwidth);
        self.note_change(id);
        let name = &self.peering(id).name;
        Ok(Outcome(match before {
            Some(before) => format!("{name} {before} -> {bandwidth}"),
            None => format!("{name} {bandwidth}"),
        }))
    }

    fn remove_route(&mut self, by: Option<AccountId>, table: TableId, to: Ipv4Net) -> Result<Outcome, Refusal> {
        self.check_table_owner(by, table)?;
        self.check_custom(table, to)?;
        self.edit(table).remove(&to);
        Ok(Outcome(format!("{} no longer routes {to}", self.table_name(table))))
    }

    fn disable_route(
        &mut self,
        by: Option<AccountId>,
        table: TableId,
        to: Ipv4Net,
        disabled: bool,
    ) -> Result<Outcome, Refusal> {
        self.check_table_owner(by, table)?;
        self.check_custom(table, to)?;
        if let Some(&route) = self.table(table).routes.get(&to) {
            self.edit(table).put(Route { disabled, ..route });
        }
        let what = if disabled { "disabled" } else { "enabled" };
        Ok(Outcome(format!("route to {to} in {} {what}", self.table_name(table))))
    }

    fn check_table_owner(&self, by: Option<AccountId>, table: TableId) -> Result<(), Refusal> {
        self.check_owner(by, self.table(table).vpc, || format!("edit route table `{}`", self.table_name(table)))
    }

    /// Only custom routes can be edited (S8).
    fn check_custom(&self, table: TableId, to: Ipv4Net) -> Result<(), Refusal> {
        let edited = self.table(table);
        if edited.routes.contains_key(&to) {
            return Ok(());
        }
        let vpc = self.vpc(edited.vpc);
        if vpc.overlapping(to) == Some(to) {
            let vpc = vpc.name.to_string();
            return Err(Refusal::SystemRoute { to, vpc });
        }
        let table = self.table_name(table);
        Err(Refusal::NoSuchRoute { table, to })
    }
}
