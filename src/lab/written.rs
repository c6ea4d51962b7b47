//! What was done in a session, as parts of a scenario text. It decides nothing: the scenario's own reader says whether
//! a part is right.

use crate::units::SimTime;
use serde_json::{Map, Value};
use std::fmt::{self, Write};
use toml_edit::{DocumentMut, Item, TableLike};

/// Why a request cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritable {
    #[error("`{0}` is no key that can be set here")]
    Key(String),
    #[error("`{0}` is neither a text, a number, true, false nor a list of them")]
    Value(String),
}

/// Something that was done: an action of the timeline, or traffic that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    /// When.
    pub time: SimTime,
    /// `[[at]]` or `[traffic.NAME]`.
    head: String,
    /// The key of its time.
    key: &'static str,
    /// All other keys.
    rest: String,
}

impl Done {
    /// An action of the timeline.
    ///
    /// # Errors
    /// A key or a value cannot be written.
    pub(super) fn action(time: SimTime, keys: &Map<String, Value>) -> Result<Done, Unwritable> {
        Ok(Done { time, head: "[[at]]".into(), key: "time", rest: lines(keys, &["time", "refused"])? })
    }

    /// Traffic under a name of its own. Its first packet goes at once.
    ///
    /// # Errors
    /// A key or a value cannot be written.
    pub(super) fn traffic(name: &str, time: SimTime, keys: &Map<String, Value>) -> Result<Done, Unwritable> {
        let mut rest = lines(keys, &["start"])?;
        // Connections open at once anyway.
        let is_tcp = keys.get("pattern").is_some_and(|pattern| pattern == "tcp");
        if !is_tcp && !keys.contains_key("phase") {
            rest += "phase = \"0 s\"\n";
        }
        Ok(Done { time, head: format!("[traffic.{name}]"), key: "start", rest })
    }

    pub(super) fn is_action(&self) -> bool {
        self.key == "time"
    }

    /// The same at the beginning.
    pub(super) fn at_first(&self) -> Done {
        Done { time: SimTime::ZERO, ..self.clone() }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{} = \"{} ns\"\n{}", self.head, self.key, self.time.as_nanos(), self.rest)
    }
}

/// The scenario that begins as `opened` and repeats what was done.
pub(super) fn text<'a>(opened: &str, done: impl Iterator<Item = &'a Done>) -> String {
    let mut text = opened.trim_end().to_owned() + "\n";
    for (at, done) in done.enumerate() {
        text += if at == 0 { "\n# Done in the lab.\n" } else { "\n" };
        text += &done.to_string();
    }
    text
}

/// The scenario with another value of a key, or without the key: `["peering", "p", "burst"]`. For a section, the value
/// is an object of its keys, so that those change together that would be wrong one by one; its other keys stay.
///
/// # Errors
/// There is no such section, or the value cannot be written.
pub(super) fn set(text: &str, path: &[String], value: &Value) -> Result<String, Unwritable> {
    let mut document: DocumentMut = text.parse().map_err(|_| Unwritable::Key(path.join(".")))?;
    let no_section = || Unwritable::Key(path.join("."));
    let (last, sections) = path.split_last().ok_or_else(no_section)?;
    let mut section: &mut dyn TableLike = document.as_table_mut();
    for name in sections {
        section = section.get_mut(name).and_then(Item::as_table_like_mut).ok_or_else(no_section)?;
    }
    match (value, section.get_mut(last).and_then(Item::as_table_like_mut)) {
        (Value::Object(keys), Some(inner)) => keys.iter().try_for_each(|(key, value)| set_key(inner, key, value))?,
        _ => set_key(section, last, value)?,
    }
    Ok(document.to_string())
}

fn set_key(section: &mut dyn TableLike, key: &str, value: &Value) -> Result<(), Unwritable> {
    if value.is_null() {
        section.remove(key);
        return Ok(());
    }
    let value = written(value).and_then(|value| value.parse().ok());
    section.insert(key, Item::Value(value.ok_or_else(|| Unwritable::Value(key.into()))?));
    Ok(())
}

/// The sections of a scenario as a document, with every value as it is written there.
pub(super) fn sections(text: &str) -> Value {
    let parsed = toml::from_str::<toml::Table>(text).ok();
    parsed.and_then(|table| serde_json::to_value(table).ok()).unwrap_or_default()
}

/// Keys and values, but for those that are written otherwise.
fn lines(keys: &Map<String, Value>, own: &[&str]) -> Result<String, Unwritable> {
    let mut out = String::new();
    for (key, value) in keys {
        if !is_key(key) || own.contains(&key.as_str()) {
            return Err(Unwritable::Key(key.clone()));
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
