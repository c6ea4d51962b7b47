//! Expectations: `[[expect]]` entities -> subject, window and checks. The model's table of metrics defines what can be
//! measured.

use super::Loader;
use super::names::no_reason;
use super::network::instant;
use super::reach::is_about_reach;
use crate::model::DropReason;
use crate::model::metric::{Metric, MetricRow, On, Over, Unit};
use crate::model::plan::{Check, Expectation, Subject, Traffic};
use crate::notation::{Allowed, Datum, Entity, Pair, Two, list_some};
use crate::units::{SimTime, Span};

/// The subject of an expectation, as far as its keys tell.
#[derive(Debug, Clone, Copy)]
enum About {
    /// A traffic entry of which it is not known what it sends: it has a mistake, or its name has.
    Entry,
    /// A traffic entry that sends echo requests.
    Pings,
    /// A traffic entry of TCP connections.
    Connections,
    /// Another traffic entry.
    Traffic,
    /// One direction of a peering.
    Link,
    /// A peering as a whole.
    Peering,
    /// No subject.
    Nobody,
}

impl Loader<'_> {
    /// The expectations that these tables hold, in order.
    pub(super) fn expectations(&mut self, tables: &[Entity], traffic: &[Option<Traffic>]) -> Vec<Expectation> {
        let measured = tables.iter().filter(|entity| !is_about_reach(entity));
        measured.filter_map(|entity| self.expectation(entity, traffic)).collect()
    }

    fn expectation(&mut self, entity: &Entity, traffic: &[Option<Traffic>]) -> Option<Expectation> {
        let before = self.out.count();
        if let Some(key) = ["one_way", "protocol", "port"].into_iter().find(|key| entity.has(key)) {
            self.out
                .error(entity.key_span(key), format!("`{key}` belongs to `reach` or `unreachable`, and there is none"))
                .hint("add for example reach = \"VPC1/* -> VPC2/*\"");
            return None;
        }
        let between = self.between(entity);
        let subject = self.subject(entity);
        let about = about(entity, subject.as_ref(), traffic);
        let mut checks = Vec::new();
        for row in Metric::ROWS.into_iter().filter(|row| entity.has(row.key)) {
            self.check_measurable(entity, row, about);
            match row.unit {
                Unit::PacketsByReason => self.dropped_by(entity, row.key, &mut checks),
                Unit::State => self.state(entity, row.key, &mut checks),
                Unit::Packets | Unit::Share | Unit::Rate | Unit::Time | Unit::Bytes => {
                    let allowed = entity.get::<Allowed>(row.key);
                    checks.extend(row.metric.zip(allowed).map(|(metric, allowed)| check(metric, allowed)));
                }
            }
        }
        if entity.has("at") && !entity.has("state") && !entity.broken {
            self.out.error(entity.key_span("at"), "`at` is the instant of a `state`, and there is none");
        }
        if checks.is_empty() && !entity.broken && self.out.count() == before {
            let known = Metric::ROWS.iter().map(|row| row.key);
            self.out
                .error(entity.at, "this [[expect]] expects nothing")
                .hint(format!("add `reach`, or one of {}", list_some(known)));
        }
        Some(Expectation { subject: subject?, between: between?, checks })
    }

    /// Complains if a metric cannot be measured for the subject of the expectation, or over its window.
    fn check_measurable(&mut self, entity: &Entity, row: &'static MetricRow, about: About) {
        let of = match (row.on, about) {
            (On::Traffic, About::Link | About::Peering) => Some("of a traffic entry, not of a peering"),
            (On::Pings, About::Traffic | About::Connections | About::Link | About::Peering) => Some("of a ping"),
            (On::Connections, About::Pings | About::Traffic | About::Link | About::Peering) => {
                Some("of TCP connections")
            }
            (On::Link, About::Entry | About::Pings | About::Traffic | About::Connections) => {
                Some("of a peering, not of a traffic entry")
            }
            (On::Peering, About::Entry | About::Pings | About::Traffic | About::Connections | About::Link) => {
                Some("of a peering as a whole, without `from`")
            }
            (On::Traffic | On::Both | On::Pings | On::Connections, About::Entry)
            | (On::Traffic | On::Both, About::Pings | About::Traffic | About::Connections)
            | (On::Pings, About::Pings)
            | (On::Connections, About::Connections) => None,
            // A peering without `from` is complained about elsewhere.
            (On::Link | On::Both, About::Link | About::Peering) | (On::Peering, About::Peering) => None,
            (On::Traffic | On::Pings | On::Connections | On::Link | On::Both | On::Peering, About::Nobody) => None,
        };
        if let Some(of) = of {
            self.out.error(entity.key_span(row.key), format!("`{}` is measured only {of}", row.key));
        }
        let (over, not) = match row.over {
            Over::Window => return,
            Over::Run => ("over the whole run", "not over a part of it"),
            Over::Instant => ("at one instant", "not over a time"),
        };
        if entity.has("between") {
            self.out
                .error(entity.key_span(row.key), format!("`{}` is measured {over}", row.key))
                .label(entity.key_span("between"), not)
                .hint("move it to an [[expect]] without `between`");
        }
    }

    fn dropped_by(&mut self, entity: &Entity, key: &'static str, checks: &mut Vec<Check>) {
        for Pair { key, value } in entity.get::<Vec<Pair>>(key).into_iter().flatten() {
            let Datum::Allowed(allowed) = &value.value else { continue };
            match DropReason::from_code(&key.value) {
                Some(reason) => checks.push(check(Metric::DroppedBy(reason), allowed)),
                None => no_reason(key, None, &mut self.out),
            }
        }
    }

    /// A state at the instant `at`, which must not be after the end of the run.
    fn state(&mut self, entity: &Entity, key: &'static str, checks: &mut Vec<Check>) {
        let Some(at) = instant(entity, "at") else {
            if !entity.broken {
                self.out
                    .error(entity.key_span(key), format!("`{key}` needs the instant it is about"))
                    .hint("add for example at = \"5 s\"");
            }
            return;
        };
        if let Some(end) = self.end.filter(|end| at > *end) {
            self.out
                .error(entity.span("at"), format!("`at` is after the end of the run at {end}"))
                .hint("ask earlier, or make `duration` longer");
            return;
        }
        let Some(name) = entity.get::<String>(key) else { return };
        let Some(state) = self.network.rules.state_called(name) else { return };
        let value = state as u64;
        checks.push(Check { metric: Metric::State(at), low: value, high: value, text: name.clone() });
    }

    fn subject(&mut self, entity: &Entity) -> Option<Subject> {
        match (entity.get::<String>("traffic"), entity.get::<String>("peering")) {
            (Some(traffic), None) => {
                if entity.has("from") {
                    self.out
                        .error(
                            entity.key_span("from"),
                            "`from` says which direction of a peering; traffic has one anyway",
                        )
                        .hint("leave it out");
                }
                let id = self.names.traffic.find(None, traffic, entity.span("traffic"), &mut self.out);
                id.map(Subject::Traffic)
            }
            (None, Some(peering)) => self.peerings_of(entity, peering),
            (None, None) => {
                if !entity.broken {
                    self.out
                        .error(entity.at, "this [[expect]] is about nobody")
                        .hint("add `traffic`, `peering` and `from`, or `reach`");
                }
                None
            }
            (Some(_), Some(_)) => {
                self.out
                    .error(entity.key_span("peering"), "this [[expect]] has both `traffic` and `peering`")
                    .label(entity.key_span("traffic"), "the other one")
                    .hint("write one [[expect]] for each");
                None
            }
        }
    }

    /// One direction of the peerings with this name, or the peerings as a whole if only metrics of the whole are asked
    /// for.
    fn peerings_of(&mut self, entity: &Entity, name: &str) -> Option<Subject> {
        let peering = self.peering_name(name, entity.span("peering"))?;
        let group = self.names.lives.group(&peering, &self.network);
        let called = |vpc| self.network.vpc(vpc).name.to_string();
        let Some(from) = entity.get::<String>("from") else {
            if asks_of_whole(entity) {
                return Some(Subject::Peering { peering });
            }
            if !entity.broken {
                let error = self.out.error(entity.span("peering"), "a peering has two directions: `from` is missing");
                if let Some((requester, accepter)) = group.as_ref().and_then(|group| group.first) {
                    error.hint(format!("add from = \"{}\" or from = \"{}\"", called(requester), called(accepter)));
                }
            }
            return None;
        };
        let from_vpc = self.names.vpcs.find(None, from, entity.span("from"), &mut self.out)?;
        let group = group?;
        if !group.vpcs.contains(&from_vpc) {
            let joined: Vec<String> = match group.first {
                Some((requester, accepter)) if group.vpcs.len() == 2 => [requester, accepter].map(called).into(),
                _ => group.vpcs.iter().copied().map(called).collect(),
            };
            self.out
                .error(entity.span("from"), format!("peering `{name}` does not end at VPC `{from}`"))
                .hint(format!("it joins {}", joined.join(" and ")));
            return None;
        }
        Some(Subject::Link { peering, from: from_vpc })
    }

    /// The window `between`, which must lie inside the run.
    fn between(&mut self, entity: &Entity) -> Option<Span> {
        let end = self.end.unwrap_or(SimTime::NEVER);
        let Some(Two(two)) = entity.get::<Two>("between") else { return Some(Span::new(SimTime::ZERO, end)) };
        let (Datum::Duration(from), Datum::Duration(to)) = &**two else { return None };
        let (from, to) = (SimTime::ZERO + *from, SimTime::ZERO + *to);
        if from < to && to <= end {
            return Some(Span::new(from, to));
        }
        let (message, hint) = if from >= to {
            (
                format!("`between` ends at {to}, not after it begins at {from}"),
                "write [from, to], the earlier one first",
            )
        } else {
            (
                format!("`between` ends at {to}, after the run ends at {end}"),
                "end it earlier, or make `duration` longer",
            )
        };
        self.out.error(entity.span("between"), message).hint(hint);
        None
    }
}

/// Whether at least one metric is asked for, and all of them are measured on peerings as a whole.
fn asks_of_whole(entity: &Entity) -> bool {
    let mut asked = Metric::ROWS.into_iter().filter(|row| entity.has(row.key)).peekable();
    asked.peek().is_some() && asked.all(|row| row.on == On::Peering)
}

fn about(entity: &Entity, subject: Option<&Subject>, traffic: &[Option<Traffic>]) -> About {
    match subject {
        Some(Subject::Traffic(id)) => match traffic.get(id.index()).and_then(Option::as_ref) {
            Some(entry) if entry.is_ping() => About::Pings,
            Some(entry) if entry.transfers().is_some() => About::Connections,
            Some(_) => About::Traffic,
            None => About::Entry, // it was complained about
        },
        Some(Subject::Link { .. }) => About::Link,
        Some(Subject::Peering { .. }) => About::Peering,
        None if entity.has("traffic") => About::Entry,
        None if entity.has("from") => About::Link,
        None if entity.has("peering") => About::Peering,
        None => About::Nobody,
    }
}

fn check(metric: Metric, allowed: &Allowed) -> Check {
    Check { metric, low: allowed.low, high: allowed.high, text: allowed.text.clone() }
}
