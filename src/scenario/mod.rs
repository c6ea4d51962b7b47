//! Scenario text -> a valid network and a plan, or complaints with file, line, column and hint. No I/O: files come
//! through [`Files`].
//!
//! `notation` first reads a text against the tables of `language` into typed entities; `Loader` then turns these into
//! the control plane's operations, one after the other. Each step reports every error it can and passes on what is
//! valid; a reference to something invalid is skipped silently, so that one mistake yields one complaint.

mod asked;
mod attempt;
mod billing;
mod civil;
mod diurnal;
mod ends;
mod expect;
mod hosts;
mod keys;
mod language;
mod lesson;
mod lives;
mod names;
mod network;
mod patterns;
mod peering;
mod places;
mod reach;
mod refused;
mod replay;
mod routes;
mod sends;
mod series;
mod sizes;
mod tables;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;
mod transfers;
mod verbs;

pub use crate::notation::{Diagnostic, Edit, Override};
pub use asked::{find_host, find_hosts};
pub use attempt::{Attempt, Lookup, load_attempt};
pub use places::{Place, Places};
pub use verbs::first_key;

use crate::model::plan::Plan;
use crate::model::{Grid, Network, Rules};
use crate::notation::{self, Complaints, Delimiter, Entity, Source, Table, TextSpan, Wrong, decode};
use crate::units::{SimDuration, SimTime};
use bytes::Bytes;
use jiff::Zoned;
use language::LANGUAGE;
use names::Names;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Where the files of a scenario come from: the disk, or memory in a test.
pub trait Files {
    /// The whole content of a file.
    ///
    /// # Errors
    /// The reason why the file cannot be read.
    fn read(&self, path: &Path) -> std::io::Result<Bytes>;
}

/// Where there are no other files.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Path) -> std::io::Result<Bytes> {
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no other file is read here"))
    }
}

/// A scenario that is ready to run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file it was read from.
    pub file: String,
    /// The network at the start.
    pub network: Network,
    /// What to do with it.
    pub plan: Plan,
    /// Where its things were declared.
    pub places: Places,
    /// Warnings for the user, in order of place.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the scenario at `path` with `edits` applied.
///
/// # Errors
/// All errors of the scenario, in order of place; warnings are included.
pub fn load(path: &Path, files: &dyn Files, edits: &[Edit]) -> Result<Scenario, Vec<Diagnostic>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    load_content(files.read(path), &path.display().to_string(), folder, files, edits)
}

/// Reads a scenario whose content is not in a file: `file` is the name shown to the user, and the names of other files
/// in it are relative to `folder`.
///
/// # Errors
/// The same as those of [`load`].
pub fn load_content(
    content: std::io::Result<Bytes>,
    file: &str,
    folder: &Path,
    files: &dyn Files,
    edits: &[Edit],
) -> Result<Scenario, Vec<Diagnostic>> {
    let mut out = Complaints::default();
    let Some((source, entity)) = read_entity(content, file, edits, &mut out) else { return Err(out.finish()) };
    let top = Top { file, source, entity: &entity };
    scenario(&top, None, out, folder, files)
}

/// A file that was read, before anything is made of it.
struct Top<'a> {
    file: &'a str,
    source: usize,
    entity: &'a Entity,
}

/// What is demanded of a run.
#[derive(Clone, Copy)]
struct Demands<'a> {
    expect: &'a [Entity],
    lesson: Option<&'a Entity>,
}

impl<'a> Demands<'a> {
    fn of(top: &'a Entity) -> Demands<'a> {
        Demands { expect: top.list("expect"), lesson: top.get::<Entity>("lesson") }
    }
}

/// The content of a scenario as typed entities, with the number of its text.
fn read_entity(
    content: std::io::Result<Bytes>,
    file: &str,
    edits: &[Edit],
    out: &mut Complaints,
) -> Option<(usize, Entity)> {
    let source = read_text(content, file, out)?;
    Some((source, notation::read(&LANGUAGE, source, edits, out)?))
}

/// Makes the scenario that a file describes; what is demanded of it is the file's unless others are given.
fn scenario(
    top: &Top,
    demands: Option<Demands>,
    out: Complaints,
    folder: &Path,
    files: &dyn Files,
) -> Result<Scenario, Vec<Diagnostic>> {
    let entity = top.entity;
    let rules = entity.get::<String>("rules").and_then(|name| Rules::named(name)).unwrap_or(Rules::guide());
    let mut loader = Loader {
        start: rules.start(),
        network: Network::new(rules),
        names: Names::default(),
        out,
        files,
        folder: folder.to_owned(),
        civil_steps: None,
        tables: BTreeMap::new(),
        end: entity.get::<SimDuration>("duration").map(|d| SimTime::ZERO + *d),
    };
    let question = first_line_question(loader.out.source(top.source).text());
    match loader.build(entity, demands, question) {
        Some(plan) if !loader.out.has_errors() => {
            let mut places = loader.names.places;
            places.keep(loader.out.sources().to_vec());
            let (file, network, warnings) = (top.file.into(), loader.network, loader.out.finish());
            Ok(Scenario { file, network, plan, places, warnings })
        }
        _ => Err(loader.out.finish()),
    }
}

/// The schema that editors use to complete and check scenario files.
pub fn schema() -> serde_json::Value {
    notation::schema(LANGUAGE.section, "vpcsim scenario")
}

/// Stores the content of a scenario as a source; complains if it cannot be read or is empty.
fn read_text(content: std::io::Result<Bytes>, file: &str, out: &mut Complaints) -> Option<usize> {
    let text = match content {
        Ok(bytes) => decode(&bytes).map_err(|wrong| Wrong { message: format!("{file}: {}", wrong.message), ..wrong }),
        Err(wrong) => Err(Wrong::new(format!("cannot read {file}: {wrong}")).hint("is it there, and may you read it?")),
    };
    let (text, wrong) = match text {
        Ok(text) if text.trim().is_empty() => {
            let hint = "a scenario needs at least a `name`, a `duration` and a VPC";
            (text, Some(Wrong::new(format!("{file} is empty")).hint(hint)))
        }
        Ok(text) => (text, None),
        Err(wrong) => (String::new(), Some(wrong)),
    };
    let source = out.add(Source::new(file, text));
    match wrong {
        Some(wrong) => {
            out.wrong(TextSpan::of(source, 0..0), wrong);
            None
        }
        None => Some(source),
    }
}

/// `# Question: …` on the first line.
fn first_line_question(text: &str) -> Option<String> {
    let question = text.lines().next()?.strip_prefix('#')?.trim().strip_prefix("Question:")?.trim();
    (!question.is_empty()).then(|| question.to_owned())
}

/// The key of a table: the name of its file in the scenario, its delimiter if given, and whether the decimal mark is a
/// comma.
type TableKey = (String, Option<Delimiter>, bool);

/// The state of a load while it goes through the entities.
struct Loader<'a> {
    network: Network,
    names: Names,
    out: Complaints,
    files: &'a dyn Files,
    /// The folder to which the paths of other files are relative.
    folder: PathBuf,
    /// The end of the run, if the scenario gives it.
    end: Option<SimTime>,
    /// The civil instant at which the run starts.
    start: Zoned,
    /// The steps of daily curves, made for the first such curve.
    civil_steps: Option<Grid>,
    /// The tables read so far; `None` for one that could not be read.
    tables: BTreeMap<TableKey, Option<Rc<Table>>>,
}

impl Loader<'_> {
    /// Builds everything, in the order in which things refer to each other; what is demanded of it is the file's unless
    /// others are given.
    fn build(&mut self, top: &Entity, demands: Option<Demands>, question: Option<String>) -> Option<Plan> {
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
        let demands = demands.unwrap_or(Demands::of(top));
        self.lives(top, demands.lesson);
        let timeline = self.timeline(top.list("at"));
        let mut expectations = self.expectations(demands.expect, &traffic);
        let mut reach = Vec::new();
        self.reach(demands.expect, &mut reach);
        let lesson = demands.lesson.and_then(|lesson| self.lesson(lesson, &traffic, &mut expectations, &mut reach));
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
            reach,
            billing,
            lesson,
        })
    }

    /// Reads a file that the scenario names under `key`; complains at that key if reading fails.
    fn read_file(&mut self, entity: &Entity, key: &'static str) -> Option<Bytes> {
        let path = self.folder.join(entity.get::<String>(key)?);
        match self.files.read(&path) {
            Ok(bytes) => Some(bytes),
            Err(wrong) => {
                self.out.error(entity.span(key), format!("cannot read {}: {wrong}", path.display())).hint(
                    "paths are relative to the scenario file, or to the working folder if it comes from standard input",
                );
                None
            }
        }
    }

    /// Reads a text file that the scenario names under `key`, as a source.
    fn read_text_file(&mut self, entity: &Entity, key: &'static str) -> Option<usize> {
        let bytes = self.read_file(entity, key)?;
        let name = self.folder.join(entity.get::<String>(key)?).display().to_string();
        match decode(&bytes) {
            Ok(text) => Some(self.out.add(Source::new(name, text))),
            Err(wrong) => {
                let wrong = Wrong { message: format!("{name}: {}", wrong.message), ..wrong };
                self.out.wrong(entity.span(key), wrong);
                None
            }
        }
    }
}
