//! The state of the dull model: accounts of VPCs, tables and pacts as vectors, ranges as pairs of numbers. Decides
//! nothing.

use std::collections::BTreeSet;

/// First and last address.
pub type Range = (u32, u32);
/// The codes of the rules that an action breaks.
pub type Broken = BTreeSet<&'static str>;

/// S19.
pub const WEEK: u64 = 604_800_000_000_000;
pub const WHOLE: u64 = 1_000_000_000;

pub struct Vpc {
    pub account: u32,
    pub region: u32,
    pub cidrs: Vec<Range>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub to: Range,
    /// A peering's index; `None` leads nowhere.
    pub over: Option<usize>,
    pub disabled: bool,
}

pub struct Table {
    pub vpc: usize,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    Up,
    Failed(Option<u64>),
    Bypassed,
}

/// What keeps one thing down: each fault separately.
#[derive(Debug, Clone, Default)]
pub struct Ills {
    /// When each fault in force ends.
    pub ends: Vec<u64>,
    /// When a thing that was set up for a limited time goes down again.
    pub again: Option<u64>,
}

impl Ills {
    /// `until` is `u64::MAX` for a state without an end.
    pub fn set(&mut self, up: bool, until: u64) {
        if up {
            *self = Ills { ends: Vec::new(), again: Some(until).filter(|t| *t < u64::MAX) };
        } else {
            self.ends.push(until);
        }
    }
    pub fn pass(&mut self, now: u64) {
        self.ends.retain(|end| *end > now);
        if self.again.is_some_and(|again| again <= now) {
            *self = Ills { ends: vec![u64::MAX], again: None };
        }
    }
    pub fn down(&self) -> bool {
        !self.ends.is_empty()
    }
    /// When it next goes up or down by itself.
    pub fn next(&self) -> Option<u64> {
        let last = self.ends.iter().max().copied();
        [last, self.again].into_iter().flatten().filter(|t| *t < u64::MAX).min()
    }
}

pub struct Pact {
    pub name: String,
    pub requester: usize,
    pub accepter: usize,
    pub history: Vec<(u64, &'static str)>,
    pub expires: Option<u64>,
    pub cap: Option<u64>,
    pub ticket: bool,
    pub burst: Option<u64>,
    pub mtu: u64,
    pub cuts: Ills,
    /// Losses set for a limited time: end and share.
    pub losses: Vec<(u64, u64)>,
    pub lasting_loss: u64,
    pub nodes: Vec<Node>,
    /// By node.
    pub failures: Vec<Ills>,
    pub detection: Option<u64>,
    /// Nanoseconds as ACTIVE, and the part of these lost to faults, times parts per billion (S36).
    pub active: u64,
    pub lost: u128,
}

impl Pact {
    pub fn state(&self) -> &'static str {
        self.history.last().expect("made in some state").1
    }
    /// S25a, last column.
    pub fn counts(&self) -> bool {
        ["PENDING", "ACTIVE", "ISOLATED"].contains(&self.state())
    }
    /// S20, S21: it has disappeared.
    pub fn gone(&self) -> bool {
        ["REJECTED", "DELETED"].contains(&self.state())
    }
    /// The largest share set for a limited time, or the lasting one.
    pub fn loss(&self) -> u64 {
        self.losses.iter().map(|(_, share)| *share).max().unwrap_or(self.lasting_loss)
    }
    /// Updates the state of its nodes from their failures now.
    pub fn see_nodes(&mut self, now: u64) {
        let noticed = self.detection.map(|d| now + d);
        for (node, ills) in self.nodes.iter_mut().zip(&self.failures) {
            *node = match *node {
                _ if !ills.down() => Node::Up,
                Node::Up => Node::Failed(noticed),
                failed => failed,
            };
        }
    }
    /// When the next fault ends.
    pub fn next_end(&self) -> Option<u64> {
        // Of several losses with the same share, only the last end matters.
        let last_of = |share: u64| self.losses.iter().filter(|(_, s)| *s == share).map(|(end, _)| *end).max();
        let of_losses = self.losses.iter().filter_map(|(_, share)| last_of(*share)).filter(|end| *end < u64::MAX);
        let of_parts = self.failures.iter().chain([&self.cuts]).filter_map(Ills::next);
        of_losses.chain(of_parts).min()
    }
    /// Ends what ends by `now`.
    pub fn pass(&mut self, now: u64) {
        self.cuts.pass(now);
        self.losses.retain(|(end, _)| *end > now);
        self.failures.iter_mut().for_each(|ills| ills.pass(now));
        self.see_nodes(now);
    }
    pub fn ends(&self) -> [usize; 2] {
        [self.requester, self.accepter]
    }
    pub fn far_from(&self, vpc: usize) -> Option<usize> {
        match vpc {
            v if v == self.requester => Some(self.accepter),
            v if v == self.accepter => Some(self.requester),
            _ => None,
        }
    }
    /// S36: the share of flows that faults stop, in parts per billion, rounded half up.
    pub fn lost_share(&self) -> u64 {
        let failed = self.nodes.iter().filter(|n| matches!(n, Node::Failed(_))).count() as u64;
        if self.cuts.down() || !self.nodes.contains(&Node::Up) {
            return WHOLE;
        }
        let n = self.nodes.len() as u64;
        (2 * failed * WHOLE + n) / (2 * n)
    }
}

pub struct Dull {
    pub now: u64,
    pub vpcs: Vec<Vpc>,
    pub tables: Vec<Table>,
    pub pacts: Vec<Pact>,
    pub quota_total: u32,
    pub quota_active: u32,
    /// `guide`, `strict-2024` or `aws` (S13).
    pub overlap: &'static str,
    pub strict_routes: bool,
}

pub fn meet(a: &[Range], b: &[Range]) -> bool {
    a.iter().any(|x| b.iter().any(|y| x.0 <= y.1 && y.0 <= x.1))
}

pub fn inside(small: Range, large: Range) -> bool {
    large.0 <= small.0 && small.1 <= large.1
}

pub fn range(net: ipnet::Ipv4Net) -> Range {
    let hosts = u64::from(u32::MAX) >> net.prefix_len();
    let first = u32::from(net.addr());
    // A block with host bits is invalid; a request with it is refused before this matters.
    (first, (u64::from(first) | hosts) as u32)
}

pub fn has_host_bits(net: ipnet::Ipv4Net) -> bool {
    u64::from(u32::from(net.addr())) & (u64::from(u32::MAX) >> net.prefix_len()) != 0
}
