//! What a network makes of an address, as one number: two addresses with the same signature are treated alike by every
//! route table and every VPC, as long as no host has them. It knows no hosts and judges no packet.
//!
//! Each route table, the disabled routes of each, the CIDRs of each VPC and the subnets of each are a *voice*: a map
//! from prefixes to values, of which the longest one that contains an address decides. The signature is the exclusive
//! or of a hash for each voice and its value there (Zobrist hashing, 128 bits). All prefixes are walked through once in
//! order of address, so that the cost is that of the routes, not of routes times addresses.

use super::tables::Tables;
use crate::model::{Network, NextHop, Route};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;
use xxhash_rust::xxh3::xxh3_128;

/// The signature of an address.
pub type Signature = u128;

/// The value that a voice has where none of its prefixes is.
const SILENT: u64 = 0;

/// A prefix for which a voice has a value.
struct Entry {
    prefix: Ipv4Net,
    voice: usize,
    value: u64,
}

/// The signatures of `addresses`, which are in order.
pub fn signatures(network: &Network, tables: &Tables, addresses: &[Ipv4Addr]) -> Vec<Signature> {
    let mut entries = Vec::new();
    let mut voices = 0;
    let mut voice = |said: &mut dyn Iterator<Item = (Ipv4Net, u64)>| {
        let before = entries.len();
        entries.extend(said.map(|(prefix, value)| Entry { prefix, voice: voices, value }));
        voices += usize::from(entries.len() > before);
    };
    for (_, vpc) in network.vpcs() {
        voice(&mut vpc.cidrs.iter().map(|cidr| (*cidr, 1)));
        voice(&mut vpc.subnets.iter().map(|id| (network.subnet(*id).cidr, 1)));
    }
    for id in tables.different() {
        let routes = &network.table(id).routes;
        let of = |disabled| move |route: &&Route| route.disabled == disabled;
        voice(&mut routes.values().filter(of(false)).map(|route| (route.to, value(route.via))));
        voice(&mut routes.values().filter(of(true)).map(|route| (route.to, 1)));
    }
    // By address, then by length: what contains comes before what is contained.
    entries.sort_by_key(|entry| entry.prefix);
    Walk { values: vec![SILENT; voices], open: Vec::new(), signature: 0 }.along(&entries, addresses)
}

/// A next hop as the value of a voice.
fn value(via: NextHop) -> u64 {
    match via {
        NextHop::Blackhole => 1,
        NextHop::Peering(id) => 2 + u64::from(id.0),
    }
}

/// The state of a walk through the addresses.
struct Walk {
    /// What each voice says here.
    values: Vec<u64>,
    /// The prefixes around this place, widest first, each with what its voice said before it.
    open: Vec<(Ipv4Net, usize, u64)>,
    signature: Signature,
}

impl Walk {
    fn along(mut self, entries: &[Entry], addresses: &[Ipv4Addr]) -> Vec<Signature> {
        let mut entries = entries.iter().peekable();
        let mut found = Vec::with_capacity(addresses.len());
        for address in addresses {
            while let Some(entry) = entries.next_if(|entry| entry.prefix.network() <= *address) {
                self.leave(entry.prefix.network());
                let before = self.say(entry.voice, entry.value);
                self.open.push((entry.prefix, entry.voice, before));
            }
            self.leave(*address);
            found.push(self.signature);
        }
        found
    }

    /// Closes the prefixes that end before `address`.
    fn leave(&mut self, address: Ipv4Addr) {
        while let Some((_, voice, before)) = self.open.pop_if(|(prefix, ..)| prefix.broadcast() < address) {
            self.say(voice, before);
        }
    }

    /// Lets a voice say `value` from here on; returns what it said.
    fn say(&mut self, voice: usize, value: u64) -> u64 {
        let before = std::mem::replace(&mut self.values[voice], value);
        self.signature ^= hash(voice, before) ^ hash(voice, value);
        before
    }
}

fn hash(voice: usize, value: u64) -> u128 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(voice as u64).to_le_bytes());
    bytes[8..].copy_from_slice(&value.to_le_bytes());
    xxh3_128(&bytes)
}
