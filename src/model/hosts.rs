//! The index of a VPC's hosts, by name and by address. Hosts made together, or one after the other at successive
//! addresses, share one entry, so that a million idle ones cost little more than themselves. The control plane, not
//! this index, checks the rules.

use super::ids::HostId;
use super::name::{Name, NameError};
use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Bound::{Included, Unbounded};

/// The name of a host: one of its own, or a base and a number (`web-12`), joined only for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName {
    base: Name,
    /// From 1; 0 means none.
    number: u32,
}

impl HostName {
    /// `base-number`.
    ///
    /// # Errors
    /// The result is too long for a name.
    pub fn numbered(base: &Name, number: u32) -> Result<HostName, NameError> {
        let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
        if base.as_str().len() + 1 + digits > Name::LENGTH_MAX {
            Name::new(&format!("{base}-{number}"))?;
        }
        Ok(HostName { base: base.clone(), number })
    }
    /// The name, or the part before the number.
    pub fn base(&self) -> &Name {
        &self.base
    }
}

impl From<Name> for HostName {
    fn from(base: Name) -> HostName {
        HostName { base, number: 0 }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => self.base.fmt(f),
            number => write!(f, "{}-{number}", self.base),
        }
    }
}

/// The base and the number of a name such as `web-12`. Each numbered name has only one spelling.
pub fn numbered(name: &str) -> Option<(&str, u32)> {
    let (base, digits) = name.rsplit_once('-')?;
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    Some((base, digits.parse().ok().filter(|_| is_plain)?))
}

/// Hosts whose ids follow each other.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: HostId,
    count: u32,
}

impl Run {
    /// The host at `place`, from 0.
    fn at(self, place: u32) -> Option<HostId> {
        (place < self.count).then_some(HostId(self.first.0 + place))
    }
    /// Whether `id` follows the last.
    fn ends_before(self, id: HostId) -> bool {
        self.first.0 + self.count == id.0
    }
}

/// The hosts of one VPC.
#[derive(Debug, Clone, Default)]
pub(super) struct HostIndex {
    /// Hosts with names of their own.
    single: BTreeMap<Name, HostId>,
    /// Numbered hosts, by base; from 1.
    numbered: BTreeMap<Name, Run>,
    /// Hosts at successive addresses, by the first address.
    addresses: BTreeMap<u32, Run>,
}

impl HostIndex {
    /// The host called `name`.
    pub(super) fn named(&self, name: &str) -> Option<HostId> {
        self.single.get(name).copied().or_else(|| {
            let (base, number) = numbered(name)?;
            self.numbered.get(base)?.at(number - 1)
        })
    }

    /// The first number whose name, of `base-1` to `base-count`, is taken.
    pub(super) fn clash(&self, base: &Name, count: u32) -> Option<u32> {
        if self.numbered.contains_key(base) {
            return Some(1);
        }
        let prefix = format!("{base}-");
        let alike = self.single.range::<str, _>((Included(prefix.as_str()), Unbounded)).map(|(name, _)| name.as_str());
        let alike = alike.take_while(|name| name.starts_with(&prefix)).filter_map(numbered);
        alike.filter(|(head, number)| *head == base.as_str() && *number <= count).map(|(_, number)| number).min()
    }

    /// The host at `address`.
    pub(super) fn at(&self, address: Ipv4Addr) -> Option<HostId> {
        let address = u32::from(address);
        let (first, run) = self.addresses.range(..=address).next_back()?;
        run.at(address - first)
    }

    /// Hosts' own names, then the bases of numbered ones, each in order; a name that is both appears twice.
    pub(super) fn bases(&self) -> impl Iterator<Item = &Name> {
        self.single.keys().chain(self.numbered.keys())
    }

    /// The hosts whose names begin with `head`; a run of numbered hosts is returned as a whole.
    pub(super) fn beginning(&self, head: &str) -> impl Iterator<Item = HostId> {
        let begins = move |name: &Name| name.as_str().starts_with(head);
        let single = self.single.range::<str, _>((Included(head), Unbounded)).take_while(move |(name, _)| begins(name));
        let alike =
            self.numbered.range::<str, _>((Included(head), Unbounded)).take_while(move |(base, _)| begins(base));
        // Or `head` reaches into the number.
        let longer = head.match_indices('-').filter_map(move |(at, _)| self.numbered.get(&head[..at]));
        let numbered = alike.map(|(_, run)| run).chain(longer);
        single.map(|(_, id)| *id).chain(numbered.flat_map(|run| (0..run.count).filter_map(|place| run.at(place))))
    }

    /// Adds a new host, whose name and address are free. Numbered hosts are added in order.
    pub(super) fn insert(&mut self, name: &HostName, address: Ipv4Addr, id: HostId) {
        if name.number == 0 {
            self.single.insert(name.base.clone(), id);
        } else if let Some(run) = self.numbered.get_mut(&name.base) {
            run.count += 1;
        } else {
            self.numbered.insert(name.base.clone(), Run { first: id, count: 1 });
        }
        let address = u32::from(address);
        match self.addresses.range_mut(..address).next_back() {
            Some((first, run)) if first + run.count == address && run.ends_before(id) => run.count += 1,
            _ => {
                self.addresses.insert(address, Run { first: id, count: 1 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).expect("a name")
    }

    #[test]
    fn only_plain_numbers_are_numbers() {
        assert_eq!(numbered("web-12"), Some(("web", 12)));
        assert_eq!(numbered("a-b-1"), Some(("a-b", 1)));
        for other in ["web", "web-", "web-0", "web-01", "web-+1", "web-1a", "web-99999999999"] {
            assert_eq!(numbered(other), None, "{other}");
        }
    }

    #[test]
    fn a_host_is_found_as_it_would_be_one_by_one() {
        let mut index = HostIndex::default();
        let mut one_by_one = std::collections::BTreeMap::new();
        let address = |n: u32| Ipv4Addr::from(0x0A00_0000 + n);
        // Gaps, steps back, ids that skip (hosts of another VPC), a base that is also a name.
        let web = (1..=5).map(|n| (HostName::numbered(&name("web"), n).expect("short"), 10 + n, n));
        let others = [("web", 3, 9), ("db", 16, 10), ("x-7", 17, 11), ("low", 4, 13), ("y", 5, 14)];
        let others = others.map(|(text, at, id)| (HostName::from(name(text)), at, id));
        for (host, at, id) in web.chain(others) {
            index.insert(&host, address(at), HostId(id));
            one_by_one.insert((host.to_string(), at), HostId(id));
        }
        for ((text, at), id) in &one_by_one {
            assert_eq!(index.named(text), Some(*id), "{text}");
            assert_eq!(index.at(address(*at)), Some(*id), "{at}");
        }
        let taken: Vec<u32> = one_by_one.keys().map(|(_, at)| *at).collect();
        for free in (0..30).filter(|n| !taken.contains(n)) {
            assert_eq!(index.at(address(free)), None, "{free}");
        }
        for nobody in ["web-6", "web-0", "x", "x-1", "db-1", ""] {
            assert_eq!(index.named(nobody), None, "{nobody}");
        }
        for head in ["", "w", "web", "web-", "web-1", "web-12", "x-", "x-7", "nobody", "db-", "y"] {
            let found: Vec<HostId> = index.beginning(head).collect();
            let missed = one_by_one.iter().find(|((text, _), id)| text.starts_with(head) && !found.contains(id));
            assert_eq!(missed, None, "{head}");
        }
        assert_eq!(index.beginning("web-1").count(), 5, "and nobody else");
        assert_eq!(index.clash(&name("x"), 6), None);
        assert_eq!(index.clash(&name("x"), 7), Some(7));
        assert_eq!(index.clash(&name("web"), 1), Some(1));
    }
}
