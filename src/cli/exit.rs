//! Exit codes, chosen in one place.

use std::process::ExitCode;

/// How the program ends. Ordered: of several runs and outputs the last word wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: everything done.
    Done,
    /// 1: a stated demand was not met: an expectation, an unexpected refusal.
    DemandNotMet,
    /// 2: the input is wrong, an output cannot be written, or the machine has too little memory. A reader of stdout
    /// that left is no failure.
    CannotDo,
    /// 130: ended by SIGINT, SIGTERM or SIGHUP alike. What was reported is partial; nothing was, if the program was not
    /// running a scenario or a second signal came.
    Interrupted,
    /// 70: our bug.
    Bug,
}

impl Exit {
    /// The process's exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::DemandNotMet => 1,
            Exit::CannotDo => 2,
            Exit::Interrupted => 130,
            Exit::Bug => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
