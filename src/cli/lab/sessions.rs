//! Whose network is whose. Without a class there is one, which all pages share; in a class each browser opens its own,
//! behind a short code. Only so many are kept; one that nobody asked for long makes room.

use super::beside::Beside;
use crate::lab::{Answer, Ask, Failure, Opened, Session};
use crate::units::SimTime;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedMutexGuard, watch};

/// The code of the only network where there is no class.
pub(super) const SHARED: &str = "lab";
/// After how long without a request a network makes room for another.
const IDLE: Duration = Duration::from_secs(2 * 60 * 60);
/// The letters of codes: those that nobody mistakes for another.
const LETTERS: &[u8; 23] = b"abcdefghjkmnpqrstuvwxyz";
const CODE: usize = 8;

/// All networks of a lab.
pub(super) struct Sessions {
    /// What a new one begins with, and the files that it may read.
    first: Opened,
    files: Beside,
    /// The most networks of a class; none without a class.
    class: Option<usize>,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// One network.
pub(super) struct Slot {
    session: Mutex<Session>,
    /// Who has it may ask: the others wait without a thread, which those of other networks need.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Counts the requests that changed something, for other pages that show the same.
    changes: watch::Sender<u64>,
    asked: Mutex<Instant>,
}

/// Why there is no network.
pub(super) enum NoSession {
    /// The class has as many as it may.
    Full(usize),
    /// The scenario is none, or too large.
    Failed(Failure),
}

impl Sessions {
    pub(super) fn new(first: Opened, files: Beside, class: Option<usize>) -> Result<Sessions, Failure> {
        let session = Session::open(first.clone(), &files)?;
        let sessions = Sessions { first, files, class, slots: Mutex::default() };
        if class.is_none() {
            sessions.slots().insert(SHARED.into(), Arc::new(Slot::new(session)));
        }
        Ok(sessions)
    }

    pub(super) fn is_class(&self) -> bool {
        self.class.is_some()
    }

    /// The network behind a code.
    pub(super) fn find(&self, code: &str) -> Option<Arc<Slot>> {
        let slot = self.slots().get(code)?.clone();
        *lock(&slot.asked) = Instant::now();
        Some(slot)
    }

    /// Opens a network, or begins the one behind a code anew; its code.
    ///
    /// # Errors
    /// There is no room, or the text is no scenario: then nothing has changed.
    pub(super) fn open(&self, code: Option<&str>, opened: Option<Opened>) -> Result<String, NoSession> {
        // Without a class there is one network, whatever a page calls it.
        let code = if self.is_class() { code } else { Some(SHARED) };
        let known = code.and_then(|code| Some((code, self.slots().get(code)?.clone())));
        if known.is_none() {
            // Before a network is made for nothing.
            self.make_room(&mut self.slots())?;
        }
        let opened = opened.unwrap_or_else(|| self.first.clone());
        let session = Session::open(opened, &self.files).map_err(NoSession::Failed)?;
        if let Some((code, slot)) = known {
            slot.begin(session);
            return Ok(code.to_owned());
        }
        let mut slots = self.slots();
        self.make_room(&mut slots)?;
        let mut code = new_code();
        while slots.contains_key(&code) {
            code = new_code();
        }
        slots.insert(code.clone(), Arc::new(Slot::new(session)));
        Ok(code)
    }

    /// Where there is none, networks that nobody asked for long go.
    fn make_room(&self, slots: &mut BTreeMap<String, Arc<Slot>>) -> Result<(), NoSession> {
        let most = self.class.unwrap_or(1);
        if slots.len() >= most {
            slots.retain(|_, slot| lock(&slot.asked).elapsed() < IDLE);
        }
        if slots.len() >= most { Err(NoSession::Full(most)) } else { Ok(()) }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Slot>>> {
        lock(&self.slots)
    }
}

impl Slot {
    fn new(session: Session) -> Slot {
        let (changes, asked) = (watch::Sender::new(0), Mutex::new(Instant::now()));
        Slot { session: Mutex::new(session), turn: Arc::default(), changes, asked }
    }

    /// After a request that panicked, the network may be anything: it is played anew, from the text, which is whole.
    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(|poisoned| {
            let mut session = poisoned.into_inner();
            // At its beginning, nothing is played that could fail again.
            if session.go_to(SimTime::ZERO).is_ok() {
                self.session.clear_poison();
            }
            session
        })
    }

    /// Begins another network in the place of this one, whatever became of it.
    fn begin(&self, session: Session) {
        *lock(&self.asked) = Instant::now();
        let mut begun = lock(&self.session);
        *begun = session.instead_of(&begun);
        self.session.clear_poison();
        drop(begun);
        self.changed();
    }

    /// Waits for the requests before this one.
    pub(super) async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// Looks at the session, and changes nothing.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(&self.session())
    }

    pub(super) fn answer(&self, ask: &Ask) -> Answer {
        let mut session = self.session();
        let before = (session.now(), session.version());
        let answer = session.answer(ask);
        if (session.now(), session.version()) != before {
            self.changed();
        }
        answer
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Tells of changes; who does not listen misses all but the last.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A code that cannot be guessed from another: the keys of the standard library's hasher are random.
fn new_code() -> String {
    let mut number = RandomState::new().hash_one(0);
    let letter = |_| {
        let letter = LETTERS[(number % LETTERS.len() as u64) as usize];
        number /= LETTERS.len() as u64;
        char::from(letter)
    };
    (0..CODE).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_nobody_asked_for_makes_room_for_another() {
        let text = include_str!("../../../scenarios/quick-start.toml");
        let opened = Opened { file: "s.toml".into(), text: text.into() };
        let sessions = Sessions::new(opened, Beside::nothing(), Some(1)).unwrap_or_else(|failure| panic!("{failure}"));
        let begun = || sessions.open(None, None);
        let Ok(first) = begun() else { panic!("there is room") };
        assert!(matches!(begun(), Err(NoSession::Full(1))));
        let slot = sessions.find(&first).expect("it was begun");
        *lock(&slot.asked) = Instant::now().checked_sub(IDLE).expect("the clock goes back so far");
        let Ok(second) = begun() else { panic!("the first makes room") };
        assert!(sessions.find(&first).is_none() && sessions.find(&second).is_some());
    }

    #[test]
    fn a_network_is_asked_on_after_a_request_that_panicked() {
        let text = include_str!("../../../scenarios/quick-start.toml");
        let opened = Opened { file: "s.toml".into(), text: text.into() };
        let sessions = Sessions::new(opened, Beside::nothing(), None).unwrap_or_else(|failure| panic!("{failure}"));
        let slot = sessions.find(SHARED).expect("the only one");
        let second = SimTime::from_nanos(1_000_000_000);
        assert!(slot.answer(&Ask::GoTo { time_ns: second.as_nanos() }).failure.is_none());
        let beside = Arc::clone(&slot);
        let asked = std::thread::spawn(move || beside.look(|_| panic!("a bug"))).join();
        assert!(asked.is_err() && slot.session.is_poisoned());
        let answer = slot.answer(&Ask::State { version: None, since_ns: None });
        assert!(answer.failure.is_none() && answer.state.now == SimTime::ZERO);
        assert!(!slot.session.is_poisoned());
        slot.answer(&Ask::Play { until_ns: second.as_nanos() });
        assert_eq!(slot.look(Session::now), second);
    }
}
