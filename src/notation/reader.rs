//! Reads a tree against the tables of a language: unknown keys, missing keys and wrong values become complaints, the
//! rest typed entities. It makes one pass over the tree and knows no language and no file name.

use super::datum::{At, Datum, Entity, Item, Pair, Two};
use super::diagnostic::{Complaints, TextSpan};
use super::document::{self, Entry, Node, Table, Value};
use super::edits::{self, Edit};
use super::field::{Kind, Language, Section};
use super::wrong::Wrong;
use super::{keys, limit, value};

/// Reads the text of `source` as these edits change it; nothing if it is not TOML.
pub(crate) fn read(language: &Language, source: usize, edits: &[Edit], out: &mut Complaints) -> Option<Entity> {
    let (mut table, syntax_lines) = document::parse(source, out);
    edits::apply(edits, language, &mut table, out);
    let (is_toml, before) = (syntax_lines.is_empty(), out.count());
    let top = TextSpan::of(source, 0..0);
    let mut reader = Reader { check_name: language.check_name, tells_missing: is_toml, out };
    let entity = reader.section(language.section, language.whole, top, &table);
    if !is_toml {
        // Other errors on a line with a syntax error mostly follow from it.
        out.retain_after(before, |said| said.line_column().is_some_and(|(line, _)| !syntax_lines.contains(&line)));
        return None;
    }
    Some(entity)
}

struct Reader<'a> {
    check_name: fn(&str) -> Result<(), Wrong>,
    /// Whether to complain about missing keys: in invalid TOML, a key may be present but not understood.
    tells_missing: bool,
    out: &'a mut Complaints,
}

impl Reader<'_> {
    /// Reads `table` as `section`. `path` is what a person calls it, `at` where it stands.
    fn section(&mut self, section: &'static Section, path: &str, at: TextSpan, table: &Table) -> Entity {
        let mut broken = false;
        let variant = self.variant(section, path, table, &mut broken);
        let mut entity = Entity { section, variant, path: path.into(), at, items: Vec::new(), broken };
        // With an invalid choice the legal keys are unknown: the keys of all variants are accepted unread.
        let undecided = section.variants.is_some() && variant.is_none();
        let mut meant = Vec::new();
        for entry in table.entries() {
            let field = entity.fields().find(|f| f.name == entry.key);
            match field {
                Some(field) => self.entry(&mut entity, field.name, &field.kind, entry),
                None if undecided && section.any_field(&entry.key).is_some() => {}
                None => meant.extend(keys::unknown(&entity, table, entry, self.out)),
            }
        }
        // A misspelt key is one mistake, not also a missing one.
        entity.broken |= !meant.is_empty();
        for field in entity.fields().filter(|f| f.required && table.get(f.name).is_none()) {
            if self.tells_missing && !meant.contains(&field.name) {
                let hint = keys::how_to_add(section, field);
                self.out.error(at, format!("{path} needs `{}`", field.name)).hint(hint);
            }
            entity.broken = true;
        }
        entity
    }

    fn entry(&mut self, entity: &mut Entity, key: &'static str, kind: &'static Kind, entry: &Entry) {
        let datum = match (kind, &entry.node.value) {
            (Kind::Named(section), Value::Table(table)) => Some(Datum::Named(self.named(entity, section, table))),
            (Kind::List(section), Value::List(nodes)) => Some(Datum::List(self.list(entity, key, section, nodes))),
            _ => self.value(kind, key, &entry.node),
        };
        match datum {
            Some(datum) => entity.items.push(Item { key, key_span: entry.key_span, span: entry.node.span, datum }),
            None => entity.broken = true,
        }
    }

    fn named(&mut self, parent: &Entity, section: &'static Section, table: &Table) -> Vec<(String, Entity)> {
        let prefix = match parent.path.strip_prefix('[') {
            Some(path) => format!("{}.{}", path.trim_end_matches(']'), section.name),
            None => section.name.to_owned(),
        };
        let mut entities = Vec::new();
        for entry in table.entries() {
            let path = format!("[{prefix}.{}]", entry.key);
            let Value::Table(table) = &entry.node.value else {
                let found = entry.node.value.kind();
                self.out
                    .error(entry.node.span, format!("{path} must be a table, not {found}"))
                    .hint(format!("`{}` is a table of named tables: write {}", section.name, path));
                // The name is declared all the same: a reference to it is not an error.
                let (variant, items, at, broken) = (None, Vec::new(), entry.key_span, true);
                entities.push((entry.key.clone(), Entity { section, variant, path, at, items, broken }));
                continue;
            };
            let mut entity = self.section(section, &path, entry.key_span, table);
            if let Err(wrong) = (self.check_name)(&entry.key) {
                self.out.wrong(entry.key_span, wrong);
                entity.broken = true;
            }
            entities.push((entry.key.clone(), entity));
        }
        entities
    }

    fn list(&mut self, parent: &Entity, key: &str, section: &'static Section, nodes: &[Node]) -> Vec<Entity> {
        let path = match parent.path.starts_with('[') {
            true => format!("a {} of {}", section.name, parent.path),
            false => format!("[[{key}]]"),
        };
        let mut entities = Vec::new();
        for node in nodes {
            match &node.value {
                Value::Table(table) => entities.push(self.section(section, &path, node.span, table)),
                other => {
                    let hint = format!("`{key}` is {}", Kind::List(section).describe());
                    self.out.error(node.span, format!("{path} must be a table, not {}", other.kind())).hint(hint);
                }
            }
        }
        entities
    }

    /// The variant that the section's tag names. Complains if it names none.
    fn variant(
        &mut self,
        section: &'static Section,
        path: &str,
        table: &Table,
        broken: &mut bool,
    ) -> Option<&'static Section> {
        let variants = section.variants?;
        match table.get(variants.key) {
            // A missing or mistyped tag is complained about like any other field.
            None => section.variant(variants.default?),
            Some(Node { value: Value::Text(tag), span }) => {
                let variant = section.variant(tag);
                if variant.is_none() {
                    keys::no_variant(section, path, tag, *span, self.out);
                    *broken = true;
                }
                variant
            }
            Some(_) => None,
        }
    }

    /// Reads `node`, the value of `key`, as `kind`; `None` after a complaint.
    fn value(&mut self, kind: &'static Kind, key: &str, node: &Node) -> Option<Datum> {
        match (kind, &node.value) {
            (Kind::Texts, _) => self.several(&Kind::Text, key, node).map(texts),
            (Kind::Cidrs, _) => self.several(&Kind::Cidr, key, node).map(cidrs),
            (Kind::OneOf(kinds), _) => self.one_of(kind, kinds, key, node),
            (Kind::Several(kind), Value::List(_)) => self.several(kind, key, node).map(Datum::Several),
            (Kind::Both(inner), Value::List(nodes)) => match nodes.as_slice() {
                [first, last] => {
                    let (first, last) = (self.value(inner, key, first), self.value(inner, key, last));
                    Some(Datum::Two(Two(Box::new((first?, last?)))))
                }
                _ => value::mismatch(kind, key, node, self.out),
            },
            (Kind::Pairs(_, kind), Value::Table(table)) => self.pairs(kind, table).map(Datum::Pairs),
            (Kind::Limit(kind), _) => limit::allowed(kind, key, node, self.out).map(Datum::Allowed),
            (Kind::Table(section), Value::Table(table)) => {
                let entity = self.section(section, &format!("`{key}`"), node.span, table);
                (!entity.broken).then_some(Datum::Entity(entity))
            }
            _ => value::read(kind, key, node, self.out),
        }
    }

    fn several(&mut self, kind: &'static Kind, key: &str, node: &Node) -> Option<Vec<At<Datum>>> {
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if nodes.is_empty() {
            self.out.error(node.span, format!("`{key}` is empty")).hint(format!("write {}", kind.describe()));
            return None;
        }
        let all: Vec<Option<At<Datum>>> =
            nodes.iter().map(|n| Some(At { value: self.value(kind, key, n)?, span: n.span })).collect();
        all.into_iter().collect()
    }

    fn pairs(&mut self, kind: &'static Kind, table: &Table) -> Option<Vec<Pair>> {
        let pair = |entry: &Entry| {
            let key = At { value: entry.key.clone(), span: entry.key_span };
            let value = At { value: self.value(kind, &entry.key, &entry.node)?, span: entry.node.span };
            Some(Pair { key, value })
        };
        let pairs: Vec<Option<Pair>> = table.entries().iter().map(pair).collect();
        pairs.into_iter().collect()
    }

    /// The first kind that reads the value. If none does, one complaint for all of them.
    fn one_of(&mut self, whole: &Kind, kinds: &'static [Kind], key: &str, node: &Node) -> Option<Datum> {
        let before = self.out.count();
        for kind in kinds {
            let datum = self.value(kind, key, node);
            if datum.is_some() {
                self.out.forget_after(before);
                return datum;
            }
            // If only one kind has this shape, its complaint is the most precise.
            let shape_fits = matches!(
                (kind, &node.value),
                (Kind::Table(_) | Kind::Pairs(..), Value::Table(_))
                    | (Kind::Both(_), Value::List(_))
                    | (Kind::Integer(..), Value::Integer(..))
            );
            if shape_fits {
                return None;
            }
            self.out.forget_after(before);
        }
        let shown = match &node.value {
            Value::Text(text) | Value::Integer(text, _) | Value::Float(text) => format!("`{text}`"),
            other => other.kind().into(),
        };
        let complaint = self.out.error(node.span, format!("`{key}` cannot be {shown}"));
        let bounds = kinds.iter().find_map(Kind::bounds).filter(|_| kinds.len() == 2);
        match bounds {
            Some(bounds) => complaint.hint(format!("write {}, {bounds}", whole.describe())),
            None => complaint.hint(format!("write {}", whole.describe())),
        };
        None
    }
}

fn texts(all: Vec<At<Datum>>) -> Datum {
    let text = |at: At<Datum>| match at.value {
        Datum::Text(value) => Some(At { value, span: at.span }),
        _ => None,
    };
    Datum::Texts(all.into_iter().filter_map(text).collect())
}

fn cidrs(all: Vec<At<Datum>>) -> Datum {
    let cidr = |at: At<Datum>| match at.value {
        Datum::Cidr(value) => Some(At { value, span: at.span }),
        _ => None,
    };
    Datum::Cidrs(all.into_iter().filter_map(cidr).collect())
}
