//! The table below the picture of a large network: what the labels of its lines have no room for. It places its own
//! columns and knows no lines.

use super::block::{ASCENT, BLACK, BOLD, LINE};
use super::space::Size;
use super::svg::Svg;
use crate::diagnose::graph::{Graph, GraphPeering};
use crate::report::graph::words;
use crate::report::pictures::canvas::{Point, TEXT, elide, width};

const HEADS: [&str; 5] = ["peering", "between", "cap", "delay", "state and load"];
/// No cell is wider.
const CELL: i32 = 330;
const BETWEEN: i32 = 16;
/// Between parts that stand side by side.
const APART: i32 = 40;

/// A row for each peering, in parts side by side.
pub struct Table {
    rows: Vec<[String; HEADS.len()]>,
    widths: [i32; HEADS.len()],
    parts: usize,
}

impl Table {
    /// As many parts as fit into this width, one at least.
    pub fn new(graph: &Graph, room: i32) -> Table {
        let rows: Vec<[String; HEADS.len()]> = graph.peerings.iter().map(row).collect();
        let mut widths = HEADS.map(|head| width(head, BOLD));
        for (at, cell) in rows.iter().flat_map(|row| row.iter().enumerate()) {
            widths[at] = widths[at].max(width(cell, TEXT));
        }
        let whole = widths.iter().sum::<i32>() + BETWEEN * HEADS.len() as i32;
        let parts = ((room + APART) / (whole + APART)).clamp(1, rows.len().max(1) as i32);
        Table { rows, widths, parts: parts as usize }
    }

    fn part_width(&self) -> i32 {
        self.widths.iter().sum::<i32>() + BETWEEN * HEADS.len() as i32
    }

    fn rows_per_part(&self) -> usize {
        self.rows.len().div_ceil(self.parts).max(1)
    }

    /// Its size.
    pub fn size(&self) -> Size {
        let parts = self.parts as i32;
        (parts * self.part_width() + (parts - 1) * APART, (self.rows_per_part() as i32 + 1) * LINE)
    }

    /// Draws it with its upper left corner at this point.
    pub fn draw(&self, svg: &mut Svg, (x, y): Point) {
        let per_part = self.rows_per_part();
        for (part, rows) in self.rows.chunks(per_part).enumerate() {
            let left = x + part as i32 * (self.part_width() + APART);
            let base = |line: usize| y + ASCENT + line as i32 * LINE;
            let mut start = left;
            for (at, head) in HEADS.iter().enumerate() {
                svg.heading(head, (start, base(0)), 12);
                for (line, row) in rows.iter().enumerate().filter(|(_, row)| !row[at].is_empty()) {
                    svg.text(&row[at], (start, base(line + 1)), BLACK);
                }
                start += self.widths[at] + BETWEEN;
            }
        }
    }
}

fn row(peering: &GraphPeering) -> [String; HEADS.len()] {
    let ends = format!("{} – {}", peering.requester, peering.accepter);
    let said = words::peering_in_short(peering).join(", ");
    let cells = [peering.name.clone(), ends, words::cap(peering), peering.delay.to_string(), said];
    cells.map(|cell| elide(&cell, TEXT, CELL))
}
