//! A column of a text table: what it holds, how much room it wants, and what becomes of it where there is none. It
//! holds no cell.

/// Spaces between two columns.
pub const GAP: usize = 2;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Names: at the left.
    Text,
    /// Quantities: at the right.
    Number,
    /// Sentences, in the last column: beside their row or, where there is no room for that, below it.
    Prose,
}

/// A column, and what becomes of it where there is no room.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Says which row it is: every block has it.
    pub is_key: bool,
    /// The first of those that go below together where all have no room beside each other.
    pub opens: bool,
    /// Stays with the column before it, whose title it shares.
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
    /// It says which row it is.
    pub const fn key(self) -> Column {
        Column { is_key: true, ..self }
    }
    /// A table that is too wide goes on below with it.
    pub const fn opens(self) -> Column {
        Column { opens: true, ..self }
    }
    /// It stays with the column before it.
    pub const fn joined(self) -> Column {
        Column { is_joined: true, ..self }
    }
    /// It tells least.
    pub const fn minor(self) -> Column {
        Column { is_minor: true, ..self }
    }
}

/// How much room a column wants.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The column.
    pub column: Column,
    /// For every cell and the title in one line.
    pub whole: usize,
    /// The same with the title in several lines.
    pub narrow_title: usize,
    /// With every cell in several lines.
    pub least: usize,
}
