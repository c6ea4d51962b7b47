//! Monitoring as CSV: the vendor's five metrics of every peering, seen from both of its VPCs (S37, S38). Not a bill.

use super::csv::interruption;
use crate::engine::Run;
use crate::metering::{Metric, Period, Side, is_offered, monitor};
use crate::model::PeeringId;
use std::fmt::Write;

/// One row a period, peering and side: the instant (RFC 3339), the peering, the VPC one looks from, whether the product
/// offers the figures (only across regions), the metrics with the vendor's names and units, whether the period was
/// measured in part. Of an interrupted run, the first line says so.
pub fn monitoring_csv(run: &Run, period: Period) -> String {
    let mut out = interruption(run.simulation.now(), run.plan.duration) + &header() + "\n";
    let network = run.simulation.network();
    for id in (0..network.peerings().len() as u32).map(PeeringId) {
        let peering = network.peering(id);
        let offered = if is_offered(run, id) { "yes" } else { "not offered by the product" };
        for (side, vpc) in [(Side::Requester, peering.requester), (Side::Accepter, peering.accepter)] {
            for reading in monitor(run, id, side, period) {
                let values = Metric::ALL.map(|metric| reading.show(metric)).join(",");
                // Names need no quotes: they hold letters, digits, dots, dashes and underscores only.
                let (name, vpc) = (&peering.name, &network.vpc(vpc).name);
                let partial = if reading.partial { "yes" } else { "no" };
                // Writing to a String cannot fail.
                let _ = writeln!(out, "{},{name},{vpc},{offered},{values},{partial}", reading.start);
            }
        }
    }
    out
}

/// The names of the columns.
pub(super) fn header() -> String {
    let metrics = Metric::ALL.map(|metric| format!("{} ({})", metric.name(), metric.unit()));
    format!("time,peering,vpc,offered,{},partial", metrics.join(","))
}
