//! What documents name exists: every path in backquotes that leads into the repository.

use crate::nothing;
use std::path::Path;

const DOCUMENTS: [&str; 2] = ["README.md", ".github/CONTRIBUTING.md"];
const PLACES: [&str; 6] = ["src/", "tests/", "benches/", "scenarios/", ".ci/", ".github/"];

/// The paths in a text's backquotes and links, but for those with a name to fill in.
fn paths(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| c.is_whitespace() || "`()[]*".contains(c));
    let is_path = |word: &&str| PLACES.iter().any(|place| word.starts_with(place)) && !word.contains("NAME");
    words.filter(is_path).map(|word| word.trim_end_matches(['.', ',', ';', ':'])).collect()
}

#[test]
fn every_path_in_a_document_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut named = 0;
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root.join(document)).expect("the document is there");
        for path in paths(&text) {
            named += 1;
            if !root.join(path).exists() && !root.join(format!("{path}.rs")).exists() {
                found.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(named > 30, "only {named} paths were read");
    nothing(found, "name what is there");
}
