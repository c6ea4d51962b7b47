//! What can be asked of a session without changing it: why two hosts do or do not talk, the story of a packet, the bill
//! so far. The answers are those of `vpcsim explain`, `trace` and `bill`, as documents or as texts of some width.

use super::failure::Failure;
use super::played::{Budget, WATCHED_COST};
use super::session::Session;
use crate::diagnose::Ground;
use crate::diagnose::explain::{Question, explain};
use crate::engine::{Options, Pass, Run};
use crate::metering::{Bill, Metered, PriceBook, Terms};
use crate::model::plan::BookChoice;
use crate::model::{Probe, Thing};
use crate::notation::Source;
use crate::report::{self, Invoice, Page};
use crate::scenario::find_host;
use crate::trace::{self, Answer, trace};
use serde_json::Value;
use std::net::Ipv4Addr;

impl Session {
    /// Why a host does or does not reach another, or an address, now.
    ///
    /// # Errors
    /// There is no such host.
    pub fn explain(&self, from: &str, to: &str, width: Option<usize>) -> Result<Value, Failure> {
        let played = self.played();
        let (network, plan, at) = (played.network(), &played.run.plan, self.now());
        let host = |text: &str| find_host(network, text).map_err(|wrong| Failure::Unknown(wrong.message));
        let (from, probe) = (host(from)?, Probe::default());
        let question = match to.parse::<Ipv4Addr>() {
            Ok(address) => Question { from, address, to: None, probe, at },
            Err(_) => Question::host(network, from, host(to)?, probe, at),
        };
        let ground = Ground::of(network.clone());
        let found = explain(&ground, plan, question);
        let no_place = |_: Thing| None;
        Ok(match width.map(Page::of_width) {
            Some(page) => report::explanation(ground.network(), &found, &no_place, &page).into(),
            None => document(&report::explanation_json(ground.network(), &found, &no_place)),
        })
    }

    /// The story of a packet so far.
    ///
    /// # Errors
    /// There is no such packet, or it would take too long.
    pub fn story(&self, packet: &str, width: Option<usize>) -> Result<Value, Failure> {
        let played = self.played();
        let id = played.senders.packet(packet).map_err(|wrong| Failure::Unknown(wrong.to_string()))?;
        let scenario = &played.scenario;
        let play = |pass: &dyn Pass| -> Result<trace::Played, Failure> {
            let mut run = Run::new(scenario.network.clone(), scenario.plan.clone(), Options::default());
            pass.begin(&mut run);
            Budget::default().play_while(&mut run, self.now(), WATCHED_COST, |run| !pass.is_over(run))?;
            let finished = run.finish();
            finished.map(|()| trace::Played::of(&run, pass)).map_err(|bug| Failure::Unknown(bug.to_string()))
        };
        match trace(&scenario.network, &scenario.plan, trace::Question::Packet(id), play)? {
            Answer::Told(story) => Ok(match width.map(Page::of_width) {
                Some(page) => report::story(&story, None, &page).into(),
                None => document(&report::story_json(&story, self.file())),
            }),
            Answer::Nothing(nothing) => Err(Failure::Unknown(report::no_story(&nothing))),
            Answer::Interrupted(_) => Err(Failure::Unknown(format!("`{packet}` was not sent yet"))),
        }
    }

    /// What the peerings cost if the run ended now.
    ///
    /// # Errors
    /// The price book is wrong, or it would take too long.
    pub fn bill(&self, width: Option<usize>) -> Result<Value, Failure> {
        let mut played = self.again()?;
        played.run.finish().map_err(|bug| Failure::Unknown(bug.to_string()))?;
        let (network, plan) = (played.network(), &played.run.plan);
        let name = |id| network.account(id).name.clone();
        let zone = plan.start.time_zone().clone();
        let terms = Terms::new(self.book()?, &network.rules, &plan.billing, zone, name);
        let bill = Bill::of(&Metered::of(&played.run).series, &terms);
        let invoice = Invoice::of(&bill, &terms, &plan.name, self.file());
        Ok(match width.map(Page::of_width) {
            Some(page) => report::invoice_text(&invoice, &page).into(),
            None => document(&report::invoice_json(&invoice)),
        })
    }

    fn book(&self) -> Result<PriceBook, Failure> {
        let network = self.played().network();
        let usual = || BookChoice::Shipped(network.rules.book.into());
        match self.played().run.plan.billing.book.clone().unwrap_or_else(usual) {
            BookChoice::Shipped(name) => {
                PriceBook::shipped(&name).ok_or_else(|| Failure::Unknown(format!("there is no price book `{name}`")))
            }
            BookChoice::Own { file, text } => {
                let is_region = |name: &str| network.regions().find(name).is_some();
                PriceBook::parse(&Source::new(file, text), &is_region).map_err(Failure::Wrong)
            }
        }
    }
}

/// A document of ours as a value.
fn document(json: &str) -> Value {
    serde_json::from_str(json).expect("a document of this program is JSON")
}
