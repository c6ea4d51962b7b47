//! Sizes, places and the distances between lines, labels and boxes, shared by those who decide where things are.

use crate::report::pictures::canvas::Point;

/// Width and height.
pub type Size = (i32, i32);

/// The strip for a region's name inside its frame.
pub const STRIP: i32 = 24;
/// Lines and labels keep this distance from boxes, which is more than that of frames.
pub const CLEAR: i32 = 20;
/// Between parallel lines.
pub const LINE: i32 = 8;
/// Between labels, and between a label and a line.
pub const GAP: i32 = 10;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    pub at: Point,
    pub size: Size,
}

/// One peering's line and the place of its label.
#[derive(Debug, Clone, Default)]
pub struct Route {
    pub points: Vec<Point>,
    /// Where the line branches off to its label, if that stands beside it.
    pub branch: Option<Point>,
    pub label: Area,
}
