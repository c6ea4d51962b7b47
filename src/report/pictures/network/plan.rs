//! From cells to pixels: where boxes, region frames, lines and labels are. Nothing overlaps by construction: boxes have
//! their cells, lines and labels have tracks of their own in the channels between, and a label keeps to the width of one
//! column, so that it reaches no region's frame. It draws nothing and knows no texts.

use super::bends::{Bend, bends};
use super::grid::Grid;
use super::tracks::{Stretch, pack};
use crate::report::pictures::canvas::Point;
use std::collections::BTreeMap;

/// Width and height.
pub type Size = (i32, i32);

/// A region's frame keeps this distance from its boxes.
const FRAME: i32 = 12;
/// The strip for a region's name inside its frame.
pub const STRIP: i32 = 24;
/// Lines and labels keep this distance from boxes, which is more than that of frames.
const CLEAR: i32 = 20;
/// Between parallel lines.
const LINE: i32 = 8;
/// Between places where lines leave a box, at least and at most.
const PORT: (i32, i32) = (7, 48);
/// Between labels, and between a label and a line on the same track.
const GAP: i32 = 10;

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
    let area = |(vpc, size): (usize, &Size)| {
        let cell = grid.cells[vpc];
        let column = across.columns[cell.column];
        Area { at: (column.from, down.rows[cell.row].from), size: (column.length(), size.1) }
    };
    Plan {
        size: (across.width, down.height),
        boxes: boxes.iter().enumerate().map(area).collect(),
        frames: frames(grid, &across, &down),
        routes: (0..edges.len()).map(|edge| down.route(edge, &bends[edge], labels[edge], &across)).collect(),
    }
}

fn frames(grid: &Grid, across: &Across, down: &Down) -> Vec<Area> {
    let frame = |block: &super::grid::Block| {
        let last = (block.from.column + block.columns - 1, block.from.row + block.rows - 1);
        let left = across.columns[block.from.column].from - FRAME;
        let top = down.rows[block.from.row].from - FRAME - STRIP;
        let size = (across.columns[last.0].to + FRAME - left, down.rows[last.1].to + FRAME - top);
        Area { at: (left, top), size }
    };
    grid.blocks.iter().map(frame).collect()
}

/// Positions from left to right.
struct Across {
    columns: Vec<Stretch>,
    /// By peering: where it leaves its upper and its lower box.
    ports: Vec<[i32; 2]>,
    /// By peering: its line in a vertical channel.
    via: Vec<Option<i32>>,
    /// By peering: whether its label is at its upper end.
    label_above: Vec<bool>,
    /// By horizontal channel and column, the number of ports.
    crowd: BTreeMap<(usize, usize), usize>,
    width: i32,
}

impl Across {
    fn new(grid: &Grid, boxes: &[Size], bends: &[Bend], labels: &[Size]) -> Across {
        let doors = doors(bends);
        let mut widths = vec![0; grid.columns];
        for (vpc, cell) in grid.cells.iter().enumerate() {
            widths[cell.column] = boxes[vpc].0.max(widths[cell.column]);
        }
        let crowd: BTreeMap<(usize, usize), usize> = doors.iter().map(|(door, ports)| (*door, ports.len())).collect();
        for ((_, column), ports) in &crowd {
            widths[*column] = widths[*column].max((*ports as i32 + 1) * PORT.0);
        }
        let label_above: Vec<bool> = bends.iter().map(|bend| is_quieter_above(bend, &crowd)).collect();
        for (edge, bend) in bends.iter().enumerate() {
            let column = bend.ends[usize::from(!label_above[edge])].column;
            widths[column] = widths[column].max(labels[edge].0);
        }
        let (tracks, counts) = upright_tracks(bends, grid.columns + 1);
        let channel = |channel: usize| 2 * CLEAR + LINE * counts[channel];
        let mut columns = Vec::new();
        let mut starts = vec![0];
        for (column, width) in widths.iter().enumerate() {
            let from = starts[column] + channel(column);
            columns.push(Stretch { from, to: from + width });
            starts.push(from + width);
        }
        let mut ports = vec![[0; 2]; bends.len()];
        for ((_, column), doors) in &doors {
            let column = columns[*column];
            let step = (column.length() / (doors.len() as i32 + 1)).min(PORT.1);
            let first = (column.from + column.to - step * (doors.len() as i32 - 1)) / 2;
            for (at, door) in doors.iter().enumerate() {
                let x = first + step * at as i32;
                ports[door.edge][usize::from(!door.upper)] = x;
                if door.straight {
                    ports[door.edge] = [x; 2];
                }
            }
        }
        let via =
            |(edge, track): (usize, &Option<i32>)| Some(starts[bends[edge].via?] + CLEAR + LINE * (*track)? + LINE / 2);
        let via = tracks.iter().enumerate().map(via).collect();
        let width = starts[grid.columns] + channel(grid.columns);
        Across { columns, ports, via, label_above, crowd, width }
    }
}

/// One end of a peering at the border of a box; both ends, if it is straight.
#[derive(Debug, Clone, Copy)]
struct Door {
    /// Where it leads, in half columns, so that lines leave a box in the order of their directions.
    towards: usize,
    edge: usize,
    upper: bool,
    straight: bool,
}

/// The doors into each horizontal channel from each column, from left to right. Boxes above and below a channel share
/// these places, so that no two lines lie on each other.
fn doors(bends: &[Bend]) -> BTreeMap<(usize, usize), Vec<Door>> {
    let mut doors: BTreeMap<(usize, usize), Vec<Door>> = BTreeMap::new();
    for (edge, bend) in bends.iter().enumerate() {
        let straight = bend.is_straight();
        for end in 0..if straight { 1 } else { 2 } {
            let towards = bend.via.map_or(2 * bend.ends[1 - end].column + 1, |via| 2 * via);
            let door = Door { towards, edge, upper: end == 0, straight };
            doors.entry((bend.channels[end], bend.ends[end].column)).or_default().push(door);
        }
    }
    doors.values_mut().for_each(|doors| doors.sort_by_key(|door| (door.towards, door.edge)));
    doors
}

/// A label belongs to the end with fewer lines: a spoke's, not the hub's.
fn is_quieter_above(bend: &Bend, crowd: &BTreeMap<(usize, usize), usize>) -> bool {
    let count = |end: usize| crowd.get(&(bend.channels[end], bend.ends[end].column)).copied().unwrap_or(0);
    count(0) < count(1)
}

/// The track of each peering in its vertical channel, and how many tracks each channel has.
fn upright_tracks(bends: &[Bend], channels: usize) -> (Vec<Option<i32>>, Vec<i32>) {
    let mut tracks = vec![None; bends.len()];
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
            tracks[edge] = Some(track as i32);
        }
        *count = used as i32;
    }
    (tracks, counts)
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
    /// Whether it comes from a box above that has more lines than the one below.
    fans_down: bool,
}

/// Positions from top to bottom.
struct Down {
    rows: Vec<Stretch>,
    /// By peering: the levels of its pieces at the upper and the lower end.
    levels: Vec<[i32; 2]>,
    height: i32,
}

impl Down {
    fn new(grid: &Grid, boxes: &[Size], bends: &[Bend], labels: &[Size], across: &Across) -> Down {
        let mut heights = vec![0; grid.rows];
        for (vpc, cell) in grid.cells.iter().enumerate() {
            heights[cell.row] = boxes[vpc].1.max(heights[cell.row]);
        }
        let mut legs: Vec<Vec<Leg>> = vec![Vec::new(); grid.rows + 1];
        for (edge, bend) in bends.iter().enumerate() {
            for leg in across.legs(edge, bend, labels[edge]) {
                legs[bend.channels[leg.end]].push(leg);
            }
        }
        let (mut rows, mut y) = (Vec::new(), 0);
        let mut levels = vec![[0; 2]; bends.len()];
        for (channel, legs) in legs.iter_mut().enumerate() {
            y = Down::stack(legs, y + CLEAR, &mut levels, bends) + CLEAR;
            if grid.blocks.iter().any(|block| block.from.row == channel) {
                y += STRIP;
            }
            if let Some(height) = heights.get(channel) {
                rows.push(Stretch { from: y, to: y + height });
                y += height;
            }
        }
        Down { rows, levels, height: y }
    }

    /// Gives the pieces of a channel their levels from `top` on; returns where they end. Long pieces from a hub above
    /// come first, long ones to a hub below last: then their lines cross least.
    fn stack(legs: &mut [Leg], top: i32, levels: &mut [[i32; 2]], bends: &[Bend]) -> i32 {
        legs.sort_by_key(|leg| {
            let length = leg.room.length();
            (!leg.fans_down, if leg.fans_down { -length } else { length }, leg.edge, leg.end)
        });
        let rooms: Vec<Stretch> = legs.iter().map(|leg| leg.room).collect();
        let (places, count) = pack(&rooms, GAP);
        let mut heights = vec![LINE; count];
        for (leg, track) in legs.iter().zip(&places) {
            heights[*track] = heights[*track].max(if leg.height > 0 { leg.height + GAP } else { LINE });
        }
        let mut y = top;
        let mut middles = Vec::new();
        for height in heights {
            middles.push(y + height / 2);
            y += height;
        }
        for (leg, track) in legs.iter().zip(&places) {
            let level = middles[*track];
            levels[leg.edge][leg.end] = level;
            if bends[leg.edge].via.is_none() {
                levels[leg.edge] = [level; 2];
            }
        }
        y
    }

    fn route(&self, edge: usize, bend: &Bend, label: Size, across: &Across) -> Route {
        let [from, to] = across.ports[edge];
        let [first, last] = self.levels[edge];
        let end = |end: usize, level: i32| {
            let row = self.rows[bend.ends[end].row];
            if level < row.from { row.from } else { row.to }
        };
        let mut points = vec![(from, end(0, first)), (from, first)];
        points.extend(across.via[edge].into_iter().flat_map(|x| [(x, first), (x, last)]));
        points.extend([(to, last), (to, end(1, last))]);
        points.dedup();
        let quiet = usize::from(!across.label_above[edge]);
        let left = across.label_left(edge, bend, label);
        let label = Area { at: (left, self.levels[edge][quiet] - label.1 / 2), size: label };
        Route { points, label }
    }
}

impl Across {
    /// The left edge of a label: at its port, within the column.
    fn label_left(&self, edge: usize, bend: &Bend, label: Size) -> i32 {
        let end = usize::from(!self.label_above[edge]);
        let column = self.columns[bend.ends[end].column];
        (self.ports[edge][end] - label.0 / 2).clamp(column.from, (column.to - label.0).max(column.from))
    }

    /// The level pieces of a peering: one, or one at each end of its vertical piece.
    fn legs(&self, edge: usize, bend: &Bend, label: Size) -> Vec<Leg> {
        let quiet = usize::from(!self.label_above[edge]);
        let left = self.label_left(edge, bend, label);
        let text = Stretch { from: left, to: left + label.0 };
        let [from, to] = self.ports[edge];
        let count = |end: usize| self.crowd.get(&(bend.channels[end], bend.ends[end].column)).copied().unwrap_or(0);
        let leg = |end: usize, line: Stretch, labelled: bool, fans_down: bool| {
            let (room, height) = if labelled { (line.with(text), label.1) } else { (line, 0) };
            Leg { edge, end, room, height, fans_down }
        };
        match self.via[edge] {
            None => vec![leg(quiet, Stretch::between(from, to), true, count(0) > count(1))],
            Some(x) => vec![
                leg(0, Stretch::between(from, x), quiet == 0, true),
                leg(1, Stretch::between(x, to), quiet == 1, false),
            ],
        }
    }
}
