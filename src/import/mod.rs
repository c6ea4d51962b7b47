//! Other people's descriptions -> the text of a scenario. Text in, text out: files are the caller's. It knows the
//! language of scenarios only as words to write; whether they are right, `vpcsim check` says.

mod matrix;
mod options;
mod series;

pub use options::SeriesOptions;
pub use series::series;
