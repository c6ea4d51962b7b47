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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports call a road what the engine calls it.
    #[test]
    fn roads_keep_their_names() {
        let told = serde_json::to_value(EffortReport::from(Effort::default())).expect("it is plain data");
        // On the silent road no packet is carried.
        let carried = Road::ALL.into_iter().filter(|road| *road != Road::Silent);
        for road in carried {
            let name = format!("{road:?}").to_lowercase();
            assert!(told.get(&name).is_some(), "{name} in {told}");
        }
    }
}
