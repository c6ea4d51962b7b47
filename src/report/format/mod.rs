//! What all reports share: pages, text tables, sentences, CSV records, JSON documents, common phrases. It knows no
//! particular report.

pub mod column;
pub mod csv;
mod fit;
pub mod json;
pub mod markdown;
#[cfg(feature = "pictures")]
pub mod markup;
pub mod notes;
pub mod page;
pub mod prose;
pub mod table;
pub mod words;
