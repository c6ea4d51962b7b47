//! The underlay of a peering: several forwarding nodes over which flows are spread by hash (S10). A failed node loses
//! its flows' packets until the failure is noticed; then its flows, and no others, move to the other nodes. It chooses
//! nodes and moves no packets.

use crate::units::{Share, SimDuration, SimTime};

/// One forwarding node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// Carries its flows.
    Up,
    /// Failed, but not noticed yet; it is noticed at the instant given, if ever.
    Failed { noticed: Option<SimTime> },
    /// Failed and noticed: its flows are carried by the others.
    Bypassed,
}

/// All nodes of one peering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    nodes: Vec<Node>,
    failover: bool,
    detection: SimDuration,
}

impl Nodes {
    /// `count` nodes (at least one), all up.
    pub fn new(count: u8, failover: bool, detection: SimDuration) -> Nodes {
        Nodes { nodes: vec![Node::Up; usize::from(count.max(1))], failover, detection }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }
    /// How long it takes until a failure is noticed; none if it never is.
    pub fn detection(&self) -> Option<SimDuration> {
        self.failover.then_some(self.detection)
    }
    /// The nodes, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }
    /// Whether every node is up.
    pub fn all_up(&self) -> bool {
        self.nodes.iter().all(|n| *n == Node::Up)
    }

    /// Whether a flow with this hash gets through.
    pub fn carries(&self, hash: u64) -> bool {
        match self.nodes[(hash % self.nodes.len() as u64) as usize] {
            Node::Up => true,
            Node::Failed { .. } => false,
            Node::Bypassed => self.nodes.contains(&Node::Up),
        }
    }

    /// The share of flows that do not get through.
    pub fn unavailable(&self) -> Share {
        if !self.nodes.contains(&Node::Up) {
            return Share::WHOLE;
        }
        let failed = self.nodes.iter().filter(|n| matches!(n, Node::Failed { .. })).count();
        Share::of(failed as u64, self.nodes.len() as u64)
    }

    /// When the next failure is noticed.
    pub fn next_noticed(&self) -> Option<SimTime> {
        let noticed = |node: &Node| match node {
            Node::Failed { noticed } => *noticed,
            Node::Up | Node::Bypassed => None,
        };
        self.nodes.iter().filter_map(noticed).min()
    }

    /// Bypasses every node whose failure is noticed by `now`.
    pub(super) fn notice(&mut self, now: SimTime) {
        for node in &mut self.nodes {
            if matches!(node, Node::Failed { noticed: Some(at) } if *at <= now) {
                *node = Node::Bypassed;
            }
        }
    }

    /// Fails or mends the node at `at`, from 0; returns whether its state changed.
    pub(super) fn set(&mut self, at: usize, up: bool, now: SimTime) -> bool {
        let noticed = self.failover.then(|| now + self.detection);
        let node = &mut self.nodes[at];
        let was_up = *node == Node::Up;
        match (up, was_up) {
            (true, _) => *node = Node::Up,
            (false, true) => *node = Node::Failed { noticed },
            (false, false) => {} // already failed
        }
        up != was_up
    }
}
