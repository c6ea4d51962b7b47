//! Exit codes, chosen in one place.

use std::process::ExitCode;

/// How the program ends. Ordered: of several runs the last word wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: everything done.
    Done,
    /// 1: a stated demand was not met: an expectation, an unexpected refusal.
    DemandNotMet,
    /// 2: the input is wrong or the output not writable.
    CannotDo,
    /// 130: interrupted; what was reported is partial.
    Interrupted,
    /// 70: our bug.
    Bug,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::DemandNotMet => 1,
            Exit::CannotDo => 2,
            Exit::Interrupted => 130,
            Exit::Bug => 70,
        })
    }
}
