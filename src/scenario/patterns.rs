//! The patterns of traffic entries, one row each: the section of the language, what the senders send, and how to read
//! it. The engine makes the packets.

use super::Loader;
use super::keys::*;
use super::sends::{Frame, Sends};
use super::transfers::TCP;
use crate::model::plan::Pattern;
use crate::notation::Kind::*;
use crate::notation::{Delimiter, Entity, Epoch, Field, Section, optional, required};
use crate::units::SimDuration;
use std::sync::Arc;

/// A pattern of the language.
pub(super) struct PatternRow {
    pub section: Section,
    pub sends: Sends,
    /// Reads the keys of its section; `None` after a complaint.
    pub read: fn(&mut Loader<'_>, &Entity, &Frame<'_>) -> Option<Pattern>,
}

static PATTERNS: &[PatternRow] = &[
    pattern("constant", "Evenly spaced.", &[PACE, SIZE, PORTS, PICK], Sends::Datagrams, |loader, entity, _| {
        loader.pace(entity).map(Pattern::Constant)
    }),
    pattern("poisson", "Exponential gaps.", &[PACE, SIZE, PORTS, PICK], Sends::Datagrams, |loader, entity, _| {
        loader.pace(entity).map(Pattern::Poisson)
    }),
    pattern(
        "on_off",
        "Evenly spaced for a while, then silent, again and again.",
        &[PACE, SIZE, PORTS, PICK, ON_OFF],
        Sends::Datagrams,
        |loader, entity, _| {
            let (on, off) = (entity.get("on").copied(), entity.get("off").copied());
            loader.pace(entity).and_then(|pace| Some(Pattern::OnOff { pace, on: on?, off: off? }))
        },
    ),
    pattern(
        "series",
        "A rate that changes in steps, such as a measured day; each holds until the next, the last to the end.",
        &[SERIES, SIZE, PORTS, PICK],
        Sends::Datagrams,
        |loader, entity, _| loader.series(entity),
    ),
    pattern(
        "diurnal",
        "A daily curve (a raised cosine) on the civil clock, in steps of 5 minutes; its mean is midway.",
        &[DIURNAL, SIZE, PORTS, PICK],
        Sends::Datagrams,
        |loader, entity, _| loader.diurnal(entity),
    ),
    pattern("ping", "ICMP echo requests.", &[PING, SIZE, PICK], Sends::Echoes, |_, entity, _| {
        let interval = entity.get("interval").copied().unwrap_or(SimDuration::from_secs(1));
        Some(Pattern::Ping { interval })
    }),
    pattern("tcp", "TCP connections.", &[TCP, PORTS, PICK], Sends::Segments, |loader, entity, frame| {
        loader.transfers(entity, frame).map(|transfers| Pattern::Tcp(Arc::new(transfers)))
    }),
    pattern("replay", "The packets of a capture.", &[REPLAY], Sends::Capture, |loader, entity, frame| {
        loader.replayed(entity, frame.from?, frame.to?, frame.window)
    }),
];

/// The row of the pattern that an entry chose; `None` if there is no such pattern.
pub(super) fn chosen(entity: &Entity) -> Option<&'static PatternRow> {
    let name = entity.variant?.name;
    PATTERNS.iter().find(|row| row.section.name == name)
}

/// The section of every pattern.
pub(super) static SECTIONS: [Section; PATTERNS.len()] = {
    let mut sections = [PATTERNS[0].section; PATTERNS.len()];
    let mut at = 0;
    while at < sections.len() {
        sections[at] = PATTERNS[at].section;
        at += 1;
    }
    sections
};

const fn pattern(
    name: &'static str,
    doc: &'static str,
    fields: &'static [&'static [Field]],
    sends: Sends,
    read: fn(&mut Loader<'_>, &Entity, &Frame<'_>) -> Option<Pattern>,
) -> PatternRow {
    PatternRow { section: Section { name, doc, fields, variants: None }, sends, read }
}

const PACE: &[Field] = &[
    optional("rate", Rate(1, RATE_MAX), "IPv4 bits per second; either this or `interval`."),
    optional("interval", Duration(1_000, TIME_MAX), "From packet to packet; either this or `rate`."),
];

const ON_OFF: &[Field] = &[
    required("on", Duration(1_000, TIME_MAX), "How long it sends."),
    required("off", Duration(1_000, TIME_MAX), "How long it is silent."),
];

const DIURNAL: &[Field] = &[
    required("low", Rate(0, RATE_MAX), "IPv4 bits per second half a day from the peak."),
    required("high", Rate(1, RATE_MAX), "IPv4 bits per second at the peak."),
    optional("peak_at", Text, "The time of day of the peak; default \"14:00\"."),
];

const PING: &[Field] = &[optional("interval", Duration(1_000, TIME_MAX), "From request to request; default \"1 s\".")];

/// Where a series comes from and what its numbers mean. Times are times of the run; rates count IPv4 bits, per flow.
const SERIES: &[Field] = &[
    optional("file", Text, "A table (CSV): times in the first column, rates in others; either this or `series`."),
    optional(
        "series",
        Several(&Both(&Text)),
        "The rows themselves, such as [[\"0 s\", \"10 Mbps\"], [\"1 h\", \"0 bps\"]]; either this or `file`.",
    ),
    optional("column", OneOf(&[Text, Integer(2, 100_000)]), "The column of the rates, by name or number; default 2."),
    optional(
        "unit",
        Text,
        "What a plain number means as a rate: \"Mbps\", \"100 B/5 min\"; a cell such as 1.6 Mbit/s has its own.",
    ),
    optional("step", Duration(1, TIME_MAX), "What a plain number means as a time; default \"1 s\"."),
    optional("scale", Factor, "Every rate times this, such as \"1 %\" or 2.5; default 1."),
    optional(
        "delimiter",
        Choice(&DELIMITERS),
        "What splits the cells of `file`; default what its first line has, or says as `sep=;`.",
    ),
    optional("decimal", Choice(&[".", ","]), "What stands before the fraction of a number; default \".\"."),
    optional("missing", Texts, "What a cell says that has no rate, such as \"NaN\"; an empty cell never has one."),
    optional(
        "epoch",
        Choice(&Epoch::NAMES),
        "Plain numbers as times count these since 1970-01-01 UTC, not steps since the start.",
    ),
];

const DELIMITERS: [&str; 4] =
    [Delimiter::ALL[0].name(), Delimiter::ALL[1].name(), Delimiter::ALL[2].name(), Delimiter::ALL[3].name()];

const REPLAY: &[Field] = &[
    required("file", Text, "A pcap or pcapng file, gzip-compressed or not."),
    optional("interface", Text, "Only packets of this interface of a pcapng file, by its name."),
    optional("map", Pairs("captured address", &Text), "Captured addresses to hosts."),
    optional("max_gap", TIME, "Longer silences of the capture are shortened to this, before `speed`."),
    optional("speed", Factor, "How many times as fast as captured; default 1."),
    optional(
        "repeat",
        Integer(1, 1_000_000),
        "How often it is played, the mean gap of its packets between two times; default 1.",
    ),
    optional(
        "answers",
        Choice(&["missing", "all", "none"]),
        "Which echo requests the hosts answer; default those whose reply is missing in the capture.",
    ),
    optional(
        "segment_size",
        MTU,
        "Longer TCP packets, which segmentation offload made, are cut into segments of at most this \
                         size.",
    ),
];

const SIZE: &[Field] = &[
    optional("packet_size", Size(PACKET_MIN, PACKET_MAX), "IPv4 total length; a ping's default is \"84 B\"."),
    optional("payload", Size(0, PACKET_MAX - PACKET_MIN), "UDP or ICMP payload, 28 B less than `packet_size`."),
    optional(
        "sizes",
        OneOf(&[Choice(&["imix"]), Pairs("size", &Integer(1, u32::MAX as u64))]),
        "Sizes with weights; \"imix\" is 46, 576 and 1500 B with weights 7, 4 and 1 (frames of 64, 594 and 1518 B).",
    ),
    optional("sizes_file", Text, "A text file with a size in bytes and its weight a line; `#` starts a comment."),
    optional("sizes_form", Choice(&["weights", "cdf"]), "Whether `sizes_file` gives weights or cumulative percent."),
];

const PORTS: &[Field] = &[
    optional("source_port", Integer(0, 65_535), "UDP or TCP source port of the first flow; default 49152."),
    optional("destination_port", Integer(0, 65_535), "UDP or TCP destination port; default 5001."),
];

const PICK: &[Field] = &[optional(
    "pick",
    Choice(&["every", "in_order", "random"]),
    "Who sends to which of several hosts, never to itself: \"every\" is a flow for each pair (default of ping and \
     tcp); else a flow for each sender, the n-th to the n-th host, round and round (\"in_order\", default of the \
     others), or as the seed chooses (\"random\").",
)];
