//! The reader's output: typed values with their places. They are not interpreted yet: names are texts.

use super::diagnostic::TextSpan;
use super::field::{Field, Section};
use crate::units::{BitRate, ByteSize, Factor, Share, SimDuration};
use ipnet::Ipv4Net;
use std::fmt;
use std::net::Ipv4Addr;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub value: T,
    pub span: TextSpan,
}

/// A number of packets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PacketCount(pub u32);

/// `[first, last]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Two(pub Box<(Datum, Datum)>);

/// What an expectation allows, in base units, bounds included; and as written in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Allowed {
    pub low: u64,
    pub high: u64,
    pub text: String,
}

/// One entry of a table from texts to values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub key: At<String>,
    pub value: At<Datum>,
}

/// A table that was read as a section.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub section: &'static Section,
    /// The variant chosen, if the section has variants and the choice was legal.
    pub variant: Option<&'static Section>,
    /// As a person would name it: `[vpc.VPC1.subnet.A]`.
    pub path: String,
    /// Its name or opening brace: the place of complaints about the whole.
    pub at: TextSpan,
    pub items: Vec<Item>,
    /// Whether part of it could not be read: nothing is made of it, and no further complaint follows.
    pub broken: bool,
}

/// One key that was read.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub key: &'static str,
    pub key_span: TextSpan,
    pub span: TextSpan,
    pub datum: Datum,
}

macro_rules! data {
    ($($variant:ident($type:ty),)*) => {
        /// A value that was read.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Datum { $($variant($type),)* }

        /// A type that a value can be taken as.
        pub(crate) trait Take: Sized {
            fn take(datum: &Datum) -> Option<&Self>;
        }

        $(impl Take for $type {
            fn take(datum: &Datum) -> Option<&Self> {
                match datum { Datum::$variant(value) => Some(value), _ => None }
            }
        })*
    };
}

data! {
    Text(String),
    Texts(Vec<At<String>>),
    Cidr(Ipv4Net),
    Cidrs(Vec<At<Ipv4Net>>),
    Address(Ipv4Addr),
    Duration(SimDuration),
    Rate(BitRate),
    Size(ByteSize),
    Share(Share),
    Factor(Factor),
    Packets(PacketCount),
    Integer(u64),
    Bool(bool),
    Two(Two),
    Several(Vec<At<Datum>>),
    Pairs(Vec<Pair>),
    Allowed(Allowed),
    Entity(Entity),
    Named(Vec<(String, Entity)>),
    List(Vec<Entity>),
}

impl Take for Datum {
    fn take(datum: &Datum) -> Option<&Self> {
        Some(datum)
    }
}

impl Entity {
    /// The fields legal in it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.section.own_fields().chain(self.variant.into_iter().flat_map(Section::own_fields))
    }

    /// The value of `key`, if it was given.
    pub(crate) fn get<T: Take>(&self, key: &'static str) -> Option<&T> {
        self.item(key).and_then(|item| T::take(&item.datum))
    }

    /// The named tables under `key`; none if there are none.
    pub(crate) fn named(&self, key: &'static str) -> &[(String, Entity)] {
        self.get::<Vec<(String, Entity)>>(key).map_or(&[], Vec::as_slice)
    }

    /// The tables listed under `key`; none if there are none.
    pub(crate) fn list(&self, key: &'static str) -> &[Entity] {
        self.get::<Vec<Entity>>(key).map_or(&[], Vec::as_slice)
    }

    /// Whether `key` was given.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.item(key).is_some()
    }

    /// Where the value of `key` stands; the whole entity if it was not given.
    pub(crate) fn span(&self, key: &'static str) -> TextSpan {
        self.item(key).map_or(self.at, |item| item.span)
    }

    /// Where `key` itself stands; the whole entity if it was not given.
    pub(crate) fn key_span(&self, key: &'static str) -> TextSpan {
        self.item(key).map_or(self.at, |item| item.key_span)
    }

    fn item(&self, key: &'static str) -> Option<&Item> {
        debug_assert!(self.section.any_field(key).is_some(), "`{key}` is not in the table of [{}]", self.section.name);
        #[cfg(test)]
        asked::note(self.section.name, key);
        self.items.iter().find(|item| item.key == key)
    }
}

impl fmt::Display for Datum {
    /// As written in a sentence of the report.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Datum::Text(text) => f.write_str(text),
            Datum::Cidr(cidr) => cidr.fmt(f),
            Datum::Address(address) => address.fmt(f),
            Datum::Duration(time) => time.fmt(f),
            Datum::Rate(rate) => rate.fmt(f),
            Datum::Size(size) => size.fmt(f),
            Datum::Share(share) => share.fmt(f),
            Datum::Factor(factor) => factor.fmt(f),
            Datum::Packets(PacketCount(n)) => write!(f, "{n} packets"),
            Datum::Integer(n) => n.fmt(f),
            Datum::Bool(b) => b.fmt(f),
            Datum::Allowed(allowed) => f.write_str(&allowed.text),
            Datum::Two(Two(two)) => write!(f, "{} to {}", two.0, two.1),
            Datum::Entity(entity) => f.write_str(entity.section.name),
            Datum::Several(_)
            | Datum::Texts(_)
            | Datum::Cidrs(_)
            | Datum::Pairs(_)
            | Datum::Named(_)
            | Datum::List(_) => f.write_str("…"),
        }
    }
}

/// Which keys were asked for, so that a test can find keys that never are.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<(&'static str, &'static str)>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(section: &'static str, key: &'static str) {
        ASKED.with_borrow_mut(|asked| asked.insert((section, key)));
    }

    /// Whether `key` of a section was asked for.
    pub(crate) fn was(section: &'static str, key: &'static str) -> bool {
        ASKED.with_borrow(|asked| asked.contains(&(section, key)))
    }
}
