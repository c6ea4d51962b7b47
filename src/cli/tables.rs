//! Reads text files beside the scenario, or complains in the form of complaints about scenarios.

use super::dash::input_name;
use super::files::Disk;
use crate::notation::{Source, decode};
use crate::scenario::Diagnostic;
use std::path::Path;

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is not text.
pub(super) fn read(file: &Path, disk: &Disk) -> Result<Source, Vec<Diagnostic>> {
    let name = input_name(file);
    let plain = |message: String, hint| vec![Diagnostic::plain(&name, message, hint)];
    let bytes = disk.read_named(file).map_err(|wrong| plain(format!("cannot read {name}: {wrong}"), None))?;
    let text = decode(&bytes).map_err(|wrong| plain(format!("{name}: {}", wrong.message), wrong.hint))?;
    Ok(Source::new(name, text))
}
