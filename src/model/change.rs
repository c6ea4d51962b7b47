//! What can happen to a network while it runs: one [`Change`] per verb of the timeline. Applying one is atomic; time stands
//! outside (the engine says when).

use super::control::RouteSpec;
use super::ids::*;
use super::network::Network;
use super::peering::PeeringState;
use super::refusal::Refusal;
use crate::units::{BitRate, Share};
use ipnet::Ipv4Net;

/// One control-plane action or injected fault.
#[derive(Debug, Clone)]
pub enum Change {
    /// S34: a new cap, effective at once.
    ChangeBandwidth { peering: PeeringId, bandwidth: BitRate },
    /// A new custom route.
    AddRoute { table: TableId, route: RouteSpec },
    /// Deletes a custom route.
    RemoveRoute { table: TableId, to: Ipv4Net },
    /// Takes a custom route out of force, or back.
    DisableRoute { table: TableId, to: Ipv4Net, disabled: bool },
    /// Starts or stops a host.
    SetHost { host: HostId, up: bool },
    /// Cuts or mends a peering's transport.
    SetLink { peering: PeeringId, up: bool },
    /// Sets the share of packets lost on a peering's transport.
    SetLoss { peering: PeeringId, loss: Share },
}

/// What a change did, for a person: `100 Mbps -> 50 Mbps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome(pub String);

impl Network {
    /// Carries out one change, or refuses it and changes nothing.
    ///
    /// # Errors
    /// The refusals of the operation that the change names.
    pub fn apply(&mut self, change: &Change) -> Result<Outcome, Refusal> {
        match *change {
            Change::ChangeBandwidth { peering, bandwidth } => self.change_bandwidth(peering, bandwidth),
            Change::AddRoute { table, route } => {
                self.add_route(table, route)?;
                Ok(Outcome(format!("{} now routes {}", self.table_name(table), route.to)))
            }
            Change::RemoveRoute { table, to } => {
                self.check_custom(table, to)?;
                let edited = &mut self.tables[table.index()];
                edited.routes.remove(&to);
                edited.revision += 1;
                Ok(Outcome(format!("{} no longer routes {to}", self.table_name(table))))
            }
            Change::DisableRoute { table, to, disabled } => {
                self.check_custom(table, to)?;
                let edited = &mut self.tables[table.index()];
                edited.revision += 1;
                if let Some(route) = edited.routes.get_mut(&to) {
                    route.disabled = disabled;
                }
                let what = if disabled { "disabled" } else { "enabled" };
                Ok(Outcome(format!("route to {to} in {} {what}", self.table_name(table))))
            }
            Change::SetHost { host, up } => {
                self.hosts[host.index()].up = up;
                Ok(Outcome(format!("{} {}", self.host_name(host), up_or_down(up))))
            }
            Change::SetLink { peering, up } => {
                let peering = &mut self.peerings[peering.index()];
                peering.down = !up;
                Ok(Outcome(format!("{} {}", peering.name, up_or_down(up))))
            }
            Change::SetLoss { peering, loss } => {
                let peering = &mut self.peerings[peering.index()];
                let before = std::mem::replace(&mut peering.loss, loss);
                Ok(Outcome(format!("{} loses {before} -> {loss}", peering.name)))
            }
        }
    }

    fn change_bandwidth(&mut self, id: PeeringId, bandwidth: BitRate) -> Result<Outcome, Refusal> {
        let peering = self.peering(id);
        if !matches!(peering.state, PeeringState::Active | PeeringState::Pending) {
            return Err(Refusal::InvalidState { peering: peering.name.to_string(), state: peering.state.name() });
        }
        self.check_bandwidth(peering, Some(bandwidth))?;
        let mut changed = peering.clone();
        let before = changed.bandwidth.replace(bandwidth);
        self.check_buffers(&changed)?;
        let text = match before {
            Some(before) => format!("{} {before} -> {bandwidth}", changed.name),
            None => format!("{} {bandwidth}", changed.name),
        };
        self.peerings[id.index()] = changed;
        self.note_bandwidth(bandwidth);
        Ok(Outcome(text))
    }

    /// Only custom routes can be edited (S8).
    fn check_custom(&self, table: TableId, to: Ipv4Net) -> Result<(), Refusal> {
        let edited = self.table(table);
        if edited.routes.contains_key(&to) {
            return Ok(());
        }
        let vpc = self.vpc(edited.vpc);
        if vpc.cidrs.contains(&to) {
            let vpc = vpc.name.to_string();
            return Err(Refusal::SystemRoute { to, vpc });
        }
        let table = self.table_name(table);
        Err(Refusal::NoSuchRoute { table, to })
    }
}

fn up_or_down(up: bool) -> &'static str {
    if up { "up" } else { "down" }
}
