//! `vpcsim lab`: serves networks in the hands of people to browsers. What a session does is decided in
//! [`crate::lab`]; here are the address, the requests, who may ask, and whose network is whose.

mod beside;
mod guard;
mod pages;
mod recorded;
mod server;
mod sessions;
mod terminal;

use super::exit::Exit;
use super::interrupt::Interrupts;
use super::lab_args::LabArgs;
use super::output::talk;
use crate::lab::{Failure, Opened, Session};
use crate::lessons::LESSONS;
use crate::notation::{list_some, nearest};
use crate::scenario::Diagnostic;
use beside::Beside;
use sessions::Sessions;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often a signal is looked for.
const TICK: Duration = Duration::from_millis(100);
/// How long those who are being answered may take when the lab ends.
const GRACE: Duration = Duration::from_millis(500);

/// Serves until a signal; whoever is being answered then still gets the answer.
pub(super) fn lab(args: &LabArgs, quiet: bool, interrupts: &Interrupts) -> Result<Exit, Vec<Diagnostic>> {
    let (opened, files) = open(args.what.as_deref())?;
    let complaints = |failure| match failure {
        Failure::Wrong(complaints) => complaints,
        other => plain(other.to_string(), None),
    };
    if args.terminal {
        let session = Session::open(opened, &files).map_err(complaints)?;
        return terminal::show(session).map_err(|error| plain(format!("there is no terminal: {error}"), None));
    }
    let most = args.class.map(|most| most.get().into());
    let sessions = Sessions::new(opened, files, most).map_err(complaints)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(super::machine::cores().get().max(2))
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| plain(format!("the lab cannot begin: {error}"), None))?;
    let _early = interrupts.run_can_end_early();
    let ended: Result<_, Vec<Diagnostic>> = runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(|error| refused(args.listen, &error))?;
        let address = listener.local_addr().map_err(|error| refused(args.listen, &error))?;
        tell(address, args, quiet);
        let (end, ended) = watch::channel(false);
        let over = async {
            while !interrupts.heard() {
                tokio::time::sleep(TICK).await;
            }
            // Nobody hears of it where everybody was served.
            let _ = end.send(true);
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = server::serve(listener, address, sessions, ended) => Ok(served),
            () = over => Ok(Ok(())),
        }
    });
    runtime.shutdown_timeout(GRACE);
    match ended? {
        Ok(()) => Ok(Exit::Done),
        Err(error) => Err(plain(format!("the lab ended: {error}"), None)),
    }
}

fn plain(message: String, hint: Option<&str>) -> Vec<Diagnostic> {
    vec![Diagnostic::plain("vpcsim lab", message, hint.map(str::to_owned))]
}

fn refused(address: SocketAddr, error: &std::io::Error) -> Vec<Diagnostic> {
    let hint = "name another with --listen 127.0.0.1:PORT; port 0 takes any that is free";
    plain(format!("{address} cannot be listened on: {error}"), Some(hint))
}

/// The scenario to begin with, and the folder whose files it may read.
fn open(what: Option<&Path>) -> Result<(Opened, Beside), Vec<Diagnostic>> {
    let Some(file) = what else { return Ok((Opened::first(), Beside::nothing())) };
    let name = file.display().to_string();
    if let Some(lesson) = Opened::lesson(&name).filter(|_| !file.exists()) {
        return Ok((lesson, Beside::nothing()));
    }
    let lessons = || LESSONS.iter().map(|lesson| lesson.name);
    let hint = match nearest(&name, lessons()) {
        Some(near) => format!("did you mean the lesson {near}?"),
        None => format!("name a scenario, or a lesson: {}", list_some(lessons())),
    };
    let wrong = |message: String| vec![Diagnostic::plain(&name, message, Some(hint.clone()))];
    let bytes = std::fs::read(file).map_err(|error| wrong(format!("cannot read {name}: {error}")))?;
    let text = crate::notation::decode(&bytes).map_err(|error| wrong(error.message))?;
    Ok((Opened { file: name.clone(), text }, Beside::file(file)))
}

/// Says where the lab is, and opens its page where somebody looks.
fn tell(address: SocketAddr, args: &LabArgs, quiet: bool) {
    let page = format!("http://{address}/");
    if !quiet {
        talk(&format!("vpcsim: the lab is at {page} (Ctrl-C ends it)"));
    }
    if address.ip().is_unspecified() {
        talk("vpcsim: --listen: browsers must name an address; only localhost is answered here: name yours instead");
    } else if !address.ip().is_loopback() {
        talk("vpcsim: the lab is open to every machine that reaches this one");
    }
    if !args.no_open && std::io::stdout().is_terminal() {
        // Where there is no browser, the address was told.
        let _ = open::that_detached(page);
    }
}
