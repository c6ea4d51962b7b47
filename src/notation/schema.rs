//! The JSON Schema of a language (draft 2020-12), from its tables. It checks shapes, not rules.

use super::field::{Field, Kind, Section};
use serde_json::{Map, Value, json};

/// The schema that editors use to complete and check files in the language of `root`.
pub(crate) fn schema(root: &Section, title: &str) -> Value {
    let mut definitions = Map::new();
    let mut root = section(root, &mut definitions);
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        root.insert("title".into(), title.into());
        root.insert("$defs".into(), definitions.into());
    }
    root
}

fn section(section: &Section, definitions: &mut Map<String, Value>) -> Value {
    let Some(variants) = section.variants else { return object(section.doc, section.own_fields(), None, definitions) };
    let all: Vec<Value> = variants
        .sections
        .iter()
        .map(|variant| {
            let fields = section.own_fields().chain(variant.own_fields());
            let tag_required = variants.default != Some(variant.name);
            object(variant.doc, fields, Some((variants.key, variant.name, tag_required)), definitions)
        })
        .collect();
    json!({ "description": section.doc, "oneOf": all })
}

fn object(
    doc: &str,
    fields: impl Iterator<Item = &'static Field>,
    tag: Option<(&str, &str, bool)>,
    definitions: &mut Map<String, Value>,
) -> Value {
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for field in fields {
        let (value, needed) = match tag {
            Some((key, name, needed)) if key == field.name => (json!({ "const": name }), needed),
            _ => (kind(&field.kind, definitions), field.required),
        };
        properties.insert(field.name.into(), described(value, field.doc));
        if needed {
            required.push(field.name.into());
        }
    }
    json!({
        "type": "object",
        "description": doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn described(mut value: Value, doc: &str) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("description".into(), doc.into());
    }
    value
}

fn kind(of: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Kind::Text | Kind::Tag => json!({ "type": "string" }),
        Kind::Written => json!({ "type": ["string", "number"] }),
        Kind::Texts => one_or_several(json!({ "type": "string" })),
        Kind::Cidr => prefix(),
        Kind::Cidrs => one_or_several(prefix()),
        Kind::Address => json!({ "type": "string", "format": "ipv4" }),
        Kind::Duration(..) | Kind::Rate(..) | Kind::Size(..) | Kind::Share => {
            json!({ "type": "string", "pattern": "^\\s*[0-9][0-9_.]*\\s*[A-Za-zµ%]+\\s*$" })
        }
        Kind::Factor => json!({
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "string", "pattern": "^\\s*[0-9][0-9_.]*\\s*[%x]?\\s*$" }
            ]
        }),
        Kind::Ago(_) => json!({ "type": "string", "pattern": "^\\s*-\\s*[0-9][0-9_.]*\\s*[A-Za-zµ]+\\s*$" }),
        Kind::Packets => json!({ "type": "string", "pattern": "^\\s*[0-9_]+\\s*packets?\\s*$" }),
        Kind::Integer(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Choice(choices) => json!({ "enum": choices }),
        Kind::OneOf(kinds) => {
            let all: Vec<Value> = kinds.iter().map(|k| kind(k, definitions)).collect();
            json!({ "anyOf": all })
        }
        Kind::Several(inner) => json!({ "type": "array", "items": kind(inner, definitions), "minItems": 1 }),
        Kind::Both(inner) => {
            json!({ "type": "array", "items": kind(inner, definitions), "minItems": 2, "maxItems": 2 })
        }
        Kind::Pairs(_, inner) => json!({ "type": "object", "additionalProperties": kind(inner, definitions) }),
        Kind::Limit(inner) => {
            let one = kind(inner, definitions);
            let two = json!({ "type": "array", "items": one.clone(), "minItems": 2, "maxItems": 2 });
            let compared = json!({ "type": "string", "pattern": "^\\s*([<>]=?)?\\s*[0-9]" });
            json!({ "anyOf": [one, two, compared] })
        }
        Kind::Table(inner) => reference(inner, definitions),
        Kind::Named(inner) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,60}$" },
            "additionalProperties": reference(inner, definitions),
        }),
        Kind::List(inner) => json!({ "type": "array", "items": reference(inner, definitions) }),
    }
}

fn prefix() -> Value {
    json!({ "type": "string", "pattern": "^\\s*[0-9]+(\\.[0-9]+){3}/[0-9]+\\s*$" })
}

fn one_or_several(one: Value) -> Value {
    json!({ "anyOf": [one.clone(), { "type": "array", "items": one, "minItems": 1 }] })
}

/// A reference to a section, defined once.
fn reference(inner: &Section, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(inner.name) {
        let defined = section(inner, definitions);
        definitions.insert(inner.name.into(), defined);
    }
    json!({ "$ref": format!("#/$defs/{}", inner.name) })
}
