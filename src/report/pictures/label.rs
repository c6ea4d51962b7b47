//! Finds a place for a text beside a mark where it covers no line. Works on pixels; draws nothing.

use super::canvas::Point;

/// Where lines run in a part of the picture.
pub struct Ink {
    from: Point,
    columns: usize,
    rows: usize,
    covered: Vec<bool>,
}

/// The distance between the positions that are tried.
const STEP: usize = 3;
/// Free room kept around the text's box.
const CLEAR: i32 = 4;
/// A box that covers a line costs more than any distance.
const COVERED_COST: i64 = 1_000;

impl Ink {
    /// A part of the picture without lines.
    pub fn new(from: Point, to: Point) -> Ink {
        let (columns, rows) = ((to.0 - from.0).max(1) as usize, (to.1 - from.1).max(1) as usize);
        Ink { from, columns, rows, covered: vec![false; columns * rows] }
    }

    /// Covers a block, as far as it lies inside.
    pub fn block(&mut self, from: Point, to: Point) {
        let clip = |value: i32, origin: i32, length: usize| (value - origin).clamp(0, length as i32) as usize;
        let (left, right) = (clip(from.0, self.from.0, self.columns), clip(to.0, self.from.0, self.columns));
        for row in clip(from.1, self.from.1, self.rows)..clip(to.1, self.from.1, self.rows) {
            self.covered[row * self.columns + left..row * self.columns + right].fill(true);
        }
    }

    /// Covers a line of upright and level pieces.
    pub fn steps(&mut self, points: &[Point]) {
        for pair in points.windows(2) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            self.block((ax.min(bx) - 1, ay.min(by) - 1), (ax.max(bx) + 2, ay.max(by) + 2));
        }
    }

    /// The upper left corner of the box of `size` that covers least and lies nearest to `mark`, preferably above it and
    /// centred.
    pub fn place(&self, size: (i32, i32), mark: Point) -> Point {
        let sums = self.sums();
        let fits = |length: usize, size: i32| (length as i32 - size - CLEAR).max(CLEAR) as usize;
        let mut best = (i64::MAX, self.from);
        for y in (CLEAR as usize..=fits(self.rows, size.1)).step_by(STEP) {
            for x in (CLEAR as usize..=fits(self.columns, size.0)).step_by(STEP) {
                let corner = (self.from.0 + x as i32, self.from.1 + y as i32);
                let covered = self.covered_in(&sums, (x, y), size);
                let near = nearest(corner, size, mark);
                let (dx, dy) = (i64::from(near.0 - mark.0), i64::from(near.1 - mark.1));
                let below = if dy > 0 { 10 } else { 0 };
                let aside = i64::from(corner.0 + size.0 / 2 - mark.0).abs() / 8;
                let cost = covered * COVERED_COST + dx.abs() + dy.abs() + below + aside;
                best = best.min((cost, corner));
            }
        }
        best.1
    }

    /// For each pixel corner, the number of covered pixels above and to the left.
    fn sums(&self) -> Vec<u32> {
        let stride = self.columns + 1;
        let mut sums = vec![0; stride * (self.rows + 1)];
        for row in 0..self.rows {
            let mut in_row = 0;
            for column in 0..self.columns {
                in_row += u32::from(self.covered[row * self.columns + column]);
                sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + in_row;
            }
        }
        sums
    }

    fn covered_in(&self, sums: &[u32], (x, y): (usize, usize), size: (i32, i32)) -> i64 {
        let (left, above) = (x - CLEAR as usize, y - CLEAR as usize);
        let right = (x + (size.0 + CLEAR) as usize).min(self.columns);
        let below = (y + (size.1 + CLEAR) as usize).min(self.rows);
        let at = |x: usize, y: usize| i64::from(sums[y * (self.columns + 1) + x]);
        at(right, below) + at(left, above) - at(right, above) - at(left, below)
    }
}

/// The point of a box that is nearest to `mark`.
pub fn nearest(corner: Point, size: (i32, i32), mark: Point) -> Point {
    (mark.0.clamp(corner.0, corner.0 + size.0), mark.1.clamp(corner.1, corner.1 + size.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (i32, i32) = (100, 22);

    #[test]
    fn a_text_stands_above_its_mark() {
        let (x, y) = Ink::new((0, 0), (700, 200)).place(SIZE, (350, 100));
        assert!((x + 50 - 350).abs() < 8 && (70..=79).contains(&y), "{x},{y}");
    }

    #[test]
    fn a_text_leaves_lines_and_the_frame_alone() {
        // A sawtooth fills all but a strip on the right; the mark is in the upper left corner.
        let saw: Vec<Point> = (0..560).map(|x| (x, if x / 4 % 2 == 0 { 10 } else { 190 })).collect();
        let mut ink = Ink::new((0, 0), (700, 200));
        ink.steps(&saw);
        let (x, y) = ink.place(SIZE, (0, 0));
        assert!((560..=600).contains(&x) && (0..=178).contains(&y), "{x},{y}");
    }
}
