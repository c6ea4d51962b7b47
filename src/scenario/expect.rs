//! Expectations: `[[expect]]` entities -> subject, window and checks.

use super::Loader;
use super::network::instant;
use crate::model::plan::{Check, Expectation, Metric, Pattern, Subject, Traffic};
use crate::model::{Direction, DropReason, Name};
use crate::notation::{Allowed, Datum, Entity, Pair, Two, list_some, nearest};
use crate::units::{self, SimTime};

/// What can be measured, and on what.
struct Measure {
    key: &'static str,
    metric: Metric,
    on: On,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Traffic,
    Pings,
    Links,
    Peerings,
    Both,
}

const fn measure(key: &'static str, metric: Metric, on: On) -> Measure {
    Measure { key, metric, on }
}

/// Every metric but `dropped_by`, which is a table of its own.
const MEASURES: [Measure; 19] = [
    measure("sent", Metric::Sent, On::Traffic),
    measure("delivered", Metric::Delivered, On::Traffic),
    measure("misdelivered", Metric::Misdelivered, On::Traffic),
    measure("dropped", Metric::Dropped, On::Both),
    measure("answered", Metric::Answered, On::Pings),
    measure("icmp_errors", Metric::IcmpErrors, On::Traffic),
    measure("loss", Metric::Loss, On::Both),
    measure("rate", Metric::Rate, On::Both),
    measure("delay_min", Metric::DelayMin, On::Both),
    measure("delay_p50", Metric::Delay(500_000_000), On::Both),
    measure("delay_p90", Metric::Delay(900_000_000), On::Both),
    measure("delay_p99", Metric::Delay(990_000_000), On::Both),
    measure("delay_p999", Metric::Delay(999_000_000), On::Both),
    measure("delay_max", Metric::DelayMax, On::Both),
    measure("offered", Metric::Offered, On::Links),
    measure("carried", Metric::Carried, On::Links),
    measure("carried_bytes", Metric::CarriedBytes, On::Links),
    measure("longest_queue", Metric::LongestQueue, On::Links),
    measure("availability", Metric::Availability, On::Peerings),
];

impl Loader<'_> {
    /// All expectations, in declaration order.
    pub(super) fn expectations(&mut self, top: &Entity, traffic: &[Option<Traffic>]) -> Vec<Expectation> {
        top.list("expect").iter().filter_map(|entity| self.expectation(entity, traffic)).collect()
    }

    fn expectation(&mut self, entity: &Entity, traffic: &[Option<Traffic>]) -> Option<Expectation> {
        let before = self.out.count();
        let between = self.between(entity);
        let subject = self.subject(entity);
        let named_traffic = entity.has("traffic");
        let pings = match subject {
            Some(Subject::Traffic(id)) => traffic
                .get(id.index())
                .and_then(Option::as_ref)
                .is_some_and(|t| matches!(t.pattern, Pattern::Ping { .. })),
            // Unknown: give it the benefit of the doubt.
            _ => named_traffic && subject.is_none(),
        };
        let mut checks = Vec::new();
        for Measure { key, metric, on } in MEASURES {
            let Some(allowed) = entity.get::<Allowed>(key) else { continue };
            self.check_measurable(entity, key, on, named_traffic, pings);
            checks.push(check(metric, allowed));
        }
        if entity.has("longest_queue") && entity.has("between") {
            self.out
                .error(entity.key_span("longest_queue"), "`longest_queue` is measured over the whole run")
                .label(entity.key_span("between"), "not over a part of it")
                .hint("move it to an [[expect]] without `between`");
        }
        self.dropped_by(entity, &mut checks);
        self.state(entity, &mut checks);
        if checks.is_empty() && !entity.broken && self.out.count() == before {
            let known = MEASURES.iter().map(|m| m.key).chain(["dropped_by", "state"]);
            self.out
                .error(entity.at, "this [[expect]] expects nothing")
                .hint(format!("add one of {}", list_some(known)));
        }
        Some(Expectation { subject: subject?, between: between?, checks })
    }

    fn check_measurable(&mut self, entity: &Entity, key: &'static str, on: On, on_traffic: bool, pings: bool) {
        let (of, wrong) = match on {
            On::Traffic if !on_traffic => ("of a traffic entry, not of a peering", true),
            On::Pings if !on_traffic || !pings => ("of a ping", true),
            On::Peerings if on_traffic || entity.has("from") => ("of a peering as a whole, without `from`", true),
            On::Links if on_traffic => ("of a peering, not of a traffic entry", true),
            _ => ("", false),
        };
        if wrong {
            self.out.error(entity.key_span(key), format!("`{key}` is measured only {of}"));
        }
    }

    fn dropped_by(&mut self, entity: &Entity, checks: &mut Vec<Check>) {
        for Pair { key, value } in entity.get::<Vec<Pair>>("dropped_by").into_iter().flatten() {
            let Datum::Allowed(allowed) = &value.value else { continue };
            match DropReason::from_code(&key.value) {
                Some(reason) => checks.push(check(Metric::DroppedBy(reason), allowed)),
                None => {
                    let codes = || DropReason::ALL.iter().map(|r| r.code());
                    let hint = match nearest(&key.value, codes()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("reasons are {}", codes().collect::<Vec<_>>().join(", ")),
                    };
                    self.out.error(key.span, format!("packets are never dropped for `{}`", key.value)).hint(hint);
                }
            }
        }
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
            (None, Some(peering)) => self.link(entity, peering),
            (None, None) => {
                if !entity.broken {
                    self.out
                        .error(entity.at, "this [[expect]] is about nobody")
                        .hint("add `traffic`, or `peering` and `from`");
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

    /// `state` at the instant `at`.
    fn state(&mut self, entity: &Entity, checks: &mut Vec<Check>) {
        match (entity.get::<String>("state"), instant(entity, "at")) {
            (Some(name), Some(at)) => {
                let Some(state) = self.network.rules.state_called(name) else { return };
                let value = state as u64;
                checks.push(Check { metric: Metric::State(at), low: value, high: value, text: name.clone() });
            }
            (Some(_), None) if !entity.has("at") => {
                self.out
                    .error(entity.key_span("state"), "`state` needs the instant it is about")
                    .hint("add for example at = \"5 s\"");
            }
            (None, Some(_)) => {
                self.out.error(entity.key_span("at"), "`at` is the instant of a `state`, and there is none");
            }
            _ => {}
        }
    }

    /// One direction of a peering, or the peering as a whole where nothing but its state or availability is asked for.
    fn link(&mut self, entity: &Entity, name: &str) -> Option<Subject> {
        self.peering_name(name, entity.span("peering"))?;
        let promised = self.promised(name)?;
        let peering = Name::new(&promised.first_name).ok()?;
        let Some(from) = entity.get::<String>("from") else {
            if entity.has("state") || entity.has("availability") {
                return Some(Subject::Peering { peering });
            }
            let error = self.out.error(entity.span("peering"), "a peering has two directions: `from` is missing");
            if let Some((requester, accepter)) = promised.ends {
                let ends = [requester, accepter].map(|vpc| self.network.vpc(vpc).name.to_string());
                error.hint(format!("add from = \"{}\" or from = \"{}\"", ends[0], ends[1]));
            }
            return None;
        };
        let vpc = self.names.vpcs.find(None, from, entity.span("from"), &mut self.out)?;
        let (requester, accepter) = promised.ends?;
        if vpc != requester && vpc != accepter {
            let ends = [requester, accepter].map(|vpc| self.network.vpc(vpc).name.to_string());
            self.out
                .error(entity.span("from"), format!("peering `{name}` does not end at VPC `{from}`"))
                .hint(format!("it joins {} and {}", ends[0], ends[1]));
            return None;
        }
        let direction = if vpc == requester { Direction::Out } else { Direction::In };
        Some(Subject::Link { peering, direction })
    }

    /// What `between` says, inside the run.
    fn between(&mut self, entity: &Entity) -> Option<units::Span> {
        let end = self.end.unwrap_or(SimTime::NEVER);
        let Some(Two(two)) = entity.get::<Two>("between") else { return Some(units::Span::new(SimTime::ZERO, end)) };
        let (Datum::Duration(from), Datum::Duration(to)) = &**two else { return None };
        let (from, to) = (SimTime::ZERO + *from, SimTime::ZERO + *to);
        if from < to && to <= end {
            return Some(units::Span::new(from, to));
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

fn check(metric: Metric, allowed: &Allowed) -> Check {
    Check { metric, low: allowed.low, high: allowed.high, text: allowed.text.clone() }
}
