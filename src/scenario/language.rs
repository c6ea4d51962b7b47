//! The scenario language: every section and every key, with type, unit and meaning. It contains only tables; other
//! modules read them. The keys of verbs and patterns are next to their code, in `verbs` and `patterns`; the model
//! defines the metrics. A key that is declared here but not read, or the reverse, fails a test.

use super::keys::*;
use super::{patterns, verbs};
use crate::model::metric::{Metric, Unit};
use crate::model::{Name, Rules, Track};
use crate::notation::Kind::*;
use crate::notation::{Field, Kind, Language, Section, Variants, Wrong, optional, required};

/// The language of scenarios.
pub(super) const LANGUAGE: Language =
    Language { section: &SCENARIO, whole: "the scenario", check_name, actions: Some("at") };

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
        optional("lesson", Table(&LESSON), "What it teaches, if it is a lesson."),
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
    variants: Some(&Variants { key: "pattern", default: Some("constant"), sections: &patterns::SECTIONS }),
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
    variants: Some(&Variants { key: "do", default: None, sections: &verbs::SECTIONS }),
};

static EXPECT: Section = Section {
    name: "expect",
    doc: "What must hold for one traffic entry, or for one direction of a peering.",
    fields: &[
        &[
            optional("traffic", Text, "The traffic entry; either this or `peering`."),
            optional(
                "peering",
                Text,
                "The peering; all that ever bear the name, added up. `from` says which direction.",
            ),
            optional("from", Text, "The VPC whose outgoing direction of `peering` is meant."),
            optional(
                "at",
                TIME,
                "The instant that `state`, `reach` or `unreachable` is about, at most the end of the run, its changes \
                 included; default \"0 s\", except for `state`.",
            ),
            optional("between", Both(&TIME), "Counts only what falls into [from, to); default the whole run."),
            optional(
                "reach",
                Texts,
                "Hosts that must reach others and get a reply, as \"VPC1/* -> VPC2/db\" or \"VPC1/web -> 10.0.1.9\".",
            ),
            optional("unreachable", Texts, "The same for hosts that must not."),
            optional("one_way", Bool, "Of `reach` and `unreachable`: only the way there counts; default false."),
            optional("protocol", Choice(&["icmp", "tcp", "udp"]), "The packet to ask with; default \"icmp\", 84 B."),
            optional("port", Integer(1, 65_535), "The port it goes to, with \"tcp\" or \"udp\"."),
        ],
        &METRICS,
    ],
    variants: None,
};

static LESSON: Section = Section {
    name: "lesson",
    doc: "such as { name = \"my-lesson\", … }",
    fields: &[&[
        required("name", Text, "What the lesson is asked for by."),
        required("title", Text, "What it is about, in a few words."),
        required("track", Choice(&Track::NAMES), "Where it belongs: how packets find their way, caps, or costs."),
        optional(
            "may_change",
            Texts,
            "The keys that a learner may change, `*` for any name: \"vpc.*.subnet.*.routes\"; \"at.+\" for further \
             actions; default none.",
        ),
        required("stage", List(&STAGE), "Its stages, in order."),
    ]],
    variants: None,
};

static STAGE: Section = Section {
    name: "stage",
    doc: "A step of a lesson. It is passed if all that it expects holds.",
    fields: &[&[
        required("name", Text, "Unique in the lesson."),
        required("goal", Text, "What is to be reached, in a sentence."),
        optional("question", Text, "What to think about before the run."),
        optional("choices", Texts, "Answers to choose from."),
        optional("right", Integer(1, 9), "Which of `choices` is right, from 1."),
        optional("answer", Text, "The answer to `question`, with the reason."),
        optional("hints", Pairs("reason", &Text), "Hints by the drops seen, such as no_route; `any` always helps."),
        optional("start", List(&AT), "Actions that make the network as it is where the stage begins."),
        required("expect", List(&EXPECT), "What must hold after the run."),
    ]],
    variants: None,
};

/// The keys of `expect` that measure something.
static METRICS: [Field; Metric::ROWS.len()] = metrics();

const fn metrics() -> [Field; Metric::ROWS.len()] {
    let mut fields = [const { optional("", Text, "") }; Metric::ROWS.len()];
    let mut at = 0;
    while at < fields.len() {
        let row = Metric::ROWS[at];
        fields[at] = optional(row.key, allowed(row.unit), row.sentence);
        at += 1;
    }
    fields
}

/// The kind of value that an expectation accepts for a metric.
const fn allowed(unit: Unit) -> Kind {
    const PACKETS: Kind = Limit(&Integer(0, INTEGER_MAX));
    match unit {
        Unit::Packets => PACKETS,
        Unit::PacketsByReason => Pairs("reason", &PACKETS),
        Unit::Share => Limit(&Share),
        Unit::Rate => Limit(&ANY_RATE),
        Unit::Time => Limit(&TIME),
        Unit::Bytes => Limit(&Size(0, INTEGER_MAX)),
        Unit::State => Choice(&Rules::STATES),
    }
}
