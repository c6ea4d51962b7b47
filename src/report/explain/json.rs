//! An answer for programs: one JSON document. Its keys on where the trip ends are those of a matrix.

use super::lines::written;
use super::words::hop;
use crate::dataplane::fib::FibEntry;
use crate::diagnose::explain::{Explanation, Leg};
use crate::model::{HostId, Network, Route, Thing};
use crate::report::format::json::pretty;
use serde_json::{Value, json};

/// The answer as an indented JSON document that ends in a newline; `place` tells where a thing stands.
pub fn explanation_json(network: &Network, found: &Explanation, place: &dyn Fn(Thing) -> Option<String>) -> String {
    let Explanation { question, trip, conclusion, .. } = found;
    let name = |host: HostId| network.host_name(host);
    let probe = question.probe;
    let renumber =
        found.renumber.map(|(vpc, free)| json!({ "vpc": network.vpc(vpc).name.to_string(), "free": free.to_string() }));
    let port = probe.protocol.has_ports().then_some(probe.port);
    let fix = found.mend.as_ref().map(|mend| {
        let steps = mend.steps.iter().map(|step| {
            let written = written(network, step, question.at, found.is_changed);
            json!({
                "how": written.how,
                "lines": written.lines,
                "place": written.about.and_then(place),
                "do": written.action,
                "keys": written.keys,
            })
        });
        json!({ "steps": steps.collect::<Vec<_>>(), "checked": true })
    });
    pretty(&json!({
        "format": "vpcsim-explain",
        "version": 1,
        "at_ns": question.at,
        "src": name(question.from),
        "dst": question.to.map(name),
        "address": question.address,
        "probe": { "protocol": probe.protocol.name(), "port": port, "size_bytes": probe.size },
        "code": conclusion.code,
        "sentence": conclusion.sentence,
        "rules": conclusion.rules,
        "one_way": trip.arrives(question.to),
        "round_trip": trip.returns(question.to),
        "landed_on": trip.request.end.ok().map(name),
        "reply_landed_on": trip.reply_landed().map(name),
        "verdict": trip.request.verdict(),
        "reply_verdict": trip.reply.map(|reply| reply.verdict()),
        "same_way": found.same_way,
        "request": leg(network, &found.request),
        "reply": found.reply.as_ref().map(|back| leg(network, back)),
        "fix": fix,
        "renumber": renumber,
    }))
}

fn leg(network: &Network, leg: &Leg) -> Value {
    let route =
        |route: &Route| json!({ "to": route.to.to_string(), "next_hop": hop(network, FibEntry::Via(route.via)) });
    let lost = leg.lost.iter().map(|lost| {
        let mut entry = route(&lost.route);
        entry["why"] = lost.to.code().into();
        entry
    });
    let elsewhere = leg.elsewhere.iter().map(|other| {
        let mut entry = route(&other.route);
        entry["table"] = network.table_name(other.table).into();
        entry["used"] = other.is_used.into();
        entry
    });
    let peering = leg.link.map(|link| {
        let found = network.peering(link.peering());
        json!({
            "name": found.name.to_string(),
            "state": network.rules.state(found.state),
            "cap_bps": found.shaping(&network.rules).map(|shaping| shaping.rate),
            "delay_ns": found.delay,
            "mtu_bytes": found.mtu,
            "down": found.down,
        })
    });
    json!({
        "from": network.host_name(leg.way.from),
        "to": leg.way.to,
        "subnet": network.subnet_name(leg.subnet),
        "table": network.table_name(leg.table),
        "matched": leg.matched.map(|(to, entry)| json!({ "to": to.to_string(), "next_hop": hop(network, entry) })),
        "lost": lost.collect::<Vec<_>>(),
        "elsewhere": elsewhere.collect::<Vec<_>>(),
        "peering": peering,
        "far_vpc": leg.far.map(|vpc| network.vpc(vpc).name.to_string()),
        "far_subnet": leg.far_subnet.map(|subnet| network.subnet_name(subnet)),
        "far_host": leg.far_host.map(|host| network.host_name(host)),
        "verdict": leg.way.verdict(),
        "landed_on": leg.way.end.ok().map(|host| network.host_name(host)),
    })
}
