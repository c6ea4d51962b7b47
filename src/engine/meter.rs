//! The meter of a link: what crossed it in each minute of the civil clock, for samples, peaks and bills. Sums only; the
//! metering room interprets them.

use super::books::Counts;
use crate::units::{BitRate, SimDuration, SimTime};

/// A minute, the meter's bucket (S37: periods of 60 s and 300 s).
pub const MINUTE: SimDuration = SimDuration::from_secs(60);

/// One civil minute of one link, half-open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minute {
    /// Reached the shaper (S38).
    pub offered: Counts,
    /// Left the far end (S38).
    pub carried: Counts,
    /// Dropped by the shaper, of those offered in this minute (S38: PkgDrop).
    pub shaper_drops: u64,
    /// The highest cap in force at any instant of it (S40a); `None` if no cap was in force.
    pub cap: Option<BitRate>,
}

/// All minutes of one link. Minute 0 is the civil minute in which the run starts; it may be cut short, and so may the
/// last.
#[derive(Debug, Clone)]
pub struct Meter {
    /// How far into its civil minute the run starts.
    offset: u64,
    minutes: Vec<Minute>,
    cap: Option<BitRate>,
    cap_noted: usize,
}

impl Meter {
    /// A meter for a run that starts `offset` (below [`MINUTE`]) into a civil minute.
    pub fn new(offset: SimDuration, cap: Option<BitRate>) -> Meter {
        Meter { offset: offset.as_nanos(), minutes: vec![Minute { cap, ..Minute::default() }], cap, cap_noted: 0 }
    }

    fn index(&self, time: SimTime) -> usize {
        ((time.as_nanos() + self.offset) / MINUTE.as_nanos()) as usize
    }

    /// The minute that holds `time`.
    pub(super) fn at(&mut self, time: SimTime) -> &mut Minute {
        let index = self.index(time);
        if index >= self.minutes.len() {
            self.minutes.resize(index + 1, Minute::default());
        }
        &mut self.minutes[index]
    }

    /// When the minute after that of `time` begins.
    pub(super) fn next_minute(&self, time: SimTime) -> SimTime {
        let begin = (self.index(time) as u64 + 1) * MINUTE.as_nanos();
        SimTime::from_nanos(begin - self.offset)
    }

    /// Sets the cap from `now` on: both caps apply to the minute of the change (S40a).
    pub(super) fn change_cap(&mut self, now: SimTime, cap: Option<BitRate>) {
        self.note_cap_until(now);
        self.cap = cap;
        let minute = self.at(now);
        minute.cap = minute.cap.max(cap);
        self.cap_noted = self.index(now);
    }

    /// Notes the cap in force in every minute that begins before `now`.
    pub(super) fn note_cap_until(&mut self, now: SimTime) {
        let reached = now.as_nanos() + self.offset;
        while (self.cap_noted as u64 + 1) * MINUTE.as_nanos() < reached {
            self.cap_noted += 1;
            if self.cap_noted >= self.minutes.len() {
                self.minutes.resize(self.cap_noted + 1, Minute::default());
            }
            let minute = &mut self.minutes[self.cap_noted];
            minute.cap = minute.cap.max(self.cap);
        }
    }

    /// How far into its civil minute the run started.
    pub fn offset(&self) -> SimDuration {
        SimDuration::from_nanos(self.offset)
    }
    /// The minutes so far, the first being the one in which the run started.
    pub fn minutes(&self) -> &[Minute] {
        &self.minutes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SimTime {
        SimTime::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn minutes_are_the_clocks_and_half_open() {
        let mut meter = Meter::new(SimDuration::from_secs(30), Some(BitRate::from_mbps(20)));
        for second in [0, 29, 30, 89, 90] {
            meter.at(at(second)).carried.add(Counts::of(1, 100));
        }
        let packets: Vec<u64> = meter.minutes().iter().map(|m| m.carried.packets).collect();
        assert_eq!(packets, [2, 2, 1]);
    }

    #[test]
    fn a_minute_remembers_the_highest_cap_of_its_instants() {
        let mbps = |n| Some(BitRate::from_mbps(n));
        let mut meter = Meter::new(SimDuration::ZERO, mbps(20));
        meter.change_cap(at(90), mbps(10));
        meter.change_cap(at(180), mbps(50));
        meter.change_cap(at(200), None);
        meter.note_cap_until(at(300));
        let caps: Vec<Option<BitRate>> = meter.minutes().iter().map(|m| m.cap).collect();
        assert_eq!(caps, [mbps(20), mbps(20), mbps(10), mbps(50), None]);
    }
}
