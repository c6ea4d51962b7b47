//! The rules of the house, read off `src/` as text: imports point down, the core does no I/O, each drop reason has one
//! producer, rooms stay small. It reads words, not syntax: re-exports and macro-made names escape it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which rooms a room may import. The order is the order of the house; changing a row is a design decision with a
/// reason.
const ROOMS: [(&str, &[&str]); 13] = [
    ("units", &[]),
    ("notation", &["units"]),
    ("wire", &["units"]),
    ("model", &["units", "wire"]),
    ("workload", &["units", "model"]),
    ("dataplane", &["units", "wire", "model"]),
    ("engine", &["units", "wire", "model", "dataplane"]),
    // Of the engine only what a run metered.
    ("metering", &["units", "notation", "model", "engine"]),
    ("report", &["units", "wire", "model", "dataplane", "engine", "metering"]),
    ("scenario", &["units", "notation", "wire", "model"]),
    ("import", &["units", "notation", "wire", "model"]),
    ("scaffold", &["units", "model"]),
    (
        "cli",
        &[
            "units",
            "notation",
            "wire",
            "model",
            "dataplane",
            "engine",
            "metering",
            "report",
            "scenario",
            "import",
            "workload",
            "scaffold",
        ],
    ),
];

/// The files of `report` that see the engine: they build the view model of a run.
const SNAPSHOT: [&str; 5] = [
    "report/run/snapshot/counts.rs",
    "report/run/snapshot/demands.rs",
    "report/run/snapshot/effort.rs",
    "report/run/snapshot/mod.rs",
    "report/run/snapshot/traffic.rs",
];

/// What only the command line may do.
const IMPURE: [&str; 12] = [
    "Instant::now",
    "SystemTime",
    "std::fs",
    "std::net::Tcp",
    "std::net::Udp",
    "TcpStream",
    "UdpSocket",
    "std::env",
    "thread::sleep",
    "std::io::std",
    "println!",
    "eprint",
];

/// Where floats are allowed: output, random numbers.
const FLOATS: [&str; 4] = ["units/", "engine/random.rs", "report/", "cli/"];

const FILE_MAX: usize = 800;
const FILE_P90: usize = 450;
const FILE_MEDIAN: usize = 200;
const FUNCTION_MAX: usize = 70;
const COLUMNS_MAX: usize = 120;

/// One source file.
struct Source {
    /// Below `src`.
    path: String,
    text: String,
    /// Each line without comments and string contents, up to the tests.
    code: Vec<String>,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
    /// How deep its module lies: `engine/cell.rs` and `engine/cell/mod.rs` are at 2.
    fn depth(&self) -> usize {
        self.path.split('/').filter(|part| *part != "mod.rs").count()
    }
    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.ends_with("sample.rs")
    }
    /// Lines of code with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a source file is readable");
        let path = path.strip_prefix(&root).expect("it lies below src").to_string_lossy().replace('\\', "/");
        Source { code: code(&text), path, text }
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

/// The lines before the tests, without comments and with empty strings.
fn code(text: &str) -> Vec<String> {
    let mut lines = text.lines().peekable();
    let mut before_tests = Vec::new();
    while let Some(line) = lines.next() {
        // Tests stand last; `mod tests;` names another file and may stand anywhere.
        if line.starts_with("#[cfg(test)]") && !lines.peek().is_some_and(|next| next.ends_with(';')) {
            break;
        }
        before_tests.push(line);
    }
    let mut in_string = false;
    before_tests.into_iter().map(|line| plain(line, &mut in_string)).collect()
}

/// One line without its comment and the insides of its strings, which may go on over lines.
fn plain(line: &str, in_string: &mut bool) -> String {
    let mut kept = String::new();
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' if *in_string => {
                letters.next();
            }
            '"' => {
                *in_string = !*in_string;
                kept.push('"');
            }
            _ if *in_string => {}
            '/' if letters.peek() == Some(&'/') => break,
            // A character literal may be a quote or a brace.
            '\'' => {
                let rest: String = letters.clone().take(3).collect();
                let length = if rest.starts_with('\\') { 3 } else { 2 };
                if rest.chars().nth(length - 1) == Some('\'') {
                    letters.nth(length - 1);
                }
            }
            _ => kept.push(c),
        }
    }
    kept
}

/// Whether `word` stands in `line` as a whole word.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(part) && !line[at + word.len()..].chars().next().is_some_and(part)
    })
}

#[track_caller]
fn nothing(found: Vec<String>, what_to_do: &str) {
    assert!(found.is_empty(), "\n{}\n=> {what_to_do}\n", found.join("\n"));
}

/// The first segments of every path in `line` that starts with `crate::`, or with enough `super::` to leave the room.
fn rooms_named(source: &Source, line: &str) -> Vec<String> {
    let mut named: Vec<String> = line.match_indices("crate::").flat_map(|(at, _)| heads(&line[at + 7..])).collect();
    for (at, _) in line.match_indices("super::") {
        if line[..at].ends_with("super::") {
            continue;
        }
        let rest = line[at..].trim_start_matches("super::");
        let climbed = (line.len() - at - rest.len()) / "super::".len();
        if climbed >= source.depth() {
            named.extend(heads(rest));
        }
    }
    named
}

/// `a` of `a::b`, and `a`, `c` of `{a::b, c}`.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let mut depth = 0;
    let mut heads = vec![word(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_point_down() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.into();
    let mut found = Vec::new();
    for source in sources() {
        let room = source.room();
        let outside = matches!(source.path.as_str(), "lib.rs" | "main.rs");
        if !outside && !allowed.contains_key(room) {
            found.push(format!("src/{}:1: the room `{room}` has no row in ROOMS", source.path));
            continue;
        }
        for (number, line) in source.lines() {
            let place = format!("src/{}:{number}", source.path);
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

#[test]
fn no_view_sees_the_engine() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| s.room() == "report") {
        let sees = source.lines().any(|(_, line)| rooms_named(source, line).iter().any(|room| room == "engine"));
        match (sees, SNAPSHOT.contains(&source.path.as_str())) {
            (true, false) => found.push(format!("src/{}:1: sees the engine", source.path)),
            (false, true) => {
                found.push(format!("src/{}:1: sees no engine and need not stand in SNAPSHOT", source.path))
            }
            _ => {}
        }
    }
    nothing(found, "read the run where its view model is built, and draw from that");
}

#[test]
fn only_the_command_line_touches_the_world() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| s.room() != "cli" && !s.is_test()) {
        for (number, line) in source.lines() {
            for bad in IMPURE.iter().filter(|bad| line.contains(**bad)) {
                found.push(format!("src/{}:{number}: `{bad}`", source.path));
            }
        }
    }
    nothing(found, "take time, bytes and settings as arguments; files, clocks and terminals are `cli`'s");
}

/// The variants of `DropReason`, from its list in the verdict file.
fn reasons(sources: &[Source]) -> Vec<String> {
    let verdict = sources.iter().find(|s| s.path == "model/verdict.rs").expect("the list of reasons has its file");
    let rows = verdict.code.iter().skip_while(|line| !line.starts_with("reasons! {")).skip(1);
    let rows = rows.take_while(|line| *line != "}").filter(|line| line.contains(','));
    rows.map(|line| word(line.trim_start())).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_drop_reason_has_one_producing_line() {
    let sources = sources();
    let reasons = reasons(&sources);
    assert!(reasons.len() > 20, "the list of reasons was not found: {reasons:?}");
    let mut found = Vec::new();
    for reason in reasons {
        let token = format!("DropReason::{reason}");
        let elsewhere = sources.iter().filter(|s| s.path != "model/verdict.rs" && !s.is_test());
        let lines = elsewhere.flat_map(|s| s.lines().map(move |(n, line)| (s, n, line)));
        let producers: Vec<String> =
            lines.filter(|l| has_word(l.2, &token)).map(|(s, n, _)| format!("src/{}:{n}", s.path)).collect();
        if producers.len() != 1 {
            found.push(format!("{token}: {} lines {}", producers.len(), producers.join(" ")));
        }
    }
    nothing(found, "a reason is produced in exactly one line: join the places, split the reason, or remove it");
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|s| !s.text.starts_with("//! "));
    let found = silent.map(|s| format!("src/{}:1", s.path)).collect();
    nothing(found, "open the file with `//!`: what it is, and what it is not");
}

#[test]
fn lines_fit_in_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    ["src", "tests", "benches"].iter().for_each(|folder| collect(&root.join(folder), &mut paths));
    let mut found = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a source file is readable");
        let wide = text.lines().zip(1..).filter(|(line, _)| line.chars().count() > COLUMNS_MAX);
        found.extend(wide.map(|(_, number)| format!("{}:{number}", path.display())));
    }
    nothing(found, "break the line: rustfmt leaves comments and strings alone");
}

#[test]
fn files_are_small() {
    let mut sizes: Vec<(usize, String)> = sources().into_iter().map(|s| (s.text.lines().count(), s.path)).collect();
    sizes.sort();
    let mut found: Vec<String> = sizes
        .iter()
        .filter(|s| s.0 > FILE_MAX)
        .map(|(n, path)| format!("src/{path}:{n}: over {FILE_MAX} lines"))
        .collect();
    for (percent, most) in [(50, FILE_MEDIAN), (90, FILE_P90)] {
        let (lines, path) = &sizes[sizes.len() * percent / 100];
        if *lines > most {
            found.push(format!("src/{path}: {percent} % of files have up to {lines} lines, not {most}"));
        }
    }
    nothing(found, "split a file along its seams");
}

/// Whether a function with a body of its own lines begins here.
fn opens_function(line: &str) -> bool {
    let Some((before, _)) = line.split_once("fn ") else { return false };
    let qualifiers = before
        .split_whitespace()
        .all(|w| w.starts_with("pub") || ["const", "unsafe", "async"].contains(&w) || w == "super)" || w == "crate)");
    qualifiers && !line.trim_end().ends_with([';', '}'])
}

#[test]
fn functions_are_short() {
    let mut found = Vec::new();
    for source in sources() {
        let mut open: Option<(usize, usize)> = None;
        for (number, line) in source.lines() {
            let indent = line.len() - line.trim_start().len();
            match open {
                // rustfmt closes a function at the column it opened.
                Some((start, column)) if indent == column && line.trim() == "}" => {
                    let length = number - start + 1;
                    if length > FUNCTION_MAX {
                        found.push(format!("src/{}:{start}: {length} lines, not {FUNCTION_MAX}", source.path));
                    }
                    open = None;
                }
                // A trait's method without a body.
                Some((_, column)) if indent == column && line.ends_with(';') => open = None,
                None if opens_function(line) => open = Some((number, indent)),
                _ => {}
            }
        }
    }
    nothing(found, "name a part of the function and move it below");
}

/// The names in a line `name: HashMap<…>`, `let name = HashSet::new()`.
fn hashed_names(line: &str) -> Option<String> {
    let at = line.find("HashMap").or_else(|| line.find("HashSet"))?;
    let declared = line[..at].trim_end().trim_end_matches(['=', ':', '&', '(']).trim_end();
    let declared = declared.strip_suffix("mut").map_or(declared, |d| d.trim_end_matches([':', '&', ' ']));
    let name: String = declared.chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let name: String = name.chars().rev().collect();
    let named = !name.is_empty() && !line.trim_start().starts_with("use ");
    named.then_some(name)
}

#[test]
fn nobody_iterates_a_hash_map() {
    let mut found = Vec::new();
    for source in sources() {
        let names: Vec<String> = source.code.iter().filter_map(|line| hashed_names(line)).collect();
        for (number, line) in source.lines() {
            for name in &names {
                let calls = ["iter", "iter_mut", "keys", "values", "values_mut", "into_iter", "drain", "retain"];
                let called = calls.iter().any(|call| line.contains(&format!("{name}.{call}(")));
                let looped = line.trim_start().starts_with("for ")
                    && line.split(" in ").nth(1).is_some_and(|over| {
                        let over = over.trim().trim_end_matches('{').trim_end();
                        over.trim_start_matches(['&', ' ']).trim_start_matches("mut ").rsplit('.').next() == Some(name)
                    });
                if called || looped {
                    found.push(format!("src/{}:{number}: iterates `{name}`", source.path));
                }
            }
        }
    }
    nothing(found, "the order of a hash map differs from run to run: use a `BTreeMap`, or iterate what is ordered");
}

#[test]
fn floats_stay_at_the_edges() {
    let mut found = Vec::new();
    for source in sources() {
        if FLOATS.iter().any(|allowed| source.path.starts_with(allowed)) {
            continue;
        }
        for (number, line) in source.lines().filter(|(_, line)| has_word(line, "f64") || has_word(line, "f32")) {
            found.push(format!("src/{}:{number}: {}", source.path, line.trim()));
        }
    }
    nothing(found, "count in integers and say how you round; floats are for output, random numbers and histograms");
}
