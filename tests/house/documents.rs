//! What documents name exists: every path into the repository, every rule that is cited.

use crate::nothing;
use crate::source::sources;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PLACES: [&str; 6] = ["src/", "tests/", "benches/", "scenarios/", ".ci/", ".github/"];

/// Every document for people, with its text.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_dir(root.join("src/guide")).expect("the guide is there");
    let files =
        guide.map(|file| file.expect("it can be listed").path()).filter(|f| f.extension() == Some("md".as_ref()));
    let others = ["README.md", "scenarios/README.md", ".github/CONTRIBUTING.md"].map(|file| root.join(file));
    let read = |file: PathBuf| (file.display().to_string(), std::fs::read_to_string(&file).expect("it can be read"));
    files.chain(others).map(read).collect()
}

/// The paths in a text's backquotes and links, except those with a placeholder.
fn paths(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| c.is_whitespace() || "`()[]*".contains(c));
    let is_path = |word: &&str| {
        PLACES.iter().any(|place| word.starts_with(place)) && !word.contains("NAME") && !word.contains("FILE")
    };
    words.filter(is_path).map(|word| word.trim_end_matches(['.', ',', ';', ':'])).collect()
}

#[test]
fn every_path_in_a_document_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut named = 0;
    for (document, text) in &documents() {
        for path in paths(text) {
            named += 1;
            if !root.join(path).exists() && !root.join(format!("{path}.rs")).exists() {
                found.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(named > 30, "only {named} paths were read");
    nothing(found, "name what is there");
}

/// The rules that a text cites: `S13`, `S35a`.
fn cited(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_rule = |word: &&str| {
        let number = word.strip_prefix('S').unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_lowercase());
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 4
    };
    words.filter(is_rule).collect()
}

#[test]
fn every_rule_that_is_cited_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).expect("it can be read");
    let rules = read(&root.join("src/guide/rules.md"));
    let explained: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.strip_prefix("## ")?.split(':').next()).collect();
    let mut texts: Vec<(String, String)> =
        ["src", "tests", "benches"].into_iter().flat_map(sources).map(|s| (s.path.clone(), s.text.clone())).collect();
    let folders = ["scenarios", "scenarios/lessons"].map(|folder| root.join(folder));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("they are there"));
    let files = files.map(|file| file.expect("it can be listed").path()).filter(|path| path.is_file());
    texts.extend(files.map(|file| (file.display().to_string(), read(&file))));
    texts.extend(documents());
    let all = texts.iter().flat_map(|(path, text)| cited(text).into_iter().map(move |rule| (path, rule)));
    let (known, unknown): (Vec<_>, Vec<_>) = all.partition(|(_, rule)| explained.contains(rule));
    assert!(known.len() > 100, "only {} citations were read", known.len());
    // Rules that a test invents to see them refused.
    let found = unknown.into_iter().filter(|(path, _)| *path != "guide/rules.rs");
    nothing(found.map(|(path, rule)| format!("{path}: {rule}")).collect(), "cite a rule of src/guide/rules.md");
}
