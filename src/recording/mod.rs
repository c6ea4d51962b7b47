//! What a run leaves beside its report: records of its packets in formats that other programs read. Everything here
//! watches a run as any observer may, changes nothing in it, and keeps no more than what is not written yet. Writes to
//! no file: it hands out text.

pub mod flow_log;
