//! `vpcsim trace`: tells the story of one packet of a scenario. The trace module finds it; here names are checked, runs
//! are played and the story is printed.

use super::args::TraceArgs;
use super::exit::Exit;
use super::files::Disk;
use super::interrupt::Interrupts;
use super::output;
use super::play::{options, play_pass, report_bug};
use crate::model::TrafficId;
use crate::notation::meant_of;
use crate::report::{self, counted};
use crate::scenario::{Diagnostic, Scenario};
use crate::trace::{Answer, BadName, Nothing, Question, Senders, Wanted};
use crate::units::SimTime;

/// Tells the story of the packet that is asked for: 1 if a packet was looked for and there is none, 2 if the name is
/// that of no packet.
pub(super) fn trace(
    args: &TraceArgs,
    quiet: bool,
    verbose: u8,
    interrupts: &Interrupts,
) -> Result<Exit, Vec<Diagnostic>> {
    let mut scenario = Disk::default().scenario(&args.file, &args.edits.edits())?;
    if let Some(seed) = args.seed {
        scenario.plan.seed = seed;
    }
    let question = question(args, &scenario)?;
    let options = options(args.how, 1, None);
    let Scenario { file, network, plan, .. } = &scenario;
    let answer = crate::trace::trace(network, plan, question, |pass| {
        play_pass(scenario.clone(), pass, options, quiet, interrupts)
    });
    match answer {
        Ok(Answer::Told(story)) => {
            let ended = if story.interrupted.is_some() { Exit::Interrupted } else { Exit::Done };
            let page = output::page(verbose > 0);
            let printed = match args.json {
                true => output::stdout(&report::story_json(&story, file)),
                false => output::report(&report::story(&story, wanted(question), &page), &page),
            };
            Ok(ended.max(printed))
        }
        Ok(Answer::Nothing(nothing @ Nothing::NotSent { .. })) => {
            Err(vec![Diagnostic::plain(file, format!("--packet: {}", report::no_story(&nothing)), None)])
        }
        Ok(Answer::Nothing(nothing)) => Ok(tell_nothing(args, &nothing, &scenario)),
        Ok(Answer::Interrupted(until)) => {
            output::talk(&format!("vpcsim: interrupted at {until}, before the packet was found"));
            Ok(Exit::Interrupted)
        }
        Err(bug) => {
            report_bug(&bug);
            Ok(Exit::Bug)
        }
    }
}

/// Says that the run has no such packet, which is no mistake of the user's.
fn tell_nothing(args: &TraceArgs, nothing: &Nothing, scenario: &Scenario) -> Exit {
    let of = args.traffic.as_ref().map_or(String::new(), |entry| format!(" of {entry}"));
    let until: SimTime = scenario.plan.duration;
    let why = format!("In {until} of virtual time, {}{of}.", report::no_story(nothing));
    let printed = match args.json {
        true => output::stdout(&report::no_story_json(&why, &scenario.file)),
        false => output::stdout(&format!("{why}\n")),
    };
    Exit::DemandNotMet.max(printed)
}

fn wanted(question: Question) -> Option<Wanted> {
    match question {
        Question::Packet(_) => None,
        Question::Found(wanted, _) => Some(wanted),
    }
}

/// What is asked, with every name checked.
fn question(args: &TraceArgs, scenario: &Scenario) -> Result<Question, Vec<Diagnostic>> {
    let refuse = |message: String, hint: String| vec![Diagnostic::plain(&scenario.file, message, Some(hint))];
    if let Some(name) = &args.packet {
        let found = Senders::of(&scenario.plan).packet(name);
        return match found {
            Ok(id) => Ok(Question::Packet(id)),
            Err(bad) => Err(refuse(format!("--packet: {bad}"), hint(&bad, scenario))),
        };
    }
    let traffic = args.traffic.as_ref().map(|name| {
        let found = scenario.plan.traffic.iter().position(|entry| entry.name.as_str() == name);
        let unknown = || BadName::NoEntry(name.clone());
        found.map(|at| TrafficId(at as u32)).ok_or_else(|| {
            let bad = unknown();
            refuse(format!("--traffic: {bad}"), hint(&bad, scenario))
        })
    });
    let wanted = args.first_drop.map_or(Wanted::Slowest, Wanted::FirstDrop);
    Ok(Question::Found(wanted, traffic.transpose()?))
}

/// What a user probably meant, or could have meant.
fn hint(bad: &BadName, scenario: &Scenario) -> String {
    let entries = || scenario.plan.traffic.iter().map(|entry| entry.name.as_str());
    match bad {
        BadName::Malformed(_) => {
            let example = entries().next().unwrap_or("sync");
            format!("write ENTRY#N, as in {example}#1, or ENTRY:FLOW#N; both count from 1")
        }
        BadName::NoEntry(_) if entries().next().is_none() => "the scenario sends nothing".to_owned(),
        BadName::NoEntry(name) => meant_of(name, entries()),
        BadName::Ambiguous { entry, flows, number } => {
            format!("write {entry}:1#{number} to {entry}:{flows}#{number}; flows are numbered in the order of `from`")
        }
        BadName::NoFlow { entry, flows, .. } => format!("they are {entry}:1 to {entry}:{flows}"),
        BadName::NoBack(entry) => format!("the reply to {entry}#1 is told with its story"),
        BadName::NoPacket { entry, most, .. } => {
            format!("it sends {}, {entry}#1 to {entry}#{most}", counted(*most, "packet"))
        }
    }
}
