//! Which columns of a table stand beside each other on a page. These steps are tried in order until the table fits: all
//! in one block, with titles on several lines; column groups moved below, under the same keys; sentences below their
//! rows; minor columns left out, unless the reader asked for everything; cells on several lines; as many blocks as
//! needed. It draws nothing.

use super::column::{GAP, Kind, Measured};
use super::page::{INDENT, Page};

/// Sentences that would be narrower than this are set below their row.
const LEAST_PROSE: usize = 30;

/// Columns beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Each column with its width.
    pub columns: Vec<(usize, usize)>,
    /// The sentences below the rows.
    pub below: Option<usize>,
    /// Whether cells and titles may take several lines.
    pub is_wrapped: bool,
    /// Whether another block continues its rows.
    pub repeats_keys: bool,
}

/// The blocks, and the columns that did not fit.
pub fn fit(measured: &[Measured], page: &Page) -> (Vec<Block>, Vec<usize>) {
    let all: Vec<usize> = (0..measured.len()).collect();
    let Some(width) = page.width else {
        let columns = all.iter().map(|&at| (at, measured[at].whole)).collect();
        return (vec![Block { columns, below: None, is_wrapped: false, repeats_keys: false }], Vec::new());
    };
    let budget = Budget { measured, width };
    if let Some(block) = budget.block(&all, Cells::Whole) {
        return (vec![block], Vec::new());
    }
    let (mut parts, mut left_out) = (budget.parts(&all), Vec::new());
    for part in &mut parts {
        while budget.block(part, Cells::Whole).is_none()
            && let Some(minor) = part.iter().rposition(|&at| measured[at].column.is_minor && !page.verbose)
        {
            left_out.push(part.remove(minor));
        }
    }
    let fitting = |part: &Vec<usize>| budget.block(part, Cells::Whole).or_else(|| budget.block(part, Cells::Wrapped));
    let whole: Option<Vec<Block>> = parts.iter().map(fitting).collect();
    let mut blocks = whole.unwrap_or_else(|| budget.stacked(all.into_iter().filter(|at| !left_out.contains(at))));
    blocks.iter_mut().skip(1).for_each(|block| block.repeats_keys = true);
    left_out.sort_unstable();
    (blocks, left_out)
}

/// Whether cells may take several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cells {
    Whole,
    Wrapped,
}

struct Budget<'a> {
    measured: &'a [Measured],
    width: usize,
}

impl Budget<'_> {
    fn is_key(&self, at: usize) -> bool {
        self.measured[at].column.is_key
    }

    /// The columns up to a group's first column, and the rest below under the same keys.
    fn parts(&self, all: &[usize]) -> Vec<Vec<usize>> {
        let Some(opens) = all.iter().position(|&at| self.measured[at].column.opens) else { return vec![all.to_vec()] };
        let keys = all[..opens].iter().filter(|&&at| self.is_key(at));
        vec![all[..opens].to_vec(), keys.chain(&all[opens..]).copied().collect()]
    }

    /// Blocks with as many columns as fit in each, under the same keys.
    fn stacked(&self, columns: impl Iterator<Item = usize>) -> Vec<Block> {
        let (keys, rest): (Vec<usize>, Vec<usize>) = columns.partition(|&at| self.is_key(at));
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for at in rest {
            match groups.last_mut().filter(|_| self.measured[at].column.is_joined) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        if groups.is_empty() {
            blocks.push(keys.clone());
        }
        for group in groups {
            let joined = |block: &Vec<usize>| [&block[..], &group[..]].concat();
            match blocks.last_mut().filter(|block| self.block(&joined(block), Cells::Wrapped).is_some()) {
                Some(block) => block.extend(group),
                None => blocks.push(joined(&keys)),
            }
        }
        blocks
            .into_iter()
            .map(|block| self.block(&block, Cells::Wrapped).unwrap_or_else(|| self.forced(&block)))
            .collect()
    }

    /// A block that does not fit. A single column may go below its rows, as sentences do; for more columns the page is
    /// too narrow.
    fn forced(&self, block: &[usize]) -> Block {
        let (keys, rest): (Vec<usize>, Vec<usize>) = block.iter().partition(|&&at| self.is_key(at));
        match (self.shrunk(&keys), &rest[..]) {
            (Some(widths), [only]) if !keys.is_empty() => self.made(widths, Some(*only), true),
            _ => self.made(self.widths(block, |at| self.measured[at].least), None, true),
        }
    }

    /// The columns in one block, if they fit.
    fn block(&self, columns: &[usize], cells: Cells) -> Option<Block> {
        let is_prose = |at: &usize| self.measured[*at].column.kind == Kind::Prose;
        let (prose, rest): (Vec<usize>, Vec<usize>) = columns.iter().partition(|at| is_prose(at));
        let prose = prose.first().copied();
        let room = self.width.checked_sub(prose.map_or(0, |at| GAP + self.measured[at].whole.min(LEAST_PROSE)));
        // Beside the rows or, failing that, below them.
        if let (Some(at), Some(room)) = (prose, room)
            && cells == Cells::Whole
            && let Some((mut widths, is_wrapped)) = self.whole(&rest, room)
        {
            let left = self.width - self.taken(&widths) - GAP;
            let width = self.measured[at].whole.min(left);
            widths.push((at, width));
            return Some(self.made(widths, None, is_wrapped || width < self.measured[at].whole));
        }
        let (widths, is_wrapped) = match cells {
            Cells::Whole => self.whole(&rest, self.width)?,
            Cells::Wrapped => (self.shrunk(&rest)?, true),
        };
        Some(self.made(widths, prose, is_wrapped))
    }

    fn made(&self, columns: Vec<(usize, usize)>, below: Option<usize>, is_wrapped: bool) -> Block {
        Block { columns, below, is_wrapped, repeats_keys: false }
    }

    fn widths(&self, columns: &[usize], width: impl Fn(usize) -> usize) -> Vec<(usize, usize)> {
        columns.iter().map(|&at| (at, width(at))).collect()
    }

    fn taken(&self, widths: &[(usize, usize)]) -> usize {
        INDENT + GAP * widths.len().saturating_sub(1) + widths.iter().map(|(_, width)| width).sum::<usize>()
    }

    /// Widths with every cell on one line, within `room`, and whether a title takes several lines.
    fn whole(&self, columns: &[usize], room: usize) -> Option<(Vec<(usize, usize)>, bool)> {
        let widths = self.widths(columns, |at| self.measured[at].whole);
        if self.taken(&widths) <= room {
            return Some((widths, false));
        }
        self.narrowed(widths, room, |at| self.measured[at].narrow_title).map(|widths| (widths, true))
    }

    /// Widths with cells on several lines.
    fn shrunk(&self, columns: &[usize]) -> Option<Vec<(usize, usize)>> {
        let widths = self.widths(columns, |at| self.measured[at].narrow_title);
        self.narrowed(widths, self.width, |at| self.measured[at].least)
    }

    /// The widest column shrinks first, none below its minimum.
    fn narrowed(
        &self,
        mut widths: Vec<(usize, usize)>,
        room: usize,
        least: impl Fn(usize) -> usize,
    ) -> Option<Vec<(usize, usize)>> {
        while self.taken(&widths) > room {
            let widest = widths.iter_mut().filter(|(at, width)| *width > least(*at)).max_by_key(|(_, width)| *width)?;
            widest.1 -= 1;
        }
        Some(widths)
    }
}
