//! The two directions of a peering connection. The peering knows which VPC a direction leaves.

use serde::Serialize;
use std::fmt;

/// A direction, seen from the requester, who pays (S38, S39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the requester to the accepter.
    Out,
    /// From the accepter to the requester.
    In,
}

impl Direction {
    /// Both, outbound first.
    pub const BOTH: [Direction; 2] = [Direction::Out, Direction::In];

    /// The other one.
    pub const fn reversed(self) -> Direction {
        match self {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Direction::Out => "out",
            Direction::In => "in",
        })
    }
}
