//! `vpcsim show`: what the file says of its peerings, at any instant of its timeline; no packet moves.

use super::args::ShowArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, OutputError};
use super::run::complain;
use crate::model::network_at;
use crate::report;
use crate::scenario;
use crate::units::SimTime;

/// Prints the details of every peering, or of the one named.
pub(super) fn show(args: &ShowArgs, verbose: u8) -> Result<Exit, OutputError> {
    let scenario = match scenario::load(&args.file, &Disk, &args.overrides) {
        Ok(scenario) => scenario,
        Err(complaints) => {
            complain(&complaints);
            return Ok(Exit::CannotDo);
        }
    };
    let at = SimTime::ZERO + args.at.unwrap_or_default();
    if at > scenario.plan.duration {
        output::talk(&format!("vpcsim: --at {at} is after the end of the run at {}", scenario.plan.duration));
        return Ok(Exit::CannotDo);
    }
    let network = network_at(scenario.network, &scenario.plan, at);
    let mut details = report::details(&network, verbose > 0 || args.peering.is_some());
    if let Some(name) = &args.peering {
        details.retain(|peering| peering.name == *name);
        if details.is_empty() {
            let known: Vec<&str> = network.peerings().map(|(_, p)| p.name.as_str()).collect();
            output::talk(&format!("vpcsim: no peering is called `{name}` at {at}; there are: {}", known.join(", ")));
            return Ok(Exit::CannotDo);
        }
    }
    if args.json {
        let document = serde_json::json!({ "format": "vpcsim-show", "version": 1, "at_ns": at, "peerings": details });
        output::stdout(&format!("{document:#}\n"))?;
    } else {
        output::stdout(&report::show(&details, output::width()))?;
    }
    Ok(Exit::Done)
}
