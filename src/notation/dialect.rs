//! How a table is written, as far as its text does not show: the delimiter of its cells, its decimal mark, and the
//! words for a missing value.

use super::stamp::Epoch;
use std::str::FromStr;

/// The character that separates the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delimiter(u8);

impl Delimiter {
    /// The delimiters that are searched for in a table's first line.
    pub const ALL: [Delimiter; 4] = [Delimiter(b','), Delimiter(b';'), Delimiter(b'\t'), Delimiter(b'|')];
    /// `,`
    pub const COMMA: Delimiter = Delimiter::ALL[0];

    /// The character.
    pub fn byte(self) -> u8 {
        self.0
    }
    /// As a person writes it: the character, or `tab`.
    pub const fn name(self) -> &'static str {
        match self.0 {
            b',' => ",",
            b';' => ";",
            b'\t' => "tab",
            _ => "|",
        }
    }
}

impl FromStr for Delimiter {
    type Err = String;
    /// The character itself, or `tab`.
    fn from_str(text: &str) -> Result<Delimiter, String> {
        let found = Delimiter::ALL.into_iter().find(|known| known.name() == text || text.as_bytes() == [known.0]);
        found.ok_or_else(|| format!("cells are split by `,`, `;`, `|` or `tab`, not by `{text}`"))
    }
}

/// The mark between the whole part and the fraction of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1234.5`
    #[default]
    Point,
    /// `1234,5`
    Comma,
}

impl DecimalMark {
    /// The character.
    pub fn letter(self) -> char {
        match self {
            DecimalMark::Point => '.',
            DecimalMark::Comma => ',',
        }
    }
}

impl FromStr for DecimalMark {
    type Err = String;
    fn from_str(text: &str) -> Result<DecimalMark, String> {
        match text {
            "." => Ok(DecimalMark::Point),
            "," => Ok(DecimalMark::Comma),
            _ => Err(format!("a decimal mark is `.` or `,`, not `{text}`")),
        }
    }
}

/// Where a person states how a table is written; for hints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spelling {
    /// In a scenario: `decimal = ","`.
    #[default]
    Key,
    /// On the command line: `--decimal ','`.
    Flag,
}

/// How a table is written, as far as its text does not show.
#[derive(Debug, Clone, Default)]
pub struct Dialect {
    /// The delimiter of cells; by default found from the first line.
    pub delimiter: Option<Delimiter>,
    /// The mark before the fraction of a number; by default a point.
    pub decimal: Option<DecimalMark>,
    /// The contents of cells without a value, such as `NaN`.
    pub missing: Vec<String>,
    /// What plain numbers count as times since 1970; by default steps since the start of the run.
    pub epoch: Option<Epoch>,
    /// Where these options are stated.
    pub spelling: Spelling,
}

impl Dialect {
    /// The mark before the fraction of a number.
    pub fn decimal(&self) -> DecimalMark {
        self.decimal.unwrap_or_default()
    }
    /// Whether a cell stands for no value.
    pub fn is_missing(&self, said: &str) -> bool {
        self.missing.iter().any(|missing| missing == said)
    }
    /// What an option is called here: `` `unit` `` or `` `--unit` ``.
    pub fn name(&self, name: &str) -> String {
        match self.spelling {
            Spelling::Key => format!("`{name}`"),
            Spelling::Flag => format!("`--{name}`"),
        }
    }
    /// How to write an option here: `decimal = ","` or `--decimal ','`.
    pub fn option(&self, name: &str, value: &str) -> String {
        match self.spelling {
            Spelling::Key => format!("{name} = \"{value}\""),
            Spelling::Flag => format!("--{name} '{value}'"),
        }
    }
}
