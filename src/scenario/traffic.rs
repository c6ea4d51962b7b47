//! Traffic entries: entities -> plan.

use super::Loader;
use super::datum::{At, Datum, Entity, Pair, Two};
use super::network::instant;
use super::replay::{Mapping, replay};
use super::value;
use crate::model::plan::{Destination, Pace, PacketSize, Pattern, SENDERS_MAX, Traffic};
use crate::model::{HostId, Name, TrafficId};
use crate::units::{BitRate, SimDuration, SimTime, grouped};
use std::collections::{BTreeMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

impl Loader<'_> {
    /// All traffic entries, by number; `None` stands for one that could not be made.
    pub(super) fn traffic(&mut self, top: &Entity) -> Vec<Option<Traffic>> {
        let mut entries = Vec::new();
        let mut senders = 0;
        for (name, entity) in top.named("traffic") {
            let made = self.entry(name, entity);
            let before = senders;
            senders += made.as_ref().map_or(0, Traffic::senders);
            if before <= SENDERS_MAX && senders > SENDERS_MAX {
                self.out
                    .error(
                        entity.at,
                        format!("with {} a run has more than {} senders", entity.path, grouped(SENDERS_MAX as u64)),
                    )
                    .hint("each source host of a traffic entry is a sender; name fewer hosts, or make fewer entries");
            }
            let id = made.is_some().then_some(TrafficId(entries.len() as u32));
            self.names.traffic.insert(name.clone(), id);
            entries.push(made);
        }
        entries
    }

    fn entry(&mut self, name: &str, entity: &Entity) -> Option<Traffic> {
        let replayed = entity.variant.is_some_and(|v| v.name == "replay");
        let from = self.pool(entity, "from", replayed);
        let to = self.destination(entity, replayed);
        let size = if replayed {
            Some(PacketSize::Fixed(u16::MAX))
        } else {
            self.packet_size(entity, entity.variant.is_some_and(|v| v.name == "ping"))
        };
        let window = self.window(entity);
        let ttl = self.ttl(entity);
        let pattern = match (&from, &to) {
            (Some(from), Some(to)) if replayed => self.replayed(entity, from, to),
            _ if replayed => None,
            _ => self.pattern(entity),
        };
        let ports = |key| entity.variant.filter(|_| entity.fields().any(|f| f.name == key)).and(entity.get::<u64>(key));
        let port = |key, default| ports(key).and_then(|port| u16::try_from(*port).ok()).unwrap_or(default);
        let (start, stop) = window?;
        if entity.broken {
            return None;
        }
        Some(Traffic {
            name: Name::new(name).ok()?,
            label: entity.get("label").cloned(),
            from: if replayed { Vec::new() } else { from? },
            to: to?,
            pattern: pattern?,
            size: size?,
            source: entity.get("source").copied(),
            source_port: port("source_port", 49_152),
            destination_port: port("destination_port", 5_001),
            ttl: ttl?,
            start,
            stop,
            phase: entity.get("phase").copied(),
            count: entity.get("count").copied(),
        })
    }

    /// The hosts under `key`, each once; an empty list only if nothing was written and that is allowed.
    fn pool(&mut self, entity: &Entity, key: &'static str, may_miss: bool) -> Option<Vec<HostId>> {
        let Some(texts) = entity.get::<Vec<At<String>>>(key) else {
            if !may_miss && !entity.broken {
                self.out
                    .error(entity.at, format!("{} needs `{key}`", entity.path))
                    .hint(format!("add for example {key} = \"VPC1/web\""));
            }
            return may_miss.then(Vec::new);
        };
        let all: Vec<Option<Vec<HostId>>> = texts.iter().map(|t| self.hosts_called(&t.value, t.span)).collect();
        let all: Vec<HostId> = all.into_iter().collect::<Option<Vec<_>>>()?.concat();
        if texts.len() == 1 {
            return Some(all); // a name or a pattern finds each once
        }
        let mut seen = HashSet::new();
        Some(all.into_iter().filter(|host| seen.insert(*host)).collect())
    }

    fn destination(&mut self, entity: &Entity, may_miss: bool) -> Option<Destination> {
        let texts = entity.get::<Vec<At<String>>>("to").map_or(&[][..], Vec::as_slice);
        let is_address = |text: &&At<String>| text.value.trim().parse::<Ipv4Addr>().is_ok();
        if let Some(address) = texts.iter().find(is_address) {
            if texts.len() > 1 || may_miss {
                self.out
                    .error(address.span, "an address cannot stand among hosts here")
                    .hint("`to` is one address, or names of hosts; a replay needs names");
                return None;
            }
            return address.value.trim().parse().ok().map(Destination::Address);
        }
        let hosts = self.pool(entity, "to", may_miss)?;
        let random = entity.get::<String>("pick").is_some_and(|pick| pick == "random");
        Some(if random { Destination::AnyOf(hosts) } else { Destination::Hosts(hosts) })
    }

    /// `[start, stop)`, inside the run.
    fn window(&mut self, entity: &Entity) -> Option<(SimTime, SimTime)> {
        let end = self.end.unwrap_or(SimTime::NEVER);
        let start = instant(entity, "start").unwrap_or(SimTime::ZERO);
        let stop = instant(entity, "stop").unwrap_or(end);
        if start >= end {
            self.out
                .error(entity.span("start"), format!("`start` is not before the end of the run at {end}"))
                .hint("start earlier, or make `duration` longer");
            return None;
        }
        if stop <= start {
            self.out
                .error(entity.span("stop"), format!("`stop` ({stop}) is not after `start` ({start})"))
                .label(entity.span("start"), "the start");
            return None;
        }
        Some((start, stop.min(end)))
    }

    fn ttl(&mut self, entity: &Entity) -> Option<(u8, u8)> {
        let byte = |datum: &Datum| match datum {
            Datum::Integer(n) => u8::try_from(*n).ok(),
            _ => None,
        };
        match entity.get::<Datum>("ttl") {
            None => Some((64, 64)),
            Some(Datum::Two(Two(two))) => {
                let (first, last) = (byte(&two.0)?, byte(&two.1)?);
                if first > last {
                    self.out
                        .error(entity.span("ttl"), format!("`ttl` counts up, not from {first} to {last}"))
                        .hint(format!("write [{last}, {first}]"));
                    return None;
                }
                Some((first, last))
            }
            Some(single) => byte(single).map(|ttl| (ttl, ttl)),
        }
    }

    fn pattern(&mut self, entity: &Entity) -> Option<Pattern> {
        let interval = |entity: &Entity| entity.get::<SimDuration>("interval").copied();
        match entity.variant?.name {
            "ping" => Some(Pattern::Ping { interval: interval(entity).unwrap_or(SimDuration::from_secs(1)) }),
            "series" => self.series(entity),
            "diurnal" => self.diurnal(entity),
            "poisson" => self.pace(entity).map(Pattern::Poisson),
            "on_off" => {
                let (on, off) = (entity.get("on").copied(), entity.get("off").copied());
                self.pace(entity).and_then(|pace| Some(Pattern::OnOff { pace, on: on?, off: off? }))
            }
            _ => self.pace(entity).map(Pattern::Constant),
        }
    }

    /// Exactly one of `rate` and `interval`.
    fn pace(&mut self, entity: &Entity) -> Option<Pace> {
        match (entity.get::<BitRate>("rate"), entity.get::<SimDuration>("interval")) {
            (Some(rate), None) => Some(Pace::Rate(*rate)),
            (None, Some(interval)) => Some(Pace::Interval(*interval)),
            (None, None) => {
                if !entity.broken {
                    self.out
                        .error(entity.at, format!("{} needs a `rate` or an `interval`", entity.path))
                        .hint("add for example rate = \"10 Mbps\"");
                }
                None
            }
            (Some(_), Some(_)) => {
                self.out
                    .error(entity.key_span("interval"), format!("{} has both `rate` and `interval`", entity.path))
                    .label(entity.key_span("rate"), "the other one")
                    .hint("keep one of them");
                None
            }
        }
    }

    fn replayed(&mut self, entity: &Entity, from: &[HostId], to: &Destination) -> Option<Pattern> {
        let mut map = Vec::new();
        for Pair { key, value } in entity.get::<Vec<Pair>>("map").into_iter().flatten() {
            let address = value::address(&key.value, key.span, &mut self.out);
            let Datum::Text(name) = &value.value else { continue };
            let host = self.host_called(name, value.span);
            map.push(address.zip(host));
        }
        let to = match to {
            Destination::Hosts(hosts) | Destination::AnyOf(hosts) => hosts.clone(),
            Destination::Address(_) => Vec::new(),
        };
        let file = self.read_file(entity, "file")?;
        let pinned: BTreeMap<Ipv4Addr, HostId> = map.into_iter().collect::<Option<_>>()?;
        let mapping = Mapping { from, to: &to, pinned: &pinned, max_gap: entity.get("max_gap").copied() };
        match replay(file, &mapping, &self.network) {
            Ok(replay) => Some(Pattern::Replay(Arc::new(replay))),
            Err(wrong) => {
                let complaint = self.out.error(entity.span("file"), wrong.to_string());
                complaint.hint = wrong.hint();
                None
            }
        }
    }
}
