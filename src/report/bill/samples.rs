//! Remarks on the rows from which a bill of measured samples was made. It reads no rows.

use crate::metering::Handled;
use crate::report::format::words::counted;
use crate::units::grouped;

/// The number of rows with a sample, and how special rows were handled, in one sentence.
pub fn samples_note(handled: &Handled) -> String {
    let done = [
        ("without a value, left out", handled.without_value),
        ("not in order of time", handled.unsorted),
        ("for the instant of another; the largest counts", handled.repeated),
        ("added to others of their window", handled.added),
        ("for a window that had one; the largest counts", handled.shared),
        ("not at the start of a window", handled.inside),
    ];
    let told = done.into_iter().chain(handled.shown.told()).filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(what, count)| format!("; {} {what}", grouped(count))).collect();
    format!("Measured samples: {}{}.", counted(handled.rows, "row"), told.concat())
}
