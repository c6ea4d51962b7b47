//! The command line: arguments, one file per subcommand, the real disk, exit codes. The only room that touches files, the
//! terminal, the environment and the wall clock. stdout is data, stderr is talk.

mod args;
mod bench;
mod bill;
mod bill_input;
mod check;
mod exit;
mod files;
mod import;
mod machine;
mod new;
mod output;
mod play;
mod progress;
mod run;
mod schema;
mod show;
mod what_if;

use args::{Args, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Parses the arguments, runs the subcommand, answers the process's exit code.
pub fn main() -> ExitCode {
    let args = Args::parse();
    log(args.verbose);
    let exit = match &args.command {
        Command::Run(run) => run::run(run, args.quiet, args.verbose),
        Command::Bill(bill) => bill::bill(bill, args.quiet),
        Command::Check(check) => check::check(check, args.quiet),
        Command::Show(show) => show::show(show, args.verbose),
        Command::New(args) => new::new(args),
        Command::Import(command) => import::import(command),
        Command::Bench(bench) => bench::bench(bench, args.quiet),
        Command::Schema => schema::schema(),
    };
    exit.unwrap_or_else(|error| {
        if error.is_broken_pipe() {
            return Exit::Done; // whoever read us has seen enough
        }
        output::talk(&format!("vpcsim: {error}"));
        Exit::CannotDo
    })
    .into()
}

/// Diagnostics of the program itself, on stderr: `-v` for changes, `-vv` for epochs; `RUST_LOG` overrides.
fn log(verbose: u8) {
    let level = ["warn", "info", "debug", "trace"][usize::from(verbose.min(3))];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("vpcsim={level}")));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}
