//! The bill for programs: one JSON document, the [`Invoice`] as it is.

use super::model::Invoice;
use crate::report::format::json::pretty;

/// The invoice as an indented JSON document with a newline at its end.
pub fn invoice_json(invoice: &Invoice) -> String {
    pretty(invoice)
}
