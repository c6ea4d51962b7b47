//! What is typed in the terminal's lab, as requests. It knows the form of a line; what its words mean is the scenario
//! language's.

use crate::lab::Ask;
use crate::scenario::first_key;
use serde_json::{Map, Value};

/// What can be done.
pub(super) const HELP: &str = "\
space plays and pauses; . steps to the next event, , to the next packet; + and - change the speed; b goes back a \
second, 0 to the start; f forgets what was done later than now; ? shows this; q leaves. : or Enter begins a line: \
ping A B, tcp A B [SIZE], udp A B [RATE], explain A B, story PACKET, peering NAME, table NAME, bill, lesson, \
check, write FILE, quit, or an action of the timeline, as add_route 10.0.0.0/16 subnet=VPC2/B via=PeerConn";

/// The width of texts: that of a terminal of 80 columns without its frame.
pub(super) const WIDTH: usize = 78;

/// A line that was understood.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Ask(Ask),
    /// A page about a part of the network.
    Show(Page),
    /// The file to write the scenario to.
    Write(String),
    Nothing,
    Leave,
}

/// What a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page {
    Peering(String),
    Table(String),
    /// What it teaches, and its goals.
    Lesson,
}

/// Reads a line.
///
/// # Errors
/// What is missing.
pub(super) fn read(line: &str) -> Result<Typed, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let text = |word: &str| word.to_owned();
    Ok(match words[..] {
        [] => Typed::Nothing,
        ["quit" | "q"] => Typed::Leave,
        ["bill"] => Typed::Ask(Ask::Bill { width: Some(WIDTH) }),
        ["check"] => Typed::Ask(Ask::Check),
        ["lesson"] => Typed::Show(Page::Lesson),
        ["write", file] => Typed::Write(text(file)),
        ["peering", name] => Typed::Show(Page::Peering(text(name))),
        ["table", name] => Typed::Show(Page::Table(text(name))),
        ["story", packet] => Typed::Ask(Ask::Story { packet: text(packet), width: Some(WIDTH) }),
        ["explain", from, to] => Typed::Ask(Ask::Explain { from: text(from), to: text(to), width: Some(WIDTH) }),
        ["ping", from, to] => sends(from, to, &[("pattern", "ping"), ("interval", "200 ms")], Some(4)),
        ["tcp", from, to] => sends(from, to, &[("pattern", "tcp"), ("size", "100 kB")], None),
        ["tcp", from, to, size] => sends(from, to, &[("pattern", "tcp"), ("size", size)], None),
        ["udp", from, to] => sends(from, to, &[("rate", "1 Mbps"), ("packet_size", "1000 B")], Some(10)),
        ["udp", from, to, rate] => sends(from, to, &[("rate", rate), ("packet_size", "1000 B")], None),
        ["ping" | "tcp" | "udp" | "explain", ..] => return Err(format!("write {} A B, two hosts", words[0])),
        ["write" | "peering" | "table" | "story", ..] => return Err(format!("write {} and one name", words[0])),
        [verb, ..] => Typed::Ask(Ask::Act { action: action(verb, line)? }),
    })
}

fn sends(from: &str, to: &str, keys: &[(&str, &str)], count: Option<u64>) -> Typed {
    let mut traffic = Map::new();
    for (key, value) in [("from", from), ("to", to)].iter().chain(keys) {
        traffic.insert((*key).to_owned(), (*value).into());
    }
    if let Some(count) = count {
        traffic.insert("count".into(), count.into());
    }
    Typed::Ask(Ask::Send { traffic })
}

/// `VERB [VALUE] [KEY=VALUE …]`: a value without a key is that of the verb's first key, and each extends to the next
/// key.
fn action(verb: &str, line: &str) -> Result<Map<String, Value>, String> {
    let mut action = Map::new();
    action.insert("do".into(), verb.into());
    let mut key = first_key(verb);
    let mut value: Vec<&str> = Vec::new();
    let mut end = |key: Option<&str>, value: &mut Vec<&str>| {
        if let Some(key) = key.filter(|_| !value.is_empty()) {
            action.insert(key.to_owned(), meant(&value.join(" ")));
        } else if !value.is_empty() {
            return Err(format!("`{}` stands without a key: write KEY=VALUE", value.join(" ")));
        }
        value.clear();
        Ok(())
    };
    for word in line.split_whitespace().skip(1) {
        match word.split_once('=') {
            Some((next, first)) => {
                end(key, &mut value)?;
                key = Some(next);
                value.push(first);
            }
            None => value.push(word),
        }
    }
    end(key, &mut value)?;
    Ok(action)
}

/// A number or a truth where it is one.
fn meant(text: &str) -> Value {
    match (text, text.parse::<i64>()) {
        ("true", _) => true.into(),
        ("false", _) => false.into(),
        (_, Ok(number)) => number.into(),
        (_, Err(_)) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(line: &str) -> String {
        match read(line) {
            Ok(Typed::Ask(Ask::Act { action })) => Value::Object(action).to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn lines_are_actions_of_the_timeline() {
        assert_eq!(act("delete PeerConn"), r#"{"do":"delete","peering":"PeerConn"}"#);
        assert_eq!(
            act("change_bandwidth PeerConn bandwidth=50 Mbps by=shop"),
            r#"{"bandwidth":"50 Mbps","by":"shop","do":"change_bandwidth","peering":"PeerConn"}"#
        );
        assert_eq!(
            act("node_down PeerConn node=1 for=5 s"),
            r#"{"do":"node_down","for":"5 s","node":1,"peering":"PeerConn"}"#
        );
        assert_eq!(act("nonsense"), r#"{"do":"nonsense"}"#);
        assert!(read("nonsense at all").is_err());
    }

    #[test]
    fn what_is_missing_is_said() {
        for line in ["ping", "ping a/h", "explain a/h", "write", "story", "table", "tcp a b c d"] {
            assert!(read(line).is_err(), "{line}");
        }
        assert!(matches!(read("  "), Ok(Typed::Nothing)) && matches!(read("q"), Ok(Typed::Leave)));
    }
}
