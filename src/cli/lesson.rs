//! `vpcsim lesson`: lists lessons, shows one, and checks what a learner made of one. Goals come from the lesson that is
//! shipped, never from the learner's file.

use super::args::HowArgs;
use super::dash::input_name;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::lesson_args::{CheckArgs, LessonCommand, ShowArgs};
use super::output;
use super::play::{options, play_all, report_bug};
use super::reach;
use crate::engine::Run;
use crate::lessons::{LESSONS, Shipped, attempt};
use crate::model::Stage;
use crate::notation::meant_of;
use crate::report::{self, Snapshot, StageResult};
use crate::scenario::{Attempt, Diagnostic, Scenario};
use std::path::Path;

/// Carries out one of the three; 1 if a stage is not passed, 2 if there is no such lesson or the file is broken.
pub(super) fn lesson(
    command: &LessonCommand,
    quiet: bool,
    verbose: u8,
    interrupts: &Interrupts,
) -> Result<Exit, Vec<Diagnostic>> {
    match command {
        LessonCommand::List(args) => {
            let lessons = LESSONS.iter().map(Shipped::lesson).collect::<Result<Vec<_>, _>>()?;
            if args.json {
                return Ok(output::stdout(&report::lessons_json(&lessons)));
            }
            let page = output::page(verbose > 0);
            Ok(output::report(&report::lessons_text(&lessons, &page), &page))
        }
        LessonCommand::Show(args) => show(args, verbose),
        LessonCommand::Check(args) => check(args, quiet, verbose, interrupts),
    }
}

/// The lesson called `name`.
///
/// # Errors
/// There is none.
pub(super) fn find(name: &str) -> Result<&'static Shipped, Vec<Diagnostic>> {
    Shipped::named(name).ok_or_else(|| {
        let known = LESSONS.iter().map(|lesson| lesson.name);
        vec![Diagnostic::plain("lesson", format!("no lesson is called `{name}`"), Some(meant_of(name, known)))]
    })
}

fn show(args: &ShowArgs, verbose: u8) -> Result<Exit, Vec<Diagnostic>> {
    let shipped = find(&args.name)?;
    if args.solved {
        return Ok(output::stdout(shipped.solved));
    }
    let page = output::page(verbose > 0);
    let text = report::markdown(shipped.text, &page) + "\n" + &report::lesson_text(&shipped.lesson()?, &page);
    Ok(output::report(&text, &page))
}

fn check(args: &CheckArgs, quiet: bool, verbose: u8, interrupts: &Interrupts) -> Result<Exit, Vec<Diagnostic>> {
    let disk = Disk::default();
    let (name, folder) = (input_name(&args.file), args.file.parent().unwrap_or(Path::new("")));
    let (content, wanted) = (disk.read_named(&args.file), args.lesson.as_deref());
    let (lesson, stages, results, worst) = match attempt(content, &name, folder, &disk, &args.edits.edits(), wanted)? {
        Attempt::Changed { lesson, stages, changed, may_change } => (
            format!("{lesson} ({name})"),
            Vec::new(),
            report::changed_results(&stages, &changed, &may_change),
            Exit::Done,
        ),
        Attempt::Fair(scenario) => {
            let Some(played) = play(*scenario, quiet, interrupts) else { return Ok(Exit::Bug) };
            let worst = if played.partial { Exit::Interrupted } else { Exit::Done };
            (played.lesson, played.stages, played.results, worst)
        }
    };
    let all_passed = results.iter().all(|result| result.passed);
    let worst = worst.max(if all_passed { Exit::Done } else { Exit::DemandNotMet });
    if args.json {
        return Ok(worst.max(output::stdout(&report::stages_json(&results))));
    }
    let page = output::page(verbose > 0);
    Ok(worst.max(output::report(&report::stages_text(&lesson, &stages, &results, &page), &page)))
}

/// A learner's scenario that was run.
struct Played {
    lesson: String,
    stages: Vec<Stage>,
    results: Vec<StageResult>,
    partial: bool,
}

/// Runs a learner's scenario under the demands of its lesson; nothing after a bug.
fn play(scenario: Scenario, quiet: bool, interrupts: &Interrupts) -> Option<Played> {
    let judged = report::reach_reports(&scenario.plan, &reach::judge(&scenario));
    let finish = |run: &Run, file: &str, _: &[Diagnostic]| {
        let mut snapshot = Snapshot::of(run, file, Vec::new(), None);
        snapshot.expectations.extend_from_slice(&judged);
        let lesson = run.plan.lesson.as_ref();
        Played {
            lesson: lesson.map(|lesson| format!("{} ({file})", lesson.name)).unwrap_or_default(),
            stages: lesson.map(|lesson| lesson.stages.clone()).unwrap_or_default(),
            results: report::stage_results(&run.plan, &snapshot),
            partial: snapshot.partial,
        }
    };
    match play_all(
        vec![scenario],
        options(HowArgs { workers: None, packets: false }, 1, None),
        quiet,
        interrupts,
        finish,
    ) {
        Ok(played) => played.made.into_iter().flatten().next(),
        Err(bug) => {
            report_bug(&bug);
            None
        }
    }
}
