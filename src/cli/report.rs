//! `vpcsim report`: shows again what `run --out` left in a folder, as `run` showed it. Nothing runs; what it reads is
//! checked against the folder's index.

use super::args::{NotebookArgs, ReportArgs};
use super::exit::Exit;
use super::folder::{self, INDEX};
use super::html::TEXT_WIDTH;
use super::notebooks::Notebooks;
use super::output::{Content, OutputFile, Outputs, Place};
use super::run_output::{text, verdict};
use crate::report::{self, Artifact, FolderIndex, Page, RunPage, Snapshot, WrongStored};
use crate::scenario::Diagnostic;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How to get a folder that is complete.
const AGAIN: &str = "run the scenario again with --out and --force";
/// How to get one if this one cannot be replaced: what an earlier run left is known by its index.
const ELSEWHERE: &str = "run the scenario again with --out and another folder";

/// Draws what was asked for; the exit code is that of the run.
pub(super) fn report(args: &ReportArgs, quiet: bool, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let stored = Stored::open(&args.folder).map_err(|wrong| vec![wrong])?;
    let mut snapshot = stored.report().map_err(|wrong| vec![wrong])?;
    // As the run showed it.
    let series = if stored.index.shows_series { None } else { snapshot.intervals.take() };
    let to = args.report_to();
    let page = if args.json || args.output.is_some() { Page::PIPE } else { to.page(verbose > 0) };
    // Quiet is for a stream that somebody watches: a file that was asked for has its report in any case.
    let is_told = !quiet || args.output.is_some() || snapshot.partial || !snapshot.demands_met();
    let told = match args.json {
        true => report::json(&snapshot),
        false if is_told => text(&snapshot, &Page { verbose: verbose > 0, ..page }),
        false => String::new(),
    };
    let files = Files::claim(args, &stored, &told)?;
    let html = files.html.map(|file| Ok((file, stored.page(&snapshot)?))).transpose().map_err(|wrong| vec![wrong])?;
    let printed = match files.output {
        Some(file) => file.write(&told),
        None => to.write(&told, &page),
    };
    let html = html.map(|(file, html)| file.write(&html));
    let metrics = files.metrics.map(|file| file.write(&report::metrics(&snapshot)));
    snapshot.intervals = snapshot.intervals.or(series);
    let csv = files.csv.map(|file| file.write(&report::intervals_csv(&snapshot)));
    let written = html.max(metrics).max(csv).unwrap_or(Exit::Done).max(files.notebooks.write(&snapshot, None));
    Ok(verdict(&snapshot).max(printed).max(written))
}

/// The files that were asked for.
struct Files {
    output: Option<OutputFile>,
    html: Option<OutputFile>,
    csv: Option<OutputFile>,
    metrics: Option<OutputFile>,
    notebooks: Notebooks,
}

impl Files {
    /// Checks that all of them can be written, the report among them.
    fn claim(args: &ReportArgs, stored: &Stored, report: &str) -> Result<Files, Vec<Diagnostic>> {
        let mut outputs = Outputs::new(stored.places(), args.force);
        let output = args.output.as_deref().map(|path| outputs.file(path, Content::Text(report)));
        let output = output.transpose().map_err(|wrong| vec![wrong])?;
        let mut file = |path: &Option<PathBuf>, artifact| {
            let claimed = path.as_deref().map(|path| outputs.file(path, Content::Artifact(artifact)));
            claimed.transpose().map_err(|wrong| vec![wrong])
        };
        let notebooks = NotebookArgs { hgrm: None, parquet: args.parquet.clone() };
        Ok(Files {
            output,
            html: file(&args.html, Artifact::Page)?,
            csv: file(&args.csv, Artifact::Intervals)?,
            metrics: file(&args.metrics, Artifact::Metrics)?,
            notebooks: Notebooks::claim(&notebooks, &mut file)?,
        })
    }
}

/// A folder that a run left.
struct Stored {
    path: PathBuf,
    index: FolderIndex,
}

impl Stored {
    fn open(path: &Path) -> Result<Stored, Diagnostic> {
        let name = path.join(INDEX).display().to_string();
        let text = fs::read_to_string(path.join(INDEX)).map_err(|error| match error.kind() {
            ErrorKind::NotFound if path.is_dir() => {
                let message = format!("{} holds no {INDEX}: it is written last, when a run has ended", path.display());
                Diagnostic::plain(&name, message, Some(format!("name a folder that run --out left, or {ELSEWHERE}")))
            }
            _ => cannot(path, &error, Some("name a folder that run --out left".into())),
        })?;
        let index = report::folder_index(&text).map_err(|wrong| complaint(&name, &wrong, ELSEWHERE))?;
        Ok(Stored { path: path.to_owned(), index })
    }

    /// All of its files: none is written to.
    fn places(&self) -> Vec<Place> {
        let names = self.index.files.iter().map(|file| file.name.as_str()).chain([INDEX]);
        names.filter_map(|name| Place::of(&self.path.join(name)).ok()).collect()
    }

    fn report(&self) -> Result<Snapshot, Diagnostic> {
        let name = self.path.join(folder::REPORT).display().to_string();
        report::stored_report(&self.text(folder::REPORT)?).map_err(|wrong| complaint(&name, &wrong, AGAIN))
    }

    /// The page of the run, which showed this.
    fn page(&self, snapshot: &Snapshot) -> Result<String, Diagnostic> {
        let has_bill = self.index.find(folder::BILL).is_some();
        let page = RunPage {
            report: report::json(snapshot),
            course: self.text(folder::COURSE)?,
            bill: has_bill.then(|| self.text(folder::BILL)).transpose()?,
            network: self.text(folder::NETWORK)?,
            text: report::text(snapshot, &Page::of_width(TEXT_WIDTH)),
        };
        report::run_page(&page).map_err(|wrong| {
            let name = self.path.display().to_string();
            Diagnostic::plain(&name, format!("{name}: {wrong}"), Some(hint(&wrong.why, AGAIN)))
        })
    }

    /// A text in it, as the run left it.
    fn text(&self, name: &str) -> Result<String, Diagnostic> {
        let path = self.path.join(name);
        let shown = path.display().to_string();
        let wrong = |why: String| Diagnostic::plain(&shown, format!("{shown} {why}"), Some(AGAIN.into()));
        let Some(stated) = self.index.find(name) else {
            return Err(wrong(format!("is not in {INDEX}")));
        };
        let content = fs::read(&path).map_err(|error| cannot(&path, &error, Some(AGAIN.into())))?;
        let (bytes, xxh3) = folder::digest(&*content).map_err(|error| cannot(&path, &error, Some(AGAIN.into())))?;
        if bytes != stated.bytes {
            return Err(wrong(format!("is damaged: it has {bytes} bytes, and {INDEX} says {}", stated.bytes)));
        }
        if xxh3 != stated.xxh3 {
            return Err(wrong(format!("is damaged: it is not what {INDEX} says")));
        }
        String::from_utf8(content).map_err(|_| wrong("is damaged: it is not UTF-8".into()))
    }
}

fn cannot(path: &Path, error: &io::Error, hint: Option<String>) -> Diagnostic {
    let name = path.display().to_string();
    Diagnostic::plain(&name, format!("cannot read {name}: {error}"), hint)
}

fn complaint(name: &str, wrong: &WrongStored, again: &str) -> Diagnostic {
    Diagnostic::plain(name, format!("{name}: {wrong}"), Some(hint(wrong, again)))
}

/// `again` is how to get what is not wrong.
fn hint(wrong: &WrongStored, again: &str) -> String {
    match wrong {
        WrongStored::Version { found, known } if found > known => format!("use a newer vpcsim, or {again}"),
        _ => again.to_owned(),
    }
}
