//! The rules of the house, read off the text of `src/`, `tests/` and `benches/`: imports point down and in no circle,
//! each drop reason has one producer, one file counts, rooms stay small. It reads words, not syntax: macro-made names
//! escape it. That the core does no I/O and walks through no hash map is clippy's to see (`.clippy.toml`).

mod circles;
mod documents;
mod engine;
mod floats;
mod names;
mod reasons;
mod rooms;
mod shape;
mod source;

/// Fails with what was found, and with what to do about it.
#[track_caller]
fn nothing(found: Vec<String>, what_to_do: &str) {
    assert!(found.is_empty(), "\n{}\n=> {what_to_do}\n", found.join("\n"));
}
