//! Lines, blocks, dots and texts in pixels, on plotters' SVG backend. It does not know what they mean.

use crate::units::steers;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, Drawable, PathElement, PointCollection, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoFont, RGBColor, WHITE};

/// Every picture's width in pixels.
pub const WIDTH: i32 = 800;
/// Every picture's height in pixels.
pub const HEIGHT: i32 = 420;

/// The size of all text except the title, in pixels.
pub const TEXT: f64 = 12.0;
/// The title's size.
pub const TITLE: f64 = 16.0;
/// The backend divides sizes by this.
const BACKEND_SCALE: f64 = 1.24;

pub const BLACK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub const GREY: RGBColor = RGBColor(0x55, 0x55, 0x55);
pub const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
pub const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
pub const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
pub const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);

/// A position in the picture.
pub type Point = (i32, i32);

/// How a text is anchored to its position; upright text is always centred on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Left,
    Middle,
    Right,
    /// The text runs upwards from its position.
    Up,
    /// The text runs upwards and ends at its position.
    UpTo,
}

/// One picture being drawn.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// The picture made by `draw`, as SVG text.
pub fn picture(draw: impl FnOnce(&Canvas)) -> String {
    let mut svg = String::new();
    let size = (WIDTH as u32, HEIGHT as u32);
    let canvas = Canvas(SVGBackend::with_string(&mut svg, size).into_drawing_area());
    canvas.block((0, 0), (WIDTH, HEIGHT), WHITE);
    draw(&canvas);
    canvas.0.present().expect("a string takes every drawing");
    drop(canvas);
    svg
}

impl<'a> Canvas<'a> {
    fn put<E>(&self, element: E)
    where
        for<'e> &'e E: PointCollection<'e, Point>,
        E: Drawable<SVGBackend<'a>>,
    {
        self.0.draw(&element).expect("a string takes every drawing");
    }

    /// A line through `points`.
    pub fn line(&self, points: &[Point], color: RGBColor, width: u32) {
        self.put(PathElement::new(points.to_vec(), color.stroke_width(width)));
    }

    /// A dashed line through `points`.
    pub fn dashes(&self, points: &[Point], color: RGBColor, width: u32) {
        self.put(DashedPathElement::new(points.to_vec(), 7, 4, color.stroke_width(width)));
    }

    /// A filled rectangle.
    pub fn block(&self, from: Point, to: Point, color: RGBColor) {
        self.put(Rectangle::new([from, to], color.filled()));
    }

    /// The outline of a rectangle.
    pub fn outline(&self, from: Point, to: Point, color: RGBColor) {
        self.put(Rectangle::new([from, to], color.stroke_width(1)));
    }

    /// A filled circle.
    pub fn dot(&self, center: Point, radius: i32, color: RGBColor) {
        self.put(Circle::new(center, radius, color.filled()));
    }

    /// A text on one line.
    pub fn text(&self, text: &str, at: Point, anchor: Anchor, color: RGBColor) {
        self.write(text, at, anchor, color, (TEXT, FontStyle::Normal));
    }

    /// The title.
    pub fn title(&self, text: &str, at: Point) {
        self.write(text, at, Anchor::Left, BLACK, (TITLE, FontStyle::Bold));
    }

    fn write(&self, text: &str, at: Point, anchor: Anchor, color: RGBColor, (size, style): (f64, FontStyle)) {
        let (across, turn) = match anchor {
            Anchor::Left => (HPos::Left, FontTransform::None),
            Anchor::Middle => (HPos::Center, FontTransform::None),
            Anchor::Right => (HPos::Right, FontTransform::None),
            Anchor::Up => (HPos::Left, FontTransform::Rotate270),
            Anchor::UpTo => (HPos::Right, FontTransform::Rotate270),
        };
        let font = ("sans-serif", size * BACKEND_SCALE).into_font().style(style).transform(turn);
        let style = font.color(&color).pos(Pos::new(across, VPos::Center));
        self.put(Text::new(clean(text), at, style));
    }
}

/// `text` without what XML cannot hold, its control characters and the two non-characters, and without characters that
/// reorder a line.
pub fn clean(text: &str) -> String {
    let letter = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if steers(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
        c => c,
    };
    text.chars().map(letter).collect()
}

/// An upper bound on a text's width, in pixels: the reader's font is unknown, so the widest common one (DejaVu Sans) is
/// assumed.
pub fn width(text: &str, size: f64) -> i32 {
    let ems: f64 = text.chars().map(ems).sum();
    // The title's bold letters are wider.
    let bold = if size > TEXT { 1.12 } else { 1.0 };
    (ems * size * bold).ceil() as i32
}

fn ems(c: char) -> f64 {
    match c {
        ' ' | '.' | ',' | ':' | ';' | '|' | '\'' | 'i' | 'j' | 'l' | 'I' => 0.35,
        'f' | 't' | 'r' | '-' | '(' | ')' | '/' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 1.0,
        'A'..='Z' => 0.79,
        '!'..='~' => 0.65,
        _ => 1.0,
    }
}

/// As much of `text` as fits into `room` pixels, with `…` for the rest.
pub fn elide(text: &str, size: f64, room: i32) -> String {
    if width(text, size) <= room {
        return text.into();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size) + width("…", size) > room {
            kept.pop();
            break;
        }
    }
    kept.trim_end().to_string() + "…"
}
