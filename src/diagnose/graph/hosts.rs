//! Folds hosts with successive numbers into groups, so that a thousand of them are one line. It draws nothing.

use super::model::HostGroup;
use crate::model::{Host, numbered};

/// The groups of one subnet, made host by host.
#[derive(Debug, Default)]
pub struct Folding {
    groups: Vec<HostGroup>,
    /// The base and the number of the last host, if it has one.
    last: Option<(String, u32)>,
}

impl Folding {
    /// Adds the next host in declaration order.
    pub fn add(&mut self, host: &Host) {
        let name = host.name.to_string();
        let number = numbered(&name).map(|(base, number)| (base.to_owned(), number));
        let follows = match (&self.last, &number) {
            (Some((base, last)), Some((next, number))) => base == next && last.checked_add(1) == Some(*number),
            _ => false,
        };
        match self.groups.last_mut().filter(|_| follows) {
            Some(group) => {
                group.last = name;
                group.count += 1;
                group.down += u64::from(!host.up);
            }
            None => {
                let down = u64::from(!host.up);
                self.groups.push(HostGroup { first: name.clone(), last: name, count: 1, down });
            }
        }
        self.last = number;
    }

    /// All groups, in the order of their first hosts.
    pub fn groups(self) -> Vec<HostGroup> {
        self.groups
    }
}
