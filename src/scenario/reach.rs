//! Demands on who reaches whom: the `reach` and `unreachable` of `[[expect]]` -> senders, receivers, packet and
//! instant. `diagnose` judges them.

use super::Loader;
use super::network::instant;
use crate::model::metric::Metric;
use crate::model::plan::{Reach, ReachTo};
use crate::model::{HostId, Probe, Protocol};
use crate::notation::{At, Entity, TextSpan};
use crate::units::SimTime;
use std::sync::Arc;

/// The keys of such a demand, and whether it wants a round trip.
const KEYS: [(&str, bool); 2] = [("reach", true), ("unreachable", false)];

/// Whether an `[[expect]]` is about who reaches whom, not about what a run measures.
pub(super) fn is_about_reach(entity: &Entity) -> bool {
    KEYS.iter().any(|(key, _)| entity.has(key))
}

impl Loader<'_> {
    /// Adds such demands of these tables to `all`, in order.
    pub(super) fn reach(&mut self, tables: &[Entity], all: &mut Vec<Reach>) {
        for entity in tables.iter().filter(|entity| is_about_reach(entity)) {
            self.refuse_measures(entity);
            let (at, probe) = (self.reach_at(entity), self.probe(entity));
            for (key, wanted) in KEYS {
                for text in entity.get::<Vec<At<String>>>(key).into_iter().flatten() {
                    let ends = self.ends_of(text);
                    let (Some(at), Some(probe), Some((from, to))) = (at, probe, ends) else { continue };
                    let one_way = entity.get("one_way").copied().unwrap_or(false);
                    self.note_place("expect", all.len().to_string(), text.span);
                    all.push(Reach { text: text.value.clone(), from, to, wanted, one_way, at, probe });
                }
            }
        }
    }

    /// Complains about keys that are about what a run measures.
    fn refuse_measures(&mut self, entity: &Entity) {
        let measured = Metric::ROWS.into_iter().map(|row| row.key);
        for key in ["traffic", "peering", "from", "between"].into_iter().chain(measured).filter(|key| entity.has(key)) {
            self.out
                .error(
                    entity.key_span(key),
                    format!("`{key}` is about what a run measures, not about who reaches whom"),
                )
                .hint("move it to an [[expect]] of its own");
        }
    }

    fn reach_at(&mut self, entity: &Entity) -> Option<SimTime> {
        let at = instant(entity, "at").unwrap_or(SimTime::ZERO);
        if let Some(end) = self.end.filter(|end| at > *end) {
            self.out
                .error(entity.span("at"), format!("`at` is after the end of the run at {end}"))
                .hint("ask earlier, or make `duration` longer");
            return None;
        }
        (!entity.has("at") || entity.get::<crate::units::SimDuration>("at").is_some()).then_some(at)
    }

    fn probe(&mut self, entity: &Entity) -> Option<Probe> {
        let name = entity.get::<String>("protocol").map_or("icmp", String::as_str);
        let protocol = Protocol::ALL.into_iter().find(|protocol| protocol.name() == name)?;
        if entity.has("port") && !protocol.has_ports() {
            self.out
                .error(entity.key_span("port"), "an ICMP packet has no port")
                .hint("add protocol = \"tcp\" or protocol = \"udp\"");
            return None;
        }
        let port = entity.get::<u64>("port").and_then(|port| u16::try_from(*port).ok());
        Some(Probe { protocol, port: port.unwrap_or(0), ..Probe::ECHO })
    }

    /// Both sides of `VPC1/* -> VPC2/db`.
    fn ends_of(&mut self, text: &At<String>) -> Option<(Arc<[HostId]>, ReachTo)> {
        let Some((from, to)) = text.value.split_once("->") else {
            self.out
                .error(text.span, format!("`{}` does not say who reaches whom", text.value))
                .hint("write for example \"VPC1/* -> VPC2/db\", or an address on the right");
            return None;
        };
        let (from, to) = (from.trim(), to.trim());
        let senders = self.side(from, text.span);
        let receivers = match to.parse() {
            Ok(address) => Some(ReachTo::Address(address)),
            Err(_) => self.side(to, text.span).map(ReachTo::Hosts),
        };
        let (senders, receivers) = (senders?, receivers?);
        let is_nobody_else = match (&receivers, &*senders) {
            (ReachTo::Hosts(hosts), [only]) => hosts[..] == [*only],
            (ReachTo::Hosts(_), _) => false,
            (ReachTo::Address(address), hosts) => hosts.iter().all(|host| self.network.host(*host).address == *address),
        };
        if is_nobody_else {
            self.out
                .error(text.span, format!("`{}` has no pair of different hosts", text.value))
                .hint("a host is not asked about itself: name another one");
            return None;
        }
        Some((senders, receivers))
    }

    fn side(&mut self, name: &str, span: TextSpan) -> Option<Arc<[HostId]>> {
        if name.is_empty() {
            self.out.error(span, "one side of `->` is empty").hint("write for example \"VPC1/* -> VPC2/db\"");
            return None;
        }
        self.hosts_called(name, span)
    }
}
