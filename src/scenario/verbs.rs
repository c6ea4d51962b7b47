//! The verbs of the timeline: one section of arguments each. Only tables; what a verb does is in `timeline`.

use super::language::{ANY_RATE, ENDS, LABEL, TIME_MAX, TRANSPORT, VIA};
use crate::notation::Kind::*;
use crate::notation::{Field, Section, optional, required};

const PEERING_OF: &[Field] = &[required("peering", Text, "The peering, by the name it bears then.")];
const NODE_OF: &[Field] = &[required("node", Integer(1, 255), "The forwarding node, counted from 1.")];
const HOST_OF: &[Field] = &[required("host", Text, "The host.")];
const ACCOUNT_OF: &[Field] = &[required("account", Text, "The account.")];
/// Faults may overlap.
const FAULT_FOR: &[Field] = &[optional(
    "for",
    Duration(1, TIME_MAX),
    "How long; it is down while any fault lasts. Default until set up again.",
)];
const ROUTE_OF: &[Field] = &[
    optional("table", Text, "The route table; either this or `subnet`."),
    optional("subnet", Text, "The subnet whose route table it is."),
    required("to", Cidr, "Destination of the route."),
];

/// What an action can do: one section of arguments for each verb, in the order in which a sentence names them.
pub(super) static VERBS: &[Section] = &[
    Section {
        name: "create_peering",
        doc: "Asks for a new peering connection (S16); in force at once within an account (S17).",
        fields: &[&[required("name", Text, "Its name, at most 60 characters.")], ENDS, TRANSPORT, LABEL],
        variants: None,
    },
    Section { name: "accept", doc: "Accepts a pending request (S18).", fields: &[PEERING_OF], variants: None },
    Section { name: "reject", doc: "Rejects a pending request (S20).", fields: &[PEERING_OF], variants: None },
    Section {
        name: "delete",
        doc: "Deletes a peering and every route over it (S21).",
        fields: &[PEERING_OF],
        variants: None,
    },
    Section { name: "enable", doc: "Asks again for an expired peering (S19).", fields: &[PEERING_OF], variants: None },
    Section { name: "isolate", doc: "The cloud suspends a peering (S43, S49).", fields: &[PEERING_OF], variants: None },
    Section { name: "restore", doc: "The cloud lifts a suspension (S43).", fields: &[PEERING_OF], variants: None },
    Section {
        name: "rename",
        doc: "Gives a peering another name (S16).",
        fields: &[PEERING_OF, &[required("name", Text, "The new name.")]],
        variants: None,
    },
    Section {
        name: "add_cidr",
        doc: "Gives a VPC one more CIDR (S25a).",
        fields: &[&[required("vpc", Text, "The VPC."), required("cidr", Cidr, "The CIDR.")]],
        variants: None,
    },
    Section {
        name: "change_bandwidth",
        doc: "A new cap (S34).",
        fields: &[PEERING_OF, &[required("bandwidth", ANY_RATE, "The new cap per direction.")]],
        variants: None,
    },
    Section {
        name: "add_route",
        doc: "A new custom route (S5).",
        fields: &[
            ROUTE_OF,
            &[
                required("via", VIA, "A peering, or { blackhole = true }."),
                optional("disabled", Bool, "Kept, but out of force; default false."),
            ],
        ],
        variants: None,
    },
    Section { name: "remove_route", doc: "Deletes a custom route.", fields: &[ROUTE_OF], variants: None },
    Section { name: "disable_route", doc: "Takes a custom route out of force.", fields: &[ROUTE_OF], variants: None },
    Section { name: "enable_route", doc: "Puts a custom route back in force.", fields: &[ROUTE_OF], variants: None },
    Section { name: "host_down", doc: "Stops a host.", fields: &[HOST_OF, FAULT_FOR], variants: None },
    Section {
        name: "host_up",
        doc: "Starts a host, whatever stopped it.",
        fields: &[
            HOST_OF,
            &[optional("for", Duration(1, TIME_MAX), "Stops again after this time; the last `host_up` decides.")],
        ],
        variants: None,
    },
    Section { name: "link_down", doc: "Cuts a peering's transport.", fields: &[PEERING_OF, FAULT_FOR], variants: None },
    Section {
        name: "link_up",
        doc: "Mends a peering's transport, however often it was cut.",
        fields: &[PEERING_OF],
        variants: None,
    },
    Section {
        name: "node_down",
        doc: "Fails one forwarding node of a peering (S10).",
        fields: &[PEERING_OF, NODE_OF, FAULT_FOR],
        variants: None,
    },
    Section {
        name: "node_up",
        doc: "Mends one forwarding node of a peering, however often it failed (S10).",
        fields: &[PEERING_OF, NODE_OF],
        variants: None,
    },
    Section {
        name: "link_loss",
        doc: "Sets the share of packets lost on a peering's transport.",
        fields: &[
            PEERING_OF,
            &[
                required("loss", Share, "The share lost, each direction."),
                optional(
                    "for",
                    Duration(1, TIME_MAX),
                    "How long; of several the largest counts. Without it, from now on, and what was set before ends.",
                ),
            ],
        ],
        variants: None,
    },
    Section {
        name: "arrears",
        doc: "An account's balance falls below zero: in 7 days its cross-region peerings are isolated (S43).",
        fields: &[ACCOUNT_OF],
        variants: None,
    },
    Section {
        name: "pay",
        doc: "An account in arrears pays: what they isolated is active again (S43).",
        fields: &[ACCOUNT_OF],
        variants: None,
    },
];
