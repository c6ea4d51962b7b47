//! What a run leaves for other programs, written while it goes: an observer that looks at packets and streams what it
//! saw, so that no file needs memory. Opens no file: whoever starts the run brings a writer. Changes no result.

pub mod capture;
pub mod flow_log;
