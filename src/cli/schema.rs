//! `vpcsim schema`: the JSON Schema of scenario files, from the same tables that read them.

use super::exit::Exit;
use super::output;
use crate::scenario;

/// Prints it.
pub(super) fn schema() -> Exit {
    output::stdout(&format!("{:#}\n", scenario::schema()))
}
