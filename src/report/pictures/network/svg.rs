//! SVG as text: groups with titles, which pointers show and screen readers say, rectangles, lines, texts. Everything is
//! escaped here. It does not know what they mean.

use super::space::{Area, Size};
use crate::report::format::markup::markup;
use crate::report::pictures::canvas::{Point, clean};
use std::fmt::{Arguments, Write};

/// A picture being written.
pub struct Svg(String);

/// How a line looks.
pub struct Stroke {
    pub color: &'static str,
    /// In tenths of a pixel.
    pub width: u64,
    pub dashed: bool,
}

impl Svg {
    /// A white picture of this size, named by `title` and told by `text`, after the comment `head`.
    pub fn new(head: &str, (width, height): Size, title: &str, text: &str) -> Svg {
        let mut svg = Svg(format!("{head}\n"));
        svg.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" font-family=\"sans-serif\" \
             font-size=\"12\">\n<title>{}</title>\n<desc>{}</desc>\n",
            escaped(title),
            escaped(text)
        ));
        svg.area(Area { at: (0, 0), size: (width, height) }, "#FFFFFF", "none", 0);
        svg
    }

    fn put(&mut self, text: Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(text);
    }

    /// A thing with its own name for programs, and a longer one for people who do not see it.
    pub fn thing(&mut self, kind: &str, (own, said): (&str, &str), draw: impl FnOnce(&mut Svg)) {
        self.put(format_args!(
            "<g role=\"graphics-symbol\" aria-roledescription=\"{kind}\" data-{}=\"{}\"><title>{}</title>\n",
            kind.to_ascii_lowercase(),
            escaped(own),
            escaped(said)
        ));
        draw(self);
        self.put(format_args!("</g>\n"));
    }

    /// The line of a thing, with its own name for programs and those who point at it.
    pub fn pointed(&mut self, kind: &str, name: &str, draw: impl FnOnce(&mut Svg)) {
        let name = escaped(name);
        self.put(format_args!("<g aria-hidden=\"true\" data-{kind}-line=\"{name}\"><title>{name}</title>\n"));
        draw(self);
        self.put(format_args!("</g>\n"));
    }

    /// What the titles of things say already.
    pub fn hidden(&mut self, draw: impl FnOnce(&mut Svg)) {
        self.put(format_args!("<g aria-hidden=\"true\" pointer-events=\"none\">\n"));
        draw(self);
        self.put(format_args!("</g>\n"));
    }

    /// A rectangle.
    pub fn area(&mut self, area: Area, fill: &str, stroke: &str, radius: i32) {
        let ((x, y), (width, height)) = (area.at, area.size);
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" fill=\"{fill}\" \
             stroke=\"{stroke}\"/>\n"
        ));
    }

    /// A line through `points`.
    pub fn line(&mut self, points: &[Point], stroke: &Stroke) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let dashes = if stroke.dashed { " stroke-dasharray=\"6 4\"" } else { "" };
        let (whole, tenths) = (stroke.width / 10, stroke.width % 10);
        self.put(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{whole}.{tenths}\" \
             stroke-linejoin=\"round\"{dashes}/>\n",
            points.join(" "),
            stroke.color
        ));
    }

    /// A dot that marks a branch of a line.
    pub fn dot(&mut self, (x, y): Point, color: &str) {
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{color}\"/>\n"));
    }

    /// A text on one line, from its left end on its base line.
    pub fn text(&mut self, text: &str, (x, y): Point, color: &str) {
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\" fill=\"{color}\">{}</text>\n", escaped(text)));
    }

    /// The same, bold and of this size.
    pub fn heading(&mut self, text: &str, (x, y): Point, size: u32) {
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"bold\" fill=\"#222222\">{}</text>\n",
            escaped(text)
        ));
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.0 + "</svg>\n"
    }
}

fn escaped(text: &str) -> String {
    markup(&clean(text))
}
