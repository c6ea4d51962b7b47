//! A comparison for programs: one JSON document.

use super::model::DiffReport;
use crate::report::format::json::pretty;
use serde_json::json;

/// The comparison as an indented JSON document that ends in a newline.
pub fn diff_json(report: &DiffReport) -> String {
    let mut document = json!({ "format": "vpcsim-diff", "version": 1 });
    if let (Some(document), Ok(serde_json::Value::Object(fields))) =
        (document.as_object_mut(), serde_json::to_value(report))
    {
        document.extend(fields);
    }
    pretty(&document)
}
