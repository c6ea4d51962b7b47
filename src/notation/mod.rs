//! How people and programs write things down: texts and their encodings, tables, documents in TOML, and the complaints
//! about them. It knows no cloud and no particular language, and opens no file.
//!
//! Bytes become a text ([`decode()`]), which is read
//!
//! * as a table: `table` finds its cells, with a [`Dialect`] for what the text does not show; a [`Meaning`] turns them
//!   into times and rates;
//! * as a document in TOML: `document` (a tree with places), `edits` (what the command line changes of it), `reader`
//!   (typed entities, against the tables of a language, which are made of what `field` has);
//! * or line by line (`lines`).
//!
//! Every error is a [`Diagnostic`] with its place, collected in [`Complaints`]; a reader reports every error it can and
//! passes on what is valid. Only `drawing` shows them to people.

mod actions;
mod datum;
mod diagnostic;
mod dialect;
mod difference;
mod document;
#[cfg(feature = "render")]
mod drawing;
mod edits;
mod field;
mod keys;
mod limit;
mod lines;
mod meaning;
mod nearest;
mod numeral;
mod overrides;
mod reader;
mod rows;
mod schema;
mod separator;
mod source;
mod stamp;
mod table;
mod text;
#[cfg(test)]
mod twin_tests;
mod value;
mod wrong;

#[cfg(test)]
pub(crate) use datum::asked;
pub(crate) use datum::{Allowed, At, Datum, Entity, Item, Pair, Two};
pub(crate) use diagnostic::{COMPLAINTS_MAX, TextSpan};
pub use diagnostic::{Complaints, Diagnostic, Severity};
pub use dialect::{DecimalMark, Delimiter, Dialect, Spelling};
pub(crate) use difference::differences;
#[cfg(feature = "render")]
pub use drawing::told;
pub use edits::Edit;
pub(crate) use field::{Field, Kind, Language, Section, Variants, optional, required};
pub(crate) use lines::lines;
pub use meaning::{Meaning, Time};
pub(crate) use nearest::{list_some, meant, meant_of, nearest};
pub use numeral::numeral;
pub use overrides::Override;
pub(crate) use reader::read;
pub use rows::RowsByTime;
pub(crate) use schema::schema;
pub use source::Source;
pub use stamp::{Epoch, Shown, ShownCounts, Stamp, is_stamp, time_zone};
pub(crate) use table::{Cell, Table};
pub use text::decode;
pub(crate) use value::{address, cidr};
pub use wrong::Wrong;
