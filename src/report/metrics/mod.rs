//! What a run measured as OpenMetrics text (version 1.0), for programs that scrape or keep time series. The families
//! are those of the report, read from its view model; a label is a name of the scenario, a direction or a code, so that
//! there are never more series than the scenario has things. Nothing is measured here.

mod encode;
mod family;
mod peerings;
mod run;
mod traffic;

use super::run::Snapshot;
use family::Family;

/// The content type of the text.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All families, each with all its series, and the end mark.
pub fn metrics(snapshot: &Snapshot) -> String {
    let families: Vec<Family> =
        [run::families(snapshot), peerings::families(snapshot), traffic::families(snapshot)].concat();
    encode::text(families)
}
