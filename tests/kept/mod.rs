//! How many cases a property is tried with, and where those that failed are kept. Knows no property.

use proptest::test_runner::{Config, FileFailurePersistence};

/// So many cases, or as many as `PROPTEST_CASES` asks for if those are more. What fails is kept in the file, below
/// `tests/regressions` by custom, and tried first from then on; it is to be committed.
pub fn cases(usual: u32, file: &'static str) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(file)) as _);
    Config { cases: asked.map_or(usual, |n: u32| n.max(usual)), failure_persistence, ..Config::default() }
}
