//! The interval series as a Parquet file, for those who go on in notebooks: the rows and the columns of the CSV, with
//! types, and null where the CSV is empty. Written by the `parquet` crate, without Arrow; nothing is compressed.

use super::model::{ConnectionRow, ConnectionSeries, IntervalRow, IntervalSeries, Intervals, Snapshot};
use crate::report::artifact::INTERVALS_PARQUET;
use crate::report::format::csv::interruption;
use crate::units::{ByteSize, SimTime};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// So many rows are written at once, as a row group.
const ROWS: usize = 1 << 20;
/// So many columns are those of links.
const OF_LINKS: usize = 11;

/// The columns: those of links, then those that a connection adds.
const COLUMNS: [(&str, Read); 16] = [
    ("start_s", Read::Seconds(|row| Some(row.start))),
    ("peering", Read::Text(|row| Some(&row.link()?.0.peering))),
    ("from", Read::Text(|row| Some(&row.link()?.0.from))),
    ("to", Read::Text(|row| Some(&row.link()?.0.to))),
    ("offered_packets", Read::Count(|row| Some(row.link()?.1.offered.packets))),
    ("offered_bytes", Read::Count(|row| Some(row.link()?.1.offered.bytes.as_u64()))),
    ("carried_packets", Read::Count(|row| Some(row.link()?.1.carried.packets))),
    ("carried_bytes", Read::Count(|row| Some(row.link()?.1.carried.bytes.as_u64()))),
    ("dropped_packets", Read::Count(|row| Some(row.link()?.1.dropped))),
    ("longest_queue_bytes", Read::Count(|row| Some(row.link()?.1.longest_queue.as_u64()))),
    ("tokens_bytes", Read::Count(|row| row.link()?.1.tokens.map(ByteSize::as_u64))),
    ("entry", Read::Text(|row| Some(&row.connection()?.0.entry))),
    ("connection", Read::Count(|row| Some(row.connection()?.0.number))),
    ("window_bytes", Read::Count(|row| Some(row.connection()?.1.window_bytes))),
    ("in_flight_bytes", Read::Count(|row| Some(row.connection()?.1.in_flight_bytes))),
    ("round_trip_s", Read::Seconds(|row| Some(SimTime::ZERO + row.connection()?.1.round_trip?))),
];

/// The type of a column, and its value in a row.
enum Read {
    Seconds(fn(&Row<'_>) -> Option<SimTime>),
    Text(for<'a> fn(&Row<'a>) -> Option<&'a str>),
    Count(fn(&Row<'_>) -> Option<u64>),
}

/// A row of the table.
struct Row<'a> {
    start: SimTime,
    of: Of<'a>,
}

/// What it is a row of.
enum Of<'a> {
    Link(&'a IntervalSeries, &'a IntervalRow),
    Connection(&'a ConnectionSeries, &'a ConnectionRow),
}

impl<'a> Row<'a> {
    fn link(&self) -> Option<(&'a IntervalSeries, &'a IntervalRow)> {
        match self.of {
            Of::Link(link, row) => Some((link, row)),
            Of::Connection(..) => None,
        }
    }

    fn connection(&self) -> Option<(&'a ConnectionSeries, &'a ConnectionRow)> {
        match self.of {
            Of::Connection(connection, row) => Some((connection, row)),
            Of::Link(..) => None,
        }
    }
}

/// Writes the series to `out`. For an interrupted run, the file's metadata have a key `partial` that says so.
///
/// # Errors
/// Those of `out`.
pub fn intervals_parquet(snapshot: &Snapshot, out: impl Write + Send) -> io::Result<()> {
    write(snapshot, out).map_err(io::Error::other)
}

fn write(snapshot: &Snapshot, out: impl Write + Send) -> Result<()> {
    let connection = snapshot.intervals.as_ref().and_then(|intervals| intervals.connection.as_ref());
    let columns = &COLUMNS[..if connection.is_some() { COLUMNS.len() } else { OF_LINKS }];
    let fields = columns.iter().map(field).collect::<Result<Vec<TypePtr>>>()?;
    let schema = Type::group_type_builder("intervals").with_fields(fields).build()?;
    let partial = interruption(snapshot.reached, snapshot.duration);
    let partial = (!partial.is_empty()).then(|| vec![KeyValue::new("partial".into(), partial.trim().to_owned())]);
    let properties =
        WriterProperties::builder().set_created_by(INTERVALS_PARQUET.into()).set_key_value_metadata(partial);
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties.build()))?;
    let mut rows = snapshot.intervals.iter().flat_map(rows);
    loop {
        let some: Vec<Row<'_>> = rows.by_ref().take(ROWS).collect();
        if some.is_empty() {
            return file.close().map(drop);
        }
        let mut group = file.next_row_group()?;
        columns.iter().try_for_each(|(_, read)| column(&mut group, read, &some))?;
        group.close()?;
    }
}

/// In the order of the CSV: link by link, then those of a connection.
fn rows(intervals: &Intervals) -> impl Iterator<Item = Row<'_>> {
    let interval = intervals.interval;
    let start = move |at: u64| SimTime::from_nanos(interval.as_nanos().saturating_mul(at));
    let links = intervals.links.iter().flat_map(move |link| {
        (0..).zip(&link.rows).map(move |(at, row)| Row { start: start(at), of: Of::Link(link, row) })
    });
    let connections = intervals.connection.iter().flat_map(move |connection| {
        let rows = connection.rows.iter();
        rows.map(move |row| Row { start: row.time - interval, of: Of::Connection(connection, row) })
    });
    links.chain(connections)
}

/// Null is allowed where the CSV may be empty: a row is of a link or of a connection.
fn field((name, read): &(&str, Read)) -> Result<TypePtr> {
    let (physical, logical) = match read {
        Read::Seconds(_) => (Physical::DOUBLE, None),
        Read::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Read::Count(_) => (Physical::INT64, Some(LogicalType::integer(64, false))),
    };
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    field.with_logical_type(logical).build().map(Arc::new)
}

fn column<W: Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, read: &Read, rows: &[Row<'_>]) -> Result<()> {
    match read {
        Read::Seconds(read) => cells::<DoubleType, _>(group, rows.iter().map(|row| read(row).map(seconds))),
        Read::Text(read) => cells::<ByteArrayType, _>(group, rows.iter().map(|row| read(row).map(Into::into))),
        // The bits of a number without a sign, as its type says.
        Read::Count(read) => cells::<Int64Type, _>(group, rows.iter().map(|row| read(row).map(u64::cast_signed))),
    }
}

fn cells<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn seconds(time: SimTime) -> f64 {
    time.since(SimTime::ZERO).as_secs_f64()
}
