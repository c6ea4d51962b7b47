//! The page of a run: what it is made of, and what of it can be read without script: question, answer, network.

use super::documents::{Document, WrongDocument};
use super::page::{Frame, text};
use crate::report::bill::{INVOICE_FORMAT, INVOICE_VERSION};
use crate::report::format::words::counted;
use crate::report::run::verdict::Verdict;
use crate::report::run::{Books, COURSE_FORMAT, COURSE_VERSION, FORMAT, Snapshot, VERSION};
use crate::units::{SimTime, grouped};

/// What the page of a run is made of: documents that are complete without it.
#[derive(Debug, Clone)]
pub struct RunPage {
    /// The run: [`crate::report::json()`].
    pub report: String,
    /// Its course: [`crate::report::course_json`].
    pub course: String,
    /// What it costs, if anything is billed: [`crate::report::invoice_json`].
    pub bill: Option<String>,
    /// The network at the end of the run, with its loads: [`crate::report::network_svg`].
    pub network: String,
    /// The report as text, in lines of any length, without colour: [`crate::report::text`].
    pub text: String,
}

/// The page of a run, as one HTML document. The same documents give the same bytes.
///
/// # Errors
/// A document is not of its format.
pub fn run_page(page: &RunPage) -> Result<String, WrongDocument> {
    let report = Document::read(&page.report, "the report", (FORMAT, VERSION))?;
    let course = Document::read(&page.course, "the course", (COURSE_FORMAT, COURSE_VERSION))?;
    let said: Snapshot = report.said()?;
    // The course has them, and more of them.
    let mut documents = vec![("report", report.without("intervals").embedded()), ("course", course.embedded())];
    if let Some(bill) = &page.bill {
        let bill = Document::read(bill, "the bill", (INVOICE_FORMAT, INVOICE_VERSION))?;
        documents.push(("bill", bill.embedded()));
    }
    let frame = Frame {
        title: &format!("{} - vpcsim run", said.scenario),
        answer: answer(&said),
        sections: network(&page.network),
        text: &page.text,
        documents,
    };
    Ok(frame.page())
}

fn answer(said: &Snapshot) -> String {
    let question = said.question.as_ref().unwrap_or(&said.scenario);
    let mut out = String::new();
    if !question.starts_with(&said.scenario) {
        out += &format!("<p class=\"eyebrow\">{}</p>\n", text(&said.scenario));
    }
    out += &format!("<h1>{}</h1>\n", text(question));
    let verdict = Verdict::of(said);
    let (sentences, tone) = sentences(said, &verdict);
    out += &format!("<p class=\"verdict {tone}\">{}</p>\n", text(&sentences));
    let astray = verdict.astray.iter().map(|(action, outcome)| format!("{action}: {outcome}"));
    let failures: Vec<String> = verdict.failed.iter().cloned().chain(astray).collect();
    if !failures.is_empty() {
        let items: String = failures.iter().map(|failure| format!("<li>{}</li>\n", text(failure))).collect();
        out += &format!("<ul class=\"failures\">\n{items}</ul>\n");
    }
    out + &format!("<p class=\"facts\">{}</p>\n", text(&facts(said))) + &books(&said.packets)
}

/// The answer in sentences, and its tone.
fn sentences(said: &Snapshot, verdict: &Verdict) -> (String, &'static str) {
    let parts = [&verdict.interrupted, &verdict.expectations, &verdict.actions].into_iter().flatten();
    let mut sentences: Vec<String> = parts.map(|part| format!("{part}.")).collect();
    if sentences.is_empty() {
        let Books { emitted, delivered, .. } = said.packets;
        sentences.push(format!("{} of {} delivered.", grouped(delivered), counted(emitted, "packet")));
    }
    let tone = match (said.demands_met(), said.partial || verdict.unknown > 0) {
        (false, _) => "bad",
        (true, true) => "caution",
        (true, false) if said.expectations.is_empty() && said.timeline.is_empty() => "plain",
        (true, false) => "good",
    };
    (sentences.join(" "), tone)
}

fn facts(said: &Snapshot) -> String {
    format!("{} of virtual time, seed {} ({})", said.reached.since(SimTime::ZERO), said.seed, said.file)
}

fn books(packets: &Books) -> String {
    let Books { emitted, delivered, dropped, in_flight } = *packets;
    let parts = [("emitted", emitted), ("delivered", delivered), ("dropped", dropped), ("in flight", in_flight)];
    let part = |(name, count)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", grouped(count));
    format!("<dl class=\"books\" aria-label=\"Packets\">\n{}</dl>\n", parts.map(part).concat())
}

/// The picture of the network as a part of the page.
fn network(picture: &str) -> String {
    let svg = picture.find("<svg").map_or("", |at| &picture[at..]);
    // In a page the name space goes without saying.
    let svg = svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    format!(
        "<section id=\"network\" aria-labelledby=\"network-title\">\n<h2 id=\"network-title\">Network</h2>\n\
         <div class=\"card network\" tabindex=\"0\" role=\"region\" aria-label=\"Picture of the network\">\n{svg}\
         </div>\n\
         </section>\n"
    )
}
