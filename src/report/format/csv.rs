//! Comma-separated values, quoted as RFC 4180 has it, and the line in front of a table that an interrupted run left. It
//! knows no table.

use crate::units::{SimTime, escaped};

/// What the first line of a table says that an interrupted run left.
const PARTIAL: &str = "# PARTIAL: ";

/// The line that marks the table of a run which ended early; none if it did not.
pub fn interruption(reached: SimTime, duration: SimTime) -> String {
    match reached < duration {
        true => format!("{PARTIAL}interrupted at {reached} of {duration}\n"),
        false => String::new(),
    }
}

/// Whether `text` begins as a table with this header, of an interrupted run or not.
pub fn begins(text: &str, header: &str) -> bool {
    text.lines().find(|line| !line.starts_with(PARTIAL)) == Some(header)
}

/// One row without its line end, quoted where RFC 4180 asks for it; control characters escaped, since tables end up on
/// terminals too.
pub fn record<F: AsRef<str>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for field in fields {
        writer.write_field(escaped(field.as_ref()).as_bytes()).expect("memory takes what it is given");
    }
    writer.write_record(None::<&[u8]>).expect("memory takes what it is given");
    let written = writer.into_inner().expect("memory takes what it is given");
    let line = String::from_utf8_lossy(&written);
    line.strip_suffix('\n').unwrap_or(&line).to_owned()
}
