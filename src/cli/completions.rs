//! `vpcsim completions`: the script with which a shell completes commands, options and file names, from the declared
//! arguments.

use super::args::{Args, CompletionsArgs};
use super::exit::Exit;
use super::output;
use clap::CommandFactory;

/// Prints the script.
pub(super) fn completions(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "vpcsim", &mut script);
    output::stdout(&String::from_utf8_lossy(&script))
}
