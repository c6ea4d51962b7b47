//! How many cases a property is tested with, and where failing cases are kept. Knows no property.

use proptest::test_runner::{Config, FileFailurePersistence};

/// `usual` cases, or as many as `PROPTEST_CASES` requests if that is more. Failing cases are kept in the file, usually
/// below `tests/regressions`, and tried first from then on; the file should be committed.
pub fn cases(usual: u32, file: &'static str) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(file)) as _);
    Config { cases: asked.map_or(usual, |n: u32| n.max(usual)), failure_persistence, ..Config::default() }
}
