//! A measured series from a table, so that samples of a real link are billed by the same code. Reads text; opens no
//! file.
//!
//! ```csv
//! time,peering,direction,bps
//! 2017-06-01 00:00:00,PeerConn,out,20000000
//! 2017-06-01T00:05:00+08:00,PeerConn,in,30000000
//! ```
//!
//! The first line names the columns, in any order: `time`; `peering`; `direction` (`out` or `in`, seen from the
//! requester) or `from` and `to` (VPC names), with which `peering` is optional; and `bps` (the average) or `bytes` (the
//! sum), whole numbers. A time has an offset, is civil time of the billing zone, or counts since 1970 if the dialect
//! says so. Rows may be in any order.
//!
//! A row counts for the 5-minute window that contains its time. Several rows of bytes in a window are added; of several
//! rows of bps, each an average over an unknown part, the largest counts. Rows of the same peering, direction and
//! instant are one row: the largest. A window without a row, from the first to the last day with one, counts as
//! silence. All these cases are counted.

use super::calendar::{Days, WINDOW};
use super::sample_columns::{Columns, Way};
use super::series::{Limit, Load, Sample, Series};
use super::subject::{End, Subject};
use crate::model::{Direction, Home, Name};
use crate::notation::{
    Cell, Complaints, Dialect, Epoch, RowsByTime, Shown, ShownCounts, Source, Stamp, Table, TextSpan, Wrong, numeral,
};
use crate::units::{self, BitRate};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// 10 Tbps: a higher rate could not be priced exactly, and is a mistake.
const BPS_MAX: u64 = 10_000_000_000_000;
/// The same as bits per window.
const BITS_MAX: u64 = BPS_MAX * WINDOW as u64;

/// How the rows of a file were handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handled {
    /// Rows with a sample.
    pub rows: u64,
    /// Rows without a value, left out.
    pub without_value: u64,
    /// Rows out of time order within their peering.
    pub unsorted: u64,
    /// Rows of the same instant, peering and direction as another; the largest counts.
    pub repeated: u64,
    /// Rows of bytes added to others in their window.
    pub added: u64,
    /// Rows of bps in a window that already had one; the largest counts.
    pub shared: u64,
    /// Rows whose time is not the start of a window.
    pub inside: u64,
    /// Civil times that occur twice or not at all because clocks change.
    pub shown: ShownCounts,
}

/// A table of samples whose columns are known.
#[derive(Debug)]
pub struct SampleTable<'t> {
    dialect: &'t Dialect,
    table: Table,
    columns: Columns,
}

impl<'t> SampleTable<'t> {
    /// Reads the table and its first line; nothing after a complaint about missing, unknown or repeated columns, or
    /// about missing rows. Malformed rows are complained about and left out.
    pub fn read(source: &Source, dialect: &'t Dialect, out: &mut Complaints) -> Option<SampleTable<'t>> {
        let source = out.add(source.clone());
        let table = Table::read(source, dialect, out)?;
        let columns = Columns::of(&table, out)?;
        Some(SampleTable { dialect, table, columns })
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let nothing = || Cell { said: Cow::Borrowed(""), span: self.table.row_span(row) };
        self.table.cell(row, column).unwrap_or_else(nothing)
    }

    /// The peerings that the rows name, in order of name, as if between two home regions of the vendor, paid by
    /// `payer`: for samples without a scenario. Without a column `peering`, the peering between `a` and `b` is called
    /// `a--b`. Complains about invalid names of peerings or VPCs.
    pub fn subjects(&self, home: &Home, payer: &Name, made_on: Date, out: &mut Complaints) -> Vec<Subject> {
        let mut found: BTreeMap<String, Subject> = BTreeMap::new();
        for row in 1..self.table.len() {
            match self.named(row, &found) {
                Ok(None) => {}
                Ok(Some((name, [requester, accepter]))) => {
                    let end = |vpc, region: &str| End { vpc, region: region.into(), account: payer.clone() };
                    let subject = Subject {
                        peering: name.to_string(),
                        made_as: name.clone(),
                        label: None,
                        requester: end(requester, home.between[0]),
                        accepter: end(accepter, home.between[1]),
                        cross_region: true,
                        home: home.of(home.between),
                        made_on,
                    };
                    found.insert(name.to_string(), subject);
                }
                Err((place, wrong)) => out.cell(place, wrong),
            }
        }
        found.into_values().collect()
    }

    /// The peering of a row and its VPCs, unless it is already known.
    fn named(&self, row: usize, known: &BTreeMap<String, Subject>) -> Result<Option<(Name, [String; 2])>, Misplaced> {
        let name = |cell: &Cell<'_>| {
            let hint = "names have 1 to 60 letters, digits, `.`, `_` and `-`";
            Name::new(&cell.said).map_err(|wrong| (cell.span, Wrong::new(wrong.to_string()).hint(hint)))
        };
        let (peering, ends) = match self.columns.way {
            Way::Direction { peering, .. } => (Some(peering), None),
            Way::Ends { peering, from, to } => (peering, Some((self.cell(row, from), self.cell(row, to)))),
        };
        let peering = peering.map(|column| self.cell(row, column));
        if peering.as_ref().is_some_and(|cell| known.contains_key(cell.said.as_ref())) {
            return Ok(None);
        }
        let peering = peering.map(|cell| name(&cell)).transpose()?;
        let Some((from, to)) = ends else { return Ok(peering.zip(Some(["requester".into(), "accepter".into()]))) };
        let (a, b) = (name(&from)?, name(&to)?);
        if a == b {
            let wrong = Wrong::new(format!("`{a}` has no peering with itself"));
            return Err((to.span, wrong.hint("name two VPCs")));
        }
        let ends = [a.to_string(), b.to_string()];
        if let Some(peering) = peering {
            return Ok(Some((peering, ends)));
        }
        let joined = Cell { said: Cow::Owned(format!("{a}--{b}")), span: from.span };
        if [joined.said.as_ref(), &format!("{b}--{a}")].iter().any(|name| known.contains_key(*name)) {
            return Ok(None);
        }
        Ok(Some((name(&joined)?, ends)))
    }

    /// One series for each of the `subjects` that has rows, and how the rows were handled; nothing after a complaint
    /// about one of them or about the table.
    pub fn series(
        &self,
        subjects: &[Subject],
        zone: &TimeZone,
        out: &mut Complaints,
    ) -> Option<(Vec<Series>, Handled)> {
        let mut reader = Reader::of(self, subjects, zone);
        let time = |row| Some(reader.time(&self.cell(row, self.columns.time), None).ok()?.0);
        RowsByTime::of(1..self.table.len(), time).iter().for_each(|row| reader.row(row, out));
        let mut handled = reader.handled;
        let windows = windows(self, reader.rows, &mut handled, zone, subjects.len(), out);
        if out.has_errors() {
            return None;
        }
        let named = subjects.iter().zip(windows).filter(|(_, windows)| !windows.is_empty());
        Some((named.map(|(subject, windows)| series(subject, windows, zone)).collect(), handled))
    }
}

/// A faulty cell of a row, and what is wrong with it.
type Misplaced = (TextSpan, Wrong);

fn series(subject: &Subject, windows: BTreeMap<Timestamp, [Load; 2]>, zone: &TimeZone) -> Series {
    let sample = |(start, loads)| Sample { loss: None, start, loads, limit: Limit::Unknown, partial: false };
    Series::of_days(subject.clone(), windows.into_iter().map(sample).collect(), zone)
}

/// One row with a sample.
struct Row {
    subject: usize,
    direction: Direction,
    time: Timestamp,
    load: Load,
    /// Its index in the table.
    row: usize,
}

/// The loads of every window, by subject.
fn windows(
    samples: &SampleTable<'_>,
    mut rows: Vec<Row>,
    handled: &mut Handled,
    zone: &TimeZone,
    subjects: usize,
    out: &mut Complaints,
) -> Vec<BTreeMap<Timestamp, [Load; 2]>> {
    let key = |row: &Row| (row.subject, row.direction, row.time);
    rows.sort_unstable_by_key(key);
    rows.dedup_by(|later, kept| {
        let is_same = key(later) == key(kept);
        if is_same {
            handled.repeated += 1;
            kept.load = kept.load.max(later.load);
        }
        is_same
    });
    let mut windows: Vec<BTreeMap<Timestamp, [Load; 2]>> = vec![BTreeMap::new(); subjects];
    let (mut days, mut before) = (Days::new(zone), None);
    for row in &rows {
        let start = days.of(row.time).window_start(row.time, WINDOW);
        handled.inside += u64::from(row.time != start);
        let load = &mut windows[row.subject].entry(start).or_default()[row.direction as usize];
        let place = (row.subject, row.direction, start);
        let is_first = before.replace(place) != Some(place);
        if !samples.columns.is_bytes {
            handled.shared += u64::from(!is_first);
            *load = row.load.max(*load);
            continue;
        }
        handled.added += u64::from(!is_first);
        *load = Load::from_bits(load.bits().saturating_add(row.load.bits()));
        if load.bits() > BITS_MAX {
            let message = format!("with this row, its 5 minutes have more than {} bytes", BITS_MAX / 8);
            let hint = "the column is a sum of bytes; name it `bps` if it is a rate";
            out.cell(samples.cell(row.row, samples.columns.value).span, Wrong::new(message).hint(hint));
        }
    }
    windows
}

struct Reader<'a> {
    samples: &'a SampleTable<'a>,
    subjects: &'a [Subject],
    /// By name; the last one of several.
    named: BTreeMap<&'a str, usize>,
    /// By requester and accepter; the last one of several.
    joined: BTreeMap<(&'a str, &'a str), usize>,
    zone: &'a TimeZone,
    /// The instant of the previous row, by subject and direction.
    previous: Vec<[Option<Timestamp>; 2]>,
    /// The latest instant so far, by subject.
    latest: Vec<Option<Timestamp>>,
    rows: Vec<Row>,
    handled: Handled,
}

impl<'a> Reader<'a> {
    fn of(samples: &'a SampleTable<'a>, subjects: &'a [Subject], zone: &'a TimeZone) -> Reader<'a> {
        let ends = |s: &'a Subject| (s.requester.vpc.as_str(), s.accepter.vpc.as_str());
        Reader {
            samples,
            subjects,
            named: subjects.iter().zip(0..).map(|(s, at)| (s.peering.as_str(), at)).collect(),
            joined: subjects.iter().zip(0..).map(|(s, at)| (ends(s), at)).collect(),
            zone,
            previous: vec![[None; 2]; subjects.len()],
            latest: vec![None; subjects.len()],
            rows: Vec::with_capacity(samples.table.len()),
            handled: Handled::default(),
        }
    }

    /// Reads a row, or complains about each faulty cell.
    fn row(&mut self, row: usize, out: &mut Complaints) {
        let columns = &self.samples.columns;
        let subject = self.subject(row).map_err(|(place, wrong)| {
            // Invalid names of peerings have already been complained about.
            if !out.tells_of(self.samples.table.row_span(row)) {
                out.cell(place, wrong);
            }
        });
        let previous = subject.ok().and_then(|(subject, direction)| self.previous[subject][direction as usize]);
        let cell = self.samples.cell(row, columns.time);
        let time = self.time(&cell, previous).map_err(|wrong| out.cell(cell.span, wrong));
        let cell = self.samples.cell(row, columns.value);
        let load = self.load(&cell).map_err(|wrong| out.cell(cell.span, wrong));
        let (Ok((subject, direction)), Ok((time, shown)), Ok(load)) = (subject, time, load) else { return };
        self.previous[subject][direction as usize] = Some(time);
        let Some(load) = load else {
            self.handled.without_value += 1;
            return;
        };
        self.handled.rows += 1;
        self.handled.unsorted += u64::from(Some(time) < self.latest[subject]);
        self.latest[subject] = self.latest[subject].max(Some(time));
        self.handled.shown.add(shown);
        self.rows.push(Row { subject, direction, time, load, row });
    }

    fn subject(&self, row: usize) -> Result<(usize, Direction), Misplaced> {
        let cell = |column| self.samples.cell(row, column);
        match self.samples.columns.way {
            Way::Direction { peering, direction } => {
                let (subject, cell) = (self.named(&cell(peering))?, cell(direction));
                match cell.said.as_ref() {
                    "out" => Ok((subject, Direction::Out)),
                    "in" => Ok((subject, Direction::In)),
                    other => {
                        let wrong = Wrong::new(format!("`{other}` is not a direction"));
                        Err((cell.span, wrong.hint("write out or in, seen from the requester")))
                    }
                }
            }
            Way::Ends { peering, from, to } => {
                let named = peering.map(|column| self.named(&cell(column))).transpose()?;
                self.between(named, &cell(from), &cell(to))
            }
        }
    }

    /// The subject that connects one VPC to another, and the direction.
    fn between(&self, named: Option<usize>, from: &Cell<'_>, to: &Cell<'_>) -> Result<(usize, Direction), Misplaced> {
        let ways = [((&*from.said, &*to.said), Direction::Out), ((&*to.said, &*from.said), Direction::In)];
        let leads = |ends: (&str, &str)| match named {
            Some(at) => {
                let subject = &self.subjects[at];
                (ends == (&subject.requester.vpc, &subject.accepter.vpc)).then_some(at)
            }
            None => self.joined.get(&ends).copied(),
        };
        if let Some(found) = ways.into_iter().find_map(|(ends, direction)| Some((leads(ends)?, direction))) {
            return Ok(found);
        }
        let (message, hint) = match named {
            Some(at) => {
                let Subject { peering, requester, accepter, .. } = &self.subjects[at];
                let message = format!("`{peering}` does not lead from `{}` to `{}`", from.said, to.said);
                (message, format!("it leads from `{}` to `{}`, and back", requester.vpc, accepter.vpc))
            }
            None => {
                let message = format!("the scenario has no peering between `{}` and `{}`", from.said, to.said);
                (message, self.known(|s| format!("{} ({}, {})", s.peering, s.requester.vpc, s.accepter.vpc)))
            }
        };
        Err((from.span, Wrong::new(message).hint(hint)))
    }

    fn named(&self, cell: &Cell<'_>) -> Result<usize, Misplaced> {
        self.named.get(cell.said.as_ref()).copied().ok_or_else(|| {
            let message = format!("the scenario has no peering `{}`", cell.said);
            (cell.span, Wrong::new(message).hint(self.known(|subject| subject.peering.clone())))
        })
    }

    /// The first of the subjects, for a hint.
    fn known(&self, show: impl Fn(&Subject) -> String) -> String {
        let all: Vec<String> = self.subjects.iter().take(10).map(show).collect();
        format!("the scenario has {}", if all.is_empty() { "none".into() } else { all.join(", ") })
    }

    fn time(&self, cell: &Cell<'_>, previous: Option<Timestamp>) -> Result<(Timestamp, Shown), Wrong> {
        let (said, dialect) = (cell.said.as_ref(), self.samples.dialect);
        let number = numeral(said, dialect).ok().filter(|(_, unit)| unit.is_empty());
        if let Some(((number, _), epoch)) = number.as_ref().zip(dialect.epoch) {
            return epoch.instant(number).map(|at| (at, Shown::Once)).map_err(Wrong::from);
        }
        let instant = said.parse::<Stamp>().ok().and_then(|stamp| stamp.instant(self.zone, previous));
        instant.ok_or_else(|| {
            let hint = match number.and_then(|(number, _)| Epoch::guess(&number)) {
                Some(epoch) => {
                    let option = dialect.option("epoch", epoch.name());
                    format!("if it counts {} since 1970, say {option}", epoch.word())
                }
                None => "write 2017-06-01T00:05:00+08:00, or 2017-06-01 00:05:00 for time in the billing zone".into(),
            };
            Wrong::new(format!("`{said}` is not a time")).hint(hint)
        })
    }

    /// The load that a cell gives for its window; none if the cell marks a missing value.
    fn load(&self, cell: &Cell<'_>) -> Result<Option<Load>, Wrong> {
        let (said, dialect, is_bytes) = (cell.said.as_ref(), self.samples.dialect, self.samples.columns.is_bytes);
        if dialect.is_missing(said) {
            return Ok(None);
        }
        let whole = |hint| Wrong::new(format!("`{said}` is not a whole number")).hint(hint);
        if !said.starts_with(|c: char| c.is_ascii_digit()) {
            let option = dialect.option("missing", said);
            return Err(whole(format!("write digits only; if it stands for no value, say {option}")));
        }
        let (number, unit) = numeral(said, dialect)?;
        let most = if is_bytes { BITS_MAX / 8 } else { BPS_MAX };
        match units::whole(&number) {
            Ok(value) if unit.is_empty() && value > most => {
                let hint = if is_bytes { "that is 10 Tbps for 5 minutes" } else { "that is 10 Tbps" };
                Err(Wrong::new(format!("{value} is more than {most}")).hint(hint))
            }
            Ok(bytes) if unit.is_empty() && is_bytes => Ok(Some(Load::from_bits(bytes * 8))),
            Ok(bps) if unit.is_empty() => Ok(Some(Load::of(BitRate::from_bps(bps)))),
            _ => Err(whole("write digits only, without unit or decimals".into())),
        }
    }
}
