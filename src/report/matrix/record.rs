//! One pair as programs read it, in names and codes.

use crate::diagnose::Stop;
use crate::diagnose::matrix::{Landed, Matrix, Pair, Unit};
use serde::Serialize;

/// `delivered`, the verdict of what arrives.
const DELIVERED: &str = "delivered";

/// One ordered pair. `N` names a host, a subnet or a VPC; or a class of them by its index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record<N> {
    /// Who sends.
    pub src: N,
    /// Who is meant to receive.
    pub dst: N,
    /// Whether it does.
    pub one_way: bool,
    /// Whether the reply comes back to the sender.
    pub round_trip: bool,
    /// Who accepts what is sent: none if nobody does.
    pub landed_on: Option<N>,
    /// Who accepts the reply.
    pub reply_landed_on: Option<N>,
    /// `delivered`, or why nobody accepts what is sent.
    pub verdict: &'static str,
    /// The same for the reply; none if there is no reply.
    pub reply_verdict: Option<&'static str>,
    /// Of subnets and VPCs: whether some of their hosts get further than others. The rest is then about one that does
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub partly: bool,
}

impl<N: Clone> Record<N> {
    /// What `pair` is between two units with these names; `other` names the unit of any other host.
    pub fn of(pair: &Pair, src: N, dst: N, other: impl Fn(Landed) -> Option<N>) -> Record<N> {
        let landed = |end: Result<Landed, Stop>, meant: &N| match end {
            Ok(Landed::Meant) => Some(meant.clone()),
            Ok(landed) => other(landed),
            Err(_) => None,
        };
        let verdict = |end: Result<Landed, Stop>| end.map_or_else(Stop::code, |_| DELIVERED);
        let (request, reply) = (pair.cell.request, pair.cell.reply);
        Record {
            one_way: pair.one_way,
            round_trip: pair.round_trip,
            landed_on: landed(request, &dst),
            reply_landed_on: reply.and_then(|reply| landed(reply, &src)),
            verdict: verdict(request),
            reply_verdict: reply.map(verdict),
            partly: pair.partly,
            src,
            dst,
        }
    }
}

/// The unit of a host that a probe landed on by mistake.
pub fn other_unit(matrix: &Matrix<'_>, landed: Landed) -> Option<Unit> {
    match landed {
        Landed::Meant => None,
        Landed::Other(host) => Some(matrix.unit_of(host)),
    }
}

/// The records of every ordered pair of different units, row by row.
pub fn rows<'a>(matrix: &'a Matrix<'a>) -> impl Iterator<Item = Vec<Record<String>>> + 'a {
    let names: Vec<String> = matrix.units().iter().map(|(unit, _)| matrix.name(*unit)).collect();
    let mut known: Vec<Option<Vec<Option<Pair>>>> = vec![None; matrix.kinds().len()];
    (0..names.len()).map(move |from| {
        let (_, kind) = matrix.units()[from];
        let to_each = || (0..matrix.kinds().len() as u32).map(|to| matrix.pair(kind, to)).collect();
        let row = known[kind as usize].take().unwrap_or_else(to_each);
        let other = |landed| other_unit(matrix, landed).map(|unit| matrix.name(unit));
        let others = (0..names.len()).filter(|to| *to != from);
        let record = |to: usize| {
            let pair = row[matrix.units()[to].1 as usize].as_ref()?;
            Some(Record::of(pair, names[from].clone(), names[to].clone(), other))
        };
        let records = others.filter_map(record).collect();
        // Kept only while another unit of this kind may follow.
        known[kind as usize] = (matrix.kinds()[kind as usize].members.len() > 1).then_some(row);
        records
    })
}
