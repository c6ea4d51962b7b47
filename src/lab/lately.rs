//! What was told lately, for pages that did not ask for it themselves: another page played. Of much, the earliest goes.

use super::news::News;
use crate::units::SimTime;
use std::collections::VecDeque;

/// So many steps of packets are kept.
const KEPT: usize = 4_000;

/// The last answers with news, in order of time.
#[derive(Default)]
pub(super) struct Lately(VecDeque<News>);

impl Lately {
    pub(super) fn add(&mut self, news: &News) {
        self.0.push_back(news.clone());
        while self.0.len() > 1 && self.0.iter().map(|news| news.seen.len()).sum::<usize>() > KEPT {
            self.0.pop_front();
        }
    }

    /// After time went back, all may be otherwise.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// What was seen from an instant on, if anything was. A packet that moved on in two answers counts in both.
    pub(super) fn since(&self, time: SimTime) -> Option<News> {
        let mut later = self.0.iter().filter(|news| news.until > time).cloned();
        let mut all = later.next()?;
        for news in later {
            all.until = news.until;
            all.packets += news.packets;
            all.left_out += news.left_out;
            all.seen.extend(news.seen);
        }
        all.seen.retain(|seen| seen.time >= time);
        Some(all)
    }
}
