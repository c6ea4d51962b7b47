//! A month of daily peaks as bars, each with the day's cost, or under the percentile by which the month is billed. Does
//! not price.

use super::canvas::{Anchor, BLACK, BLUE, Canvas, GREY, HEIGHT, ORANGE, TEXT, VERMILION, elide, picture, width};
use super::frame::{Entry, LEFT, RIGHT, Swatch, TOP, axes, heading, legend, levels, remark};
use super::scale::{Vertical, in_unit, unit};

/// The data of a month's picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthPlot {
    /// The title.
    pub title: String,
    /// The subtitle.
    pub subtitle: String,
    /// The days, in order.
    pub days: Vec<DayBar>,
    /// The billed percentile, if the month is billed instead of its days.
    pub percentile: Option<Percentile>,
}

/// A month's percentile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Percentile {
    /// Its rate.
    pub bps: u64,
    /// Its label.
    pub text: String,
}

/// One day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayBar {
    /// The date, as in `06-01`.
    pub label: String,
    /// Its peak.
    pub peak_bps: u64,
    /// Its cost.
    pub price: DayPrice,
}

/// The cost of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DayPrice {
    /// An amount, as text.
    Amount(String),
    /// Its price is not published.
    #[default]
    NotPublished,
    /// No cost of its own: the month is billed.
    OfMonth,
}

const UNPRICED: &str = "unpriced";
/// The longest text at a bar.
const LONGEST: i32 = 110;
/// The gap between a bar's end and its text, and between adjacent texts.
const GAP: i32 = 6;
/// The maximum width of a bar.
const WIDEST: i32 = 60;
/// What the vertical axis shows when no day has a peak.
const NO_PEAK_TOP: u64 = 1_000_000;
/// The height of the texts below the bars when they are horizontal.
const LINE: i32 = 16;

/// Draws a month.
pub fn month_svg(plot: &MonthPlot) -> String {
    picture(|canvas| draw(canvas, plot))
}

/// The positions of the bars and the direction of their texts.
struct Layout {
    slot: f64,
    /// Whether the texts stand upright on the bars.
    amounts_up: bool,
    labels_up: bool,
    axis: Vertical,
}

impl Layout {
    fn of(days: &[DayBar]) -> Layout {
        let slot = f64::from(RIGHT - LEFT) / days.len().max(1) as f64;
        let longest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text, TEXT)).max().unwrap_or(0);
        let amount = longest(&mut days.iter().map(amount));
        let label = longest(&mut days.iter().map(label));
        let fits = |width: i32| f64::from(width + GAP) <= slot;
        let (amounts_up, labels_up) = (!fits(amount), !fits(label));
        let bottom = HEIGHT - 12 - GAP - if labels_up { label } else { LINE };
        let room = GAP + if amounts_up { amount } else { LINE } + GAP;
        let most = days.iter().map(|day| day.peak_bps).max().unwrap_or(0);
        Layout { slot, amounts_up, labels_up, axis: Vertical::fit(most, NO_PEAK_TOP, (bottom, TOP), room) }
    }

    fn middle(&self, at: usize) -> i32 {
        LEFT + (self.slot * (at as f64 + 0.5)).round() as i32
    }
}

fn amount(day: &DayBar) -> String {
    match &day.price {
        DayPrice::Amount(amount) => elide(amount, TEXT, LONGEST),
        DayPrice::NotPublished => UNPRICED.into(),
        DayPrice::OfMonth => String::new(),
    }
}

fn label(day: &DayBar) -> String {
    elide(&day.label, TEXT, LONGEST)
}

fn draw(canvas: &Canvas, plot: &MonthPlot) {
    let layout = Layout::of(&plot.days);
    let axis = &layout.axis;
    let (unit, factor) = unit(axis.top);
    heading(canvas, &plot.title, &plot.subtitle, &format!("daily peak, {unit}"));
    levels(canvas, axis, 8, |bps| in_unit(bps, factor));
    if plot.days.is_empty() {
        remark(canvas, "no days", axis);
    }
    if plot.days.iter().any(|day| day.price == DayPrice::NotPublished) {
        let priced = Entry::new(Swatch::Block, BLUE, "priced");
        legend(canvas, &[priced, Entry::new(Swatch::Block, ORANGE, "price not published")]);
    }
    for (at, day) in plot.days.iter().enumerate() {
        bar(canvas, &layout, layout.middle(at), day);
    }
    axes(canvas, axis);
    if let Some(percentile) = &plot.percentile {
        let y = axis.y(percentile.bps);
        canvas.dashes(&[(LEFT, y), (RIGHT, y)], VERMILION, 2);
        legend(canvas, &[Entry::new(Swatch::Dashes, VERMILION, elide(&percentile.text, TEXT, (RIGHT - LEFT) / 2))]);
    }
}

fn bar(canvas: &Canvas, layout: &Layout, middle: i32, day: &DayBar) {
    let axis = &layout.axis;
    let half = ((layout.slot * 0.35) as i32).clamp(1, WIDEST / 2);
    let end = axis.y(day.peak_bps);
    // Even the smallest peak is visible.
    let end = if day.peak_bps > 0 { end.min(axis.bottom - 1) } else { end };
    let color = if day.price == DayPrice::NotPublished { ORANGE } else { BLUE };
    if end < axis.bottom {
        canvas.block((middle - half, end), (middle + half, axis.bottom), color);
    }
    match layout.amounts_up {
        _ if day.price == DayPrice::OfMonth => {}
        true => canvas.text(&amount(day), (middle, end - GAP), Anchor::Up, BLACK),
        false => canvas.text(&amount(day), (middle, end - GAP - LINE / 4), Anchor::Middle, BLACK),
    }
    match layout.labels_up {
        true => canvas.text(&label(day), (middle, axis.bottom + GAP), Anchor::UpTo, GREY),
        false => canvas.text(&label(day), (middle, axis.bottom + GAP + LINE / 2), Anchor::Middle, GREY),
    }
}
