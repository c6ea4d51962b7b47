//! A capture: the packets of a run as an analyser would have recorded them at chosen places, as a pcapng file. Adds
//! nothing to the run but comments on what was dropped.

mod interfaces;
mod points;
mod recorder;
mod sight;

pub use points::{DELIVERED, Only, Point, Wanted};

use crate::engine::{Interest, Observer, Pass, Record, Run};
use crate::model::Network;
use crate::model::plan::Plan;
use recorder::Recorder;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// A capture being written to `W`.
pub struct Capture<W> {
    interest: Interest,
    state: Arc<Mutex<State<W>>>,
}

enum State<W> {
    Writing(Box<Recorder<W>>),
    /// With the number of packets that were left out.
    Written(W, u64),
    Failed(io::Error),
    /// For a moment, while one becomes another.
    Between,
}

impl<W: Write + Send + 'static> Capture<W> {
    /// Begins the capture of a run of `plan` in `network` with what is known beforehand: the places and the hosts.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(network: &Network, plan: &Plan, wanted: &Wanted, out: W) -> io::Result<Capture<W>> {
        let recorder = Recorder::begin(network, plan, wanted, out)?;
        Ok(Capture { interest: recorder.interest(), state: Arc::new(Mutex::new(State::Writing(Box::new(recorder)))) })
    }

    /// Ends it with the statistics of the places, as the run stands: marked if the run was interrupted.
    pub fn close(&self, run: &Run) {
        let now = run.simulation.now();
        let interrupted = (!run.is_done()).then_some(now);
        change(&self.state, |state| match state {
            State::Writing(recorder) => recorder
                .end(interrupted, now)
                .map_or_else(State::Failed, |(out, left_out)| State::Written(out, left_out)),
            other => other,
        });
    }

    /// How many packets it saw that were wanted but for [`Wanted::first`]; 0 until it is closed.
    pub fn left_out(&self) -> u64 {
        match *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Written(_, left_out) => left_out,
            _ => 0,
        }
    }

    /// The writer, when all is written.
    ///
    /// # Errors
    /// The first one of the writer; [`io::ErrorKind::Interrupted`] if the capture was not closed.
    pub fn into_writer(self) -> io::Result<W> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Between) {
            State::Written(out, _) => Ok(out),
            State::Failed(error) => Err(error),
            State::Writing(_) | State::Between => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

impl<W: Write + Send + 'static> Pass for Capture<W> {
    fn begin(&self, run: &mut Run) {
        run.simulation.observe(Box::new(Watching { interest: self.interest.clone(), state: self.state.clone() }));
    }
}

fn change<W>(state: &Mutex<State<W>>, f: impl FnOnce(State<W>) -> State<W>) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let before = std::mem::replace(&mut *state, State::Between);
    *state = f(before);
}

struct Watching<W> {
    interest: Interest,
    state: Arc<Mutex<State<W>>>,
}

impl<W: Write + Send> Observer for Watching<W> {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn record(&mut self, records: &[Record]) {
        // What cannot be written is not tried again.
        change(&self.state, |state| match state {
            State::Writing(mut recorder) => match recorder.take(records) {
                Ok(()) => State::Writing(recorder),
                Err(error) => State::Failed(error),
            },
            other => other,
        });
    }
}
