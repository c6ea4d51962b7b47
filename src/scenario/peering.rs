//! Peering connections: entities -> control plane.

use super::Loader;
use super::datum::{Datum, Entity};
use super::network::mtu;
use super::refused::culprit;
use crate::model::{Name, PeeringId, PeeringSpec, PeeringState, QueueLimit, VpcId};

impl Loader<'_> {
    /// All peerings, in declaration order.
    pub(super) fn peerings(&mut self, top: &Entity) {
        for (name, entity) in top.named("peering") {
            let made = self.peering(name, entity);
            self.names.peerings.insert(name.clone(), made);
            self.note_place("peering", name, entity.at);
        }
    }

    fn peering(&mut self, name: &str, entity: &Entity) -> Option<PeeringId> {
        let (requester, accepter) = (self.end(entity, "requester"), self.end(entity, "accepter"));
        let state = entity.get::<String>("state");
        let spec = PeeringSpec {
            name: Name::new(name).ok()?,
            label: entity.get("label").cloned(),
            requester: requester?,
            accepter: accepter?,
            state: state.and_then(|s| PeeringState::ALL.into_iter().find(|known| known.name() == s)),
            bandwidth: entity.get("bandwidth").copied(),
            burst: entity.get("burst").copied(),
            queue: queue(entity),
            delay: entity.get("delay").copied(),
            mtu: mtu(entity, "mtu"),
            ticket: entity.get("ticket").copied().unwrap_or(false),
            loss: entity.get("loss").copied().unwrap_or_default(),
        };
        if entity.broken {
            return None;
        }
        match self.network.add_peering(spec) {
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
