//! Pictures as SVG text: of a billing day and of a billing month, and, in `network`, of a network. `bill` picks the
//! content of the former into plain data, [`day::DayPlot`] and [`month::MonthPlot`], which the other files draw. No
//! prices, no files.
//!
//! Pictures of bills are 800 × 420 px on white. Colours are those of Okabe and Ito, which colour-blind readers can tell
//! apart; lines that coincide differ in width too. The same data gives the same bytes.

mod bill;
mod canvas;
mod day;
mod frame;
mod hours;
mod label;
mod month;
mod network;
mod scale;
#[cfg(test)]
mod tests;

pub use bill::pictures;
pub use network::network_svg;
