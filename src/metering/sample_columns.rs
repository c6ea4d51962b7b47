//! Which column of a table of samples is what, by the names in its first line. The rows are read elsewhere.

use crate::notation::{Complaint, Table};

const KNOWN: &str = "columns are time, peering, direction (or from and to), bps (or bytes)";
const NAMES: [&str; 7] = ["time", "peering", "direction", "from", "to", "bps", "bytes"];

/// Which column is what.
#[derive(Debug)]
pub(super) struct Columns {
    pub time: usize,
    pub way: Way,
    pub value: usize,
    /// The value is a sum of bytes, not an average rate.
    pub is_bytes: bool,
}

/// What tells a row's peering and direction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// The peering, and `out` or `in`.
    Direction { peering: usize, direction: usize },
    /// The VPCs it comes from and goes to, and perhaps the peering.
    Ends { peering: Option<usize>, from: usize, to: usize },
}

impl Columns {
    pub(super) fn of(table: &Table, text: &str) -> Result<Columns, Vec<Complaint>> {
        if table.is_empty() {
            return Err(vec![
                Complaint::new(0..0, "there are no samples").hint("start with time,peering,direction,bps"),
            ]);
        }
        let names = table.columns(text)?;
        let unknown = names.iter().filter(|(name, _)| !NAMES.contains(&name.as_ref()));
        let unknown = unknown.filter_map(|(name, column)| Some((table.cell(text, 0, *column)?.span, name)));
        let unknown: Vec<Complaint> =
            unknown.map(|(span, name)| Complaint::new(span, format!("unknown column `{name}`")).hint(KNOWN)).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let line = table.row_span(0).unwrap_or_default();
        let wrong = |message: &str| vec![Complaint::new(line.clone(), message).hint(KNOWN)];
        let column = |name: &str| names.get(name).copied();
        let peering = column("peering");
        let way = match (column("direction"), column("from"), column("to")) {
            (Some(direction), None, None) => {
                let unknown = || wrong("there is no column `peering`, and no `from` and `to` to know it by");
                Way::Direction { peering: peering.ok_or_else(unknown)?, direction }
            }
            (None, Some(from), Some(to)) => Way::Ends { peering, from, to },
            (None, None, None) => return Err(wrong("there is no column `direction`, or `from` and `to`")),
            _ => return Err(wrong("either `direction`, or `from` and `to`")),
        };
        let (value, is_bytes) = match (column("bps"), column("bytes")) {
            (Some(bps), None) => (bps, false),
            (None, Some(bytes)) => (bytes, true),
            (None, None) => return Err(wrong("there is no column `bps` or `bytes`")),
            _ => return Err(wrong("either `bps` or `bytes`, not both")),
        };
        let time = column("time").ok_or_else(|| wrong("there is no column `time`"))?;
        if table.len() == 1 {
            return Err(wrong("there are no samples below the names of the columns"));
        }
        Ok(Columns { time, way, value, is_bytes })
    }
}
