//! A half-open span of time, so that consecutive spans share no instant.

use super::time::{SimDuration, SimTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// From one instant up to, but not including, another: instants of a run, or civil ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span<T = SimTime> {
    /// Its first instant.
    pub from: T,
    /// The first instant after it.
    pub until: T,
}

impl<T: Copy + Ord> Span<T> {
    /// From `from` up to `until`.
    pub const fn new(from: T, until: T) -> Span<T> {
        Span { from, until }
    }
    /// Whether `at` lies in it.
    pub fn contains(self, at: T) -> bool {
        (self.from..self.until).contains(&at)
    }
    /// The part it shares with `other`; empty, at the later start, if there is none.
    pub fn intersection(self, other: Span<T>) -> Span<T> {
        let from = self.from.max(other.from);
        Span { from, until: self.until.min(other.until).max(from) }
    }
}

impl Span {
    /// How long it is.
    pub fn length(self) -> SimDuration {
        self.until.since(self.from)
    }
}

impl<T: Serialize> Serialize for Span<T> {
    /// The two instants.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        (&self.from, &self.until).serialize(s)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Span<T> {
    /// As it is serialised.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Span<T>, D::Error> {
        <(T, T)>::deserialize(d).map(|(from, until)| Span { from, until })
    }
}
