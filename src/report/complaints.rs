//! Refused input, for programs: the same document from every subcommand, with file, line and column (from 1) of every
//! complaint. It makes no complaint itself.
//!
//! ```json
//! {
//!   "format": "vpcsim-check", "version": 1,
//!   "complaints": [
//!     {"file": "a.toml", "line": 3, "column": 9, "severity": "error", "message": "…", "code": null, "hint": "…"}
//!   ]
//! }
//! ```

use super::format::json::pretty;
use serde_json::Value;

/// Complaints as an indented JSON document that ends in a newline.
pub fn complaints_json(complaints: &[Value]) -> String {
    pretty(&document(complaints))
}

pub(super) fn document(complaints: &[Value]) -> Value {
    serde_json::json!({ "format": "vpcsim-check", "version": 1, "complaints": complaints })
}
