//! Independent checks of the engine: a dull twin, slices, seeds, shares and books, fed by worlds that aim at overlaps
//! and ties. Not unit tests: everything here uses the engine's three calls.

mod answers;
mod books;
mod bucket;
mod capturing;
mod connections;
mod course;
mod determinism;
#[path = "../dice/mod.rs"]
mod dice;
mod endpoints;
mod ends;
mod engine_vs_reference;
mod expectations;
mod fairness;
mod journey;
#[path = "../kept/mod.rs"]
mod kept;
mod lane;
mod logging;
#[cfg(feature = "metrics")]
mod metrics;
mod modes;
mod pairs;
mod partitions;
#[path = "../pcapng/mod.rs"]
mod pcapng;
mod reference;
mod replays;
mod shaper;
mod slicing;
mod story;
mod tally;
mod timeline;
mod tracing;
mod traffic;
mod watching;
mod world;
