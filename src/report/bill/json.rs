//! The bill for programs: one JSON document, the [`Invoice`] unchanged.

use super::model::Invoice;
use crate::report::format::json::pretty;

/// The invoice as an indented JSON document that ends in a newline.
pub fn invoice_json(invoice: &Invoice) -> String {
    pretty(invoice)
}
