//! `vpcsim matrix`: who reaches whom, as a grid, JSON or CSV, or only what differs from an earlier matrix.

use super::args::{ByArg, MatrixArgs};
use super::exit::Exit;
use super::files::Disk;
use super::output::{self, Content, Outputs};
use super::reach;
use crate::diagnose::Ground;
use crate::diagnose::matrix::{By, Matrix, stand_ins};
use crate::model::{HostId, Network, network_at};
use crate::notation::decode;
use crate::report::{self, Artifact, CLASSES_FROM, Differences, Expected, Page};
use crate::scenario::{Diagnostic, find_hosts};
use crate::units::{SimTime, grouped};
use std::path::Path;

/// Prints the matrix; 1 if it differs from what is expected.
pub(super) fn matrix(args: &MatrixArgs, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    let scenario = disk.scenario(&args.file, &args.edits.edits())?;
    let (probe, at) = (args.probe.probe(&scenario.file)?, args.probe.at(&scenario)?);
    let by = match args.by {
        ByArg::Host => By::Host,
        ByArg::Subnet => By::Subnet,
        ByArg::Vpc => By::Vpc,
    };
    let expected = args.expect.as_deref().map(|file| expected(file, by, &disk)).transpose()?;
    let judged = reach::judge(&scenario);
    let network = network_at(scenario.network.clone(), &scenario.plan, at);
    let ground = Ground::of(if by == By::Host { network } else { stand_ins(network) });
    let [sends, receives] = [&args.from, &args.to].map(|patterns| chosen(patterns, &scenario.file, ground.network()));
    let matrix = Matrix::new(&ground, probe, by, sends?, receives?);
    let (to, page) = (args.report_to(), args.report_to().page(verbose > 0));
    let mut exit = reach::exit(&judged);
    let written = if let Some(expected) = expected {
        let differences = Differences::between(expected, &matrix);
        exit = exit.max(if differences.is_empty() { Exit::Done } else { Exit::DemandNotMet });
        match args.json {
            true => to.write(&report::differences_json(&differences), &Page::PIPE),
            false => to.write(&report::differences_text(&differences, &page), &page),
        }
    } else {
        print(args, &matrix, at, &page, &disk)?
    };
    reach::tell(&judged, &scenario);
    Ok(exit.max(written))
}

/// Prints all of the matrix, or writes it to a file.
fn print(
    args: &MatrixArgs,
    matrix: &Matrix<'_>,
    at: SimTime,
    page: &Page,
    disk: &Disk,
) -> Result<Exit, Vec<Diagnostic>> {
    let in_classes = matrix.pairs() > CLASSES_FROM && !args.all;
    if in_classes && (args.json || args.csv.is_some()) {
        let (pairs, most) = (grouped(matrix.pairs()), grouped(CLASSES_FROM));
        output::talk(&format!(
            "{pairs} pairs are more than {most}: these are classes of equal ones; --all gives pairs"
        ));
    }
    if let Some(path) = args.csv.as_deref() {
        let mut outputs = Outputs::new(disk.inputs(), args.force);
        let file = outputs.file(path, Content::Artifact(Artifact::Matrix)).map_err(|wrong| vec![wrong])?;
        let parts: Box<dyn Iterator<Item = String>> = match in_classes {
            true => Box::new(report::matrix_json(matrix, at, true)),
            false => Box::new(report::matrix_csv(matrix)),
        };
        return Ok(file.write(&parts.collect::<String>()));
    }
    Ok(match args.json {
        true => output::parts(report::matrix_json(matrix, at, in_classes)),
        false => args.report_to().write(&report::grid(matrix, at, page), page),
    })
}

/// An earlier matrix.
fn expected(file: &Path, by: By, disk: &Disk) -> Result<Expected, Vec<Diagnostic>> {
    let name = file.display().to_string();
    let refuse = |message: String, hint: &str| vec![Diagnostic::plain(&name, message, Some(hint.into()))];
    let bytes =
        disk.read_named(file).map_err(|wrong| refuse(format!("cannot read {name}: {wrong}"), "is it there?"))?;
    let text = decode(&bytes)
        .map_err(|wrong| refuse(format!("{name}: {}", wrong.message), &wrong.hint.unwrap_or_default()))?;
    Expected::read(&text, by).map_err(|(message, hint)| refuse(format!("{name}: {message}"), hint))
}

/// Which hosts of `network` count, as senders and as receivers; hosts that stand in for subnets count too.
fn chosen(
    patterns: &[String],
    file: &str,
    network: &Network,
) -> Result<impl Fn(HostId) -> bool + use<>, Vec<Diagnostic>> {
    let mut is_meant = vec![patterns.is_empty(); network.hosts().len()];
    for pattern in patterns {
        let found =
            find_hosts(network, pattern).map_err(|wrong| vec![Diagnostic::plain(file, wrong.message, wrong.hint)])?;
        found.into_iter().for_each(|host| is_meant[host.index()] = true);
    }
    Ok(move |host: HostId| is_meant[host.index()])
}
