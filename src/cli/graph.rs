//! `vpcsim graph`: the network as a drawing, at any instant of the scenario's timeline; no packet moves.

use super::args::{GraphArgs, GraphFormat};
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, Content, Outputs};
use crate::diagnose::graph::Graph;
use crate::model::network_at;
use crate::report::{self, Artifact};
use crate::scenario::Diagnostic;
use crate::units::SimTime;

/// Draws the network to standard output or to a file; peerings that are gone (S20, S21) only with `-v`.
pub(super) fn graph(args: &GraphArgs, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    let scenario = disk.scenario(&args.file, &args.edits.edits())?;
    let at = SimTime::ZERO + args.at.unwrap_or_default();
    if at > scenario.plan.duration {
        let message = format!("--at {at} is after the end of the run at {}", scenario.plan.duration);
        let hint = format!("write a time up to {}", scenario.plan.duration);
        return Err(vec![Diagnostic::plain(&scenario.file, message, Some(hint))]);
    }
    let claim = |path| Outputs::new(disk.inputs(), args.force).file(path, Content::Artifact(Artifact::Graph));
    let file = args.output.as_deref().map(claim).transpose().map_err(|wrong| vec![wrong])?;
    let network = network_at(scenario.network, &scenario.plan, at);
    let mut graph = Graph::of(&network, &scenario.plan.name, at);
    if verbose == 0 {
        graph.forget_gone();
    }
    let drawing = match args.format {
        GraphFormat::Svg => report::network_svg(&graph),
        GraphFormat::Mermaid => report::graph_mermaid(&graph),
        GraphFormat::Dot => report::graph_dot(&graph),
        GraphFormat::Json => report::graph_json(&graph),
    };
    Ok(match file {
        Some(file) => file.write(&drawing),
        None => output::stdout(&drawing),
    })
}
