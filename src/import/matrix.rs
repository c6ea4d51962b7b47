//! A traffic matrix over time as measurement projects publish it: one row per step, one column per
//! `origin_destination`. Times and rates are read the way scenarios read them.

use super::options::SeriesOptions;
use crate::model::{Name, Rules, TIME_MAX, YEARS};
use crate::notation::{Cell, Complaints, Meaning, RowsByTime, Table, TextSpan, Time, Wrong, time_zone};
use crate::units::{BitRate, SimDuration};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::collections::{BTreeMap, BTreeSet};

/// Places become names of VPCs, and two of them form the name of a peering.
const PLACE_MAX: usize = 28;
/// A place's block is `10.n.0.0/16`.
const PLACES_MAX: usize = 256;

/// One column between two different places.
#[derive(Debug)]
pub(super) struct Pair {
    /// Its name in the file.
    pub column: String,
    /// Indices into [`Matrix::places`].
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
    /// The instant of the first row, if the times are instants.
    pub start: Option<Zoned>,
    /// From the start to the end of the last row, which lasts as long as the previous one.
    pub duration: SimDuration,
    /// How many columns lead from a place to itself; their traffic never leaves it.
    pub within: usize,
    /// Peaks by pair of places, the smaller index first.
    peaks: BTreeMap<(usize, usize), BitRate>,
}

impl Matrix {
    /// Reads the matrix and the peak of every column; `None` if reading on is of no use.
    pub(super) fn read(source: usize, options: &SeriesOptions, out: &mut Complaints) -> Option<Matrix> {
        let table = Table::read(source, &options.dialect, out)?;
        table.check_names(out);
        let mut matrix = Matrix {
            places: Vec::new(),
            pairs: Vec::new(),
            rows: table.len().saturating_sub(1),
            start: None,
            duration: SimDuration::ZERO,
            within: 0,
            peaks: BTreeMap::new(),
        };
        let pairs = matrix.columns(&table, out);
        if (matrix.rows == 0 || matrix.pairs.is_empty()) && !out.has_errors() {
            let hint = "the first line names the columns, such as time,a_b,b_a; each further line is a step";
            let place = TextSpan::of(source, 0..0);
            out.error(place, "there is no line of rates below a line of names").hint(hint);
            return None;
        }
        let zone = options.zone.as_deref().and_then(time_zone);
        let zone = zone.unwrap_or_else(|| Rules::guide().start().time_zone().clone());
        let meaning = options.meaning(&zone);
        let mut times = Times { table: &table, meaning, are_instants: None, found: Vec::with_capacity(table.len()) };
        for row in RowsByTime::of(1..table.len(), |row| meaning.instant(&table.cell(row, 0)?.said)).iter() {
            times.read(row, out);
            for (column, pair) in pairs.iter().copied() {
                let Some(Cell { said, span }) = table.cell(row, column) else { continue };
                match meaning.rate(&said) {
                    Ok(rate) => matrix.note(pair, rate.unwrap_or_default()),
                    Err(wrong) => out.cell(span, wrong),
                }
            }
        }
        if !out.has_errors() {
            let extent = times.extent(options.step, &zone);
            (matrix.start, matrix.duration) = extent.map_err(|(place, wrong)| out.wrong(place, wrong)).ok()?;
        }
        Some(matrix)
    }

    /// Every named column after the times with its pair, or `None` if it stays within one place.
    fn columns(&mut self, table: &Table, out: &mut Complaints) -> Vec<(usize, Option<usize>)> {
        let (mut columns, mut known) = (Vec::new(), BTreeMap::new());
        for (column, cell) in table.names().filter(|(column, _)| *column > 0) {
            match self.column(&cell.said, &mut known) {
                Ok(pair) => columns.push((column, pair)),
                Err(wrong) => out.cell(cell.span, wrong),
            }
        }
        if self.places.len() > PLACES_MAX {
            let message =
                format!("{} places: at most {PLACES_MAX} can be told apart by their addresses", self.places.len());
            out.error(table.row_span(0), message).hint("split the file by places");
        } else if let Some(name) = self.ambiguous_peering() {
            out.error(table.row_span(0), format!("two pairs of places would have a peering `{name}`"))
                .hint("rename the places that have `--` in their names");
        }
        columns
    }

    /// Records a column and returns its pair, unless it stays within one place.
    fn column(&mut self, name: &str, known: &mut BTreeMap<String, usize>) -> Result<Option<usize>, Wrong> {
        let Some((from, to)) = name.split_once('_').filter(|(_, to)| !to.contains('_')) else {
            return Err(Wrong::new(format!("`{name}` is not ORIGIN_DESTINATION"))
                .hint("name the two places of each column, such as paris_rome"));
        };
        let (from, to) = (self.place(from, known)?, self.place(to, known)?);
        if from == to {
            self.within += 1;
            return Ok(None);
        }
        self.pairs.push(Pair { column: name.into(), from, to, peak: BitRate::default() });
        Ok(Some(self.pairs.len() - 1))
    }

    fn place(&mut self, name: &str, known: &mut BTreeMap<String, usize>) -> Result<usize, Wrong> {
        if let Some(known) = known.get(name) {
            return Ok(*known);
        }
        let letters = "a place is 1 to 28 letters, digits, `.` and `-`";
        Name::new(name).map_err(|invalid| Wrong::new(invalid.to_string()).hint(letters))?;
        if name.len() > PLACE_MAX {
            let message = format!("`{name}` is too long");
            let hint = format!("up to {PLACE_MAX} letters leave room for the names of peerings");
            return Err(Wrong::new(message).hint(hint));
        }
        known.insert(name.into(), self.places.len());
        self.places.push(name.into());
        Ok(self.places.len() - 1)
    }

    /// A name that two peerings would share: `a` and `b--c` would have the same as `a--b` and `c`.
    fn ambiguous_peering(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        let all = (0..self.places.len()).flat_map(|a| (a + 1..self.places.len()).map(move |b| (a, b)));
        all.map(|(a, b)| self.between(a, b)).find(|name| !names.insert(name.clone()))
    }

    fn note(&mut self, pair: Option<usize>, rate: BitRate) {
        let Some(pair) = pair.and_then(|at| self.pairs.get_mut(at)) else { return };
        pair.peak = pair.peak.max(rate);
        let peak = self.peaks.entry((pair.from.min(pair.to), pair.from.max(pair.to))).or_default();
        *peak = rate.max(*peak);
    }

    /// The highest rate between two places, in either direction.
    pub(super) fn peak(&self, a: usize, b: usize) -> BitRate {
        self.peaks.get(&(a.min(b), a.max(b))).copied().unwrap_or_default()
    }

    /// The name of the peering between two places.
    pub(super) fn between(&self, a: usize, b: usize) -> String {
        format!("{}--{}", self.places[a], self.places[b])
    }
}

/// The column of times: all of them instants, or all times after the start.
struct Times<'a> {
    table: &'a Table,
    meaning: Meaning<'a>,
    /// Which of the two they are: the first that can be read decides.
    are_instants: Option<bool>,
    /// Nanoseconds since 1970, or after the start.
    found: Vec<i128>,
}

impl Times<'_> {
    fn read(&mut self, row: usize, out: &mut Complaints) {
        let Some(Cell { said, span }) = self.table.cell(row, 0) else { return };
        let previous = self.found.last().filter(|_| self.are_instants == Some(true));
        let previous = previous.and_then(|nanos| Timestamp::from_nanosecond(*nanos).ok());
        let (nanos, is_instant) = match self.meaning.time(&said, previous) {
            Ok(Time::After(time)) => (i128::from(time.as_nanos()), false),
            Ok(Time::At(instant, _)) => (instant.as_nanosecond(), true),
            Err(wrong) => return out.cell(span, wrong),
        };
        if is_instant != *self.are_instants.get_or_insert(is_instant) {
            let wrong = Wrong::new("instants and times after the start in one column");
            return out.cell(span, wrong.hint("write all times in one way"));
        }
        self.found.push(nanos);
    }

    /// The start, if the times are instants, and the total duration of the rows.
    fn extent(mut self, step: SimDuration, zone: &TimeZone) -> Result<(Option<Zoned>, SimDuration), (TextSpan, Wrong)> {
        self.found.sort_unstable();
        self.found.dedup();
        let are_instants = self.are_instants == Some(true);
        let first = if are_instants { self.found.first().copied().unwrap_or_default() } else { 0 };
        let last = self.found.last().copied().unwrap_or_default();
        let before = self.found.iter().rev().nth(1);
        let length = last - first + before.map_or(i128::from(step.as_nanos()), |before| last - before);
        let row = self.table.len() - 1;
        let place = self.table.cell(row, 0).map_or(self.table.row_span(row), |cell| cell.span);
        let length = u64::try_from(length).map(SimDuration::from_nanos).ok().filter(|length| *length <= TIME_MAX);
        let length = length.ok_or_else(|| {
            let message = format!("the rows last longer than {TIME_MAX}, the most a scenario can");
            (place, Wrong::new(message).hint("split the file into several"))
        })?;
        if !are_instants {
            return Ok((None, length));
        }
        let start = Timestamp::from_nanosecond(first).ok().map(|first| first.to_zoned(zone.clone()));
        let start = start.filter(|start| YEARS.contains(&start.year()));
        let far = || {
            let message = format!("a scenario starts from {} to {}", YEARS.start(), YEARS.end());
            (place, Wrong::new(message).hint("the first row is before or behind that"))
        };
        Ok((Some(start.ok_or_else(far)?), length))
    }
}
