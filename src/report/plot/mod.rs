//! Pictures of a billing day and of a billing month as SVG text, drawn from plain data. No view model of its own, no
//! prices, no files: whoever has the samples fills in [`DayPlot`] or [`MonthPlot`].
//!
//! Pictures are 800 × 420 px on white. Colours are those of Okabe and Ito, which colour-blind people tell apart; where
//! lines lie on each other, widths differ too. The same data gives the same bytes.

mod canvas;
mod day;
mod frame;
mod hours;
mod label;
mod month;
mod scale;
#[cfg(test)]
mod tests;

pub use day::{ClockChange, DayPlot, PeakMark, SamplePoint, day_svg};
pub use month::{DayBar, DayPrice, MonthPlot, Percentile, month_svg};
