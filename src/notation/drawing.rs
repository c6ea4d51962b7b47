//! Draws complaints for a person: the line with its neighbours and the place underlined, for a limited number of
//! complaints. It makes no decisions about them; programs read [`Diagnostic::json`].

use super::diagnostic::{Diagnostic, Severity};
use super::source::Source;
use crate::units::{escaped, escaped_lines, grouped};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents};
use miette::{SourceCode, SourceSpan, SpanContents};
use std::fmt;
use std::ops::Range;

/// The most errors drawn, and the most warnings: fixing a file begins with the first. This leaves room for the
/// complaints about two tables, each of which has its own limit.
const TOLD: usize = 50;
/// A label more lines than this away from the place is named below the drawing: all lines between would be drawn.
const NEAR: usize = 6;
/// The width of rules when lines have no limit.
const USUAL_WIDTH: usize = 100;
/// How many bytes of a long line are drawn on each side of the place.
const AROUND: usize = 120;

/// The texts shown for `complaints`, errors before warnings, and the number of further ones. Lines have at most `width`
/// columns, if given.
pub fn told(complaints: &[Diagnostic], width: Option<usize>, colours: bool) -> Vec<String> {
    let mut texts = Vec::new();
    for (severity, what) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let all = || complaints.iter().filter(|complaint| complaint.severity == severity);
        texts.extend(all().take(TOLD).map(|complaint| complaint.render(width, colours)));
        match all().count().saturating_sub(TOLD) {
            0 => {}
            1 => texts.push(format!("… and 1 more {what}; --json has all\n")),
            more => texts.push(format!("… and {} more {what}s; --json has all\n", grouped(more as u64))),
        }
    }
    texts
}

impl Diagnostic {
    /// The complaint as text, with the place underlined and lines of at most `width` columns, if given.
    pub fn render(&self, width: Option<usize>, colours: bool) -> String {
        let mut text = String::new();
        let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width.unwrap_or(USUAL_WIDTH))
            .with_wrap_lines(width.is_some())
            .with_break_words(false);
        let drawing = Drawing::of(self);
        // Writing to a String cannot fail; a text that could not be drawn still shows its message.
        if handler.render_report(&mut text, &drawing).is_err() {
            text = drawing.message;
        }
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// A complaint as drawn: only the visible part of the text, with everything escaped.
#[derive(Debug)]
struct Drawing {
    severity: Severity,
    message: String,
    code: Option<String>,
    help: Option<String>,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl Drawing {
    fn of(diagnostic: &Diagnostic) -> Drawing {
        let source = &diagnostic.source;
        let excerpt = Excerpt::around(source, &diagnostic.labels);
        let mut help: Vec<String> = diagnostic.hint.iter().map(|hint| escaped(hint).into_owned()).collect();
        let mut labels = Vec::new();
        for (range, said) in &diagnostic.labels {
            let said = escaped(said).into_owned();
            match excerpt.place(source, range) {
                Some(place) if labels.is_empty() => {
                    labels.push(LabeledSpan::new_primary_with_span((!said.is_empty()).then_some(said), place));
                }
                Some(place) => labels.push(LabeledSpan::new_with_span((!said.is_empty()).then_some(said), place)),
                None => help.push(format!("{said} (line {})", source.line(range.start))),
            }
        }
        Drawing {
            severity: diagnostic.severity,
            message: escaped(&diagnostic.message).into_owned(),
            code: diagnostic.code.clone(),
            help: (!help.is_empty()).then(|| help.join("\n")),
            excerpt,
            labels,
        }
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl miette::Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The lines around a place, long ones cut, control characters escaped.
#[derive(Debug, Default)]
struct Excerpt {
    name: String,
    text: String,
    /// The place in the whole text, counted from 0: lines before the excerpt, and columns before the place.
    lines_before: usize,
    column: usize,
    /// The bytes that are shown of each line, and where they begin in the excerpt.
    shown: Vec<(Range<usize>, usize)>,
}

impl Excerpt {
    /// What to draw of `source`: all labels' lines that are near the first one's, with a line before and after.
    fn around(source: &Source, labels: &[(Range<usize>, String)]) -> Excerpt {
        let mut excerpt = Excerpt { name: escaped(source.name()).into_owned(), ..Excerpt::default() };
        let Some((place, _)) = labels.first() else { return excerpt };
        let (line, column) = source.position(place.start);
        let near = || labels.iter().map(|(range, _)| source.line(range.start)).filter(|at| line.abs_diff(*at) <= NEAR);
        let first = near().min().unwrap_or(line).saturating_sub(1).max(1);
        let last = (near().max().unwrap_or(line) + 1).min(source.line_count());
        (excerpt.lines_before, excerpt.column) = (first - 1, column - 1);
        for at in first..=last {
            excerpt.show(source, cut(source.text(), source.bytes_of(at), place), source.bytes_of(at));
            // The last line has no line end, so that no empty line is drawn after it.
            if at < last || last < source.line_count() {
                excerpt.text.push('\n');
            }
        }
        excerpt
    }

    fn show(&mut self, source: &Source, kept: Range<usize>, line: Range<usize>) {
        if kept.start > line.start {
            self.text.push('…');
        }
        self.shown.push((kept.clone(), self.text.len()));
        self.text.push_str(&escaped_lines(&source.text()[kept.clone()]));
        if kept.end < line.end {
            self.text.push('…');
        }
    }

    /// Where `range` of the whole text stands in the excerpt, if its beginning is shown.
    fn place(&self, source: &Source, range: &Range<usize>) -> Option<Range<usize>> {
        let (kept, begin) = self.shown.iter().find(|(kept, _)| (kept.start..=kept.end).contains(&range.start))?;
        let shown = |at: usize| begin + escaped_lines(&source.text()[kept.start..at.min(kept.end)]).len();
        Some(shown(range.start)..shown(range.end))
    }
}

/// The part of a line that is shown: all, or in a long line the part around the place or at its beginning.
fn cut(text: &str, line: Range<usize>, place: &Range<usize>) -> Range<usize> {
    if line.len() <= 2 * AROUND {
        return line;
    }
    let middle = if (line.start..=line.end).contains(&place.start) { place.start } else { line.start };
    let start = middle.saturating_sub(AROUND).max(line.start);
    let end = (start + 2 * AROUND).min(line.end);
    let whole = |at: usize| (at..=line.end).find(|at| text.is_char_boundary(*at)).unwrap_or(line.end);
    whole(start)..whole(end)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, lines_before, lines_after)?;
        // A request without surrounding lines asks for the position of the place itself.
        let column = if lines_before == 0 { self.column } else { read.column() };
        // miette counts the lines from the beginning of the text, and draws labels in one frame accordingly.
        let (line, count) = (self.lines_before + read.line(), self.lines_before + read.line_count());
        let (data, span) = (read.data(), *read.span());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, span, line, column, count)))
    }
}
