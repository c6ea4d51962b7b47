//! What one pair, or all pairs of two groups, come to.

use crate::diagnose::way::{Stop, Trip};
use crate::model::HostId;

/// Who accepted a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// The host that was meant: the receiver, or for a reply the sender.
    Meant,
    /// Another one, which has the same address.
    Other(HostId),
}

/// The round trip of one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Who accepted the probe, or what stopped it.
    pub request: Result<Landed, Stop>,
    /// The same for the reply, if there is one.
    pub reply: Option<Result<Landed, Stop>>,
}

impl Cell {
    /// The outcome of a trip that was meant for `to`.
    pub(super) fn of(trip: &Trip, to: HostId) -> Cell {
        let landed = |meant: HostId| move |host| if host == meant { Landed::Meant } else { Landed::Other(host) };
        Cell {
            request: trip.request.end.map(landed(to)),
            reply: trip.reply.map(|reply| reply.end.map(landed(trip.request.from))),
        }
    }

    /// Whether the probe reached the host that was meant.
    pub fn arrives(self) -> bool {
        self.request == Ok(Landed::Meant)
    }

    /// Whether it did, and the reply came back to the sender.
    pub fn returns(self) -> bool {
        self.arrives() && self.reply == Some(Ok(Landed::Meant))
    }
}

impl Cell {
    /// Where the round trip ends: `delivered`, a code, or `lands on NAME`, each perhaps of the `reply`. Different for
    /// different outcomes.
    pub fn end(self, name: impl Fn(HostId) -> String) -> String {
        let told = |end: Result<Landed, Stop>| match end {
            Ok(Landed::Meant) => "delivered".to_owned(),
            Ok(Landed::Other(host)) => format!("lands on {}", name(host)),
            Err(stop) => stop.code().to_owned(),
        };
        let reply = match self.reply {
            None | Some(Ok(Landed::Meant)) => return told(self.request),
            Some(Err(stop)) => format!("reply: {}", stop.code()),
            Some(end) => format!("reply {}", told(end)),
        };
        if self.request == Ok(Landed::Meant) { reply } else { format!("{}, {reply}", told(self.request)) }
    }
}

/// What all pairs of hosts of two groups come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The first of those that do not get through; if all do, the first.
    pub cell: Cell,
    /// Whether all arrive.
    pub one_way: bool,
    /// Whether all replies come back.
    pub round_trip: bool,
    /// Whether some pairs of hosts get further than others.
    pub partly: bool,
}

impl Pair {
    /// The sum of these cells; none if there are none.
    pub(super) fn sum(cells: impl Iterator<Item = Cell>) -> Option<Pair> {
        cells.fold(None, |sum, cell| {
            let (arrives, returns) = (cell.arrives(), cell.returns());
            let Some(sum) = sum else {
                return Some(Pair { cell, one_way: arrives, round_trip: returns, partly: false });
            };
            let Pair { one_way, round_trip, .. } = sum;
            let rank = |cell: Cell| (cell.arrives(), cell.returns());
            Some(Pair {
                cell: if rank(cell) < rank(sum.cell) { cell } else { sum.cell },
                one_way: one_way && arrives,
                round_trip: round_trip && returns,
                partly: sum.partly || rank(sum.cell) != rank(cell),
            })
        })
    }
}
