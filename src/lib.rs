//! vpcsim (map to come).
pub mod dataplane;
pub mod model;
pub mod report;
pub mod scenario;
pub mod units;
