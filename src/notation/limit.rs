//! What an expectation allows: a value, a list of two, or a comparison -> a range in base units.

use super::datum::{Allowed, Datum};
use super::diagnostic::Complaints;
use super::document::{Node, Value};
use super::field::Kind;
use super::value::{mismatch, read};

/// What an expectation allows: a value, `[low, high]`, or a comparison.
pub(super) fn allowed(kind: &'static Kind, key: &str, node: &Node, out: &mut Complaints) -> Option<Allowed> {
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
            let hint = match node.value {
                Value::List(_) => "write the smaller value first".to_owned(),
                _ => format!("write {}", Kind::Limit(kind).describe()),
            };
            out.error(node.span, format!("`{key}`: nothing can be {text}")).hint(hint);
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
    // In a comparison, a count is written as text.
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
