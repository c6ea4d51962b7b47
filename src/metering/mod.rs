//! The meaning of the meter's buckets (S36–S48): monitoring, 5-minute samples, daily peaks, price books, bills. It
//! forwards nothing and draws nothing; amounts are decimals, rates are compared as exact integers.
//!
//! How a bill is made: a [`Series`] of samples per peering, measured from a run ([`measure()`]) or read from a file
//! ([`SampleTable`]); its [`DayPeak`]s; the price of each by a [`PriceBook`]; the [`Bill`].

mod bill;
mod book;
mod book_text;
mod calendar;
mod measure;
mod monitor;
mod month;
mod peak;
mod price;
mod sample_columns;
mod samples;
mod series;
mod subject;
mod what_if;

pub use bill::{Basis, Bill, LineItem, Method, Terms, Total};
pub use book::{Group, PriceBook, Tier, Unpriced};
pub use calendar::{Day, WINDOW};
pub use measure::{Window, measure, windows};
pub use monitor::{MonitorMetric, Monitored, Monitoring, Period, Reading as MonitorReading, Side, is_offered, monitor};
pub use month::{Month, months};
pub use peak::{DayPeak, Reading, days};
pub use price::{Charge, Free, Priced, price_day, price_month};
pub use samples::{Handled, SampleTable};
pub use series::{Limit, Load, Sample, Series};
pub use subject::{End, Subject};
pub use what_if::{Comparison, Found, Metered, Trial, cheapest, compare, trials};
