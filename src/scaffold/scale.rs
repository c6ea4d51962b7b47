//! A scenario of a requested size: VPCs in a ring, each peered with the next and its hosts sending to the next one's.
//! It is uniform on purpose: it loads every part equally and tests nothing about peering.

use crate::model::plan::SENDERS_MAX;
use crate::units;
use ipnet::Ipv4Net;
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::str::FromStr;
use thiserror::Error;

/// Hosts per VPC if only their total is given.
const HOSTS_PER_VPC: u64 = 100;
/// The largest `count` of hosts that a scenario may state.
const HOSTS_MAX: u64 = 1_000_000;
/// The pool of all VPCs' addresses.
const POOL: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8);
/// A subnet's network, router and broadcast address.
const RESERVED: u64 = 3;

/// How much of everything there is. Hosts and sources are spread evenly; the first VPCs get the remainder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// VPCs.
    pub vpcs: u64,
    /// Hosts of all VPCs together.
    pub hosts: u64,
    /// Senders of all traffic entries together; a host may have several, or none.
    pub sources: u64,
}

/// Why a scale gives no scenario.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScaleError {
    /// Not a count.
    #[error("`{text}` is not a count: write 1000, 1_000, 10k or 1M")]
    NotACount { text: String },
    /// Neither a count nor a `vpcs=N,hosts=N,sources=N` list.
    #[error(
        "`{text}` is no part of a scale: write a count of hosts, or vpcs=N,hosts=N,sources=N, \
         of which some may be left out"
    )]
    UnknownPart { text: String },
    /// No VPC.
    #[error("a scale has at least one VPC")]
    NoVpc,
    /// Some host would have nobody to send to.
    #[error("{hosts} hosts are too few for {vpcs} VPCs: each needs one, or none has any and nobody sends")]
    TooFewHosts { hosts: u64, vpcs: u64 },
    /// A host does not send to itself.
    #[error("a single host has nobody to send to: ask for two, or for no sources")]
    Alone,
    /// More hosts than a `count` allows.
    #[error("a VPC of {hosts} hosts is too large: {HOSTS_MAX} are the most, so spread them over more VPCs")]
    TooManyHosts { hosts: u64 },
    /// More sources than a run can have.
    #[error("{sources} sources are too many: a run has at most {SENDERS_MAX}")]
    TooManySources { sources: u64 },
    /// The pool is too small.
    #[error("{vpcs} VPCs of a /{length} each do not fit into {POOL}")]
    NoRoom { vpcs: u64, length: u8 },
}

impl FromStr for Scale {
    type Err = ScaleError;

    /// `1M` (hosts, each a source, 100 per VPC) or `vpcs=10k,hosts=1M,sources=1M`, parts of which may be left out.
    fn from_str(text: &str) -> Result<Scale, ScaleError> {
        let (mut vpcs, mut hosts, mut sources) = (None, None, None);
        for part in text.split(',').map(str::trim) {
            let (place, number) = match part.split_once('=') {
                None if !text.contains(',') => (&mut hosts, part),
                Some(("vpcs", number)) => (&mut vpcs, number),
                Some(("hosts", number)) => (&mut hosts, number),
                Some(("sources", number)) => (&mut sources, number),
                _ => return Err(ScaleError::UnknownPart { text: part.into() }),
            };
            if place.replace(count(number)?).is_some() {
                return Err(ScaleError::UnknownPart { text: part.into() });
            }
        }
        let hosts = hosts.or(vpcs.map(|vpcs| vpcs.saturating_mul(HOSTS_PER_VPC))).or(sources).unwrap_or(0);
        let vpcs = vpcs.unwrap_or(hosts.div_ceil(HOSTS_PER_VPC).max(1));
        Ok(Scale { vpcs, hosts, sources: sources.unwrap_or(hosts) })
    }
}

/// `1000`, `1_000`, `10k`, `1M`.
fn count(text: &str) -> Result<u64, ScaleError> {
    let small = units::count(text).filter(|n| *n <= u64::from(u32::MAX));
    small.ok_or_else(|| ScaleError::NotACount { text: text.trim().into() })
}

/// Hosts of one VPC that have the same number of senders.
struct Group {
    name: &'static str,
    hosts: u64,
    senders: u64,
}

/// The scenario.
///
/// # Errors
/// The scenario would break a rule or a limit.
pub fn scaled(scale: Scale) -> Result<String, ScaleError> {
    let Scale { vpcs, hosts, sources } = scale;
    let length = prefix_length(scale)?;
    let mut text = format!(
        "# Question: what does a cloud of {vpcs} VPCs, {hosts} hosts and {sources} traffic sources cost to load and \
         to run?\n\
         #\n\
         # Written by: vpcsim new --scale vpcs={vpcs},hosts={hosts},sources={sources}\n\
         # The VPCs form a ring; each is peered with the next and sends to its hosts, ten packets per source.\n\n\
         name     = \"scale {vpcs} x {hosts} x {sources}\"\n\
         duration = \"1 s\"\n\
         seed     = 1\n"
    );
    for vpc in 0..vpcs {
        let cidr = cidr(vpc, length);
        let routes: Vec<String> = peers(vpc, vpcs).map(|(peer, via)| route(self::cidr(peer, length), via)).collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[vpc.v{n}]\nregion = \"guangzhou\"\ncidr   = \"{cidr}\"\n\
             [vpc.v{n}.subnet.a]\ncidr   = \"{cidr}\"\nroutes = [{}]\n",
            routes.join(", "),
            n = vpc + 1
        );
        for group in groups(scale, vpc) {
            let _ = write!(text, "[vpc.v{}.host.{}]\ncount  = {}\n", vpc + 1, group.name, group.hosts);
        }
    }
    for peering in 0..ring(vpcs) {
        let (from, to) = (peering + 1, next(peering, vpcs) + 1);
        let _ = write!(text, "\n[peering.p{from}]\nrequester = \"v{from}\"\naccepter  = \"v{to}\"\n");
    }
    for vpc in 0..vpcs {
        for group in groups(scale, vpc) {
            write_traffic(&mut text, vpc, next(vpc, vpcs), &group);
        }
    }
    Ok(text)
}

fn write_traffic(text: &mut String, vpc: u64, to: u64, Group { name, senders, .. }: &Group) {
    for sender in 1..=*senders {
        let (from, to) = (vpc + 1, to + 1);
        let _ = write!(
            text,
            "\n[traffic.v{from}-{name}-{sender}]\nfrom        = \"v{from}/{name}-*\"\nto          = \"v{to}/*\"\n\
             interval    = \"100 ms\"\npacket_size = \"100 B\"\n"
        );
    }
}

/// The share of `whole` that part number `at` of `parts` gets.
fn share(whole: u64, at: u64, parts: u64) -> u64 {
    whole / parts + u64::from(at < whole % parts)
}

/// The prefix length of every VPC.
fn prefix_length(Scale { vpcs, hosts, sources }: Scale) -> Result<u8, ScaleError> {
    if vpcs == 0 {
        return Err(ScaleError::NoVpc);
    }
    if hosts < vpcs && (hosts > 0 || sources > 0) {
        return Err(ScaleError::TooFewHosts { hosts, vpcs });
    }
    if hosts == 1 && sources > 0 {
        return Err(ScaleError::Alone);
    }
    let most = share(hosts, 0, vpcs);
    if most > HOSTS_MAX {
        return Err(ScaleError::TooManyHosts { hosts: most });
    }
    let bits = u64::BITS - (most + RESERVED).max(8).next_power_of_two().leading_zeros() - 1;
    let length = 32 - bits as u8;
    if vpcs > 1 << (length - POOL.prefix_len()) {
        return Err(ScaleError::NoRoom { vpcs, length });
    }
    if sources > SENDERS_MAX as u64 {
        return Err(ScaleError::TooManySources { sources });
    }
    Ok(length)
}

fn cidr(vpc: u64, length: u8) -> Ipv4Net {
    let first = u32::from(POOL.network()) + ((vpc as u32) << (32 - length));
    Ipv4Net::new_assert(Ipv4Addr::from(first), length)
}

/// How many peerings form the ring: two VPCs are peered only once.
fn ring(vpcs: u64) -> u64 {
    if vpcs < 3 { vpcs - 1 } else { vpcs }
}

fn next(vpc: u64, vpcs: u64) -> u64 {
    (vpc + 1) % vpcs
}

/// The peers of `vpc`, each with the number of the peering: first the one it requested, then the one requested of it.
fn peers(vpc: u64, vpcs: u64) -> impl Iterator<Item = (u64, u64)> {
    let before = (vpc + vpcs - 1) % vpcs;
    let both = [(next(vpc, vpcs), vpc), (before, before)];
    both.into_iter().filter(move |(_, peering)| *peering < ring(vpcs))
}

fn route(to: Ipv4Net, peering: u64) -> String {
    format!("{{ to = \"{to}\", via = \"p{}\" }}", peering + 1)
}

/// The hosts of `vpc` grouped by their number of senders, which differs by at most one.
fn groups(Scale { vpcs, hosts, sources }: Scale, vpc: u64) -> impl Iterator<Item = Group> {
    let (hosts, sources) = (share(hosts, vpc, vpcs), share(sources, vpc, vpcs));
    let (each, more) = (sources.checked_div(hosts).unwrap_or(0), sources.checked_rem(hosts).unwrap_or(0));
    let busy = Group { name: "busy", hosts: more, senders: each + 1 };
    let rest = Group { name: if each == 0 { "idle" } else { "h" }, hosts: hosts - more, senders: each };
    [busy, rest].into_iter().filter(|group| group.hosts > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_count_or_a_list() {
        let scale = |vpcs, hosts, sources| Ok(Scale { vpcs, hosts, sources });
        assert_eq!("1M".parse(), scale(10_000, 1_000_000, 1_000_000));
        assert_eq!("vpcs=10k, hosts=1M, sources=2_000_000".parse(), scale(10_000, 1_000_000, 2_000_000));
        assert_eq!("vpcs=3".parse(), scale(3, 300, 300));
        assert_eq!("sources=50".parse(), scale(1, 50, 50));
        assert_eq!("vpcs=3,hosts=0".parse(), scale(3, 0, 0));
        for wrong in ["", "1.5M", "M", "+5", "hosts=", "10,20", "vpcs=1,vpcs=2", "cells=3", "99999999999"] {
            assert!(wrong.parse::<Scale>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn everybody_is_counted_once() {
        for (vpcs, hosts, sources) in [(1, 5, 3), (2, 7, 20), (7, 100, 100), (9, 9, 4), (3, 0, 0)] {
            let scale = Scale { vpcs, hosts, sources };
            let all: Vec<Group> = (0..vpcs).flat_map(|vpc| groups(scale, vpc)).collect();
            assert_eq!(all.iter().map(|g| g.hosts).sum::<u64>(), hosts);
            assert_eq!(all.iter().map(|g| g.hosts * g.senders).sum::<u64>(), sources);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |vpcs, hosts, sources| scaled(Scale { vpcs, hosts, sources }).unwrap_err();
        assert_eq!(refused(0, 0, 0), ScaleError::NoVpc);
        assert!(matches!(refused(10, 9, 9), ScaleError::TooFewHosts { .. }));
        assert_eq!(refused(1, 1, 1), ScaleError::Alone);
        assert!(matches!(refused(1, 1_000_001, 0), ScaleError::TooManyHosts { .. }));
        assert!(matches!(refused(1_000, 1_000_000, 16_000_001), ScaleError::TooManySources { .. }));
        assert!(matches!(refused(1 << 22, 1 << 24, 0), ScaleError::NoRoom { .. }));
    }
}
