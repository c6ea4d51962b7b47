//! Reads one value as a kind: quantities with units, addresses, choices, comparisons. What does not fit becomes a
//! complaint.

use super::datum::{Allowed, At, Datum, PacketCount, Pair, Two};
use super::diagnostic::{Complaints, Span};
use super::document::{Node, Value};
use super::field::{Kind, quoted};
use super::nearest::nearest;
use crate::units::{BitRate, ByteSize, Share, SimDuration, UnitError};
use ipnet::Ipv4Net;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

/// Reads `node`, the value of `key`, as `kind`; `None` after a complaint.
pub(super) fn read(kind: &'static Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Datum> {
    match (kind, &node.value) {
        (Kind::Text | Kind::Tag, Value::Text(text)) => Some(Datum::Text(text.clone())),
        (Kind::Texts, _) => read_several(&Kind::Text, key, node, out).map(texts),
        (Kind::Cidr, Value::Text(text)) => cidr(text, node.span, out).map(Datum::Cidr),
        (Kind::Cidrs, _) => read_several(&Kind::Cidr, key, node, out).map(cidrs),
        (Kind::Address, Value::Text(text)) => address(text, node.span, out).map(Datum::Address),
        (Kind::Bool, Value::Bool(value)) => Some(Datum::Bool(*value)),
        (Kind::Choice(choices), Value::Text(text)) => choice(choices, key, text, node.span, out),
        (Kind::Integer(low, high), Value::Integer(text, value)) => {
            let fits = value.and_then(|v| u64::try_from(v).ok()).filter(|v| (*low..=*high).contains(v));
            if fits.is_none() {
                out_of_bounds(kind, key, text, node.span, out);
            }
            fits.map(Datum::Integer)
        }
        (Kind::Ago(most), Value::Text(text)) => ago(kind, *most, key, text, node.span, out),
        (Kind::Packets, Value::Text(text)) => packets(text, node.span, out),
        (Kind::OneOf(kinds), _) => one_of(kind, kinds, key, node, out),
        (Kind::Several(kind), Value::List(_)) => read_several(kind, key, node, out).map(Datum::Several),
        (Kind::Both(kind), Value::List(nodes)) => match nodes.as_slice() {
            [first, last] => {
                let (first, last) = (read(kind, key, first, out), read(kind, key, last, out));
                Some(Datum::Two(Two(Box::new((first?, last?)))))
            }
            _ => mismatch(&Kind::Both(kind), key, node, out),
        },
        (Kind::Pairs(_, kind), Value::Table(table)) => {
            let pairs: Vec<Option<Pair>> = table
                .entries()
                .iter()
                .map(|entry| {
                    let key = At { value: entry.key.clone(), span: entry.key_span };
                    let value = At { value: read(kind, &entry.key, &entry.node, out)?, span: entry.node.span };
                    Some(Pair { key, value })
                })
                .collect();
            pairs.into_iter().collect::<Option<_>>().map(Datum::Pairs)
        }
        (Kind::Limit(kind), _) => allowed(kind, key, node, out).map(Datum::Allowed),
        (Kind::Table(section), Value::Table(table)) => {
            let entity = super::reader::read(section, &format!("`{key}`"), node.span, table, out);
            (!entity.broken).then_some(Datum::Entity(entity))
        }
        (Kind::Duration(..) | Kind::Rate(..) | Kind::Size(..) | Kind::Share | Kind::Factor, _) => {
            quantity(kind, key, node, out)
        }
        _ => mismatch(kind, key, node, out),
    }
}

fn read_several(kind: &'static Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Vec<At<Datum>>> {
    let nodes = match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if nodes.is_empty() {
        out.error(node.span, format!("`{key}` is empty")).hint(format!("write {}", kind.describe()));
        return None;
    }
    let all: Vec<Option<At<Datum>>> =
        nodes.iter().map(|n| Some(At { value: read(kind, key, n, out)?, span: n.span })).collect();
    all.into_iter().collect()
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

fn mismatch<T>(kind: &Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<T> {
    let found = match &node.value {
        Value::List(nodes) => format!("a list of {}", nodes.len()),
        other => other.kind().to_owned(),
    };
    out.error(node.span, format!("`{key}` must be {}, not {found}", kind.describe()));
    None
}

fn out_of_bounds(kind: &Kind, key: &str, value: &str, span: Span, out: &mut Complaints) {
    let bounds = kind.bounds().unwrap_or_default();
    out.error(span, format!("`{key}` cannot be {value}")).hint(format!("it may be {bounds}"));
}

fn quantity(kind: &Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Datum> {
    let text = match &node.value {
        // An exponent would read like a unit.
        Value::Float(text) if text.contains(|c: char| c.is_ascii_alphabetic()) => {
            return mismatch(kind, key, node, out);
        }
        Value::Text(text) | Value::Integer(text, _) | Value::Float(text) => text.trim(),
        _ => return mismatch(kind, key, node, out),
    };
    if text.starts_with('-') {
        out.error(node.span, format!("`{key}` cannot be negative")).hint(format!("write {}", kind.describe()));
        return None;
    }
    match *kind {
        Kind::Duration(low, high) => {
            let value: SimDuration = parsed(kind, key, text, node.span, out)?;
            bounded(kind, key, text, node.span, out, (low..=high).contains(&value.as_nanos()))?;
            Some(Datum::Duration(value))
        }
        Kind::Rate(low, high) => {
            let value: BitRate = parsed(kind, key, text, node.span, out)?;
            bounded(kind, key, text, node.span, out, (low..=high).contains(&value.as_bps()))?;
            Some(Datum::Rate(value))
        }
        Kind::Size(low, high) => {
            let value: ByteSize = parsed(kind, key, text, node.span, out)?;
            bounded(kind, key, text, node.span, out, (low..=high).contains(&value.as_u64()))?;
            Some(Datum::Size(value))
        }
        Kind::Factor => parsed(kind, key, text, node.span, out).map(Datum::Factor),
        _ => parsed::<Share>(kind, key, text, node.span, out).map(Datum::Share),
    }
}

fn ago(kind: &Kind, most: u64, key: &str, text: &str, span: Span, out: &mut Complaints) -> Option<Datum> {
    let Some(before) = text.trim().strip_prefix('-') else {
        out.error(span, format!("`{key}` lies before the start, so it begins with a minus"))
            .hint("for example \"-6 d\"");
        return None;
    };
    let value: SimDuration = parsed(kind, key, before, span, out)?;
    bounded(kind, key, text, span, out, value.as_nanos() <= most)?;
    Some(Datum::Duration(value))
}

fn bounded(kind: &Kind, key: &str, text: &str, span: Span, out: &mut Complaints, fits: bool) -> Option<()> {
    if !fits {
        out_of_bounds(kind, key, text, span, out);
    }
    fits.then_some(())
}

fn parsed<T: FromStr<Err = UnitError>>(
    kind: &Kind,
    key: &str,
    text: &str,
    span: Span,
    out: &mut Complaints,
) -> Option<T> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(wrong) => {
            let hint = match &wrong {
                UnitError::NotANumber { .. } => Some(format!("write {}", kind.describe())),
                UnitError::TooLarge { .. } => kind.bounds().map(|bounds| format!("it may be {bounds}")),
                _ => wrong.hint(),
            };
            let complaint = out.error(span, format!("`{key}`: {wrong}"));
            if let Some(hint) = hint {
                complaint.hint(hint);
            }
            None
        }
    }
}

fn packets(text: &str, span: Span, out: &mut Complaints) -> Option<Datum> {
    let number = text.trim().strip_suffix("packets").or(text.trim().strip_suffix("packet")).map(str::trim);
    match number.and_then(|n| n.replace('_', "").parse().ok()) {
        Some(n) => Some(Datum::Packets(PacketCount(n))),
        None => {
            out.error(span, format!("`{text}` is not {}", Kind::Packets.describe()));
            None
        }
    }
}

/// Reads a prefix as RFC 4632 writes it: anything else that a parser might take for one, such as leading zeros, is
/// refused. Host bits are left for the rules to refuse.
pub(super) fn cidr(text: &str, span: Span, out: &mut Complaints) -> Option<Ipv4Net> {
    let text = text.trim();
    let parsed = text.parse::<Ipv4Net>().ok();
    if parsed.is_some_and(|cidr| cidr.to_string() == text) {
        return parsed;
    }
    let is_padded = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    let has_zeros = text.split(['.', '/']).any(is_padded);
    let hint = match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => format!("add a prefix length, such as {address}/32"),
        _ if text.contains(':') => "only IPv4 is simulated".into(),
        _ if has_zeros => {
            "write numbers without leading zeros: some programs read those as octal (RFC 6943, 3.1.1)".into()
        }
        _ => "write an IPv4 prefix such as \"10.0.0.0/16\"; its length goes from 0 to 32".into(),
    };
    out.error(span, format!("`{text}` is not a prefix")).hint(hint);
    None
}

/// Reads an IPv4 address.
pub(super) fn address(text: &str, span: Span, out: &mut Complaints) -> Option<Ipv4Addr> {
    let text = text.trim();
    let address = text.parse().ok();
    if address.is_none() {
        let hint = match text.parse::<Ipv4Net>() {
            Ok(cidr) => format!("write the address alone: \"{}\"", cidr.addr()),
            Err(_) => "write an IPv4 address such as \"10.0.0.1\"".into(),
        };
        out.error(span, format!("`{text}` is not an address")).hint(hint);
    }
    address
}

fn choice(choices: &'static [&'static str], key: &str, text: &str, span: Span, out: &mut Complaints) -> Option<Datum> {
    if choices.contains(&text) {
        return Some(Datum::Text(text.into()));
    }
    let hint = match nearest(text, choices.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("write {}", quoted(choices)),
    };
    out.error(span, format!("`{key}` cannot be `{text}`")).hint(hint);
    None
}

/// The first kind that reads the value. If none does, one complaint for all of them.
fn one_of(whole: &Kind, kinds: &'static [Kind], key: &str, node: &Node, out: &mut Complaints) -> Option<Datum> {
    let before = out.count();
    for kind in kinds {
        let datum = read(kind, key, node, out);
        if datum.is_some() {
            out.forget_after(before);
            return datum;
        }
        // The only kind with this shape knows best what is wrong.
        let shape_fits = matches!(
            (kind, &node.value),
            (Kind::Table(_) | Kind::Pairs(..), Value::Table(_))
                | (Kind::Both(_), Value::List(_))
                | (Kind::Integer(..), Value::Integer(..))
        );
        if shape_fits {
            return None;
        }
        out.forget_after(before);
    }
    let shown = match &node.value {
        Value::Text(text) | Value::Integer(text, _) | Value::Float(text) => format!("`{text}`"),
        other => other.kind().into(),
    };
    let complaint = out.error(node.span, format!("`{key}` cannot be {shown}"));
    let bounds = kinds.iter().find_map(Kind::bounds).filter(|_| kinds.len() == 2);
    match bounds {
        Some(bounds) => complaint.hint(format!("write {}, {bounds}", whole.describe())),
        None => complaint.hint(format!("write {}", whole.describe())),
    };
    None
}

/// What an expectation allows: a value, `[low, high]`, or a comparison.
fn allowed(kind: &'static Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Allowed> {
    let (low, high, text) = match &node.value {
        Value::List(nodes) => {
            let [low, high] = nodes.as_slice() else { return mismatch(&Kind::Limit(kind), key, node, out) };
            let ((low, from), (high, to)) = (amount(kind, key, low, out)?, amount(kind, key, high, out)?);
            (Some(low), Some(high), format!("{from} to {to}"))
        }
        Value::Text(text) => {
            let (sign, rest) = comparison(text.trim());
            let rest = Node { span: node.span, value: Value::Text(rest.into()) };
            let (value, shown) = amount(kind, key, &rest, out)?;
            match sign {
                "<" => (Some(0), value.checked_sub(1), format!("< {shown}")),
                "<=" => (Some(0), Some(value), format!("<= {shown}")),
                ">" => (value.checked_add(1), Some(u64::MAX), format!("> {shown}")),
                ">=" => (Some(value), Some(u64::MAX), format!(">= {shown}")),
                _ => (Some(value), Some(value), shown),
            }
        }
        _ => {
            let (value, shown) = amount(kind, key, node, out)?;
            (Some(value), Some(value), shown)
        }
    };
    match low.zip(high).filter(|(low, high)| low <= high) {
        Some((low, high)) => Some(Allowed { low, high, text }),
        None => {
            let complaint = out.error(node.span, format!("`{key}`: nothing can be {text}"));
            if matches!(node.value, Value::List(_)) {
                complaint.hint("write the smaller value first");
            }
            None
        }
    }
}

fn comparison(text: &str) -> (&str, &str) {
    let sign = ["<=", ">=", "<", ">"].into_iter().find(|sign| text.starts_with(sign)).unwrap_or("");
    (sign, text[sign.len()..].trim())
}

/// A single value of a metric in base units, and how to show it.
fn amount(kind: &'static Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<(u64, String)> {
    // Counts inside a comparison are digits in a text.
    let counted = match (kind, &node.value) {
        (Kind::Integer(..), Value::Text(text)) => text.replace('_', "").parse::<u64>().ok(),
        _ => None,
    };
    let datum = match (counted, kind, &node.value) {
        (Some(n), ..) => Datum::Integer(n),
        (None, Kind::Integer(..), Value::Text(text)) => {
            out.error(node.span, format!("`{key}`: `{text}` is not a whole number"))
                .hint(format!("write {}", Kind::Limit(kind).describe()));
            return None;
        }
        _ => read(kind, key, node, out)?,
    };
    let value = match &datum {
        Datum::Integer(n) => *n,
        Datum::Duration(time) => time.as_nanos(),
        Datum::Rate(rate) => rate.as_bps(),
        Datum::Size(size) => size.as_u64(),
        Datum::Share(share) => share.as_ppb(),
        _ => return None,
    };
    Some((value, datum.to_string()))
}
