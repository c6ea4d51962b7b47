//! How a run's packets were carried, in words. Not part of the run's report, whose bytes do not depend on it.

use super::format::words::counted;
use crate::units::{Share, SimDuration, grouped};
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Packets by the road that carried them; see [`crate::engine::Effort`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EffortReport {
    /// Counted in closed form.
    pub closed: u64,
    /// In closed form, proven conformant.
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
    /// Who waits for whom, if anybody does.
    pub meetings: Option<MeetingsReport>,
}

/// VPCs that wait for each other; see [`crate::engine::Meetings`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetingsReport {
    /// How many VPCs.
    pub vpcs: usize,
    /// How often they meet, in simulated time.
    #[serde(rename = "every_ns", serialize_with = "nanos")]
    pub every: SimDuration,
    /// The peering with that delay.
    pub peering: String,
}

fn nanos<S: Serializer>(span: &SimDuration, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u64(span.as_nanos())
}

/// With so few packets, a run ends before anyone would notice.
const LITTLE: u64 = 1_000_000;

impl EffortReport {
    /// Each road by name, and how many packets it carried.
    fn roads(&self) -> [(&'static str, u64); 5] {
        [
            ("closed", self.closed),
            ("proven", self.proven),
            ("repeated", self.repeated),
            ("looped", self.looped),
            ("events", self.events),
        ]
    }

    fn packets(&self) -> u64 {
        self.roads().iter().map(|(_, packets)| packets).sum()
    }

    /// Every road used and its share: `closed 99.9 %, looped 0.1 %`.
    pub fn told(&self) -> String {
        let taken = self.roads().into_iter().filter(|(_, packets)| *packets > 0);
        let shares = taken.map(|road| self.share(road)).collect::<Vec<_>>().join(", ");
        if shares.is_empty() { "no packet to carry".into() } else { shares }
    }

    /// Who waits for whom: `10 VPCs wait for each other every 1 ms of simulated time, the delay of peering p-1`.
    pub fn waiting(&self) -> Option<String> {
        let MeetingsReport { vpcs, every, peering } = self.meetings.as_ref()?;
        Some(format!("{vpcs} VPCs wait for each other every {every} of simulated time, the delay of peering {peering}"))
    }

    fn share(&self, (name, packets): (&'static str, u64)) -> String {
        format!("{name} {}", Share::of(packets, self.packets()))
    }

    /// What kept some of the `workers` allowed threads from helping; nothing if nothing did or there was little to do.
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

    /// The road that carried most packets and its share, `closed 99.9 %`; nothing if there are no packets.
    pub(super) fn main_road(&self) -> String {
        let most = self.roads().into_iter().rev().max_by_key(|(_, packets)| *packets);
        most.filter(|(_, packets)| *packets > 0).map(|road| self.share(road)).unwrap_or_default()
    }
}

/// Emitted packets per second of wall time, rounded down; a time of zero counts as one nanosecond.
pub fn packets_per_second(emitted: u64, wall: Duration) -> u64 {
    (u128::from(emitted) * 1_000_000_000 / wall.as_nanos().max(1)) as u64
}

/// How many packets were carried in which time: `carried 66,686 packets in 0.05 s, 1.3 million packets a second`.
pub fn carried(packets: u64, wall: Duration) -> String {
    let took = match wall.as_secs_f64() {
        seconds if seconds < 0.001 => "less than 0.001 s".to_owned(),
        seconds if seconds < 0.1 => format!("{seconds:.3} s"),
        seconds if seconds < 10.0 => format!("{seconds:.2} s"),
        seconds => format!("{seconds:.0} s"),
    };
    let speed = match packets {
        0 => String::new(),
        _ => format!(", {} packets a second", roughly(packets_per_second(packets, wall))),
    };
    format!("carried {} in {took}{speed}", counted(packets, "packet"))
}

/// A large number as two or three digits and a word.
fn roughly(number: u64) -> String {
    const WORDS: [(u64, &str); 3] =
        [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million")];
    match WORDS.into_iter().find(|(unit, _)| number >= *unit) {
        Some((unit, word)) if number >= 10 * unit => format!("{} {word}", grouped(number / unit)),
        Some((unit, word)) => format!("{}.{} {word}", number / unit, number % unit / (unit / 10)),
        None => grouped(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roads_that_were_taken_are_told() {
        let effort = EffortReport { closed: 999, looped: 1, ..EffortReport::default() };
        assert_eq!(effort.told(), "closed 99.9 %, looped 0.1 %");
        assert_eq!(effort.main_road(), "closed 99.9 %");
        let none = EffortReport::default();
        assert_eq!((none.told().as_str(), none.main_road().as_str()), ("no packet to carry", ""));
    }

    #[test]
    fn what_it_took_is_told_in_few_digits() {
        let told = |packets, millis| carried(packets, Duration::from_millis(millis));
        assert_eq!(told(66_686, 50), "carried 66,686 packets in 0.050 s, 1.3 million packets a second");
        assert_eq!(told(360_000_000, 1), "carried 360,000,000 packets in 0.001 s, 360 billion packets a second");
        assert_eq!(told(1, 12_000), "carried 1 packet in 12 s, 0 packets a second");
        assert_eq!(told(0, 0), "carried 0 packets in less than 0.001 s");
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
