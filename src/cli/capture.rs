//! `vpcsim run --pcap`: which places of a scenario are meant, and the file. The packets are captured elsewhere.

use super::args::CaptureArgs;
use super::exit::Exit;
use super::output::{OutputFile, OutputStream, failed};
use super::values::PointArg;
use crate::model::{Network, network_at};
use crate::notation::{list_some, nearest};
use crate::recording::capture::{Capture, Point, Wanted};
use crate::scenario::{Diagnostic, Scenario};

/// What is to be captured of a scenario.
///
/// # Errors
/// A place that is not there, now or later.
fn wanted(args: &CaptureArgs, scenario: &Scenario) -> Result<Wanted, Vec<Diagnostic>> {
    let mut wanted = Wanted {
        points: Vec::new(),
        only: args.pcap_verdict,
        first: args.pcap_first.map(Into::into),
        snap: args.pcap_snap,
    };
    if !args.pcap_on.is_empty() {
        // Peerings that are made later can be captured too.
        let network = network_at(scenario.network.clone(), &scenario.plan, scenario.plan.duration);
        for point in &args.pcap_on {
            let points = points(&network, point);
            let refuse = |(message, hint)| {
                vec![Diagnostic::plain(&scenario.file, format!("--pcap-on {point}: {message}"), Some(hint))]
            };
            wanted.points.extend(points.map_err(refuse)?);
        }
    }
    Ok(wanted)
}

/// The places with a name: several peerings may have borne it one after the other. Else what is wrong, and a hint.
fn points(network: &Network, point: &PointArg) -> Result<Vec<Point>, (String, String)> {
    let vpc = |name: &str| {
        let names = network.vpcs().map(|(_, vpc)| vpc.name.as_str());
        network.find_vpc(name).ok_or_else(|| (format!("no VPC is called `{name}`"), meant(name, names)))
    };
    match point {
        PointArg::Vpc(name) => Ok(vec![Point::Vpc(vpc(name)?)]),
        PointArg::Host(of, name) => {
            let id = vpc(of)?;
            let hosts = network.hosts().filter(|(_, host)| host.vpc == id).map(|(_, host)| host.name.to_string());
            match network.find_host(id, name) {
                Some(host) => Ok(vec![Point::Host(host)]),
                None => {
                    let names: Vec<String> = hosts.take(1_000).collect();
                    let hint = meant(name, names.iter().map(String::as_str));
                    Err((format!("no host of {of} is called `{name}`"), hint))
                }
            }
        }
        PointArg::Peering(name) => match network.bearers(name) {
            [] => {
                let names = network.peerings().map(|(_, peering)| peering.name.as_str());
                Err((format!("no peering is ever called `{name}`"), meant(name, names)))
            }
            bearers => Ok(bearers.iter().map(|(_, id)| Point::Peering(*id)).collect()),
        },
    }
}

fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match (nearest(name, known.iter().copied()), list_some(known.iter().copied())) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, none) if none.is_empty() => "there is none".to_owned(),
        (None, some) => format!("there are {some}"),
    }
}

/// Begins the capture of a scenario's run, if one is wanted.
///
/// # Errors
/// A place that is not there, or a file that cannot be written.
pub(super) fn begin(
    args: &CaptureArgs,
    scenario: Option<&Scenario>,
    file: Option<OutputFile>,
) -> Result<Option<Capture<OutputStream>>, Vec<Diagnostic>> {
    let Some((scenario, file)) = scenario.zip(file) else { return Ok(None) };
    let wanted = wanted(args, scenario)?;
    let name = file.name().display().to_string();
    let begun = file.open().and_then(|out| Capture::begin(&scenario.network, &scenario.plan, &wanted, out));
    begun.map(Some).map_err(|error| vec![Diagnostic::plain(&name, format!("{name} cannot be written: {error}"), None)])
}

/// Ends the file of a capture that was closed; a failure is reported.
pub(super) fn keep(args: &CaptureArgs, capture: Capture<OutputStream>) -> Exit {
    match (capture.into_writer(), &args.pcap) {
        (Ok(out), _) => out.keep(),
        (Err(error), Some(name)) => failed(name, &error),
        (Err(_), None) => Exit::Done,
    }
}
