//! How to refer to peerings whose names alone are ambiguous.

use super::name::Name;
use super::network::Network;
use std::collections::BTreeMap;

/// The title of each peering, by [`super::PeeringId`]: its name; for the second one with that name in order of
/// creation, made after the first is gone, `name#2`, and so on. No name contains a `#`.
pub fn peering_titles(network: &Network) -> Vec<String> {
    let mut bearers: BTreeMap<&Name, usize> = BTreeMap::new();
    let mut title = |name| {
        let count = bearers.entry(name).or_default();
        *count += 1;
        if *count == 1 { name.to_string() } else { format!("{name}#{count}") }
    };
    network.peerings().map(|(_, peering)| title(&peering.name)).collect()
}
