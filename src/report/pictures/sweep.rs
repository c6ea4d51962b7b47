//! A sweep: a panel for each measured quantity, over the values of what was varied, evenly spaced as they were listed.
//! It chooses nothing: the plot says what is shown.

use super::canvas::{
    Anchor, BLACK, BLUE, Canvas, GREY, GRID, HEIGHT, ORANGE, PURPLE, Point, TEXT, VERMILION, elide, picture, width,
};
use super::frame::{EDGE, Entry, LEFT, RIGHT, Swatch, TOP, axes, heading, legend, levels, remark};
use super::scale::{Vertical, in_unit, unit};
use crate::report::sweep::{Panel, Quantity, SweepPlot};
use crate::units::{Share, SimDuration};
use plotters::style::RGBColor;

/// The lower edge of the lowest panel.
const BOTTOM: i32 = HEIGHT - 44;
/// From the edges of the data to the first and the last value, half a label.
const INSET: i32 = 44;
/// The height of a panel's title.
const TITLE: i32 = 22;
/// Between a panel and the title of the next.
const BETWEEN: i32 = 8;
/// Free above the highest point.
const HEADROOM: i32 = 8;
/// The longest label of a value.
const LONGEST: i32 = 2 * INSET;
/// More values than this have no dots.
const DOTTED: usize = 60;
const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
/// The colours of the first lines; the others are grey.
const COLORS: [RGBColor; 6] = [BLUE, VERMILION, ORANGE, PURPLE, GREEN, BLACK];

/// Draws a sweep.
pub fn sweep_picture(plot: &SweepPlot) -> String {
    picture(|canvas| draw(canvas, plot))
}

fn draw(canvas: &Canvas, plot: &SweepPlot) {
    heading(canvas, &plot.title, &plot.subtitle, "");
    legend(canvas, &entries(&plot.lines));
    let slot = (BOTTOM - TOP) / plot.panels.len().max(1) as i32;
    for (at, one) in (0..).zip(&plot.panels) {
        let ceiling = TOP + at * slot + TITLE;
        panel(canvas, one, plot.values.len(), (ceiling, TOP + (at + 1) * slot - BETWEEN));
    }
    let labels: Vec<String> = plot.values.iter().map(|value| elide(value, TEXT, LONGEST)).collect();
    let widest = labels.iter().map(|label| width(label, TEXT)).max().unwrap_or(0) + 8;
    let between = (RIGHT - LEFT - 2 * INSET) / (labels.len() as i32 - 1).max(1);
    let every = (widest / between.max(1) + 1) as usize;
    for (at, label) in labels.iter().enumerate().step_by(every) {
        canvas.text(label, (x(at, labels.len()), BOTTOM + 8), Anchor::Middle, GREY);
    }
    let caption = elide(&plot.key, TEXT, RIGHT - LEFT);
    canvas.text(&caption, ((LEFT + RIGHT) / 2, HEIGHT - 14), Anchor::Middle, GREY);
}

/// As many lines as have colours and room.
fn entries(lines: &[String]) -> Vec<Entry> {
    let shown = lines.len().min(COLORS.len());
    let room = (RIGHT - EDGE) / (shown + 1).max(1) as i32 - 50;
    let entry = |(line, color): (&String, RGBColor)| Entry::new(Swatch::Line(2), color, elide(line, TEXT, room));
    let mut entries: Vec<Entry> = lines.iter().zip(COLORS).map(entry).collect();
    if lines.len() > shown {
        entries.push(Entry::new(Swatch::Line(2), GREY, format!("{} more", lines.len() - shown)));
    }
    entries
}

fn x(at: usize, of: usize) -> i32 {
    let (from, to) = (LEFT + INSET, RIGHT - INSET);
    match of {
        0 | 1 => (from + to) / 2,
        _ => from + ((to - from) as i64 * at as i64 / (of as i64 - 1)) as i32,
    }
}

fn panel(canvas: &Canvas, panel: &Panel, values: usize, (ceiling, bottom): (i32, i32)) {
    let most = panel.lines.iter().flatten().flatten().max().copied().unwrap_or(0);
    let otherwise = match panel.quantity {
        Quantity::Rate => 1_000_000,
        Quantity::Share => 10_000_000,
        Quantity::Time => 1_000_000,
    };
    let axis = Vertical::fit(most, otherwise, (bottom, ceiling), HEADROOM);
    let (unit, factor) = unit(axis.top);
    let title = match panel.quantity {
        Quantity::Rate => format!("{}, {unit}", panel.title),
        Quantity::Share | Quantity::Time => panel.title.to_owned(),
    };
    canvas.text(&title, (EDGE, ceiling - 12), Anchor::Left, GREY);
    let label = |value: u64| match panel.quantity {
        Quantity::Rate => in_unit(value, factor),
        Quantity::Share => Share::from_ppb(value).to_string(),
        Quantity::Time => SimDuration::from_nanos(value).in_unit_of(SimDuration::from_nanos(axis.top)),
    };
    levels(canvas, &axis, 4, |value| elide(&label(value), TEXT, LEFT - 10));
    for at in (0..values).filter(|_| values <= DOTTED) {
        canvas.line(&[(x(at, values), axis.ceiling), (x(at, values), axis.bottom)], GRID, 1);
    }
    axes(canvas, &axis);
    if panel.lines.iter().flatten().all(Option::is_none) {
        remark(canvas, "nothing was measured", &axis);
    }
    for (at, numbers) in panel.lines.iter().enumerate().rev() {
        // Lines that coincide are seen beside each other: the wider ones are drawn first.
        let width = 2 * (1 + at as u32 % 3);
        line(canvas, numbers, values, &axis, (COLORS.get(at).copied().unwrap_or(GREY), width));
    }
}

/// One line, broken where a number is missing.
fn line(canvas: &Canvas, numbers: &[Option<u64>], values: usize, axis: &Vertical, (color, width): (RGBColor, u32)) {
    let point = |(at, number): (usize, &Option<u64>)| Some((x(at, values), axis.y((*number)?)));
    let points: Vec<Option<Point>> = numbers.iter().enumerate().map(point).collect();
    for part in points.split(Option::is_none) {
        let part: Vec<Point> = part.iter().flatten().copied().collect();
        if part.len() > 1 {
            canvas.line(&part, color, width);
        }
        if values <= DOTTED || part.len() == 1 {
            part.iter().for_each(|point| canvas.dot(*point, 2 + width as i32 / 2, color));
        }
    }
}
