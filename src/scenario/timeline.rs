//! The timeline: `[[at]]` entities -> actions in order of time.

use super::Loader;
use super::datum::{Datum, Entity, Item};
use super::network::instant;
use crate::model::plan::Action;
use crate::model::{Change, PeeringId, RouteSpec, TableId};
use crate::units::{Share, SimDuration, SimTime};
use ipnet::Ipv4Net;

/// Makes what a verb does, and what undoes it (with its sentence) where the verb takes `for`.
type Build = fn(&mut Loader<'_>, &Entity) -> Option<(Change, Option<(Change, String)>)>;

/// Every verb of [`super::language::VERBS`], in its order.
pub(super) const BUILD: &[(&str, Build)] = &[
    ("change_bandwidth", |loader, entity| {
        let (peering, bandwidth) = (loader.peering_of(entity), entity.get("bandwidth").copied());
        Some((Change::ChangeBandwidth { peering: peering?, bandwidth: bandwidth? }, None))
    }),
    ("add_route", |loader, entity| {
        let (table, via) = (loader.table_of(entity), loader.next_hop(entity, "via"));
        let disabled = entity.get("disabled").copied().unwrap_or(false);
        let route = RouteSpec { to: entity.get("to").copied()?, via: via?, disabled };
        Some((Change::AddRoute { table: table?, route }, None))
    }),
    ("remove_route", |loader, entity| {
        let table = loader.table_of(entity)?;
        Some((Change::RemoveRoute { table, to: entity.get("to").copied()? }, None))
    }),
    ("disable_route", |loader, entity| set_route(loader, entity, true)),
    ("enable_route", |loader, entity| set_route(loader, entity, false)),
    ("host_down", |loader, entity| set_host(loader, entity, false)),
    ("host_up", |loader, entity| set_host(loader, entity, true)),
    ("link_down", |loader, entity| {
        let peering = loader.peering_of(entity)?;
        let undo = format!("link_up {}", loader.network.peering(peering).name);
        Some((Change::SetLink { peering, up: false }, Some((Change::SetLink { peering, up: true }, undo))))
    }),
    ("link_up", |loader, entity| Some((Change::SetLink { peering: loader.peering_of(entity)?, up: true }, None))),
    ("link_loss", |loader, entity| {
        let peering = loader.peering_of(entity)?;
        let declared = loader.network.peering(peering).loss;
        let undo = format!("link_loss {} {declared}", loader.network.peering(peering).name);
        let loss = entity.get::<Share>("loss").copied()?;
        Some((Change::SetLoss { peering, loss }, Some((Change::SetLoss { peering, loss: declared }, undo))))
    }),
];

fn set_route(loader: &mut Loader<'_>, entity: &Entity, disabled: bool) -> Option<(Change, Option<(Change, String)>)> {
    let table = loader.table_of(entity)?;
    Some((Change::DisableRoute { table, to: entity.get::<Ipv4Net>("to").copied()?, disabled }, None))
}

fn set_host(loader: &mut Loader<'_>, entity: &Entity, up: bool) -> Option<(Change, Option<(Change, String)>)> {
    let host = loader.host_called(entity.get::<String>("host")?, entity.span("host"))?;
    let undo = format!("{} {}", if up { "host_down" } else { "host_up" }, loader.network.host_name(host));
    Some((Change::SetHost { host, up }, Some((Change::SetHost { host, up: !up }, undo))))
}

impl Loader<'_> {
    /// All actions, by time, then by place in the file.
    pub(super) fn timeline(&mut self, top: &Entity) -> Vec<Action> {
        let mut actions = Vec::new();
        for entity in top.list("at") {
            self.actions(entity, &mut actions);
        }
        actions.sort_by_key(|action| action.time);
        actions
    }

    fn actions(&mut self, entity: &Entity, actions: &mut Vec<Action>) {
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
        let (Some(time), Some((change, undo))) = (time, built) else { return };
        let refused = entity.get("refused").cloned();
        actions.push(Action { time, text: sentence(entity), change, refused });
        let lasts = verb.own_fields().any(|f| f.name == "for").then(|| entity.get::<SimDuration>("for")).flatten();
        if let (Some(lasts), Some((change, text))) = (lasts, undo)
            && time + *lasts < end
        {
            actions.push(Action { time: time + *lasts, text, change, refused: None });
        }
    }

    fn peering_of(&mut self, entity: &Entity) -> Option<PeeringId> {
        let name = entity.get::<String>("peering")?;
        self.names.peerings.find(None, name, entity.span("peering"), &mut self.out)
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
    for field in verb.flat_map(super::field::Section::own_fields) {
        let Some(Item { datum, .. }) = entity.items.iter().find(|item| item.key == field.name) else { continue };
        words.push(match (field.name, datum) {
            ("for" | "via", datum) => format!("{} {datum}", field.name),
            (name, Datum::Bool(true)) => name.to_owned(),
            (_, Datum::Bool(false)) => continue,
            (_, datum) => datum.to_string(),
        });
    }
    words.join(" ")
}
