//! vpcsim (map to come).
pub mod cli;
pub mod dataplane;
pub mod engine;
pub mod model;
pub mod report;
pub mod scenario;
pub mod units;
pub mod wire;
