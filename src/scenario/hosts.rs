//! Host names in traffic and timeline: `VPC1/web`, `web` where it is unique, `VPC1/web-*`. Addresses are read
//! elsewhere.

use super::Loader;
use super::names::{ambiguous, unknown};
use crate::model::{HostId, Network, VpcId, numbered};
use crate::notation::TextSpan;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

impl Loader<'_> {
    /// The hosts that `text` names, in declaration order; `None` after a complaint, or if they are known to be invalid.
    pub(super) fn hosts_called(&mut self, text: &str, span: TextSpan) -> Option<Arc<[HostId]>> {
        if !text.contains('*') {
            return self.host_called(text, span).map(|host| [host].into());
        }
        if let Some(known) = self.names.hosts_like.get(text) {
            return Some(known.clone());
        }
        let found: Arc<[HostId]> = self.hosts_like(text, span)?.into();
        self.names.hosts_like.insert(text.to_owned(), found.clone());
        Some(found)
    }

    /// The host that `text` names.
    pub(super) fn host_called(&mut self, text: &str, span: TextSpan) -> Option<HostId> {
        match text.split_once('/') {
            Some((vpc_name, name)) => {
                let vpc = self.names.vpcs.find(None, vpc_name, span, &mut self.out)?;
                let found = self.network.find_host(vpc, name);
                if found.is_none() && !self.is_broken(text) {
                    self.unknown_host(&format!("host of VPC `{vpc_name}`"), name, Some(vpc), span);
                }
                found
            }
            None => self.short_host(text, span),
        }
    }

    fn short_host(&mut self, text: &str, span: TextSpan) -> Option<HostId> {
        let network = &self.network;
        let by_base = self.names.vpcs_by_host.get_or_insert_with(|| {
            let mut by_base: BTreeMap<_, Vec<VpcId>> = BTreeMap::new();
            for (vpc, _) in network.vpcs() {
                network.host_bases(vpc).for_each(|base| by_base.entry(base.clone()).or_default().push(vpc));
            }
            by_base
        });
        let bases = [Some(text), numbered(text).map(|(base, _)| base)];
        let vpcs = bases.iter().flatten().filter_map(|base| by_base.get(*base)).flatten();
        // A VPC may be in both lists. No more hosts are needed than a complaint lists.
        let found: BTreeSet<HostId> = vpcs.filter_map(|vpc| network.find_host(*vpc, text)).take(2_000).collect();
        let found: Vec<HostId> = found.into_iter().collect();
        match found.as_slice() {
            [only] => Some(*only),
            [_, ..] => {
                let names: Vec<String> = found.iter().map(|h| network.host_name(*h)).collect();
                ambiguous("host", text, names.iter().map(String::as_str), span, &mut self.out);
                None
            }
            [] => {
                if !self.is_broken(text) {
                    self.unknown_host("host", text, None, span);
                }
                None
            }
        }
    }

    fn unknown_host(&mut self, what: &str, name: &str, vpc: Option<VpcId>, span: TextSpan) {
        let count = self.network.hosts().len() + self.names.broken_hosts.len();
        let names = self.out.affords(count).then(|| self.host_names(vpc));
        unknown(what, name, names.as_ref().map(|names| names.iter().map(String::as_str)), span, &mut self.out);
    }

    /// The names of the hosts of `vpc`, or the full names of all hosts, including those that could not be made: one of
    /// them may have been meant.
    fn host_names(&self, vpc: Option<VpcId>) -> Vec<String> {
        let mut names: Vec<String> = match vpc {
            Some(vpc) => self.network.hosts().filter(|(_, h)| h.vpc == vpc).map(|(_, h)| h.name.to_string()).collect(),
            None => self.network.hosts().map(|(id, _)| self.network.host_name(id)).collect(),
        };
        let owner = vpc.map(|vpc| format!("{}/", self.network.vpc(vpc).name));
        names.extend(self.names.broken_hosts.iter().filter(|name| name.contains('/')).filter_map(
            |full| match &owner {
                Some(owner) => full.strip_prefix(owner.as_str()).map(str::to_owned),
                None => Some(full.clone()),
            },
        ));
        names
    }

    fn hosts_like(&mut self, text: &str, span: TextSpan) -> Option<Vec<HostId>> {
        let (vpc_pattern, pattern) = text.split_once('/').unwrap_or(("*", text));
        if !vpc_pattern.contains('*') {
            self.names.vpcs.find(None, vpc_pattern, span, &mut self.out)?;
        }
        let found = matching(&self.network, vpc_pattern, pattern);
        let is_broken = || self.names.broken_hosts.iter().any(|b| matches_qualified(vpc_pattern, pattern, b));
        if found.is_empty() && !is_broken() {
            let hint = match text.split_once('/') {
                None => format!("patterns name the VPC too, such as `VPC1/{text}`"),
                Some(_) => "`*` stands for any part of a name".into(),
            };
            self.out.error(span, format!("no host matches `{text}`")).hint(hint);
        }
        (!found.is_empty()).then_some(found)
    }

    /// Whether `text` names a host that was declared but could not be made, or one of the numbered hosts of such a
    /// declaration.
    fn is_broken(&self, text: &str) -> bool {
        let ends = text.match_indices('-').map(|(at, _)| at).chain([text.len()]);
        ends.into_iter().any(|end| self.names.broken_hosts.contains(&text[..end]))
    }
}

/// The hosts whose names match `pattern`, in VPCs whose names match `vpc`, in declaration order.
pub(super) fn matching(network: &Network, vpc: &str, pattern: &str) -> Vec<HostId> {
    let vpcs: Vec<VpcId> = match vpc.contains('*') {
        true => network.vpcs().filter(|(_, v)| matches(vpc, v.name.as_str())).map(|(id, _)| id).collect(),
        false => network.find_vpc(vpc).into_iter().collect(),
    };
    let head = pattern.split('*').next().unwrap_or("");
    let candidates = vpcs.iter().flat_map(|vpc| network.hosts_beginning(*vpc, head));
    let mut name = String::new();
    let is_meant = |host: &HostId| {
        name.clear();
        // Writing to a String cannot fail.
        let _ = write!(name, "{}", network.host(*host).name);
        matches(pattern, &name)
    };
    let mut found: Vec<HostId> = candidates.filter(is_meant).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn matches_qualified(vpc: &str, host: &str, full: &str) -> bool {
    // With a `count`, the hosts have longer names than the declaration.
    full.split_once('/').is_some_and(|(v, h)| matches(vpc, v) && (matches(host, h) || host.starts_with(h)))
}

/// Whether `name` matches `pattern`, where `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or("");
    // Matching each part at its first occurrence leaves the most text for the parts after it.
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("web", "web", true),
            ("web-*", "web-12", true),
            ("*", "", true),
            ("*b*d", "abcd", true),
            ("*b*d", "abc", false),
            ("a*a", "a", false),
            ("web-*", "db-1", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
