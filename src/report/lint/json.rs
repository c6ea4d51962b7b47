//! Findings for programs: one JSON document.
//!
//! ```json
//! {
//!   "format": "vpcsim-lint", "version": 1,
//!   "findings": [
//!     {"file": "a.toml", "line": 3, "column": 9, "severity": "error", "code": "NO_RETURN_ROUTE", "message": "…",
//!      "fix": "…"}
//!   ]
//! }
//! ```

use super::model::Remark;
use crate::report::format::json::pretty;

/// All findings as an indented JSON document that ends in a newline.
pub fn findings_json(findings: &[Remark]) -> String {
    pretty(&serde_json::json!({ "format": "vpcsim-lint", "version": 1, "findings": findings }))
}
