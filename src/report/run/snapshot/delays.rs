//! Reads whole delay distributions off the engine's books.

use crate::engine::{DelayRecorder, Run};
use crate::model::TrafficId;
use crate::report::run::delays::{DelayBook, DelayKind, DelayLog};

impl DelayLog {
    /// Those of the run's current state.
    pub fn of(run: &Run) -> DelayLog {
        let ledger = run.simulation.traffic_books();
        let mut books = Vec::new();
        for (entry, at) in run.plan.traffic.iter().zip(0..) {
            let book = ledger.of(TrafficId(at));
            let counts = &book.whole;
            let kinds: [(DelayKind, &DelayRecorder); 4] = [
                (DelayKind::Delay, &counts.delay),
                (DelayKind::RoundTrip, &counts.ping.round_trip),
                (DelayKind::RoundTrip, &counts.tcp.round_trip),
                (DelayKind::Completion, &counts.tcp.completion),
            ];
            let filled = kinds.into_iter().filter(|(_, recorder)| !recorder.is_empty());
            books.extend(filled.map(|(kind, recorder)| DelayBook {
                entry: entry.name.to_string(),
                kind,
                delays: recorder.counted(),
            }));
        }
        DelayLog {
            start: run.plan.start.timestamp(),
            duration: run.plan.duration,
            reached: run.simulation.now(),
            books,
        }
    }
}
