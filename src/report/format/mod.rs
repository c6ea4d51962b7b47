//! What all reports are written with: text tables, CSV records, JSON documents, common phrases. It knows no report.

pub mod csv;
pub mod json;
pub mod table;
pub mod words;
