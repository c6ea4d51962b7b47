//! Round trips as a list of samples, and the timeout that follows from them (RFC 6298). Sets no timer.

use super::machine::Nanos;

const SECOND: Nanos = 1_000_000_000;
/// What a timeout is at most.
const TIMEOUT_MAX: Nanos = 120 * SECOND;

/// All samples of a connection.
#[derive(Debug, Default)]
pub struct Clock {
    samples: Vec<Nanos>,
}

impl Clock {
    pub fn sample(&mut self, trip: Nanos) {
        self.samples.push(trip);
    }

    /// The least sample.
    pub fn least(&self) -> Nanos {
        self.samples.iter().copied().min().unwrap_or(0)
    }

    /// Eight times SRTT and four times RTTVAR (RFC 6298 §2.2 and §2.3): eighths and quarters of a nanosecond are kept,
    /// anything finer is not. A trip without a length counts as a nanosecond.
    fn estimates(&self) -> Option<(Nanos, Nanos)> {
        let mut trips = self.samples.iter().map(|trip| (*trip).max(1));
        let first = trips.next()?;
        Some(trips.fold((8 * first, 2 * first), |(smoothed, variation), trip| {
            let error = (smoothed / 8).max(trip) - (smoothed / 8).min(trip);
            (smoothed - smoothed / 8 + trip, variation - variation / 4 + error)
        }))
    }

    /// SRTT.
    pub fn smoothed(&self) -> Option<Nanos> {
        self.estimates().map(|(smoothed, _)| smoothed / 8)
    }

    /// The timeout after `times` in a row. `least` is the least that is added to SRTT, as in Linux.
    pub fn timeout(&self, least: Nanos, times: u32) -> Nanos {
        let once = match self.estimates() {
            Some((smoothed, variation)) => smoothed / 8 + variation.max(least),
            None => SECOND,
        };
        let doubled = (0..times.min(20)).fold(u128::from(once.min(TIMEOUT_MAX)), |timeout, _| timeout * 2);
        doubled.min(u128::from(TIMEOUT_MAX)) as Nanos
    }
}
