//! `vpcsim run --html`: gathers the documents that the page of a run is made of, while it goes and when it has ended.
//! What the page looks like is decided elsewhere.

use super::bill_input;
use super::files::Disk;
use crate::engine::{Pass, Run};
use crate::metering::{Bill, Metered, Terms};
use crate::recording::course::{Course, POINTS_MAX, round_interval};
use crate::report::{self, CourseReport, Invoice, Page, RunPage, Snapshot};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::{SimDuration, SimTime, grouped};

/// Columns of the text in a page.
pub(super) const TEXT_WIDTH: usize = 100;

/// What looks on for a page, and what its bill needs.
pub(super) struct Paging {
    course: Course,
    terms: Terms,
    name: String,
    file: String,
    /// What is said about the scenario, which the bill says too.
    remarks: Vec<String>,
}

impl Paging {
    /// Before the run of a scenario; the course has these intervals, or as many as a chart shows.
    ///
    /// # Errors
    /// There are too many intervals, or the scenario's price book is wrong.
    pub(super) fn begin(
        scenario: &Scenario,
        interval: Option<SimDuration>,
        disk: &Disk,
    ) -> Result<Paging, Vec<Diagnostic>> {
        let Scenario { file, network, plan, warnings, .. } = scenario;
        let interval = interval.unwrap_or_else(|| round_interval(network, plan));
        let points = plan.duration.since(SimTime::ZERO).as_nanos().div_ceil(interval.as_nanos().max(1));
        if points > POINTS_MAX {
            let (points, most) = (grouped(points), grouped(POINTS_MAX));
            let message = format!("--interval {interval} makes {points} points, and a page has at most {most}");
            return Err(vec![Diagnostic::plain(file, message, Some("use a longer interval, or none".into()))]);
        }
        let terms = bill_input::terms_by(None, scenario, disk)?;
        let remarks = warnings.iter().map(Diagnostic::headline).collect();
        Ok(Paging { course: Course::new(interval), terms, name: plan.name.clone(), file: file.clone(), remarks })
    }

    /// Who looks on.
    pub(super) fn pass(&self) -> &dyn Pass {
        &self.course
    }

    /// What only a finished run can tell; `network` is its picture.
    pub(super) fn parts(&self, run: &Run, network: String) -> PageParts {
        let mut invoice =
            Invoice::of(&Bill::of(&Metered::of(run).series, &self.terms), &self.terms, &self.name, &self.file);
        invoice.partial = !run.is_done();
        invoice.notes.extend(self.remarks.iter().cloned());
        PageParts {
            course: CourseReport::of(run, &self.course),
            bill: (!invoice.lines.is_empty()).then_some(invoice),
            network,
        }
    }
}

/// What a page has besides the report.
pub(super) struct PageParts {
    course: CourseReport,
    bill: Option<Invoice>,
    network: String,
}

impl PageParts {
    /// The documents of the page of this run.
    pub(super) fn documents(&self, snapshot: &Snapshot) -> RunPage {
        RunPage {
            report: report::json(snapshot),
            course: report::course_json(&self.course),
            bill: self.bill.as_ref().map(report::invoice_json),
            network: self.network.clone(),
            text: report::text(snapshot, &Page::of_width(TEXT_WIDTH)),
        }
    }

    /// The page of this run.
    pub(super) fn page(&self, snapshot: &Snapshot) -> String {
        report::run_page(&self.documents(snapshot)).expect("the documents are those that were just made")
    }
}
