//! The timeline: `[[at]]` entities -> actions in order of time.

use super::Loader;
use super::names::Promised;
use super::network::instant;
use crate::model::plan::Action;
use crate::model::{AccountId, Change, Name, NextHop, Step, TableId, Via, VpcId};
use crate::notation::{Datum, Entity, Item, Section, Span};
use crate::units::{Share, SimDuration, SimTime, escaped};
use ipnet::Ipv4Net;

/// What a verb does.
type Build = fn(&mut Loader<'_>, &Entity) -> Option<Change>;

/// Every verb of [`super::verbs::VERBS`], in its order.
pub(super) const BUILD: &[(&str, Build)] = &[
    ("create_peering", |loader, entity| {
        let name = loader.new_name(entity)?;
        Some(Change::CreatePeering(Box::new(loader.peering_spec(name, entity)?)))
    }),
    ("accept", |loader, entity| step(loader, entity, Step::Accept)),
    ("reject", |loader, entity| step(loader, entity, Step::Reject)),
    ("delete", |loader, entity| step(loader, entity, Step::Delete)),
    ("enable", |loader, entity| step(loader, entity, Step::Enable)),
    ("isolate", |loader, entity| step(loader, entity, Step::Isolate)),
    ("restore", |loader, entity| step(loader, entity, Step::Restore)),
    ("rename", |loader, entity| {
        let (peering, name) = (loader.peering_of(entity), loader.new_name(entity));
        Some(Change::Rename { peering: peering?, name: name? })
    }),
    ("add_cidr", |loader, entity| {
        let vpc = loader.names.vpcs.find(None, entity.get::<String>("vpc")?, entity.span("vpc"), &mut loader.out)?;
        Some(Change::AddCidr { vpc, cidr: entity.get("cidr").copied()? })
    }),
    ("change_bandwidth", |loader, entity| {
        let (peering, bandwidth) = (loader.peering_of(entity), entity.get("bandwidth").copied());
        Some(Change::ChangeBandwidth { peering: peering?, bandwidth: bandwidth? })
    }),
    ("add_route", |loader, entity| {
        let (table, via) = (loader.table_of(entity), loader.via(entity));
        let disabled = entity.get("disabled").copied().unwrap_or(false);
        Some(Change::AddRoute { table: table?, to: entity.get("to").copied()?, via: via?, disabled })
    }),
    ("remove_route", |loader, entity| {
        let table = loader.table_of(entity)?;
        Some(Change::RemoveRoute { table, to: entity.get("to").copied()? })
    }),
    ("disable_route", |loader, entity| set_route(loader, entity, true)),
    ("enable_route", |loader, entity| set_route(loader, entity, false)),
    ("host_down", |loader, entity| set_host(loader, entity, false)),
    ("host_up", |loader, entity| set_host(loader, entity, true)),
    ("link_down", |loader, entity| set_link(loader, entity, false)),
    ("link_up", |loader, entity| set_link(loader, entity, true)),
    ("node_down", |loader, entity| set_node(loader, entity, false)),
    ("node_up", |loader, entity| set_node(loader, entity, true)),
    ("link_loss", |loader, entity| {
        let (peering, loss) = (loader.peering_of(entity), entity.get::<Share>("loss").copied());
        Some(Change::SetLoss { peering: peering?, loss: loss?, lasts: lasts(entity) })
    }),
    ("arrears", |loader, entity| Some(Change::Arrears { account: loader.account_at(entity, "account")? })),
    ("pay", |loader, entity| Some(Change::Pay { account: loader.account_at(entity, "account")? })),
];

fn step(loader: &mut Loader<'_>, entity: &Entity, step: Step) -> Option<Change> {
    Some(Change::Step { peering: loader.peering_of(entity)?, step })
}

fn set_route(loader: &mut Loader<'_>, entity: &Entity, disabled: bool) -> Option<Change> {
    let table = loader.table_of(entity)?;
    Some(Change::DisableRoute { table, to: entity.get::<Ipv4Net>("to").copied()?, disabled })
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
    Some(Change::SetNode { peering, node, up, lasts: lasts(entity) })
}

fn lasts(entity: &Entity) -> Option<SimDuration> {
    entity.get("for").copied()
}

impl Loader<'_> {
    /// All actions, by time, then by place in the file.
    pub(super) fn timeline(&mut self, top: &Entity) -> Vec<Action> {
        let mut actions = Vec::new();
        self.promise_names(top);
        for entity in top.list("at") {
            self.action(entity, &mut actions);
        }
        actions.sort_by_key(|action| action.time);
        actions
    }

    fn action(&mut self, entity: &Entity, actions: &mut Vec<Action>) {
        let end = self.end.unwrap_or(SimTime::NEVER);
        let time = instant(entity, "time");
        if time.is_some_and(|time| time >= end) {
            self.out
                .error(entity.span("time"), format!("`time` is not before the end of the run at {end}"))
                .hint("act earlier, or make `duration` longer");
        }
        let Some(verb) = entity.variant else { return };
        let Some((_, build)) = BUILD.iter().find(|(name, _)| *name == verb.name) else { return };
        let built = build(self, entity);
        let by = self.actor(entity);
        let (Some(time), Some(change), Some(by)) = (time, built, by) else { return };
        let refused = entity.get("refused").cloned();
        actions.push(Action { time, text: sentence(entity), by, change, refused });
    }

    /// Notes the names that peerings will bear once the timeline created or renamed them, with the VPCs they join.
    fn promise_names(&mut self, top: &Entity) {
        for entity in top.list("at") {
            let verb = entity.variant.map_or("", |v| v.name);
            let Some(name) = entity.variant.and_then(|v| v.any_field("name")).and(entity.get::<String>("name")) else {
                continue;
            };
            let before = match verb {
                "create_peering" => Some(Promised { first_name: name.clone(), ends: self.ends_of(entity) }),
                "rename" => entity.get::<String>("peering").and_then(|old| self.promised(old)),
                _ => None,
            };
            if let Some(promised) = before {
                self.names.promised.insert(name.clone(), promised);
            }
        }
    }

    fn ends_of(&self, entity: &Entity) -> Option<(VpcId, VpcId)> {
        let vpc = |key| self.network.find_vpc(entity.get::<String>(key)?);
        Some((vpc("requester")?, vpc("accepter")?))
    }

    /// What is known of a peering that bears `name` at some time of the run.
    pub(super) fn promised(&self, name: &str) -> Option<Promised> {
        if let Some(id) = self.network.find_peering(name) {
            let peering = self.network.peering(id);
            let ends = Some((peering.requester, peering.accepter));
            return Some(Promised { first_name: name.to_owned(), ends });
        }
        self.names.promised.get(name).cloned()
    }

    /// The account an action names; `Some(None)` if it names none.
    fn actor(&mut self, entity: &Entity) -> Option<Option<AccountId>> {
        if !entity.has("by") {
            return Some(None);
        }
        self.account_at(entity, "by").map(Some)
    }

    /// The account named under `key`.
    fn account_at(&mut self, entity: &Entity, key: &'static str) -> Option<AccountId> {
        self.known_account(entity.get::<String>(key)?, entity.span(key))
    }

    /// The name a peering is to get.
    fn new_name(&mut self, entity: &Entity) -> Option<Name> {
        let name = Name::new(entity.get::<String>("name")?);
        name.map_err(|wrong| self.out.error(entity.span("name"), wrong.to_string())).ok()
    }

    fn peering_of(&mut self, entity: &Entity) -> Option<Name> {
        self.peering_name(entity.get::<String>("peering")?, entity.span("peering"))
    }

    /// A peering's name at some time of the run.
    pub(super) fn peering_name(&mut self, name: &str, span: Span) -> Option<Name> {
        if !self.names.promised.contains_key(name) {
            self.names.peerings.find(None, name, span, &mut self.out)?;
        }
        Name::new(name).ok()
    }

    /// The next hop of a route to come: a peering's name then, or a blackhole.
    fn via(&mut self, entity: &Entity) -> Option<Via> {
        if let Some(name) = entity.get::<String>("via").filter(|name| self.names.promised.contains_key(*name)) {
            return Name::new(name).ok().map(Via::Peering);
        }
        Some(match self.next_hop(entity, "via")? {
            NextHop::Peering(id) => Via::Peering(self.network.peering(id).name.clone()),
            NextHop::Blackhole => Via::Blackhole,
        })
    }

    /// The table named, or the one of the subnet named.
    fn table_of(&mut self, entity: &Entity) -> Option<TableId> {
        match (entity.get::<String>("table"), entity.get::<String>("subnet")) {
            (Some(table), None) => self.names.tables.find(None, table, entity.span("table"), &mut self.out),
            (None, Some(subnet)) => {
                let subnet = self.names.subnets.find(None, subnet, entity.span("subnet"), &mut self.out)?;
                Some(self.network.subnet(subnet).table)
            }
            (None, None) => {
                self.out
                    .error(entity.span("do"), "this action needs a `table` or a `subnet`")
                    .hint("add for example subnet = \"VPC1/A\"");
                None
            }
            (Some(_), Some(_)) => {
                self.out
                    .error(entity.key_span("subnet"), "this action has both `table` and `subnet`")
                    .label(entity.key_span("table"), "the other one")
                    .hint("keep one of them");
                None
            }
        }
    }
}

/// The verb and its arguments, in the order of the language: `change_bandwidth PeerConn 50 Mbps`.
fn sentence(entity: &Entity) -> String {
    let verb = entity.variant.into_iter();
    let mut words: Vec<String> = verb.clone().map(|verb| verb.name.to_owned()).collect();
    for field in verb.flat_map(Section::own_fields) {
        let Some(Item { datum, .. }) = entity.items.iter().find(|item| item.key == field.name) else { continue };
        words.push(match (field.name, datum) {
            ("for" | "via", datum) => format!("{} {datum}", field.name),
            (name, Datum::Bool(true)) => name.to_owned(),
            (_, Datum::Bool(false)) => continue,
            // A sentence for people, in logs too.
            (_, Datum::Text(text)) => escaped(text).into_owned(),
            (_, datum) => datum.to_string(),
        });
    }
    words.join(" ")
}
