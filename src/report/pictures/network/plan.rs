//! From cells to pixels: where boxes, region frames, lines and labels are. Nothing overlaps by construction: boxes have
//! their cells; lines and labels have tracks of their own in the channels between; a label keeps to the width of one
//! column, so that it reaches no region's frame; and where several lines enter a column's part of a channel, they keep
//! to its left and labels to its right, so that no line runs below another's label. It draws nothing and knows no texts.

use super::across::Across;
use super::bends::bends;
use super::down::Down;
use super::grid::{Block, Cell, Grid};
use super::tracks::Stretch;
use crate::report::pictures::canvas::Point;
use std::collections::BTreeMap;

/// Width and height.
pub type Size = (i32, i32);

/// A region's frame keeps this distance from its boxes.
const FRAME: i32 = 12;
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

/// Everything's place.
#[derive(Debug, Clone)]
pub struct Plan {
    pub size: Size,
    /// By VPC.
    pub boxes: Vec<Area>,
    /// By region.
    pub frames: Vec<Area>,
    /// By peering.
    pub routes: Vec<Route>,
}

/// The places of boxes and labels of these sizes. The upper left corner is 0, 0.
pub fn plan(grid: &Grid, boxes: &[Size], edges: &[[usize; 2]], labels: &[Size]) -> Plan {
    let bends = bends(grid, edges);
    let across = Across::new(grid, boxes, &bends, labels);
    let down = Down::new(grid, boxes, &bends, labels, &across);
    let mut ports: BTreeMap<Cell, Stretch> = BTreeMap::new();
    for (bend, xs) in bends.iter().zip(&across.ports) {
        for (cell, x) in bend.ends.into_iter().zip(*xs) {
            let port = Stretch { from: x - GAP, to: x + GAP };
            ports.entry(cell).and_modify(|all| *all = all.with(port)).or_insert(port);
        }
    }
    let area = |(vpc, size): (usize, &Size)| {
        let cell = grid.cells[vpc];
        let across = breadth(across.columns[cell.column], size.0, ports.get(&cell));
        Area { at: (across.from, down.rows[cell.row].from), size: (across.length(), size.1) }
    };
    Plan {
        size: (across.width, down.height),
        boxes: boxes.iter().enumerate().map(area).collect(),
        frames: grid.blocks.iter().map(|block| frame(block, &across, &down)).collect(),
        routes: (0..edges.len()).map(|edge| down.route(edge, &bends[edge], labels[edge], &across)).collect(),
    }
}

/// What a box takes of its column: all, unless a hub in the same column makes that far too wide.
fn breadth(column: Stretch, width: i32, ports: Option<&Stretch>) -> Stretch {
    if column.length() < 2 * width {
        return column;
    }
    let left = (column.from + column.to - width) / 2;
    let own = Stretch { from: left, to: left + width };
    let all = ports.map_or(own, |ports| own.with(*ports));
    Stretch { from: all.from.max(column.from), to: all.to.min(column.to) }
}

fn frame(block: &Block, across: &Across, down: &Down) -> Area {
    let last = (block.from.column + block.columns - 1, block.from.row + block.rows - 1);
    let left = across.columns[block.from.column].from - FRAME;
    let top = down.rows[block.from.row].from - FRAME - STRIP;
    Area { at: (left, top), size: (across.columns[last.0].to + FRAME - left, down.rows[last.1].to + FRAME - top) }
}
