//! Scenarios from texts in memory, and runs of them to their end.
#![allow(dead_code, reason = "each test target takes what it needs")]

use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vpcsim::engine::{Options, Run};
use vpcsim::scenario::{Diagnostic, Edit, Files, Scenario, load};
use vpcsim::units::SimTime;

/// Files in memory.
struct Memory(BTreeMap<PathBuf, Bytes>);

impl Files for Memory {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        self.0.get(path).cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

/// Loads the first of these files, which must be a valid scenario; it may name the others.
pub fn loaded(files: &[(&str, String)], edits: &[Edit]) -> Scenario {
    let memory = files.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into())).collect();
    let loaded = load(Path::new(files[0].0), &Memory(memory), edits);
    loaded.unwrap_or_else(|all| panic!("{}", all.iter().map(Diagnostic::headline).collect::<Vec<_>>().join("\n")))
}

/// Runs the scenario to its end.
pub fn played(scenario: &Scenario) -> Run {
    let mut run = Run::new(scenario.network.clone(), scenario.plan.clone(), Options::default());
    run.advance(SimTime::NEVER);
    run.finish().expect("the books balance");
    run
}

/// What is wrong with the first of these files.
pub fn refused(files: &[(&str, String)]) -> Vec<Diagnostic> {
    let memory = files.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into())).collect();
    load(Path::new(files[0].0), &Memory(memory), &[]).err().unwrap_or_default()
}
