//! How a reader wants a text: its width, with or without colour, complete or abridged. It draws nothing; the caller
//! that knows the terminal creates it.

use super::prose::wrapped;
use anstyle::{AnsiColor, Style};

/// Spaces before every line of a report's section.
pub const INDENT: usize = 2;

/// The page a text is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Columns of the terminal; none if lines may be of any length.
    pub width: Option<usize>,
    /// Whether important parts are marked for a terminal, by escape sequences of no width.
    pub colours: bool,
    /// Whether nothing is left out.
    pub verbose: bool,
}

/// The role of a part of a text; a page in colour shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// A section's title.
    Title,
    /// A demand that was not met.
    Bad,
    /// A caveat that limits what the rest is worth: partial, not evaluated, not priced.
    Caution,
}

impl Page {
    /// For a pipe or a file: no limit, no colour.
    pub const PIPE: Page = Page { width: None, colours: false, verbose: false };

    /// For a terminal of `columns` columns, without colour.
    pub const fn of_width(width: usize) -> Page {
        Page { width: Some(width), ..Page::PIPE }
    }

    /// The same, with nothing left out.
    pub const fn verbose(self) -> Page {
        Page { verbose: true, ..self }
    }

    /// `text` in its tone.
    pub(in crate::report) fn paint(&self, text: &str, tone: Tone) -> String {
        let style = match tone {
            Tone::Plain => Style::new(),
            Tone::Title => Style::new().bold(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Caution => AnsiColor::Yellow.on_default(),
        };
        if self.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Sentences, each ending its line.
    pub(in crate::report) fn prose(&self, text: &str) -> String {
        self.toned(text, Tone::Plain)
    }

    /// Sentences in a tone.
    pub(in crate::report) fn toned(&self, text: &str, tone: Tone) -> String {
        wrapped(text, self.width).iter().map(|line| self.paint(line, tone) + "\n").collect()
    }

    /// Sentences below a table.
    pub(in crate::report) fn remark(&self, text: &str) -> String {
        self.indented(text, INDENT)
    }

    /// Sentences so many columns in.
    pub(in crate::report) fn indented(&self, text: &str, columns: usize) -> String {
        let indent = " ".repeat(columns);
        let room = self.width.map(|width| width.saturating_sub(columns));
        wrapped(text, room).iter().map(|line| format!("{indent}{line}\n")).collect()
    }

    /// The title of a section.
    pub(in crate::report) fn title(&self, title: &str) -> String {
        self.toned(title, Tone::Title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_there_only_if_it_is_asked_for_and_takes_no_room() {
        assert_eq!(Page::of_width(9).toned("a b FAILED", Tone::Bad), "a b\nFAILED\n");
        let coloured = Page { colours: true, ..Page::of_width(9) };
        let red = "\u{1b}[1m\u{1b}[31m";
        assert_eq!(coloured.toned("a b FAILED", Tone::Bad), format!("{red}a b\u{1b}[0m\n{red}FAILED\u{1b}[0m\n"));
        assert_eq!(coloured.prose("a"), "a\n");
    }
}
