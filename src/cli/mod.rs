//! The command line: arguments, one file per subcommand, the real disk, exit codes. The only module that uses files,
//! the terminal, the environment and the wall clock. Data goes to stdout, messages to stderr.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the real world is what this room is for")]

mod args;
mod bench;
mod bill;
mod bill_input;
mod bill_output;
mod capture;
mod check;
mod complaint;
mod completions;
mod dash;
mod diff;
mod edits;
mod exit;
mod explain;
mod files;
mod findings;
mod flow_logs;
mod folder;
mod graph;
mod help;
mod html;
mod import;
mod interrupt;
#[cfg(feature = "lab")]
mod lab;
mod lab_args;
mod lesson;
mod lesson_args;
mod lint;
mod listen;
mod machine;
mod man;
mod matrix;
mod memory;
mod new;
mod notebooks;
mod output;
mod pace;
mod play;
mod probe;
mod progress;
mod reach;
mod report;
mod rules;
mod run;
mod run_output;
mod schema;
mod show;
mod sweep;
mod sweep_entry;
mod sweep_input;
mod sweep_lossless;
mod sweep_play;
mod sweep_service;
mod tables;
mod trace;
mod values;
mod watchers;

pub use memory::Memory;

#[cfg(not(feature = "lab"))]
use crate::scenario::Diagnostic;
use args::{Args, Command, GraphFormat};
use clap::Parser;
use exit::Exit;
use interrupt::Interrupts;
use output::Destination;
use std::io::Write;
use std::process::ExitCode;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Parses the arguments, runs the subcommand, returns the process's exit code.
pub fn main() -> ExitCode {
    let interrupts = Interrupts::listen();
    match Args::try_parse() {
        Ok(args) => {
            output::choose_colours(args.color);
            command(&args, &interrupts)
        }
        Err(said) => {
            output::choose_colours(args::colours_asked_for(std::env::args()));
            usage(&said)
        }
    }
    .into()
}

fn command(args: &Args, interrupts: &Interrupts) -> Exit {
    log(args.verbose);
    let (mut destination, quiet) = (Destination::Stdout, args.quiet);
    let (ended, json) = match &args.command {
        Command::Run(run) => {
            destination = run.report_to();
            (run::run(run, quiet, args.verbose, interrupts), run.json)
        }
        Command::Report(stored) => {
            destination = stored.report_to();
            (report::report(stored, quiet, args.verbose), stored.json)
        }
        Command::Trace(trace) => (trace::trace(trace, quiet, args.verbose, interrupts), trace.json),
        Command::Bill(bill) => {
            destination = bill.report_to();
            (bill::bill(bill, quiet, args.verbose, interrupts), bill.json)
        }
        Command::Sweep(sweep) => {
            destination = sweep.report_to();
            (sweep::sweep(sweep, quiet, args.verbose, interrupts), sweep.json)
        }
        Command::Check(check) => (Ok(check::check(check, quiet)), check.json),
        Command::Lint(lint) => (lint::lint(lint, quiet, args.verbose), lint.json),
        Command::Show(show) => (show::show(show, args.verbose), show.json),
        Command::Diff(diff) => (diff::diff(diff, quiet, args.verbose, interrupts), diff.json),
        Command::Explain(explain) => (explain::explain(explain, args.verbose), explain.json),
        Command::Matrix(matrix) => {
            destination = matrix.report_to();
            (matrix::matrix(matrix, args.verbose), matrix.json)
        }
        Command::Graph(graph) => (graph::graph(graph, args.verbose), graph.format == GraphFormat::Json),
        Command::Lab(args) => (lab(args, quiet, interrupts), false),
        Command::Lesson(command) => (lesson::lesson(command, quiet, args.verbose, interrupts), command.json()),
        Command::New(new) => (new::new(new), false),
        Command::Import(import) => (import::import(import), false),
        Command::Bench(bench) => (Ok(bench::bench(bench, quiet)), bench.json),
        Command::Schema => (Ok(schema::schema()), false),
        Command::Completions(completions) => (Ok(completions::completions(completions)), false),
        Command::Man => (Ok(man::man()), false),
        Command::Rules(wanted) => (Ok(rules::explain(wanted)), false),
        Command::Help { words } => (Ok(help::help(words)), false),
    };
    ended.unwrap_or_else(|complaints| complaint::refuse(&complaints, json.then_some(destination)))
}

#[cfg(feature = "lab")]
use lab::lab;

/// Says how to get the lab, which this build does not have.
#[cfg(not(feature = "lab"))]
fn lab(_: &lab_args::LabArgs, _: bool, _: &Interrupts) -> Result<Exit, Vec<Diagnostic>> {
    let message = "this build of vpcsim has no lab".to_owned();
    let hint = "install one that has: cargo install --locked --path . --features lab,notebooks".to_owned();
    Err(vec![Diagnostic::plain("vpcsim lab", message, Some(hint))])
}

/// Prints clap's output: help and version to stdout, errors in the arguments to stderr.
fn usage(said: &clap::Error) -> Exit {
    let printed = said.print().and_then(|()| std::io::stdout().flush());
    if said.use_stderr() { Exit::CannotDo } else { output::verdict(printed) }
}

/// Diagnostics of the program itself, on stderr: `-v` for changes, `-vv` for epochs; `RUST_LOG` overrides.
fn log(verbose: u8) {
    let level = [Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE][usize::from(verbose.min(3))];
    let asked = std::env::var("RUST_LOG").ok().and_then(|asked| asked.parse::<Targets>().ok());
    let targets = asked.unwrap_or_else(|| Targets::new().with_target("vpcsim", level));
    let colours = output::talk_page().colours;
    let lines = tracing_subscriber::fmt::layer().with_writer(|| output::Talk).with_ansi(colours).without_time();
    tracing_subscriber::registry().with(targets).with(lines).init();
}
