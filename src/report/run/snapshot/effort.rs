//! Converts the engine's account of how packets were carried to the view model's.

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports use the engine's names of the roads.
    #[test]
    fn roads_keep_their_names() {
        let told = serde_json::to_value(EffortReport::from(Effort::default())).expect("it is plain data");
        // The silent road carries no packets.
        let carried = Road::ALL.into_iter().filter(|road| *road != Road::Silent);
        for road in carried {
            let name = format!("{road:?}").to_lowercase();
            assert!(told.get(&name).is_some(), "{name} in {told}");
        }
    }
}
