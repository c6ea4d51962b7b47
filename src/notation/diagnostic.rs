//! A complaint or remark about a text: what, where, and what to write instead; and the collection of all complaints of
//! one reading, with their texts. It makes no decisions and draws nothing.

use super::source::Source;
use super::wrong::Wrong;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The most complaints shown about the cells of one table or the lines of one file; further ones are only counted.
pub const COMPLAINTS_MAX: usize = 20;

/// Whether what was read can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

/// One complaint about one place.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Complaint or remark.
    pub severity: Severity,
    /// One sentence for a person, naming the offending values.
    pub message: String,
    /// The refusal's code, if a rule refused it.
    pub code: Option<String>,
    /// What to write instead.
    pub hint: Option<String>,
    /// The text complained about, with its name: a file, or `--set KEY`.
    pub source: Source,
    /// Byte ranges of the text with what to say beside them; the first is the place itself. An empty text only
    /// underlines.
    pub labels: Vec<(Range<usize>, String)>,
    /// Which of the texts read it is, in order of reading.
    origin: usize,
}

impl Diagnostic {
    /// Line and column of the place, from 1, the column in characters.
    pub fn line_column(&self) -> Option<(usize, usize)> {
        Some(self.source.position(self.labels.first()?.0.start))
    }

    /// A complaint about a file as a whole, without a place in its text.
    pub fn plain(file: &str, message: String, hint: Option<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message,
            code: None,
            hint,
            source: Source::new(file, String::new()),
            labels: Vec::new(),
            origin: 0,
        }
    }

    /// The complaint in one line: `message (line 12)`, or `message (--do)` about what the command line adds.
    pub fn headline(&self) -> String {
        match (self.line_column(), self.source.name()) {
            (Some(_), option) if option.starts_with("--") => format!("{} ({option})", self.message),
            (Some((line, _)), _) => format!("{} (line {line})", self.message),
            (None, _) => self.message.clone(),
        }
    }

    /// The complaint for programs: file, line and column from 1, severity, message, code, hint.
    pub fn json(&self) -> serde_json::Value {
        let (line, column) = self.line_column().unzip();
        serde_json::json!({
            "file": self.source.name(),
            "line": line,
            "column": column,
            "severity": if self.severity == Severity::Error { "error" } else { "warning" },
            "message": self.message,
            "code": self.code,
            "hint": self.hint,
        })
    }

    pub(crate) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn code(&mut self, code: &str) -> &mut Self {
        self.code = Some(code.into());
        self
    }

    /// Says something beside another place of the same text; a place in another text is left out.
    pub(crate) fn label(&mut self, span: TextSpan, text: impl Into<String>) -> &mut Self {
        let range = underlined(self.source.text(), span);
        if span.source == self.origin && self.labels.iter().all(|(known, _)| *known != range) {
            self.labels.push((range, text.into()));
        }
        self
    }
}

/// A byte range of one of the texts read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextSpan {
    /// The text, as [`Complaints::add`] numbered it.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl TextSpan {
    /// What the text says there.
    pub(crate) fn of(source: usize, range: Range<usize>) -> TextSpan {
        TextSpan { source, start: range.start, end: range.end }
    }
    /// The end of a text of so many bytes.
    pub(crate) fn end_of(source: usize, length: usize) -> TextSpan {
        TextSpan { source, start: length, end: length }
    }
}

/// All complaints of one reading, and the texts they are about.
#[derive(Debug, Default)]
pub struct Complaints {
    sources: Vec<Source>,
    list: Vec<Diagnostic>,
    /// The complaints about the cells of each text.
    cells: BTreeMap<usize, Cells>,
    /// Searches for unknown names so far, and names compared in them.
    searches: usize,
    compared: usize,
}

/// The complaints about the cells of one text.
#[derive(Debug, Default)]
struct Cells {
    /// By first byte and message, at most [`COMPLAINTS_MAX`].
    told: Vec<(usize, String)>,
    /// First bytes of further invalid cells.
    more: BTreeSet<usize>,
}

impl Complaints {
    /// Keeps a text that spans will refer to by the number returned.
    pub(crate) fn add(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// All texts that were kept, in order.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A text that was kept.
    pub(crate) fn source(&self, source: usize) -> &Source {
        &self.sources[source]
    }

    /// Complains about a place; the result can be given a hint, a code and further labels.
    pub(crate) fn error(&mut self, span: TextSpan, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, span, message.into())
    }

    /// Remarks on a place.
    pub(crate) fn warning(&mut self, span: TextSpan, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Warning, span, message.into())
    }

    /// Complains about what is wrong with a value, at its place.
    pub(crate) fn wrong(&mut self, span: TextSpan, wrong: Wrong) {
        self.error(span, wrong.message).hint = wrong.hint;
    }

    /// Complains about one cell or row of a table: once, however often it is read, and only for the first
    /// [`COMPLAINTS_MAX`] of a text. The number of further ones is stated at the end.
    pub(crate) fn cell(&mut self, span: TextSpan, wrong: Wrong) {
        let cells = self.cells.entry(span.source).or_default();
        if cells.told.iter().any(|(start, message)| *start == span.start && *message == wrong.message) {
            return;
        }
        if cells.told.len() == COMPLAINTS_MAX {
            cells.more.insert(span.start);
            return;
        }
        cells.told.push((span.start, wrong.message.clone()));
        self.wrong(span, wrong);
    }

    /// Whether a complaint about a cell that begins inside `span` was made or counted.
    pub(crate) fn tells_of(&self, span: TextSpan) -> bool {
        let place = span.start..span.end.max(span.start + 1);
        self.cells.get(&span.source).is_some_and(|cells| {
            cells.told.iter().any(|(start, _)| place.contains(start)) || cells.more.range(place).next().is_some()
        })
    }

    fn push(&mut self, severity: Severity, span: TextSpan, message: String) -> &mut Diagnostic {
        let source = self.sources[span.source].clone();
        // A file that could not be read as text has no place to show.
        let place = || (underlined(source.text(), span), String::new());
        let labels = if source.text().is_empty() { Vec::new() } else { vec![place()] };
        let at = self.list.len();
        self.list.push(Diagnostic { severity, message, code: None, hint: None, source, labels, origin: span.source });
        &mut self.list[at]
    }

    /// Whether to search `candidates` for the intended name: always for the first unknown names, then while all
    /// comparisons together stay cheap. The cost must not grow with the square of the file size.
    pub(crate) fn affords(&mut self, candidates: usize) -> bool {
        const FIRST: usize = 20;
        const COMPARED_MAX: usize = 5_000;
        let compared = self.compared.saturating_add(candidates);
        let affords = self.searches < FIRST || compared <= COMPARED_MAX;
        if affords {
            (self.searches, self.compared) = (self.searches + 1, compared);
        }
        affords
    }

    /// The number of complaints so far; for [`Complaints::forget_after`].
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// Discards complaints made after `count`, when another reading of the same place succeeds.
    pub(crate) fn forget_after(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// Of the complaints made after `count`, keeps only those that `wanted` accepts.
    pub(crate) fn retain_after(&mut self, count: usize, wanted: impl Fn(&Diagnostic) -> bool) {
        let late = self.list.split_off(count);
        self.list.extend(late.into_iter().filter(wanted));
    }

    /// Whether what was read cannot be used.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// All complaints, in order of place.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for (source, cells) in std::mem::take(&mut self.cells) {
            if !cells.more.is_empty() {
                let end = TextSpan::end_of(source, self.source(source).text().len());
                self.error(end, format!("… and {} more places of this text are wrong", cells.more.len()));
            }
        }
        self.list.sort_by_key(|d| (d.origin, d.labels.first().map_or(0, |(range, _)| range.start)));
        self.list
    }
}

/// The part of a span that can be underlined: inside the text, whole characters, on one line.
fn underlined(text: &str, span: TextSpan) -> Range<usize> {
    let whole = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = whole(span.start);
    let end = whole(span.end).max(start);
    let line = text[start..end].lines().next().unwrap_or("");
    start..start + line.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_in_characters() {
        let mut out = Complaints::default();
        let source = out.add(Source::new("a.toml", "ä = 1\nöö = 2\n".into()));
        let start = "ä = 1\nöö = ".len();
        let found = out.error(TextSpan { source, start, end: start + 1 }, "no").line_column();
        assert_eq!(found, Some((2, 6)));
    }

    #[test]
    fn a_headline_says_where() {
        let mut out = Complaints::default();
        let headline = |out: &mut Complaints, name: &str| {
            let source = out.add(Source::new(name, "a\nb".into()));
            out.error(TextSpan { source, start: 2, end: 3 }, "no").headline()
        };
        assert_eq!(headline(&mut out, "a.toml"), "no (line 2)");
        assert_eq!(headline(&mut out, "--do"), "no (--do)");
    }

    #[test]
    fn a_span_beyond_the_text_is_cut_to_it() {
        let mut out = Complaints::default();
        let source = out.add(Source::new("a.toml", "é".into()));
        assert_eq!(out.error(TextSpan { source, start: 1, end: 99 }, "no").labels[0].0, 0..2);
    }
}
