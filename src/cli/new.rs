//! `vpcsim new`: a scenario to start from, or one of a wanted size, on stdout or into a file that is not there yet.

use super::args::NewArgs;
use super::exit::Exit;
use super::output::{self, OutputError};
use crate::scaffold;

/// Writes the scenario; 2 if there is none of that size, or the file is there already.
pub(super) fn new(args: &NewArgs) -> Result<Exit, OutputError> {
    let text = match args.scale.map(scaffold::scaled) {
        None => scaffold::STARTER.to_owned(),
        Some(Ok(text)) => text,
        Some(Err(wrong)) => {
            output::talk(&format!("vpcsim: {wrong}"));
            return Ok(Exit::CannotDo);
        }
    };
    let Some(path) = &args.output else {
        output::stdout(&text)?;
        return Ok(Exit::Done);
    };
    if path.exists() && !args.force {
        output::talk(&format!("vpcsim: {} is there already; --force writes over it", path.display()));
        return Ok(Exit::CannotDo);
    }
    output::file(path, &text)?;
    Ok(Exit::Done)
}
