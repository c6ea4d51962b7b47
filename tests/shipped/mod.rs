//! The scenarios of the gallery, as files. What stands in them, each test finds out.

use std::path::{Path, PathBuf};

/// All of them in order, lessons apart.
pub fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the gallery is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| file.extension().is_some_and(|suffix| suffix == "toml"));
    files.sort();
    files
}
