//! Rates that change in time: a table's column, or rows in the scenario itself -> a series of the plan. Daily curves
//! are `diurnal`'s.

use super::Loader;
use super::datum::{At, Datum, Entity, Two};
use super::diagnostic::Span;
use super::nearest::{list_some, nearest};
use super::tables::Sheet;
use crate::model::RateSeries;
use crate::model::plan::Pattern;
use crate::notation::{Cell, Complaint, Delimiter, Meaning, ShownCounts, Time, Wrong};
use crate::units::{BitRate, Factor, RateUnit, SimDuration};
use jiff::{Timestamp, Zoned};
use std::borrow::Cow;
use std::sync::Arc;

/// One row: its time and its rate, if it has a cell for that.
type Row<'t> = (Cell<'t>, Option<Cell<'t>>);

/// Rows of a series, and what was odd about them.
#[derive(Default)]
struct Rows {
    /// Nanoseconds of the run, negative before its start, in the order of the file.
    rows: Vec<(i64, BitRate)>,
    shown: ShownCounts,
    without_rate: u64,
    thousands: Thousands,
}

/// Tells whether points may separate thousands: every number then has three digits behind its point and one to three
/// before it.
#[derive(Default)]
struct Thousands {
    like: u64,
    unlike: u64,
}

impl Thousands {
    fn note(&mut self, said: &str) {
        let (whole, behind) = said.split_once('.').map_or((said, None), |(whole, behind)| (whole, Some(behind)));
        let fits = whole.len() <= 3 && behind.is_none_or(|behind| behind.len() == 3);
        self.like += u64::from(fits && behind.is_some());
        self.unlike += u64::from(!fits);
    }
}

/// Reads rows one after the other.
struct RowReader<'a> {
    meaning: Meaning<'a>,
    start: &'a Zoned,
    /// The instant of the row before.
    previous: Option<Timestamp>,
    found: Rows,
}

impl RowReader<'_> {
    fn add(&mut self, (time, rate): Row<'_>) -> Result<(), Complaint> {
        let (at, shown) =
            match self.meaning.time(&time.said, self.previous).map_err(|wrong| wrong.at(time.span.clone()))? {
                Time::After(time) => (i128::from(time.as_nanos()), None),
                Time::At(instant, shown) => {
                    (instant.as_nanosecond() - self.start.timestamp().as_nanosecond(), Some(shown))
                }
            };
        let far = |_| {
            let message = format!("{} is too far from the start of the run", time.said);
            Complaint::new(time.span.clone(), message).hint("`start` of the scenario says when that is")
        };
        let at = i64::try_from(at).map_err(far)?;
        self.previous = Timestamp::from_nanosecond(self.start.timestamp().as_nanosecond() + i128::from(at)).ok();
        let Some((rate, cell)) = self.rate(rate.as_ref())? else {
            self.found.without_rate += 1;
            return Ok(());
        };
        self.found.thousands.note(&cell.said);
        shown.into_iter().for_each(|shown| self.found.shown.add(shown));
        self.found.rows.push((at, rate));
        Ok(())
    }

    /// The rate and the cell that says it, if one does.
    fn rate<'c, 't>(&self, cell: Option<&'c Cell<'t>>) -> Result<Option<(BitRate, &'c Cell<'t>)>, Complaint> {
        let Some(cell) = cell else { return Ok(None) };
        let rate = self.meaning.rate(&cell.said).map_err(|wrong| wrong.at(cell.span.clone()))?;
        Ok(rate.map(|rate| (rate, cell)))
    }

    /// Reads `count` rows. A file that begins with its newest row is read from its end, so that instants follow each
    /// other.
    fn read<'t>(mut self, count: usize, row: impl Fn(usize) -> Option<Row<'t>>) -> Result<Rows, Vec<Complaint>> {
        self.found.rows.reserve_exact(count);
        let ends = row(0).zip(count.checked_sub(1).and_then(&row));
        let is_falling = ends.is_some_and(|((first, _), (last, _))| self.meaning.is_falling(&first.said, &last.said));
        let mut wrong = Vec::new();
        for at in 0..count {
            let Some(row) = row(if is_falling { count - 1 - at } else { at }) else { continue };
            if let Err(complaint) = self.add(row) {
                wrong.push(complaint);
                // Where numbers have no meaning, every row would say so.
                if self.meaning.unit.is_none() {
                    break;
                }
            }
        }
        if is_falling {
            self.found.rows.reverse();
            wrong.reverse();
        }
        if wrong.is_empty() { Ok(self.found) } else { Err(wrong) }
    }
}

impl Loader<'_> {
    /// The pattern of a `series` entry.
    pub(super) fn series(&mut self, entity: &Entity) -> Option<Pattern> {
        let unit = entity.get::<String>("unit").map(|text| text.parse::<RateUnit>());
        let unit = unit.transpose().map_err(|wrong| {
            let hint = "write for example \"Mbps\", \"bit/s\" or \"100 B/5 min\"";
            self.out.error(entity.span("unit"), format!("`unit`: {wrong}")).hint(hint);
        });
        let (start, dialect) = (self.start.clone(), self.dialect(entity));
        let meaning = Meaning {
            dialect: &dialect,
            zone: start.time_zone(),
            step: entity.get("step").copied().unwrap_or(SimDuration::from_secs(1)),
            scale: entity.get("scale").copied().unwrap_or(Factor::ONE),
            unit: unit.ok()?,
        };
        let reader = RowReader { meaning, start: &start, previous: None, found: Rows::default() };
        let rows = match (entity.has("file"), entity.has("series")) {
            (true, false) => self.rows_of_file(entity, reader),
            (false, true) => self.inline_rows(entity, reader),
            (false, false) => {
                if !entity.broken {
                    self.out
                        .error(entity.at, format!("{} needs a `file` or a `series`", entity.path))
                        .hint("add for example file = \"rates.csv\"");
                }
                None
            }
            (true, true) => {
                self.out
                    .error(entity.key_span("series"), format!("{} has both `file` and `series`", entity.path))
                    .label(entity.key_span("file"), "the other one")
                    .hint("keep one of them");
                None
            }
        }?;
        let key = if entity.has("file") { "file" } else { "series" };
        self.note_rows_outside(entity.span(key), &rows.rows);
        let mut series = RateSeries::of_rows(rows.rows);
        if entity.has("series") {
            // What was written by hand is meant as it stands.
            series.handled.clear();
        }
        let without_rate = (rows.without_rate > 0).then_some(("rows without a rate, left out", rows.without_rate));
        let told = without_rate.into_iter().chain(rows.shown.told());
        series.handled.extend(told.map(|(what, count)| (what.to_owned(), count)));
        Some(Pattern::Series(Arc::new(series)))
    }

    /// Remarks on rows of which the run sees none, as when stamps belong to another year.
    fn note_rows_outside(&mut self, span: Span, rows: &[(i64, BitRate)]) {
        let (Some(first), Some(last)) = (rows.iter().map(|r| r.0).min(), rows.iter().map(|r| r.0).max()) else {
            return;
        };
        let end = self.end.map_or(i64::MAX, |end| i64::try_from(end.as_nanos()).unwrap_or(i64::MAX));
        let hint = "stamps count from `start` of the scenario, by the clocks of its `zone`";
        if last < 0 {
            self.out
                .warning(span, "every row lies before the start of the run; the last rate holds throughout")
                .hint(hint);
        } else if first >= end {
            self.out.warning(span, "every row lies behind the end of the run; nothing is sent").hint(hint);
        }
    }

    fn rows_of_file(&mut self, entity: &Entity, reader: RowReader<'_>) -> Option<Rows> {
        let dialect = reader.meaning.dialect;
        let sheet = self.sheet(entity, dialect)?;
        if sheet.table.is_empty() {
            self.out.error(entity.span("file"), "this file has no rows");
            return None;
        }
        let (column, is_named) = self.column(entity, &sheet)?;
        let (table, text) = (&sheet.table, self.out.text(sheet.source));
        let row = |at| Some((table.cell(text, at, 0)?, table.cell(text, at, column)));
        // Without a name to look for, the first row is one if neither a time nor a rate can be read from it.
        let is_header = is_named
            || row(0).is_some_and(|(time, rate): Row<'_>| {
                reader.meaning.time(&time.said, None).is_err()
                    && rate.is_some_and(|rate| reader.meaning.rate(&rate.said).is_err())
            });
        let skipped = usize::from(is_header);
        let names = if is_header { table.columns(text).map(|_| ()) } else { Ok(()) };
        let may_be_thousands = dialect.decimal.is_none() && table.delimiter() != Delimiter::COMMA;
        let rows = names.and_then(|()| reader.read(table.len().saturating_sub(skipped), |at| row(at + skipped)));
        match rows {
            Ok(rows) if rows.rows.is_empty() => {
                self.out.error(entity.span("file"), "this file has no rows");
                None
            }
            Ok(rows) => {
                if may_be_thousands && rows.thousands.like > 0 && rows.thousands.unlike == 0 {
                    self.note_thousands(entity.span("file"));
                }
                Some(rows)
            }
            Err(all) => {
                all.into_iter().for_each(|complaint| self.tell(sheet.source, complaint));
                None
            }
        }
    }

    /// Remarks on numbers that may be a thousand times what they are taken for.
    fn note_thousands(&mut self, span: Span) {
        self.out
            .warning(
                span,
                "every number with a point has three digits behind it: if it separates thousands, all are too small",
            )
            .hint("write thousands together; decimal = \".\" says that the point is the decimal mark");
    }

    /// The column of the rates, and whether it was called by its name.
    fn column(&mut self, entity: &Entity, sheet: &Sheet) -> Option<(usize, bool)> {
        let (table, text) = (&sheet.table, self.out.text(sheet.source));
        let found = match entity.get::<Datum>("column") {
            None => Ok((1, false)),
            Some(Datum::Text(name)) => named_column(sheet, text, name.trim()).map(|column| (column, true)),
            Some(Datum::Integer(number)) => Ok((*number as usize - 1, false)),
            Some(_) => return None,
        };
        let found = found.and_then(|(column, is_named)| {
            if column < table.width(0) {
                return Ok((column, is_named));
            }
            let message = format!("there is no column {}: the first line has {}", column + 1, table.width(0));
            Err(Wrong::new(message).hint("the first column, 1, holds the times"))
        });
        found
            .map_err(|wrong| {
                self.out.error(entity.span("column"), wrong.message).hint = wrong.hint;
            })
            .ok()
    }

    fn inline_rows(&mut self, entity: &Entity, reader: RowReader<'_>) -> Option<Rows> {
        for key in ["column", "delimiter"] {
            if entity.has(key) {
                let message = format!("`{key}` is about a `file`, and there is none");
                self.out.error(entity.key_span(key), message).hint("remove it");
                return None;
            }
        }
        let pairs = entity.get::<Vec<At<Datum>>>("series")?;
        let row = |at: usize| {
            let At { value: Datum::Two(Two(pair)), span } = pairs.get(at)? else { return None };
            let (Datum::Text(time), Datum::Text(rate)) = &**pair else { return None };
            let cell = |said: &str| Cell { said: Cow::Owned(said.trim().to_owned()), span: span.start..span.end };
            Some((cell(time), Some(cell(rate))))
        };
        let source = entity.span("series").source;
        let tell = |all: Vec<Complaint>| all.into_iter().for_each(|complaint| self.tell(source, complaint));
        reader.read(pairs.len(), row).map_err(tell).ok()
    }
}

fn named_column(sheet: &Sheet, text: &str, name: &str) -> Result<usize, Wrong> {
    let table = &sheet.table;
    let names = || (0..table.width(0)).filter_map(|column| Some(table.cell(text, 0, column)?.said));
    match names().position(|known| known == name) {
        Some(0) => Err(Wrong::new(format!("`{name}` is the first column, which holds the times"))
            .hint("choose the column of the rates")),
        Some(column) => Ok(column),
        None => {
            let names: Vec<Cow<'_, str>> = names().skip(1).collect();
            let known = || names.iter().map(|known| known.as_ref()).filter(|known| !known.is_empty());
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the first line names {}", list_some(known())),
            };
            Err(Wrong::new(format!("no column is called `{name}`")).hint(hint))
        }
    }
}
