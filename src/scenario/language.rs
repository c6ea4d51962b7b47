//! The scenario language: every section and every key, with type, unit and meaning. Only tables; reading them is
//! elsewhere. Adding a key here without reading it, or the reverse, fails a test.

use super::verbs::VERBS;
use crate::model::{self, Name, Rules};
use crate::notation::Kind::*;
use crate::notation::{Delimiter, Epoch, Field, Kind, Language, Section, Variants, Wrong, optional, required};

/// In nanoseconds.
pub(super) const TIME_MAX: u64 = model::TIME_MAX.as_nanos();
/// In bit/s.
const RATE_MAX: u64 = model::RATE_MAX.as_bps();
/// IPv4 and UDP headers: no packet of a traffic entry is smaller.
pub(super) const PACKET_MIN: u64 = 28;
/// What an IPv4 total length can say.
pub(super) const PACKET_MAX: u64 = 65_535;
const INTEGER_MAX: u64 = i64::MAX as u64;
/// Every IPv4 network carries packets of this size (RFC 791).
const MTU: Kind = Size(68, PACKET_MAX);
/// A time that may be zero.
pub(super) const TIME: Kind = Duration(0, TIME_MAX);
/// A rate whose bounds the rules state.
pub(super) const ANY_RATE: Kind = Rate(0, INTEGER_MAX);
pub(super) const LABEL: &[Field] = &[optional("label", Text, "Free text for people.")];

/// The language of scenarios.
pub(super) const LANGUAGE: Language = Language { section: &SCENARIO, whole: "the scenario", check_name };

fn check_name(name: &str) -> Result<(), Wrong> {
    let hint = "names have 1 to 60 letters, digits, `.`, `_` and `-`; put other text into `label`";
    Name::new(name).map(|_| ()).map_err(|wrong| Wrong::new(wrong.to_string()).hint(hint))
}

pub(super) static SCENARIO: Section = Section {
    name: "scenario",
    doc: "A network, what to send through it, what happens meanwhile and what should come of it.",
    fields: &[&[
        required("name", Text, "What the scenario is called."),
        optional("question", Text, "The question it answers; by default the first line, if it reads `# Question: …`."),
        optional(
            "start",
            Text,
            "The civil instant at which the run starts, such as \"2017-06-01T08:00:00\"; default \"2017-06-01\" (S40).",
        ),
        optional(
            "zone",
            Text,
            "Its time zone: \"UTC+8\" or a name such as \"Europe/Berlin\"; default \"UTC+8\" (S40).",
        ),
        required("duration", Duration(1, TIME_MAX), "How long it runs, in virtual time."),
        optional("seed", Integer(0, INTEGER_MAX), "Feeds every random choice; default 1."),
        optional("rules", Choice(&Rules::NAMES), "The rule set; default \"guide\"."),
        optional("overlap", Choice(&["guide", "strict-2024", "aws"]), "Which peers of one VPC may overlap (S13)."),
        optional("quota", Integer(1, 1_000_000), "Peerings a VPC may have (S23); default 10."),
        optional(
            "regional_ceiling",
            OneOf(&[Rate(1, RATE_MAX), Choice(&["none"])]),
            "The platform's ceiling on a regional peering, per direction (S28); default \"5 Gbps\".",
        ),
        optional("strict_routes", Bool, "Refuse routes that reach outside the peer's CIDRs (S8); default false."),
        optional("routers_visible", Bool, "Routers decrement TTL and send ICMP errors (S35a); default false."),
        optional("mtu_regional", MTU, "Largest packet inside a region (S35a); default \"8500 B\"."),
        optional("mtu_cross_region", MTU, "Largest packet across regions (S35a); default \"1500 B\"."),
        optional(
            "local_delay",
            TIME,
            "Host to host inside a region, one way, from 1 us to 10 s (S35b); default \"100 us\".",
        ),
        optional("account", Named(&ACCOUNT), "Owners of VPCs."),
        optional("region", Named(&REGION), "Regions beyond the built-in ones, and delays."),
        optional("vpc", Named(&VPC), "The VPCs."),
        optional("peering", Named(&PEERING), "The peering connections."),
        optional("billing", Table(&BILLING), "How the run is billed."),
        optional("traffic", Named(&TRAFFIC), "What is sent."),
        optional("at", List(&AT), "What happens during the run."),
        optional("expect", List(&EXPECT), "What must hold after the run."),
    ]],
    variants: None,
};

static ACCOUNT: Section = Section {
    name: "account",
    doc: "An owner of VPCs. Naming one on a VPC is enough; declare it to give it a label.",
    fields: &[
        LABEL,
        &[optional("trusts", Texts, "Accounts whose requests it accepts without a remark; default all (S24).")],
    ],
    variants: None,
};

static BILLING: Section = Section {
    name: "billing",
    doc: "How the run is billed (S39-S48).",
    fields: &[&[
        optional("book", Text, "A shipped price book, or a file NAME.toml; default \"guide-2017\" (S42)."),
        optional(
            "free_basis",
            Choice(&["excess", "peak"]),
            "What picks the tier of a partly free peak (S44); default \"excess\".",
        ),
        optional(
            "vip",
            Texts,
            "VIP accounts: 100 Mbps free on each of their mainland peerings, until 2017 ends (S44).",
        ),
    ]],
    variants: None,
};

static FREE: Section = Section {
    name: "free",
    doc: "such as { bandwidth = \"10 Mbps\", until = \"2017-12-31\" }",
    fields: &[&[
        required("bandwidth", ANY_RATE, "What of the peak is not billed."),
        optional("from", Text, "First day of it; default the day the peering is made."),
        required("until", Text, "Last day of it."),
    ]],
    variants: None,
};

static REGION: Section = Section {
    name: "region",
    doc: "A region of your own, or other delays for a built-in one (S50).",
    fields: &[
        LABEL,
        &[optional("delay", Pairs("region", &TIME), "One-way delay to other regions, from 1 us to 10 s (S35b).")],
    ],
    variants: None,
};

static VPC: Section = Section {
    name: "vpc",
    doc: "A virtual private cloud.",
    fields: &[
        LABEL,
        &[
            required("region", Text, "Where it is."),
            required("cidr", Cidrs, "Its addresses; the first is the primary CIDR."),
            optional("account", Text, "Its owner; default \"default\"."),
            optional("subnet", Named(&SUBNET), "Its subnets."),
            optional("table", Named(&TABLE), "Route tables that several subnets share."),
            optional("host", Named(&HOST), "Its hosts."),
        ],
    ],
    variants: None,
};

pub(super) const VIA: Kind = OneOf(&[Text, Table(&BLACKHOLE)]);

const ROUTES: &[Field] = &[
    optional("routes", List(&ROUTE), "Custom routes."),
    optional("routes_file", Text, "A text file with one prefix a line, or prefix and next hop; `#` starts a comment."),
    optional("via", VIA, "The next hop of the lines of `routes_file` that name none."),
];

static TABLE: Section =
    Section { name: "table", doc: "A route table that subnets name.", fields: &[LABEL, ROUTES], variants: None };

static SUBNET: Section = Section {
    name: "subnet",
    doc: "A subnet with its own route table, or with a shared one.",
    fields: &[
        LABEL,
        &[
            required("cidr", Cidr, "Its addresses, inside the VPC's."),
            optional("table", Text, "A shared route table of the VPC, instead of routes of its own."),
        ],
        ROUTES,
    ],
    variants: None,
};

static ROUTE: Section = Section {
    name: "route",
    doc: "such as { to = \"10.0.0.0/8\", via = \"PeerConn\" }",
    fields: &[&[
        required("to", Cidr, "Destination."),
        required("via", VIA, "A peering, or { blackhole = true }."),
        optional("disabled", Bool, "Kept, but out of force; default false."),
    ]],
    variants: None,
};

static BLACKHOLE: Section = Section {
    name: "blackhole",
    doc: "such as { blackhole = true }",
    fields: &[&[required("blackhole", Bool, "Drop on purpose; must be true.")]],
    variants: None,
};

static HOST: Section = Section {
    name: "host",
    doc: "Something with an address.",
    fields: &[
        LABEL,
        &[
            optional("subnet", Text, "Its subnet; may be left out where the VPC has exactly one."),
            optional("address", Address, "Its address, or the first of `count`; default the next free one."),
            optional("count", Integer(1, 1_000_000), "Makes NAME-1, NAME-2, … instead of one host."),
            optional("source_check", Bool, "Refuse its packets with a foreign source; default true."),
            optional("up", Bool, "Whether it runs; default true."),
            optional("kind", Choice(&["cvm", "db", "clb"]), "For people: all kinds are plain hosts (S9)."),
        ],
    ],
    variants: None,
};

/// The two VPCs of a peering.
pub(super) const ENDS: &[Field] =
    &[required("requester", Text, "The VPC that asks, and pays."), required("accepter", Text, "The other VPC.")];

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
    optional("nodes", Integer(1, 255), "Forwarding nodes that flows are spread over; default 2 (S10)."),
    optional("failover", Bool, "Whether a failed node's flows move to the others; default true (S10)."),
    optional("detection", TIME, "How long a failed node goes unnoticed; default 1 s."),
];

static PEERING: Section = Section {
    name: "peering",
    doc: "A peering connection between two VPCs.",
    fields: &[
        LABEL,
        ENDS,
        TRANSPORT,
        &[
            optional("free", Table(&FREE), "Bandwidth that is not billed (S44)."),
            optional(
                "requested",
                Ago(604_800_000_000_000),
                "When a pending request was made, such as \"-6 d\"; default the start (S19).",
            ),
            optional(
                "state",
                Choice(&["PENDING", "ACTIVE", "REJECTED", "EXPIRED", "FAILED", "ISOLATED"]),
                "Default ACTIVE within an account (S17), PENDING between two (S18).",
            ),
        ],
    ],
    variants: None,
};

const PACE: &[Field] = &[
    optional("rate", Rate(1, RATE_MAX), "IPv4 bits per second; either this or `interval`."),
    optional("interval", Duration(1_000, TIME_MAX), "From packet to packet; either this or `rate`."),
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

/// Where a series comes from and what its numbers mean. Times are times of the run; IPv4 bits count, per flow.
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

const PORTS: &[Field] = &[
    optional("source_port", Integer(0, 65_535), "UDP source port of the first flow; default 49152."),
    optional("destination_port", Integer(0, 65_535), "UDP destination port; default 5001."),
];

const PICK: &[Field] = &[optional(
    "pick",
    Choice(&["every", "in_order", "random"]),
    "Who sends to which of several hosts, never to itself: \"every\" is a flow for each pair (default of a ping); \
     else a flow for each sender, the n-th to the n-th host, round and round (\"in_order\", default of the others), \
     or as the seed chooses (\"random\").",
)];

static TRAFFIC: Section = Section {
    name: "traffic",
    doc: "Packets from hosts to hosts.",
    fields: &[
        LABEL,
        &[
            optional("from", Texts, "Sending hosts: `VPC1/web`, `VPC1/web-*`; required except for a replay."),
            optional("to", Texts, "Receiving hosts, or one IPv4 address; required except for a replay."),
            optional("pattern", Tag, "When packets go; default \"constant\"."),
            optional("source", Address, "A forged source address."),
            optional(
                "ttl",
                OneOf(&[Integer(1, 255), Both(&Integer(1, 255))]),
                "TTL, or [first, last] to step through; default 64.",
            ),
            optional("start", TIME, "No packet before; default the start of the run."),
            optional("stop", TIME, "No packet at or after; default the end of the run."),
            optional(
                "phase",
                TIME,
                "First packet after `start`, the rest evenly spaced; by default each packet is at random in its own \
                 slot.",
            ),
            optional("count", Integer(1, INTEGER_MAX), "Packets per flow at most."),
        ],
    ],
    variants: Some(&Variants {
        key: "pattern",
        default: Some("constant"),
        sections: &[
            Section { name: "constant", doc: "Evenly spaced.", fields: &[PACE, SIZE, PORTS, PICK], variants: None },
            Section { name: "poisson", doc: "Exponential gaps.", fields: &[PACE, SIZE, PORTS, PICK], variants: None },
            Section {
                name: "on_off",
                doc: "Evenly spaced for a while, then silent, again and again.",
                fields: &[
                    PACE,
                    SIZE,
                    PORTS,
                    PICK,
                    &[
                        required("on", Duration(1_000, TIME_MAX), "How long it sends."),
                        required("off", Duration(1_000, TIME_MAX), "How long it is silent."),
                    ],
                ],
                variants: None,
            },
            Section {
                name: "series",
                doc: "A rate that changes in steps, such as a measured day; each holds until the next, \
                 the last to the end.",
                fields: &[SERIES, SIZE, PORTS, PICK],
                variants: None,
            },
            Section {
                name: "diurnal",
                doc: "A daily curve (a raised cosine) on the civil clock, in steps of 5 minutes; its mean is midway.",
                fields: &[
                    &[
                        required("low", Rate(0, RATE_MAX), "IPv4 bits per second half a day from the peak."),
                        required("high", Rate(1, RATE_MAX), "IPv4 bits per second at the peak."),
                        optional("peak_at", Text, "The time of day of the peak; default \"14:00\"."),
                    ],
                    SIZE,
                    PORTS,
                    PICK,
                ],
                variants: None,
            },
            Section {
                name: "ping",
                doc: "ICMP echo requests.",
                fields: &[
                    &[optional("interval", Duration(1_000, TIME_MAX), "From request to request; default \"1 s\".")],
                    SIZE,
                    PICK,
                ],
                variants: None,
            },
            Section {
                name: "replay",
                doc: "The packets of a capture.",
                fields: &[&[
                    required("file", Text, "A pcap or pcapng file, gzip-compressed or not."),
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
                ]],
                variants: None,
            },
        ],
    }),
};

static AT: Section = Section {
    name: "at",
    doc: "One action at one time.",
    fields: &[&[
        required("time", TIME, "When, before the end of the run."),
        required("do", Tag, "What."),
        optional("by", Text, "The account that acts; default whoever may."),
        optional("refused", Text, "The refusal's code that is expected; its last part suffices."),
    ]],
    variants: Some(&Variants { key: "do", default: None, sections: VERBS }),
};

const COUNT: Kind = Limit(&Integer(0, INTEGER_MAX));
const DELAY: Kind = Limit(&TIME);
const BYTES: Kind = Limit(&Size(0, INTEGER_MAX));

static EXPECT: Section = Section {
    name: "expect",
    doc: "What must hold for one traffic entry, or for one direction of a peering.",
    fields: &[
        &[
            optional("traffic", Text, "The traffic entry; either this or `peering`."),
            optional("peering", Text, "The peering; `from` says which direction."),
            optional("from", Text, "The VPC whose outgoing direction of `peering` is meant."),
            optional("at", TIME, "The instant that `state` is about."),
            optional("state", Choice(&Rules::STATES), "The state of `peering` at that instant, its changes included."),
            optional("between", Both(&TIME), "Counts only what falls into [from, to); default the whole run."),
        ],
        METRICS,
    ],
    variants: None,
};

/// The keys of `expect` that measure something.
const METRICS: &[Field] = &[
    optional("sent", COUNT, "Packets emitted."),
    optional("delivered", COUNT, "Packets accepted by the host they were meant for."),
    optional("misdelivered", COUNT, "Packets accepted by another host."),
    optional("dropped", COUNT, "Packets dropped, any reason."),
    optional("dropped_by", Pairs("reason", &COUNT), "Packets dropped for single reasons, such as no_route."),
    optional("answered", COUNT, "Echo replies that came back."),
    optional("icmp_errors", COUNT, "ICMP errors that came back."),
    optional(
        "loss",
        Limit(&Share),
        "Lost / (lost + delivered), or answered for a ping; of a peering what its cap drops / offered (S38).",
    ),
    optional("rate", Limit(&ANY_RATE), "IPv4 bits per second delivered, or carried by a peering."),
    optional("delay_min", DELAY, "The smallest delay."),
    optional("delay_p50", DELAY, "The median of the delay."),
    optional("delay_p90", DELAY, "What 90 % of the delays do not exceed."),
    optional("delay_p99", DELAY, "What 99 % of the delays do not exceed."),
    optional("delay_p999", DELAY, "What 99.9 % of the delays do not exceed."),
    optional("delay_max", DELAY, "The largest delay."),
    optional("offered", COUNT, "Packets that reached the shaper (peerings only)."),
    optional("carried", COUNT, "Packets that left the far end (peerings only)."),
    optional("carried_bytes", BYTES, "Bytes that left the far end (peerings only)."),
    optional(
        "availability",
        Limit(&Share),
        "Of `peering`, over the whole run: time not lost to injected faults (S36).",
    ),
    optional("longest_queue", BYTES, "The most bytes that ever waited (peerings only, whole run)."),
];
