//! The measurements for programs: one JSON document, the [`BenchReport`] unchanged.

use super::model::BenchReport;
use crate::report::format::json::pretty;

/// The measurements as an indented JSON document that ends in a newline.
pub fn bench_json(report: &BenchReport) -> String {
    pretty(report)
}
