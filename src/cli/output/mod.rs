//! Writing: data to stdout, talk to stderr, and files that were found writable before anything ran. What cannot be
//! written is told and answered as an exit code; it never keeps the rest from being written. Not what is written: that
//! is the report's.

mod content;
mod destination;
mod file;
mod outputs;
mod place;
mod stderr;
mod stdout;
mod terminal;
#[cfg(test)]
mod tests;

pub(super) use content::Content;
pub(super) use destination::Destination;
pub(super) use file::OutputFile;
pub(super) use outputs::{OutputFolder, Outputs};
pub(super) use place::Place;
pub(super) use stderr::{Talk, say, talk};
pub(super) use stdout::{report, stdout, verdict};
pub(super) use terminal::{choose_colours, page, talk_page};
