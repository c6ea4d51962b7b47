//! What was done in a session, as parts of a scenario text. It decides nothing: the scenario's own reader says whether
//! a part is right.

use crate::units::SimTime;
use serde_json::{Map, Value};
use std::fmt::Write;

/// Why a request cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritable {
    #[error("`{0}` cannot be the key of an action or of traffic")]
    Key(String),
    #[error("`{0}` is neither a text, a number, true, false nor a list of them")]
    Value(String),
}

/// An action of the timeline at an instant.
pub(super) fn action(time: SimTime, keys: &Map<String, Value>) -> Result<String, Unwritable> {
    let own = [("time", instant(time))];
    section("[[at]]", &own, keys)
}

/// Traffic that starts at an instant, under a name of its own.
pub(super) fn traffic(name: &str, time: SimTime, keys: &Map<String, Value>) -> Result<String, Unwritable> {
    // The first packet goes at once; connections open at once anyway.
    let is_tcp = keys.get("pattern").is_some_and(|pattern| pattern == "tcp");
    let mut own = vec![("start", instant(time))];
    if !is_tcp && !keys.contains_key("phase") {
        own.push(("phase", "0 s".into()));
    }
    section(&format!("[traffic.{name}]"), &own, keys)
}

fn instant(time: SimTime) -> Value {
    format!("{} ns", time.as_nanos()).into()
}

fn section(head: &str, own: &[(&str, Value)], keys: &Map<String, Value>) -> Result<String, Unwritable> {
    let mut out = format!("{head}\n");
    let own = own.iter().map(|(key, value)| (*key, value));
    let given = keys.iter().map(|(key, value)| (key.as_str(), value));
    for (key, value) in own.clone().chain(given.clone()) {
        let is_own = own.clone().any(|(one, _)| one == key) && given.clone().any(|(one, _)| one == key);
        if !is_key(key) || is_own || key == "refused" {
            return Err(Unwritable::Key(key.to_owned()));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{key} = {}", written(value).ok_or_else(|| Unwritable::Value(value.to_string()))?);
    }
    Ok(out)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// A value as TOML.
fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Bool(_) => value.to_string(),
        Value::Number(number) => number.as_i64()?.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Option<Vec<_>>>()?.join(", ")),
        Value::Object(keys) => {
            let pair = |(key, value): (&String, &Value)| Some(format!("{key} = {}", written(value)?));
            let pairs = keys.iter().filter(|(key, _)| is_key(key)).map(pair).collect::<Option<Vec<_>>>()?;
            if pairs.len() < keys.len() {
                return None;
            }
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Null => return None,
    })
}
