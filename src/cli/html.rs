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
    /// None if there is no bill, and why.
    terms: Result<Terms, String>,
    name: String,
    file: String,
    /// What is said about the scenario, which the bill says too.
    remarks: Vec<String>,
}

impl Paging {
    /// Before the run of a scenario; the course has these intervals, or as many as a chart shows. If the price book is
    /// wrong, there is no bill; `must_bill` makes that an error.
    ///
    /// # Errors
    /// There are too many intervals, or the scenario's price book is wrong.
    pub(super) fn begin(
        scenario: &Scenario,
        interval: Option<SimDuration>,
        must_bill: bool,
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
        let terms = match bill_input::terms_by(None, scenario, disk) {
            Err(complaints) if must_bill => return Err(complaints),
            terms => terms.map_err(|all| {
                let all: Vec<String> = all.iter().map(Diagnostic::headline).collect();
                format!("the price book is wrong: {}", all.join("; "))
            }),
        };
        let remarks = warnings.iter().map(Diagnostic::headline).collect();
        Ok(Paging { course: Course::new(interval), terms, name: plan.name.clone(), file: file.clone(), remarks })
    }

    /// Who looks on.
    pub(super) fn pass(&self) -> &dyn Pass {
        &self.course
    }

    /// What only a finished run can tell.
    pub(super) fn parts(&self, run: &Run) -> PageParts {
        let invoice = |terms: &Terms| {
            let bill = Bill::of(&Metered::of(run).series, terms);
            let mut invoice = Invoice::of(&bill, terms, &self.name, &self.file);
            invoice.partial = !run.is_done();
            invoice.notes.extend(self.remarks.iter().cloned());
            invoice
        };
        let bill = self.terms.as_ref().map(invoice).map_err(Clone::clone);
        let bill = bill.and_then(|bill| if bill.lines.is_empty() { Err(NOTHING.to_owned()) } else { Ok(bill) });
        PageParts { course: CourseReport::of(run, &self.course), bill }
    }
}

/// What a page has besides the report and the picture of the network.
pub(super) struct PageParts {
    course: CourseReport,
    /// Or why there is none.
    bill: Result<Invoice, String>,
}

/// Why there is no bill of a run that could be billed.
const NOTHING: &str = "there is nothing to bill";

impl PageParts {
    /// The documents of the page of this run; `network` is its picture.
    pub(super) fn documents(&self, snapshot: &Snapshot, network: String) -> RunPage {
        RunPage {
            report: report::json(snapshot),
            course: report::course_json(&self.course),
            bill: self.bill.as_ref().ok().map(report::invoice_json),
            network,
            text: report::text(snapshot, &Page::of_width(TEXT_WIDTH)),
        }
    }

    /// What the run costs, or why that is not known.
    pub(super) fn bill(&self) -> &Result<Invoice, String> {
        &self.bill
    }
}
