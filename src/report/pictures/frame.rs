//! What both pictures have around their data: heading, legend, grid and axis labels. It knows no samples.

use super::canvas::{Anchor, BLACK, Canvas, GREY, GRID, Point, TEXT, TITLE, WIDTH, elide, width};
use super::scale::Vertical;
use plotters::style::RGBColor;

/// The left edge of the headings.
pub const EDGE: i32 = 16;
/// The data's left edge, to the right of the vertical axis's labels.
pub const LEFT: i32 = 76;
/// The data's right edge.
pub const RIGHT: i32 = WIDTH - 24;
/// The data's upper edge.
pub const TOP: i32 = 82;
/// The middle of the line that holds the legend and the unit of the vertical axis.
const LEGEND_Y: i32 = 66;

/// How an entry of the legend looks.
pub enum Swatch {
    Line(u32),
    Dashes,
    Block,
}

/// One entry of the legend.
pub struct Entry {
    pub swatch: Swatch,
    pub color: RGBColor,
    pub text: String,
}

impl Entry {
    pub fn new(swatch: Swatch, color: RGBColor, text: impl Into<String>) -> Entry {
        Entry { swatch, color, text: text.into() }
    }
}

const SWATCH: i32 = 24;
const GAP: i32 = 6;
const BETWEEN: i32 = 20;

/// Title, subtitle, and the quantity and unit of the vertical axis.
pub fn heading(canvas: &Canvas, title: &str, subtitle: &str, axis: &str) {
    let room = RIGHT - EDGE;
    canvas.title(&elide(title, TITLE, room), (EDGE, 20));
    canvas.text(&elide(subtitle, TEXT, room), (EDGE, 42), Anchor::Left, GREY);
    canvas.text(axis, (EDGE, LEGEND_Y), Anchor::Left, GREY);
}

/// The legend above the data, right-aligned.
pub fn legend(canvas: &Canvas, entries: &[Entry]) {
    let length = |entry: &Entry| SWATCH + GAP + width(&entry.text, TEXT);
    let between = BETWEEN * (entries.len() as i32 - 1).max(0);
    let mut x = RIGHT - between - entries.iter().map(length).sum::<i32>();
    for entry in entries {
        let (from, to) = ((x, LEGEND_Y), (x + SWATCH, LEGEND_Y));
        match entry.swatch {
            Swatch::Line(width) => canvas.line(&[from, to], entry.color, width),
            Swatch::Dashes => canvas.dashes(&[from, to], entry.color, 2),
            Swatch::Block => canvas.block((from.0 + 6, from.1 - 6), (to.0 - 6, to.1 + 6), entry.color),
        }
        canvas.text(&entry.text, (x + SWATCH + GAP, LEGEND_Y), Anchor::Left, BLACK);
        x += length(entry) + BETWEEN;
    }
}

/// Horizontal grid lines with their labels.
pub fn levels(canvas: &Canvas, axis: &Vertical, count: u64, label: impl Fn(u64) -> String) {
    for value in axis.ticks(count) {
        let y = axis.y(value);
        canvas.line(&[(LEFT, y), (RIGHT, y)], GRID, 1);
        canvas.text(&label(value), (LEFT - GAP, y), Anchor::Right, GREY);
    }
}

/// The two axes, drawn over the grid.
pub fn axes(canvas: &Canvas, axis: &Vertical) {
    canvas.line(&[(LEFT, axis.ceiling), (LEFT, axis.bottom), (RIGHT, axis.bottom)], GREY, 1);
}

/// A remark instead of data.
pub fn remark(canvas: &Canvas, text: &str, axis: &Vertical) {
    let middle: Point = ((LEFT + RIGHT) / 2, (axis.ceiling + axis.bottom) / 2);
    canvas.text(text, middle, Anchor::Middle, GREY);
}
