//! The arguments about lessons: `vpcsim lesson`, and those of `vpcsim new` that begin one.

use super::edits::EditArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum LessonCommand {
    /// List all lessons, by track
    List(ListArgs),
    /// Show the text of a lesson, and its stages with their questions
    Show(ShowArgs),
    /// Run a learner's scenario and say which stages of its lesson are passed, and what is missing
    Check(CheckArgs),
}

impl LessonCommand {
    /// Whether it prints a document for programs.
    pub(super) fn json(&self) -> bool {
        match self {
            LessonCommand::List(list) => list.json,
            LessonCommand::Show(_) => false,
            LessonCommand::Check(check) => check.json,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The list as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The lesson
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Print a scenario that passes all stages instead
    #[arg(long)]
    pub solved: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The learner's scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The lesson that judges it, instead of the one that the file names
    #[arg(long, value_name = "NAME")]
    pub lesson: Option<String>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The stages, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `vpcsim new` begins.
#[derive(Debug, Args)]
pub(super) struct BeginArgs {
    /// The scenario of this lesson, to be edited (see lesson list)
    #[arg(long, value_name = "NAME", conflicts_with = "scale")]
    pub lesson: Option<String>,
    /// The same, brought to where this stage begins
    #[arg(long, value_name = "STAGE", requires = "lesson")]
    pub stage: Option<String>,
}
