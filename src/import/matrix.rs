//! A traffic matrix over time as measurements publish it: one line for each step, one column for each `origin_destination`.

use crate::model::{Name, NameError};
use crate::units::{BitRate, Factor, RateUnit, UnitError};
use thiserror::Error;

/// Why a file cannot be imported; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportError {
    /// Not even one step.
    #[error("there is no line of rates below a line of names")]
    Empty,
    /// A column that names no two places.
    #[error("line 1, column {column}: `{name}` is not ORIGIN_DESTINATION")]
    Column { column: usize, name: String },
    /// A place that cannot be the name of a VPC.
    #[error("line 1, column {column}: {wrong}")]
    Place { column: usize, wrong: NameError },
    /// A place too long to name peerings after.
    #[error("`{name}` is too long: at most {max} letters leave room for the names of peerings")]
    LongPlace { name: String, max: usize },
    /// Two columns of one pair.
    #[error("line 1, column {column}: `{name}` is given twice")]
    Twice { column: usize, name: String },
    /// More places than there are address blocks for.
    #[error("{places} places: at most {max} can be told apart by their addresses")]
    TooManyPlaces { places: usize, max: usize },
    /// A cell that is no rate.
    #[error("line {line}, column {column}: {wrong}")]
    Cell { line: usize, column: usize, wrong: UnitError },
    /// A time that is no number of steps.
    #[error("line {line}, column 1: {wrong}; times count steps, from 0")]
    Time { line: usize, wrong: UnitError },
}

/// Places are the names of VPCs, and two of them that of a peering.
const PLACE_MAX: usize = 28;

/// One column between two different places.
#[derive(Debug)]
pub(super) struct Pair {
    /// As the file calls it.
    pub column: String,
    /// Indices of [`Matrix::places`].
    pub from: usize,
    pub to: usize,
    pub peak: BitRate,
}

/// What a scenario needs to know of a matrix.
#[derive(Debug)]
pub(super) struct Matrix {
    /// In order of first appearance.
    pub places: Vec<String>,
    pub pairs: Vec<Pair>,
    pub rows: usize,
    /// The last line's time, a number of steps.
    pub last: String,
    /// Columns from a place to itself, which never leave it.
    pub within: usize,
}

impl Matrix {
    /// Reads it, and the peak of every column.
    pub(super) fn read(text: &str, unit: RateUnit, scale: Factor) -> Result<Matrix, ImportError> {
        let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let (_, header) = lines.next().ok_or(ImportError::Empty)?;
        let separator = header.chars().find(|c| [',', ';', '\t'].contains(c)).unwrap_or(',');
        let cells = |line: &'_ str| -> Vec<String> {
            line.split(separator).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
        };
        let mut matrix = Matrix { places: Vec::new(), pairs: Vec::new(), rows: 0, last: String::new(), within: 0 };
        let mut columns = Vec::new();
        for (at, name) in cells(header).into_iter().enumerate().skip(1) {
            columns.push(matrix.column(at + 1, name)?);
        }
        for (line, text) in lines {
            let row = cells(text);
            for (at, cell) in row.iter().enumerate().skip(1).filter(|(_, cell)| !cell.is_empty()) {
                let rate = unit.rate(cell, scale);
                let rate = rate.map_err(|wrong| ImportError::Cell { line: line + 1, column: at + 1, wrong })?;
                if let Some(pair) = columns.get(at - 1).copied().flatten() {
                    let peak: &mut BitRate = &mut matrix.pairs[pair].peak;
                    *peak = rate.max(*peak);
                }
            }
            matrix.rows += 1;
            matrix.last = row.into_iter().next().unwrap_or_default();
        }
        if matrix.rows == 0 || matrix.pairs.is_empty() { Err(ImportError::Empty) } else { Ok(matrix) }
    }

    /// Notes a column; its pair, unless it stays within one place.
    fn column(&mut self, column: usize, name: String) -> Result<Option<usize>, ImportError> {
        let Some((from, to)) = name.split_once('_').filter(|(_, to)| !to.contains('_')) else {
            return Err(ImportError::Column { column, name });
        };
        let (from, to) = (self.place(column, from)?, self.place(column, to)?);
        if from == to {
            self.within += 1;
            return Ok(None);
        }
        if self.pairs.iter().any(|pair| (pair.from, pair.to) == (from, to)) {
            return Err(ImportError::Twice { column, name });
        }
        self.pairs.push(Pair { column: name, from, to, peak: BitRate::default() });
        Ok(Some(self.pairs.len() - 1))
    }

    fn place(&mut self, column: usize, name: &str) -> Result<usize, ImportError> {
        if let Some(known) = self.places.iter().position(|place| place == name) {
            return Ok(known);
        }
        Name::new(name).map_err(|wrong| ImportError::Place { column, wrong })?;
        if name.len() > PLACE_MAX {
            return Err(ImportError::LongPlace { name: name.into(), max: PLACE_MAX });
        }
        self.places.push(name.into());
        Ok(self.places.len() - 1)
    }

    /// The highest rate between two places, either way.
    pub(super) fn peak(&self, a: usize, b: usize) -> BitRate {
        let between = self.pairs.iter().filter(|pair| [(a, b), (b, a)].contains(&(pair.from, pair.to)));
        between.map(|pair| pair.peak).max().unwrap_or_default()
    }
}
