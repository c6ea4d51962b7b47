//! The order in which the rows of a file are read. It does not interpret their contents.

use jiff::Timestamp;
use std::ops::Range;

/// The rows of a file in reading order: a file that begins with its newest row is read from its end, so that instants
/// ascend.
#[derive(Debug, Clone)]
pub struct RowsByTime {
    rows: Range<usize>,
    /// Whether they are read from the end.
    pub is_falling: bool,
}

impl RowsByTime {
    /// The order of `rows`, found from the first and the last; `instant` reads the instant of a row, if it has one.
    pub fn of(rows: Range<usize>, instant: impl Fn(usize) -> Option<Timestamp>) -> RowsByTime {
        let is_falling = rows.len() > 1 && instant(rows.start).zip(instant(rows.end - 1)).is_some_and(|(a, b)| b < a);
        RowsByTime { rows, is_falling }
    }
    /// The numbers of the rows, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let Range { start, end } = self.rows;
        let is_falling = self.is_falling;
        (start..end).map(move |row| if is_falling { start + end - 1 - row } else { row })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_begins_with_its_newest_row_is_read_from_its_end() {
        let read = |seconds: &[i64]| {
            let instant = |row: usize| Timestamp::from_second(*seconds.get(row)?).ok();
            RowsByTime::of(1..seconds.len(), instant).iter().collect::<Vec<_>>()
        };
        assert_eq!(read(&[9, 1, 2, 3]), [1, 2, 3]);
        assert_eq!(read(&[0, 3, 2, 1]), [3, 2, 1]);
        assert_eq!(read(&[9]), [0; 0]);
    }
}
