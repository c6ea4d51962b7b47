//! Refusals, reported in the same way by every subcommand: to people on stderr, to programs as one document in place of
//! the report. The complaints are made elsewhere.

use super::exit::Exit;
use super::output::{Destination, say, talk_page};
use crate::notation;
use crate::report::{self, Page};
use crate::scenario::Diagnostic;
use serde_json::Value;

/// Ends a command that refuses its input; with `--json`, the complaints go where the report would.
pub(super) fn refuse(complaints: &[Diagnostic], json: Option<Destination>) -> Exit {
    complain(complaints);
    if let Some(destination) = json {
        destination.write(&report::complaints_json(&entries(complaints)), &Page::PIPE);
    }
    Exit::CannotDo
}

/// Prints the complaints for people.
pub(super) fn complain(complaints: &[Diagnostic]) {
    let page = talk_page();
    notation::told(complaints, page.width, page.colours).iter().for_each(|text| say(text, &page));
}

/// Prints the complaints for programs.
pub(super) fn entries(complaints: &[Diagnostic]) -> Vec<Value> {
    complaints.iter().map(Diagnostic::json).collect()
}
