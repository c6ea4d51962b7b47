//! Groups of names that renaming joins: whoever bears one of a group may bear any other of it before or after. Whether
//! it ever does, only the run shows.

use super::name::Name;
use std::collections::BTreeMap;

/// Names in groups; a name that was never joined to another is a group of its own.
#[derive(Debug, Clone, Default)]
pub struct Namesakes {
    /// What each joined name leads to, at last the one that stands for its group, which leads nowhere.
    leads: BTreeMap<Name, Name>,
    /// How many names stand behind one that stands for its group, if not it alone.
    sizes: BTreeMap<Name, usize>,
}

impl Namesakes {
    /// Makes one group of the groups of two names.
    pub fn join(&mut self, a: &Name, b: &Name) {
        let (a, b) = (self.group(a).clone(), self.group(b).clone());
        if a == b {
            return;
        }
        let size = |name: &Name| self.sizes.get(name).copied().unwrap_or(1);
        let all = size(&a) + size(&b);
        // The smaller joins the larger, so that no way is long.
        let (large, small) = if size(&a) < size(&b) { (b, a) } else { (a, b) };
        self.sizes.insert(large.clone(), all);
        self.leads.insert(small, large);
    }

    /// The name that stands for the group of `name`.
    pub fn group<'a>(&'a self, name: &'a Name) -> &'a Name {
        let mut at = name;
        while let Some(next) = self.leads.get(at) {
            at = next;
        }
        at
    }
}
