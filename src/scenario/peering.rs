//! Peering connections: entities -> control plane.

use super::Loader;
use super::network::mtu;
use super::refused::culprit;
use crate::model::{Name, PeeringId, PeeringSpec, QueueLimit, VpcId, check_delay};
use crate::notation::{Datum, Entity};
use crate::units::SimTime;

impl Loader<'_> {
    /// All peerings, in declaration order.
    pub(super) fn peerings(&mut self, top: &Entity) {
        for (name, entity) in top.named("peering") {
            let made = self.peering(name, entity);
            self.names.peerings.insert(name.clone(), made);
            self.note_place("peering", name.as_str(), entity.at);
        }
    }

    fn peering(&mut self, name: &str, entity: &Entity) -> Option<PeeringId> {
        let state = entity.get::<String>("state").and_then(|name| self.network.rules.state_called(name));
        let requested = entity.get("requested").copied().unwrap_or_default();
        let spec = self.peering_spec(Name::new(name).ok()?, entity);
        if entity.broken {
            // An unreadable key hides errors that depend on it; the delay depends on no other key.
            if let Some(Err(refusal)) = entity.get("delay").copied().map(check_delay) {
                self.refuse(entity.span("delay"), &refusal);
            }
            return None;
        }
        let spec = PeeringSpec { state, requested, ..spec? };
        match self.network.add_peering(spec, SimTime::ZERO) {
            Ok(id) => {
                self.remark(entity.span("bandwidth"), usize::MAX);
                Some(id)
            }
            Err(refusal) => {
                self.refuse(culprit(&refusal, entity), &refusal);
                None
            }
        }
    }

    /// The keys that a declaration and a `create_peering` have in common.
    pub(super) fn peering_spec(&mut self, name: Name, entity: &Entity) -> Option<PeeringSpec> {
        let (requester, accepter) = (self.end(entity, "requester"), self.end(entity, "accepter"));
        let plain = PeeringSpec::new(name, requester?, accepter?);
        Some(PeeringSpec {
            label: entity.get("label").cloned(),
            bandwidth: entity.get("bandwidth").copied(),
            burst: entity.get("burst").copied(),
            queue: queue(entity),
            delay: entity.get("delay").copied(),
            mtu: mtu(entity, "mtu"),
            ticket: entity.get("ticket").copied().unwrap_or(plain.ticket),
            loss: entity.get("loss").copied().unwrap_or(plain.loss),
            lose_every: entity.get("lose_every").copied(),
            mark: entity.get("mark").copied(),
            nodes: entity.get::<u64>("nodes").and_then(|n| u8::try_from(*n).ok()).unwrap_or(plain.nodes),
            failover: entity.get("failover").copied().unwrap_or(plain.failover),
            detection: entity.get("detection").copied().unwrap_or(plain.detection),
            ..plain
        })
    }

    fn end(&mut self, entity: &Entity, key: &'static str) -> Option<VpcId> {
        let name = entity.get::<String>(key)?;
        self.names.vpcs.find(None, name, entity.span(key), &mut self.out)
    }
}

fn queue(entity: &Entity) -> QueueLimit {
    match entity.get::<Datum>("queue") {
        Some(Datum::Duration(time)) => QueueLimit::Time(*time),
        Some(Datum::Size(size)) => QueueLimit::Bytes(*size),
        Some(Datum::Packets(count)) => QueueLimit::Packets(count.0),
        _ => QueueLimit::DEFAULT,
    }
}
