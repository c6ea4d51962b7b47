//! What cells send to each other. Carries nothing: `exchange.rs` does.

use super::arrival::Arrival;
use super::segment::SegmentArrival;
use crate::dataplane::packet::Tail;
use crate::model::VpcId;

/// Arrivals for another cell.
pub struct Mail {
    /// The VPC it is for.
    pub to: VpcId,
    pub(super) content: Content,
}

/// What arrives.
pub(super) enum Content {
    /// A packet, with what belongs to it beside its head.
    Packet { arrival: Arrival, tail: Option<Tail> },
    /// Segments over one link, in order.
    Segments(Vec<SegmentArrival>),
}

/// Arrivals for other cells, until the next exchange.
#[derive(Default)]
pub(super) struct Mailbox {
    pub packets: Vec<Mail>,
    /// The lanes with segments in their outboxes.
    pub lanes: Vec<u32>,
}
