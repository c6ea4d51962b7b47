//! Converts the engine's account of how packets were carried to the view model's.

use crate::engine::{Effort, Road};
use crate::model::Network;
use crate::report::effort::{EffortReport, MeetingsReport};

impl EffortReport {
    /// How a simulation of this network was computed.
    pub fn of(effort: Effort, network: &Network) -> EffortReport {
        let meetings = effort.meetings.filter(|_| effort.of(Road::Events) > 0).map(|meetings| MeetingsReport {
            vpcs: meetings.vpcs,
            every: meetings.every,
            peering: network.peering(meetings.over).name.to_string(),
        });
        EffortReport {
            meetings,
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
    use crate::model::Rules;

    /// Reports use the engine's names of the roads.
    #[test]
    fn roads_keep_their_names() {
        let told = serde_json::to_value(EffortReport::of(Effort::default(), &Network::new(Rules::guide())))
            .expect("it is plain data");
        // The silent road carries no packets.
        let carried = Road::ALL.into_iter().filter(|road| *road != Road::Silent);
        for road in carried {
            let name = format!("{road:?}").to_lowercase();
            assert!(told.get(&name).is_some(), "{name} in {told}");
        }
    }
}
