//! What must hold for every text that a person reads, at any page width: no line is wider than the terminal, unless a
//! single word is; no word is broken and no name is lost.
#![allow(dead_code, reason = "each test target takes what it needs")]

use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr;
use vpcsim::report::Page;

pub const WIDTHS: [usize; 3] = [60, 80, 120];

/// Checks a text as printed on pages of several widths; `names` are those of the scenario.
#[track_caller]
pub fn keeps_to_its_page(what: &str, names: &BTreeSet<String>, text: impl Fn(&Page) -> String) {
    let piped = text(&Page::PIPE);
    let whole = words(&text(&Page::PIPE.verbose()));
    for width in WIDTHS {
        let narrow = text(&Page::of_width(width));
        for line in narrow.lines() {
            assert!(line.width() <= width || !line.trim().contains(' '), "{what}: {line:?} is wider than {width}");
        }
        let lost: Vec<&String> = names.iter().filter(|name| piped.contains(*name) && !narrow.contains(*name)).collect();
        assert!(lost.is_empty(), "{what} at {width}: {lost:?} in\n{narrow}");
        let verbose = words(&text(&Page::of_width(width).verbose()));
        let lost: Vec<&String> = whole.difference(&verbose).collect();
        assert!(lost.is_empty(), "{what} at {width}: {lost:?} are words of the piped report alone");
    }
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
