//! The page of a run: what it is made of, and what of it can be read without script: question, answer, network.

use super::documents::{Document, WrongDocument};
use super::page::{Frame, text};
use crate::report::bill::{INVOICE_FORMAT, INVOICE_VERSION};
use crate::report::format::words::counted;
use crate::report::run::{COURSE_FORMAT, COURSE_VERSION, FORMAT, VERSION};
use crate::units::{SimTime, grouped};
use serde::Deserialize;

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

/// What the page says in words.
#[derive(Deserialize)]
struct Said {
    scenario: String,
    file: String,
    question: Option<String>,
    seed: u64,
    duration_ns: u64,
    reached_ns: u64,
    partial: bool,
    packets: Packets,
    expectations: Vec<Expectation>,
    timeline: Vec<Action>,
}

#[derive(Deserialize)]
struct Packets {
    emitted: u64,
    delivered: u64,
    dropped: u64,
    in_flight: u64,
}

#[derive(Deserialize)]
struct Expectation {
    subject: String,
    metric: String,
    expected: String,
    found: Option<String>,
    missing: Option<String>,
    held: Option<bool>,
}

#[derive(Deserialize)]
struct Action {
    time_ns: u64,
    action: String,
    outcome: String,
    as_expected: bool,
}

/// The page of a run, as one HTML document. The same documents give the same bytes.
///
/// # Errors
/// A document is not of its format.
pub fn run_page(page: &RunPage) -> Result<String, WrongDocument> {
    let report = Document::read(&page.report, "the report", (FORMAT, VERSION))?;
    let course = Document::read(&page.course, "the course", (COURSE_FORMAT, COURSE_VERSION))?;
    let said: Said = report.said()?;
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

fn answer(said: &Said) -> String {
    let question = said.question.as_ref().unwrap_or(&said.scenario);
    let mut out = String::new();
    if !question.starts_with(&said.scenario) {
        out += &format!("<p class=\"eyebrow\">{}</p>\n", text(&said.scenario));
    }
    out += &format!("<h1>{}</h1>\n", text(question));
    let (verdict, tone) = verdict(said);
    out += &format!("<p class=\"verdict {tone}\">{}</p>\n", text(&verdict));
    let failures = failures(said);
    if !failures.is_empty() {
        let items: String = failures.iter().map(|failure| format!("<li>{}</li>\n", text(failure))).collect();
        out += &format!("<ul class=\"failures\">\n{items}</ul>\n");
    }
    out + &format!("<p class=\"facts\">{}</p>\n", text(&facts(said))) + &books(&said.packets)
}

/// The answer in a sentence, and its tone.
fn verdict(said: &Said) -> (String, &'static str) {
    let all = said.expectations.len();
    let held = said.expectations.iter().filter(|one| one.held == Some(true)).count();
    let astray = said.timeline.iter().filter(|action| !action.as_expected).count();
    let mut sentences = Vec::new();
    if said.partial {
        let (reached, duration) = (SimTime::from_nanos(said.reached_ns), SimTime::from_nanos(said.duration_ns));
        sentences.push(format!("Partial: interrupted after {reached} of {duration}."));
    }
    match all {
        0 => {}
        _ if said.expectations.iter().all(|one| one.held.is_none()) => {
            sentences.push(format!("{} not evaluated.", counted(all as u64, "expectation")));
        }
        1 => sentences.push(format!("{held} of 1 expectation holds.")),
        _ => sentences.push(format!("{held} of {all} expectations hold.")),
    }
    if astray > 0 {
        sentences.push(format!("{} of the timeline failed.", counted(astray as u64, "action")));
    }
    if sentences.is_empty() {
        let Packets { emitted, delivered, .. } = said.packets;
        sentences.push(format!("{} of {} delivered.", grouped(delivered), counted(emitted, "packet")));
    }
    let failed = astray > 0 || said.expectations.iter().any(|one| one.held == Some(false));
    let tone = match (failed, said.partial, all + said.timeline.len()) {
        (true, ..) => "bad",
        (_, true, _) => "caution",
        (.., 0) => "plain",
        _ => "good",
    };
    (sentences.join(" "), tone)
}

fn failures(said: &Said) -> Vec<String> {
    let failed = said.expectations.iter().filter(|one| one.held == Some(false)).map(|one| {
        let found = match &one.found {
            Some(found) => format!("is {found}"),
            None => one.missing.clone().unwrap_or_default(),
        };
        format!("{} {} {found}, expected {}", one.subject, one.metric, one.expected)
    });
    let astray = said.timeline.iter().filter(|action| !action.as_expected);
    let astray = astray.map(|a| format!("{} at {}: {}", a.action, SimTime::from_nanos(a.time_ns), a.outcome));
    failed.chain(astray).collect()
}

fn facts(said: &Said) -> String {
    let reached = SimTime::from_nanos(said.reached_ns).since(SimTime::ZERO);
    format!("{reached} of virtual time, seed {} ({})", said.seed, said.file)
}

fn books(packets: &Packets) -> String {
    let Packets { emitted, delivered, dropped, in_flight } = *packets;
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
