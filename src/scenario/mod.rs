//! Text to model and plan (to come). So far only captures mapped onto hosts.
#[cfg_attr(not(test), expect(dead_code, reason = "its caller, the reader of traffic entries, is not here yet"))]
mod replay;
