//! What the command line changes of a text before it is read, so that it meets the same checks as the text: keys that
//! it sets (`overrides`) and actions that it adds (`actions`).

use super::actions;
use super::diagnostic::Complaints;
use super::document::Table;
use super::field::Language;
use super::overrides::{self, Override};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// `--set KEY=VALUE`
    Set(Override),
    /// `--do 'TIME VERB [VALUE] [KEY=VALUE …]'`
    Do(String),
}

/// Makes all of them, in their order; a key that is set is one of the text, never of an action that is added.
pub(super) fn apply(edits: &[Edit], language: &Language, table: &mut Table, out: &mut Complaints) {
    let mut added = Vec::new();
    for edit in edits {
        match edit {
            Edit::Set(wanted) => overrides::apply(wanted, language, table, out),
            Edit::Do(said) => added.push(said),
        }
    }
    for said in added {
        actions::add(said, language, table, out);
    }
}
