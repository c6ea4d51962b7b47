//! The control plane alone, without packets: the network that a plan's timeline produces by a given instant.

use super::network::Network;
use super::plan::Plan;
use crate::units::SimTime;

/// The network at the instant `at`, including everything that happens then: first what falls due by itself, then the
/// timeline's actions. Refused actions change nothing, as in a run.
pub fn network_at(mut network: Network, plan: &Plan, at: SimTime) -> Network {
    for action in plan.timeline.iter().take_while(|action| action.time <= at) {
        fall_due_until(&mut network, action.time);
        // The run judges whether a refusal was expected.
        let _ = network.apply(action.by, &action.change, action.time);
    }
    fall_due_until(&mut network, at);
    network
}

fn fall_due_until(network: &mut Network, at: SimTime) {
    while let Some(due) = network.next_due().filter(|due| *due <= at) {
        network.fall_due(due);
    }
}
