//! A matrix for programs: one JSON document, in parts, for it may be larger than memory.
//!
//! ```json
//! {"format":"vpcsim-matrix","version":1,"at_ns":0,"by":"host","probe":{"protocol":"icmp","port":null,"size_bytes":84},
//! "pairs":[
//! {"src":"VPC1/web","dst":"VPC2/db","one_way":true,"round_trip":true,"landed_on":"VPC2/db",
//!  "reply_landed_on":"VPC1/web","verdict":"delivered","reply_verdict":"delivered"}
//! ]}
//! ```
//!
//! In classes, `"classes":[{"members":["VPC1/web"]}]` comes first, and pairs name classes by index.

use super::record::{Record, other_unit, rows};
use crate::diagnose::matrix::{By, Matrix};
use crate::report::format::json::line;
use crate::units::SimTime;
use serde_json::json;

/// With more pairs than this, classes are told instead of pairs, unless all are asked for.
pub const CLASSES_FROM: u64 = 10_000_000;

/// The document of the matrix at an instant, in parts.
pub fn json<'a>(matrix: &'a Matrix<'a>, at: SimTime, in_classes: bool) -> impl Iterator<Item = String> + 'a {
    let rows: Box<dyn Iterator<Item = Vec<String>>> = match in_classes {
        true => Box::new(class_rows(matrix)),
        false => Box::new(rows(matrix).map(|row| row.iter().map(line).collect())),
    };
    let mut is_first = true;
    let body = rows.filter(|row| !row.is_empty()).map(move |row| {
        let before = if std::mem::take(&mut is_first) { "\n" } else { ",\n" };
        before.to_owned() + &row.join(",\n")
    });
    std::iter::once(head(matrix, at, in_classes)).chain(body).chain(std::iter::once("\n]}\n".to_owned()))
}

/// What rows stand for, as in `--by`.
pub fn by_name(by: By) -> &'static str {
    match by {
        By::Host => "host",
        By::Subnet => "subnet",
        By::Vpc => "vpc",
    }
}

/// Everything before the first pair.
fn head(matrix: &Matrix<'_>, at: SimTime, in_classes: bool) -> String {
    let by = by_name(matrix.by());
    let probe = matrix.probe();
    let port = probe.protocol.has_ports().then_some(probe.port);
    let probe = json!({ "protocol": probe.protocol.name(), "port": port, "size_bytes": probe.size });
    let mut head =
        format!(r#"{{"format":"vpcsim-matrix","version":1,"at_ns":{},"by":"{by}","probe":{probe},"#, at.as_nanos());
    if in_classes {
        let class = |kind: &crate::diagnose::matrix::Kind| {
            let members: Vec<String> = kind.members.iter().map(|unit| matrix.name(*unit)).collect();
            json!({ "members": members }).to_string()
        };
        let classes: Vec<String> = matrix.kinds().iter().map(class).collect();
        head += &format!("\n\"classes\":[\n{}\n],", classes.join(",\n"));
    }
    head + "\n\"pairs\":["
}

/// The pairs of classes, row by row.
fn class_rows<'a>(matrix: &'a Matrix<'a>) -> impl Iterator<Item = Vec<String>> + 'a {
    let count = matrix.kinds().len() as u32;
    (0..count).map(move |from| {
        let other = |landed| other_unit(matrix, landed).and_then(|unit| matrix.kind_of(unit));
        let record = |to| Some(line(&Record::of(&matrix.pair(from, to)?, from, to, other)));
        (0..count).filter_map(record).collect()
    })
}
