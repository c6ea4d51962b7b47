//! Exit codes, all defined here.

use std::process::ExitCode;

/// How the program ends. Ordered: of several runs and outputs, the last in this order decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: everything done.
    Done,
    /// 1: a stated demand was not met: an expectation failed, an action was refused unexpectedly, or a packet that was
    /// looked for is not in the run.
    DemandNotMet,
    /// 2: the input is wrong, an output cannot be written, or there is too little memory. A reader that closes stdout
    /// early is not a failure.
    CannotDo,
    /// 130: ended by SIGINT, SIGTERM or SIGHUP alike. The report is partial; there is none if no scenario was running
    /// or a second signal came.
    Interrupted,
    /// 70: a bug in the program.
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
