//! `vpcsim import`: files in other formats -> scenarios, on stdout or in a folder beside a copy of the files they refer
//! to.

use super::args::{ImportCommand, ImportSeriesArgs};
use super::complaint::complain;
use super::dash::{input_name, is_dash};
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, Content, OutputFile, Outputs, Place};
use super::tables;
use crate::import::{self, SeriesOptions};
use crate::notation::Source;
use crate::scenario::Diagnostic;
use std::path::Path;

/// Imports every file; 2 if one cannot be imported.
pub(super) fn import(command: &ImportCommand) -> Result<Exit, Vec<Diagnostic>> {
    match command {
        ImportCommand::Series(args) => series(args),
    }
}

/// A file that was read, and the scenario made from it.
struct Imported<'a> {
    file: &'a Path,
    source: Source,
    scenario: String,
}

fn series(args: &ImportSeriesArgs) -> Result<Exit, Vec<Diagnostic>> {
    let needs_folder = match &args.files[..] {
        [file] if !is_dash(file) => None,
        [_] => Some("a scenario names its table, which standard input is not: it needs a folder to go to: -o DIR"),
        _ => Some("several files need a folder to go to: -o DIR"),
    };
    if let Some(why) = needs_folder.filter(|_| folder(args).is_none()) {
        output::talk(&format!("vpcsim: {why}"));
        return Ok(Exit::CannotDo);
    }
    let disk = Disk::default();
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for file in &args.files {
        match read(args, file, &disk) {
            Ok(imported) => all.push(imported),
            Err(complaints) => {
                complain(&complaints);
                exit = Exit::CannotDo;
            }
        }
    }
    let Some(folder) = folder(args) else {
        return Ok(all.iter().map(|imported| output::stdout(&imported.scenario)).fold(exit, Exit::max));
    };
    // All files are claimed before the first is written.
    let claimed = claim(&all, folder, Outputs::new(disk.inputs(), args.force)).map_err(|wrong| vec![wrong])?;
    Ok(claimed.into_iter().map(|(file, text)| file.write(text)).fold(exit, Exit::max))
}

/// The folder to write to; none if the scenario goes to standard output.
fn folder(args: &ImportSeriesArgs) -> Option<&Path> {
    args.output.as_deref().filter(|folder| !is_dash(folder))
}

/// The name of the table beside its scenario: a table from standard input has no name of its own.
fn table_name(file: &Path) -> &Path {
    if is_dash(file) { Path::new("stdin.csv") } else { file.file_name().map_or(file, Path::new) }
}

fn read<'a>(args: &ImportSeriesArgs, file: &'a Path, disk: &Disk) -> Result<Imported<'a>, Vec<Diagnostic>> {
    let source = tables::read(file, disk)?;
    let scenario = scenario(args, file, &source)?;
    for line in scenario.lines().filter_map(|line| line.strip_prefix("# Left out: ")) {
        output::talk(&format!("vpcsim: {}: left out {line}", input_name(file)));
    }
    Ok(Imported { file, source, scenario })
}

fn scenario(args: &ImportSeriesArgs, file: &Path, source: &Source) -> Result<String, Vec<Diagnostic>> {
    let options = SeriesOptions {
        unit: args.unit.unit,
        unit_text: args.unit.text.clone(),
        step: args.step,
        scale: args.scale,
        delay: args.delay,
        zone: args.zone.clone(),
        dialect: args.table.dialect(),
    };
    // In a folder, the scenario is next to a copy of the file; on stdout, its final location is unknown.
    let named = if folder(args).is_some() { table_name(file) } else { file };
    let name = table_name(file).file_stem().unwrap_or_default().to_string_lossy();
    import::series(&name, &named.to_string_lossy(), source, &options)
}

/// Each scenario, and the copy beside it unless the file itself is already there; each with its content.
fn claim<'a>(
    all: &'a [Imported<'_>],
    folder: &Path,
    mut outputs: Outputs,
) -> Result<Vec<(OutputFile, &'a str)>, Diagnostic> {
    let into = outputs.folder(folder)?;
    let mut claimed = Vec::new();
    for Imported { file, source, scenario } in all {
        let text = source.text();
        let copy = table_name(file);
        if is_dash(file) || !is_same(file, &folder.join(copy)) {
            claimed.push((outputs.file_in(&into, copy, Content::Text(text))?, text));
        }
        let made = copy.with_extension("toml");
        claimed.push((outputs.file_in(&into, &made, Content::Text(scenario))?, scenario.as_str()));
    }
    Ok(claimed)
}

/// Whether both paths lead to the same file.
fn is_same(file: &Path, other: &Path) -> bool {
    Place::of(file).is_ok_and(|file| Place::of(other).is_ok_and(|other| file.is(&other)))
}
