//! Who looks on while `vpcsim run` plays a scenario: what each writes and shows is its own affair.

use super::args::RunArgs;
use super::capture;
use super::exit::Exit;
use super::files::Disk;
use super::flow_logs::{self, Logging};
use super::html::Paging;
use super::listen::Live;
use super::output::{OutputFile, OutputStream};
use crate::engine::{Pass, Run};
use crate::recording::capture::Capture;
use crate::scenario::{Diagnostic, Scenario};
use crate::units::SimTime;

/// Those that the user asked for.
pub(super) struct Watchers {
    capture: Option<Capture<OutputStream>>,
    logging: Option<Logging>,
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
        disk: &Disk,
        quiet: bool,
    ) -> Result<Watchers, Vec<Diagnostic>> {
        let Some(scenario) = scenario else {
            return Ok(Watchers { capture: None, logging: None, live: None, paging: None });
        };
        let paging = args.html.as_ref().map(|_| Paging::begin(scenario, args.interval, disk)).transpose()?;
        let live = args.listen.map(|address| Live::begin(address, scenario, quiet)).transpose()?;
        let logging = match flow_logs {
            None => None,
            Some(file) => {
                let shape = flow_logs::shape(&args.flow_logs, &scenario.file)?;
                Some(Logging::begin(scenario, shape, file))
            }
        };
        let capture = capture::begin(&args.capture, Some(scenario), pcap)?;
        Ok(Watchers { capture, logging, live, paging })
    }

    fn each(&self) -> impl Iterator<Item = &dyn Pass> {
        let capture = self.capture.as_ref().map(|capture| capture as &dyn Pass);
        let logging = self.logging.as_ref().map(|logging| logging as &dyn Pass);
        let live = self.live.as_ref().map(|live| live as &dyn Pass);
        capture.into_iter().chain(logging).chain(live).chain(self.paging.as_ref().map(Paging::pass))
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
        self.capture.iter().for_each(|capture| capture.close(run));
        self.logging.iter().for_each(|logging| logging.close(run));
    }

    /// Gives their files their names.
    pub(super) fn keep(self, args: &RunArgs) -> Exit {
        let captured = self.capture.map_or(Exit::Done, |capture| capture::keep(&args.capture, capture));
        captured.max(self.logging.map_or(Exit::Done, Logging::keep))
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
        // Each is asked after each slice.
        self.each().fold(false, |is_over, pass| pass.is_over(run) | is_over)
    }
}
