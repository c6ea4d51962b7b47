//! Positions from top to bottom: rows, and the levels of lines and labels in horizontal channels; then whole lines.

use super::across::Across;
use super::bends::Bend;
use super::grid::{Cell, Grid};
use super::space::{Area, CLEAR, GAP, LINE, Route, STRIP, Size};
use super::tracks::{Stretch, pack};
use std::collections::BTreeMap;

/// Positions from top to bottom.
pub struct Down {
    pub rows: Vec<Stretch>,
    pub height: i32,
    /// By cell, the height of its box.
    heights: BTreeMap<Cell, i32>,
    /// By peering: the levels of its pieces at the upper and the lower end.
    levels: Vec<[i32; 2]>,
}

/// A level piece of a line in a horizontal channel.
#[derive(Debug, Clone, Copy)]
struct Leg {
    edge: usize,
    /// Which end of the peering it leads to.
    end: usize,
    /// With room for its label.
    room: Stretch,
    /// Of its label.
    height: i32,
    rank: Rank,
}

/// The order of level pieces in a channel, from the top, in which their lines cross least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Both ends are boxes above.
    HangsAbove,
    /// From a box above that has more lines than the one below; longer ones come first.
    FansDown,
    /// The other way round; longer ones come last.
    FansUp,
    /// Both ends are boxes below.
    StandsBelow,
}

impl Down {
    /// For boxes and labels of these sizes.
    pub fn new(grid: &Grid, boxes: &[Size], bends: &[Bend], labels: &[Size], across: &Across) -> Down {
        let mut tallest = vec![0; grid.rows];
        for (vpc, cell) in grid.cells.iter().enumerate() {
            tallest[cell.row] = boxes[vpc].1.max(tallest[cell.row]);
        }
        let mut channels: Vec<Vec<Leg>> = vec![Vec::new(); grid.rows + 1];
        for (edge, bend) in bends.iter().enumerate() {
            for leg in legs(edge, bend, labels[edge], across) {
                channels[bend.channels[leg.end]].push(leg);
            }
        }
        let (mut rows, mut y) = (Vec::new(), 0);
        let mut levels = vec![[0; 2]; bends.len()];
        for (channel, legs) in channels.iter_mut().enumerate() {
            y = stack(legs, y + CLEAR, &mut levels, bends) + CLEAR;
            if grid.blocks.iter().any(|block| block.from.row == channel) {
                y += STRIP;
            }
            if let Some(height) = tallest.get(channel) {
                rows.push(Stretch { from: y, to: y + height });
                y += height;
            }
        }
        let heights = grid.cells.iter().zip(boxes).map(|(cell, size)| (*cell, size.1)).collect();
        Down { rows, height: y, heights, levels }
    }

    /// A peering's line from box to box, and its label.
    pub fn route(&self, edge: usize, bend: &Bend, label: Size, across: &Across) -> Route {
        let [from, to] = across.ports[edge];
        let [first, last] = self.levels[edge];
        let mut points = vec![(from, self.border(bend.ends[0], first)), (from, first)];
        points.extend(across.via[edge].into_iter().flat_map(|x| [(x, first), (x, last)]));
        points.extend([(to, last), (to, self.border(bend.ends[1], last))]);
        points.dedup();
        let end = across.label_end[edge];
        let (x, y) = (across.ports[edge][end], self.levels[edge][end]);
        let left = across.label_left(edge, bend, label);
        let branch = (left > x).then_some((x, y));
        if let Some(corner) = points.iter().position(|point| branch == Some(*point)) {
            // Out to the label, and back.
            points.splice(corner..=corner, [(x, y), (left, y), (x, y)]);
        }
        Route { points, branch, label: Area { at: (left, y - label.1 / 2), size: label } }
    }

    /// The border of a box that faces a level.
    fn border(&self, cell: Cell, level: i32) -> i32 {
        let top = self.rows[cell.row].from;
        if level < top { top } else { top + self.heights.get(&cell).copied().unwrap_or(0) }
    }
}

/// The level pieces of a peering: one, or one at each end of its vertical piece.
fn legs(edge: usize, bend: &Bend, label: Size, across: &Across) -> Vec<Leg> {
    let end = across.label_end[edge];
    let left = across.label_left(edge, bend, label);
    let text = Stretch { from: left, to: left + label.0 };
    let leg = |at: usize, line: Stretch, rank: Rank| {
        let (room, height) = if at == end { (line.with(text), label.1) } else { (line, 0) };
        Leg { edge, end: at, room, height, rank }
    };
    let [from, to] = across.ports[edge];
    let [upper, lower] = bend.ends;
    let rank = match upper.row == lower.row {
        true if bend.channels[0] > upper.row => Rank::HangsAbove,
        true => Rank::StandsBelow,
        false if across.count(bend, 0) > across.count(bend, 1) => Rank::FansDown,
        false => Rank::FansUp,
    };
    match across.via[edge] {
        None => vec![leg(end, Stretch::between(from, to), rank)],
        Some(x) => {
            vec![leg(0, Stretch::between(from, x), Rank::FansDown), leg(1, Stretch::between(x, to), Rank::FansUp)]
        }
    }
}

/// Gives the pieces of a channel their levels from `top` on; returns where they end.
fn stack(legs: &mut [Leg], top: i32, levels: &mut [[i32; 2]], bends: &[Bend]) -> i32 {
    legs.sort_by_key(|leg| {
        let length = leg.room.length();
        let shrinks = matches!(leg.rank, Rank::FansDown | Rank::StandsBelow);
        (leg.rank, if shrinks { -length } else { length }, leg.edge, leg.end)
    });
    let rooms: Vec<Stretch> = legs.iter().map(|leg| leg.room).collect();
    let (places, count) = pack(&rooms, GAP);
    let mut heights = vec![LINE; count];
    for (leg, track) in legs.iter().zip(&places) {
        let height = if leg.height > 0 { leg.height + GAP } else { LINE };
        heights[*track] = heights[*track].max(height);
    }
    let mut middles = Vec::new();
    let mut y = top;
    for height in heights {
        middles.push(y + height / 2);
        y += height;
    }
    for (leg, track) in legs.iter().zip(&places) {
        levels[leg.edge][leg.end] = middles[*track];
        if bends[leg.edge].via.is_none() {
            levels[leg.edge] = [middles[*track]; 2];
        }
    }
    y
}
