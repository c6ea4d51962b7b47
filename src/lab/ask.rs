//! The one small interface of a session: a request and its answer, both JSON. A page speaks it over HTTP to a server,
//! or to the library itself where that runs in the page.

use super::news::News;
use super::session::Session;
use super::state::{NetworkState, State};
use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A request, as `{"ask": "play", "until_ns": 1000}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// How it looks now.
    State {
        /// The version of the network that is known already: it is told only if it differs.
        #[serde(default)]
        version: Option<u64>,
        /// The instant up to which is known what was seen: what others saw since then is told, if it is not long ago.
        #[serde(default)]
        since_ns: Option<u64>,
    },
    /// Plays towards an instant; ask again until it is reached.
    Play {
        /// The instant, in nanoseconds.
        until_ns: u64,
    },
    /// Plays until something happens, or until a packet is sent.
    Step {
        /// `event` or `packet`.
        of: StepOf,
    },
    /// Goes to an instant without looking: mostly back.
    GoTo {
        /// The instant, in nanoseconds.
        time_ns: u64,
    },
    /// Forgets what was done from now on.
    ForgetLater,
    /// Does an action of the timeline.
    Act {
        /// The keys of `[[at]]` without `time`.
        action: Map<String, Value>,
    },
    /// Begins traffic.
    Send {
        /// The keys of `[traffic.NAME]` without `start`.
        traffic: Map<String, Value>,
    },
    /// Sets a key as if it had always been so.
    Set {
        /// The key, as in `["peering", "PeerConn", "burst"]`, or a section.
        path: Vec<String>,
        /// Its value; null removes it. Of a section, the keys that change, with their values.
        value: Value,
    },
    /// Puts another text in the place of the one that was opened.
    Edit {
        /// The text.
        text: String,
    },
    /// Which stages of the lesson are passed.
    Check,
    /// Why a host does or does not reach another.
    Explain {
        /// The hosts; the second may be an address.
        from: String,
        to: String,
        /// As a text for people of this width; as a document without one.
        width: Option<usize>,
    },
    /// The story of a packet.
    Story {
        /// Its name.
        packet: String,
        /// As of `explain`.
        width: Option<usize>,
    },
    /// The bill so far.
    Bill {
        /// As of `explain`.
        width: Option<usize>,
    },
    /// The scenario that repeats what was done.
    Text,
}

/// By how much to step.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOf {
    Event,
    Packet,
}

/// The answer to a request.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The session now.
    pub state: State,
    /// The network, if it may have changed by this request, or was asked for.
    pub network: Option<NetworkState>,
    /// What was seen on the way.
    pub news: Option<News>,
    /// What was asked for besides: a document, or what came of an action.
    pub said: Option<Value>,
    /// Why it was not done; the session is then as it was.
    pub failure: Option<Value>,
}

impl Session {
    /// Answers a request.
    pub fn answer(&mut self, ask: &Ask) -> Answer {
        let (before, mut news) = (self.version(), None);
        let said = match ask {
            Ask::State { since_ns, .. } => {
                news = since_ns.and_then(|since| self.since(SimTime::from_nanos(since)));
                Ok(None)
            }
            Ask::Play { until_ns } => {
                news = Some(self.play(SimTime::from_nanos(*until_ns)));
                Ok(None)
            }
            Ask::Step { of } => {
                news = Some(match of {
                    StepOf::Event => self.step(),
                    StepOf::Packet => self.step_packet(),
                });
                Ok(None)
            }
            Ask::GoTo { time_ns } => self.go_to(SimTime::from_nanos(*time_ns)).map(|()| None),
            Ask::ForgetLater => self.forget_later().map(|()| None),
            Ask::Act { action } => self.act(action).map(|outcome| Some(outcome.into())),
            Ask::Send { traffic } => self.send(traffic).map(|name| Some(name.into())),
            Ask::Set { path, value } => self.set(path, value).map(|()| None),
            Ask::Edit { text } => self.become_text(text.clone()).map(|()| None),
            Ask::Check => self.check().map(|stages| Some(json!(stages))),
            Ask::Explain { from, to, width } => self.explain(from, to, *width).map(Some),
            Ask::Story { packet, width } => self.story(packet, *width).map(Some),
            Ask::Bill { width } => self.bill(*width).map(Some),
            Ask::Text => Ok(Some(self.text().into())),
        };
        let is_asked = match ask {
            Ask::State { version, .. } => *version != Some(self.version()),
            _ => self.version() != before,
        };
        let (said, failure) = match said {
            Ok(said) => (said, None),
            Err(failure) => (None, Some(failure.json())),
        };
        Answer { network: is_asked.then(|| self.network_state()), state: self.state(), news, said, failure }
    }
}
