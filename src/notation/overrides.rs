//! `--set KEY=VALUE`: replaces or inserts keys of the tree before it is read, so that their values pass the same checks
//! as those of the file.

use super::diagnostic::{Complaints, TextSpan};
use super::document::{self, Node, Table, Value};
use super::field::{Kind, Language, Section};
use super::nearest::{list_some, meant, meant_of};
use super::source::Source;

/// One key to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Dotted, as in TOML; entries of lists by number from 1: `peering.PeerConn.bandwidth`, `at.1.time`.
    pub key: String,
    /// A TOML value, or plain text: `50 Mbps`.
    pub value: String,
}

/// Sets a key; complains if it does not exist.
pub(super) fn apply(wanted: &Override, language: &Language, table: &mut Table, out: &mut Complaints) {
    let source = out.add(Source::new("--set", wanted.key.clone()));
    let key = TextSpan::of(source, 0..wanted.key.len());
    let Some(parts) = document::parse_key(wanted.key.trim()) else {
        out.error(key, format!("`{}` is not a key", wanted.key))
            .hint("write the path of a key, for example peering.PeerConn.bandwidth");
        return;
    };
    let mut setter = Setter { wanted, whole: language.whole, key, out };
    setter.in_section(language.section, language.whole, table, &parts);
}

struct Setter<'a> {
    wanted: &'a Override,
    /// What a person calls the whole text.
    whole: &'static str,
    /// The key as a place to complain about.
    key: TextSpan,
    out: &'a mut Complaints,
}

impl Setter<'_> {
    fn in_section(&mut self, section: &'static Section, path: &str, table: &mut Table, parts: &[String]) {
        let Some((first, rest)) = parts.split_first() else { return };
        let Some(field) = section.any_field(first) else {
            let names = section.all_fields().map(|f| f.name);
            return self.unknown("key", first, path, names, example(section).filter(|_| !rest.is_empty()));
        };
        if rest.is_empty() {
            return self.put(table, first, matches!(field.kind, Kind::Text));
        }
        match &field.kind {
            Kind::Named(inner) => self.in_named(inner, inner_table(table, first, self.key), rest),
            Kind::List(inner) => self.in_list(inner, table, first, rest),
            Kind::Pairs(..) | Kind::OneOf(_) if rest.len() == 1 => {
                if let Some(inner) = inner_table(table, first, self.key) {
                    self.put(inner, &rest[0], false);
                }
            }
            _ => {
                self.out
                    .error(self.key, format!("`{first}` has no parts, so `{}` cannot be set", rest.join(".")))
                    .hint(format!("`{first}` is {}", field.kind.describe()));
            }
        }
    }

    fn in_named(&mut self, section: &'static Section, table: Option<&mut Table>, parts: &[String]) {
        let Some(table) = table else { return };
        // Names may contain dots: the longest existing name is meant.
        let exists = |n: &usize| table.get(&parts[..*n].join(".")).is_some();
        let Some(n) = (1..=parts.len()).rev().find(exists) else {
            let names = table.entries().iter().map(|entry| entry.key.as_str());
            return self.unknown(section.name, &parts[0], self.whole, names, None);
        };
        let name = parts[..n].join(".");
        if n == parts.len() {
            return self.put(table, &name, false);
        }
        if let Some(inner) = inner_table(table, &name, self.key) {
            self.in_section(section, &format!("[{}.{name}]", section.name), inner, &parts[n..]);
        }
    }

    fn in_list(&mut self, section: &'static Section, table: &mut Table, key: &str, parts: &[String]) {
        let Some(Value::List(nodes)) = table.get_mut(key).map(|node| &mut node.value) else {
            let add = format!("add [[{key}]] to the file: only what is there can be set");
            self.out.error(self.key, format!("{} has no `{key}` to set", self.whole)).hint(add);
            return;
        };
        let count = nodes.len();
        let place = parts[0].parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        match place.and_then(|at| nodes.get_mut(at)).map(|node| &mut node.value) {
            Some(Value::Table(inner)) => self.in_section(section, &format!("[[{key}]]"), inner, &parts[1..]),
            _ => {
                self.out
                    .error(self.key, format!("there is no `{key}` number {}", parts[0]))
                    .hint(format!("they are numbered from 1 to {count}"));
            }
        }
    }

    fn put(&mut self, table: &mut Table, key: &str, plain: bool) {
        let source = self.out.add(Source::new(format!("--set {}", self.wanted.key), self.wanted.value.clone()));
        let value = TextSpan::of(source, 0..self.wanted.value.len());
        let node = document::parse_value(value, plain, self.out);
        table.put(key, node);
    }

    fn unknown<'k>(
        &mut self,
        what: &str,
        name: &str,
        path: &str,
        known: impl Iterator<Item = &'k str> + Clone,
        example: Option<String>,
    ) {
        let hint = match example {
            Some(example) => meant(name, known.clone(), || {
                format!("write a path such as {example}; there are: {}", list_some(known))
            }),
            None => meant_of(name, known),
        };
        self.out.error(self.key, format!("{path} has no {what} called `{name}`")).hint(hint);
    }
}

/// The path of a key in one of the section's named tables, if it has any: `vpc.NAME.region`.
fn example(section: &Section) -> Option<String> {
    section.own_fields().find_map(|field| match &field.kind {
        Kind::Named(inner) => {
            let key = inner.own_fields().find(|key| key.required)?;
            Some(format!("{}.NAME.{}", field.name, key.name))
        }
        _ => None,
    })
}

/// The table under `key`, made if there is none; `None` if something else is there, which the reader complains about.
fn inner_table<'t>(table: &'t mut Table, key: &str, span: TextSpan) -> Option<&'t mut Table> {
    if table.get(key).is_none() {
        table.put(key, Node { span, value: Value::Table(Table::default()) });
    }
    match table.get_mut(key).map(|node| &mut node.value) {
        Some(Value::Table(inner)) => Some(inner),
        _ => None,
    }
}
