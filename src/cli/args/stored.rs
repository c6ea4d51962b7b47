//! The arguments of `vpcsim report`: what is drawn from a stored run, and where it goes.

use super::super::output::Destination;
use clap::{ArgGroup, Args as ClapArgs};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("written").multiple(true))]
pub(in super::super) struct ReportArgs {
    /// A folder that `run --out` left
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The report, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the report to this file instead of standard output
    #[arg(short, long, value_name = "FILE", group = "written")]
    pub output: Option<PathBuf>,
    /// Write the report as one page for browsers; - is standard output, and the report then goes to standard error
    #[arg(long, value_name = "FILE", group = "written")]
    pub html: Option<PathBuf>,
    /// Write the interval series as CSV; - works as with --html
    #[arg(long, value_name = "FILE", group = "written")]
    pub csv: Option<PathBuf>,
    /// Write the interval series as Parquet; - works as with --html
    #[arg(long, value_name = "FILE", group = "written")]
    pub parquet: Option<PathBuf>,
    /// Write what was measured as OpenMetrics text; - works as with --html
    #[arg(long, value_name = "FILE", group = "written")]
    pub metrics: Option<PathBuf>,
    /// Let these files replace files that are not earlier ones of the same kind
    #[arg(long, requires = "written")]
    pub force: bool,
}

impl ReportArgs {
    /// Where the report goes, unless to a file.
    pub(in super::super) fn report_to(&self) -> Destination {
        Destination::beside(&[&self.html, &self.csv, &self.parquet, &self.metrics])
    }
}
