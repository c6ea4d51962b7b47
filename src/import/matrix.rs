//! A traffic matrix over time as measurements publish it: one row for each step, one column for each
//! `origin_destination`. Times and rates are read as a scenario will read them.

use super::series::SeriesOptions;
use crate::model::Name;
use crate::model::Rules;
use crate::notation::{Cell, Complaint, Complaints, Meaning, TIME_MAX, Table, Time, time_zone};
use crate::units::{BitRate, SimDuration};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Places are the names of VPCs, and two of them that of a peering.
const PLACE_MAX: usize = 28;
/// A place's block is `10.n.0.0/16`.
const PLACES_MAX: usize = 256;
/// Years that a scenario can start in.
const YEARS: RangeInclusive<i16> = 1970..=2200;

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
    /// The instant of the first row, if the times are instants.
    pub start: Option<Zoned>,
    /// From the start to the end of the last row, which lasts as long as the one before it.
    pub duration: SimDuration,
    /// Columns from a place to itself, which never leave it.
    pub within: usize,
    /// Peaks by pair of places, the smaller index first.
    peaks: BTreeMap<(usize, usize), BitRate>,
}

impl Matrix {
    /// Reads it, and the peak of every column.
    pub(super) fn read(text: &str, options: &SeriesOptions) -> Result<Matrix, Vec<Complaint>> {
        let table = Table::read(text, &options.dialect)?;
        table.columns(text)?;
        let mut matrix = Matrix {
            places: Vec::new(),
            pairs: Vec::new(),
            rows: table.len().saturating_sub(1),
            start: None,
            duration: SimDuration::ZERO,
            within: 0,
            peaks: BTreeMap::new(),
        };
        let pairs = matrix.columns(&table, text)?;
        if matrix.rows == 0 || matrix.pairs.is_empty() {
            let hint = "the first line names the columns, such as time,a_b,b_a; each further line is a step";
            return Err(vec![Complaint::new(0..0, "there is no line of rates below a line of names").hint(hint)]);
        }
        let zone = options.zone.as_deref().and_then(time_zone);
        let zone = zone.unwrap_or_else(|| Rules::guide().start().time_zone().clone());
        let meaning = options.meaning(&zone);
        let mut complaints = Complaints::default();
        let mut times = Times::of(&table, text, meaning);
        let end = |row| table.cell(text, row, 0).map(|cell| cell.said).unwrap_or_default();
        let is_falling = meaning.is_falling(&end(1), &end(table.len() - 1));
        for at in 1..table.len() {
            let row = if is_falling { table.len() - at } else { at };
            if let Err(complaint) = times.read(row) {
                complaints.push(complaint);
            }
            for (column, pair) in pairs.iter().copied() {
                let Some(Cell { said, span }) = table.cell(text, row, column) else { continue };
                match meaning.rate(&said) {
                    Ok(rate) => matrix.note(pair, rate.unwrap_or_default()),
                    Err(wrong) => complaints.push(wrong.at(span)),
                }
            }
        }
        complaints.finish(text)?;
        (matrix.start, matrix.duration) = times.extent(options.step, &zone).map_err(|wrong| vec![wrong])?;
        Ok(matrix)
    }

    /// Every named column behind the times with its pair, or none if it stays within one place.
    fn columns(&mut self, table: &Table, text: &str) -> Result<Vec<(usize, Option<usize>)>, Vec<Complaint>> {
        let (mut complaints, mut columns) = (Complaints::default(), Vec::new());
        let mut known = BTreeMap::new();
        for column in 1..table.width(0) {
            let Some(cell) = table.cell(text, 0, column).filter(|cell| !cell.said.is_empty()) else { continue };
            match self.column(&cell, &mut known) {
                Ok(pair) => columns.push((column, pair)),
                Err(complaint) => complaints.push(complaint),
            }
        }
        if self.places.len() > PLACES_MAX {
            let message =
                format!("{} places: at most {PLACES_MAX} can be told apart by their addresses", self.places.len());
            complaints.push(Complaint::new(table.row_span(0).unwrap_or_default(), message));
        }
        complaints.finish(text)?;
        self.check_peerings(table).map(|()| columns)
    }

    /// Notes a column; its pair, unless it stays within one place.
    fn column(&mut self, cell: &Cell<'_>, known: &mut BTreeMap<String, usize>) -> Result<Option<usize>, Complaint> {
        let name = cell.said.as_ref();
        let Some((from, to)) = name.split_once('_').filter(|(_, to)| !to.contains('_')) else {
            return Err(Complaint::new(cell.span.clone(), format!("`{name}` is not ORIGIN_DESTINATION"))
                .hint("name the two places of each column, such as paris_rome"));
        };
        let (from, to) = (self.place(cell, from, known)?, self.place(cell, to, known)?);
        if from == to {
            self.within += 1;
            return Ok(None);
        }
        self.pairs.push(Pair { column: name.into(), from, to, peak: BitRate::default() });
        Ok(Some(self.pairs.len() - 1))
    }

    fn place(&mut self, cell: &Cell<'_>, name: &str, known: &mut BTreeMap<String, usize>) -> Result<usize, Complaint> {
        if let Some(known) = known.get(name) {
            return Ok(*known);
        }
        let wrong = |message: String| Complaint::new(cell.span.clone(), message);
        Name::new(name).map_err(|invalid| wrong(invalid.to_string()))?;
        if name.len() > PLACE_MAX {
            let message = format!("`{name}` is too long");
            return Err(wrong(message).hint(format!("up to {PLACE_MAX} letters leave room for the names of peerings")));
        }
        known.insert(name.into(), self.places.len());
        self.places.push(name.into());
        Ok(self.places.len() - 1)
    }

    /// `a` and `b--c` would have the peering of `a--b` and `c`.
    fn check_peerings(&self, table: &Table) -> Result<(), Vec<Complaint>> {
        let mut names = BTreeSet::new();
        let all = (0..self.places.len()).flat_map(|a| (a + 1..self.places.len()).map(move |b| (a, b)));
        let twice = all.map(|(a, b)| self.between(a, b)).find(|name| !names.insert(name.clone()));
        twice.map_or(Ok(()), |name| {
            let message = format!("two pairs of places would have a peering `{name}`");
            let span = table.row_span(0).unwrap_or_default();
            Err(vec![Complaint::new(span, message).hint("rename the places that have `--` in their names")])
        })
    }

    fn note(&mut self, pair: Option<usize>, rate: BitRate) {
        let Some(pair) = pair.and_then(|at| self.pairs.get_mut(at)) else { return };
        pair.peak = pair.peak.max(rate);
        let peak = self.peaks.entry((pair.from.min(pair.to), pair.from.max(pair.to))).or_default();
        *peak = rate.max(*peak);
    }

    /// The highest rate between two places, either way.
    pub(super) fn peak(&self, a: usize, b: usize) -> BitRate {
        self.peaks.get(&(a.min(b), a.max(b))).copied().unwrap_or_default()
    }

    /// What the peering of two places is called.
    pub(super) fn between(&self, a: usize, b: usize) -> String {
        format!("{}--{}", self.places[a], self.places[b])
    }
}

/// The column of times: all of them instants, or all times after the start.
struct Times<'a> {
    table: &'a Table,
    text: &'a str,
    meaning: Meaning<'a>,
    are_instants: bool,
    /// Nanoseconds since 1970, or after the start.
    found: Vec<i128>,
}

impl<'a> Times<'a> {
    fn of(table: &'a Table, text: &'a str, meaning: Meaning<'a>) -> Times<'a> {
        let first = table.cell(text, 1, 0).and_then(|cell| meaning.time(&cell.said, None).ok());
        let are_instants = matches!(first, Some(Time::At(..)));
        Times { table, text, meaning, are_instants, found: Vec::with_capacity(table.len()) }
    }

    fn read(&mut self, row: usize) -> Result<(), Complaint> {
        let Some(Cell { said, span }) = self.table.cell(self.text, row, 0) else { return Ok(()) };
        let previous = self.found.last().filter(|_| self.are_instants);
        let previous = previous.and_then(|nanos| Timestamp::from_nanosecond(*nanos).ok());
        let time = self.meaning.time(&said, previous).map_err(|wrong| wrong.at(span.clone()))?;
        let (nanos, is_instant) = match time {
            Time::After(time) => (i128::from(time.as_nanos()), false),
            Time::At(instant, _) => (instant.as_nanosecond(), true),
        };
        if is_instant != self.are_instants {
            let message = "instants and times after the start in one column";
            return Err(Complaint::new(span, message).hint("the first row says which; write all times like it"));
        }
        self.found.push(nanos);
        Ok(())
    }

    /// The start, if the times are instants, and how long the rows last.
    fn extent(mut self, step: SimDuration, zone: &TimeZone) -> Result<(Option<Zoned>, SimDuration), Complaint> {
        self.found.sort_unstable();
        self.found.dedup();
        let first = if self.are_instants { self.found.first().copied().unwrap_or_default() } else { 0 };
        let last = self.found.last().copied().unwrap_or_default();
        let before = self.found.iter().rev().nth(1);
        let length = last - first + before.map_or(i128::from(step.as_nanos()), |before| last - before);
        let place = || self.table.cell(self.text, self.table.len() - 1, 0).map(|cell| cell.span).unwrap_or_default();
        let long = || {
            let most = SimDuration::from_nanos(TIME_MAX);
            Complaint::new(place(), format!("the rows last longer than {most}, the most a scenario can"))
        };
        let length = u64::try_from(length).ok().filter(|length| *length <= TIME_MAX).ok_or_else(long)?;
        if !self.are_instants {
            return Ok((None, SimDuration::from_nanos(length)));
        }
        let start = Timestamp::from_nanosecond(first).ok().map(|first| first.to_zoned(zone.clone()));
        let start = start.filter(|start| YEARS.contains(&start.year()));
        let far = || Complaint::new(place(), format!("a scenario starts from {} to {}", YEARS.start(), YEARS.end()));
        Ok((Some(start.ok_or_else(far)?), SimDuration::from_nanos(length)))
    }
}
