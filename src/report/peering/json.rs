//! The details of peerings for programs: one JSON document.

use super::model::PeeringDetails;
use crate::report::format::json::pretty;
use crate::units::SimTime;

/// The details at an instant as an indented JSON document that ends in a newline.
pub fn details_json(details: &[PeeringDetails], at: SimTime) -> String {
    pretty(&serde_json::json!({ "format": "vpcsim-show", "version": 1, "at_ns": at, "peerings": details }))
}
