//! What people take away of a session besides its scenario: a capture of its packets, and a recording of what was seen,
//! which a page can play without a server. Both are made by playing the session once more, from its beginning to its
//! instant. Of many packets only some are recorded, whole packets at a time, and it says how many.

use super::failure::Failure;
use super::news::{Seen, Teller};
use super::played::Budget;
use super::sample::Sample;
use super::session::Session;
use super::state::{NetworkState, State};
use crate::dataplane::packet::PacketId;
use crate::engine::Pass;
use crate::recording::capture::{Capture, Wanted};
use crate::units::SimTime;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A capture has so many packets at most, and so many bytes of each.
const CAPTURED: u64 = 100_000;
const SNAP: u32 = 128;
/// A recording has so many instants at most, and tells of so many packets.
const MOMENTS: u64 = 300;
const PACKETS: usize = 400;
/// Where there were more than these, packets are not looked at at all: it would take more than a few seconds.
const WATCHED_IN_ALL: u64 = 3_000_000;

/// A session from its beginning to its instant, to be played without it.
#[derive(Debug, Clone, Serialize)]
pub struct Recording {
    /// The scenario that repeats what was done.
    pub text: String,
    /// In order of time: the first is the beginning, the last the session's instant.
    pub moments: Vec<Moment>,
    /// What was seen, in order of time.
    pub seen: Vec<Seen>,
    /// Packets that are told of, and those that are left out.
    pub packets: u64,
    pub left_out: u64,
    /// Whose step each of `seen` is.
    #[serde(skip)]
    of: Vec<PacketId>,
}

/// How it looked at an instant.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    pub state: State,
    /// The network, where it differs from the moment before; `opened`, `written` and `lesson` only in the first.
    pub network: Option<NetworkState>,
}

impl Session {
    /// The packets so far as a file of the format pcapng: the first 100,000, and 128 bytes of each.
    ///
    /// # Errors
    /// It would take too long.
    pub fn capture(&self) -> Result<Vec<u8>, Failure> {
        let mut again = self.at_first()?;
        let played = again.played_mut();
        let wanted = Wanted { first: Some(CAPTURED), snap: Some(SNAP), ..Wanted::default() };
        let failed = |error: std::io::Error| Failure::Unknown(error.to_string());
        let (network, plan) = (&played.scenario.network, &played.scenario.plan);
        let capture = Capture::begin(network, plan, &wanted, Vec::new()).map_err(failed)?;
        capture.begin(&mut played.run);
        // Each packet is captured where it is sent, if nowhere else.
        while played.now() < self.now() && played.run.simulation.totals().emitted <= CAPTURED {
            played.look_until(self.now());
        }
        capture.close(&played.run);
        capture.into_writer().map_err(failed)
    }

    /// What was seen so far, to be played without the session.
    ///
    /// # Errors
    /// It would take too long.
    pub fn recording(&self) -> Result<Recording, Failure> {
        let (mut again, end) = (self.at_first()?, self.now());
        let is_watched = self.played().run.simulation.totals().emitted <= WATCHED_IN_ALL;
        if is_watched {
            again.played_mut().watch();
        }
        let mut kept = Sample::of(PACKETS);
        let mut moments = vec![again.moment(None)];
        let (steps, mut budget) = (MOMENTS.min(end.as_nanos()), Budget::default());
        for step in 1..=steps {
            let until = SimTime::from_nanos((u128::from(end.as_nanos()) * u128::from(step) / u128::from(steps)) as u64);
            let version = again.version();
            if is_watched {
                again.watch_until(until, &mut kept);
            } else {
                again.play_blindly(until, &mut budget)?;
            }
            moments.push(again.moment(Some(version)));
        }
        let emitted = again.played().run.simulation.totals().emitted;
        let mut recording =
            Recording { text: self.text(), moments, seen: Vec::new(), packets: 0, left_out: emitted, of: Vec::new() };
        recording.tell(kept.into_seen());
        Ok(recording)
    }

    /// How it looks now; the network if its version is not the one before. What stays the same is kept once, in the
    /// first moment.
    fn moment(&mut self, before: Option<u64>) -> Moment {
        let network = (before != Some(self.version())).then(|| match before {
            None => self.network_state(),
            Some(_) => {
                NetworkState { opened: String::new(), written: Value::Null, lesson: None, ..self.network_state() }
            }
        });
        Moment { state: self.state(), network }
    }

    fn watch_until(&mut self, until: SimTime, kept: &mut Sample<Seen>) {
        while self.now() < until {
            self.counting_changes(|session| {
                let records = session.played_mut().look_until(until);
                let played = session.played();
                let teller = Teller::of(played.network(), &played.senders);
                records.iter().for_each(|record| kept.add(record.id, record.kind, || teller.tell(record)));
            });
        }
    }

    fn play_blindly(&mut self, until: SimTime, budget: &mut Budget) -> Result<(), Failure> {
        let mut played = Ok(());
        self.counting_changes(|session| played = budget.play(&mut session.played_mut().run, until));
        played
    }
}

impl Recording {
    fn tell(&mut self, seen: Vec<(PacketId, Seen)>) {
        let all = self.packets + self.left_out;
        (self.of, self.seen) = seen.into_iter().unzip();
        let mut told: Vec<_> = self.of.iter().zip(&self.seen).map(|(id, seen)| (*id, seen.kind)).collect();
        told.sort_unstable();
        told.dedup();
        self.packets = told.len() as u64;
        self.left_out = all - self.packets;
    }

    /// The same in half the instants, and with fewer packets; whether there was anything left to leave out.
    #[must_use]
    pub fn thin(&mut self) -> bool {
        let before = self.moments.len() + self.seen.len();
        let last = self.moments.len() - 1;
        let mut network = None;
        let mut kept = Vec::new();
        for (at, mut moment) in std::mem::take(&mut self.moments).into_iter().enumerate() {
            network = moment.network.take().or(network);
            if at % 2 == 0 || at == last {
                moment.network = network.take();
                kept.push(moment);
            }
        }
        self.moments = kept;
        let ids: BTreeSet<PacketId> = self.of.iter().copied().collect();
        let half: BTreeSet<PacketId> = ids.into_iter().step_by(2).collect();
        let seen = std::mem::take(&mut self.of).into_iter().zip(std::mem::take(&mut self.seen));
        self.tell(seen.filter(|(id, _)| half.contains(id)).collect());
        self.moments.len() + self.seen.len() < before
    }
}
