//! The description of a language written in TOML: sections of fields, each with a kind. The reader, the hints and the
//! JSON Schema all follow from such tables, which belong to the rooms that know the meaning of the words.

use super::wrong::Wrong;
use crate::units::{BitRate, ByteSize, SimDuration};

/// A language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language {
    /// The outermost table.
    pub section: &'static Section,
    /// What a person calls a text in it: `the scenario`.
    pub whole: &'static str,
    /// Checks the names of named tables.
    pub check_name: fn(&str) -> Result<(), Wrong>,
    /// The list whose entries can be written in one line (`actions`), if there is one.
    pub actions: Option<&'static str>,
}

/// A table of the file: its fields, and those that depend on the value of one of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    /// The unique name of this kind of table.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// In groups, which sections may share.
    pub fields: &'static [&'static [Field]],
    pub variants: Option<&'static Variants>,
}

/// Further fields of a section, chosen by the value of one key.
#[derive(Debug)]
pub(crate) struct Variants {
    /// The key that chooses.
    pub key: &'static str,
    /// Its value if unset.
    pub default: Option<&'static str>,
    /// One section for each value, by name.
    pub sections: &'static [Section],
}

/// One key of a section.
#[derive(Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Meaning, unit and default, in one sentence.
    pub doc: &'static str,
}

/// What a value must be. Bounds are included and in base units: nanoseconds, bits per second, bytes.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    /// A text in quotes or a number, taken as it is written.
    Written,
    /// A text, or a list of texts.
    Texts,
    Cidr,
    /// A CIDR, or a list of them.
    Cidrs,
    Address,
    Duration(u64, u64),
    Rate(u64, u64),
    Size(u64, u64),
    Share,
    /// `1 %` or `0.01`
    Factor,
    /// `-6 d`: a time before the start, up to the bound.
    Ago(u64),
    /// `10 packets`
    Packets,
    Integer(u64, u64),
    Bool,
    Choice(&'static [&'static str]),
    /// The value that chooses a variant of its section.
    Tag,
    /// The first kind that fits.
    OneOf(&'static [Kind]),
    /// A list, not empty.
    Several(&'static Kind),
    /// A list of exactly two.
    Both(&'static Kind),
    /// A table from texts (described by the first) to values.
    Pairs(&'static str, &'static Kind),
    /// What an expectation allows: a value, a list of two, or a comparison such as `"< 40 %"`.
    Limit(&'static Kind),
    Table(&'static Section),
    /// A table of named tables.
    Named(&'static Section),
    /// A list of tables.
    List(&'static Section),
}

/// An optional field.
pub(crate) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: false, doc }
}

/// A field that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: true, doc }
}

impl Section {
    /// Its fields without those of its variants.
    pub(crate) fn own_fields(&self) -> impl Iterator<Item = &'static Field> + Clone + use<> {
        self.fields.iter().flat_map(|group| group.iter())
    }
    /// Its variant called `tag`.
    pub(crate) fn variant(&self, tag: &str) -> Option<&'static Section> {
        self.variants?.sections.iter().find(|s| s.name == tag)
    }
    /// Its fields and those of all its variants.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &'static Field> + Clone + use<> {
        let of_variants = self.variants.into_iter().flat_map(|v| v.sections.iter().flat_map(|s| s.own_fields()));
        self.own_fields().chain(of_variants)
    }
    /// The field called `name`, of its own or of any variant.
    pub(crate) fn any_field(&self, name: &str) -> Option<&'static Field> {
        self.all_fields().find(|f| f.name == name)
    }
}

impl Kind {
    /// What a person would call a value of this kind, with an example.
    pub(crate) fn describe(&self) -> String {
        match self {
            Kind::Text | Kind::Tag => "a text in quotes".into(),
            Kind::Written => "a text in quotes or a number".into(),
            Kind::Texts => "a text in quotes or a list of texts".into(),
            Kind::Cidr => "a prefix such as \"10.0.0.0/16\"".into(),
            Kind::Cidrs => "a prefix such as \"10.0.0.0/16\" or a list of them".into(),
            Kind::Address => "an IPv4 address such as \"10.0.0.1\"".into(),
            Kind::Duration(..) => "a time such as \"20 ms\"".into(),
            Kind::Rate(..) => "a rate such as \"100 Mbps\"".into(),
            Kind::Size(..) => "a size such as \"1500 B\"".into(),
            Kind::Share => "a share such as \"0.1 %\"".into(),
            Kind::Factor => "a factor such as 0.01 or \"1 %\"".into(),
            Kind::Ago(_) => "a time before the start such as \"-6 d\"".into(),
            Kind::Packets => "a number of packets such as \"10 packets\"".into(),
            Kind::Integer(..) => "a whole number".into(),
            Kind::Bool => "true or false".into(),
            Kind::Choice(choices) => quoted(choices),
            Kind::OneOf(kinds) => {
                let all: Vec<String> = kinds.iter().map(Kind::describe).collect();
                all.join(" or ")
            }
            Kind::Several(kind) => format!("a list, each {}", kind.describe()),
            Kind::Both(kind) => format!("a list of two: [first, last], each {}", kind.describe()),
            Kind::Pairs(key, kind) => format!("a table from {key} to {}", kind.describe()),
            Kind::Limit(kind) => format!("{}, a list of two, or a text such as \"< x\" or \">= x\"", kind.describe()),
            Kind::Table(section) => format!("a table {}", section.doc),
            Kind::Named(section) => format!("a table of named tables: [{}.NAME]", section.name),
            Kind::List(section) if section.doc.starts_with("such as") => format!("a list of tables {}", section.doc),
            Kind::List(section) => format!("a list of tables: [[{}]]", section.name),
        }
    }

    /// The bounds of a quantity in its own unit, for a person.
    pub(crate) fn bounds(&self) -> Option<String> {
        Some(match *self {
            Kind::Duration(low, high) => {
                format!("from {} to {}", SimDuration::from_nanos(low), SimDuration::from_nanos(high))
            }
            Kind::Rate(low, high) => format!("from {} to {}", BitRate::from_bps(low), BitRate::from_bps(high)),
            Kind::Size(low, high) if high <= 1_000_000 => format!("from {low} B to {high} B"),
            Kind::Size(low, high) => format!("from {} to {}", ByteSize::from_bytes(low), ByteSize::from_bytes(high)),
            Kind::Integer(low, high) => format!("from {low} to {high}"),
            _ => return None,
        })
    }
}

/// `"a", "b" or "c"`.
pub(crate) fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
