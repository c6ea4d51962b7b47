//! A complaint or remark about a scenario's text: what, where, and what to write instead. It decides nothing and draws
//! nothing.

use super::source::Source;
use std::ops::Range;
use std::sync::Arc;

/// Whether the scenario can run all the same.
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
    pub source: Arc<Source>,
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

    /// A complaint about a scenario as a whole, that no place in its text is to blame for.
    pub fn plain(file: &str, message: String, hint: Option<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message,
            code: None,
            hint,
            source: Arc::new(Source::new(file, String::new())),
            labels: Vec::new(),
            origin: 0,
        }
    }

    /// The complaint in one line: `message (line 12)`.
    pub fn headline(&self) -> String {
        match self.line_column() {
            Some((line, _)) => format!("{} (line {line})", self.message),
            None => self.message.clone(),
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

    pub(super) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn code(&mut self, code: &str) -> &mut Self {
        self.code = Some(code.into());
        self
    }

    /// Says something beside another place of the same text; a place in another text is left out.
    pub(super) fn label(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        let range = underlined(self.source.text(), span);
        if span.source == self.origin && self.labels.iter().all(|(known, _)| *known != range) {
            self.labels.push((range, text.into()));
        }
        self
    }
}

/// A byte range of one of the texts read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The text, as [`Complaints::add_source`] numbered it.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// All complaints of one loading, and the texts they are about.
#[derive(Default)]
pub(super) struct Complaints {
    sources: Vec<Arc<Source>>,
    list: Vec<Diagnostic>,
    /// Unknown names so far, and the names they were to be compared with.
    searches: usize,
    compared: usize,
}

impl Complaints {
    /// Keeps a text that spans will refer to by the number returned.
    pub(super) fn add_source(&mut self, name: impl Into<String>, text: String) -> usize {
        self.sources.push(Arc::new(Source::new(name, text)));
        self.sources.len() - 1
    }

    /// The text of a source.
    pub(super) fn text(&self, source: usize) -> &str {
        self.sources.get(source).map_or("", |s| s.text())
    }

    /// Complains about a place; the answer takes hint, code and further labels.
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, span, message.into())
    }

    /// Remarks on a place.
    pub(super) fn warning(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Warning, span, message.into())
    }

    fn push(&mut self, severity: Severity, span: Span, message: String) -> &mut Diagnostic {
        let source = match self.sources.get(span.source) {
            Some(source) => source.clone(),
            None => Arc::new(Source::new("", String::new())),
        };
        // A file that could not be read as text has no place to show.
        let place = || (underlined(source.text(), span), String::new());
        let labels = if source.text().is_empty() { Vec::new() } else { vec![place()] };
        let at = self.list.len();
        self.list.push(Diagnostic { severity, message, code: None, hint: None, source, labels, origin: span.source });
        &mut self.list[at]
    }

    /// The line that byte `at` of a source stands on, from 1.
    pub(super) fn line(&self, source: usize, at: usize) -> usize {
        self.sources.get(source).map_or(1, |s| s.line(at))
    }

    /// Whether to look for what one more unknown name was meant to be among `candidates`: for the first ones always,
    /// then as long as all comparisons together cost little. A file of mistakes must not cost the square of its size.
    pub(super) fn affords(&mut self, candidates: usize) -> bool {
        const FIRST: usize = 20;
        const COMPARED_MAX: usize = 5_000;
        self.searches += 1;
        self.compared = self.compared.saturating_add(candidates);
        self.searches <= FIRST || self.compared <= COMPARED_MAX
    }

    /// How many there are so far; for [`Complaints::forget_after`].
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// Takes back what was said after `count`, when another reading of the same place succeeds.
    pub(super) fn forget_after(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// Keeps only what `wanted` accepts of what was said after `count`.
    pub(super) fn retain_after(&mut self, count: usize, wanted: impl Fn(&Diagnostic) -> bool) {
        let late = self.list.split_off(count);
        self.list.extend(late.into_iter().filter(wanted));
    }

    /// Whether the scenario cannot run.
    pub(super) fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Everything said, in order of place.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| (d.origin, d.labels.first().map_or(0, |(range, _)| range.start)));
        self.list
    }
}

/// The part of a span that can be underlined: inside the text, whole characters, on one line.
fn underlined(text: &str, span: Span) -> Range<usize> {
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
        let source = out.add_source("a.toml", "ä = 1\nöö = 2\n".into());
        let start = "ä = 1\nöö = ".len();
        let found = out.error(Span { source, start, end: start + 1 }, "no").line_column();
        assert_eq!(found, Some((2, 6)));
    }

    #[test]
    fn a_span_beyond_the_text_is_cut_to_it() {
        let mut out = Complaints::default();
        let source = out.add_source("a.toml", "é".into());
        assert_eq!(out.error(Span { source, start: 1, end: 99 }, "no").labels[0].0, 0..2);
    }
}
