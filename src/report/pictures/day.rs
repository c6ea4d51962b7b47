//! One civil day of a peering: bandwidth of both directions against the cap, the billed peak, and the loss share below.

use super::canvas::{
    Anchor, BLACK, BLUE, Canvas, GREY, GRID, HEIGHT, PURPLE, Point, TEXT, VERMILION, elide, picture, width,
};
use super::frame::{EDGE, Entry, LEFT, RIGHT, Swatch, TOP, axes, heading, legend, levels, remark};
use super::hours::{ClockChange, Hours};
use super::label::{Ink, nearest};
use super::scale::{Vertical, in_unit, unit};
use crate::metering::WINDOW;
use crate::model::Direction;
use crate::units::Share;
use plotters::style::{RGBColor, WHITE};

/// The data of a day's picture. Seconds count from the first instant of the civil day; lists are in time order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayPlot {
    /// The title.
    pub title: String,
    /// The subtitle.
    pub subtitle: String,
    /// The zone whose civil day it is.
    pub zone: String,
    /// The day.
    pub day: String,
    /// Clock changes on that day.
    pub clock_change: Option<ClockChange>,
    /// The samples; lines are broken where one is missing.
    pub samples: Vec<SamplePoint>,
    /// The cap from each of these seconds on; none means no limit.
    pub cap: Vec<(u32, Option<u64>)>,
    /// The billed sample.
    pub peak: Option<PeakMark>,
    /// The loss share of the sample that starts at each second, in parts per billion.
    pub loss: Vec<(u32, u64)>,
}

/// One sample of five minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SamplePoint {
    /// Its first second.
    pub start: u32,
    /// Outbound.
    pub out_bps: u64,
    /// Inbound.
    pub in_bps: u64,
    /// Whether only part of it was measured.
    pub partial: bool,
}

impl SamplePoint {
    fn end(&self) -> u32 {
        self.start.saturating_add(SAMPLE)
    }

    fn bps(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Out => self.out_bps,
            Direction::In => self.in_bps,
        }
    }
}

/// The billed sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakMark {
    /// Its first second.
    pub second: u32,
    /// Its rate.
    pub bps: u64,
    /// Its direction.
    pub direction: Direction,
    /// Its label.
    pub text: String,
}

/// The length of a sample in seconds.
const SAMPLE: u32 = WINDOW as u32;
/// Lower edges of the panels: of a single one; of bandwidth and of loss.
const ALONE: i32 = 366;
const UPPER: i32 = 280;
const LOWER: i32 = 366;
const LOSS_TOP: i32 = 324;
/// A cap this many times the traffic would flatten the traffic's lines: it is named, not drawn.
const CAP_IN_VIEW: u64 = 6;
/// What the vertical axis shows when there is neither traffic nor cap.
const NO_TRAFFIC_TOP: u64 = 1_000_000;
/// Free room above the highest line, enough for the peak's text.
const HEADROOM: i32 = 34;
const DOT: i32 = 5;
const LABEL_HEIGHT: i32 = 22;
/// The horizontal padding of the peak's text, both sides together.
const LABEL_PADDING: i32 = 14;

const OUT: RGBColor = BLUE;
const IN: RGBColor = VERMILION;
/// Outbound is visible on both sides of inbound where they are equal.
const OUT_WIDTH: u32 = 4;
const IN_WIDTH: u32 = 2;
const PARTIAL: RGBColor = RGBColor(0xF6, 0xEB, 0xC4);

/// Draws a day.
pub fn day_svg(plot: &DayPlot) -> String {
    picture(|canvas| draw(canvas, plot))
}

fn draw(canvas: &Canvas, plot: &DayPlot) {
    let hours = Hours::new(plot.clock_change);
    let has_loss = plot.loss.iter().any(|(_, ppb)| *ppb > 0);
    let bottom = if has_loss { UPPER } else { ALONE };
    let view = CapView::of(plot);
    let axis = Vertical::fit(view.most, NO_TRAFFIC_TOP, (bottom, TOP), HEADROOM);
    let (unit, factor) = unit(axis.top);
    heading(canvas, &plot.title, &plot.subtitle, &format!("bandwidth, {unit}"));
    legend(canvas, &entries(plot, &view));
    partial(canvas, &hours, plot, &axis);
    levels(canvas, &axis, 6, |bps| in_unit(bps, factor));
    uprights(canvas, &hours, &axis);
    bandwidth(canvas, plot, &hours, &axis);
    if has_loss {
        loss(canvas, plot, &hours);
    }
    time_axis(canvas, plot, &hours);
}

/// Which parts of the cap are in view.
struct CapView {
    /// The highest value drawn.
    most: u64,
    /// Whether part of the cap is drawn.
    is_drawn: bool,
    /// The lowest cap that is not drawn.
    above: Option<u64>,
}

impl CapView {
    fn of(plot: &DayPlot) -> CapView {
        let traffic = plot.samples.iter().map(|sample| sample.out_bps.max(sample.in_bps));
        let traffic = traffic.chain(plot.peak.iter().map(|peak| peak.bps)).max().unwrap_or(0);
        let limit = if traffic == 0 { u64::MAX } else { traffic.saturating_mul(CAP_IN_VIEW) };
        let caps = || plot.cap.iter().filter_map(|(_, cap)| *cap);
        let most = caps().filter(|cap| *cap <= limit).max();
        CapView {
            most: traffic.max(most.unwrap_or(0)),
            is_drawn: most.is_some(),
            above: caps().filter(|cap| *cap > limit).min(),
        }
    }
}

fn entries(plot: &DayPlot, view: &CapView) -> Vec<Entry> {
    let mut entries =
        vec![Entry::new(Swatch::Line(OUT_WIDTH), OUT, "outbound"), Entry::new(Swatch::Line(IN_WIDTH), IN, "inbound")];
    let rate = |bps: u64| {
        let (unit, factor) = unit(bps);
        format!("{} {unit}", in_unit(bps, factor))
    };
    match (view.is_drawn, view.above) {
        (true, None) => entries.push(Entry::new(Swatch::Dashes, BLACK, "cap")),
        (true, Some(above)) => {
            entries.push(Entry::new(Swatch::Dashes, BLACK, format!("cap (from {} up: not drawn)", rate(above))));
        }
        (false, Some(above)) => {
            entries.push(Entry::new(Swatch::Dashes, BLACK, format!("cap {}, far above", rate(above))));
        }
        (false, None) => {}
    }
    if plot.samples.iter().any(|sample| sample.partial) {
        entries.push(Entry::new(Swatch::Block, PARTIAL, "partly measured"));
    }
    entries
}

/// Partly measured samples, as bands behind everything else.
fn partial(canvas: &Canvas, hours: &Hours, plot: &DayPlot, axis: &Vertical) {
    let adjoin = |a: &SamplePoint, b: &SamplePoint| a.partial == b.partial && a.end() >= b.start;
    for run in plot.samples.chunk_by(adjoin).filter(|run| run[0].partial) {
        let (from, to) = (hours.x(run[0].start), hours.x(run[run.len() - 1].end()));
        let from = from.min(RIGHT - 4);
        canvas.block((from, axis.ceiling), (to.max(from + 4), axis.bottom), PARTIAL);
    }
}

fn uprights(canvas: &Canvas, hours: &Hours, axis: &Vertical) {
    for (second, _) in hours.labels() {
        let x = hours.x(second);
        canvas.line(&[(x, axis.ceiling), (x, axis.bottom)], GRID, 1);
    }
}

/// The lines of both directions and the cap, and the peak over them.
fn bandwidth(canvas: &Canvas, plot: &DayPlot, hours: &Hours, axis: &Vertical) {
    axes(canvas, axis);
    if plot.samples.is_empty() {
        remark(canvas, "no samples on this day", axis);
    } else if plot.samples.iter().all(|sample| sample.out_bps == 0 && sample.in_bps == 0) {
        remark(canvas, "no traffic on this day", axis);
    }
    let mut ink = Ink::new((LEFT, TOP), (RIGHT, axis.bottom));
    for (direction, color, width) in [(Direction::Out, OUT, OUT_WIDTH), (Direction::In, IN, IN_WIDTH)] {
        for line in sample_lines(plot, hours, axis, direction) {
            canvas.line(&line, color, width);
            // The line is too short to see.
            if line[line.len() - 1].0 - line[0].0 < 6 {
                canvas.dot(line[0], width as i32 + 1, color);
            }
            ink.steps(&line);
        }
    }
    // Drawn over the samples, which often coincide with it.
    for line in cap_lines(plot, hours, axis) {
        canvas.dashes(&line, BLACK, 2);
        ink.steps(&line);
    }
    if let Some(peak) = &plot.peak {
        let at = (hours.x(peak.second.saturating_add(SAMPLE / 2)), axis.y(peak.bps));
        mark(canvas, ink, at, peak);
    }
}

/// A step line for each run of samples without a gap.
fn sample_lines(plot: &DayPlot, hours: &Hours, axis: &Vertical, direction: Direction) -> Vec<Vec<Point>> {
    let runs = plot.samples.chunk_by(|a, b| a.end() >= b.start);
    let line = |run: &[SamplePoint]| {
        let mut line = Vec::new();
        for sample in run {
            step(&mut line, (hours.x(sample.start), hours.x(sample.end())), axis.y(sample.bps(direction)));
        }
        line
    };
    runs.map(line).collect()
}

/// A step line for each stretch of time with a cap in view.
fn cap_lines(plot: &DayPlot, hours: &Hours, axis: &Vertical) -> Vec<Vec<Point>> {
    let ends = plot.cap.iter().skip(1).map(|(second, _)| *second).chain([hours.end()]);
    let mut lines = vec![Vec::new()];
    for (&(from, cap), end) in plot.cap.iter().zip(ends) {
        match cap.filter(|cap| *cap <= axis.top) {
            Some(cap) => {
                let line = lines.last_mut().expect("there is always a line");
                step(line, (hours.x(from), hours.x(end)), axis.y(cap));
            }
            None => lines.push(Vec::new()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Extends a step line at height `y` over `span`; a level line stays one piece.
fn step(line: &mut Vec<Point>, span: (i32, i32), y: i32) {
    match line.last_mut() {
        Some(last) if last.1 == y => last.0 = span.1,
        _ => line.extend([(span.0, y), (span.1, y)]),
    }
}

/// The peak's dot, and its text placed where it covers no line.
fn mark(canvas: &Canvas, mut ink: Ink, at: Point, peak: &PeakMark) {
    let reach = DOT + 4;
    ink.block((at.0 - reach, at.1 - reach), (at.0 + reach, at.1 + reach));
    let text = elide(&peak.text, TEXT, (RIGHT - LEFT) * 3 / 4);
    let size = (width(&text, TEXT) + LABEL_PADDING, LABEL_HEIGHT);
    let corner = ink.place(size, at);
    let opposite = (corner.0 + size.0, corner.1 + size.1);
    canvas.line(&[at, nearest(corner, size, at)], BLACK, 1);
    canvas.block(corner, opposite, WHITE);
    canvas.outline(corner, opposite, GREY);
    canvas.text(&text, ((corner.0 + opposite.0) / 2, (corner.1 + opposite.1) / 2), Anchor::Middle, BLACK);
    canvas.dot(at, DOT + 2, WHITE);
    canvas.dot(at, DOT, if peak.direction == Direction::Out { OUT } else { IN });
}

/// The narrow panel below: the share of the offered packets that the cap dropped.
fn loss(canvas: &Canvas, plot: &DayPlot, hours: &Hours) {
    let most = plot.loss.iter().map(|(_, ppb)| *ppb).max().unwrap_or(0);
    let axis = Vertical::fit(most, 1, (LOWER, LOSS_TOP), 3);
    canvas.text("loss (PkgDrop)", (EDGE, LOSS_TOP - 18), Anchor::Left, GREY);
    levels(canvas, &axis, 2, |ppb| Share::from_ppb(ppb).to_string());
    uprights(canvas, hours, &axis);
    for (second, ppb) in plot.loss.iter().filter(|(_, ppb)| *ppb > 0) {
        let (from, to) = (hours.x(*second).min(RIGHT - 2), hours.x(second.saturating_add(SAMPLE)));
        // Even the smallest loss is visible.
        let y = axis.y(*ppb).min(axis.bottom - 2);
        canvas.block((from, y), (to.max(from + 2), axis.bottom), PURPLE);
    }
    axes(canvas, &axis);
}

fn time_axis(canvas: &Canvas, plot: &DayPlot, hours: &Hours) {
    for (second, label) in hours.labels() {
        canvas.text(&label, (hours.x(second), LOWER + 14), Anchor::Middle, GREY);
    }
    let caption = elide(&hours.caption(&plot.day, &plot.zone), TEXT, RIGHT - LEFT);
    canvas.text(&caption, ((LEFT + RIGHT) / 2, HEIGHT - 14), Anchor::Middle, GREY);
}
