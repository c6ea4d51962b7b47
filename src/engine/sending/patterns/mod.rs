//! The patterns, one file each: when a packet is sent, with the random numbers that needs. A new pattern is a file
//! here, a line in the list of modules, a variant, a row in [`begin`] and a line in `ask`. Knows no flow.

mod constant;
mod on_off;
mod ping;
mod poisson;
mod replay;
mod series;

pub(super) use replay::Captured;

use super::slots::{Measure, Slot};
use super::timing::{Predictable, Start, Timing};
use crate::model::plan::{Pace, Pattern};
use crate::units::SimTime;
use constant::Constant;
use on_off::OnOff;
use poisson::Poisson;
use series::Stepped;

/// When a flow sends.
#[derive(Debug, Clone)]
pub(super) enum Schedule {
    Constant(Constant),
    OnOff(OnOff),
    Stepped(Stepped),
    Poisson(Poisson),
    Captured(Captured),
}

/// What a pattern sends, and the unit of its packets' slots.
pub(super) enum Content {
    Udp(Measure),
    /// With the identifier of the requests.
    Echo(Measure, u16),
    Captured(Captured),
}

/// When a flow with this pattern sends, and what; `None` for connections, which are no flows.
pub(super) fn begin(pattern: &Pattern, start: &Start<'_>) -> Option<(Schedule, Content)> {
    Some(match pattern {
        Pattern::Constant(pace) => {
            (Schedule::Constant(Constant::new(*pace, start)), Content::Udp(Measure::Time(*pace)))
        }
        Pattern::Poisson(pace) => (Schedule::Poisson(Poisson::new(*pace, start)), Content::Udp(Measure::Time(*pace))),
        Pattern::OnOff { pace, on, off } => {
            (Schedule::OnOff(OnOff::new(*pace, (*on, *off), start)), Content::Udp(Measure::Time(*pace)))
        }
        Pattern::Series(series) | Pattern::Diurnal(series) => {
            (Schedule::Stepped(Stepped::new(series.clone(), start)), Content::Udp(Measure::Bits))
        }
        Pattern::Ping { interval } => {
            let content = Content::Echo(Measure::Time(Pace::Interval(*interval)), ping::identifier(start));
            (Schedule::Constant(ping::timing(*interval, start)), content)
        }
        Pattern::Replay(replay) => {
            let captured = Captured::new(replay.clone(), start);
            (Schedule::Captured(captured.clone()), Content::Captured(captured))
        }
        Pattern::Tcp(_) => return None,
    })
}

/// Forwards a call to the schedule's pattern.
macro_rules! ask {
    ($schedule:expr, $pattern:ident => $answer:expr) => {
        match $schedule {
            Schedule::Constant($pattern) => $answer,
            Schedule::OnOff($pattern) => $answer,
            Schedule::Stepped($pattern) => $answer,
            Schedule::Poisson($pattern) => $answer,
            Schedule::Captured($pattern) => $answer,
        }
    };
}

impl Timing for Schedule {
    fn due(&mut self, sequence: u64, slot: Slot) -> u64 {
        ask!(self, pattern => pattern.due(sequence, slot))
    }

    fn pass(&mut self, slot: Slot) {
        ask!(self, pattern => pattern.pass(slot))
    }

    fn density(&self, slot: Slot) -> u64 {
        ask!(self, pattern => pattern.density(slot))
    }

    fn about(&self, sequence: u64, slot: Slot, span: (SimTime, SimTime)) -> u64 {
        ask!(self, pattern => pattern.about(sequence, slot, span))
    }

    fn predictable(&self) -> Option<&dyn Predictable> {
        ask!(self, pattern => pattern.predictable())
    }

    fn predictable_mut(&mut self) -> Option<&mut dyn Predictable> {
        ask!(self, pattern => pattern.predictable_mut())
    }
}
