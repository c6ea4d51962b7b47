//! The file that `vpcsim sweep` plays again and again with other values: read once, with every file it names, and
//! loaded anew for each point, so that its values pass the checks of any scenario.

use super::args::SweepArgs;
use super::dash::{STDIN, is_dash};
use super::files::Disk;
use super::output::Place;
use crate::notation::Source;
use crate::scenario::{self, Diagnostic, Edit, Files, Override, Scenario};
use bytes::Bytes;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A key, its value, and the option that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub key: String,
    pub value: String,
    pub option: &'static str,
}

/// The file under test.
pub(super) struct Subject {
    files: Remembered,
    content: Bytes,
    name: String,
    folder: PathBuf,
    edits: Vec<Edit>,
    seed: Option<u64>,
}

impl Subject {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(args: &SweepArgs) -> Result<Subject, Vec<Diagnostic>> {
        let files = Remembered::default();
        let dash = is_dash(&args.file);
        let name = if dash { STDIN.to_owned() } else { args.file.display().to_string() };
        let folder = args.file.parent().filter(|_| !dash).unwrap_or(Path::new("")).to_owned();
        let content = files.disk.read_named(&args.file).map_err(|wrong| {
            let hint = "is it there, and may you read it?".to_owned();
            vec![Diagnostic::plain(&name, format!("cannot read {name}: {wrong}"), Some(hint))]
        })?;
        Ok(Subject { files, content, name, folder, edits: args.edits.edits(), seed: args.seed })
    }

    /// The scenario with these settings, which come after all others.
    ///
    /// # Errors
    /// Every error in it; a complaint about a setting names the option that gave it.
    pub(super) fn load(&self, settings: &[Setting]) -> Result<Scenario, Vec<Diagnostic>> {
        let set = |setting: &Setting| Edit::Set(Override { key: setting.key.clone(), value: setting.value.clone() });
        let edits: Vec<Edit> = self.edits.iter().cloned().chain(settings.iter().map(set)).collect();
        let loaded = scenario::load_content(Ok(self.content.clone()), &self.name, &self.folder, &self.files, &edits);
        let mut scenario =
            loaded.map_err(|wrong| wrong.into_iter().map(|one| named(one, settings)).collect::<Vec<_>>())?;
        if let Some(seed) = self.seed {
            scenario.plan.seed = seed;
        }
        Ok(scenario)
    }

    /// A complaint about a file as a whole.
    pub(super) fn refuse(&self, message: String, hint: Option<String>) -> Vec<Diagnostic> {
        vec![Diagnostic::plain(&self.name, message, hint)]
    }

    /// Every file that was read.
    pub(super) fn inputs(&self) -> Vec<Place> {
        self.files.disk.inputs()
    }
}

/// The complaint, about the option that the user wrote instead of `--set`.
fn named(mut wrong: Diagnostic, settings: &[Setting]) -> Diagnostic {
    let name = wrong.source.name();
    let of_value = |setting: &&Setting| name == format!("--set {}", setting.key);
    let of_key = |setting: &&Setting| name == "--set" && wrong.source.text() == setting.key;
    if let Some(setting) = settings.iter().rev().find(|setting| of_value(setting) || of_key(setting)) {
        let name = name.replacen("--set", setting.option, 1);
        wrong.source = Source::new(name, wrong.source.text().to_owned());
    }
    wrong
}

/// The disk, each file of which is read once: all points are of the same bytes.
#[derive(Default)]
struct Remembered {
    disk: Disk,
    read: RefCell<BTreeMap<PathBuf, Bytes>>,
}

impl Files for Remembered {
    fn read(&self, path: &Path) -> io::Result<Bytes> {
        if let Some(bytes) = self.read.borrow().get(path) {
            return Ok(bytes.clone());
        }
        let bytes = self.disk.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}
