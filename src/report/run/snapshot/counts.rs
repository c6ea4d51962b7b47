//! Converts the engine's counts to the view model's.

use crate::engine::{Counts, DelayRecorder};
use crate::report::run::model::{Delays, Volume};
use crate::units::ByteSize;

/// Packets and bytes.
pub fn volume(counts: Counts) -> Volume {
    Volume { packets: counts.packets, bytes: ByteSize::from_bytes(counts.bytes) }
}

/// A distribution; none without packets.
pub fn delays(recorder: &DelayRecorder) -> Option<Delays> {
    let [p50, p99] = recorder.quantiles(&[500_000_000, 990_000_000]).try_into().ok()?;
    Some(Delays {
        packets: recorder.len(),
        min: recorder.min()?,
        p50: p50.value(),
        p50_precision: p50.precision(),
        p99: p99.value(),
        p99_precision: p99.precision(),
        max: recorder.max()?,
    })
}
