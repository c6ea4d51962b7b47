//! `vpcsim schema`: the JSON Schema of scenario files, from the same tables that read them.

use super::exit::Exit;
use super::output::{self, OutputError};
use crate::scenario;

/// Prints it.
pub(super) fn schema() -> Result<Exit, OutputError> {
    output::stdout(&format!("{:#}\n", scenario::schema()))?;
    Ok(Exit::Done)
}
