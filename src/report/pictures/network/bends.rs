//! Which way each peering takes between the cells of the grid: down or up into the channel beside its row, along it,
//! and through at most one vertical channel. Counts channels, not pixels.
//!
//! Horizontal channel `n` lies above row `n`, vertical channel `n` left of column `n`; one more of each closes the
//! grid.

use super::grid::{Cell, Grid};

/// The way of one peering, from its upper end to its lower one.
#[derive(Debug, Clone, Copy)]
pub struct Bend {
    /// The cells of the two.
    pub ends: [Cell; 2],
    /// The horizontal channels into which they open.
    pub channels: [usize; 2],
    /// The vertical channel between those, if they differ.
    pub via: Option<usize>,
}

impl Bend {
    /// Whether it is one line down to the next box below.
    pub fn is_straight(&self) -> bool {
        let [upper, lower] = self.ends;
        upper.column == lower.column && upper.row + 1 == lower.row
    }
}

/// The ways of all peerings.
pub fn bends(grid: &Grid, edges: &[[usize; 2]]) -> Vec<Bend> {
    let mut load = Load { level: vec![0; grid.rows + 1], upright: vec![vec![0; grid.rows + 1]; grid.columns + 1] };
    edges.iter().map(|[a, b]| load.bend(grid.cells[*a], grid.cells[*b])).collect()
}

/// How many peerings take each channel so far.
struct Load {
    level: Vec<usize>,
    /// By vertical channel and by the horizontal channels that it crosses.
    upright: Vec<Vec<usize>>,
}

impl Load {
    fn bend(&mut self, a: Cell, b: Cell) -> Bend {
        let [upper, lower] = if b < a { [b, a] } else { [a, b] };
        if upper.row == lower.row {
            let (above, below) = (upper.row, upper.row + 1);
            let channel = if self.level[above] < self.level[below] { above } else { below };
            self.level[channel] += 1;
            return Bend { ends: [upper, lower], channels: [channel; 2], via: None };
        }
        let channels = [upper.row + 1, lower.row];
        let via = (channels[0] < channels[1]).then(|| self.via(upper.column, lower.column, channels));
        self.level[channels[0]] += 1;
        self.level[channels[1]] += usize::from(via.is_some());
        Bend { ends: [upper, lower], channels, via }
    }

    /// The vertical channel with the shortest way and the fewest others.
    fn via(&mut self, from: usize, to: usize, [top, bottom]: [usize; 2]) -> usize {
        let way = |channel: usize| (2 * from + 1).abs_diff(2 * channel) + (2 * to + 1).abs_diff(2 * channel);
        let others = |channel: usize| self.upright[channel][top..=bottom].iter().max().copied().unwrap_or(0);
        let cost = |channel: &usize| (8 * way(*channel) + others(*channel), *channel);
        let chosen = (0..self.upright.len()).min_by_key(cost).unwrap_or(0);
        self.upright[chosen][top..=bottom].iter_mut().for_each(|count| *count += 1);
        chosen
    }
}
