//! Who looks on while `vpcsim run` plays a scenario: what each writes and shows is its own affair.

use super::args::RunArgs;
use super::capture::{self, Capturing};
use super::exit::Exit;
use super::files::Disk;
use super::flow_logs::{self, Logging};
use super::folder::{CAPTURE, Folder};
use super::html::Paging;
use super::listen::Live;
use super::output::OutputFile;
use crate::engine::{Pass, Run};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::SimTime;

/// Those that the user asked for: into files of their own, and into a folder.
#[derive(Default)]
pub(super) struct Watchers {
    captures: Vec<Capturing>,
    logs: Vec<Logging>,
    live: Option<Live>,
    paging: Option<Paging>,
}

impl Watchers {
    /// Those over a scenario's run, before it begins; none without a scenario.
    ///
    /// # Errors
    /// What is asked for does not fit together, or an address cannot be had.
    pub(super) fn begin(
        args: &RunArgs,
        scenario: Option<&Scenario>,
        [pcap, flow_logs]: [Option<OutputFile>; 2],
        folder: Option<&mut Folder>,
        disk: &Disk,
        quiet: bool,
    ) -> Result<Watchers, Vec<Diagnostic>> {
        let Some(scenario) = scenario else { return Ok(Watchers::default()) };
        let wants_page = args.html.is_some() || folder.is_some();
        let paging = || Paging::begin(scenario, args.interval, args.html.is_some(), disk);
        let paging = wants_page.then(paging).transpose()?;
        let wanted = capture::wanted(&args.capture, scenario)?;
        let shape = flow_logs::shape(&args.flow_logs, &scenario.file)?;
        let live = args.listen.map(|address| Live::begin(address, scenario, quiet)).transpose()?;
        let mut watchers = Watchers { live, paging, ..Watchers::default() };
        let (stored, remark) = capture::stored(&wanted);
        // From here on, files are made.
        let streams = folder.map(|folder| {
            remark.into_iter().for_each(|remark| folder.remark(CAPTURE, remark));
            folder.streams()
        });
        let [stored_pcap, stored_flow_logs] = streams.transpose()?.unwrap_or_default();
        for file in [flow_logs, stored_flow_logs].into_iter().flatten() {
            watchers.logs.push(Logging::begin(scenario, shape.clone(), file));
        }
        for (wanted, file) in [(&wanted, pcap), (&stored, stored_pcap)] {
            let file = file.map(|file| Capturing::begin(wanted, scenario, file)).transpose()?;
            watchers.captures.extend(file);
        }
        Ok(watchers)
    }

    fn each(&self) -> impl Iterator<Item = &dyn Pass> {
        let captures = self.captures.iter().map(Capturing::pass);
        let logs = self.logs.iter().map(|log| log as &dyn Pass);
        let live = self.live.as_ref().map(|live| live as &dyn Pass);
        captures.chain(logs).chain(live).chain(self.paging.as_ref().map(Paging::pass))
    }

    /// What gathers the documents of a page, if one is asked for.
    pub(super) fn paging(&self) -> Option<&Paging> {
        self.paging.as_ref()
    }

    /// All of them, if there are any.
    pub(super) fn pass(&self) -> Option<&dyn Pass> {
        self.each().next().map(|_| self as &dyn Pass)
    }

    /// To be called when the run has ended.
    pub(super) fn close(&self, run: &Run) {
        self.captures.iter().for_each(|capture| capture.close(run));
        self.logs.iter().for_each(|log| log.close(run));
    }

    /// How many packets the last capture left out because it was full.
    pub(super) fn left_out(&self) -> u64 {
        self.captures.last().map_or(0, Capturing::left_out)
    }

    /// Gives their files their names.
    pub(super) fn keep(self) -> Exit {
        let captured = self.captures.into_iter().map(Capturing::keep);
        captured.chain(self.logs.into_iter().map(Logging::keep)).max().unwrap_or(Exit::Done)
    }
}

impl Pass for Watchers {
    fn begin(&self, run: &mut Run) {
        self.each().for_each(|pass| pass.begin(run));
    }

    fn next_look(&self, now: SimTime) -> SimTime {
        self.each().map(|pass| pass.next_look(now)).min().unwrap_or(SimTime::NEVER)
    }

    fn look(&self, run: &mut Run) {
        self.each().for_each(|pass| pass.look(run));
    }

    fn is_over(&self, run: &Run) -> bool {
        self.each().any(|pass| pass.is_over(run))
    }
}
