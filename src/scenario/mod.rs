//! Scenario text -> a valid network and a plan, or complaints with file, line, column and hint. No I/O: files come
//! through [`Files`].
//!
//! The way of a text: `document` (TOML with places) -> `overrides` -> `reader` (typed entities, against the tables of
//! `language`) -> `Loader` (the control plane's operations, one after the other). Each step complains about all it can
//! and hands on what is sound; whatever refers to something unsound is passed over in silence, so that one mistake is
//! one complaint.

mod billing;
mod civil;
mod datum;
mod diagnostic;
mod diurnal;
mod document;
mod drawing;
mod ends;
mod expect;
mod field;
mod hosts;
mod language;
mod names;
mod nearest;
mod network;
mod overrides;
mod peering;
mod reader;
mod refused;
mod replay;
mod routes;
mod schema;
mod series;
mod sizes;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;
mod value;
mod verbs;

pub use diagnostic::{Diagnostic, Severity};
pub use drawing::told;
pub use overrides::Override;
pub use schema::schema;
pub use source::Source;

use crate::model::plan::Plan;
use crate::model::{Grid, Network, Rules};
use crate::notation::decode;
use crate::units::{SimDuration, SimTime};
use bytes::Bytes;
use datum::Entity;
use diagnostic::{Complaints, Span};
use jiff::Zoned;
use names::Names;
use std::path::{Path, PathBuf};
use tables::Tables;

/// Where the files of a scenario come from: the disk, or a test's memory.
pub trait Files {
    /// The whole content of a file.
    ///
    /// # Errors
    /// Whatever kept it from being read.
    fn read(&self, path: &Path) -> std::io::Result<Bytes>;
}

/// A scenario that can run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file it was read from.
    pub file: String,
    /// The network at the start.
    pub network: Network,
    /// What to do with it.
    pub plan: Plan,
    /// What a user should know of, in order of place.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the scenario at `path`, some of its keys replaced.
///
/// # Errors
/// Everything that is wrong with it, in order of place; warnings included.
pub fn load(path: &Path, files: &dyn Files, overrides: &[Override]) -> Result<Scenario, Vec<Diagnostic>> {
    let mut out = Complaints::default();
    let file = path.display().to_string();
    let Some(source) = read_text(path, &file, files, &mut out) else { return Err(out.finish()) };
    let (mut table, syntax_lines) = document::parse(source, &mut out);
    overrides::apply(overrides, &mut table, &mut out);
    let before = out.count();
    let top = Span { source, start: 0, end: 0 };
    let entity = reader::read(&language::SCENARIO, "the scenario", top, &table, &mut out);
    if !syntax_lines.is_empty() {
        out.retain_after(before, |complaint| !reader::is_echo(complaint, &syntax_lines));
        return Err(out.finish());
    }
    let rules = entity.get::<String>("rules").and_then(|name| Rules::named(name)).unwrap_or(Rules::guide());
    let mut loader = Loader {
        start: rules.start(),
        network: Network::new(rules),
        names: Names::default(),
        out,
        files,
        folder: path.parent().unwrap_or(Path::new("")).to_owned(),
        civil_steps: None,
        tables: Tables::default(),
        end: entity.get::<SimDuration>("duration").map(|d| SimTime::ZERO + *d),
    };
    let plan = loader.build(&entity, first_line_question(source, &loader.out));
    match plan {
        Some(plan) if !loader.out.has_errors() => {
            Ok(Scenario { file, network: loader.network, plan, warnings: loader.out.finish() })
        }
        _ => Err(loader.out.finish()),
    }
}

/// Reads a scenario file as text and keeps it as a source; complains if there is nothing to read.
fn read_text(path: &Path, file: &str, files: &dyn Files, out: &mut Complaints) -> Option<usize> {
    let whole_file = |source| Span { source, start: 0, end: 0 };
    let bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(wrong) => {
            let source = out.add_source(file, String::new());
            out.error(whole_file(source), format!("cannot read {file}: {wrong}"));
            return None;
        }
    };
    let text = match String::from_utf8(bytes.to_vec()) {
        Ok(text) => text,
        Err(wrong) => {
            let at = wrong.utf8_error().valid_up_to();
            let source = out.add_source(file, String::new());
            out.error(whole_file(source), format!("{file} is not text: byte {at} is not UTF-8"))
                .hint("a scenario is a TOML text in UTF-8");
            return None;
        }
    };
    let empty = text.trim().is_empty();
    let source = out.add_source(file, text);
    if empty {
        out.error(whole_file(source), format!("{file} is empty"))
            .hint("a scenario needs at least a `name`, a `duration` and a VPC");
        return None;
    }
    Some(source)
}

/// `# Question: …` on the first line.
fn first_line_question(source: usize, out: &Complaints) -> Option<String> {
    let line = out.text(source).lines().next()?;
    let question = line.trim_start_matches('\u{feff}').strip_prefix('#')?.trim().strip_prefix("Question:")?.trim();
    (!question.is_empty()).then(|| question.to_owned())
}

/// What a loading knows while it goes through the entities.
struct Loader<'a> {
    network: Network,
    names: Names,
    out: Complaints,
    files: &'a dyn Files,
    /// Other files' paths are relative to it.
    folder: PathBuf,
    /// The end of the run, if the scenario says it.
    end: Option<SimTime>,
    /// The civil instant at which it starts.
    start: Zoned,
    /// The steps of daily curves, made when the first is asked for.
    civil_steps: Option<Grid>,
    /// The tables read so far.
    tables: Tables,
}

impl Loader<'_> {
    /// Everything, in the order in which things refer to each other.
    fn build(&mut self, top: &Entity, question: Option<String>) -> Option<Plan> {
        self.start = self.start(top);
        self.rules(top);
        self.accounts(top);
        self.regions(top);
        let tables = self.vpcs(top);
        self.peerings(top);
        for (table, entity) in tables {
            self.routes(table, entity);
        }
        let traffic = self.traffic(top);
        self.tell_of_more();
        let timeline = self.timeline(top);
        let expectations = self.expectations(top, &traffic);
        let billing = self.billing(top);
        Some(Plan {
            start: self.start.clone(),
            name: top.get::<String>("name")?.clone(),
            question: top.get::<String>("question").cloned().or(question),
            duration: self.end?,
            seed: top.get::<u64>("seed").copied().unwrap_or(1),
            traffic: traffic.into_iter().flatten().collect(),
            timeline,
            expectations,
            billing,
        })
    }

    /// Reads a file that the scenario names under `key`; complains there if that fails.
    fn read_file(&mut self, entity: &Entity, key: &'static str) -> Option<Bytes> {
        let path = self.folder.join(entity.get::<String>(key)?);
        match self.files.read(&path) {
            Ok(bytes) => Some(bytes),
            Err(wrong) => {
                self.out
                    .error(entity.span(key), format!("cannot read {}: {wrong}", path.display()))
                    .hint("paths are relative to the scenario file");
                None
            }
        }
    }

    /// Reads a text file that the scenario names under `key`, as a source.
    fn read_text_file(&mut self, entity: &Entity, key: &'static str) -> Option<usize> {
        let bytes = self.read_file(entity, key)?;
        let name = self.folder.join(entity.get::<String>(key)?).display().to_string();
        match decode(&bytes) {
            Ok(text) => Some(self.out.add_source(name, text)),
            Err(wrong) => {
                let complaint = self.out.error(entity.span(key), format!("{name}: {}", wrong.message));
                complaint.hint = wrong.hint;
                None
            }
        }
    }
}
