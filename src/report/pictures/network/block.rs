//! A block of lines of text that knows its size before it is placed: a heading and what follows.

use super::space::Size;
use super::svg::Svg;
use crate::report::pictures::canvas::{Point, TEXT, elide, width};

/// From one base line to the next.
pub const LINE: i32 = 15;
/// From the upper edge of a line to its base line.
pub const ASCENT: i32 = 11;
/// Around the text.
const PAD: (i32, i32) = (8, 6);
/// Bold letters of the usual size are as wide as plain ones a little above it.
pub const BOLD: f64 = TEXT + 0.5;

/// A line that begins with two spaces belongs to the one above.
const INDENT: i32 = 10;

/// Lines of text, cut to a width.
pub struct Lines {
    heading: String,
    /// Each with the distance from the left edge.
    lines: Vec<(i32, String)>,
}

impl Lines {
    /// `heading` in bold and `lines` below it, none wider than `room` pixels.
    pub fn new(heading: &str, lines: &[String], room: i32) -> Lines {
        let line = |line: &String| match line.strip_prefix("  ") {
            Some(rest) => (INDENT, elide(rest, TEXT, room - INDENT)),
            None => (0, elide(line, TEXT, room)),
        };
        Lines { heading: elide(heading, BOLD, room), lines: lines.iter().map(line).collect() }
    }

    /// With the space around it.
    pub fn size(&self) -> Size {
        let widest = self.lines.iter().map(|(indent, line)| indent + width(line, TEXT)).max().unwrap_or(0);
        let widest = widest.max(width(&self.heading, BOLD));
        (widest + 2 * PAD.0, (self.lines.len() as i32 + 1) * LINE + 2 * PAD.1)
    }

    /// Draws it with its upper left corner at this point.
    pub fn draw(&self, svg: &mut Svg, (x, y): Point) {
        let left = x + PAD.0;
        let mut base = y + PAD.1 + ASCENT;
        svg.heading(&self.heading, (left, base), 12);
        for (indent, line) in &self.lines {
            base += LINE;
            svg.text(line, (left + indent, base), BLACK);
        }
    }
}

/// The colour of text.
pub const BLACK: &str = "#222222";

/// A sentence on lines no wider than `room` pixels, as far as its words allow.
pub fn wrapped(text: &str, room: i32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if width(&format!("{line} {word}"), TEXT) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
