//! The tables that entries name: each is read once, and complained about as a whole, however many entries use it. What
//! their cells mean is not said here.

use super::Loader;
use super::datum::{At, Entity};
use super::diagnostic::Span;
use crate::notation::{COMPLAINTS_MAX, Complaint, DecimalMark, Delimiter, Dialect, Spelling, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A file's name in the scenario, and how that says it is to be split.
type Key = (String, Option<Delimiter>, bool);

/// The tables read so far; none in the place of one that could not be.
#[derive(Default)]
pub(super) struct Tables {
    read: BTreeMap<Key, Option<Rc<Sheet>>>,
    /// What was said about each text's cells so far.
    told: BTreeMap<usize, Told>,
}

/// What was said about the cells of one text.
#[derive(Default)]
struct Told {
    /// By first byte and message, at most [`COMPLAINTS_MAX`].
    shown: Vec<(usize, String)>,
    /// First bytes of further cells that something is wrong with.
    more: BTreeSet<usize>,
}

/// A table and its text, as the complaints know it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub source: usize,
    pub table: Table,
}

impl Loader<'_> {
    /// How the table or the rows of an entry are written.
    pub(super) fn dialect(&mut self, entity: &Entity) -> Dialect {
        if entity.has("epoch") && entity.has("step") {
            self.out
                .error(entity.key_span("step"), "`step` counts from the start of the run, `epoch` from 1970")
                .label(entity.key_span("epoch"), "the other one")
                .hint("keep one of them");
        }
        let text = |key| entity.get::<String>(key).map(String::as_str);
        let missing = entity.get::<Vec<At<String>>>("missing").into_iter().flatten();
        Dialect {
            delimiter: text("delimiter").and_then(|name| name.parse().ok()),
            decimal: text("decimal").and_then(|mark| mark.parse().ok()),
            missing: missing.map(|word| word.value.trim().to_owned()).collect(),
            epoch: text("epoch").and_then(|unit| unit.parse().ok()),
            spelling: Spelling::Key,
        }
    }

    /// The table under `file`; none after a complaint about it.
    pub(super) fn sheet(&mut self, entity: &Entity, dialect: &Dialect) -> Option<Rc<Sheet>> {
        let name = entity.get::<String>("file")?;
        let key = (name.clone(), dialect.delimiter, dialect.decimal() == DecimalMark::Comma);
        if let Some(known) = self.tables.read.get(&key) {
            return known.clone();
        }
        let sheet = self.read_sheet(entity, dialect);
        self.tables.read.insert(key, sheet.clone());
        sheet
    }

    fn read_sheet(&mut self, entity: &Entity, dialect: &Dialect) -> Option<Rc<Sheet>> {
        let source = self.read_text_file(entity, "file")?;
        match Table::read(self.out.text(source), dialect) {
            Ok(table) => Some(Rc::new(Sheet { source, table })),
            Err(all) => {
                all.into_iter().for_each(|complaint| self.complain(source, complaint));
                None
            }
        }
    }

    fn complain(&mut self, source: usize, complaint: Complaint) {
        let span = Span { source, start: complaint.span.start, end: complaint.span.end };
        self.out.error(span, complaint.message).hint = complaint.hint;
    }

    /// Complains about a cell, once however many entries read it, or counts it.
    pub(super) fn tell(&mut self, source: usize, complaint: Complaint) {
        let told = self.tables.told.entry(source).or_default();
        let place = (complaint.span.start, complaint.message.clone());
        if told.shown.contains(&place) {
            return;
        }
        if told.shown.len() == COMPLAINTS_MAX {
            told.more.insert(complaint.span.start);
            return;
        }
        told.shown.push(place);
        self.complain(source, complaint);
    }

    /// Says of each table how many of its cells were not complained about.
    pub(super) fn tell_of_more(&mut self) {
        for (source, told) in std::mem::take(&mut self.tables.told) {
            if !told.more.is_empty() {
                let end = self.out.text(source).len();
                let message = format!("… and {} more cells are wrong in this text", told.more.len());
                self.out.error(Span { source, start: end, end }, message);
            }
        }
    }
}
