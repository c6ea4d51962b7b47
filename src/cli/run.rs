//! `vpcsim run`: plays scenarios and prints the reports in the order of the files.

use super::args::RunArgs;
use super::complaint::{complain, entries};
use super::dash::input_name;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::output;
use super::play::{options, play_watched, report_bug};
use super::reach;
use super::run_output::{self, Extras, RunFiles, verdict};
use super::watchers::Watchers;
use crate::diagnose::graph::Graph;
use crate::engine::{Options, Run, Which};
use crate::model::plan::Traffic;
use crate::model::{Change, TrafficId};
use crate::notation::list_some;
use crate::recording::course::round_interval;
use crate::report::{self, DelayLog, EffortReport, FileOutcome, Page, Snapshot};
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
            Outcome::Ran(snapshot) => verdict(snapshot),
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
    let (scenarios, refused) = load_all(args, &disk)?;
    let mut files = RunFiles::claim(args, &disk)?;
    let first = scenarios.first();
    let watch = args.tcp_rows.as_deref().zip(first).map(|(asked, scenario)| watched(asked, scenario));
    let interval = args.interval.or_else(|| files.folder.as_ref().and(first).map(series_interval));
    let options = Options { watch: watch.transpose()?, ..options(args.how, scenarios.len(), interval) };
    let streams = std::mem::take(&mut files.streams);
    let watchers = Watchers::begin(args, first, streams, files.folder.as_mut(), &disk, quiet)?;
    let finish = |run: &Run, file: &str, warnings: &[Diagnostic]| {
        watchers.close(run);
        let notes = warnings.iter().map(Diagnostic::headline).collect();
        let mut snapshot = Snapshot::of(run, file, notes, options.interval);
        // What nobody asked to see goes to the folder only.
        let series = if args.interval.is_none() { snapshot.intervals.take() } else { None };
        let extras = Extras {
            graph: (files.want_graph() || watchers.paging().is_some()).then(|| picture(run, &snapshot, verbose)),
            page: watchers.paging().map(|paging| paging.parts(run)),
            delays: files.want_delays().then(|| DelayLog::of(run)),
            series,
        };
        Ran { effort: EffortReport::of(run.simulation.effort(), run.simulation.network()), snapshot, extras }
    };
    // Judged before the run, which uses the network up; no packet counts for it.
    let judged: Vec<_> = scenarios.iter().map(|s| report::reach_reports(&s.plan, &reach::judge(s))).collect();
    let mut played = match play_watched(scenarios, watchers.pass(), options, quiet, interrupts, finish) {
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
    let extras = first.map(|ran| std::mem::take(&mut ran.extras)).unwrap_or_default();
    let outcomes = outcomes(refused, played.made, args);
    let worst = outcomes.iter().map(Outcome::exit).max().unwrap_or(Exit::Done);
    let worst = if ended_early { worst.max(Exit::Interrupted) } else { worst };
    let printed = print(&outcomes, args, quiet, verbose);
    let written = files.write(outcomes.first().and_then(Outcome::snapshot), extras, watchers);
    played.took.tell(quiet);
    Ok(worst.max(printed).max(written))
}

/// The scenarios that can be run, and for each file why its scenario cannot.
type Loaded = (Vec<Scenario>, Vec<Option<Vec<Diagnostic>>>);

/// Loads every file. If it is the only one, what is wrong with it is an error; of several, the others run.
fn load_all(args: &RunArgs, disk: &Disk) -> Result<Loaded, Vec<Diagnostic>> {
    let mut scenarios = Vec::new();
    let mut refused = Vec::new();
    for file in &args.files {
        match load(file, args, disk) {
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
    Ok((scenarios, refused))
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

/// The length of the intervals in a folder, unless the user says another: as on its page, or as many as are kept.
fn series_interval(scenario: &Scenario) -> SimDuration {
    let nanos = round_interval(&scenario.network, &scenario.plan).as_nanos();
    let fits = |nanos: &u64| rows(scenario, SimDuration::from_nanos(*nanos)) <= ROWS_MAX;
    let longer = std::iter::successors(Some(nanos), |nanos| nanos.checked_mul(2));
    SimDuration::from_nanos(longer.into_iter().find(fits).unwrap_or(u64::MAX))
}

/// What is kept of a run.
struct Ran {
    snapshot: Snapshot,
    effort: EffortReport,
    extras: Extras,
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
        text += &run_output::text(snapshot, page);
        if snapshots.len() > 1 {
            text += "\n";
        }
    }
    if snapshots.len() > 1 && !quiet {
        text += &report::comparison(&snapshots, page);
    }
    text
}
