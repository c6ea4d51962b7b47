//! When a sender's packets go, as stated in the plan: the patterns, and what must be known about one before it sends.
//! It sends nothing; `engine/sending/` does, with one file per pattern.

use super::replay::Replay;
use super::series::RateSeries;
use super::transfers::Transfers;
use super::volume::Volume;
use crate::units::{BitRate, SimDuration};
use std::sync::Arc;

/// When packets are sent.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// One packet in each slot of the pace.
    Constant(Pace),
    /// Exponential gaps with the pace's mean.
    Poisson(Pace),
    /// Evenly spaced for `on`, silent for `off`, repeatedly.
    OnOff { pace: Pace, on: SimDuration, off: SimDuration },
    /// ICMP echo requests, answered by the far host.
    Ping { interval: SimDuration },
    /// One packet in each slot of a rate that changes in steps: a slot begins when the bits of all earlier slots have
    /// passed.
    Series(Arc<RateSeries>),
    /// The same, for the steps of a daily curve.
    Diurnal(Arc<RateSeries>),
    /// TCP connections.
    Tcp(Arc<Transfers>),
    /// Packets of a capture, each from the host it is mapped to.
    Replay(Arc<Replay>),
}

impl Pattern {
    /// Its name in scenarios and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Pattern::Constant(_) => "constant",
            Pattern::Poisson(_) => "poisson",
            Pattern::OnOff { .. } => "on_off",
            Pattern::Ping { .. } => "ping",
            Pattern::Series(_) => "series",
            Pattern::Diurnal(_) => "diurnal",
            Pattern::Tcp(_) => "tcp",
            Pattern::Replay(_) => "replay",
        }
    }
    /// The most that one sender of packets of at most `largest` bytes can send in `span`.
    pub fn volume(&self, largest: u16, span: SimDuration) -> Volume {
        match self {
            Pattern::Constant(pace) | Pattern::Poisson(pace) | Pattern::OnOff { pace, .. } => {
                pace.volume(largest, span)
            }
            Pattern::Ping { interval } => Volume::spaced(*interval, largest, span),
            Pattern::Series(series) | Pattern::Diurnal(series) => Volume::steady(series.peak(), largest, span),
            // Bounded by the windows of both sides.
            Pattern::Tcp(_) => Volume::default(),
            // A replay's packets are counted when it is read; even 10 billion of 64 kB are far below the limits.
            Pattern::Replay(_) => Volume::default(),
        }
    }

    /// How the file it was read from was handled, for the report: rows left out, packets not taken.
    pub fn handled(&self) -> &[(String, u64)] {
        match self {
            Pattern::Replay(replay) => &replay.handled,
            Pattern::Series(series) => &series.handled,
            Pattern::Constant(_) | Pattern::Poisson(_) | Pattern::OnOff { .. } | Pattern::Ping { .. } => &[],
            Pattern::Diurnal(_) | Pattern::Tcp(_) => &[],
        }
    }
}

/// How densely packets follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// IPv4 bits per second; a packet of `n` bytes is followed by a gap of `8 n / rate`.
    Rate(BitRate),
    /// The gap itself.
    Interval(SimDuration),
}

impl Pace {
    fn volume(self, largest: u16, span: SimDuration) -> Volume {
        match self {
            Pace::Rate(rate) => Volume::steady(rate, largest, span),
            Pace::Interval(interval) => Volume::spaced(interval, largest, span),
        }
    }
}
