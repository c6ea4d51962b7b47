//! Who reaches whom: a grid for people, JSON and CSV for programs, and the differences between two matrices. It asks
//! no question.

mod compare;
mod csv;
mod grid;
mod json;
mod record;

pub use compare::{Differences, Expected, differences_json, differences_text};
pub use csv::{HEADER as MATRIX_HEADER, csv as matrix_csv};
pub use grid::grid;
pub use json::{CLASSES_FROM, json as matrix_json};
