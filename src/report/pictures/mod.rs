//! Pictures of a billing day and of a billing month as SVG text. `bill` picks what they show into plain data,
//! [`day::DayPlot`] and [`month::MonthPlot`], which the other files draw. No prices, no files.
//!
//! Pictures are 800 × 420 px on white. Colours are those of Okabe and Ito, which colour-blind people tell apart; where
//! lines lie on each other, widths differ too. The same data gives the same bytes.

mod bill;
mod canvas;
mod day;
mod frame;
mod hours;
mod label;
mod month;
mod scale;
#[cfg(test)]
mod tests;

pub use bill::pictures;
