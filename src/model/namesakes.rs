//! Groups of names joined by renaming: a peering with one name of a group may have any other name of it before or
//! after. Only the run shows whether it does.

use super::name::Name;
use std::collections::BTreeMap;

/// Names in groups; a name that was never joined to another is a group of its own.
#[derive(Debug, Clone, Default)]
pub struct Namesakes {
    /// The name that each joined name leads to; the last one in such a chain represents the group and is no key here.
    leads: BTreeMap<Name, Name>,
    /// The number of names in a group, by its representative, if there is more than one.
    sizes: BTreeMap<Name, usize>,
}

impl Namesakes {
    /// Merges the groups of two names.
    pub fn join(&mut self, a: &Name, b: &Name) {
        let (a, b) = (self.group(a).clone(), self.group(b).clone());
        if a == b {
            return;
        }
        let size = |name: &Name| self.sizes.get(name).copied().unwrap_or(1);
        let all = size(&a) + size(&b);
        // The smaller group joins the larger, which keeps chains short.
        let (large, small) = if size(&a) < size(&b) { (b, a) } else { (a, b) };
        self.sizes.insert(large.clone(), all);
        self.leads.insert(small, large);
    }

    /// The name that represents the group of `name`.
    pub fn group<'a>(&'a self, name: &'a Name) -> &'a Name {
        let mut at = name;
        while let Some(next) = self.leads.get(at) {
            at = next;
        }
        at
    }
}
