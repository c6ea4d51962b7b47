//! Writing: data to stdout, messages to stderr, and files that were checked to be writable before anything ran. A
//! failed write is reported and returned as an exit code; it never prevents the other outputs. The content is defined
//! elsewhere.

mod content;
mod destination;
mod file;
mod outputs;
mod place;
mod stderr;
mod stdout;
mod stream;
mod terminal;
#[cfg(test)]
mod tests;

pub(super) use content::Content;
pub(super) use destination::Destination;
pub(super) use file::{OutputFile, failed};
pub(super) use outputs::{OutputFolder, Outputs};
pub(super) use place::Place;
pub(super) use stderr::{Talk, say, talk};
pub(super) use stdout::{parts, report, stdout, verdict};
pub(super) use stream::OutputStream;
pub(super) use terminal::{choose_colours, page, talk_page};
