//! Gives each VPC a cell of a grid: a region is a block of cells, blocks stand side by side on shelves, and neighbours
//! are brought near each other by swapping, so that a hub comes into the middle. Counts cells, not pixels.

/// Rounds of swapping; each stops early if nothing improves.
const ROUNDS: usize = 4;
/// In regions with more VPCs than this, and among more regions, the order of declaration stays: all pairs are tried.
const SWAPPED: usize = 300;

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub row: usize,
    pub column: usize,
}

/// The block of one region.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Its first cell.
    pub from: Cell,
    pub rows: usize,
    pub columns: usize,
}

/// Where everything is.
#[derive(Debug, Clone)]
pub struct Grid {
    /// By VPC.
    pub cells: Vec<Cell>,
    /// By region.
    pub blocks: Vec<Block>,
    pub rows: usize,
    pub columns: usize,
}

/// The order in which regions, and the VPCs of each, take their cells.
struct Order<'a> {
    /// The VPCs of each region.
    members: Vec<Vec<usize>>,
    regions: Vec<usize>,
    edges: &'a [[usize; 2]],
    vpcs: usize,
    columns: usize,
}

/// Places the VPCs of `regions`, lists that have each VPC once, for peerings between the VPCs of `edges`.
pub fn arrange(regions: &[Vec<usize>], edges: &[[usize; 2]]) -> Grid {
    let vpcs = regions.iter().map(Vec::len).sum();
    let mut order =
        Order { members: regions.to_vec(), regions: (0..regions.len()).collect(), edges, vpcs, columns: columns(vpcs) };
    for _ in 0..ROUNDS {
        let regions_moved = order.swap_regions();
        if !order.swap_vpcs() && !regions_moved {
            break;
        }
    }
    order.grid()
}

/// A picture about as wide as a screen: somewhat more columns than rows.
fn columns(vpcs: usize) -> usize {
    if vpcs <= 3 { 1 } else { (vpcs * 3 / 2).isqrt() }
}

impl Order<'_> {
    /// Fills shelves from the left, in order.
    fn grid(&self) -> Grid {
        let mut cells = vec![ORIGIN; self.vpcs];
        let mut blocks = vec![Block { from: ORIGIN, rows: 0, columns: 0 }; self.members.len()];
        let (mut top, mut bottom, mut left, mut widest) = (0, 0, 0, 0);
        for &region in &self.regions {
            let members = &self.members[region];
            let rows = members.len().div_ceil(self.columns).max(1);
            let columns = members.len().div_ceil(rows);
            if left > 0 && left + columns > self.columns {
                (top, left) = (bottom, 0);
            }
            for (at, &vpc) in members.iter().enumerate() {
                cells[vpc] = Cell { row: top + at / columns, column: left + at % columns };
            }
            blocks[region] = Block { from: Cell { row: top, column: left }, rows, columns };
            left += columns;
            bottom = bottom.max(top + rows);
            widest = widest.max(left);
        }
        Grid { cells, blocks, rows: bottom, columns: widest }
    }

    /// Swaps regions as long as that shortens the peerings; whether it did.
    fn swap_regions(&mut self) -> bool {
        let count = self.regions.len();
        // Every trial packs and measures everything.
        let is_small = count <= 30 && self.edges.len() <= 2_000;
        let mut best = length(&self.grid().cells, self.edges);
        let mut moved = false;
        for (a, b) in pairs(count).filter(|_| is_small) {
            self.regions.swap(a, b);
            let tried = length(&self.grid().cells, self.edges);
            if tried < best {
                (best, moved) = (tried, true);
            } else {
                self.regions.swap(a, b);
            }
        }
        moved
    }

    /// The same for the VPCs of each region.
    fn swap_vpcs(&mut self) -> bool {
        let mut cells = self.grid().cells;
        let mut peers = vec![Vec::new(); self.vpcs];
        for [a, b] in self.edges {
            peers[*a].push(*b);
            peers[*b].push(*a);
        }
        let near = |cells: &[Cell], vpc: usize| -> usize {
            peers[vpc].iter().map(|peer| apart(cells[vpc], cells[*peer])).sum()
        };
        let mut moved = false;
        for members in self.members.iter_mut().filter(|members| members.len() <= SWAPPED) {
            for (a, b) in pairs(members.len()) {
                let (one, other) = (members[a], members[b]);
                let both = |cells: &[Cell]| near(cells, one) + near(cells, other);
                let before = both(&cells);
                cells.swap(one, other);
                if both(&cells) < before {
                    members.swap(a, b);
                    moved = true;
                } else {
                    cells.swap(one, other);
                }
            }
        }
        moved
    }
}

const ORIGIN: Cell = Cell { row: 0, column: 0 };

/// All pairs of places in a list of `count`.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)))
}

fn length(cells: &[Cell], edges: &[[usize; 2]]) -> usize {
    edges.iter().map(|[a, b]| apart(cells[*a], cells[*b])).sum()
}

/// How long a peering between two cells looks: one to the next row is short, one within a row turns twice.
fn apart(a: Cell, b: Cell) -> usize {
    let across = a.column.abs_diff(b.column);
    match a.row.abs_diff(b.row) {
        0 => 3 + 2 * across,
        rows => 3 * rows + 2 * across - 2,
    }
}
