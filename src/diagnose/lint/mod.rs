//! What is wrong with a network, or will be: each kind of finding in one function, in a file by subject; [`LIST`] has
//! them all. It only finds; how findings are shown, and where they stand in a file, is decided elsewhere.
//!
//! One mistake is one finding: what `returns` found is handed to the others, which do not tell it again, and a peering
//! that is not active is told once, not with everything that follows. Tables with equal routes are looked at once
//! (`scene`); ranges of addresses stand for every address in them, so that the work grows with routes and subnets,
//! not with hosts. Traffic is looked up flow by flow.

mod capacity;
mod claims;
mod fixes;
mod list;
mod offered;
mod overlaps;
mod peerings;
mod ranges;
mod returns;
mod routes;
mod scene;
mod tables;
mod transit;

pub use list::{LIST, Lint};

use super::finding::Finding;
use super::ground::Ground;
use crate::model::plan::Plan;
use crate::units::SimTime;

/// Everything found in a network as it is at the instant `at` of its plan, worst first; of those equally bad, first
/// what is declared first.
pub fn lint(ground: &Ground, plan: &Plan, at: SimTime) -> Vec<Finding> {
    let scene = scene::Scene::of(ground, plan, at);
    let ways = offered::ways(&scene);
    let mut returns = returns::returns(&scene, &ways);
    let mut found = std::mem::take(&mut returns.findings);
    found.extend(routes::routes(&scene, &returns));
    found.extend(tables::tables(&scene, &returns));
    found.extend(peerings::peerings(&scene, &returns));
    found.extend(overlaps::overlaps(&scene, &returns));
    found.extend(capacity::capacity(&scene, &ways));
    if plan.changes_by(at) {
        // Lines for the file would be about the network as it starts.
        found.iter_mut().for_each(|finding| finding.fix = None);
    }
    found.sort_by_key(|finding| (finding.severity, finding.about));
    found
}
