//! The engine's own rules: a type's methods are in few files, and few files count.

use crate::nothing;
use crate::source::{Source, sources, word};
use std::collections::{BTreeMap, BTreeSet};

/// In how many files a type may have methods of its own.
const FILES_MAX: usize = 2;

/// The type of an `impl` block without a trait that begins in this line.
fn inherent(header: &str) -> Option<&str> {
    let rest = header.strip_prefix("impl")?;
    let mut depth = 0;
    let name = rest.find(|c: char| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        depth == 0 && c.is_ascii_alphabetic()
    })?;
    (!rest.contains(" for ")).then(|| word(&rest[name..]))
}

#[test]
fn the_methods_of_a_type_stand_together() {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources("src").into_iter().filter(|source| source.room() == "engine" && !source.is_test()) {
        let lines = source.code();
        for at in (0..lines.len()).filter(|at| lines[*at].starts_with("impl")) {
            let until = lines[at..].iter().position(|line| line.contains('{')).expect("a block opens");
            let header = lines[at..=at + until].join(" ");
            if let Some(name) = inherent(&header) {
                files.entry(name.to_owned()).or_default().insert(source.path.clone());
            }
        }
    }
    assert!(files.len() > 10, "the blocks were not read: {files:?}");
    let scattered = files.into_iter().filter(|(_, files)| files.len() > FILES_MAX);
    let found = scattered.map(|(name, files)| {
        let files: Vec<String> = files.into_iter().map(|file| format!("    {file}")).collect();
        format!("{name}\n{}", files.join("\n"))
    });
    nothing(found.collect(), "give a part of the type's work, with its data, to a type of its own");
}

/// Where the counters are defined.
const BOOKS: &str = "engine/books.rs";

/// Who may change counters: the booker, and the code that adds them up for a reader.
const BOOKERS: [&str; 3] = [BOOKS, "engine/booking.rs", "engine/simulation/ledger.rs"];

/// The public fields of the books and their parts; packets and bytes are counted in many other places too.
fn counters(books: &Source) -> BTreeSet<&str> {
    let fields = books.code().iter().filter_map(|line| line.strip_prefix("    pub").filter(|_| line.ends_with(',')));
    let names = fields.filter_map(|line| line.split_once(':')?.0.rsplit(' ').next());
    names.filter(|name| !["packets", "bytes", "whole", "windows"].contains(name)).collect()
}

/// The methods of books that count and return nothing.
fn counting(books: &Source) -> BTreeSet<&str> {
    let methods = books.code().iter().filter(|line| line.contains("(&mut self") && !line.contains("->"));
    methods.filter_map(|line| Some(word(line.split_once("fn ")?.1))).collect()
}

/// The code that changes a counter: `.emitted += `, `.drops.add(`, `book.each(`.
fn touches(books: &Source) -> Vec<String> {
    let of_counters = counters(books)
        .into_iter()
        .flat_map(|counter| [" += ", ".add(", ".record", ".ended("].map(|change| format!(".{counter}{change}")));
    of_counters.chain(counting(books).into_iter().map(|method| format!("book.{method}("))).collect()
}

#[test]
fn counters_are_touched_in_one_place() {
    let sources = sources("src");
    let books = sources.iter().find(|source| source.path == BOOKS).expect("the books have their file");
    let touches = touches(books);
    for known in [".emitted += ", "book.each("] {
        assert!(touches.iter().any(|touch| touch == known), "the books were not read: {touches:?}");
    }
    let mut found = Vec::new();
    for source in sources.iter().filter(|s| s.room() == "engine" && !s.is_test()) {
        // A tally is input for the booker.
        let of_books = |line: &str| touches.iter().any(|touch| line.replace("tally.", "tally ").contains(touch));
        let touching = source.lines().filter(|(_, line)| of_books(line));
        let lines: Vec<String> =
            touching.map(|(number, line)| format!("\n    {}: {}", source.place(number), line.trim())).collect();
        if !lines.is_empty() && !BOOKERS.contains(&source.path.as_str()) {
            found.push(source.path.clone() + &lines.concat());
        }
    }
    nothing(found, "tell the booker what happened; what it counts then is its matter");
}

/// The one file that chooses how packets are carried.
const ROADS: &str = "engine/road.rs";

/// How other files may name a road: to do what it says, to compare with it, to record that it was taken.
const NAMINGS: [&str; 4] = ["=>", "== Road::", "!= Road::", "carried_by(Road::"];

#[test]
fn roads_are_chosen_in_one_place() {
    let mut found = Vec::new();
    let mut chosen = 0;
    for source in sources("src").iter().filter(|s| s.room() == "engine" && !s.is_test()) {
        for (number, line) in source.lines().filter(|(_, line)| line.contains("Road::") && !line.contains("Road::ALL"))
        {
            let is_naming = NAMINGS.iter().any(|naming| line.contains(naming));
            chosen += usize::from(source.path == ROADS);
            if source.path != ROADS && !is_naming && !line.contains("Road::COUNT") {
                found.push(format!("{}: {}", source.place(number), line.trim()));
            }
        }
    }
    assert!(chosen > 6, "the roads were not read");
    nothing(found, "ask `engine::road`: a fact that decides is one of its facts");
}
