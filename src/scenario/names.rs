//! Names: full names, short names where they are unique, and the complaints about unknown names.

use super::lives::Lives;
use super::places::Places;
use crate::model::{DropReason, HostId, Name, PeeringId, SubnetId, TableId, TrafficId, VpcId};
use crate::notation::{At, Complaints, TextSpan, list_some, meant, nearest};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// The names of everything declared so far.
pub(super) struct Names {
    pub vpcs: Index<VpcId>,
    pub subnets: Index<SubnetId>,
    pub tables: Index<TableId>,
    pub peerings: Index<PeeringId>,
    pub traffic: Index<TrafficId>,
    /// The peerings of the whole run by name.
    pub lives: Lives,
    /// Full names, and short ones, of hosts that were declared but could not be made.
    pub broken_hosts: BTreeSet<String>,
    /// The VPCs that hold hosts with a given name or base name; made for the first short name that is looked up.
    pub vpcs_by_host: Option<BTreeMap<Name, Vec<VpcId>>>,
    /// The hosts that each host pattern matches; all entries that use a pattern share them.
    pub hosts_like: BTreeMap<String, Arc<[HostId]>>,
    /// Where things were declared.
    pub places: Places,
}

impl Default for Names {
    fn default() -> Self {
        Names {
            vpcs: Index::new("VPC"),
            subnets: Index::new("subnet"),
            tables: Index::new("route table"),
            peerings: Index::new("peering"),
            traffic: Index::new("traffic entry"),
            lives: Lives::default(),
            broken_hosts: BTreeSet::new(),
            vpcs_by_host: None,
            hosts_like: BTreeMap::new(),
            places: Places::default(),
        }
    }
}

/// The things of one kind by name; `None` for one that was declared but could not be made.
pub(super) struct Index<T> {
    what: &'static str,
    full: BTreeMap<String, Option<T>>,
    short: BTreeMap<String, Vec<String>>,
}

impl<T: Copy> Index<T> {
    fn new(what: &'static str) -> Self {
        Index { what, full: BTreeMap::new(), short: BTreeMap::new() }
    }

    /// Records a thing; its short name is the part after the last `/`.
    pub(super) fn insert(&mut self, full: String, thing: Option<T>) {
        if let Some((_, short)) = full.rsplit_once('/') {
            self.short.entry(short.to_owned()).or_default().push(full.clone());
        }
        self.full.insert(full, thing);
    }

    /// The thing called `text`, inside the VPC `scope` if that is given. `None` after a complaint, or silently if the
    /// thing is known to be invalid.
    pub(super) fn find(&self, scope: Option<&str>, text: &str, span: TextSpan, out: &mut Complaints) -> Option<T> {
        let full = match scope {
            Some(scope) if !text.contains('/') => format!("{scope}/{text}"),
            _ => text.to_owned(),
        };
        if let Some(found) = self.full.get(&full) {
            return *found;
        }
        match self.short.get(text).filter(|_| scope.is_none()).map(Vec::as_slice) {
            Some([only]) => return self.full.get(only).copied().flatten(),
            Some(several) => {
                ambiguous(self.what, text, several.iter().map(String::as_str), span, out);
                return None;
            }
            None => {}
        }
        let affords = out.affords(self.full.len());
        match scope {
            None => unknown(self.what, text, affords.then(|| self.full.keys().map(String::as_str)), span, out),
            Some(scope) => {
                let prefix = format!("{scope}/");
                let from = self.full.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
                let inside = from.map_while(|(full, _)| full.strip_prefix(&prefix));
                let what = format!("{} of VPC `{scope}`", self.what);
                unknown(&what, text.strip_prefix(&prefix).unwrap_or(text), affords.then_some(inside), span, out);
            }
        }
        None
    }
}

/// Complains about an unknown name. `known` is `None` if searching the known names costs too much; the complaint then
/// has no hint.
pub(super) fn unknown<'a>(
    what: &str,
    text: &str,
    known: Option<impl Iterator<Item = &'a str> + Clone>,
    span: TextSpan,
    out: &mut Complaints,
) {
    let hint = known.map(|known| hint_for(what, text, known));
    out.error(span, format!("no {what} is called `{text}`")).hint = hint;
}

/// A hint: the name that was probably meant, or the names that exist.
fn hint_for<'a>(what: &str, text: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    // A short name may be a misspelling of the last part of a full name.
    let short = known.clone().filter(|k| !text.contains('/') && k.contains('/'));
    let near = nearest(text, known.clone()).map(str::to_owned).or_else(|| {
        let near = nearest(text, short.clone().filter_map(|k| k.rsplit('/').next()))?;
        short.clone().find(|k| k.ends_with(&format!("/{near}"))).map(str::to_owned)
    });
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.clone().next().is_none() => format!("no {what} is declared"),
        None => format!("there are: {}", list_some(known)),
    }
}

/// Complains about a key that should be the code of a drop reason, or this other word.
pub(super) fn no_reason(key: &At<String>, other: Option<&'static str>, out: &mut Complaints) {
    let codes = || DropReason::ALL.iter().map(|reason| reason.code()).chain(other);
    let all = || format!("there are: {}", codes().collect::<Vec<_>>().join(", "));
    out.error(key.span, format!("packets are never dropped for `{}`", key.value)).hint(meant(&key.value, codes(), all));
}

/// Complains about a short name that several things share.
pub(super) fn ambiguous<'a>(
    what: &str,
    text: &str,
    candidates: impl Iterator<Item = &'a str>,
    span: TextSpan,
    out: &mut Complaints,
) {
    out.error(span, format!("`{text}` is the name of more than one {what}"))
        .hint(format!("write one of {}", list_some(candidates)));
}
