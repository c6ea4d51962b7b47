//! `vpcsim run --flow-logs`: the file of a flow log, written while the run goes. What stands in it is decided
//! elsewhere.

use super::args::{FlowLogArgs, FlowLogFormatArg};
use super::exit::Exit;
use super::output::{OutputFile, OutputStream, failed};
use crate::engine::{Pass, Run};
use crate::recording::flow_log::{FlowLog, Format, GZIP_COMMENT, Length};
use crate::report;
use crate::scenario::{Diagnostic, Scenario};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The shape of the log that is asked for, and its windows.
///
/// # Errors
/// Fields of AWS for a log of CCN.
pub(super) fn shape(args: &FlowLogArgs, file: &str) -> Result<(Format, Length), Vec<Diagnostic>> {
    let fields = || args.flow_log_fields.clone();
    let format = match args.flow_log_format {
        FlowLogFormatArg::Aws => Format::Aws(fields().unwrap_or_default()),
        FlowLogFormatArg::Ccn => {
            if fields().is_some() {
                let message = "--flow-log-fields: the fields of ccn are fixed";
                let hint = "leave the option out, or write --flow-log-format aws";
                return Err(vec![Diagnostic::plain(file, message.into(), Some(hint.into()))]);
            }
            Format::Ccn
        }
    };
    Ok((format, args.flow_log_window))
}

/// A flow log on its way to its file.
pub(super) struct Logging {
    name: PathBuf,
    log: FlowLog,
    /// What is written to, or why it cannot be.
    out: Mutex<io::Result<Out>>,
}

enum Out {
    Plain(OutputStream),
    Gzip(GzEncoder<OutputStream>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(out) => out.write(bytes),
            Out::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(out) => out.flush(),
            Out::Gzip(out) => out.flush(),
        }
    }
}

impl Logging {
    /// Begins the log of a scenario's run; compressed if the name ends so.
    pub(super) fn begin(scenario: &Scenario, shape: (Format, Length), file: OutputFile) -> Logging {
        let ((format, length), name) = (shape, file.name().to_owned());
        let is_gzip = name.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("gz"));
        let gzip = |out| GzBuilder::new().comment(GZIP_COMMENT).write(out, Compression::default());
        let out = file.open().map(|out| if is_gzip { Out::Gzip(gzip(out)) } else { Out::Plain(out) });
        let header = format.header() + "\n";
        let log = FlowLog::new(&scenario.plan, format, length);
        let logging = Logging { name, log, out: Mutex::new(out) };
        logging.write(&header);
        logging
    }

    /// A failure costs the log and nothing else; it is reported at the end.
    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(file) = out.as_mut()
            && let Err(error) = file.write_all(text.as_bytes())
        {
            *out = Err(error);
        }
    }

    /// Writes what is left when the run has ended, and says so if it ended early.
    pub(super) fn close(&self, run: &Run) {
        self.write(&self.log.rest(run.simulation.network()));
        self.write(&report::interruption(run.simulation.now(), run.plan.duration));
    }

    /// Gives the file its name.
    pub(super) fn keep(self) -> Exit {
        let out = self.out.into_inner().unwrap_or_else(PoisonError::into_inner);
        let stream = out.and_then(|out| match out {
            Out::Plain(out) => Ok(out),
            Out::Gzip(out) => out.finish(),
        });
        stream.map_or_else(|error| failed(&self.name, &error), OutputStream::keep)
    }
}

impl Pass for Logging {
    fn begin(&self, run: &mut Run) {
        let observer = self.log.observer(run);
        run.simulation.observe(observer);
    }

    fn look(&self, run: &mut Run) {
        self.write(&self.log.take(run.simulation.network(), run.simulation.now()));
    }
}
