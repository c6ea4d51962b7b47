//! The senders of a plan and the names of their packets: `ENTRY#N` is the N-th packet of an entry's only flow,
//! `ENTRY:FLOW#N` that of one of several; both count from 1, as the engine's numbers do from 0. What the answering side
//! of a TCP flow sends is `ENTRY:back#N` or `ENTRY:FLOW:back#N`. No name of an entry holds a colon.

use crate::dataplane::packet::{PacketId, PacketKind, SourceId};
use crate::engine::{Record, flows};
use crate::model::plan::{Pattern, Plan, Receiver, Traffic};
use crate::model::{HostId, TrafficId};
use std::sync::Arc;
use thiserror::Error;

/// The most packets of a sender that have different names.
const SEQUENCES: u64 = 1 << 40;
/// The word for the answering side of a TCP flow.
const BACK: &str = "back";

/// Who sends, and under which names.
#[derive(Debug, Clone)]
pub struct Senders {
    plan: Arc<Plan>,
    /// By entry: the engine's number of its first sender.
    first: Vec<u64>,
}

/// One sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sender {
    pub traffic: TrafficId,
    /// From 0.
    pub flow: u64,
    /// Whether it is the answering side of TCP connections.
    pub answers: bool,
}

/// Why a text names no packet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadName {
    /// It is not written like a name.
    #[error("`{0}` is not the name of a packet")]
    Malformed(String),
    /// There is no such traffic entry.
    #[error("no traffic entry is called `{0}`")]
    NoEntry(String),
    /// The entry has several flows, and the name says none.
    #[error("`{entry}` has {flows} flows, and `{entry}#{number}` does not say which")]
    Ambiguous { entry: String, flows: u64, number: u64 },
    /// The entry has fewer flows.
    #[error("`{entry}` has no flow {flow}: it has {flows}")]
    NoFlow { entry: String, flow: u64, flows: u64 },
    /// Only TCP flows have an answering side.
    #[error("`{0}` is no entry of TCP connections: nothing of it comes back under a name of its own")]
    NoBack(String),
    /// Each flow of the entry sends fewer.
    #[error("`{entry}` has no packet {number}: each of its flows sends at most {most}")]
    NoPacket { entry: String, number: u64, most: u64 },
}

impl Senders {
    /// Those of a plan.
    pub fn of(plan: &Plan) -> Senders {
        let mut first = Vec::with_capacity(plan.traffic.len());
        let mut next = 0;
        for entry in &plan.traffic {
            first.push(next);
            next += entry.sources() as u64;
        }
        Senders { plan: Arc::new(plan.clone()), first }
    }

    /// The packet that a text names.
    ///
    /// # Errors
    /// It names none that this plan could send.
    pub fn packet(&self, text: &str) -> Result<PacketId, BadName> {
        let malformed = || BadName::Malformed(text.to_owned());
        let (sender, digits) = text.rsplit_once('#').ok_or_else(malformed)?;
        let number = digits.parse().ok().filter(|n| (1..=SEQUENCES).contains(n)).ok_or_else(malformed)?;
        let mut parts = sender.split(':');
        let entry = parts.next().unwrap_or_default();
        let mut rest: Vec<&str> = parts.collect();
        let answers = rest.pop_if(|last| *last == BACK).is_some();
        let flow = match rest[..] {
            [] => None,
            [flow] => Some(flow.parse::<u64>().ok().filter(|flow| *flow > 0).ok_or_else(malformed)?),
            _ => return Err(malformed()),
        };
        self.find(entry, (flow, answers), number)
    }

    fn find(&self, name: &str, (flow, answers): (Option<u64>, bool), number: u64) -> Result<PacketId, BadName> {
        let of_name = self.plan.traffic.iter().position(|entry| entry.name.as_str() == name);
        let at = of_name.ok_or_else(|| BadName::NoEntry(name.to_owned()))?;
        let (traffic, name) = (&self.plan.traffic[at], || name.to_owned());
        let flows = flows_of(traffic);
        let flow = match flow {
            Some(flow) if flow > flows => return Err(BadName::NoFlow { entry: name(), flow, flows }),
            Some(flow) => flow - 1,
            None if flows == 1 => 0,
            None => return Err(BadName::Ambiguous { entry: name(), flows, number }),
        };
        if answers && traffic.transfers().is_none() {
            return Err(BadName::NoBack(name()));
        }
        if let Some(most) = most(traffic, flow).filter(|most| number > *most) {
            return Err(BadName::NoPacket { entry: name(), number, most });
        }
        let place = if traffic.transfers().is_some() { 2 * flow + u64::from(answers) } else { flow };
        Ok(PacketId::new(SourceId((self.first[at] + place) as u32), number - 1))
    }

    /// The sender of a packet; none if it is not the plan's.
    pub(super) fn sender(&self, id: PacketId) -> Option<Sender> {
        let source = u64::from(id.source().0);
        let at = self.first.partition_point(|first| *first <= source).checked_sub(1)?;
        // An entry without senders begins where the next one does.
        let (traffic, place) = (&self.plan.traffic[at], source - self.first[at]);
        let is_tcp = traffic.transfers().is_some();
        let (flow, answers) = if is_tcp { (place / 2, place % 2 == 1) } else { (place, false) };
        (flow < flows_of(traffic)).then_some(Sender { traffic: TrafficId(at as u32), flow, answers })
    }

    /// The name of a packet, or of the one that it answers.
    pub fn name(&self, id: PacketId) -> String {
        let Some(Sender { traffic, flow, answers }) = self.sender(id) else { return id.to_string() };
        let entry = self.plan.entry(traffic);
        let flow = if flows_of(entry) > 1 { format!(":{}", flow + 1) } else { String::new() };
        let back = if answers { format!(":{BACK}") } else { String::new() };
        format!("{}{flow}{back}#{}", entry.name, id.sequence() + 1)
    }

    /// What the other side of a TCP flow sends; none for other senders.
    pub(super) fn other_side(&self, id: PacketId) -> Option<SourceId> {
        let Sender { traffic, answers, .. } = self.sender(id)?;
        self.plan.entry(traffic).transfers()?;
        let SourceId(at) = id.source();
        Some(SourceId(if answers { at - 1 } else { at + 1 }))
    }

    /// The host that sends a packet of this sender.
    pub(super) fn host(&self, id: PacketId) -> Option<HostId> {
        Some(self.ends(id)?.0)
    }

    /// Whether the host is the one that a packet was meant for, or no host in particular was.
    pub(super) fn is_meant_for(&self, record: &Record, host: HostId) -> bool {
        let Some((from, to)) = self.ends(record.id) else { return true };
        match record.kind {
            PacketKind::Original | PacketKind::Segment => to.is_none_or(|to| to == host),
            PacketKind::Reply | PacketKind::ErrorAboutOriginal => from == host,
            PacketKind::ErrorAboutReply => true,
        }
    }

    /// Who sends a packet, and whom it is meant for, if anyone.
    fn ends(&self, id: PacketId) -> Option<(HostId, Option<HostId>)> {
        let Sender { traffic, flow, answers } = self.sender(id)?;
        let entry = self.plan.entry(traffic);
        if let Pattern::Replay(replay) = &entry.pattern {
            let to = replay.frame(flow as usize, id.sequence()).map(|frame| frame.to);
            return Some((replay.flows[flow as usize].from, to));
        }
        let parallel = entry.transfers().map_or(1, |transfers| u64::from(transfers.connections));
        let (from, to) = flows(entry, self.plan.seed).nth((flow / parallel) as usize)?;
        let to = match to {
            Receiver::Host(to) => Some(to),
            Receiver::Address(_) => None,
        };
        if answers { Some((to?, Some(from))) } else { Some((from, to)) }
    }
}

/// How many flows an entry has that number their packets: parallel connections count each.
fn flows_of(entry: &Traffic) -> u64 {
    entry.senders() as u64 * entry.transfers().map_or(1, |transfers| u64::from(transfers.connections))
}

/// The most packets that a flow sends, if the plan says.
fn most(entry: &Traffic, flow: u64) -> Option<u64> {
    match &entry.pattern {
        Pattern::Replay(replay) => Some(replay.packets(flow as usize)),
        // Their count is one of connections.
        Pattern::Tcp(_) => None,
        _ => entry.count,
    }
}
