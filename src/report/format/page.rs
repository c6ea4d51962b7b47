//! How a reader wants a text: how wide, in colour or not, whole or cut to what tells most. It draws nothing; who knows
//! the terminal makes it.

use super::prose::wrapped;
use anstyle::{AnsiColor, Style};

/// Spaces in front of every line of a report's section.
pub const INDENT: usize = 2;

/// What a text is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Columns of the terminal; none where lines may be as long as they need.
    pub width: Option<usize>,
    /// Whether what needs attention is marked for a terminal, by escape sequences that take no room.
    pub colours: bool,
    /// Nothing is left out.
    pub verbose: bool,
}

/// What a part of a text is to its reader; a page in colour shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// One thing among others.
    #[default]
    Plain,
    /// What a section is called.
    Title,
    /// A demand that was not met.
    Bad,
    /// What makes the rest worth less than it looks: partial, not evaluated, not priced.
    Caution,
}

impl Page {
    /// For a pipe or a file: no limit, no colour.
    pub const PIPE: Page = Page { width: None, colours: false, verbose: false };

    /// For a terminal of so many columns, without colour.
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

    /// Sentences, each line ended.
    pub(in crate::report) fn prose(&self, text: &str) -> String {
        self.toned(text, Tone::Plain)
    }

    /// Sentences in a tone.
    pub(in crate::report) fn toned(&self, text: &str, tone: Tone) -> String {
        wrapped(text, self.width).iter().map(|line| self.paint(line, tone) + "\n").collect()
    }

    /// Sentences under a table.
    pub(in crate::report) fn remark(&self, text: &str) -> String {
        let indent = " ".repeat(INDENT);
        let room = self.width.map(|width| width.saturating_sub(INDENT));
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
