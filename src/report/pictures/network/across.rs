//! Positions from left to right: columns, the places where lines leave boxes, lines in vertical channels, the left
//! edges of labels. It knows no heights.

use super::bends::Bend;
use super::grid::Grid;
use super::space::{CLEAR, GAP, LINE, Size};
use super::tracks::{Stretch, pack};
use std::collections::BTreeMap;

/// Between places where lines leave a box, at least and at most.
const PORT: (i32, i32) = (8, 48);
/// The same, where labels stand beside the lines.
const BESIDE: i32 = 10;

/// Positions from left to right.
pub struct Across {
    pub columns: Vec<Stretch>,
    /// By peering: where it leaves its upper and its lower box.
    pub ports: Vec<[i32; 2]>,
    /// By peering: its line in a vertical channel.
    pub via: Vec<Option<i32>>,
    /// By peering: the end that its label is at.
    pub label_end: Vec<usize>,
    pub width: i32,
    crowd: Crowd,
}

/// A column's part of a horizontal channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    channel: usize,
    column: usize,
}

/// How many lines enter a channel in each column.
type Crowd = BTreeMap<Spot, usize>;

impl Across {
    /// For boxes and labels of these sizes.
    pub fn new(grid: &Grid, boxes: &[Size], bends: &[Bend], labels: &[Size]) -> Across {
        let doors = doors(bends);
        let crowd: Crowd = doors.iter().map(|(spot, doors)| (*spot, doors.len())).collect();
        let label_end: Vec<usize> = bends.iter().map(|bend| quieter_end(bend, &crowd)).collect();
        let (tracks, counts) = upright_tracks(bends, grid.columns + 1);
        let channel = |channel: usize| 2 * CLEAR + LINE * counts[channel];
        let mut columns = Vec::new();
        let mut starts = vec![0];
        for (column, width) in widths(grid, boxes, labels, &doors, &label_end).into_iter().enumerate() {
            let from = starts[column] + channel(column);
            columns.push(Stretch { from, to: from + width });
            starts.push(from + width);
        }
        let mut ports = vec![[0; 2]; bends.len()];
        for (spot, doors) in &doors {
            let labelled = doors.iter().any(|door| door.has_label(&label_end));
            for (at, door) in doors.iter().enumerate() {
                let x = port(columns[spot.column], labelled, at as i32, doors.len() as i32);
                ports[door.edge][door.end] = x;
                if door.straight {
                    ports[door.edge] = [x; 2];
                }
            }
        }
        let via = |(edge, track): (usize, &i32)| Some(starts[bends[edge].via?] + CLEAR + LINE * *track + LINE / 2);
        let via = tracks.iter().enumerate().map(via).collect();
        let width = starts[grid.columns] + channel(grid.columns);
        Across { columns, ports, via, label_end, width, crowd }
    }

    /// The left edge of a label: on its line if that has the column for itself, otherwise beside all lines there.
    pub fn label_left(&self, edge: usize, bend: &Bend, label: Size) -> i32 {
        let end = self.label_end[edge];
        match self.count(bend, end) {
            1 => self.ports[edge][end] - label.0 / 2,
            lines => self.columns[bend.ends[end].column].from + aside(lines),
        }
    }

    /// How many lines enter the channel of this end in the same column.
    pub fn count(&self, bend: &Bend, end: usize) -> usize {
        self.crowd.get(&spot(bend, end)).copied().unwrap_or(0)
    }
}

/// One end of a peering at the border of a box; both ends, if it is straight.
#[derive(Debug, Clone, Copy)]
struct Door {
    /// Where it leads, in half columns, so that lines leave a box in the order of their directions.
    towards: usize,
    edge: usize,
    end: usize,
    straight: bool,
}

impl Door {
    /// Whether the label of its line is here.
    fn has_label(&self, label_end: &[usize]) -> bool {
        self.straight || self.end == label_end[self.edge]
    }
}

/// The doors of each spot, from left to right. Boxes above and below a channel share its places, so that no two lines
/// lie on each other.
fn doors(bends: &[Bend]) -> BTreeMap<Spot, Vec<Door>> {
    let mut doors: BTreeMap<Spot, Vec<Door>> = BTreeMap::new();
    for (edge, bend) in bends.iter().enumerate() {
        let straight = bend.is_straight();
        for end in 0..if straight { 1 } else { 2 } {
            let towards = bend.via.map_or(2 * bend.ends[1 - end].column + 1, |via| 2 * via);
            doors.entry(spot(bend, end)).or_default().push(Door { towards, edge, end, straight });
        }
    }
    doors.values_mut().for_each(|doors| doors.sort_by_key(|door| (door.towards, door.edge)));
    doors
}

fn spot(bend: &Bend, end: usize) -> Spot {
    Spot { channel: bend.channels[end], column: bend.ends[end].column }
}

/// A label belongs to the end with fewer lines: a spoke's, not the hub's.
fn quieter_end(bend: &Bend, crowd: &Crowd) -> usize {
    let count = |end: usize| crowd.get(&spot(bend, end)).copied().unwrap_or(0);
    usize::from(count(0) >= count(1))
}

/// The width of each column: that of its boxes, and room for lines and the labels beside them.
fn widths(
    grid: &Grid,
    boxes: &[Size],
    labels: &[Size],
    doors: &BTreeMap<Spot, Vec<Door>>,
    label_end: &[usize],
) -> Vec<i32> {
    let mut widths = vec![0; grid.columns];
    for (vpc, cell) in grid.cells.iter().enumerate() {
        widths[cell.column] = boxes[vpc].0.max(widths[cell.column]);
    }
    for (spot, doors) in doors {
        let labelled = doors.iter().filter(|door| door.has_label(label_end));
        let needed = match labelled.map(|door| labels[door.edge].0).max() {
            Some(label) => aside(doors.len()) + label,
            None => (doors.len() as i32 + 1) * PORT.0,
        };
        widths[spot.column] = widths[spot.column].max(needed);
    }
    widths
}

/// Where labels begin that stand beside several lines, from the column's left edge.
fn aside(lines: usize) -> i32 {
    if lines > 1 { lines as i32 * BESIDE + GAP } else { 0 }
}

/// The place of line `at` of `count` in a column: in the middle if it is the only one; at the left edge if labels stand
/// beside them; otherwise spread over the column.
fn port(column: Stretch, labelled: bool, at: i32, count: i32) -> i32 {
    if labelled && count > 1 {
        return column.from + BESIDE * at + BESIDE / 2;
    }
    let step = (column.length() / (count + 1)).min(PORT.1);
    (column.from + column.to - step * (count - 1)) / 2 + step * at
}

/// The track of each peering in its vertical channel, and how many tracks each channel has.
fn upright_tracks(bends: &[Bend], channels: usize) -> (Vec<i32>, Vec<i32>) {
    let mut tracks = vec![0; bends.len()];
    let mut counts = vec![0; channels];
    for (channel, count) in counts.iter_mut().enumerate() {
        let mut edges: Vec<usize> = (0..bends.len()).filter(|edge| bends[*edge].via == Some(channel)).collect();
        edges.sort_by_key(|edge| bends[*edge].channels);
        let stretch = |edge: &usize| {
            let [from, to] = bends[*edge].channels.map(|channel| channel as i32);
            Stretch { from, to }
        };
        let (places, used) = pack(&edges.iter().map(stretch).collect::<Vec<_>>(), 1);
        for (edge, track) in edges.into_iter().zip(places) {
            tracks[edge] = track as i32;
        }
        *count = used as i32;
    }
    (tracks, counts)
}
