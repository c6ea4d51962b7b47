//! `vpcsim run --pcap`: which places of a scenario are meant, and the file. The packets are captured elsewhere.

use super::args::CaptureArgs;
use super::exit::Exit;
use super::output::{OutputFile, OutputStream, failed};
use super::values::PointArg;
use crate::engine::{Pass, Run};
use crate::model::{Network, network_at};
use crate::notation::meant_of;
use crate::recording::capture::{Capture, Point, Wanted};
use crate::scenario::{Diagnostic, Scenario};
use std::path::PathBuf;

/// The most packets in the capture of a folder, and how much of each, unless the user says otherwise: headers without
/// what only fills the packets.
const STORED: (u64, u32) = (1_000_000, 128);

/// What is to be captured of a scenario, by the arguments.
///
/// # Errors
/// A place that is not there, now or later.
pub(super) fn wanted(args: &CaptureArgs, scenario: &Scenario) -> Result<Wanted, Vec<Diagnostic>> {
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

/// The same for the capture of a folder, and what is to be said of it.
pub(super) fn stored(wanted: &Wanted) -> (Wanted, Option<String>) {
    let (first, snap) = STORED;
    let remark = wanted.snap.is_none().then(|| format!("the first {snap} bytes of each packet; see --pcap-snap"));
    (Wanted { first: wanted.first.or(Some(first)), snap: wanted.snap.or(Some(snap)), ..wanted.clone() }, remark)
}

/// The places with a name: several peerings may have borne it one after the other. Else what is wrong, and a hint.
fn points(network: &Network, point: &PointArg) -> Result<Vec<Point>, (String, String)> {
    let vpc = |name: &str| {
        let names = network.vpcs().map(|(_, vpc)| vpc.name.as_str());
        network.find_vpc(name).ok_or_else(|| (format!("no VPC is called `{name}`"), meant_of(name, names)))
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
                    let hint = meant_of(name, names.iter().map(String::as_str));
                    Err((format!("no host of {of} is called `{name}`"), hint))
                }
            }
        }
        PointArg::Peering(name) => match network.bearers(name) {
            [] => {
                let names = network.peerings().map(|(_, peering)| peering.name.as_str());
                Err((format!("no peering is ever called `{name}`"), meant_of(name, names)))
            }
            bearers => Ok(bearers.iter().map(|(_, id)| Point::Peering(*id)).collect()),
        },
    }
}

/// A capture on its way to its file.
pub(super) struct Capturing {
    name: PathBuf,
    capture: Capture<OutputStream>,
}

impl Capturing {
    /// Begins the capture of a scenario's run.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn begin(wanted: &Wanted, scenario: &Scenario, file: OutputFile) -> Result<Capturing, Vec<Diagnostic>> {
        let name = file.name().to_owned();
        let begun = file.open().and_then(|out| Capture::begin(&scenario.network, &scenario.plan, wanted, out));
        begun.map(|capture| Capturing { name: name.clone(), capture }).map_err(|error| {
            let name = name.display().to_string();
            vec![Diagnostic::plain(&name, format!("{name} cannot be written: {error}"), None)]
        })
    }

    pub(super) fn pass(&self) -> &dyn Pass {
        &self.capture
    }

    /// To be called when the run has ended.
    pub(super) fn close(&self, run: &Run) {
        self.capture.close(run);
    }

    /// How many packets it left out because it was full, when it is closed.
    pub(super) fn left_out(&self) -> u64 {
        self.capture.left_out()
    }

    /// Gives the file its name; a failure is reported.
    pub(super) fn keep(self) -> Exit {
        self.capture.into_writer().map_or_else(|error| failed(&self.name, &error), OutputStream::keep)
    }
}
