//! One network in the hands of people: its text, its instant, and what they do to it.

use super::failure::Failure;
use super::files::{Keeping, Kept};
use super::lately::Lately;
use super::news::{News, news};
use super::played::Played;
use super::written::{Done, set, text};
use crate::engine::Record;
use crate::lessons::Shipped;
use crate::scenario::Files;
use crate::units::SimTime;
use serde_json::{Map, Value};

/// The longest text of a scenario, in bytes.
const TEXT_MAX: usize = 1 << 20;
/// The most things that may be done in a session.
const DONE_MAX: usize = 1_000;

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The name that complaints give the text.
    pub file: String,
    /// The scenario.
    pub text: String,
}

impl Opened {
    /// What is opened if nothing is named.
    pub fn first() -> Opened {
        let text = include_str!("../../scenarios/quick-start.toml").into();
        Opened { file: "quick-start.toml".into(), text }
    }

    /// What somebody asks for: a text, or a lesson, perhaps from one of its stages on; none for what is usual.
    ///
    /// # Errors
    /// Both, or there is no such lesson or stage.
    pub fn asked(
        text: Option<String>,
        lesson: Option<&str>,
        stage: Option<&str>,
    ) -> Result<Option<Opened>, &'static str> {
        let (name, stage) = match (text, lesson, stage) {
            (text, None, None) => return Ok(text.map(|text| Opened { file: "scenario.toml".into(), text })),
            (None, Some(name), stage) => (name, stage),
            (Some(_), Some(_), _) => return Err("either a text or a lesson"),
            (_, None, Some(_)) => return Err("only lessons have stages"),
        };
        let opened = Opened::lesson(name).ok_or("there is no such lesson")?;
        let Some(stage) = stage else { return Ok(Some(opened)) };
        let at_stage = Shipped::named(name).and_then(|lesson| lesson.file_at(stage).ok().flatten());
        let text = at_stage.ok_or("the lesson has no such stage")?;
        Ok(Some(Opened { text, ..opened }))
    }

    /// The lesson with this name.
    pub fn lesson(name: &str) -> Option<Opened> {
        let lesson = Shipped::named(name)?;
        Some(Opened { file: format!("{name}.toml"), text: lesson.start.into() })
    }
}

/// One network, and the instant that people see.
pub struct Session {
    opened: Opened,
    files: Kept,
    /// In the order in which it was done.
    done: Vec<Done>,
    /// Counts the traffic that was begun, for its names.
    named: usize,
    /// Grows with every change that [`Session::play`] does not tell of.
    version: u64,
    played: Played,
    lately: Lately,
}

impl Session {
    /// A scenario at its beginning; its files are read now and never again.
    ///
    /// # Errors
    /// Complaints about the text, or it is too large.
    pub fn open(opened: Opened, files: &dyn Files) -> Result<Session, Failure> {
        check_length(&opened.text)?;
        let keeping = Keeping::new(files);
        let mut played = Played::begin(&opened.file, &opened.text, &keeping)?;
        let files = keeping.into_kept();
        played.watch();
        Ok(Session { opened, files, done: Vec::new(), named: 0, version: 1, played, lately: Lately::default() })
    }

    /// The same as what another became: whoever knows a version of that one sees that this is none of it.
    #[must_use]
    pub fn instead_of(self, other: &Session) -> Session {
        Session { version: other.version + 1, ..self }
    }

    pub(super) fn played(&self) -> &Played {
        &self.played
    }

    pub(super) fn played_mut(&mut self) -> &mut Played {
        &mut self.played
    }

    /// A new run of the session's scenario, up to its instant.
    pub(super) fn again(&self) -> Result<Played, Failure> {
        let mut played = self.begin(&self.done)?;
        played.play_up_to(self.now())?;
        Ok(played)
    }

    /// The same at its beginning, to be played once more by somebody else.
    ///
    /// # Errors
    /// None that the session had not.
    pub(super) fn at_first(&self) -> Result<Session, Failure> {
        let (opened, files, done) = (self.opened.clone(), self.files.clone(), self.done.clone());
        let (played, lately) = (self.begin(&done)?, Lately::default());
        Ok(Session { opened, files, done, named: self.named, version: 1, played, lately })
    }

    /// The scenario that was opened, and what was done since.
    pub(super) fn parts(&self) -> (&str, &[Done], &Kept) {
        (&self.opened.text, &self.done, &self.files)
    }

    /// The instant that it has reached.
    pub fn now(&self) -> SimTime {
        self.played.now()
    }

    /// Differs from that of an earlier answer if the network may have changed since.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The scenario that repeats all that was done.
    pub fn text(&self) -> String {
        text(&self.opened.text, self.done.iter())
    }

    /// The name of the file it was opened with.
    pub fn file(&self) -> &str {
        &self.opened.file
    }

    /// Plays on towards an instant: it may stop earlier, where there is enough to look at.
    pub fn play(&mut self, until: SimTime) -> News {
        self.look(|played| played.look_until(until))
    }

    /// Plays on until something happens: a packet takes a step, or the network changes.
    pub fn step(&mut self) -> News {
        self.look(Played::look_for_event)
    }

    /// Plays on until a packet is sent.
    pub fn step_packet(&mut self) -> News {
        self.look(|played| {
            let mut all = Vec::new();
            while !played.run.is_done() {
                let seen = played.look_for_event();
                let is_sent = seen.iter().any(|record| record.step == crate::engine::Step::Emitted);
                let is_over = seen.is_empty();
                all.extend(seen);
                if is_sent || is_over {
                    break;
                }
            }
            all
        })
    }

    fn look(&mut self, look: impl FnOnce(&mut Played) -> Vec<Record>) -> News {
        let from = self.now();
        let mut records = Vec::new();
        self.counting_changes(|session| records = look(&mut session.played));
        let news = news(self.played.network(), &self.played.senders, (from, self.now()), &records);
        self.lately.add(&news);
        news
    }

    /// What was told since an instant, whoever asked.
    pub(super) fn since(&self, time: SimTime) -> Option<News> {
        self.lately.since(time)
    }

    /// Plays on; the version grows if the network changed by it.
    pub(super) fn counting_changes(&mut self, play: impl FnOnce(&mut Session)) {
        let changes = |played: &Played| (played.run.outcomes.len(), played.run.simulation.happened().len());
        let before = changes(&self.played);
        play(self);
        self.version += u64::from(changes(&self.played) != before);
    }

    /// Goes back, or on, to an instant, without looking. What was done later than that will be done again then.
    ///
    /// # Errors
    /// It would take too long.
    pub fn go_to(&mut self, time: SimTime) -> Result<(), Failure> {
        let end = self.played.run.plan.duration;
        self.replay(self.done.clone(), time.min(end))
    }

    /// Forgets what was done at this instant or later.
    ///
    /// # Errors
    /// It would take too long.
    pub fn forget_later(&mut self) -> Result<(), Failure> {
        let now = self.now();
        let earlier = self.done.iter().filter(|done| done.time < now).cloned().collect();
        self.replay(earlier, now)
    }

    /// Does an action of the timeline now, which takes a nanosecond; what came of it. `keys` are those of `[[at]]`
    /// without `time`: `do`, `by`, and those of the verb.
    ///
    /// # Errors
    /// It is refused, or is no action.
    pub fn act(&mut self, keys: &Map<String, Value>) -> Result<String, Failure> {
        let now = self.now();
        let done = self.with(Done::action(now, keys)?)?;
        let mut played = self.begin(&done)?;
        played.play_up_to(SimTime::from_nanos(now.as_nanos() + 1))?;
        let outcome = played.run.outcomes.last().ok_or(Failure::TooMuch)?;
        if let Some(code) = outcome.refused {
            return Err(Failure::Refused { code, message: outcome.text.clone() });
        }
        let text = outcome.text.clone();
        self.become_played(done, played);
        Ok(text)
    }

    /// Begins traffic now; the name it was given. `keys` are those of `[traffic.NAME]` without `start`.
    ///
    /// # Errors
    /// It is no traffic.
    pub fn send(&mut self, keys: &Map<String, Value>) -> Result<String, Failure> {
        let now = self.now();
        let taken = |name: &str| self.played.run.plan.traffic.iter().any(|entry| entry.name.as_str() == name);
        let mut number = self.named + 1;
        while taken(&format!("lab-{number}")) {
            number += 1;
        }
        let name = format!("lab-{number}");
        let done = self.with(Done::traffic(&name, now, keys)?)?;
        self.replay(done, now)?;
        self.named = number;
        Ok(name)
    }

    /// Sets a key of the scenario that was opened, as if it had always been so, or removes it; what was done since is
    /// done again. `path` is as in `["peering", "PeerConn", "burst"]`; if it leads to a section, `value` has the keys
    /// of it that change.
    ///
    /// # Errors
    /// There is no such section, or the value is wrong.
    pub fn set(&mut self, path: &[String], value: &Value) -> Result<(), Failure> {
        self.become_text(set(&self.opened.text, path, value)?)
    }

    /// Puts another text in the place of the one that was opened; what was done since is done again.
    ///
    /// # Errors
    /// It is no scenario, or what was done does not fit it.
    pub fn become_text(&mut self, text: String) -> Result<(), Failure> {
        check_length(&text)?;
        let mut played = self.begin_as(&text, &self.done)?;
        played.play_up_to(self.now())?;
        self.opened.text = text;
        self.become_played(self.done.clone(), played);
        Ok(())
    }

    fn with(&self, part: Done) -> Result<Vec<Done>, Failure> {
        if self.done.len() >= DONE_MAX {
            return Err(Failure::TooLarge(format!("{DONE_MAX} things were done: begin again")));
        }
        let mut done = self.done.clone();
        done.push(part);
        Ok(done)
    }

    fn begin(&self, done: &[Done]) -> Result<Played, Failure> {
        self.begin_as(&self.opened.text, done)
    }

    fn begin_as(&self, opened: &str, done: &[Done]) -> Result<Played, Failure> {
        Played::begin(&self.opened.file, &text(opened, done.iter()), &self.files)
    }

    fn replay(&mut self, done: Vec<Done>, time: SimTime) -> Result<(), Failure> {
        let mut played = self.begin(&done)?;
        played.play_up_to(time)?;
        self.become_played(done, played);
        Ok(())
    }

    fn become_played(&mut self, done: Vec<Done>, mut played: Played) {
        played.watch();
        self.done = done;
        self.played = played;
        self.lately.forget();
        self.version += 1;
    }
}

fn check_length(text: &str) -> Result<(), Failure> {
    let too_long = || Failure::TooLarge(format!("the scenario is longer than {TEXT_MAX} bytes"));
    if text.len() > TEXT_MAX { Err(too_long()) } else { Ok(()) }
}
