//! What is wrong with a network, or will be: each kind of finding in one function, in a file by subject. It only
//! finds; how findings are shown, and where they stand in a file, is decided elsewhere.

use super::finding::Finding;
use super::ground::Ground;
use crate::model::plan::Plan;

/// Everything found in a network as it is at an instant of its plan, worst first.
pub fn lint(_ground: &Ground, _plan: &Plan) -> Vec<Finding> {
    Vec::new()
}
