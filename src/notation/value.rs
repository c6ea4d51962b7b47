//! Reads a single value as a kind without parts: quantities with units, addresses, choices. A value that does not fit
//! becomes a complaint.

use super::datum::{Datum, PacketCount};
use super::diagnostic::{Complaints, TextSpan};
use super::document::{Node, Value};
use super::field::{Kind, quoted};
use super::nearest::nearest;
use crate::units::{BitRate, ByteSize, Share, SimDuration, UnitError};
use ipnet::Ipv4Net;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

/// Reads `node`, the value of `key`, as a kind that has no parts; `None` after a complaint.
pub(super) fn read(kind: &Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Datum> {
    match (kind, &node.value) {
        (Kind::Text | Kind::Tag, Value::Text(text)) => Some(Datum::Text(text.clone())),
        (Kind::Written, Value::Text(text) | Value::Integer(text, _) | Value::Float(text)) => {
            Some(Datum::Text(text.clone()))
        }
        (Kind::Cidr, Value::Text(text)) => cidr(text, node.span, out).map(Datum::Cidr),
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
        (Kind::Duration(..) | Kind::Rate(..) | Kind::Size(..) | Kind::Share | Kind::Factor, _) => {
            quantity(kind, key, node, out)
        }
        _ => mismatch(kind, key, node, out),
    }
}

/// Complains about a value that is of another kind.
pub(super) fn mismatch<T>(kind: &Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<T> {
    let found = match &node.value {
        Value::List(nodes) => format!("a list of {}", nodes.len()),
        other => other.kind().to_owned(),
    };
    out.error(node.span, format!("`{key}` must be {}, not {found}", kind.describe()));
    None
}

fn out_of_bounds(kind: &Kind, key: &str, value: &str, span: TextSpan, out: &mut Complaints) {
    let bounds = kind.bounds().unwrap_or_default();
    out.error(span, format!("`{key}` cannot be {value}")).hint(format!("it may be {bounds}"));
}

fn quantity(kind: &Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Datum> {
    let text = match &node.value {
        // An exponent would look like a unit.
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

fn ago(kind: &Kind, most: u64, key: &str, text: &str, span: TextSpan, out: &mut Complaints) -> Option<Datum> {
    let Some(before) = text.trim().strip_prefix('-') else {
        out.error(span, format!("`{key}` lies before the start, so it begins with a minus"))
            .hint("for example \"-6 d\"");
        return None;
    };
    let value: SimDuration = parsed(kind, key, before, span, out)?;
    bounded(kind, key, text, span, out, value.as_nanos() <= most)?;
    Some(Datum::Duration(value))
}

fn bounded(kind: &Kind, key: &str, text: &str, span: TextSpan, out: &mut Complaints, fits: bool) -> Option<()> {
    if !fits {
        out_of_bounds(kind, key, text, span, out);
    }
    fits.then_some(())
}

fn parsed<T: FromStr<Err = UnitError>>(
    kind: &Kind,
    key: &str,
    text: &str,
    span: TextSpan,
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

fn packets(text: &str, span: TextSpan, out: &mut Complaints) -> Option<Datum> {
    let number = text.trim().strip_suffix("packets").or(text.trim().strip_suffix("packet")).map(str::trim);
    match number.and_then(|n| n.replace('_', "").parse().ok()) {
        Some(n) => Some(Datum::Packets(PacketCount(n))),
        None => {
            out.error(span, format!("`{text}` is not {}", Kind::Packets.describe()));
            None
        }
    }
}

/// Reads a prefix as RFC 4632 writes it: other forms that a parser might accept, such as leading zeros, are refused.
/// The rules refuse host bits.
pub(crate) fn cidr(text: &str, span: TextSpan, out: &mut Complaints) -> Option<Ipv4Net> {
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
pub(crate) fn address(text: &str, span: TextSpan, out: &mut Complaints) -> Option<Ipv4Addr> {
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

fn choice(
    choices: &'static [&'static str],
    key: &str,
    text: &str,
    span: TextSpan,
    out: &mut Complaints,
) -> Option<Datum> {
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
