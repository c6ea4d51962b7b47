//! What an expectation can measure, one row per metric: its key in `[[expect]]`, its unit, its subject, the time it
//! covers, what was missing if nothing could be measured, and its meaning. The scenario language, the reading of
//! expectations and everything shown about them derive from these rows. The engine, which has the books, does the
//! measuring.

use super::rules::Rules;
use super::verdict::DropReason;
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime, grouped};
use std::fmt;

/// The unit of a metric. A [`Check`](super::plan::Check)'s bounds are in its base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Packets.
    Packets,
    /// Packets, per drop reason.
    PacketsByReason,
    /// Parts per billion.
    Share,
    /// Bits per second.
    Rate,
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// A place in [`PeeringState::ALL`](super::PeeringState::ALL).
    State,
}

/// The subject of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A traffic entry.
    Traffic,
    /// A traffic entry that asks for echoes.
    Pings,
    /// A traffic entry of TCP connections.
    Connections,
    /// One direction of a peering.
    Link,
    /// A traffic entry or one direction of a peering.
    Both,
    /// A peering as a whole.
    Peering,
}

/// The time that a metric covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The window of the expectation.
    Window,
    /// The whole run, whatever the window.
    Run,
    /// An instant of its own.
    Instant,
}

/// Everything about a metric except how it is measured.
#[derive(Debug)]
pub struct MetricRow {
    /// Its key in `[[expect]]`.
    pub key: &'static str,
    /// The unit of its values.
    pub unit: Unit,
    /// The subject of its expectations.
    pub on: On,
    /// The time it covers.
    pub over: Over,
    /// What was missing if nothing could be measured.
    pub missing: &'static str,
    /// One sentence for a person.
    pub sentence: &'static str,
    /// The metric itself; none if the value of the key selects it.
    pub metric: Option<Metric>,
}

macro_rules! metrics {
    (@plain $name:ident) => { Some(Metric::$name) };
    (@plain $name:ident $of:ty) => { None };
    (@row $name:ident $($of:ty)?, $unit:ident, $on:ident, $over:ident, $key:literal, $missing:literal, $said:literal)
    => {
        &MetricRow {
            key: $key,
            unit: Unit::$unit,
            on: On::$on,
            over: Over::$over,
            missing: $missing,
            sentence: $said,
            metric: metrics!(@plain $name $($of)?),
        }
    };
    ($($name:ident $(($of:ty))?: $unit:ident of $on:ident over $over:ident, $key:literal or $missing:literal,
       $said:literal;)*) => {
        /// What an expectation can measure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric { $(#[doc = $said] $name $(($of))?,)* }

        impl Metric {
            /// Every metric's row, in the order in which the checks of one expectation come.
            pub const ROWS: [&'static MetricRow; [$($key),*].len()] =
                [$(metrics!(@row $name $($of)?, $unit, $on, $over, $key, $missing, $said)),*];

            /// Its row.
            pub const fn row(self) -> &'static MetricRow {
                match self {
                    $(Metric::$name { .. } => metrics!(@row $name $($of)?, $unit, $on, $over, $key, $missing, $said),)*
                }
            }
        }
    };
}

metrics! {
    Sent: Packets of Traffic over Window, "sent" or "no packets",
        "Packets emitted.";
    Delivered: Packets of Traffic over Window, "delivered" or "no packets",
        "Packets accepted by the host they were meant for.";
    Misdelivered: Packets of Traffic over Window, "misdelivered" or "no packets",
        "Packets accepted by another host.";
    Dropped: Packets of Both over Window, "dropped" or "no packets",
        "Packets dropped, any reason.";
    Answered: Packets of Pings over Window, "answered" or "no packets",
        "Echo replies that came back.";
    Goodput: Rate of Connections over Window, "goodput" or "no payload",
        "Payload bits per second that arrived in order for the first time.";
    Fairness: Share of Connections over Window, "fairness" or "no payload",
        "Jain's index of the goodput of the connections: 100 % if all have the same.";
    Completed: Packets of Connections over Window, "completed" or "no connection",
        "Connections that completed.";
    CompletionP50: Time of Connections over Window, "completion_p50" or "none completed",
        "The median time from the first SYN to the last byte.";
    CompletionP99: Time of Connections over Window, "completion_p99" or "none completed",
        "What 99 % of the completion times do not exceed.";
    CompletionMax: Time of Connections over Window, "completion_max" or "none completed",
        "The longest completion time.";
    Retransmissions: Packets of Connections over Window, "retransmissions" or "no connection",
        "Segments sent again.";
    Timeouts: Packets of Connections over Window, "timeouts" or "no connection",
        "Retransmission timeouts.";
    RttMin: Time of Connections over Window, "rtt_min" or "no round trip",
        "The smallest round trip.";
    RttP50: Time of Connections over Window, "rtt_p50" or "no round trip",
        "The median of the round trips.";
    RttP99: Time of Connections over Window, "rtt_p99" or "no round trip",
        "What 99 % of the round trips do not exceed.";
    IcmpErrors: Packets of Traffic over Window, "icmp_errors" or "no packets",
        "ICMP errors that came back.";
    Loss: Share of Both over Window, "loss" or "no packets",
        "Lost / (lost + delivered), or answered for a ping; of a peering what its cap drops / offered (S38).";
    Rate: Rate of Both over Window, "rate" or "no packets",
        "IPv4 bits per second delivered, or carried by a peering.";
    DelayMin: Time of Both over Window, "delay_min" or "no packets",
        "The smallest delay.";
    DelayP50: Time of Both over Window, "delay_p50" or "no packets",
        "The median of the delay.";
    DelayP90: Time of Both over Window, "delay_p90" or "no packets",
        "What 90 % of the delays do not exceed.";
    DelayP99: Time of Both over Window, "delay_p99" or "no packets",
        "What 99 % of the delays do not exceed.";
    DelayP999: Time of Both over Window, "delay_p999" or "no packets",
        "What 99.9 % of the delays do not exceed.";
    DelayMax: Time of Both over Window, "delay_max" or "no packets",
        "The largest delay.";
    Offered: Packets of Link over Window, "offered" or "no packets",
        "Packets that reached the shaper (peerings only).";
    Carried: Packets of Link over Window, "carried" or "no packets",
        "Packets that left the far end (peerings only).";
    CarriedBytes: Bytes of Link over Window, "carried_bytes" or "no packets",
        "Bytes that left the far end (peerings only).";
    LongestQueue: Bytes of Link over Run, "longest_queue" or "no packets",
        "The most bytes that ever waited (peerings only, whole run).";
    Availability: Share of Peering over Run, "availability" or "never active",
        "Of `peering`, over the whole run: active time less what link and node faults cost (S36); loss is no downtime.";
    DroppedBy(DropReason): PacketsByReason of Both over Window, "dropped_by" or "no packets",
        "Packets dropped for single reasons, such as no_route.";
    State(SimTime): State of Peering over Instant, "state" or "no peering yet",
        "The state of `peering` at the instant `at`, its changes included.";
}

impl Metric {
    /// Prints a value of this metric with its unit; a state by the vendor's name.
    pub fn show(self, value: u64, rules: &Rules) -> String {
        match self.row().unit {
            Unit::Packets | Unit::PacketsByReason => grouped(value),
            Unit::Share => Share::from_ppb(value).to_string(),
            Unit::Rate => BitRate::from_bps(value).to_string(),
            Unit::Time => SimDuration::from_nanos(value).to_string(),
            Unit::Bytes => ByteSize::from_bytes(value).to_string(),
            Unit::State => rules.states.get(value as usize).copied().unwrap_or_default().into(),
        }
    }
}

impl fmt::Display for Metric {
    /// Its key, and what the key's value selects.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::DroppedBy(reason) => write!(f, "{} {}", self.row().key, reason.code()),
            Metric::State(at) => write!(f, "{} at {at}", self.row().key),
            plain => f.write_str(plain.row().key),
        }
    }
}
