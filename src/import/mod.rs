//! Other people's descriptions -> the text of a scenario. Text in, text out: the caller handles files. It only writes
//! the scenario language; `vpcsim check` decides whether the result is right.

mod matrix;
mod options;
mod series;

pub use options::SeriesOptions;
pub use series::series;
