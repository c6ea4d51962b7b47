//! Reads a tree against the tables of the language: unknown keys, missing keys and wrong values become complaints, the
//! rest typed entities. One pass over everything; it knows no rule of peering and no name of the file.

use super::datum::{Datum, Entity, Item};
use super::diagnostic::{Complaints, Diagnostic, Span};
use super::document::{Entry, Node, Table, Value};
use super::field::{Field, Kind, Section};
use super::nearest::{list_some, nearest};
use super::value;
use crate::model::Name;

/// Reads `table` as `section`. `path` is what a person calls it, `at` where it stands.
pub(super) fn read(section: &'static Section, path: &str, at: Span, table: &Table, out: &mut Complaints) -> Entity {
    let mut broken = false;
    let variant = choose_variant(section, path, table, out, &mut broken);
    let mut entity = Entity { section, variant, path: path.into(), at, items: Vec::new(), broken };
    // With an illegal choice nobody knows which keys are legal: the keys of all variants pass unread.
    let undecided = section.variants.is_some() && variant.is_none();
    let mut meant = Vec::new();
    for entry in table.entries() {
        let field = entity.fields().find(|f| f.name == entry.key);
        match field {
            Some(field) => read_entry(&mut entity, field.name, &field.kind, entry, out),
            None if undecided && section.any_field(&entry.key).is_some() => {}
            None => {
                meant.extend(unknown_key(&entity, table, entry, out));
            }
        }
    }
    // A misspelt key is one mistake, not also a missing one.
    entity.broken |= !meant.is_empty();
    for field in entity.fields().filter(|f| f.required && table.get(f.name).is_none()) {
        if !meant.contains(&field.name) {
            out.error(at, format!("{path} needs `{}`", field.name)).hint(how_to_add(section, field));
        }
        entity.broken = true;
    }
    entity
}

impl Entity {
    /// The fields legal in it.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.section.own_fields().chain(self.variant.into_iter().flat_map(Section::own_fields))
    }
}

fn read_entry(entity: &mut Entity, key: &'static str, kind: &'static Kind, entry: &Entry, out: &mut Complaints) {
    let datum = match (kind, &entry.node.value) {
        (Kind::Named(section), Value::Table(table)) => Some(Datum::Named(read_named(entity, section, table, out))),
        (Kind::List(section), Value::List(nodes)) => Some(Datum::List(read_list(entity, key, section, nodes, out))),
        _ => value::read(kind, key, &entry.node, out),
    };
    match datum {
        Some(datum) => entity.items.push(Item { key, key_span: entry.key_span, span: entry.node.span, datum }),
        None => entity.broken = true,
    }
}

fn read_named(
    parent: &Entity,
    section: &'static Section,
    table: &Table,
    out: &mut Complaints,
) -> Vec<(String, Entity)> {
    let mut entities = Vec::new();
    for entry in table.entries() {
        let prefix = match parent.section.name {
            "scenario" => section.name.to_owned(),
            _ => format!("{}.{}", parent.path.trim_matches(['[', ']']), section.name),
        };
        let path = format!("[{prefix}.{}]", entry.key);
        let Value::Table(table) = &entry.node.value else {
            let found = entry.node.value.kind();
            out.error(entry.node.span, format!("{path} must be a table, not {found}"))
                .hint(format!("`{}` is a table of named tables: write {}", section.name, path));
            continue;
        };
        let mut entity = read(section, &path, entry.key_span, table, out);
        if let Err(wrong) = Name::new(&entry.key) {
            out.error(entry.key_span, wrong.to_string())
                .hint("names have 1 to 60 letters, digits, `.`, `_` and `-`; put other text into `label`");
            entity.broken = true;
        }
        entities.push((entry.key.clone(), entity));
    }
    entities
}

fn read_list(
    parent: &Entity,
    key: &str,
    section: &'static Section,
    nodes: &[Node],
    out: &mut Complaints,
) -> Vec<Entity> {
    let mut entities = Vec::new();
    for node in nodes {
        let path = match parent.section.name {
            "scenario" => format!("[[{key}]]"),
            _ => format!("a {} of {}", section.name, parent.path),
        };
        match &node.value {
            Value::Table(table) => entities.push(read(section, &path, node.span, table, out)),
            other => {
                let hint = format!("`{key}` is {}", Kind::List(section).describe());
                out.error(node.span, format!("{path} must be a table, not {}", other.kind())).hint(hint);
            }
        }
    }
    entities
}

/// The variant that the section's tag names. Complains if it names none.
fn choose_variant(
    section: &'static Section,
    path: &str,
    table: &Table,
    out: &mut Complaints,
    broken: &mut bool,
) -> Option<&'static Section> {
    let variants = section.variants?;
    let names = || variants.sections.iter().map(|s| s.name);
    let tag = match table.get(variants.key) {
        // A missing or mistyped tag is complained about like any other field.
        None => variants.default?,
        Some(Node { value: Value::Text(tag), span }) => {
            if let Some(variant) = section.variant(tag) {
                return Some(variant);
            }
            let hint = match nearest(tag, names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("use one of {}", list_some(names())),
            };
            out.error(*span, format!("`{}` of {path} cannot be `{tag}`", variants.key)).hint(hint);
            *broken = true;
            return None;
        }
        Some(_) => return None,
    };
    section.variant(tag)
}

/// Complains about a key that is not legal here; answers the legal one that was probably meant.
fn unknown_key(entity: &Entity, table: &Table, entry: &Entry, out: &mut Complaints) -> Option<&'static str> {
    let path = &entity.path;
    if let Some((variants, variant)) = entity.section.variants.zip(entity.variant)
        && entity.section.any_field(&entry.key).is_some()
    {
        let at_home: Vec<&str> =
            variants.sections.iter().filter(|s| s.own_fields().any(|f| f.name == entry.key)).map(|s| s.name).collect();
        let takes: Vec<&str> = variant.own_fields().map(|f| f.name).collect();
        out.error(entry.key_span, format!("`{}` does not go with {} = \"{}\"", entry.key, variants.key, variant.name))
            .hint(format!("it goes with {}; \"{}\" takes {}", at_home.join(", "), variant.name, takes.join(", ")));
        return None;
    }
    let legal = || entity.fields().map(|f| f.name).filter(|name| table.get(name).is_none());
    let near = nearest(&entry.key, legal());
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{path} takes {}", list_some(entity.fields().map(|f| f.name))),
    };
    out.error(entry.key_span, format!("unknown key `{}` in {path}", entry.key)).hint(hint);
    near
}

/// What to write for a key that is missing.
fn how_to_add(section: &Section, field: &Field) -> String {
    match (&field.kind, section.variants) {
        (Kind::Tag, Some(variants)) => {
            format!("add {}, one of {}", field.name, list_some(variants.sections.iter().map(|s| s.name)))
        }
        _ => format!("add {} = {} — {}", field.name, example(&field.kind), field.doc),
    }
}

fn example(kind: &Kind) -> &'static str {
    match kind {
        Kind::Cidr | Kind::Cidrs => "\"10.0.0.0/16\"",
        Kind::Address => "\"10.0.0.1\"",
        Kind::Duration(..) => "\"10 s\"",
        Kind::Rate(..) => "\"100 Mbps\"",
        Kind::Size(..) => "\"1500 B\"",
        Kind::Share => "\"1 %\"",
        Kind::Bool => "true",
        _ => "\"…\"",
    }
}

/// Says which lines' complaints are likely echoes of a syntax error: those on a line that has one, and missing keys.
pub(super) fn is_echo(complaint: &Diagnostic, syntax_lines: &std::collections::BTreeSet<usize>) -> bool {
    let on_bad_line = complaint.line_column().is_none_or(|(line, _)| syntax_lines.contains(&line));
    on_bad_line || complaint.message.contains("] needs `") || complaint.message.contains("scenario needs `")
}
