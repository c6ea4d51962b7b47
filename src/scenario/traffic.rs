//! Traffic entries: entities -> plan.

use super::Loader;
use super::keys::FIRST_PORT;
use super::network::instant;
use super::patterns;
use super::sends::{Frame, Sends};
use crate::model::plan::{Pace, SENDERS_MAX, Traffic};
use crate::model::{Name, TrafficId, Volume};
use crate::notation::{Datum, Entity, Two};
use crate::units::{self, BitRate, SimDuration, SimTime};

impl Loader<'_> {
    /// All traffic entries, by number; `None` for one that could not be made.
    pub(super) fn traffic(&mut self, top: &Entity) -> Vec<Option<Traffic>> {
        let mut entries = Vec::new();
        let mut senders: usize = 0;
        let mut volume = Volume::default();
        for (name, entity) in top.named("traffic") {
            self.note_place("traffic", name.as_str(), entity.at);
            let mut made = self.entry(name, entity);
            if let Some(entry) = made.as_ref().filter(|_| senders <= SENDERS_MAX) {
                senders = senders.saturating_add(entry.sources());
                if senders > SENDERS_MAX {
                    self.too_many_senders(entity, entry);
                }
            }
            if senders > SENDERS_MAX {
                made = None; // with however many more there are
            }
            volume = self.add_volume(volume, entity, made.as_ref());
            let id = made.is_some().then_some(TrafficId(entries.len() as u32));
            self.names.traffic.insert(name.clone(), id);
            entries.push(made);
        }
        entries
    }

    /// Adds the most that an entry can send; complains about the first entry that makes the total too large to count.
    fn add_volume(&mut self, before: Volume, entity: &Entity, made: Option<&Traffic>) -> Volume {
        let volume = before.and(made.map_or(Volume::default(), Traffic::volume));
        // A missing end has already been complained about.
        if self.end.is_some() && before.is_countable() && !volume.is_countable() {
            self.out
                .error(entity.at, format!("with {} a run may send more than can be counted", entity.path))
                .hint("all entries together may send 4 EB, and 10 Pbps at once: shorten the run, or send less");
        }
        volume
    }

    fn entry(&mut self, name: &str, entity: &Entity) -> Option<Traffic> {
        let row = patterns::chosen(entity);
        let sends = row.map_or(Sends::Datagrams, |row| row.sends);
        let (from, to) = self.ends(entity, sends);
        let size = self.packet_size(entity, sends);
        let window = self.window(entity);
        let ttl = self.ttl(entity, sends);
        let frame = Frame { from: from.as_deref(), to: to.as_ref(), window };
        let pattern = row.and_then(|row| (row.read)(self, entity, &frame));
        let ports = |key| entity.variant.filter(|_| entity.fields().any(|f| f.name == key)).and(entity.get::<u64>(key));
        let port = |key, default| ports(key).and_then(|port| u16::try_from(*port).ok()).unwrap_or(default);
        let units::Span { from: start, until: stop } = window?;
        if entity.broken {
            return None;
        }
        Some(Traffic {
            name: Name::new(name).ok()?,
            label: entity.get("label").cloned(),
            from: if sends == Sends::Capture { [].into() } else { from? },
            to: to?,
            pattern: pattern?,
            size: size?,
            source: entity.get("source").copied(),
            source_port: port("source_port", FIRST_PORT),
            destination_port: port("destination_port", 5_001),
            ttl: ttl?,
            start,
            stop,
            phase: entity.get("phase").copied(),
            count: entity.get("count").copied(),
        })
    }

    /// From `start` to `stop`, within the run.
    fn window(&mut self, entity: &Entity) -> Option<units::Span> {
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
        Some(units::Span::new(start, stop.min(end)))
    }

    fn ttl(&mut self, entity: &Entity, sends: Sends) -> Option<(u8, u8)> {
        let byte = |datum: &Datum| match datum {
            Datum::Integer(n) => u8::try_from(*n).ok(),
            _ => None,
        };
        match entity.get::<Datum>("ttl") {
            None => Some((64, 64)),
            Some(Datum::Two(Two(two))) => {
                let (first, last) = (byte(&two.0)?, byte(&two.1)?);
                if first < last && sends == Sends::Segments {
                    self.out
                        .error(entity.span("ttl"), "the segments of a connection have one TTL")
                        .hint(format!("write {last}"));
                    return None;
                }
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

    /// Exactly one of `rate` and `interval`.
    pub(super) fn pace(&mut self, entity: &Entity) -> Option<Pace> {
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
}
