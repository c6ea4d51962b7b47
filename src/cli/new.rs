//! `vpcsim new`: a scenario to start from, or one of a given size, on stdout or in a new file.

use super::args::NewArgs;
use super::exit::Exit;
use super::output::{self, Content, Outputs};
use crate::scaffold;
use crate::scenario::Diagnostic;

/// Writes the scenario; 2 if there is none of that size, or if the file already exists.
pub(super) fn new(args: &NewArgs) -> Result<Exit, Vec<Diagnostic>> {
    let text = match args.scale.map(scaffold::scaled) {
        None => scaffold::STARTER.to_owned(),
        Some(Ok(text)) => text,
        Some(Err(wrong)) => {
            output::talk(&format!("vpcsim: {wrong}"));
            return Ok(Exit::CannotDo);
        }
    };
    let Some(path) = &args.output else { return Ok(output::stdout(&text)) };
    let file = Outputs::new(Vec::new(), args.force).file(path, Content::Text(&text)).map_err(|wrong| vec![wrong])?;
    Ok(file.write(&text))
}
