//! `vpcsim run`: plays scenarios and prints the reports in the order of the files.

use super::args::RunArgs;
use super::complaint::{complain, entries};
use super::dash::input_name;
use super::exit::Exit;
use super::files::Disk;
use super::html::PageParts;
use super::interrupt::Interrupts;
use super::output::{self, Content, OutputFile, Outputs};
use super::play::{options, play_watched, report_bug};
use super::reach;
use super::watchers::Watchers;
use crate::diagnose::graph::Graph;
use crate::engine::{Options, Run, Which};
use crate::model::plan::Traffic;
use crate::model::{Change, TrafficId};
use crate::notation::list_some;
use crate::report::{self, Artifact, EffortReport, FileOutcome, Page, Snapshot};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::{SimDuration, grouped};
use std::path::{Path, PathBuf};

/// The most interval rows kept for one run: 64 bytes each.
const ROWS_MAX: u64 = 20_000_000;

/// The outcome of a file.
enum Outcome {
    Ran(Box<Snapshot>),
    Refused(Vec<Diagnostic>),
}

impl Outcome {
    fn exit(&self) -> Exit {
        match self {
            Outcome::Refused(_) => Exit::CannotDo,
            Outcome::Ran(snapshot) if snapshot.partial => Exit::Interrupted,
            Outcome::Ran(snapshot) if !snapshot.demands_met() => Exit::DemandNotMet,
            Outcome::Ran(_) => Exit::Done,
        }
    }

    fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Outcome::Ran(snapshot) => Some(snapshot),
            Outcome::Refused(_) => None,
        }
    }

    fn entry(&self) -> FileOutcome<'_> {
        match self {
            Outcome::Ran(snapshot) => FileOutcome::Ran(snapshot),
            Outcome::Refused(complaints) => FileOutcome::Refused(entries(complaints)),
        }
    }
}

/// Runs every file; the worst exit code decides. A single wrong file is refused; of several files, the others run.
pub(super) fn run(args: &RunArgs, quiet: bool, verbose: u8, interrupts: &Interrupts) -> Result<Exit, Vec<Diagnostic>> {
    if let Some(option) = args.single().filter(|_| args.files.len() > 1) {
        output::talk(&format!("vpcsim: {option} takes a single scenario"));
        return Ok(Exit::CannotDo);
    }
    let disk = Disk::default();
    let mut scenarios = Vec::new();
    let mut refused = Vec::new();
    for file in &args.files {
        match load(file, args, &disk) {
            Ok(scenario) => {
                scenarios.push(scenario);
                refused.push(None);
            }
            Err(complaints) if args.files.len() == 1 => return Err(complaints),
            Err(complaints) => {
                complain(&complaints);
                refused.push(Some(complaints));
            }
        }
    }
    let mut files = Files::claim(args, &disk)?;
    let watch = args.tcp_rows.as_deref().zip(scenarios.first()).map(|(asked, scenario)| watched(asked, scenario));
    let options = Options { watch: watch.transpose()?, ..options(args.how, scenarios.len(), args.interval) };
    let watchers = Watchers::begin(args, scenarios.first(), [files.pcap.take(), files.flow_logs.take()], &disk, quiet)?;
    let snapshot = |run: &Run, file: &str, warnings: &[Diagnostic]| {
        watchers.close(run);
        let notes = warnings.iter().map(Diagnostic::headline).collect();
        let snapshot = Snapshot::of(run, file, notes, options.interval);
        Ran {
            effort: EffortReport::of(run.simulation.effort(), run.simulation.network()),
            graph: files.graph.as_ref().map(|_| picture(run, &snapshot, verbose)),
            page: watchers.paging().map(|paging| paging.parts(run, picture(run, &snapshot, verbose))),
            snapshot,
        }
    };
    // Judged before the run, which uses the network up; no packet counts for it.
    let judged: Vec<_> = scenarios.iter().map(|s| report::reach_reports(&s.plan, &reach::judge(s))).collect();
    let mut played = match play_watched(scenarios, watchers.pass(), options, quiet, interrupts, snapshot) {
        Ok(played) => played,
        Err(bug) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    for (made, judged) in played.made.iter_mut().zip(judged) {
        made.iter_mut().for_each(|ran| ran.snapshot.expectations.extend_from_slice(&judged));
    }
    if verbose > 0 {
        played.made.iter().flatten().for_each(|ran| tell_effort(&ran.snapshot, &ran.effort, options));
    }
    let ended_early = played.made.iter().any(Option::is_none);
    let first = played.made.first_mut().and_then(Option::as_mut);
    let drawn = first.map(|ran| (ran.graph.take(), ran.page.as_ref().map(|parts| parts.page(&ran.snapshot))));
    let (graph, page) = drawn.unwrap_or_default();
    let outcomes = outcomes(refused, played.made, args);
    let worst = outcomes.iter().map(Outcome::exit).max().unwrap_or(Exit::Done);
    let worst = if ended_early { worst.max(Exit::Interrupted) } else { worst };
    let printed = print(&outcomes, args, quiet, verbose);
    let written = files.write(outcomes.first().and_then(Outcome::snapshot), graph, page).max(watchers.keep(args));
    played.took.tell(quiet);
    Ok(worst.max(printed).max(written))
}

fn load(file: &Path, args: &RunArgs, disk: &Disk) -> Result<Scenario, Vec<Diagnostic>> {
    let mut scenario = disk.scenario(file, &args.edits.edits())?;
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    if let Some(interval) = args.interval {
        let rows = rows(&scenario, interval);
        if rows > ROWS_MAX {
            let (rows, most) = (grouped(rows), grouped(ROWS_MAX));
            let message = format!("--interval {interval} makes up to {rows} rows, at most {most} are kept");
            return Err(vec![Diagnostic::plain(&scenario.file, message, Some("use a longer interval".into()))]);
        }
    }
    Ok(scenario)
}

/// The connection that `asked` names, as in `copy#3`.
fn watched(asked: &str, scenario: &Scenario) -> Result<Which, Vec<Diagnostic>> {
    let plain = |message: String, hint: &str| vec![Diagnostic::plain(&scenario.file, message, Some(hint.into()))];
    let (name, number) = match asked.rsplit_once('#') {
        None => (asked, 1),
        Some((name, digits)) => {
            let wrong = || plain(format!("`{digits}` is no connection"), "they count from 1, as in copy#3");
            (name, digits.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?)
        }
    };
    let entries = || scenario.plan.traffic.iter().enumerate();
    let connections = |entry: &Traffic| entry.transfers().map(|t| entry.senders() as u64 * u64::from(t.connections));
    let found = entries().find(|(_, entry)| entry.name.as_str() == name);
    let all = found.and_then(|(at, entry)| Some((at, entry, connections(entry)?)));
    let Some((at, entry, flows)) = all else {
        let tcp = entries().filter(|(_, e)| e.transfers().is_some()).map(|(_, e)| e.name.as_str());
        let hint = match list_some(tcp) {
            none if none.is_empty() => "no entry of this scenario has pattern = \"tcp\"".to_owned(),
            some => format!("those are {some}"),
        };
        return Err(plain(format!("--tcp-rows: `{name}` is no traffic entry of TCP connections"), &hint));
    };
    let most = flows.saturating_mul(entry.count.unwrap_or(1));
    if number > most {
        let message = format!("--tcp-rows: `{name}` has no connection {}", grouped(number));
        return Err(plain(message, &format!("it has {}", grouped(most))));
    }
    Ok(Which { traffic: TrafficId(at as u32), number: number - 1 })
}

/// The largest possible number of interval rows of a run: both directions of every peering, including all that the
/// timeline asks for.
fn rows(scenario: &Scenario, interval: SimDuration) -> u64 {
    let asked = scenario.plan.timeline.iter().filter(|action| matches!(action.change, Change::CreatePeering(_)));
    let peerings = (scenario.network.peerings().len() + asked.count()) as u64;
    scenario.plan.duration.as_nanos().div_ceil(interval.as_nanos().max(1)).saturating_mul(peerings.saturating_mul(2))
}

/// What is kept of a run.
struct Ran {
    snapshot: Snapshot,
    effort: EffortReport,
    /// The picture of its network, if asked for.
    graph: Option<String>,
    /// What its page has besides the report, if asked for.
    page: Option<PageParts>,
}

/// The files beside the report.
struct Files {
    csv: Option<OutputFile>,
    graph: Option<OutputFile>,
    html: Option<OutputFile>,
    pcap: Option<OutputFile>,
    metrics: Option<OutputFile>,
    flow_logs: Option<OutputFile>,
}

impl Files {
    /// Checks that all of them can be written.
    fn claim(args: &RunArgs, disk: &Disk) -> Result<Files, Vec<Diagnostic>> {
        let mut outputs = Outputs::new(disk.inputs(), args.force);
        let mut file = |path: &Option<PathBuf>, artifact| {
            let claimed = path.as_deref().map(|path| outputs.file(path, Content::Artifact(artifact)));
            claimed.transpose().map_err(|wrong| vec![wrong])
        };
        let (csv, graph) = (file(&args.csv, Artifact::Intervals)?, file(&args.graph, Artifact::Graph)?);
        let html = file(&args.html, Artifact::Page)?;
        let (pcap, metrics) = (file(&args.capture.pcap, Artifact::Capture)?, file(&args.metrics, Artifact::Metrics)?);
        Ok(Files { csv, graph, html, pcap, metrics, flow_logs: file(&args.flow_logs.flow_logs, Artifact::FlowLog)? })
    }

    /// Writes what the run made; a failing file does not prevent the others.
    fn write(self, snapshot: Option<&Snapshot>, graph: Option<String>, page: Option<String>) -> Exit {
        let csv = self.csv.zip(snapshot).map(|(file, snapshot)| file.write(&report::intervals_csv(snapshot)));
        let graph = self.graph.zip(graph).map(|(file, graph)| file.write(&graph));
        let metrics = self.metrics.zip(snapshot).map(|(file, snapshot)| file.write(&report::metrics(snapshot)));
        let html = self.html.zip(page).map(|(file, page)| file.write(&page));
        csv.max(graph).max(html).max(metrics).unwrap_or(Exit::Done)
    }
}

/// The network at the end of the run, with its loads.
fn picture(run: &Run, snapshot: &Snapshot, verbose: u8) -> String {
    let graph = Graph::of(run.simulation.network(), &run.plan.name, snapshot.reached);
    let mut graph = report::measured(graph, snapshot);
    if verbose == 0 {
        graph.forget_gone();
    }
    report::network_svg(&graph)
}

/// Not in the report, which does not depend on how it was computed.
fn tell_effort(snapshot: &Snapshot, effort: &EffortReport, options: Options) {
    let workers = options.workers.get();
    let limit = effort.limit(workers).map_or(String::new(), |limit| format!(", limited: {limit}"));
    let workers = report::counted(workers as u64, "worker");
    let waiting = effort.waiting().map_or(String::new(), |waiting| format!("; {waiting}"));
    output::talk(&format!("how ({}): {}; {workers}{limit}{waiting}", snapshot.file, effort.told()));
}

/// One outcome per file, in order. Files that were not begun when a signal came are reported.
fn outcomes(refused: Vec<Option<Vec<Diagnostic>>>, played: Vec<Option<Ran>>, args: &RunArgs) -> Vec<Outcome> {
    let mut played = played.into_iter();
    let outcome = |(file, refused): (&PathBuf, Option<Vec<Diagnostic>>)| {
        if let Some(complaints) = refused {
            return Outcome::Refused(complaints);
        }
        match played.next().flatten() {
            Some(ran) => Outcome::Ran(Box::new(ran.snapshot)),
            None => {
                let name = input_name(file);
                let message = format!("{name} was not run: interrupted before it began");
                let complaints = vec![Diagnostic::plain(&name, message, None)];
                complain(&complaints);
                Outcome::Refused(complaints)
            }
        }
    };
    args.files.iter().zip(refused).map(outcome).collect()
}

/// Prints the report; files come later, so that a failed one does not prevent it.
fn print(outcomes: &[Outcome], args: &RunArgs, quiet: bool, verbose: u8) -> Exit {
    let to = args.report_to();
    let page = to.page(verbose > 0);
    match args.json {
        true => to.write(&json(outcomes), &Page::PIPE),
        false => to.write(&text(outcomes, quiet, &page), &page),
    }
}

fn json(outcomes: &[Outcome]) -> String {
    match outcomes {
        [Outcome::Ran(snapshot)] => report::json(snapshot),
        several => report::json_array(&several.iter().map(Outcome::entry).collect::<Vec<_>>()),
    }
}

fn text(outcomes: &[Outcome], quiet: bool, page: &Page) -> String {
    let snapshots: Vec<&Snapshot> = outcomes.iter().filter_map(Outcome::snapshot).collect();
    let mut text = String::new();
    for snapshot in &snapshots {
        if quiet && snapshot.demands_met() && !snapshot.partial {
            continue;
        }
        text += &report::text(snapshot, page);
        if let Some(intervals) = &snapshot.intervals {
            text += "\n";
            text += &report::bars(intervals, page);
        }
        if snapshots.len() > 1 {
            text += "\n";
        }
    }
    if snapshots.len() > 1 && !quiet {
        text += &report::comparison(&snapshots, page);
    }
    text
}
