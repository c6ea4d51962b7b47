//! What is refused, told alike by every subcommand: to people on stderr, to programs as one document on stdout. The
//! complaints are made elsewhere.

use super::exit::Exit;
use super::output::{say, stdout, talk_page};
use crate::notation;
use crate::report;
use crate::scenario::Diagnostic;
use serde_json::Value;

/// Ends a command that refuses what it was given.
pub(super) fn refuse(complaints: &[Diagnostic], json: bool) -> Exit {
    complain(complaints);
    if json {
        stdout(&report::complaints_json(&entries(complaints)));
    }
    Exit::CannotDo
}

/// Tells people.
pub(super) fn complain(complaints: &[Diagnostic]) {
    let page = talk_page();
    notation::told(complaints, page.width, page.colours).iter().for_each(|text| say(text, &page));
}

/// Complaints for programs.
pub(super) fn entries(complaints: &[Diagnostic]) -> Vec<Value> {
    complaints.iter().map(Diagnostic::json).collect()
}
