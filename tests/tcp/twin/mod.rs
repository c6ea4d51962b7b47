//! The dull twin of the TCP machines: the same behaviour from the RFCs once more, simple and slow, with lists that are
//! looked through from end to end. It shares with `src/tcp` the plain data at the boundary and no code. Both run the
//! same cases over the same path; they must do the same at the same instants.
//!
//! Where an RFC leaves a choice, or `src/tcp` departs from it, the twin does as `src/tcp` does: a mark or a loss
//! reduces the window once for all that was under way; the tail is probed with as much as a segment holds, and again
//! after an acknowledgment; the curve of CUBIC goes on to its old plateau after a timeout, and a timeout owes no CWR;
//! the round trip of a handshake counts from the first SYN that came.

mod arrivals;
mod cases;
mod clock;
mod losses;
mod machine;
mod path;
mod pieces;
mod sender;
mod side;
mod window;

use cases::{Case, case};
use machine::Event;
use path::Step;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use vpcsim::tcp::Outcome;
use vpcsim::tcp::segment::Segment;

/// Steps of one run at most.
const STEPS: usize = 1_200;
/// Steps that are shown before the first that differs.
const SHOWN: usize = 12;

/// The same cases each time, as many as `PROPTEST_CASES` asks for; others with `PROPTEST_RNG_SEED`.
fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let usual = Config::default();
    let rng_seed = if usual.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { usual.rng_seed };
    Config { cases: asked.unwrap_or(64), failure_persistence: None, rng_seed, ..usual }
}

/// Runs a case with a pair of machines.
fn log(pair: machine::Pair, case: &Case) -> Vec<Step> {
    let (client, server) = (case.client.settings(), case.server.settings());
    let settings = [&client, &server];
    path::run(pair(settings, case.size, case.response), settings, &case.path, STEPS)
}

/// Where two logs differ first, told in words; none if they are the same.
fn difference(fast: &[Step], dull: &[Step]) -> Option<String> {
    let at = (0..fast.len().max(dull.len())).find(|at| fast.get(*at) != dull.get(*at))?;
    let mut text = format!("step {at} of {} and {} differs; before it:\n", fast.len(), dull.len());
    for step in &fast[at.saturating_sub(SHOWN)..at] {
        let _ = writeln!(text, "  {}", line(step));
    }
    for (name, log) in [("src/tcp", fast), ("the twin", dull)] {
        let _ = writeln!(text, "{name}:\n  {}", log.get(at).map_or("nothing happens any more".to_owned(), line));
    }
    Some(text)
}

/// A step in a few lines.
fn line(step: &Step) -> String {
    let side = ["client", "server"][step.side];
    let mut text = format!("{:>14} ns {side} {:?}\n{:>24} {:?}", step.now, step.event, "", step.seen);
    for segment in &step.out {
        let _ = write!(text, "\n{:>24} sends {segment:?}", "");
    }
    text
}

/// What a case is good for, as far as its log shows it.
fn kinds(case: &Case, log: &[Step]) -> BTreeSet<&'static str> {
    let mut kinds = BTreeSet::new();
    for (at, step) in log.iter().enumerate() {
        let (seen, previous) = (step.seen, log.get(at.wrapping_sub(1)));
        let probes = |segment: &Segment| step.event == Event::Wake && segment.length == 0 && segment.window > 0;
        for (kind, is_met) in [
            ("a side completes", seen.outcome == Some(Outcome::Completed)),
            ("a side gives up", seen.outcome == Some(Outcome::TimedOut)),
            ("a timeout", seen.timeouts > 0),
            ("a repetition without a timeout", seen.timeouts == 0 && seen.retransmissions > 0),
            ("a repetition without ranges", !case.client.sack && seen.timeouts == 0 && seen.retransmissions > 0),
            ("two sides at one instant", previous.is_some_and(|p| p.now == step.now && p.side != step.side)),
            ("a segment that is too long", matches!(step.event, Event::Shorten(..))),
            ("many ranges", step.out.iter().any(|segment| segment.blocks.ranges(0).count() > 2)),
            ("a mark", step.out.iter().any(|segment| segment.flags.ece)),
            ("an answered mark", step.out.iter().any(|segment| segment.flags.cwr)),
            ("a FIN alone", step.out.iter().any(|segment| segment.flags.fin && segment.length == 0)),
            ("a FIN with bytes", step.out.iter().any(|segment| segment.flags.fin && segment.length > 0)),
            ("a closed window", step.out.iter().any(|segment| segment.window == 0)),
            ("a segment alone for a timer", step.out.iter().any(probes)),
            ("a long run", at + 1 == STEPS),
        ] {
            if is_met {
                kinds.insert(kind);
            }
        }
    }
    kinds
}

/// The cases would be worth little if they were all alike.
#[test]
fn cases_are_of_all_kinds() {
    let mut runner = TestRunner::new(config());
    let mut met = BTreeMap::<&str, u32>::new();
    for _ in 0..200 {
        let case = case().new_tree(&mut runner).expect("a case can be drawn").current();
        for kind in kinds(&case, &log(machine::fast, &case)) {
            *met.entry(kind).or_default() += 1;
        }
    }
    assert!(met.len() == 15 && met.values().all(|cases| *cases >= 8), "{met:#?}");
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn twins_do_the_same(case in case()) {
        let difference = difference(&log(machine::fast, &case), &log(machine::dull, &case));
        prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
    }
}
