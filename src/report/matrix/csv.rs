//! A matrix as comma-separated values, in parts: a row for each ordered pair. Not for classes: a class has no name.

use super::record::{Record, rows};
use crate::diagnose::matrix::Matrix;
use crate::report::format::csv::record;

/// The names of the columns.
pub const HEADER: &str = "src,dst,one_way,round_trip,landed_on,reply_landed_on,verdict,reply_verdict";

/// The rows of the matrix, in parts.
pub fn csv<'a>(matrix: &'a Matrix<'a>) -> impl Iterator<Item = String> + 'a {
    std::iter::once(format!("{HEADER}\n")).chain(rows(matrix).map(|row| row.iter().map(line).collect()))
}

fn line(found: &Record<String>) -> String {
    let Record { src, dst, one_way, round_trip, verdict, .. } = found;
    let [landed, reply_landed] = [&found.landed_on, &found.reply_landed_on].map(|name| name.as_deref().unwrap_or(""));
    let [one_way, round_trip] = [one_way, round_trip].map(|yes| if *yes { "true" } else { "false" });
    let fields = [src, dst, one_way, round_trip, landed, reply_landed, verdict, found.reply_verdict.unwrap_or("")];
    record(fields) + "\n"
}
