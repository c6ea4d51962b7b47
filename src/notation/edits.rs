//! The changes that the command line makes to a text before it is read, so that they pass the same checks as the text:
//! keys to set (`overrides`) and actions to add (`actions`).

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

/// Applies all edits in order; a key that is set belongs to the text, never to an added action.
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
