//! What a run leaves for others, noted while it goes: observers that look at packets and stream what they saw, so that
//! no file needs memory, and one that looks at the books now and then ([`course`]). Opens no file: whoever starts the
//! run brings a writer. Changes no result.

pub mod capture;
pub mod course;
pub mod flow_log;
