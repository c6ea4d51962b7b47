//! A matrix against an earlier one: which pairs differ. The earlier one is read from the JSON or CSV that was written
//! then.

use super::csv::HEADER;
use super::json::by_name;
use super::record::{Record, rows};
use crate::diagnose::matrix::{By, Matrix};
use crate::report::format::column::{prose, text};
use crate::report::format::json::pretty;
use crate::report::format::page::Page;
use crate::report::format::table::Table;
use crate::report::format::words::counted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The pairs of an earlier matrix.
#[derive(Debug, Default)]
pub struct Expected(BTreeMap<(String, String), Told>);

/// What a matrix tells of one pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    src: String,
    dst: String,
    one_way: bool,
    round_trip: bool,
    #[serde(default)]
    landed_on: Option<String>,
    #[serde(default)]
    reply_landed_on: Option<String>,
    verdict: String,
    #[serde(default)]
    reply_verdict: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    /// What its rows stand for.
    by: Option<String>,
    pairs: Vec<Told>,
}

impl Expected {
    /// Reads what `matrix --json` or `matrix --csv` wrote.
    ///
    /// # Errors
    /// What is wrong, with line and column, and what to do about it.
    pub fn read(text: &str, by: By) -> Result<Expected, (String, &'static str)> {
        let pairs = if text.trim_start().starts_with('{') { from_json(text, by)? } else { from_csv(text)? };
        Ok(Expected(pairs.into_iter().map(|told| ((told.src.clone(), told.dst.clone()), told)).collect()))
    }
}

const HINT: &str = "give what `vpcsim matrix FILE --json` or `--csv` wrote";

fn from_json(text: &str, by: By) -> Result<Vec<Told>, (String, &'static str)> {
    // Only the head of the document says so: its pairs name numbers.
    if text.get(..500).unwrap_or(text).contains("\"classes\":[") {
        return Err(("these are classes, not pairs".into(), "write the earlier matrix with --all"));
    }
    let document = serde_json::from_str::<Document>(text).map_err(|wrong| (wrong.to_string(), HINT))?;
    match document.by {
        Some(other) if other != by_name(by) => {
            Err((format!("this is a matrix by {other}, not by {}", by_name(by)), "give the same --by as then"))
        }
        _ => Ok(document.pairs),
    }
}

fn from_csv(text: &str) -> Result<Vec<Told>, (String, &'static str)> {
    if text.lines().next() != Some(HEADER) {
        return Err(("this is no matrix".into(), HINT));
    }
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.map_err(|wrong| (wrong.to_string(), HINT)))
        .collect()
}

impl From<Record<String>> for Told {
    fn from(record: Record<String>) -> Told {
        Told {
            src: record.src,
            dst: record.dst,
            one_way: record.one_way,
            round_trip: record.round_trip,
            landed_on: record.landed_on,
            reply_landed_on: record.reply_landed_on,
            verdict: record.verdict.into(),
            reply_verdict: record.reply_verdict.map(str::to_owned),
        }
    }
}

/// One pair that differs; one side is missing if the pair is only in the other matrix.
#[derive(Debug, Serialize)]
pub struct Difference {
    src: String,
    dst: String,
    expected: Option<Told>,
    found: Option<Told>,
}

/// The pairs that differ, in the order of the matrix; those that it does not have come last.
#[derive(Debug)]
pub struct Differences(Vec<Difference>);

impl Differences {
    /// Those between an earlier matrix and this one.
    pub fn between(Expected(mut expected): Expected, matrix: &Matrix<'_>) -> Differences {
        let mut all = Vec::new();
        for found in rows(matrix).flatten().map(Told::from) {
            let (src, dst) = (found.src.clone(), found.dst.clone());
            let before = expected.remove(&(src.clone(), dst.clone()));
            if before.as_ref() != Some(&found) {
                all.push(Difference { src, dst, expected: before, found: Some(found) });
            }
        }
        let gone = |((src, dst), told)| Difference { src, dst, expected: Some(told), found: None };
        // Of chosen hosts, the others are not missing.
        let is_asked = |(src, dst): &(String, String)| !matrix.leaves_out(src, dst);
        all.extend(expected.into_iter().filter(|(pair, _)| is_asked(pair)).map(gone));
        Differences(all)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The differences as an indented JSON document that ends in a newline.
pub fn differences_json(Differences(all): &Differences) -> String {
    pretty(&serde_json::json!({ "format": "vpcsim-matrix-differences", "version": 1, "differences": all }))
}

/// The differences as text, one row for each.
pub fn differences_text(Differences(all): &Differences, page: &Page) -> String {
    if all.is_empty() {
        return page.title("No pair differs from what is expected");
    }
    let mut table = Table::new(&[text("from").key(), text("to").key(), text("expected"), prose("found")]);
    for difference in all {
        let side = |told: &Option<Told>| told.as_ref().map_or("no such pair".to_owned(), Told::in_short);
        let [expected, found] = [&difference.expected, &difference.found].map(side);
        table.row([difference.src.clone(), difference.dst.clone(), expected, found]);
    }
    let verb = if all.len() == 1 { "differs" } else { "differ" };
    page.title(&format!("{} {verb} from what is expected", counted(all.len() as u64, "pair"))) + &table.render(page)
}

impl Told {
    /// `delivered`, or where it ends.
    fn in_short(&self) -> String {
        let landed = |on: &Option<String>| on.as_ref().map(|on| format!("lands on {on}")).unwrap_or_default();
        match (&self.reply_verdict, self.one_way) {
            _ if self.round_trip => "delivered".into(),
            (Some(verdict), true) if verdict != "delivered" => format!("reply: {verdict}"),
            (Some(_), true) => format!("reply {}", landed(&self.reply_landed_on)),
            (Some(_), false) => landed(&self.landed_on),
            (None, _) => self.verdict.clone(),
        }
    }
}
