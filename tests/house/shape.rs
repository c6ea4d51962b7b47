//! How large files, functions and lines are, and how a file begins; for the tests and benches as well as the source.

use crate::nothing;
use crate::source::{Source, sources};

const FOLDERS: [&str; 3] = ["src", "tests", "benches"];

const FILE_MAX: usize = 800;
const FILE_P90: usize = 450;
const FILE_MEDIAN: usize = 200;
const FUNCTION_MAX: usize = 70;
const COLUMNS_MAX: usize = 120;

#[test]
fn every_file_says_what_it_is() {
    let silent = FOLDERS.into_iter().flat_map(sources).filter(|s| !s.text.starts_with("//! "));
    nothing(silent.map(|s| s.place(1)).collect(), "open the file with `//!`: what it is, and what it is not");
}

#[test]
fn lines_fit_in_the_page() {
    let mut found = Vec::new();
    for source in FOLDERS.into_iter().flat_map(sources) {
        let wide = source.text.lines().zip(1..).filter(|(line, _)| line.chars().count() > COLUMNS_MAX);
        found.extend(wide.map(|(_, number)| source.place(number)));
    }
    nothing(found, "break the line: rustfmt leaves comments and strings alone");
}

#[test]
fn files_are_small() {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let mut sizes: Vec<(usize, String)> =
            sources(folder).into_iter().map(|s| (s.text.lines().count(), s.place(1))).collect();
        sizes.sort();
        let large = sizes.iter().filter(|(lines, _)| *lines > FILE_MAX);
        found.extend(large.map(|(lines, place)| format!("{place}: {lines} lines, at most {FILE_MAX}")));
        for (percent, most) in [(50, FILE_MEDIAN), (90, FILE_P90)] {
            let (lines, place) = &sizes[sizes.len() * percent / 100];
            if *lines > most {
                found.push(format!("{place}: {percent} % of the files have up to {lines} lines, not {most}"));
            }
        }
    }
    nothing(found, "split a file along its seams");
}

/// Whether a function with a body on its own lines begins here.
fn opens_function(line: &str) -> bool {
    let Some((before, _)) = line.split_once("fn ") else { return false };
    let qualifiers = before
        .split_whitespace()
        .all(|w| w.starts_with("pub") || ["const", "unsafe", "async"].contains(&w) || w == "super)" || w == "crate)");
    qualifiers && !line.trim_end().ends_with([';', '}'])
}

/// The functions that are too long.
fn long_functions(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (line, number) in source.whole.iter().zip(1..) {
        let indent = line.len() - line.trim_start().len();
        match open {
            // rustfmt closes a function at the column where it opened.
            Some((start, column)) if indent == column && line.trim() == "}" => {
                let length = number - start + 1;
                if length > FUNCTION_MAX {
                    found.push(format!("{}: {length} lines, not {FUNCTION_MAX}", source.place(start)));
                }
                open = None;
            }
            // A trait's method without a body.
            Some((_, column)) if indent == column && line.ends_with(';') => open = None,
            None if opens_function(line) => open = Some((number, indent)),
            _ => {}
        }
    }
    found
}

#[test]
fn functions_are_short() {
    let found = FOLDERS.into_iter().flat_map(sources).flat_map(|source| long_functions(&source)).collect();
    nothing(found, "name a part of the function and move it below");
}
