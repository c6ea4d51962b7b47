//! Echo requests whose replies are known beforehand, and those replies as a sender of their own: where nothing waits,
//! each goes a fixed time after its request. Whether nothing waits is not known here.

use super::flow::Flow;
use super::patterns::Schedule;
use super::template::Replies;
use super::timing::Timing;
use crate::dataplane::packet::PacketKind;
use crate::model::HostId;
use crate::units::{BitRate, SimDuration, SimTime};

impl Flow {
    /// Whether it sends echo requests of one size, evenly spaced.
    pub(in crate::engine) fn asks_evenly(&self) -> bool {
        self.is_countable() && self.template.asks_for_echoes() && self.replies_after().is_none()
    }

    /// Whether its packets are echo requests or replies to them.
    pub(in crate::engine) fn is_echo(&self) -> bool {
        self.template.asks_for_echoes()
    }

    /// The rate of its requests while it sends, and by how many bytes it may be ahead of that; so with the replies. For
    /// flows that ask evenly only.
    pub(in crate::engine) fn load(&self) -> (BitRate, u64) {
        let rate = self
            .schedule
            .predictable()
            .zip(self.forms().first())
            .map(|(schedule, form)| schedule.rate_at(schedule.first(), form.slot, form.length).0);
        (rate.unwrap_or_default(), self.burst())
    }

    /// The replies that `host` sends to its requests from the next one on, each `delay` after its request. For flows
    /// that ask evenly only.
    pub(in crate::engine) fn replies(&self, host: HostId, delay: SimDuration) -> Flow {
        let mut replies = self.clone();
        (replies.host, replies.stop) = (host, self.stop + delay);
        if let Schedule::Constant(constant) = &mut replies.schedule {
            *constant = constant.delayed(delay);
        }
        replies.template = self.template.replying(Replies { after: delay, first: self.sequence });
        replies.aim();
        replies
    }

    /// How long after its request each of its packets is sent, if they are replies.
    pub(in crate::engine) fn replies_after(&self) -> Option<SimDuration> {
        self.template.replies.map(|replies| replies.after)
    }

    /// The number of its first packet.
    pub(super) fn first(&self) -> u64 {
        self.template.replies.map_or(0, |replies| replies.first)
    }

    /// When what is booked for a packet sent at `sent` counts: a reply counts when its request was sent.
    pub(in crate::engine) fn counts_at(&self, sent: SimTime) -> SimTime {
        sent - self.replies_after().unwrap_or_default()
    }

    /// What its packets are.
    pub(super) fn kind(&self) -> PacketKind {
        if self.replies_after().is_some() { PacketKind::Reply } else { PacketKind::Original }
    }
}
