//! A column of a text table: its content, the width it needs, and what happens to it where there is no room. It holds
//! no cell.

/// Spaces between two columns.
pub const GAP: usize = 2;

/// The content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Names, left-aligned.
    Text,
    /// Quantities, right-aligned.
    Number,
    /// Sentences, in the last column: beside their row or, where there is no room, below it.
    Prose,
}

/// A column, and what happens to it where there is no room.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// Its content.
    pub kind: Kind,
    /// A key, which identifies the row: every block has it.
    pub is_key: bool,
    /// The first of the columns that move below together when they do not all fit beside each other.
    pub opens: bool,
    /// Stays with the column before it and shares its title.
    pub is_joined: bool,
    /// Left out first.
    pub is_minor: bool,
}

/// A column of names.
pub const fn text(title: &'static str) -> Column {
    Column { title, kind: Kind::Text, is_key: false, opens: false, is_joined: false, is_minor: false }
}

/// A column of quantities.
pub const fn number(title: &'static str) -> Column {
    Column { kind: Kind::Number, ..text(title) }
}

/// A column of sentences.
pub const fn prose(title: &'static str) -> Column {
    Column { kind: Kind::Prose, ..text(title) }
}

impl Column {
    /// Marks it as a key.
    pub const fn key(self) -> Column {
        Column { is_key: true, ..self }
    }
    /// A table that is too wide continues below from this column on.
    pub const fn opens(self) -> Column {
        Column { opens: true, ..self }
    }
    /// Keeps it with the column before it.
    pub const fn joined(self) -> Column {
        Column { is_joined: true, ..self }
    }
    /// Marks it as the least informative.
    pub const fn minor(self) -> Column {
        Column { is_minor: true, ..self }
    }
}

/// The width a column needs.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The column.
    pub column: Column,
    /// For every cell and the title on one line.
    pub whole: usize,
    /// The same with the title on several lines.
    pub narrow_title: usize,
    /// With every cell on several lines.
    pub least: usize,
}
