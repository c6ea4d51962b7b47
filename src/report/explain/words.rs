//! What the steps of one direction are called, alike in text and JSON.

use crate::dataplane::fib::FibEntry;
use crate::model::{LinkId, Network, NextHop, Route};
use crate::report::format::words::counted;

/// `via hub-app`, `blackhole` or `local`.
pub fn hop(network: &Network, entry: FibEntry) -> String {
    match entry {
        FibEntry::Local => "local".into(),
        FibEntry::Via(NextHop::Blackhole) => "blackhole".into(),
        FibEntry::Via(NextHop::Peering(id)) => format!("via {}", network.peering(id).name),
    }
}

/// `10.0.0.0/8 via hub-app`
pub fn route(network: &Network, route: &Route) -> String {
    format!("{} {}", route.to, hop(network, FibEntry::Via(route.via)))
}

/// State, cap, delay and MTU of the peering of a link, and what is broken about it.
pub fn link(network: &Network, link: LinkId) -> String {
    let peering = network.peering(link.peering());
    let mut out = network.rules.state(peering.state).to_owned();
    match peering.shaping(&network.rules) {
        Some(shaping) => out += &format!(", cap {}", shaping.rate),
        None => out += ", no cap",
    }
    out += &format!(", delay {}, MTU {} B", peering.delay, peering.mtu);
    if peering.down {
        out += ", CUT";
    }
    let down = peering.nodes.iter().filter(|node| **node != crate::model::Node::Up).count();
    if down > 0 {
        out += &format!(", {} of {} down", counted(down as u64, "node"), peering.nodes.count());
    }
    out
}
