//! Which column of a table of samples holds what, by the names in its first line. The rows are read elsewhere.

use crate::notation::{Complaints, Table, TextSpan, Wrong};

const KNOWN: &str = "columns are time, peering, direction (or from and to), bps (or bytes)";
const NAMES: [&str; 7] = ["time", "peering", "direction", "from", "to", "bps", "bytes"];

/// The meaning of each column.
#[derive(Debug)]
pub(super) struct Columns {
    pub time: usize,
    pub way: Way,
    pub value: usize,
    /// Whether the value is a sum of bytes instead of an average rate.
    pub is_bytes: bool,
}

/// The columns that give a row's peering and direction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// The peering, and `out` or `in`.
    Direction { peering: usize, direction: usize },
    /// The source and the destination VPC, and optionally the peering.
    Ends { peering: Option<usize>, from: usize, to: usize },
}

impl Columns {
    /// Nothing after a complaint.
    pub(super) fn of(table: &Table, out: &mut Complaints) -> Option<Columns> {
        if table.is_empty() {
            let hint = "start with time,peering,direction,bps";
            out.error(TextSpan::of(table.source, 0..0), "there are no samples").hint(hint);
            return None;
        }
        let mut is_sound = table.check_names(out);
        for (_, cell) in table.names().filter(|(_, cell)| !NAMES.contains(&cell.said.as_ref())) {
            out.cell(cell.span, Wrong::new(format!("unknown column `{}`", cell.said)).hint(KNOWN));
            is_sound = false;
        }
        if !is_sound {
            return None;
        }
        let columns = Columns::named(table);
        columns.map_err(|message| _ = out.error(table.row_span(0), message).hint(KNOWN)).ok()
    }

    fn named(table: &Table) -> Result<Columns, &'static str> {
        let column = |name: &str| table.column(name);
        let peering = column("peering");
        let way = match (column("direction"), column("from"), column("to")) {
            (Some(direction), None, None) => {
                let peering = peering.ok_or("there is no column `peering`, and no `from` and `to` to know it by")?;
                Way::Direction { peering, direction }
            }
            (None, Some(from), Some(to)) => Way::Ends { peering, from, to },
            (None, None, None) => return Err("there is no column `direction`, or `from` and `to`"),
            _ => return Err("either `direction`, or `from` and `to`"),
        };
        let (value, is_bytes) = match (column("bps"), column("bytes")) {
            (Some(bps), None) => (bps, false),
            (None, Some(bytes)) => (bytes, true),
            (None, None) => return Err("there is no column `bps` or `bytes`"),
            _ => return Err("either `bps` or `bytes`, not both"),
        };
        let time = column("time").ok_or("there is no column `time`")?;
        if table.len() == 1 && table.is_whole {
            return Err("there are no samples below the names of the columns");
        }
        Ok(Columns { time, way, value, is_bytes })
    }
}
