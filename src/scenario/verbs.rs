//! The verbs of the timeline, one row each: the section of the language and the change it makes. `timeline` words an
//! action from its keys; the model defines the effect of a change.

use super::Loader;
use super::keys::*;
use crate::model::{Change, Refusal, Step};
use crate::notation::Kind::*;
use crate::notation::{Entity, Field, Section, optional, required};
use crate::units::SimDuration;

/// A verb of the language.
pub(super) struct Verb {
    pub section: Section,
    /// Which peering its key `name` belongs to.
    pub names: Naming,
    /// The change that an action asks for; `None` after a complaint.
    pub change: fn(&mut Loader<'_>, &Entity) -> Option<Change>,
}

/// Whether a verb gives a name to a peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// To no peering.
    Nobody,
    /// To a new peering.
    Made,
    /// To the peering that has the name under `peering` at that time.
    Renamed,
}

static VERBS: [Verb; 23] = [
    verb(
        "create_peering",
        "Asks for a new peering connection (S16); in force at once within an account (S17).",
        &[FIRST_NAME, ENDS, TRANSPORT, LABEL],
        |loader, entity| {
            let name = loader.new_name(entity)?;
            Some(Change::CreatePeering(Box::new(loader.peering_spec(name, entity)?)))
        },
    )
    .naming(Naming::Made),
    verb("accept", "Accepts a pending request (S18).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Accept)
    }),
    verb("reject", "Rejects a pending request (S20).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Reject)
    }),
    verb("delete", "Deletes a peering and every route over it (S21).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Delete)
    }),
    verb("enable", "Asks again for an expired peering (S19).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Enable)
    }),
    verb("isolate", "The cloud suspends a peering (S43, S49).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Isolate)
    }),
    verb("restore", "The cloud lifts a suspension (S43).", &[PEERING_OF], |loader, entity| {
        step(loader, entity, Step::Restore)
    }),
    verb("rename", "Gives a peering another name (S16).", &[PEERING_OF, NEW_NAME], |loader, entity| {
        let (peering, name) = (loader.peering_of(entity), loader.new_name(entity));
        Some(Change::Rename { peering: peering?, name: name? })
    })
    .naming(Naming::Renamed),
    verb("add_cidr", "Gives a VPC one more CIDR (S25a).", &[CIDR_OF], |loader, entity| {
        let vpc = loader.names.vpcs.find(None, entity.get::<String>("vpc")?, entity.span("vpc"), &mut loader.out)?;
        Some(Change::AddCidr { vpc, cidr: entity.get("cidr").copied()? })
    }),
    verb("change_bandwidth", "A new cap (S34).", &[PEERING_OF, CAP], |loader, entity| {
        let (peering, bandwidth) = (loader.peering_of(entity), entity.get("bandwidth").copied());
        Some(Change::ChangeBandwidth { peering: peering?, bandwidth: bandwidth? })
    }),
    verb("add_route", "A new custom route (S5).", &[ROUTE_OF, NEXT_HOP], |loader, entity| {
        let (table, via) = (loader.table_of(entity), loader.via(entity));
        let disabled = entity.get("disabled").copied().unwrap_or(false);
        Some(Change::AddRoute { table: table?, to: entity.get("to").copied()?, via: via?, disabled })
    }),
    verb("remove_route", "Deletes a custom route.", &[ROUTE_OF], |loader, entity| {
        let table = loader.table_of(entity)?;
        Some(Change::RemoveRoute { table, to: entity.get("to").copied()? })
    }),
    verb("disable_route", "Takes a custom route out of force.", &[ROUTE_OF], |loader, entity| {
        set_route(loader, entity, true)
    }),
    verb("enable_route", "Puts a custom route back in force.", &[ROUTE_OF], |loader, entity| {
        set_route(loader, entity, false)
    }),
    verb("host_down", "Stops a host.", &[HOST_OF, FAULT_FOR], |loader, entity| set_host(loader, entity, false)),
    verb("host_up", "Starts a host, whatever stopped it.", &[HOST_OF, UP_FOR], |loader, entity| {
        set_host(loader, entity, true)
    }),
    verb("link_down", "Cuts a peering's transport.", &[PEERING_OF, FAULT_FOR], |loader, entity| {
        set_link(loader, entity, false)
    }),
    verb("link_up", "Mends a peering's transport, however often it was cut.", &[PEERING_OF], |loader, entity| {
        set_link(loader, entity, true)
    }),
    verb(
        "node_down",
        "Fails one forwarding node of a peering (S10).",
        &[PEERING_OF, NODE_OF, FAULT_FOR],
        |loader, entity| set_node(loader, entity, false),
    ),
    verb(
        "node_up",
        "Mends one forwarding node of a peering, however often it failed (S10).",
        &[PEERING_OF, NODE_OF],
        |loader, entity| set_node(loader, entity, true),
    ),
    verb(
        "link_loss",
        "Sets the share of packets lost on a peering's transport.",
        &[PEERING_OF, LOSS],
        |loader, entity| {
            let (peering, loss) = (loader.peering_of(entity), entity.get("loss").copied());
            Some(Change::SetLoss { peering: peering?, loss: loss?, lasts: lasts(entity) })
        },
    ),
    verb(
        "arrears",
        "An account's balance falls below zero: in 7 days its cross-region peerings are isolated (S43).",
        &[ACCOUNT_OF],
        |loader, entity| Some(Change::Arrears { account: loader.account_at(entity, "account")? }),
    ),
    verb(
        "pay",
        "An account in arrears pays: what they isolated is active again (S43).",
        &[ACCOUNT_OF],
        |loader, entity| Some(Change::Pay { account: loader.account_at(entity, "account")? }),
    ),
];

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
const FIRST_NAME: &[Field] = &[required("name", Text, "Its name, at most 60 characters.")];
const NEW_NAME: &[Field] = &[required("name", Text, "The new name.")];
const CIDR_OF: &[Field] = &[required("vpc", Text, "The VPC."), required("cidr", Cidr, "The CIDR.")];
const CAP: &[Field] = &[required("bandwidth", ANY_RATE, "The new cap per direction.")];
const NEXT_HOP: &[Field] = &[
    required("via", VIA, "A peering, or { blackhole = true }."),
    optional("disabled", Bool, "Kept, but out of force; default false."),
];
const UP_FOR: &[Field] =
    &[optional("for", Duration(1, TIME_MAX), "Stops again after this time; the last `host_up` decides.")];
const LOSS: &[Field] = &[
    required("loss", Share, "The share lost, each direction."),
    optional(
        "for",
        Duration(1, TIME_MAX),
        "How long; of several the largest counts. Without it, from now on, and what was set before ends.",
    ),
];

/// The row of the verb that an action chose; `None` if there is no such verb.
pub(super) fn chosen(entity: &Entity) -> Option<&'static Verb> {
    let name = entity.variant?.name;
    VERBS.iter().find(|verb| verb.section.name == name)
}

/// The first key that a verb requires: what a value without a key is.
pub fn first_key(verb: &str) -> Option<&'static str> {
    let verb = VERBS.iter().find(|row| row.section.name == verb)?;
    verb.section.own_fields().find(|field| field.required).map(|field| field.name)
}

/// The section of every verb; its fields are in the order in which a sentence names the arguments.
pub(super) static SECTIONS: [Section; VERBS.len()] = {
    let mut sections = [VERBS[0].section; VERBS.len()];
    let mut at = 0;
    while at < sections.len() {
        sections[at] = VERBS[at].section;
        at += 1;
    }
    sections
};

const fn verb(
    name: &'static str,
    doc: &'static str,
    fields: &'static [&'static [Field]],
    change: fn(&mut Loader<'_>, &Entity) -> Option<Change>,
) -> Verb {
    Verb { section: Section { name, doc, fields, variants: None }, names: Naming::Nobody, change }
}

impl Verb {
    const fn naming(self, names: Naming) -> Verb {
        Verb { names, ..self }
    }
}

fn step(loader: &mut Loader<'_>, entity: &Entity, step: Step) -> Option<Change> {
    Some(Change::Step { peering: loader.peering_of(entity)?, step })
}

fn set_route(loader: &mut Loader<'_>, entity: &Entity, disabled: bool) -> Option<Change> {
    let table = loader.table_of(entity)?;
    Some(Change::DisableRoute { table, to: entity.get("to").copied()?, disabled })
}

fn set_host(loader: &mut Loader<'_>, entity: &Entity, up: bool) -> Option<Change> {
    let host = loader.host_called(entity.get::<String>("host")?, entity.span("host"))?;
    Some(Change::SetHost { host, up, lasts: lasts(entity) })
}

fn set_link(loader: &mut Loader<'_>, entity: &Entity, up: bool) -> Option<Change> {
    Some(Change::SetLink { peering: loader.peering_of(entity)?, up, lasts: lasts(entity) })
}

fn set_node(loader: &mut Loader<'_>, entity: &Entity, up: bool) -> Option<Change> {
    let peering = loader.peering_of(entity)?;
    let node = entity.get::<u64>("node").and_then(|n| usize::try_from(*n).ok())?;
    // An action with `refused` may be refused for this reason or an earlier one, so it is not checked here.
    let group = loader.names.lives.group(&peering, &loader.network).filter(|_| !entity.has("refused"));
    let count = group.map(|group| group.nodes);
    if let Some(count) = count.filter(|count| node > *count) {
        loader.refuse(entity.span("node"), &Refusal::NoSuchNode { peering: peering.to_string(), count, number: node });
        return None;
    }
    Some(Change::SetNode { peering, node, up, lasts: lasts(entity) })
}

fn lasts(entity: &Entity) -> Option<SimDuration> {
    entity.get("for").copied()
}
