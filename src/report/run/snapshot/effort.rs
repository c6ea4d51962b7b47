//! How the engine says that it carried packets, as the view model has it.

use crate::engine::{Effort, Road};
use crate::report::effort::EffortReport;

impl From<Effort> for EffortReport {
    fn from(effort: Effort) -> EffortReport {
        EffortReport {
            closed: effort.of(Road::Closed),
            proven: effort.of(Road::Proven),
            repeated: effort.of(Road::Repeated),
            looped: effort.of(Road::Looped),
            events: effort.of(Road::Events),
            threads: effort.threads,
            busiest: effort.busiest,
        }
    }
}
