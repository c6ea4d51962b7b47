//! The engine of the lab as a library for a page: a module of WebAssembly that a worker of the page talks to. It owns
//! one session, and does nothing that a request does not ask for. `.ci/wasm` builds it; nothing else needs it.
//!
//! A request is written to where [`room`] says, and answered by [`answer`]; both are JSON:
//!
//! ```json
//! {"about": {}}   {"open": {"text": "…"}}   {"open": {"lesson": "…"}}   {"ask": {"ask": "state"}}
//! {"run": {"file": "x.toml", "text": "…"}}
//! ```
//!
//! `run` answers with the report of `vpcsim run --json`, for whoever compares the two.

#![allow(unsafe_code, reason = "functions that another language calls must keep their names")]

use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::Path;
use vpcsim::engine::{Options, Run};
use vpcsim::lab::{Ask, Failure, Opened, Session, lessons};
use vpcsim::report::{self, Snapshot};
use vpcsim::scenario::{Diagnostic, NoFiles, load_content};

/// What is asked of the engine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// What there is.
    About {},
    /// Begins a network.
    Open {
        text: Option<String>,
        lesson: Option<String>,
        stage: Option<String>,
        /// That of the only network, if one was begun.
        #[serde(rename = "code")]
        _code: Option<String>,
    },
    /// Asks the one that was begun.
    Ask(Ask),
    /// Plays a scenario to its end.
    Run { file: String, text: String },
}

thread_local! {
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// Where a request of `length` bytes is to be written.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        request.clear();
        request.resize(length, 0);
        request.as_mut_ptr()
    })
}

/// Answers the request that was written; how many bytes the answer has.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    let text = REQUEST.with_borrow(|request| answered(request));
    ANSWER.replace(text);
    ANSWER.with_borrow(String::len)
}

/// Where the answer is, until the next request.
#[unsafe(no_mangle)]
pub extern "C" fn answer_at() -> *const u8 {
    ANSWER.with_borrow(|answer| answer.as_ptr())
}

fn answered(request: &[u8]) -> String {
    match serde_json::from_slice(request) {
        Ok(Request::About {}) => {
            let version = env!("CARGO_PKG_VERSION");
            json!({ "class": false, "code": "lab", "version": version, "lessons": lessons() }).to_string()
        }
        Ok(Request::Open { text, lesson, stage, .. }) => {
            let opened = Opened::asked(text, lesson.as_deref(), stage.as_deref());
            let opened = opened.map_err(|why| Failure::Unknown(why.into()));
            let session = opened.and_then(|opened| Session::open(opened.unwrap_or_else(Opened::first), &NoFiles));
            match session {
                Ok(session) => {
                    SESSION.set(Some(session));
                    json!({ "code": "lab", "failure": null }).to_string()
                }
                Err(failure) => failed(&failure),
            }
        }
        Ok(Request::Ask(ask)) => SESSION.with_borrow_mut(|session| match session {
            Some(session) => json!(session.answer(&ask)).to_string(),
            None => failed(&Failure::Unknown("no network was begun".into())),
        }),
        Ok(Request::Run { file, text }) => {
            run(&file, text).unwrap_or_else(|complaints| failed(&Failure::Wrong(complaints)))
        }
        Err(wrong) => failed(&Failure::Unknown(wrong.to_string())),
    }
}

fn failed(failure: &Failure) -> String {
    let failure: Value = failure.json();
    json!({ "failure": failure }).to_string()
}

/// The report that `vpcsim run --json` prints of a scenario.
fn run(file: &str, text: String) -> Result<String, Vec<Diagnostic>> {
    let scenario = load_content(Ok(text.into()), file, Path::new(""), &NoFiles, &[])?;
    let notes = scenario.warnings.iter().map(Diagnostic::headline).collect();
    let judged = vpcsim::diagnose::judge(&scenario.network, &scenario.plan);
    let judged = report::reach_reports(&scenario.plan, &judged);
    let mut run = Run::new(scenario.network, scenario.plan, Options::default());
    run.advance(run.plan.duration);
    let bug = |bug| vec![Diagnostic::plain(file, format!("{bug}"), None)];
    run.finish().map_err(bug)?;
    let mut snapshot = Snapshot::of(&run, file, notes, None);
    snapshot.expectations.extend(judged);
    Ok(report::json(&snapshot))
}

/// A module of functions has nothing to begin with.
fn main() {}
