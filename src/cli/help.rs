//! `vpcsim help`: topics of the guide, and the `--help` text of a subcommand. It contains neither text.

use super::args::Args;
use super::exit::Exit;
use super::output;
use crate::guide::TOPICS;
use crate::report;
use clap::CommandFactory;
use clap::error::ErrorKind;
use std::iter::once;

/// Explains a topic, or a subcommand and one of its own subcommands; without words, lists all of them.
pub(super) fn help(words: &[String]) -> Exit {
    if let [name] = words
        && let Some(topic) = TOPICS.iter().find(|topic| topic.name == name)
    {
        let page = output::page(false);
        return output::report(&report::markdown(topic.text, &page), &page);
    }
    let root = Args::command().after_help(topics());
    let named = words.iter().try_fold(&root, |command, word| command.find_subcommand(word));
    if named.is_none() {
        return super::usage(&Args::command().error(ErrorKind::InvalidSubcommand, unknown(words)));
    }
    let asked = once("vpcsim").chain(words.iter().map(String::as_str)).chain(once("--help"));
    match root.try_get_matches_from(asked) {
        Err(help) => super::usage(&help),
        Ok(_) => Exit::Done,
    }
}

fn topics() -> String {
    let lines = TOPICS.iter().map(|topic| format!("  {:10} {}", topic.name, topic.about));
    format!("Topics (vpcsim help TOPIC):\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn unknown(words: &[String]) -> String {
    let topics: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
    format!("no subcommand and no topic is called `{}`; topics are {}\n", words.join(" "), topics.join(", "))
}
