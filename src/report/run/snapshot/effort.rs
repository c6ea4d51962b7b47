//! How the engine says that it carried packets, as the view model has it.

use crate::engine::Effort;
use crate::report::effort::EffortReport;

impl From<Effort> for EffortReport {
    fn from(effort: Effort) -> EffortReport {
        let Effort { closed, repeated, looped, events, threads, busiest } = effort;
        EffortReport { closed, repeated, looped, events, threads, busiest }
    }
}
