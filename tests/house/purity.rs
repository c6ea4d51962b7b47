//! What only the edges may do: touch the world, count in floats. And what nobody may: depend on the order of a hash
//! map.

use crate::nothing;
use crate::source::{has_word, is_part, sources};

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

#[test]
fn only_the_command_line_touches_the_world() {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|s| s.room() != "cli" && !s.is_test()) {
        for (number, line) in source.lines() {
            for bad in IMPURE.iter().filter(|bad| line.contains(**bad)) {
                found.push(format!("{}: `{bad}`", source.place(number)));
            }
        }
    }
    nothing(found, "take time, bytes and settings as arguments; files, clocks and terminals are `cli`'s");
}

/// The names in a line `name: HashMap<…>`, `let name = HashSet::new()`.
fn hashed_names(line: &str) -> Option<String> {
    let at = line.find("HashMap").or_else(|| line.find("HashSet"))?;
    let declared = line[..at].trim_end().trim_end_matches(['=', ':', '&', '(']).trim_end();
    let declared = declared.strip_suffix("mut").map_or(declared, |d| d.trim_end_matches([':', '&', ' ']));
    let name = &declared[declared.trim_end_matches(is_part).len()..];
    let named = !name.is_empty() && !line.trim_start().starts_with("use ");
    named.then(|| name.to_owned())
}

#[test]
fn nobody_iterates_a_hash_map() {
    let mut found = Vec::new();
    for source in sources("src") {
        let names: Vec<String> = source.code().iter().filter_map(|line| hashed_names(line)).collect();
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
                    found.push(format!("{}: iterates `{name}`", source.place(number)));
                }
            }
        }
    }
    nothing(found, "the order of a hash map differs from run to run: use a `BTreeMap`, or iterate what is ordered");
}

#[test]
fn floats_stay_at_the_edges() {
    let mut found = Vec::new();
    for source in sources("src") {
        if FLOATS.iter().any(|allowed| source.path.starts_with(allowed)) {
            continue;
        }
        for (number, line) in source.lines().filter(|(_, line)| has_word(line, "f64") || has_word(line, "f32")) {
            found.push(format!("{}: {}", source.place(number), line.trim()));
        }
    }
    nothing(found, "count in integers and say how you round; floats are for output and random numbers");
}
