//! The rules of the house, read off the text of `src/`, `tests/` and `benches/`: imports point down and in no circle,
//! each drop reason has one producer, one file counts, rooms stay small. It reads words, not syntax: macro-made names
//! escape it. That the core does no I/O and walks through no hash map is clippy's to see (`.clippy.toml`).

mod circles;
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

/// Holds what was found against the offenders that are known: nothing new, and nothing known that is mended.
#[track_caller]
fn known(found: Vec<String>, known: &[&str], what_to_do: &str) {
    let name = |line: &str| line.lines().next().unwrap_or_default().to_owned();
    let mended = known.iter().filter(|known| !found.iter().any(|line| name(line) == **known));
    let mended: Vec<String> = mended.map(|known| format!("no longer so, take it off the list: {known}")).collect();
    let new = found.into_iter().filter(|line| !known.contains(&name(line).as_str()));
    nothing(new.chain(mended).collect(), what_to_do);
}
