//! `vpcsim import`: other people's files -> scenarios, on stdout or into a folder beside a copy of what they refer to.

use super::args::{ImportCommand, ImportSeriesArgs};
use super::exit::Exit;
use super::output::{self, OutputError};
use super::run::complain;
use super::tables;
use crate::import::{self, SeriesOptions};
use crate::scenario::Diagnostic;
use std::path::Path;

/// Imports every file; 2 if one cannot be.
pub(super) fn import(command: &ImportCommand) -> Result<Exit, OutputError> {
    match command {
        ImportCommand::Series(args) => series(args),
    }
}

fn series(args: &ImportSeriesArgs) -> Result<Exit, OutputError> {
    if args.output.is_none() && args.files.len() > 1 {
        output::talk("vpcsim: several files need a folder to go to: -o DIR");
        return Ok(Exit::CannotDo);
    }
    let mut exit = Exit::Done;
    for file in &args.files {
        let read = tables::read(file);
        let made = read.and_then(|text| scenario(args, file, &text).map(|scenario| (scenario, text)));
        match made {
            Ok((scenario, text)) => {
                for line in scenario.lines().filter_map(|line| line.strip_prefix("# Left out: ")) {
                    output::talk(&format!("vpcsim: {}: left out {line}", file.display()));
                }
                write(args.output.as_deref(), file, &scenario, &text)?;
            }
            Err(complaints) => {
                complain(&complaints);
                exit = Exit::CannotDo;
            }
        }
    }
    Ok(exit)
}

fn scenario(args: &ImportSeriesArgs, file: &Path, text: &str) -> Result<String, Vec<Diagnostic>> {
    let options = SeriesOptions {
        unit: args.unit.unit,
        unit_text: args.unit.text.clone(),
        step: args.step,
        scale: args.scale,
        delay: args.delay,
        zone: args.zone.clone(),
        dialect: args.table.dialect(),
    };
    // In a folder, the scenario stands beside a copy of the file; on stdout, nobody knows where it will stand.
    let named = if args.output.is_some() { file.file_name().map(Path::new).unwrap_or(file) } else { file };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let made = import::series(&name, &named.to_string_lossy(), text, &options);
    made.map_err(|complaints| tables::diagnostics(&file.display().to_string(), text, complaints))
}

fn write(folder: Option<&Path>, file: &Path, scenario: &str, text: &str) -> Result<(), OutputError> {
    let Some(folder) = folder else { return output::stdout(scenario) };
    output::folder(folder)?;
    let beside = folder.join(file.file_name().unwrap_or_default());
    // The folder may be the one the file is in.
    if std::fs::canonicalize(file).ok() != std::fs::canonicalize(&beside).ok() {
        output::file(&beside, text)?;
    }
    output::file(&beside.with_extension("toml"), scenario)
}
