//! The ends of a traffic entry: `from`, `to` and `pick` -> who sends to whom. `traffic` decides what they send; `hosts`
//! resolves host names.

use super::Loader;
use super::sends::Sends;
use crate::model::HostId;
use crate::model::plan::{Destination, Pick, SENDERS_MAX, Traffic};
use crate::notation::{At, Entity};
use crate::units::grouped;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

impl Loader<'_> {
    /// The hosts under `from` and the destination under `to`. A replay requires neither; if given, they are pools, and
    /// hosts are not paired.
    pub(super) fn ends(&mut self, entity: &Entity, sends: Sends) -> (Option<Arc<[HostId]>>, Option<Destination>) {
        let is_replay = sends == Sends::Capture;
        let (from, to) = (self.pool(entity, "from", is_replay), self.destination(entity, sends));
        match (from, to) {
            (Some(from), Some(Destination::Hosts { hosts, pick })) if !is_replay => {
                let from = self.without_itself(entity, from, &hosts);
                (from, Some(Destination::Hosts { hosts, pick }))
            }
            ends => ends,
        }
    }

    /// The hosts under `key`, each once; an empty list only if the key is unset and may be.
    fn pool(&mut self, entity: &Entity, key: &'static str, may_miss: bool) -> Option<Arc<[HostId]>> {
        let texts = texts(entity, key);
        if texts.is_empty() {
            if !may_miss && !entity.broken {
                self.out
                    .error(entity.at, format!("{} needs `{key}`", entity.path))
                    .hint(format!("add for example {key} = \"VPC1/web\""));
            }
            return may_miss.then(|| [].into());
        }
        let all: Vec<_> = texts.iter().map(|text| self.hosts_called(&text.value, text.span)).collect();
        let all = all.into_iter().collect::<Option<Vec<_>>>()?;
        if let [only] = &all[..] {
            return Some(only.clone()); // a name or a pattern finds each once
        }
        let mut seen = BTreeSet::new();
        Some(all.iter().flat_map(|hosts| hosts.iter().copied()).filter(|host| seen.insert(*host)).collect())
    }

    fn destination(&mut self, entity: &Entity, sends: Sends) -> Option<Destination> {
        let is_replay = sends == Sends::Capture;
        let texts = texts(entity, "to");
        let is_address = |text: &&At<String>| text.value.trim().parse::<Ipv4Addr>().is_ok();
        if let Some(address) = texts.iter().find(is_address) {
            if texts.len() > 1 || is_replay {
                self.out
                    .error(address.span, "an address cannot stand among hosts here")
                    .hint("`to` is one address, or names of hosts; a replay needs names");
                return None;
            }
            if sends == Sends::Segments {
                self.out
                    .error(address.span, "a connection needs a host that answers, and this is an address")
                    .hint("name the host, such as VPC2/db");
                return None;
            }
            if entity.has("pick") {
                self.out
                    .error(entity.key_span("pick"), "`pick` chooses among hosts, and `to` is an address")
                    .hint("leave `pick` out, or name hosts");
                return None;
            }
            return address.value.trim().parse().ok().map(Destination::Address);
        }
        let hosts = self.pool(entity, "to", is_replay)?;
        let pick = match entity.get::<String>("pick").map(String::as_str) {
            // With a single host there is no choice.
            _ if hosts.len() < 2 => Pick::InOrder,
            Some("every") => Pick::Every,
            Some("random") => Pick::Random,
            None if matches!(sends, Sends::Echoes | Sends::Segments) => Pick::Every,
            _ => Pick::InOrder,
        };
        Some(Destination::Hosts { hosts, pick })
    }

    /// The senders that have a receiver: without the host that is the only receiver. If both sides name just that one
    /// host, it sends to itself on purpose.
    fn without_itself(&mut self, entity: &Entity, from: Arc<[HostId]>, to: &[HostId]) -> Option<Arc<[HostId]>> {
        let &[only] = to else { return Some(from) };
        if !from.contains(&only) {
            return Some(from);
        }
        let name = self.network.host_name(only);
        let is_pattern = |text: &At<String>| text.value.contains('*');
        if from.len() > 1 {
            // A pattern may match the receiver by accident; a host named explicitly was meant to send.
            let mut spelt = texts(entity, "from").iter().filter(|text| !is_pattern(text));
            if let Some(text) = spelt.find(|text| self.host_called(&text.value, text.span) == Some(only)) {
                self.out
                    .warning(text.span, format!("`{name}` sends nothing in {}: it is the only receiver", entity.path))
                    .hint("name another host in `to`, or leave it out of `from`");
            }
            return Some(from.iter().copied().filter(|host| *host != only).collect());
        }
        if ["from", "to"].iter().flat_map(|key| texts(entity, key)).any(is_pattern) {
            self.out
                .error(entity.span("to"), format!("`{name}` has nobody to send to in {}", entity.path))
                .hint("it is all that `from` and `to` find, and a host does not send to itself; name another");
            return None;
        }
        self.out
            .warning(entity.span("to"), format!("`{name}` sends to itself in {}", entity.path))
            .hint("what it sends stays in its VPC; name another host to learn of the network");
        Some(from)
    }

    /// Complains about the entry that gives a plan too many senders.
    pub(super) fn too_many_senders(&mut self, entity: &Entity, made: &Traffic) {
        let (most, path) = (grouped(SENDERS_MAX as u64), &entity.path);
        let (what, hint) = match &made.to {
            _ if made.transfers().is_some() => (
                format!("the {} ends of the connections of {path}", grouped(made.sources() as u64)),
                "each connection of a pair of hosts that is open at the same time has two; name fewer hosts, \
                 or fewer `connections`",
            ),
            Destination::Hosts { pick: Pick::Every, .. } => (
                format!("the {} pairs of {path}", grouped(made.senders() as u64)),
                "each pair of a host of `from` and another of `to` is a sender; name fewer hosts, \
                 or choose pick = \"random\" or \"in_order\", which make a sender of each source host",
            ),
            _ => (
                path.clone(),
                "each source host of a traffic entry is a sender; name fewer hosts, or make fewer entries",
            ),
        };
        self.out.error(entity.at, format!("with {what} a run has more than {most} senders")).hint(hint);
    }
}

fn texts<'a>(entity: &'a Entity, key: &'static str) -> &'a [At<String>] {
    entity.get::<Vec<At<String>>>(key).map_or(&[], Vec::as_slice)
}
