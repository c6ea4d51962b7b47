//! A family of metrics as plain data: its name, its kind and its series. It knows no subject.

use crate::report::run::Delays;
use crate::units::{BitRate, Share, SimDuration};

/// What kind of numbers a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They only grow while a run goes on.
    Counter,
    /// They are what they are.
    Gauge,
    /// There are none: the labels tell it.
    Info,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Count(u64),
    Real(f64),
}

/// Names and values, in order.
pub(super) type Labels = Vec<(&'static str, String)>;

/// A family.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// Without the program's name, the unit and `_total`.
    pub name: &'static str,
    pub help: &'static str,
    pub unit: Option<&'static str>,
    pub kind: Kind,
    pub series: Vec<(Labels, Value)>,
}

impl Family {
    pub(super) fn counter(name: &'static str, help: &'static str) -> Family {
        Family { name, help, unit: None, kind: Kind::Counter, series: Vec::new() }
    }

    pub(super) fn gauge(name: &'static str, help: &'static str) -> Family {
        Family { kind: Kind::Gauge, ..Family::counter(name, help) }
    }

    /// A single series that says what it is about.
    pub(super) fn info(name: &'static str, help: &'static str) -> Family {
        Family { kind: Kind::Info, ..Family::counter(name, help) }
    }

    pub(super) fn unit(self, unit: &'static str) -> Family {
        Family { unit: Some(unit), ..self }
    }

    /// With these series.
    pub(super) fn of(self, series: impl IntoIterator<Item = (Labels, Value)>) -> Family {
        Family { series: series.into_iter().collect(), ..self }
    }
}

/// Seconds.
pub(super) fn seconds(span: SimDuration) -> Value {
    Value::Real(span.as_secs_f64())
}

/// A share of 1.
pub(super) fn ratio(share: Share) -> Value {
    Value::Real(share.as_ppb() as f64 / 1e9)
}

/// Bytes a second.
pub(super) fn bytes_per_second(rate: BitRate) -> Value {
    Value::Real(rate.as_bps() as f64 / 8.0)
}

/// The stated points of a distribution, each with one more label.
pub(super) fn points(labels: &Labels, delays: Option<&Delays>) -> Vec<(Labels, Value)> {
    let Some(delays) = delays else { return Vec::new() };
    let points = [("min", delays.min), ("p50", delays.p50), ("p99", delays.p99), ("max", delays.max)];
    let series = points.map(|(point, span)| {
        let mut labels = labels.clone();
        labels.push(("point", point.to_owned()));
        (labels, seconds(span))
    });
    series.into()
}
