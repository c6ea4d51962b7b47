//! Keys and kinds of keys that several sections of the language share. It contains only tables.

use crate::model;
use crate::notation::Kind::*;
use crate::notation::{Field, Kind, Section, optional, required};

/// In nanoseconds.
pub(super) const TIME_MAX: u64 = model::TIME_MAX.as_nanos();
/// In bit/s.
pub(super) const RATE_MAX: u64 = model::RATE_MAX.as_bps();
/// IPv4 and UDP headers: the smallest packet of a traffic entry.
pub(super) const PACKET_MIN: u64 = 28;
/// The largest IPv4 total length.
pub(super) const PACKET_MAX: u64 = 65_535;
pub(super) const INTEGER_MAX: u64 = i64::MAX as u64;
/// Every IPv4 network carries packets of this size (RFC 791).
pub(super) const MTU: Kind = Size(68, PACKET_MAX);
/// A time that may be zero.
pub(super) const TIME: Kind = Duration(0, TIME_MAX);
/// A rate; the rules state its bounds.
pub(super) const ANY_RATE: Kind = Rate(0, INTEGER_MAX);
pub(super) const LABEL: &[Field] = &[optional("label", Text, "Free text for people.")];

pub(super) const VIA: Kind = OneOf(&[Text, Table(&BLACKHOLE)]);

static BLACKHOLE: Section = Section {
    name: "blackhole",
    doc: "such as { blackhole = true }",
    fields: &[&[required("blackhole", Bool, "Drop on purpose; must be true.")]],
    variants: None,
};

/// The two VPCs of a peering.
pub(super) const ENDS: &[Field] =
    &[required("requester", Text, "The VPC that asks, and pays."), required("accepter", Text, "The other VPC.")];

/// The port that senders begin with (RFC 6335 §6).
pub(super) const FIRST_PORT: u16 = 49_152;

/// How a peering carries packets.
pub(super) const TRANSPORT: &[Field] = &[
    optional("bandwidth", ANY_RATE, "The cap per direction, whole Mbps; exactly when cross-region (S27, S29)."),
    optional("burst", Size(0, INTEGER_MAX), "Bucket size, at least the MTU; default 10 ms at the cap (S33)."),
    optional(
        "queue",
        OneOf(&[TIME, Size(0, INTEGER_MAX), Packets]),
        "What may wait, as time at the cap, size or packets; \"0 packets\" polices; default \"50 ms\" (S33).",
    ),
    optional("delay", TIME, "One way, from 1 us to 10 s; default the regions' delay (S35b)."),
    optional("mtu", MTU, "Largest packet; default 8500 B regional, 1500 B cross-region (S35a)."),
    optional("ticket", Bool, "A ticket allows more than 1 Gbps (S30); default false."),
    optional("loss", Share, "Share of packets lost on the way; default none."),
    optional("lose_every", Integer(1, INTEGER_MAX), "Every so many TCP segments with data one is lost; default none."),
    optional("mark", TIME, "ECN: segments that wait longer at the cap are marked (RFC 3168); default never."),
    optional("nodes", Integer(1, 255), "Forwarding nodes that flows are spread over; default 2 (S10)."),
    optional("failover", Bool, "Whether a failed node's flows move to the others; default true (S10)."),
    optional("detection", TIME, "How long a failed node goes unnoticed; default 1 s."),
];
