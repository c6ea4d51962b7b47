//! Monitoring as CSV: the vendor's five metrics of every peering, seen from both of its VPCs (S37, S38). Not a bill.

use crate::metering::{MonitorMetric, Monitored, Monitoring};
use crate::report::format::csv::interruption;
use std::fmt::Write;

/// One row per period, peering and side: the instant (RFC 3339), the peering, the VPC it is seen from, whether the
/// product offers the figures (only across regions), the metrics with the vendor's names and units, and whether the
/// period was measured only in part. For an interrupted run, the first line says so.
pub fn monitoring_csv(monitoring: &Monitoring) -> String {
    let mut out = interruption(monitoring.reached(), monitoring.planned()) + &header() + "\n";
    for Monitored { peering, vpc, is_offered, readings } in monitoring.peerings() {
        let offered = if is_offered { "yes" } else { "not offered by the product" };
        for reading in readings {
            let values = MonitorMetric::ALL.map(|metric| reading.show(metric)).join(",");
            // Names need no quotes: they contain only letters, digits, dots, dashes, underscores and `#`.
            let partial = if reading.partial { "yes" } else { "no" };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{},{peering},{vpc},{offered},{values},{partial}", reading.start);
        }
    }
    out
}

/// The names of the columns.
pub fn header() -> String {
    let metrics = MonitorMetric::ALL.map(|metric| format!("{} ({})", metric.name(), metric.unit()));
    format!("time,peering,vpc,offered,{},partial", metrics.join(","))
}
