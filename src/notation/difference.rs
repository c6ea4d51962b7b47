//! Where two readings in one language say different things, key by key. Spelling and order of keys do not count; it
//! judges nothing.

use super::datum::{At, Datum, Entity};
use super::diagnostic::TextSpan;

/// A key whose values differ.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// As `--set` spells it: `traffic.sync.rate`, `at.2`.
    pub key: String,
    /// Where the second reading has it; none if it has it not.
    pub at: Option<TextSpan>,
}

impl<T: PartialEq> PartialEq for At<T> {
    /// Equal values, wherever they stand.
    fn eq(&self, other: &At<T>) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entity {
    /// The same keys with equal values, in any order.
    fn eq(&self, other: &Entity) -> bool {
        self.items.len() == other.items.len() && differences(self, other, &|_| false).is_empty()
    }
}

/// Every key whose values differ, except where `is_free` of its parts; in the order of the second reading, then those
/// that it lacks.
pub(crate) fn differences(first: &Entity, second: &Entity, is_free: &dyn Fn(&[String]) -> bool) -> Vec<Difference> {
    let mut walk = Walk { is_free, path: Vec::new(), found: Vec::new() };
    walk.tables(first, second);
    walk.found
}

struct Walk<'a> {
    is_free: &'a dyn Fn(&[String]) -> bool,
    path: Vec<String>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn tables(&mut self, first: &Entity, second: &Entity) {
        for item in &second.items {
            let other = first.items.iter().find(|other| other.key == item.key);
            self.step(item.key.to_owned(), |walk| match (other, &item.datum) {
                (Some(other), datum) => walk.values(&other.datum, datum, item.span),
                // Tables that are not there are none.
                (None, Datum::Named(tables)) => walk.named(&[], tables),
                (None, Datum::List(tables)) => walk.lists(&[], tables),
                (None, _) => walk.differ(Some(item.span)),
            });
        }
        for item in first.items.iter().filter(|item| second.items.iter().all(|other| other.key != item.key)) {
            self.step(item.key.to_owned(), |walk| match &item.datum {
                Datum::Named(tables) => walk.named(tables, &[]),
                Datum::List(tables) => walk.lists(tables, &[]),
                _ => walk.differ(None),
            });
        }
    }

    fn values(&mut self, first: &Datum, second: &Datum, at: TextSpan) {
        match (first, second) {
            (Datum::Entity(first), Datum::Entity(second)) => self.tables(first, second),
            (Datum::Named(first), Datum::Named(second)) => self.named(first, second),
            (Datum::List(first), Datum::List(second)) => self.lists(first, second),
            _ if first == second => {}
            _ => self.differ(Some(at)),
        }
    }

    fn named(&mut self, first: &[(String, Entity)], second: &[(String, Entity)]) {
        for (name, table) in second {
            let other = first.iter().find(|(other, _)| other == name);
            self.step(name.clone(), |walk| match other {
                Some((_, other)) => walk.tables(other, table),
                None => walk.differ(Some(table.at)),
            });
        }
        for (name, _) in first.iter().filter(|(name, _)| second.iter().all(|(other, _)| other != name)) {
            self.step(name.clone(), |walk| walk.differ(None));
        }
    }

    fn lists(&mut self, first: &[Entity], second: &[Entity]) {
        for (at, table) in second.iter().enumerate() {
            self.step((at + 1).to_string(), |walk| match first.get(at) {
                Some(other) => walk.tables(other, table),
                None => walk.differ(Some(table.at)),
            });
        }
        for at in second.len()..first.len() {
            self.step((at + 1).to_string(), |walk| walk.differ(None));
        }
    }

    /// Goes one part deeper, unless whatever is there is free.
    fn step(&mut self, part: String, look: impl FnOnce(&mut Self)) {
        self.path.push(part);
        if !(self.is_free)(&self.path) {
            look(self);
        }
        self.path.pop();
    }

    fn differ(&mut self, at: Option<TextSpan>) {
        self.found.push(Difference { key: self.path.join("."), at });
    }
}
