//! Source files as lines of code: without comments or the contents of strings. Knows no rule.

use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// `src`, `tests` or `benches`.
    pub folder: &'static str,
    /// The path below that folder.
    pub path: String,
    pub text: String,
    /// Each line without comments and string contents.
    pub whole: Vec<String>,
    /// How many of these lines come before the tests.
    before_tests: usize,
}

impl Source {
    /// The folder or file directly below `src` that it belongs to.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
    /// Its module: `engine/cell.rs` and `engine/cell/mod.rs` are `engine`, `cell`.
    pub fn module(&self) -> Vec<String> {
        let parts = self.path.split('/').map(|part| part.trim_end_matches(".rs"));
        parts.filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
    }
    /// Whether it is a file of unit tests.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.ends_with("sample.rs")
    }
    /// The lines before the tests.
    pub fn code(&self) -> &[String] {
        &self.whole[..self.before_tests]
    }
    /// The lines before the tests with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }
    /// `src/engine/cell.rs:7`.
    pub fn place(&self, line: usize) -> String {
        format!("{}/{}:{line}", self.folder, self.path)
    }
}

/// The files below a folder of the project, in the order of their paths.
pub fn sources(folder: &'static str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a source file is readable");
        let path = path.strip_prefix(&root).expect("it lies below its folder").to_string_lossy().replace('\\', "/");
        let mut inside = Inside::Code;
        let whole = text.lines().map(|line| plain(line, &mut inside)).collect();
        Source { folder, path, before_tests: before_tests(&text), whole, text }
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("a source folder is readable").path();
        match path.is_dir() {
            true => collect(&path, paths),
            false if path.extension().is_some_and(|e| e == "rs") => paths.push(path),
            false => {}
        }
    }
}

/// How many lines come before the tests.
fn before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    // Tests come last; `mod tests;` names another file and may be anywhere.
    let names_a_file = |at: usize| lines.get(at + 1).is_some_and(|next| next.ends_with(';'));
    let begins = |at: &usize| lines[*at].starts_with("#[cfg(test)]") && !names_a_file(*at);
    (0..lines.len()).find(begins).unwrap_or(lines.len())
}

/// The syntax in which a line begins or ends.
enum Inside {
    Code,
    String,
    /// A raw string, closed by a quote and this many hashes.
    Raw(usize),
}

/// One line without its comment and the contents of its strings, which may span lines.
fn plain(line: &str, inside: &mut Inside) -> String {
    let mut kept = String::new();
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
        match (&*inside, c) {
            (Inside::String, '\\') => {
                letters.next();
            }
            (Inside::Raw(hashes), '"') => {
                let rest: String = letters.clone().take(*hashes).collect();
                if rest == "#".repeat(*hashes) {
                    *inside = Inside::Code;
                    kept.push('"');
                }
            }
            (Inside::String, '"') => {
                *inside = Inside::Code;
                kept.push('"');
            }
            (Inside::String | Inside::Raw(_), _) => {}
            (Inside::Code, '"') => {
                *inside = opened(&kept);
                kept.push('"');
            }
            (Inside::Code, '/') if letters.peek() == Some(&'/') => break,
            // A character literal may be a quote or a brace.
            (Inside::Code, '\'') => {
                let rest: String = letters.clone().take(3).collect();
                let length = if rest.starts_with('\\') { 3 } else { 2 };
                if rest.chars().nth(length - 1) == Some('\'') {
                    letters.nth(length - 1);
                }
            }
            (Inside::Code, _) => kept.push(c),
        }
    }
    kept
}

/// What a quote after `before` opens.
fn opened(before: &str) -> Inside {
    let bare = before.trim_end_matches('#');
    let hashes = before.len() - bare.len();
    match bare.strip_suffix("br").or_else(|| bare.strip_suffix('r')) {
        Some(rest) if !rest.ends_with(is_part) => Inside::Raw(hashes),
        _ => Inside::String,
    }
}

/// Whether a character may be part of a name.
pub fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether `line` contains `word` as a whole word.
pub fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

/// The word that a text begins with.
pub fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}
