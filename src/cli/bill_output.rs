//! The files that `vpcsim bill` writes beside its report: FOCUS rows, monitoring, pictures. They are claimed before
//! anything runs; their content is defined elsewhere.

use super::args::BillArgs;
use super::complaint::complain;
use super::exit::Exit;
use super::files::Disk;
use super::html::TEXT_WIDTH;
use super::output::{Content, OutputFile, OutputFolder, Outputs, talk};
use crate::metering::{Series, Terms};
use crate::report::{self, Artifact, BillPage, Invoice, Page};
use crate::scenario::Diagnostic;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A bill and its sources.
pub(super) struct Made {
    pub invoice: Invoice,
    pub series: Vec<Series>,
    /// The monitoring of a run, if asked for.
    pub monitoring: Option<String>,
}

/// The files that were asked for.
pub(super) struct BillFiles<'a> {
    outputs: Outputs,
    focus: Option<(&'a Path, OutputFile)>,
    monitoring: Option<OutputFile>,
    html: Option<OutputFile>,
    pictures: Option<(&'a Path, OutputFolder)>,
}

impl BillFiles<'_> {
    /// Checks that all of them can be written.
    ///
    /// # Errors
    /// The reason why one cannot be written.
    pub(super) fn claim<'a>(args: &'a BillArgs, disk: &Disk) -> Result<BillFiles<'a>, Vec<Diagnostic>> {
        let mut outputs = Outputs::new(disk.inputs(), args.force);
        let mut file = |path: &Option<PathBuf>, artifact| {
            let claimed = path.as_deref().map(|path| outputs.file(path, Content::Artifact(artifact)));
            claimed.transpose().map_err(|wrong| vec![wrong])
        };
        let focus = args.csv.as_deref().zip(file(&args.csv, Artifact::Focus)?);
        let monitoring = file(&args.monitoring, Artifact::Monitoring)?;
        let html = file(&args.html, Artifact::Page)?;
        let pictures = args.svg.as_deref().map(|path| outputs.folder(path).map(|folder| (path, folder)));
        let pictures = pictures.transpose().map_err(|wrong| vec![wrong])?;
        Ok(BillFiles { outputs, focus, monitoring, html, pictures })
    }

    /// Writes every file that can be written.
    pub(super) fn write(mut self, made: &Made, terms: &Terms) -> Exit {
        let mut exit = Exit::Done;
        if let Some((path, file)) = self.focus.take() {
            if made.invoice.partial {
                let name = path.display();
                talk(&format!("vpcsim: interrupted; {name} is not written, for a part would be booked as the whole"));
            } else {
                exit = exit.max(file.write(&report::focus_csv(&made.invoice)));
            }
        }
        if let (Some(file), Some(monitoring)) = (self.monitoring.take(), &made.monitoring) {
            exit = exit.max(file.write(monitoring));
        }
        if let Some(file) = self.html.take() {
            exit = exit.max(file.write(&page(made)));
        }
        exit.max(self.draw(made, terms))
    }

    fn draw(mut self, made: &Made, terms: &Terms) -> Exit {
        let Some((path, folder)) = self.pictures.take() else { return Exit::Done };
        let pictures = report::pictures(&made.series, terms, made.invoice.partial);
        if pictures.is_empty() {
            talk(&format!("vpcsim: there is nothing to draw; nothing was written to {}", path.display()));
        }
        let mut exit = Exit::Done;
        for (name, picture) in distinct(pictures) {
            match self.outputs.file_in(&folder, Path::new(&name), Content::Artifact(Artifact::Picture)) {
                Ok(file) => exit = exit.max(file.write(&picture)),
                Err(wrong) => {
                    complain(&[wrong]);
                    exit = Exit::CannotDo;
                }
            }
        }
        exit
    }
}

/// The page of the bill.
fn page(made: &Made) -> String {
    let documents = BillPage {
        bill: report::invoice_json(&made.invoice),
        loads: report::loads_json(&made.series),
        text: report::invoice_text(&made.invoice, &Page::of_width(TEXT_WIDTH)),
    };
    report::bill_page(&documents).expect("the documents are those that were just made")
}

/// With a number if a name occurs again: a peering may have the name of one that was deleted.
fn distinct(pictures: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut names = BTreeSet::new();
    let name = |(name, picture): (String, String)| {
        let stem = name.trim_end_matches(".svg").to_owned();
        let numbered = (2..).map(|n| format!("{stem}-{n}.svg"));
        let free = std::iter::once(name).chain(numbered).find(|name| names.insert(name.clone()));
        (free.expect("there is always another number"), picture)
    };
    pictures.into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_one_name_are_numbered() {
        let named = |name: &str| (name.to_owned(), String::new());
        let made = distinct(["a-2017.svg", "a-2017.svg", "b.svg", "a-2017-2.svg", "a-2017.svg"].map(named).into());
        let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a-2017.svg", "a-2017-2.svg", "b.svg", "a-2017-2-2.svg", "a-2017-3.svg"]);
    }
}
