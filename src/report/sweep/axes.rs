//! What the views of sweeps share: the heading, the letters that stand for the axes in tables, the columns of the axes
//! in CSV, the beginning of JSON documents.

use super::model::Head;
use crate::report::format::column::{Column, text};
use crate::report::format::csv::{partial, record};
use crate::report::format::notes::folded;
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What stands for the axes in tables: keys are too long for titles.
const LETTERS: [&str; 10] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];

/// The most axes a report can tell apart.
pub const AXES_MAX: usize = 8;

/// What is reported, of which file, and what the letters of the table mean.
pub fn heading(head: &Head, subject: &str, page: &Page) -> String {
    let mut out = page.title(&format!("{}: {subject}", head.scenario));
    out += &page.prose(&format!("seed {} ({})", head.seed, head.file));
    if head.partial {
        out += &page.toned("PARTIAL: interrupted; this is what was measured until then.", Tone::Caution);
    }
    if !head.axes.is_empty() {
        out.push('\n');
    }
    for (letter, axis) in LETTERS.iter().zip(&head.axes) {
        out += &page.remark(&format!("{letter} = {}", axis.key));
    }
    out + "\n"
}

/// A table whose first columns are the axes.
pub fn table(head: &Head, columns: &[Column]) -> Table {
    let keys = LETTERS.iter().zip(&head.axes).map(|(letter, _)| text(letter).key());
    Table::new(&keys.chain(columns.iter().copied()).collect::<Vec<_>>())
}

/// Adds a row: the values of the axes, then what was measured.
pub fn row(table: &mut Table, values: &[String], cells: impl IntoIterator<Item = Cell>) {
    table.cells(values.iter().map(|value| Cell::from(value.as_str())).chain(cells).collect());
}

/// The remarks below the tables.
pub fn notes(head: &Head, page: &Page) -> String {
    folded(&head.notes, page.verbose).iter().map(|note| format!("\n{}", page.prose(note))).collect()
}

/// `2 of 3 FAILED`, or nothing if the file expects nothing.
pub fn expectations(held: usize, of: usize, partial: bool) -> Cell {
    match (held == of, partial) {
        _ if of == 0 => "".into(),
        (_, true) => Cell::toned("not evaluated", Tone::Caution),
        (true, false) => format!("{held} of {of}").into(),
        (false, false) => Cell::toned(format!("{held} of {of} FAILED"), Tone::Bad),
    }
}

/// A CSV: a column for each axis, then `columns`; a first line says if it is partial.
pub fn csv<'a>(head: &Head, columns: &str, rows: impl Iterator<Item = (&'a [String], Vec<String>)>) -> String {
    let mut out = if head.partial { partial("interrupted") } else { String::new() };
    let keys = record(head.axes.iter().map(|axis| axis.key.as_str()).chain(columns.split(',')));
    out += &format!("{keys}\n");
    for (values, cells) in rows {
        out += &record(values.iter().chain(&cells));
        out.push('\n');
    }
    out
}

/// A document with the format's name, the head and these fields.
pub fn document(format: &str, head: &Head, fields: &impl Serialize) -> Value {
    let mut document = json!({ "format": format, "version": 1 });
    for part in [serde_json::to_value(head), serde_json::to_value(fields)] {
        if let (Some(document), Ok(Value::Object(fields))) = (document.as_object_mut(), part) {
            document.extend(fields);
        }
    }
    document
}

/// The values by key.
pub fn by_key(head: &Head, values: &[String]) -> Map<String, Value> {
    head.axes.iter().zip(values).map(|(axis, value)| (axis.key.clone(), value.clone().into())).collect()
}

/// A cell for what there may be none of.
pub fn maybe<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
