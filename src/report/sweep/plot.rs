//! What a picture of a sweep shows: each measured quantity over the values of the first axis, with a line for each
//! combination of the values of the others. It draws nothing.

use super::model::{Head, LosslessReport, ServiceReport, SweepReport};
use crate::units::{BitRate, SimDuration};

/// A picture's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepPlot {
    /// The title.
    pub title: String,
    /// The subtitle.
    pub subtitle: String,
    /// The key of the first axis.
    pub key: String,
    /// Its values, in order.
    pub values: Vec<String>,
    /// The values of the other axes that each line stands for; empty if there is a single line.
    pub lines: Vec<String>,
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

/// One quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Its name.
    pub title: &'static str,
    /// What its numbers are.
    pub quantity: Quantity,
    /// For each line, a number for each value of the first axis, where there is one.
    pub lines: Vec<Vec<Option<u64>>>,
}

/// What the numbers of a panel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Bits per second.
    Rate,
    /// Parts per billion.
    Share,
    /// Nanoseconds.
    Time,
}

/// A sweep: delivered rate, loss, delay.
pub fn sweep_plot(report: &SweepReport) -> SweepPlot {
    let numbers = |of: fn(&super::model::PointReport) -> Option<u64>| report.points.iter().map(of).collect();
    let panels = [
        ("delivered", Quantity::Rate, numbers(|point| Some(point.delivered_rate.as_bps()))),
        ("loss", Quantity::Share, numbers(|point| Some(point.loss.as_ppb()))),
        ("worst p99 delay", Quantity::Time, numbers(|point| point.worst_p99.map(SimDuration::as_nanos))),
    ];
    plot(&report.head, "sweep", panels.into())
}

/// Searches: the lossless rate, and the delay at it.
pub fn lossless_plot(report: &LosslessReport) -> SweepPlot {
    let numbers = |of: fn(&super::model::LosslessSearch) -> Option<u64>| report.searches.iter().map(of).collect();
    let panels = [
        ("lossless rate", Quantity::Rate, numbers(|search| search.lossless.map(BitRate::as_bps))),
        ("p99 delay at that rate", Quantity::Time, numbers(|search| search.delay.map(|delay| delay.p99.as_nanos()))),
    ];
    plot(&report.head, &format!("highest {} without loss", report.key), panels.into())
}

/// A service test: information rate, loss ratio, delay.
pub fn service_plot(report: &ServiceReport) -> SweepPlot {
    let numbers = |of: fn(&super::model::ServiceStep) -> Option<u64>| report.steps.iter().map(of).collect();
    let panels = [
        ("information rate delivered", Quantity::Rate, numbers(|step| Some(step.delivered.as_bps()))),
        ("frame loss ratio", Quantity::Share, numbers(|step| Some(step.loss.as_ppb()))),
        ("p99 frame delay", Quantity::Time, numbers(|step| step.delay.map(|delay| delay.p99.as_nanos()))),
    ];
    plot(&report.head, &format!("{} in steps", report.key), panels.into())
}

/// Panels of the numbers at each point, in the order of the points.
fn plot(head: &Head, what: &str, panels: Vec<(&'static str, Quantity, Vec<Option<u64>>)>) -> SweepPlot {
    let mut lines = vec![String::new()];
    for axis in head.axes.iter().skip(1) {
        let with = |line: &String| -> Vec<String> {
            let joined = |value: &String| if line.is_empty() { value.clone() } else { format!("{line}, {value}") };
            axis.values.iter().map(joined).collect()
        };
        lines = lines.iter().flat_map(with).collect();
    }
    let split = |numbers: &[Option<u64>]| {
        let line = |at: usize| numbers.iter().skip(at).step_by(lines.len()).copied().collect();
        (0..lines.len()).map(line).collect()
    };
    let panel = |(title, quantity, numbers): (_, _, Vec<_>)| Panel { title, quantity, lines: split(&numbers) };
    let partial = if head.partial { "PARTIAL: " } else { "" };
    let (key, values) = head.axes.first().map(|axis| (axis.key.clone(), axis.values.clone())).unwrap_or_default();
    SweepPlot {
        title: format!("{partial}{}: {what}", head.scenario),
        subtitle: format!("seed {} ({})", head.seed, head.file),
        key,
        values,
        lines: if lines.len() > 1 { lines.clone() } else { Vec::new() },
        panels: panels.into_iter().map(panel).collect(),
    }
}
