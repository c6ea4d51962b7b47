//! Pages for browsers: one file each, which asks nobody for anything. A page is made of the very documents that other
//! programs get, and of the text report; a script of ours draws tables and charts from them. What matters most can be
//! read without script: the question, the answer, the network, the text.
//!
//! `page` is the frame, `run` and `bill` are the two kinds; `page.css` and `script/` hold style and script, plain files
//! that are embedded at build. Nothing here runs or reads anything: a stored run becomes the same page again.

mod bill;
mod documents;
mod page;
mod run;

pub use bill::{BillPage, bill_page};
pub use documents::WrongDocument;
pub(in crate::report) use page::begins;
pub use run::{RunPage, run_page};
