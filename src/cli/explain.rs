//! `vpcsim explain`: why a host does or does not reach another, hop by hop, and what would mend it.

use super::args::ExplainArgs;
use super::exit::Exit;
use super::files::Disk;
use super::output;
use crate::diagnose::Ground;
use crate::diagnose::explain::{Question, explain as answer};
use crate::model::{HostId, Thing};
use crate::report;
use crate::scenario::{Diagnostic, find_host};
use std::net::Ipv4Addr;

/// Prints the answer. What it says changes no exit code.
pub(super) fn explain(args: &ExplainArgs, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let scenario = Disk::default().scenario(&args.file, &args.edits.edits())?;
    let (probe, at) = (args.probe.probe(&scenario.file)?, args.probe.at(&scenario)?);
    let network = &scenario.network;
    let host = |option: &str, text: &str| -> Result<HostId, Vec<Diagnostic>> {
        find_host(network, text).map_err(|wrong| {
            vec![Diagnostic::plain(&scenario.file, format!("{option}: {}", wrong.message), wrong.hint)]
        })
    };
    let from = host("--from", &args.from)?;
    let question = match args.to.parse::<Ipv4Addr>() {
        Ok(address) => Question { from, address, to: None, probe, at },
        Err(_) => Question::host(network, from, host("--to", &args.to)?, probe, at),
    };
    let ground = Ground::at(scenario.network.clone(), &scenario.plan, at);
    let found = answer(&ground, &scenario.plan, question);
    let place = |thing: Thing| {
        let place = scenario.places.of(ground.network(), &scenario.plan, thing)?;
        let line = format!("line {}", place.line);
        Some(if place.file == scenario.file { line } else { format!("{}, {line}", place.file) })
    };
    if args.json {
        return Ok(output::stdout(&report::explanation_json(ground.network(), &found, &place)));
    }
    let page = output::page(verbose > 0);
    Ok(output::report(&report::explanation(ground.network(), &found, &place, &page), &page))
}
