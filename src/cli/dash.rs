//! `-` on the command line: standard input where something is read, standard output where something is written. A file
//! of that name is `./-`. It reads and writes nothing.

use std::path::Path;

/// The name of standard input in complaints and reports.
pub(super) const STDIN: &str = "<stdin>";

/// Whether a name means a stream.
pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The name of an input in complaints and reports.
pub(super) fn input_name(path: &Path) -> String {
    if is_dash(path) { STDIN.into() } else { path.display().to_string() }
}
