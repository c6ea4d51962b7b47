//! The report for programs: one JSON document, the [`Snapshot`] unchanged. The descriptions of its fields hold here
//! too.
//!
//! ```json
//! {
//!   "format": "vpcsim-report", "version": 1,
//!   "scenario": "quick start", "file": "quick-start.toml", "question": null, "seed": 1,
//!   "duration_ns": 10000000000, "reached_ns": 10000000000, "partial": false,
//!   "notes": [],
//!   "packets": {"emitted": 2, "delivered": 1, "dropped": 1, "in_flight": 0},
//!   "links": [{"peering": "PeerConn", "from": "VPC1", "to": "VPC2", "cap_bps": 100000000, "loss": 0.5, …}],
//!   "traffic": [{"name": "sync", "sent": {"packets": 2, "bytes": 3000}, "delay": {"p50_ns": 16500000, …}, …}],
//!   "drops": [{"place": "VPC1", "reason": "no_route", "forwarding_status": 131, "packets": 1,
//!              "subnet": "VPC1/A", "table": "VPC1/A", "example": {"source": "10.0.0.2", …}, …}],
//!   "timeline": [{"time_ns": 5000000000, "action": "…", "refused": null, "as_expected": true, …}],
//!   "expectations": [{"subject": "traffic sync", "metric": "loss", "held": true, …}],
//!   "intervals": {"interval_ns": 1000000000, "links": [{"rows": [{"offered": …, "tokens_bytes": null}], …}]}
//! }
//! ```
//!
//! Keys carry their unit: `_ns` nanoseconds, `_bps` bits per second, `_bytes` bytes, all integers up to 2⁶⁴ − 1; a
//! share (`loss`) is a number from 0 to 1. A missing value is `null`, an empty list is `[]`; no key is ever left out.
//! Counts by reason are pairs, `["no_route", 1]`, in order. Keys may be added within a version; none is removed or
//! changes its meaning, so readers should ignore unknown keys.
//!
//! For one file the document is an object, for several an array with one entry per file, in their order. In an array, a
//! document of complaints ([`super::super::complaints_json`]) stands for a file that was refused, or that was not begun
//! before the command was interrupted.

use super::model::Snapshot;
use crate::report::complaints;
use crate::report::format::json::pretty;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The snapshot as an indented JSON document that ends in a newline.
pub fn json(snapshot: &Snapshot) -> String {
    pretty(snapshot)
}

/// The outcome of one file of several.
pub enum FileOutcome<'a> {
    /// It was run: the snapshot.
    Ran(&'a Snapshot),
    /// It was not run: the complaints.
    Refused(Vec<Value>),
}

impl Serialize for FileOutcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FileOutcome::Ran(snapshot) => snapshot.serialize(serializer),
            FileOutcome::Refused(complaints) => complaints::document(complaints).serialize(serializer),
        }
    }
}

/// The outcomes of several files as one indented JSON array.
pub fn json_array(outcomes: &[FileOutcome<'_>]) -> String {
    pretty(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::sample;

    #[test]
    fn the_document_has_every_key_in_its_unit() {
        let document = json(&sample::rich());
        assert!(document.ends_with("}\n"));
        let value: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(value["format"], "vpcsim-report");
        assert_eq!(value["duration_ns"], 10_000_000_000u64);
        assert_eq!(value["links"][0]["cap_bps"], 50_000_000);
        assert_eq!(value["links"][0]["loss"], 0.249887553);
        assert_eq!(value["links"][1]["delay"]["p99_ns"], 16_740_000);
        assert_eq!(value["traffic"][0]["dropped_by"][0], serde_json::json!(["shaper_queue_full", 16_667]));
        assert_eq!(value["expectations"][1]["between"], serde_json::json!([5_000_000_000u64, 10_000_000_000u64]));
        assert!(value["expectations"][0].get("stage").is_some_and(|stage| stage.is_null()), "no key is left out");
        assert!(value["question"].is_string() && value.get("intervals").is_some_and(|i| i.is_null()));
    }
}
