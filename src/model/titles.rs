//! What people are told of a peering whose name alone does not say which one is meant.

use super::name::Name;
use super::network::Network;
use std::collections::BTreeMap;

/// What to call each peering, by [`super::PeeringId`]: its name, and for the second in order of creation that bears it,
/// since the first is gone, `name#2`, and so on. No name holds a `#`.
pub fn peering_titles(network: &Network) -> Vec<String> {
    let mut bearers: BTreeMap<&Name, usize> = BTreeMap::new();
    let mut title = |name| {
        let count = bearers.entry(name).or_default();
        *count += 1;
        if *count == 1 { name.to_string() } else { format!("{name}#{count}") }
    };
    network.peerings().map(|(_, peering)| title(&peering.name)).collect()
}
