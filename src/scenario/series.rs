//! Rates that change in time: a table's column, or rows in the scenario itself -> a series of the plan. Daily curves are `diurnal`'s.

use super::Loader;
use super::civil;
use super::datum::{At, Datum, Entity, Two};
use super::diagnostic::{Complaints, Span};
use super::language::{RATE_MAX, TIME_MAX};
use super::nearest::{list_some, nearest};
use super::sheet::Sheet;
use crate::model::RateSeries;
use crate::model::plan::Pattern;
use crate::units::{BitRate, Factor, RateUnit, SimDuration, UnitError};
use jiff::Zoned;
use std::rc::Rc;
use std::sync::Arc;

/// What the cells mean.
struct Meaning<'a> {
    start: &'a Zoned,
    step: SimDuration,
    unit: Option<RateUnit>,
    scale: Factor,
}

/// Message and hint.
type Wrong = (String, String);

/// Rows of a series, and what was odd about them.
#[derive(Default)]
struct Rows {
    rows: Vec<(i64, BitRate)>,
    ambiguous: u64,
    without_rate: u64,
}

impl Meaning<'_> {
    /// Adds the row of these two cells.
    fn add(&self, rows: &mut Rows, time: (&str, Span), rate: Option<(&str, Span)>) -> Result<(), (Span, Wrong)> {
        let (at, ambiguous) = self.instant(time.0).map_err(|wrong| (time.1, wrong))?;
        let Some((rate, span)) = rate.filter(|rate| !rate.0.is_empty()) else {
            rows.without_rate += 1;
            return Ok(());
        };
        rows.ambiguous += u64::from(ambiguous);
        rows.rows.push((at, self.rate(rate).map_err(|wrong| (span, wrong))?));
        Ok(())
    }

    /// Nanoseconds of the run, and whether the civil clock shows that time twice or never.
    fn instant(&self, text: &str) -> Result<(i64, bool), Wrong> {
        let hint =
            || "a time is a number of `step`s, a time such as \"5 min\" or a stamp such as 2017-06-01T08:00:00".into();
        if civil::is_stamp(text) {
            let found = civil::since_start(text, self.start);
            return found.ok_or_else(|| (format!("`{text}` is not a civil time"), hint()));
        }
        let plain = text.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let time = if plain { self.step.times(text) } else { text.parse() };
        let time = time.map_err(|_| (format!("`{text}` is not a time"), hint()))?;
        if time.as_nanos() > TIME_MAX {
            let most = SimDuration::from_nanos(TIME_MAX);
            let hint = format!("times count from the start of the run, up to {most}; `step` says what 1 means");
            return Err((format!("a row at {time} is too late"), hint));
        }
        Ok((time.as_nanos() as i64, false))
    }

    fn rate(&self, text: &str) -> Result<BitRate, Wrong> {
        if text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return Err((format!("a rate cannot be negative: {text}"), "0 is silence".into()));
        }
        let plain = text.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let rate = match self.unit {
            Some(unit) if plain => unit.rate(text, self.scale),
            None if plain => {
                let hint = "say what the numbers mean, for example unit = \"Mbps\" or unit = \"100 B/5 min\"";
                return Err((format!("the rate {text} has no unit"), hint.into()));
            }
            _ => text.parse().map(|rate: BitRate| rate.scaled(self.scale)),
        };
        let rate = rate.map_err(|wrong| match wrong {
            UnitError::NotANumber { .. } => (
                format!("`{text}` is not a rate"),
                "write a number and say its `unit`, or a rate such as \"10 Mbps\"".into(),
            ),
            _ => (wrong.to_string(), wrong.hint().unwrap_or_else(|| "see `unit` and `scale`".into())),
        })?;
        if rate.as_bps() > RATE_MAX {
            let most = BitRate::from_bps(RATE_MAX);
            return Err((
                format!("a rate of {rate} is too high"),
                format!("it may be up to {most}; see `unit` and `scale`"),
            ));
        }
        Ok(rate)
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
        let start = self.start.clone();
        let meaning = Meaning {
            start: &start,
            step: entity.get("step").copied().unwrap_or(SimDuration::from_secs(1)),
            scale: entity.get("scale").copied().unwrap_or(Factor::ONE),
            unit: unit.ok()?,
        };
        let rows = match (entity.has("file"), entity.has("series")) {
            (true, false) => self.rows_of_file(entity, &meaning),
            (false, true) => inline_rows(entity, &meaning, &mut self.out),
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
        for (what, count) in [
            ("rows without a rate, left out", rows.without_rate),
            ("stamps that clocks skip or show twice, moved forward or taken as the earlier", rows.ambiguous),
        ] {
            series.handled.extend((count > 0).then(|| (what.to_owned(), count)));
        }
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

    fn rows_of_file(&mut self, entity: &Entity, meaning: &Meaning<'_>) -> Option<Rows> {
        let sheet = self.sheet(entity)?;
        let text = self.out.text(sheet.source);
        let column = match entity.get::<Datum>("column") {
            None => Ok((1, false)),
            Some(Datum::Text(name)) => named_column(&sheet, text, name).map(|column| (column, true)),
            Some(Datum::Integer(number)) => Ok((*number as usize - 1, false)),
            Some(_) => return None,
        };
        let (column, named) = column
            .map_err(|(message, hint)| {
                self.out.error(entity.span("column"), message).hint(hint);
            })
            .ok()?;
        let text = self.out.text(sheet.source);
        if column >= sheet.width(0) && sheet.len() > 0 {
            let message = format!("there is no column {}: the first line has {}", column + 1, sheet.width(0));
            self.out.error(entity.span("column"), message).hint("the first column, 1, holds the times");
            return None;
        }
        match rows_of_sheet(&sheet, text, column, named, meaning) {
            Ok(rows) if rows.rows.is_empty() => {
                self.out.error(entity.span("file"), "this file has no rows");
                None
            }
            Ok(rows) => Some(rows),
            Err((span, (message, hint))) => {
                self.out.error(span, message).hint(hint);
                None
            }
        }
    }

    /// The file of an entry as a table; each file is read once.
    fn sheet(&mut self, entity: &Entity) -> Option<Rc<Sheet>> {
        let name = entity.get::<String>("file")?;
        if let Some(known) = self.sheets.get(name) {
            return Some(known.clone());
        }
        let source = self.read_text_file(entity, "file")?;
        let Some(sheet) = Sheet::new(source, self.out.text(source)) else {
            self.out.error(entity.span("file"), "this file is too long: at most 4 GiB are read");
            return None;
        };
        let sheet = Rc::new(sheet);
        self.sheets.insert(name.clone(), sheet.clone());
        Some(sheet)
    }
}

fn inline_rows(entity: &Entity, meaning: &Meaning<'_>, out: &mut Complaints) -> Option<Rows> {
    if entity.has("column") {
        out.error(entity.key_span("column"), "`column` chooses from a `file`, and there is none").hint("remove it");
        return None;
    }
    let mut rows = Rows::default();
    for At { value, span } in entity.get::<Vec<At<Datum>>>("series")? {
        let Datum::Two(Two(pair)) = value else { continue };
        let (Datum::Text(time), Datum::Text(rate)) = &**pair else { continue };
        let cell = |text| Some((text, *span));
        if let Err((span, (message, hint))) = meaning.add(&mut rows, (time.trim(), *span), cell(rate.trim())) {
            out.error(span, message).hint(hint);
            return None;
        }
    }
    Some(rows)
}

/// The rows of one column. The first line may be a header: it is, if neither a time nor a rate can be read from it.
fn rows_of_sheet(
    sheet: &Sheet,
    text: &str,
    column: usize,
    has_header: bool,
    meaning: &Meaning<'_>,
) -> Result<Rows, (Span, Wrong)> {
    let cells = |line| (sheet.cell(text, line, 0), sheet.cell(text, line, column));
    let is_header = match cells(0) {
        (Some((time, _)), Some((rate, _))) => meaning.instant(time).is_err() && meaning.rate(rate).is_err(),
        _ => false,
    };
    let mut rows = Rows::default();
    rows.rows.reserve_exact(sheet.len());
    for line in usize::from(has_header || is_header)..sheet.len() {
        if let (Some(time), rate) = cells(line) {
            meaning.add(&mut rows, time, rate)?;
        }
    }
    Ok(rows)
}

fn named_column(sheet: &Sheet, text: &str, name: &str) -> Result<usize, Wrong> {
    let names = || (1..sheet.width(0)).filter_map(|column| Some((column, sheet.cell(text, 0, column)?.0)));
    if let Some((column, _)) = names().find(|(_, known)| *known == name) {
        return Ok(column);
    }
    let hint = match nearest(name, names().map(|(_, known)| known)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the first line names {}", list_some(names().map(|(_, known)| known))),
    };
    Err((format!("no column is called `{name}`"), hint))
}
