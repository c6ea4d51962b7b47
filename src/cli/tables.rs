//! Text files beside the scenario: reads them, and shows what is wrong with them as complaints about scenarios are
//! shown.

use super::files::Disk;
use crate::notation::{Complaint, decode};
use crate::scenario::{Diagnostic, Files, Source};
use std::path::Path;
use std::sync::Arc;

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is no text.
pub(super) fn read(file: &Path, disk: &Disk) -> Result<String, Vec<Diagnostic>> {
    let name = file.display().to_string();
    let plain = |message: String, hint| vec![Diagnostic::plain(&name, message, hint)];
    let bytes = disk.read(file).map_err(|wrong| plain(format!("cannot read {name}: {wrong}"), None))?;
    decode(&bytes).map_err(|wrong| plain(format!("{name}: {}", wrong.message), wrong.hint))
}

/// The complaints about the text of `file`, each with its place.
pub(super) fn diagnostics(file: &str, text: &str, complaints: Vec<Complaint>) -> Vec<Diagnostic> {
    let source = Arc::new(Source::new(file, text.to_owned()));
    let diagnostic = |complaint: Complaint| {
        let mut diagnostic = Diagnostic::plain(file, complaint.message, complaint.hint);
        diagnostic.source = source.clone();
        diagnostic.labels = vec![(complaint.span, String::new())];
        diagnostic
    };
    complaints.into_iter().map(diagnostic).collect()
}
