//! How a run's packets were carried, told in words. No part of a run's report: that is the same bytes however they were
//! carried.

use crate::units::Share;
use serde::Serialize;

/// Packets by how they were carried; see [`crate::engine::Effort`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EffortReport {
    /// In closed form.
    pub closed: u64,
    /// In closed form, proven to conform.
    pub proven: u64,
    /// As repetitions of a pattern.
    pub repeated: u64,
    /// One by one, without events.
    pub looped: u64,
    /// One by one, as events.
    pub events: u64,
    /// The most threads at once.
    pub threads: usize,
    /// Packets of the busiest VPC.
    pub busiest: u64,
}

/// So few packets are carried before anybody looks up.
const LITTLE: u64 = 1_000_000;

impl EffortReport {
    /// Each way: its short name, how a sentence says it, how many packets went it.
    fn ways(&self) -> [(&'static str, &'static str, u64); 5] {
        [
            ("closed", "in closed form", self.closed),
            ("proven", "proven to conform", self.proven),
            ("repeated", "as a repeating pattern", self.repeated),
            ("looped", "one by one", self.looped),
            ("events", "as events", self.events),
        ]
    }

    fn packets(&self) -> u64 {
        self.ways().iter().map(|(.., packets)| packets).sum()
    }

    /// Every way that was taken and its share: `99.9 % in closed form, 0.1 % one by one`.
    pub fn told(&self) -> String {
        let taken = self.ways().into_iter().filter(|(.., packets)| *packets > 0);
        let shares = taken.map(|(_, how, packets)| format!("{} {how}", Share::of(packets, self.packets())));
        let shares = shares.collect::<Vec<_>>().join(", ");
        if shares.is_empty() { "no packet to carry".into() } else { shares }
    }

    /// What kept more threads from helping, of `workers` that were allowed; nothing if nothing did or there was little
    /// to do.
    pub fn limit(&self, workers: usize) -> Option<String> {
        if workers == 1 || self.packets() < LITTLE {
            return None;
        }
        let share = Share::of(self.busiest, self.packets());
        if self.busiest.saturating_mul(self.threads.max(2) as u64) > self.packets() / 4 * 5 {
            return Some(format!("one VPC carries {share} of the packets"));
        }
        let few = "too few packets between two meetings of the VPCs whose packets are answered";
        (self.threads < workers).then(|| if self.events * 2 > self.packets() { few } else { "too few packets" }.into())
    }

    /// The way most packets went and its share, `closed 99.9 %`; nothing if there are none.
    pub(super) fn main_way(&self) -> String {
        let most = self.ways().into_iter().rev().max_by_key(|(.., packets)| *packets);
        let most = most.filter(|(.., packets)| *packets > 0);
        most.map(|(name, _, packets)| format!("{name} {}", Share::of(packets, self.packets()))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ways_that_were_taken_are_told() {
        let effort = EffortReport { closed: 999, looped: 1, ..EffortReport::default() };
        assert_eq!(effort.told(), "99.9 % in closed form, 0.1 % one by one");
        assert_eq!(effort.main_way(), "closed 99.9 %");
        let none = EffortReport::default();
        assert_eq!((none.told().as_str(), none.main_way().as_str()), ("no packet to carry", ""));
    }

    #[test]
    fn what_limits_the_threads_is_told() {
        let limit = |closed, events, threads, busiest, workers| {
            let [closed, events, busiest] = [closed, events, busiest].map(|n: u64| n * LITTLE);
            EffortReport { closed, events, threads, busiest, ..EffortReport::default() }.limit(workers)
        };
        assert_eq!(limit(10, 0, 2, 5, 2), None);
        assert_eq!(limit(10, 0, 1, 10, 1), None);
        assert_eq!(limit(10, 0, 2, 9, 2).as_deref(), Some("one VPC carries 90 % of the packets"));
        assert_eq!(limit(10, 0, 1, 5, 2).as_deref(), Some("too few packets"));
        let told = limit(0, 10, 1, 5, 2);
        assert!(told.is_some_and(|told| told.contains("meetings")));
    }
}
