//! Slots: the consecutive time spans that a pace gives to packets, exact. A remainder below a nanosecond is carried to
//! the next slot, so that nothing drifts. Any number of equal slots is passed or counted at once.

use super::jitter::Jitter;
use crate::model::plan::Pace;
use crate::units::{BitRate, NANOS_PER_SECOND};

/// The unit in which slots are measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Measure {
    /// Nanoseconds, as set by a pace.
    Time(Pace),
    /// Billionths of a bit.
    Bits,
}

impl Measure {
    /// The slot of a packet of `length` bytes.
    pub(super) fn slot(self, length: u16) -> Slot {
        match self {
            Measure::Time(pace) => Slot::new(pace, length),
            Measure::Bits => Slot { whole: bit_nanos(length), part: 0 },
        }
    }
}

/// The slot of a packet of one size: whole units of its [`Measure`], and a remainder in fractions of one (see
/// [`Slots`]).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    pub whole: u64,
    part: u64,
}

impl Slot {
    /// The slot of a packet of `length` bytes.
    pub(super) fn new(pace: Pace, length: u16) -> Slot {
        let (span, divisor) = match pace {
            Pace::Interval(interval) => (interval.as_nanos(), 1),
            Pace::Rate(rate) => (bit_nanos(length), rate.as_bps()),
        };
        Slot { whole: span / divisor, part: span % divisor }
    }

    /// Its length in fractions of a nanosecond.
    pub(super) fn span(self, divisor: u64) -> u64 {
        self.whole * divisor + self.part
    }
}

/// The number of fractions that make up a nanosecond in the slots of a pace.
pub(super) fn divisor(pace: Pace) -> u64 {
    match pace {
        Pace::Interval(_) => 1,
        Pace::Rate(rate) => rate.as_bps(),
    }
}

/// A flow's next packets, all of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    /// Number of the first packet.
    pub sequence: u64,
    /// How many packets are left at most.
    pub left: u64,
    pub slot: Slot,
}

/// Bits of the packet times nanoseconds per second: at most 5.3 · 10¹⁴.
fn bit_nanos(length: u16) -> u64 {
    u64::from(length) * 8 * NANOS_PER_SECOND
}

/// Where the next slot begins: at `begin + rest / divisor` nanoseconds, reported rounded down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    begin: u64,
    rest: u64,
    divisor: u64,
}

impl Slots {
    /// The first slot begins at `begin`.
    pub(super) fn new(pace: Pace, begin: u64) -> Slots {
        Slots { begin, rest: 0, divisor: divisor(pace) }
    }

    pub(super) fn begin(&self) -> u64 {
        self.begin
    }

    pub(super) fn rest(&self) -> u64 {
        self.rest
    }

    /// Moves on by one slot.
    #[inline]
    pub(super) fn pass(&mut self, slot: Slot) {
        self.begin = self.begin.saturating_add(slot.whole);
        self.rest += slot.part;
        if self.rest >= self.divisor {
            self.rest -= self.divisor;
            self.begin = self.begin.saturating_add(1);
        }
    }

    /// The position after `count` equal slots.
    pub(super) fn after(&self, slot: Slot, count: u64) -> Slots {
        let passed = self.span(slot) * u128::from(count) + u128::from(self.rest);
        let divisor = u128::from(self.divisor);
        let begin = u64::try_from(passed / divisor).unwrap_or(u64::MAX).saturating_add(self.begin);
        Slots { begin, rest: (passed % divisor) as u64, divisor: self.divisor }
    }

    /// The same slots restarted, the first one at `begin`.
    pub(super) fn restarted(&self, begin: u64) -> Slots {
        Slots { begin, rest: 0, divisor: self.divisor }
    }

    /// The same slots, each `nanos` later.
    pub(super) fn delayed(&self, nanos: u64) -> Slots {
        Slots { begin: self.begin.saturating_add(nanos), ..*self }
    }

    /// The rate, rounded up, of packets of `length` bytes in these slots.
    pub(super) fn rate(&self, slot: Slot, length: u16) -> BitRate {
        let bits = u128::from(bit_nanos(length)) * u128::from(self.divisor);
        BitRate::from_bps(u64::try_from(bits.div_ceil(self.span(slot).max(1))).unwrap_or(u64::MAX))
    }

    /// Equal packets per second, rounded down.
    pub(super) fn density(&self, slot: Slot) -> u64 {
        let packets = u128::from(NANOS_PER_SECOND) * u128::from(self.divisor) / self.span(slot).max(1);
        u64::try_from(packets).unwrap_or(u64::MAX)
    }

    /// How many of the packets ahead are sent before `t`, each in its slot.
    pub(super) fn count_before(&self, t: u64, Ahead { sequence, left, slot }: Ahead, jitter: Jitter) -> u64 {
        let begun = self.before(t, slot).min(left);
        // Only the last of them may be sent at or after `t`.
        let Some(last) = begun.checked_sub(1) else { return 0 };
        let goes_at = self.after(slot, last).begin.saturating_add(jitter.of(sequence + last, slot.whole));
        begun - u64::from(goes_at >= t)
    }

    /// How many equal slots begin before `t`.
    fn before(&self, t: u64, slot: Slot) -> u64 {
        let Some(left) = t.checked_sub(self.begin).filter(|left| *left > 0) else { return 0 };
        // Slot n begins at ⌊(n · span + rest) / divisor⌋, which is below `left` when the sum is below `left · divisor`.
        let room = u128::from(left) * u128::from(self.divisor) - u128::from(self.rest);
        count(room, self.span(slot))
    }

    /// The length of a slot in fractions of a nanosecond.
    fn span(&self, slot: Slot) -> u128 {
        u128::from(slot.span(self.divisor))
    }
}

/// How many slots of `span` begin before `room`, the first at 0; `u64::MAX` if they have no length.
pub(super) fn count(room: u128, span: u128) -> u64 {
    if span == 0 { u64::MAX } else { u64::try_from(room.div_ceil(span)).unwrap_or(u64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimDuration;
    use proptest::prelude::*;

    #[test]
    fn a_day_of_an_awkward_rate_does_not_drift() {
        let pace = Pace::Rate(BitRate::from_bps(333_333_333));
        let mut slots = Slots::new(pace, 0);
        let packets = 2_000_000u64;
        (0..packets).for_each(|_| slots.pass(Slot::new(pace, 1500)));
        let exact = u128::from(packets) * 12_000 * 1_000_000_000 / 333_333_333;
        assert_eq!(u128::from(slots.begin()), exact);
    }

    fn paces() -> impl Strategy<Value = Pace> {
        prop_oneof![
            (1u64..20_000_000_000).prop_map(|bps| Pace::Rate(BitRate::from_bps(bps))),
            Just(Pace::Rate(BitRate::from_bps(12_000))),
            (1u64..5_000).prop_map(|n| Pace::Interval(SimDuration::from_nanos(n))),
        ]
    }

    proptest! {
        #![proptest_config(crate::kept::cases(256, "tests/regressions/unit.txt"))]

        /// Compares counting and passing many at once with one at a time, at instants on and around the beginnings of
        /// slots.
        #[test]
        fn many_at_once_are_many_single_ones(
            pace in paces(), length in 28u16..=9_000, first in 0u64..1_000, odd in 28u16..=9_000,
            steps in 0u64..200, nudge in 0i64..3,
        ) {
            let slot = Slot::new(pace, length);
            let mut start = Slots::new(pace, first);
            start.pass(Slot::new(pace, odd));
            let mut single = start;
            for n in 0..steps {
                let at_once = start.after(slot, n);
                prop_assert_eq!((at_once.begin, at_once.rest), (single.begin, single.rest));
                single.pass(slot);
            }
            let t = single.begin.saturating_add_signed(nudge - 1);
            let mut dull = 0;
            let mut slots = start;
            while slots.begin < t {
                dull += 1;
                slots.pass(slot);
            }
            prop_assert_eq!(start.before(t, slot), dull);
        }
    }
}
