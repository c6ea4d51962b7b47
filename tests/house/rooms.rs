//! Which rooms a room may import. Names are found line by line; cycles within a room are checked elsewhere.

use crate::nothing;
use crate::source::{Source, sources, word};
use std::collections::BTreeMap;

/// Which rooms a room may import, in the order of the house; changing a row is a design decision that needs a reason.
const ROOMS: [(&str, &[&str]); 21] = [
    ("units", &[]),
    ("notation", &["units"]),
    ("wire", &["units"]),
    ("tcp", &["units"]),
    // Of connections only their settings.
    ("model", &["units", "wire", "tcp"]),
    ("workload", &["units", "model", "tcp"]),
    ("dataplane", &["units", "wire", "tcp", "model"]),
    ("engine", &["units", "wire", "tcp", "model", "dataplane"]),
    ("diagnose", &["units", "wire", "model", "dataplane"]),
    // Only the engine's metering results.
    ("metering", &["units", "notation", "model", "engine"]),
    ("trace", &["units", "wire", "model", "dataplane", "engine"]),
    ("recording", &["units", "wire", "model", "dataplane", "engine"]),
    // What is varied, and which loads are tried: numbers and texts.
    ("sweep", &["units"]),
    // Of what a run leaves only how to know it again.
    ("report", &["units", "model", "dataplane", "engine", "metering", "diagnose", "trace", "recording", "sweep"]),
    ("scenario", &["units", "notation", "wire", "tcp", "model"]),
    ("import", &["units", "notation", "model"]),
    ("scaffold", &["units", "model"]),
    // Texts, and the reading of them.
    ("lessons", &["model", "scenario"]),
    ("guide", &[]),
    // A driver of the engine, as trace is; what it shows are the documents of reports, what it leaves is a recording.
    (
        "lab",
        &[
            "units",
            "notation",
            "wire",
            "model",
            "dataplane",
            "engine",
            "diagnose",
            "metering",
            "trace",
            "recording",
            "report",
            "scenario",
            "lessons",
        ],
    ),
    (
        "cli",
        &[
            "units",
            "notation",
            "model",
            "diagnose",
            "engine",
            "metering",
            "report",
            "scenario",
            "import",
            "workload",
            "scaffold",
            "lessons",
            "guide",
            "trace",
            "sweep",
            "recording",
            "lab",
        ],
    ),
];

/// The first segments of every path in `line` that starts with `crate::`, or with enough `super::` to leave the room.
fn rooms_named(source: &Source, line: &str) -> Vec<String> {
    let mut named: Vec<String> = line.match_indices("crate::").flat_map(|(at, _)| heads(&line[at + 7..])).collect();
    for (at, _) in line.match_indices("super::") {
        if line[..at].ends_with("super::") {
            continue;
        }
        let rest = line[at..].trim_start_matches("super::");
        let climbed = (line.len() - at - rest.len()) / "super::".len();
        if climbed >= source.module().len() {
            named.extend(heads(rest));
        }
    }
    named
}

/// `a` of `a::b`, and `a`, `c` of `{a::b, c}`.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![word(path).to_owned()] };
    let mut depth = 0;
    let mut heads = vec![word(group).to_owned()];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(group[at + 1..].trim_start()).to_owned()),
            _ => {}
        }
    }
    heads
}

#[test]
fn imports_point_down() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.into();
    let mut found = Vec::new();
    for source in sources("src") {
        let room = source.room();
        let outside = matches!(source.path.as_str(), "lib.rs" | "main.rs" | "page.rs");
        if !outside && !allowed.contains_key(room) {
            found.push(format!("{}: the room `{room}` has no row in ROOMS", source.place(1)));
            continue;
        }
        for (number, line) in source.lines() {
            let place = source.place(number);
            for named in rooms_named(&source, line).iter().filter(|n| allowed.contains_key(n.as_str())) {
                if !outside && named != room && !allowed[room].contains(&named.as_str()) {
                    found.push(format!("{place}: {room} -> {named}"));
                }
            }
            let foreign = line.contains("vpcsim::") && !line.contains("vpcsim::cli");
            if source.path == "main.rs" && foreign {
                found.push(format!("{place}: the binary imports more than `vpcsim::cli`"));
            }
        }
    }
    nothing(found, "imports point down: move the code to the room that may know both, or pass a value in");
}

/// A row that allows an unused import is too permissive.
#[test]
fn every_row_names_only_rooms_that_are_imported() {
    let sources = sources("src");
    let mut found = Vec::new();
    for (room, allowed) in ROOMS {
        let lines = sources.iter().filter(|s| s.room() == room);
        let named: Vec<String> =
            lines.flat_map(|s| s.lines().flat_map(|(_, line)| rooms_named(s, line)).collect::<Vec<_>>()).collect();
        let idle = allowed.iter().filter(|other| !named.iter().any(|name| name == *other));
        found.extend(idle.map(|other| format!("{room} does not import {other}")));
    }
    nothing(found, "take the name out of the row");
}

/// The files of `report` that see the engine: they build the view model of a run.
const SNAPSHOT: &str = "report/run/snapshot/";

#[test]
fn no_view_sees_the_engine() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|s| s.room() == "report" && !s.path.starts_with(SNAPSHOT)) {
        for (number, line) in source.lines() {
            if rooms_named(source, line).iter().any(|room| room == "engine") {
                found.push(format!("{}: {}", source.place(number), line.trim()));
            }
        }
    }
    nothing(found, "read the run where its view model is built, and draw from that");
}
