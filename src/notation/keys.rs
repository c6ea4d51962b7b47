//! Complaints about the keys of a table: unknown ones, missing ones, and choices that do not exist. The reader finds
//! them.

use super::datum::Entity;
use super::diagnostic::{Complaints, TextSpan};
use super::document::{Entry, Table};
use super::field::{Field, Kind, Section};
use super::nearest::{list_some, nearest};

/// Complains about a key that is not legal here; returns the legal one that was probably meant.
pub(super) fn unknown(entity: &Entity, table: &Table, entry: &Entry, out: &mut Complaints) -> Option<&'static str> {
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

/// Complains about a choice that no variant of the section has as its name.
pub(super) fn no_variant(section: &Section, path: &str, tag: &str, span: TextSpan, out: &mut Complaints) {
    let Some(variants) = section.variants else { return };
    let names = || variants.sections.iter().map(|s| s.name);
    let hint = match nearest(tag, names()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("use one of {}", list_some(names())),
    };
    out.error(span, format!("`{}` of {path} cannot be `{tag}`", variants.key)).hint(hint);
}

/// What to write for a key that is missing.
pub(super) fn how_to_add(section: &Section, field: &Field) -> String {
    match (&field.kind, section.variants) {
        (Kind::Tag, Some(variants)) => {
            format!("add {}, one of {}", field.name, list_some(variants.sections.iter().map(|s| s.name)))
        }
        (Kind::Named(_), _) => format!("add [{}.NAME] — {}", field.name, field.doc),
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
        Kind::List(_) => "[{ … }]",
        _ => "\"…\"",
    }
}
