//! Lints: for each, a scenario that provokes it and one that comes near and does not; fixes that can be pasted; the
//! forms in which findings are told; and a dull twin that tries every pair of hosts.

#[path = "../dice/mod.rs"]
mod dice;
mod each;
mod estate;
mod fixes;
mod forms;
#[path = "../kept/mod.rs"]
mod kept;
#[path = "../loading/mod.rs"]
mod loading;
#[path = "../program/mod.rs"]
mod program;
#[path = "../shipped/mod.rs"]
mod shipped;
mod texts;
mod twin;
