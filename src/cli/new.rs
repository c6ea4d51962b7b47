//! `vpcsim new`: a scenario to start from, one of a given size, or a lesson, on stdout or in a new file.

use super::args::NewArgs;
use super::exit::Exit;
use super::lesson;
use super::output::{self, Content, Outputs};
use crate::notation::list_some;
use crate::scaffold;
use crate::scenario::Diagnostic;

/// Writes the scenario; 2 if there is none of that size or no such lesson, or if the file already exists.
pub(super) fn new(args: &NewArgs) -> Result<Exit, Vec<Diagnostic>> {
    let text = match (&args.begin.lesson, args.scale.map(scaffold::scaled)) {
        (Some(name), _) => begun(name, args.begin.stage.as_deref())?,
        (None, None) => scaffold::STARTER.to_owned(),
        (None, Some(Ok(text))) => text,
        (None, Some(Err(wrong))) => {
            output::talk(&format!("vpcsim: {wrong}"));
            return Ok(Exit::CannotDo);
        }
    };
    let Some(path) = &args.output else { return Ok(output::stdout(&text)) };
    let file = Outputs::new(Vec::new(), args.force).file(path, Content::Text(&text)).map_err(|wrong| vec![wrong])?;
    Ok(file.write(&text))
}

/// The file of a lesson, at its start or where one of its stages begins.
fn begun(name: &str, stage: Option<&str>) -> Result<String, Vec<Diagnostic>> {
    let shipped = lesson::find(name)?;
    let Some(stage) = stage else { return Ok(shipped.start.to_owned()) };
    if let Some(text) = shipped.file_at(stage)? {
        return Ok(text);
    }
    let stages = shipped.lesson()?.stages;
    let hint = format!("its stages are {}", list_some(stages.iter().map(|stage| stage.name.as_str())));
    Err(vec![Diagnostic::plain(name, format!("the lesson has no stage called `{stage}`"), Some(hint))])
}
