//! `vpcsim sweep`: plays a file at many points, as a network tester does, and prints a line for each: a plain sweep,
//! searches for the highest lossless rate, or the steps of a service test. Expectations of the file are shown and do
//! not decide the exit code.

use super::args::SweepArgs;
use super::exit::Exit;
use super::interrupt::Interrupts;
use super::output::{Content, OutputFile, Outputs};
use super::play::report_bug;
use super::sweep_input::{Setting, Subject};
use super::sweep_play::{Player, Stop};
use super::{sweep_lossless, sweep_service};
use crate::report::{self, Artifact, Head, LosslessReport, Page, PointReport, ServiceReport, SweepPlot, SweepReport};
use crate::scenario::Diagnostic;
use crate::sweep::{Axis, Grid};

/// Plays and prints; the exit code is that of the playing alone.
pub(super) fn sweep(
    args: &SweepArgs,
    quiet: bool,
    verbose: u8,
    interrupts: &Interrupts,
) -> Result<Exit, Vec<Diagnostic>> {
    let subject = Subject::read(args)?;
    let grid = Grid::new(args.over.clone()).map_err(|wrong| subject.refuse(wrong, None))?;
    if grid.axes().len() > report::AXES_MAX {
        let message = format!("--over: at most {} keys at once", report::AXES_MAX);
        return Err(subject.refuse(message, None));
    }
    if let Some(axis) = grid.axes().iter().find(|axis| is_taken(&axis.key, args)) {
        let message = format!("--over: `{}` is what another option of this command turns", axis.key);
        return Err(subject.refuse(message, Some("vary another key".into())));
    }
    let mut player = Player::new(&subject, args.how, quiet, interrupts);
    let asked = Asked { args, grid: &grid, subject: &subject };
    let played = match (&args.find_lossless, &args.y1564) {
        (Some(key), _) => asked.lossless(key, &mut player),
        (None, Some(key)) => asked.service(key, &mut player),
        (None, None) => asked.points(&mut player),
    };
    let (drawn, files) = match played {
        Ok(played) => played,
        Err(Stop::Refused(complaints)) => return Err(complaints),
        Err(Stop::Bug(bug)) => {
            report_bug(&bug);
            return Ok(Exit::Bug);
        }
    };
    let (to, page) = (args.report_to(), args.report_to().page(verbose > 0));
    let printed = match args.json {
        true => to.write(&drawn.json(), &Page::PIPE),
        false => to.write(&drawn.text(&page), &page),
    };
    let verdict = if drawn.head().partial { Exit::Interrupted } else { Exit::Done };
    let written = files.write(&drawn);
    player.tell();
    Ok(verdict.max(printed).max(written))
}

/// Whether a key is set at every point anyway, so that its values would show what was not played.
fn is_taken(key: &str, args: &SweepArgs) -> bool {
    let Some(turned) = args.find_lossless.as_deref().or(args.y1564.as_deref()) else { return false };
    let entry = turned.strip_suffix(".rate").unwrap_or(turned);
    let of_entry = |name: &str| key.strip_prefix(entry) == Some(name);
    let by_burst = args.burst && [".phase", ".count"].into_iter().any(of_entry);
    key == turned || by_burst || !args.sizes.is_empty() && of_entry(".packet_size")
}

/// What is to be played.
struct Asked<'a> {
    args: &'a SweepArgs,
    grid: &'a Grid,
    subject: &'a Subject,
}

type Played = Result<(Drawn, Files), Stop>;

impl Asked<'_> {
    fn points(&self, player: &mut Player<'_>) -> Played {
        let (values, settings): (Vec<_>, Vec<_>) = self.settings(None, &|_| None).into_iter().unzip();
        for settings in &settings {
            self.subject.load(settings)?;
        }
        let files = Files::claim(self)?;
        let head = self.head(Vec::new())?;
        let made = player.play(&settings, |at, snapshot| PointReport::of(&values[at], snapshot))?;
        let planned = made.len();
        let points: Vec<PointReport> = made.into_iter().flatten().collect();
        let partial = points.len() < planned || points.iter().any(|point| point.partial);
        let head = Head { partial, notes: player.notes(), ..head };
        Ok((Drawn::Points(SweepReport { head, planned, points }), files))
    }

    fn lossless(&self, key: &str, player: &mut Player<'_>) -> Played {
        let frames = sweep_lossless::frames(self.args);
        let framed = |size: &str| Some(sweep_lossless::framed(key, size.parse().ok()?));
        let points = self.settings(frames.as_ref(), &framed);
        let cases = sweep_lossless::cases(self.args, key, self.subject, points)?;
        let files = Files::claim(self)?;
        let head = self.head(frames.into_iter().collect())?;
        let searches = sweep_lossless::search(self.args, key, &cases, player)?;
        let partial = player.is_interrupted();
        let head = Head { partial, notes: player.notes(), ..head };
        let line_rate = self.args.line_rate;
        Ok((Drawn::Lossless(LosslessReport { head, key: key.to_owned(), line_rate, searches }), files))
    }

    fn service(&self, key: &str, player: &mut Player<'_>) -> Played {
        let cases = sweep_service::cases(self.args, key, self.subject, self.settings(None, &|_| None))?;
        let files = Files::claim(self)?;
        let head = self.head(vec![sweep_service::axis()])?;
        let steps = sweep_service::play(&cases, player)?;
        let partial = steps.len() < cases.len() || steps.iter().any(|step| step.partial);
        let head = Head { partial, notes: player.notes(), ..head };
        Ok((Drawn::Service(ServiceReport { head, key: key.to_owned(), steps }), files))
    }

    /// The values and settings of every point, and of each value of `inner` at each.
    fn settings(
        &self,
        inner: Option<&Axis>,
        set: &dyn Fn(&str) -> Option<Setting>,
    ) -> Vec<(Vec<String>, Vec<Setting>)> {
        let outer = |point: Vec<String>| {
            let set = |(axis, value): (&Axis, &String)| Setting {
                key: axis.key.clone(),
                value: value.clone(),
                option: "--over",
            };
            let settings: Vec<Setting> = self.grid.axes().iter().zip(&point).map(set).collect();
            (point, settings)
        };
        let points = self.grid.points().into_iter().map(outer);
        let Some(inner) = inner else { return points.collect() };
        let with = |(point, settings): (Vec<String>, Vec<Setting>)| {
            let one = |value: &String| {
                let settings = settings.iter().cloned().chain(set(value)).collect();
                ([&point[..], std::slice::from_ref(value)].concat(), settings)
            };
            inner.values.iter().map(one).collect::<Vec<_>>()
        };
        points.flat_map(with).collect()
    }

    /// What the report begins with, before anything is played.
    fn head(&self, inner: Vec<Axis>) -> Result<Head, Stop> {
        let first = self.settings(None, &|_| None).into_iter().next().map(|(_, settings)| settings);
        let scenario = self.subject.load(&first.unwrap_or_default())?;
        Ok(Head {
            scenario: scenario.plan.name,
            file: scenario.file,
            seed: scenario.plan.seed,
            partial: false,
            notes: Vec::new(),
            axes: self.grid.axes().iter().cloned().chain(inner).collect(),
        })
    }
}

/// What came of it.
enum Drawn {
    Points(SweepReport),
    Lossless(LosslessReport),
    Service(ServiceReport),
}

impl Drawn {
    fn head(&self) -> &Head {
        match self {
            Drawn::Points(report) => &report.head,
            Drawn::Lossless(report) => &report.head,
            Drawn::Service(report) => &report.head,
        }
    }
    fn text(&self, page: &Page) -> String {
        match self {
            Drawn::Points(report) => report::sweep_text(report, page),
            Drawn::Lossless(report) => report::lossless_text(report, page),
            Drawn::Service(report) => report::service_text(report, page),
        }
    }
    fn json(&self) -> String {
        match self {
            Drawn::Points(report) => report::sweep_json(report),
            Drawn::Lossless(report) => report::lossless_json(report),
            Drawn::Service(report) => report::service_json(report),
        }
    }
    fn csv(&self) -> String {
        match self {
            Drawn::Points(report) => report::sweep_csv(report),
            Drawn::Lossless(report) => report::lossless_csv(report),
            Drawn::Service(report) => report::service_csv(report),
        }
    }
    fn plot(&self) -> SweepPlot {
        match self {
            Drawn::Points(report) => report::sweep_plot(report),
            Drawn::Lossless(report) => report::lossless_plot(report),
            Drawn::Service(report) => report::service_plot(report),
        }
    }
}

/// The files that were asked for, claimed before anything is played.
struct Files {
    csv: Option<OutputFile>,
    svg: Option<OutputFile>,
}

impl Files {
    fn claim(asked: &Asked<'_>) -> Result<Files, Vec<Diagnostic>> {
        let mut outputs = Outputs::new(asked.subject.inputs(), asked.args.force);
        let mut file = |path: &Option<std::path::PathBuf>, artifact| {
            let claimed = path.as_deref().map(|path| outputs.file(path, Content::Artifact(artifact)));
            claimed.transpose().map_err(|wrong| vec![wrong])
        };
        Ok(Files { csv: file(&asked.args.csv, Artifact::Sweep)?, svg: file(&asked.args.svg, Artifact::Picture)? })
    }

    fn write(self, drawn: &Drawn) -> Exit {
        let csv = self.csv.map(|file| file.write(&drawn.csv()));
        let svg = self.svg.map(|file| file.write(&report::sweep_picture(&drawn.plot())));
        csv.into_iter().chain(svg).max().unwrap_or(Exit::Done)
    }
}
