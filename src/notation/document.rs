//! A TOML text as a tree that records where everything is. It knows TOML, but no language written in it.

use super::diagnostic::{Complaints, TextSpan};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Syntax complaints beyond this many say nothing new.
const SYNTAX_MAX: usize = 20;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub span: TextSpan,
    pub value: Value,
}

/// The values of TOML. Numbers and dates keep their text.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(String, Option<i128>),
    Float(String),
    Bool(bool),
    Date,
    List(Vec<Node>),
    Table(Table),
}

/// The keys of a table with their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// In the order of the text.
    entries: Vec<Entry>,
    /// The indices of the entries, sorted by key for fast lookup: a table may have thousands.
    by_key: Vec<u32>,
}

/// One key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: TextSpan,
    pub node: Node,
}

impl Table {
    fn new(entries: Vec<Entry>) -> Table {
        let mut by_key: Vec<u32> = (0..entries.len() as u32).collect();
        by_key.sort_by(|a, b| entries[*a as usize].key.cmp(&entries[*b as usize].key));
        Table { entries, by_key }
    }

    /// In the order of the text.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.place(key).ok().map(|place| &self.entries[place].node)
    }

    /// The value of a key, to change.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let place = self.place(key).ok()?;
        Some(&mut self.entries[place].node)
    }

    /// Sets a key; a new key comes last, at the place of its value.
    pub(crate) fn put(&mut self, key: &str, node: Node) {
        self.put_at(node.span, key, node);
    }

    /// Sets a key; a new key comes last, at this place.
    pub(crate) fn put_at(&mut self, key_span: TextSpan, key: &str, node: Node) {
        match self.place(key) {
            Ok(place) => self.entries[place].node = node,
            Err(at) => {
                self.by_key.insert(at, self.entries.len() as u32);
                self.entries.push(Entry { key: key.to_owned(), key_span, node });
            }
        }
    }

    /// The index of a key's entry; as an error, the index at which to insert it into the sorted keys.
    fn place(&self, key: &str) -> Result<usize, usize> {
        let found = self.by_key.binary_search_by(|place| self.entries[*place as usize].key.as_str().cmp(key));
        found.map(|at| self.by_key[at] as usize)
    }
}

impl Value {
    /// What a person calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(..) => "an integer",
            Value::Float(_) => "a decimal number",
            Value::Bool(_) => "true or false",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Reads the text of `source`. Syntax errors become complaints; returns the tree of everything else, and the lines of
/// the errors.
pub(crate) fn parse(source: usize, out: &mut Complaints) -> (Table, BTreeSet<usize>) {
    let said = out.source(source).clone();
    let text = said.text();
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut lines = BTreeSet::new();
    for error in &errors {
        let range = error.span().unwrap_or(text.len()..text.len());
        let span = TextSpan::of(source, range.clone());
        if lines.len() == SYNTAX_MAX {
            out.error(span, "… and more below, not shown").hint("this may be no TOML at all");
            return (Table::default(), lines);
        }
        // Further errors on a line mostly follow from the first.
        let line = said.line(range.start);
        if !lines.contains(&line) {
            let echo = is_echo(error, text, &lines);
            lines.insert(line);
            if !echo {
                complain(span, error.message(), text.get(range), out);
            }
        }
    }
    (from_table(table.get_ref(), TextSpan::of(source, 0..text.len())), lines)
}

fn complain(span: TextSpan, message: &str, found: Option<&str>, out: &mut Complaints) {
    match (message, found) {
        ("duplicate key", Some(key)) => {
            out.error(span, format!("`{key}` is given twice"))
                .hint("keep one of them; a table such as [NAME] is opened only once");
        }
        _ => {
            out.error(span, format!("not TOML: {message}"))
                .hint("a line is KEY = VALUE, with texts in quotes, or opens a table such as [NAME]");
        }
    }
}

/// Whether an error repeats, for a key, that its table is opened twice.
fn is_echo(error: &toml::de::Error, text: &str, lines: &BTreeSet<usize>) -> bool {
    let before = text.get(..error.span().map_or(0, |range| range.start)).unwrap_or("");
    let header = before.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('[')).last();
    error.message() == "duplicate key" && header.is_some_and(|(at, _)| lines.contains(&(at + 1)))
}

/// Reads the text at `span` as one TOML value; as plain text if it is not TOML, or if `plain` asks for it.
pub(crate) fn parse_value(span: TextSpan, plain: bool, out: &Complaints) -> Node {
    let text = &out.source(span.source).text()[span.start..span.end];
    match DeValue::parse(text) {
        Ok(value) if !plain || value.get_ref().is_str() => from_value(&value, span),
        _ => Node { span, value: Value::Text(text.to_owned()) },
    }
}

/// The parts of a dotted key, `None` if it is none.
pub(crate) fn parse_key(key: &str) -> Option<Vec<String>> {
    let text = format!("{key} = 0");
    let table = DeTable::parse(&text).ok()?;
    let mut table = table.get_ref();
    let mut parts = Vec::new();
    loop {
        let (key, value) = table.iter().next().filter(|_| table.len() == 1)?;
        parts.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            DeValue::Integer(_) => return Some(parts),
            _ => return None,
        }
    }
}

/// The place of `range`, which is relative to `parsed`.
fn part(parsed: TextSpan, range: Range<usize>) -> TextSpan {
    TextSpan::of(parsed.source, parsed.start + range.start..parsed.start + range.end)
}

fn from_table(table: &DeTable<'_>, parsed: TextSpan) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: part(parsed, key.span()),
            node: from_value(value, parsed),
        })
        .collect();
    // The parser sorts by key; the order of the file is the order of places.
    entries.sort_by_key(|e| e.key_span.start);
    Table::new(entries)
}

fn from_value(value: &Spanned<DeValue<'_>>, parsed: TextSpan) -> Node {
    let span = part(parsed, value.span());
    let value = match value.get_ref() {
        DeValue::String(s) => Value::Text(s.to_string()),
        DeValue::Integer(i) => Value::Integer(i.to_string(), i128::from_str_radix(i.as_str(), i.radix()).ok()),
        DeValue::Float(f) => Value::Float(f.as_str().to_owned()),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => Value::List(list.iter().map(|v| from_value(v, parsed)).collect()),
        DeValue::Table(table) => Value::Table(from_table(table, parsed)),
    };
    Node { span, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Source;

    #[test]
    fn keeps_the_order_of_the_file() {
        let mut out = Complaints::default();
        let source = out.add(Source::new("t", "[vpc.Z]\nb = 1\na = 2\n[vpc.A]\n".into()));
        let (table, errors) = parse(source, &mut out);
        let Some(Value::Table(vpcs)) = table.get("vpc").map(|n| &n.value) else { panic!("no vpc") };
        assert!(errors.is_empty());
        assert_eq!(vpcs.entries().iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["Z", "A"]);
    }

    #[test]
    fn splits_dotted_keys_with_quotes() {
        assert_eq!(parse_key(r#"vpc."a.b".cidr"#), Some(vec!["vpc".into(), "a.b".into(), "cidr".into()]));
        assert_eq!(parse_key("a b"), None);
        assert_eq!(parse_key("a = 1\nb"), None);
    }
}
