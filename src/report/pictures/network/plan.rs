//! From cells to pixels: where boxes, region frames, lines and labels are. Nothing overlaps by construction: boxes have
//! their cells; lines and labels have tracks of their own in the channels between; a label keeps to the width of one
//! column, so that it reaches no region's frame; and where several lines enter a column's part of a channel, they keep
//! to its left and labels to its right, so that no line runs below another's label. It draws nothing and knows no
//! texts.

use super::across::Across;
use super::bends::bends;
use super::down::Down;
use super::grid::{Block, Cell, Grid};
use super::space::{Area, GAP, Route, STRIP, Size};
use super::tracks::Stretch;
use std::collections::BTreeMap;

/// A region's frame keeps this distance from its boxes.
const FRAME: i32 = 12;
/// A box that would be wider than its text needs by this much does not fill its column.
const SPARE: i32 = 160;

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
    if column.length() - width < SPARE {
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
