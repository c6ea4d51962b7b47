//! The rules of the house, checked on the text of `src/`, `tests/` and `benches/`: imports point down and form no
//! cycle, each drop reason has one producer, one file counts, rooms stay small. It reads words, not syntax: names made
//! by macros escape it. Clippy checks that the core does no I/O and iterates over no hash map (`.clippy.toml`).

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
