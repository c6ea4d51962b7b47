//! Where floating-point numbers are allowed.

use crate::nothing;
use crate::source::{has_word, sources};

/// Where floats are allowed: output, random numbers, the formulas that tests compare with.
const FLOATS: [&str; 6] =
    ["units/", "engine/random.rs", "report/", "cli/", "tcp/connection/tests.rs", "tcp/congestion/tests.rs"];

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
