//! `vpcsim show`: the details of the scenario's peerings at any instant of its timeline; no packet moves.

use super::args::ShowArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output;
use super::probe::instant;
use crate::model::network_at;
use crate::report;
use crate::scenario::Diagnostic;

/// Prints the details of every peering, or of the named one.
pub(super) fn show(args: &ShowArgs, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let scenario = Disk::default().scenario(&args.file, &args.edits.edits())?;
    let refuse = |message: String| vec![Diagnostic::plain(&scenario.file, message, None)];
    let at = instant(args.at, &scenario)?;
    let network = network_at(scenario.network, &scenario.plan, at);
    // Peerings that are gone (S20, S21) are shown only by name or with `-v`.
    let details = report::details(&network, |peering| match &args.peering {
        Some(name) => peering.name.as_str() == name,
        None => verbose > 0 || !peering.state.is_gone(),
    });
    if let Some(name) = args.peering.as_ref().filter(|_| details.is_empty()) {
        let known: Vec<&str> = network.peerings().map(|(_, p)| p.name.as_str()).collect();
        return Err(refuse(format!("no peering is called `{name}` at {at}; there are: {}", known.join(", "))));
    }
    if args.json {
        return Ok(output::stdout(&report::details_json(&details, at)));
    }
    let page = output::page(verbose > 0);
    Ok(output::report(&report::show(&details, &page), &page))
}
