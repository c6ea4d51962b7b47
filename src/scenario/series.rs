//! Rates that change over time: a table's column, or rows in the scenario itself -> a series of the plan. `diurnal`
//! makes daily curves.

use super::Loader;
use crate::model::plan::Pattern;
use crate::model::{RATE_MAX, RateSeries, TIME_MAX};
use crate::notation::{
    At, Cell, Complaints, Datum, Delimiter, Entity, Meaning, RowsByTime, Shown, ShownCounts, Table, TextSpan,
};
use crate::notation::{Time, Two, Wrong, list_some, nearest};
use crate::units::{BitRate, Factor, RateUnit, SimDuration};
use jiff::{Timestamp, Zoned};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// One row: its time, and its rate if it has a cell for it.
type Row<'t> = (Cell<'t>, Option<Cell<'t>>);

/// The rows of a series, and counts of what was unusual about them.
#[derive(Default)]
struct Rows {
    /// Nanoseconds of the run, negative before its start, in file order.
    rows: Vec<(i64, BitRate)>,
    shown: ShownCounts,
    without_rate: u64,
    thousands: Thousands,
}

/// Detects whether points may separate thousands: every number then has one to three digits before its point and three
/// after it.
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

/// Reads rows one by one.
struct RowReader<'a> {
    meaning: Meaning<'a>,
    start: &'a Zoned,
    /// The instant of the previous row.
    previous: Option<Timestamp>,
    /// Whether a missing unit was already reported; otherwise every row would repeat the complaint.
    lacks_unit: bool,
    is_sound: bool,
    found: Rows,
}

impl RowReader<'_> {
    fn add(&mut self, (time, rate): Row<'_>, out: &mut Complaints) {
        let at = self.time(&time).map_err(|wrong| out.cell(time.span, wrong));
        let read = rate.as_ref().map_or(Ok(None), |cell| self.rate(cell).map_err(|wrong| out.cell(cell.span, wrong)));
        let (Ok((at, shown)), Ok(read)) = (at, read) else {
            self.is_sound = false;
            return;
        };
        let Some((cell, rate)) = rate.zip(read) else {
            self.found.without_rate += 1;
            return;
        };
        self.found.thousands.note(&cell.said);
        shown.into_iter().for_each(|shown| self.found.shown.add(shown));
        self.found.rows.push((at, rate));
    }

    /// The time of a row in nanoseconds of the run, and how often clocks show it.
    fn time(&mut self, cell: &Cell<'_>) -> Result<(i64, Option<Shown>), Wrong> {
        let start = self.start.timestamp().as_nanosecond();
        let (at, shown) = match self.meaning.time(&cell.said, self.previous)? {
            Time::After(time) => (i128::from(time.as_nanos()), None),
            Time::At(instant, shown) => (instant.as_nanosecond() - start, Some(shown)),
        };
        let far = |_| {
            Wrong::new(format!("{} is too far from the start of the run", cell.said))
                .hint("`start` of the scenario says when that is")
        };
        let at = i64::try_from(at).map_err(far)?;
        self.previous = Timestamp::from_nanosecond(start + i128::from(at)).ok();
        Ok((at, shown))
    }

    /// The rate, if the cell holds one.
    fn rate(&mut self, cell: &Cell<'_>) -> Result<Option<BitRate>, Wrong> {
        if self.lacks_unit && self.meaning.lacks_unit(&cell.said) {
            return Ok(None);
        }
        let rate = self.meaning.rate(&cell.said);
        self.lacks_unit |= rate.is_err() && self.meaning.lacks_unit(&cell.said);
        rate
    }

    /// Reads the rows with these numbers; `None` after a complaint.
    fn read<'t>(
        mut self,
        rows: Range<usize>,
        row: impl Fn(usize) -> Option<Row<'t>>,
        out: &mut Complaints,
    ) -> Option<Rows> {
        self.found.rows.reserve_exact(rows.len());
        let order = RowsByTime::of(rows, |at| self.meaning.instant(&row(at)?.0.said));
        order.iter().filter_map(row).for_each(|row| self.add(row, out));
        if order.is_falling {
            self.found.rows.reverse();
        }
        self.is_sound.then_some(self.found)
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
            latest: TIME_MAX,
            fastest: RATE_MAX,
        };
        let reader = RowReader {
            meaning,
            start: &start,
            previous: None,
            lacks_unit: false,
            is_sound: true,
            found: Rows::default(),
        };
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
            // Rows written by hand are taken as they stand.
            series.handled.clear();
        }
        let without_rate = (rows.without_rate > 0).then_some(("rows without a rate, left out", rows.without_rate));
        let told = without_rate.into_iter().chain(rows.shown.told());
        series.handled.extend(told.map(|(what, count)| (what.to_owned(), count)));
        Some(Pattern::Series(Arc::new(series)))
    }

    /// Warns if the run covers none of the rows, as when stamps belong to another year.
    fn note_rows_outside(&mut self, span: TextSpan, rows: &[(i64, BitRate)]) {
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
        let table = self.table_file(entity, dialect)?;
        if table.is_empty() {
            self.no_rows(entity);
            return None;
        }
        let (column, is_named) = self.column(entity, &table)?;
        let row = |at| Some((table.cell(at, 0)?, table.cell(at, column)));
        // If no column is chosen by name, the first row is a header if neither its time nor its rate can be read.
        let is_header = is_named
            || row(0).is_some_and(|(time, rate): Row<'_>| {
                reader.meaning.time(&time.said, None).is_err()
                    && rate.is_some_and(|rate| reader.meaning.rate(&rate.said).is_err())
            });
        let are_names_sound = !is_header || table.check_names(&mut self.out);
        let may_be_thousands = dialect.decimal.is_none() && table.delimiter() != Delimiter::COMMA;
        let rows = reader.read(usize::from(is_header)..table.len(), row, &mut self.out)?;
        if !(are_names_sound && table.is_whole) {
            return None;
        }
        if rows.rows.is_empty() {
            self.no_rows(entity);
            return None;
        }
        if may_be_thousands && rows.thousands.like > 0 && rows.thousands.unlike == 0 {
            self.note_thousands(entity.span("file"));
        }
        Some(rows)
    }

    fn no_rows(&mut self, entity: &Entity) {
        self.out
            .error(entity.span("file"), "this file has no rows")
            .hint("each row is a time and a rate, such as 0,10 and 300,12");
    }

    /// Warns that numbers may be a thousand times larger than they were read as.
    fn note_thousands(&mut self, span: TextSpan) {
        self.out
            .warning(
                span,
                "every number with a point has three digits behind it: if it separates thousands, all are too small",
            )
            .hint("write thousands together; decimal = \".\" says that the point is the decimal mark");
    }

    /// The column of the rates, and whether it was chosen by name.
    fn column(&mut self, entity: &Entity, table: &Table) -> Option<(usize, bool)> {
        let found = match entity.get::<Datum>("column") {
            None => Ok((1, false)),
            Some(Datum::Text(name)) => self.named_column(table, name.trim()).map(|column| (column, true)),
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
        found.map_err(|wrong| self.out.wrong(entity.span("column"), wrong)).ok()
    }

    fn named_column(&mut self, table: &Table, name: &str) -> Result<usize, Wrong> {
        match table.column(name) {
            Some(0) => Err(Wrong::new(format!("`{name}` is the first column, which holds the times"))
                .hint("choose the column of the rates")),
            Some(column) => Ok(column),
            None => {
                let names: Vec<Cow<'_, str>> =
                    table.names().filter(|(column, _)| *column > 0).map(|(_, cell)| cell.said).collect();
                let known = || names.iter().map(AsRef::as_ref);
                let near = if self.out.affords(names.len()) { nearest(name, known()) } else { None };
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the first line names {}", list_some(known())),
                };
                Err(Wrong::new(format!("no column is called `{name}`")).hint(hint))
            }
        }
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
            let cell = |said: &str| Cell { said: Cow::Owned(said.trim().to_owned()), span: *span };
            Some((cell(time), Some(cell(rate))))
        };
        reader.read(0..pairs.len(), row, &mut self.out)
    }
}
