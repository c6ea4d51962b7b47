//! Comma-separated values, quoted as RFC 4180 says, and the line before the table of an interrupted run. It knows no
//! particular table.

use crate::units::{SimTime, escaped};

/// The first line of a table from an interrupted run.
const PARTIAL: &str = "# PARTIAL: ";

/// The line that marks the table of an interrupted run; none if the run was complete.
pub fn interruption(reached: SimTime, duration: SimTime) -> String {
    match reached < duration {
        true => partial(&format!("interrupted at {reached} of {duration}")),
        false => String::new(),
    }
}

/// The same line with another reason.
pub fn partial(why: &str) -> String {
    format!("{PARTIAL}{why}\n")
}

/// Whether `text` begins like a table with this header, from an interrupted run or not.
pub fn begins(text: &str, header: &str) -> bool {
    first_line(text) == Some(header)
}

/// The line that names the columns, if there is any.
pub fn first_line(text: &str) -> Option<&str> {
    text.lines().find(|line| !line.starts_with(PARTIAL))
}

/// One row without its line end, quoted where RFC 4180 requires it. Control characters are escaped, since tables are
/// shown on terminals too.
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
