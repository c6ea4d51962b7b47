//! What was measured for programs: one JSON document, the [`BenchReport`] as it is.

use super::model::BenchReport;
use crate::report::format::json::pretty;

/// What was measured as an indented JSON document with a newline at its end.
pub fn bench_json(report: &BenchReport) -> String {
    pretty(report)
}
