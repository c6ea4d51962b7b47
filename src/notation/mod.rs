//! How people and programs write things down: texts and their encodings, tables, the numbers and times in their cells,
//! and the complaints about them. It knows no scenario and no network, and opens no file.
//!
//! The way of a table: bytes become a text ([`decode()`]); a [`Table`] finds its cells, as far as its [`Dialect`] does
//! not say; a [`Meaning`] makes times and rates of them. Whatever is wrong is a [`Complaint`] with its place.

mod complaint;
mod dialect;
mod lines;
mod meaning;
mod numeral;
mod stamp;
mod table;
mod text;
#[cfg(test)]
mod twin_tests;

pub use complaint::{COMPLAINTS_MAX, Complaint, Complaints, Wrong};
pub use dialect::{Delimiter, Dialect, Spelling};
pub use lines::lines;
pub use meaning::{Meaning, RATE_MAX, TIME_MAX, Time};
pub use numeral::{DecimalMark, numeral};
pub use stamp::{Epoch, Shown, ShownCounts, Stamp, is_stamp, time_zone};
pub use table::{Cell, Table};
pub use text::decode;
