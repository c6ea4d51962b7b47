//! Random tables, written by the `csv` crate in various styles, are read back cell by cell; damaged ones never panic.

use super::{Complaints, Dialect, Source, Table, decode};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use proptest::prelude::*;

/// How a table is written.
#[derive(Debug, Clone)]
struct Manner {
    delimiter: u8,
    end: Terminator,
    quotes: QuoteStyle,
    says_delimiter: bool,
}

fn manner() -> impl Strategy<Value = Manner> {
    let end = prop_oneof![Just(Terminator::CRLF), Just(Terminator::Any(b'\n')), Just(Terminator::Any(b'\r'))];
    let quotes = prop_oneof![Just(QuoteStyle::Necessary), Just(QuoteStyle::Always)];
    let parts = (prop::sample::select(b",;\t|".to_vec()), end, quotes, any::<bool>());
    parts.prop_map(|(delimiter, end, quotes, says_delimiter)| Manner { delimiter, end, quotes, says_delimiter })
}

/// Rows of equal length with cells that are hard to read: delimiters, quotes, line ends, letters of several bytes.
fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = prop_oneof![3 => "[0-9]{1,4}", 2 => "[a,;|\"\t\n\r#ä '=.-]{0,6}", 1 => Just(String::new())];
    (1_usize..6).prop_flat_map(move |width| prop::collection::vec(prop::collection::vec(cell.clone(), width), 1..8))
}

fn written(table: &[Vec<String>], manner: &Manner) -> String {
    let mut writer = WriterBuilder::new();
    writer.delimiter(manner.delimiter).terminator(manner.end).quote_style(manner.quotes);
    let mut writer = writer.from_writer(Vec::new());
    for row in table {
        writer.write_record(row).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("texts make a text")
}

proptest! {
    #![proptest_config(crate::kept::cases(2_000, "tests/regressions/unit.txt"))]

    #[test]
    fn what_the_csv_crate_writes_reads_back(table in table(), manner in manner()) {
        // Without quotes, such rows look like comments, blank lines, `sep=` lines or stray quotes.
        let is_plain = |row: &[String]| row.iter().any(|cell| !cell.trim().is_empty())
            && !row[0].trim_start().starts_with('#') && row.iter().all(|cell| !cell.trim_start().starts_with('"'));
        prop_assume!(matches!(manner.quotes, QuoteStyle::Always) || table.iter().all(|row| is_plain(row)));
        let body = written(&table, &manner);
        let delimiter = char::from(manner.delimiter);
        let text = if manner.says_delimiter { format!("sep={delimiter}\n{body}") } else { body };
        let given = (!manner.says_delimiter).then(|| delimiter.to_string().parse().expect("one of them"));
        let dialect = Dialect { delimiter: given, ..Dialect::default() };
        let mut out = Complaints::default();
        let source = out.add(Source::new("t", text.clone()));
        let read = Table::read(source, &dialect, &mut out).filter(|_| !out.has_errors());
        let read = read.unwrap_or_else(|| panic!("{text:?}: {out:?}"));
        prop_assert_eq!(read.len(), table.len(), "{:?}", text);
        for (row, cells) in table.iter().enumerate() {
            prop_assert_eq!(read.width(row), cells.len());
            for (column, cell) in cells.iter().enumerate() {
                let found = read.cell(row, column).expect("in the row");
                prop_assert_eq!(found.said.as_ref(), cell.trim(), "{:?}", &text);
                // The place holds the text that was written there.
                let place = &text[found.span.start..found.span.end];
                let bare = place.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                let bare = bare.map_or(place.to_owned(), |inner| inner.replace("\"\"", "\""));
                prop_assert_eq!(bare.trim(), cell.trim());
            }
        }
    }

    #[test]
    fn damage_is_told_or_read_and_never_a_panic(
        table in table(), manner in manner(), damage in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = written(&table, &manner).into_bytes();
        for (at, byte) in damage {
            let length = bytes.len().max(1);
            bytes.resize(length, b' ');
            bytes[at % length] = byte;
        }
        let Ok(text) = decode(&bytes) else { return Ok(()) };
        let mut out = Complaints::default();
        let source = out.add(Source::new("t", text.clone()));
        if let Some(read) = Table::read(source, &Dialect::default(), &mut out) {
            read.check_names(&mut out);
        }
        for complaint in out.finish() {
            let is_inside = complaint.labels.iter().all(|(range, _)| text.get(range.clone()).is_some());
            prop_assert!(is_inside, "{:?}", complaint);
        }
    }
}
