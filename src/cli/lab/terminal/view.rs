//! What the terminal shows of a session: its last answer, what was seen, and a page that was asked for. It asks nothing
//! and draws nothing.

use super::command::{Page, WIDTH};
use crate::lab::{Answer, LessonState, NetworkState, News, RouteState, Seen, StageState, State, TableState};
use crate::report;
use crate::units::grouped;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// Lines of the log that are kept.
const LOG_MAX: usize = 500;
/// Packets at once whose delivery is told.
const TOLD_MAX: usize = 3;
/// Speeds, as nanoseconds of virtual time in a second of the wall's.
const SPEEDS: [u64; 9] = [
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    60_000_000_000,
    600_000_000_000,
    3_600_000_000_000,
];
/// The first is a tenth of real time, where a packet can be seen to travel.
const FIRST_SPEED: usize = 3;

/// What is shown.
pub(super) struct View {
    pub state: Option<State>,
    pub network: Option<NetworkState>,
    /// Packets on links, as they were seen to depart.
    pub travelling: Vec<Seen>,
    /// What happened, oldest first.
    pub log: VecDeque<String>,
    /// The line being typed.
    pub line: Option<String>,
    /// A page over the log, and how far it is scrolled.
    pub page: Option<String>,
    pub scrolled: u16,
    /// How far the network is.
    pub network_scrolled: u16,
    pub is_playing: bool,
    speed: usize,
}

impl Default for View {
    fn default() -> View {
        View {
            state: None,
            network: None,
            travelling: Vec::new(),
            log: VecDeque::new(),
            line: None,
            page: None,
            scrolled: 0,
            network_scrolled: 0,
            is_playing: false,
            speed: FIRST_SPEED,
        }
    }
}

impl View {
    /// Takes what a session answered.
    pub(super) fn take(&mut self, answer: Answer) {
        let is_back = self.state.as_ref().is_some_and(|state| answer.state.now < state.now);
        if is_back {
            self.travelling.clear();
        }
        if let Some(network) = answer.network {
            let known = self.network.as_ref().map_or(0, |network| network.log.len());
            for logged in network.log.iter().skip(if is_back { usize::MAX } else { known }) {
                let action = logged.action.as_deref().unwrap_or("by itself");
                self.say(&format!("{} {action}: {}", logged.time, logged.outcome));
            }
            self.network = Some(network);
        }
        if let Some(news) = answer.news {
            self.see(news);
        }
        if let Some(failure) = answer.failure {
            self.say(&failed(&failure));
        }
        match answer.said {
            Some(Value::String(page)) if page.contains('\n') => self.open(page),
            // What an action did, the network's log has said.
            Some(Value::String(said)) if self.log.back().is_none_or(|last| !last.ends_with(&said)) => self.say(&said),
            Some(Value::Array(stages)) => self.open(stages.iter().map(stage).collect()),
            Some(_) | None => {}
        }
        self.is_playing &= answer.state.now < answer.state.end;
        self.state = Some(answer.state);
        let mut travelling = std::mem::take(&mut self.travelling);
        // Of some packets the end is not told.
        travelling.retain(|seen| self.place(seen, 1).is_some());
        self.travelling = travelling;
    }

    fn see(&mut self, news: News) {
        for seen in news.seen {
            let is_this = |other: &Seen| other.packet == seen.packet && other.kind == seen.kind;
            self.travelling.retain(|other| !is_this(other));
            match (seen.step, seen.why) {
                ("departed", _) => self.travelling.push(seen),
                ("dropped", Some(why)) => {
                    let place = seen.vpc.as_ref().or(seen.peering.as_ref()).map_or("", String::as_str);
                    self.say(&format!("{} {} {} dropped in {place}: {why}", seen.time, seen.packet, seen.kind));
                }
                // Where there are many, nobody reads of each.
                ("delivered", _) if news.packets <= TOLD_MAX => {
                    self.say(&format!("{} {} {} delivered to {}", seen.time, seen.packet, seen.kind, seen.destination));
                }
                _ => {}
            }
        }
        if news.left_out > 0 {
            self.say(&format!("{} more packets are not shown", grouped(news.left_out as u64)));
        }
    }

    /// Adds a line to the log, where the same is not said twice in a row.
    pub(super) fn say(&mut self, said: &str) {
        if self.log.back().is_none_or(|last| last != said) {
            self.log.push_back(said.to_owned());
        }
        while self.log.len() > LOG_MAX {
            self.log.pop_front();
        }
    }

    fn open(&mut self, page: String) {
        self.page = Some(page);
        self.scrolled = 0;
    }

    /// Shows a page about a part of the network.
    pub(super) fn show(&mut self, page: &Page) {
        let Some(network) = &self.network else { return };
        let found = match page {
            Page::Peering(name) => {
                let details: Vec<_> = network.peerings.iter().filter(|one| one.name == *name).cloned().collect();
                (!details.is_empty()).then(|| report::show(&details, &report::Page::of_width(WIDTH)))
            }
            Page::Lesson => network.lesson.as_ref().map(lesson),
            Page::Table(name) => {
                let mut tables = network.vpcs.iter().flat_map(|vpc| &vpc.tables);
                tables.find(|one| one.name == *name).map(table)
            }
        };
        match found {
            Some(page) => self.open(page),
            None => self.say("there is nothing of that name"),
        }
    }

    /// Scrolls the page, or the network if there is none.
    pub(super) fn scroll(&mut self, lines: i16) {
        let scrolled = if self.page.is_some() { &mut self.scrolled } else { &mut self.network_scrolled };
        *scrolled = scrolled.saturating_add_signed(lines);
    }

    pub(super) fn faster(&mut self) {
        self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
    }

    pub(super) fn slower(&mut self) {
        self.speed = self.speed.saturating_sub(1);
    }

    /// How fast time passes, in words.
    pub(super) fn pace(&self) -> String {
        let (speed, real) = (SPEEDS[self.speed], 1_000_000_000);
        if speed >= real { format!("{}×", grouped(speed / real)) } else { format!("1/{}×", grouped(real / speed)) }
    }

    /// The instant to play up to after some time of the wall, if time passes.
    pub(super) fn due(&self, wall: Duration) -> Option<u64> {
        let state = self.state.as_ref().filter(|_| self.is_playing)?;
        let passed = u128::from(SPEEDS[self.speed]) * wall.as_nanos() / 1_000_000_000;
        Some(state.now.as_nanos().saturating_add(u64::try_from(passed).unwrap_or(u64::MAX)))
    }

    /// A second before now.
    pub(super) fn second_before(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.now.as_nanos().saturating_sub(1_000_000_000))
    }

    /// How far a travelling packet is, from 0 to `steps`; none once it should have arrived.
    pub(super) fn place(&self, seen: &Seen, steps: u64) -> Option<u64> {
        let (state, network) = (self.state.as_ref()?, self.network.as_ref()?);
        let peering = network.peerings.iter().find(|one| Some(&one.name) == seen.peering.as_ref())?;
        let (passed, whole) = (state.now.since(seen.time).as_nanos(), peering.delay.as_nanos().max(1));
        (passed <= whole).then(|| passed * steps / whole)
    }
}

/// A failure in a line: the refusal's code, what is wrong, and where.
fn failed(failure: &Value) -> String {
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let mut said = text(failure, "message");
    if let Some(code) = failure["code"].as_str() {
        said = format!("{code}: {said}");
    }
    for complaint in failure["complaints"].as_array().into_iter().flatten().skip(1) {
        said += "; ";
        said += &text(complaint, "message");
    }
    said
}

/// What a lesson teaches, and its goals.
fn lesson(lesson: &LessonState) -> String {
    let goal = |stage: &StageState| format!("{}: {}\n", stage.name, stage.goal);
    let goals: String = lesson.stages.iter().map(goal).collect();
    format!("{}\n\n{goals}\n{}", lesson.title, report::markdown(lesson.text, &report::Page::of_width(WIDTH)))
}

/// What came of a stage.
fn stage(result: &Value) -> String {
    let name = result["name"].as_str().unwrap_or_default();
    match result["why"].as_str() {
        Some(why) => format!("{name}: not yet: {why}\n"),
        None => format!("{name}: passed\n"),
    }
}

/// A route table, a route a line.
fn table(table: &TableState) -> String {
    let route = |route: &RouteState| {
        let disabled = if route.disabled { " (disabled)" } else { "" };
        format!("  {} via {}{disabled}\n", route.to, route.via)
    };
    format!("table {}\n{}", table.name, table.routes.iter().map(route).collect::<String>())
}
