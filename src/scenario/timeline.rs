//! The timeline: `[[at]]` entities -> actions in order of time.

use super::Loader;
use super::network::instant;
use super::verbs;
use crate::model::plan::Action;
use crate::model::{AccountId, Name, NextHop, Rules, TableId, Via};
use crate::notation::{Datum, Entity, Item, Section, meant};
use crate::units::{SimTime, escaped};
use std::collections::BTreeSet;

impl Loader<'_> {
    /// The actions that these tables hold, by time, then by place in the file.
    pub(super) fn timeline(&mut self, tables: &[Entity]) -> Vec<Action> {
        let mut actions = Vec::new();
        for entity in tables {
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
        let Some(verb) = verbs::chosen(entity) else { return };
        let (change, by, refused) = ((verb.change)(self, entity), self.actor(entity), self.expected_refusal(entity));
        let (Some(time), Some(change), Some(by), Some(refused)) = (time, change, by, refused) else { return };
        actions.push(Action { time, text: sentence(entity), by, change, refused });
    }

    /// The account an action names; `Some(None)` if it names none.
    fn actor(&mut self, entity: &Entity) -> Option<Option<AccountId>> {
        if !entity.has("by") {
            return Some(None);
        }
        self.account_at(entity, "by").map(Some)
    }

    /// The refusal that an action expects; `Some(None)` if the action should succeed.
    fn expected_refusal(&mut self, entity: &Entity) -> Option<Option<String>> {
        let Some(name) = entity.get::<String>("refused") else { return Some(None) };
        let rules = &self.network.rules;
        if rules.codes().any(|code| Rules::is_called(code, name)) {
            return Some(Some(name.clone()));
        }
        let known: BTreeSet<&str> = rules.codes().map(Rules::last_part).collect();
        let all = || format!("refusals are {}", known.iter().copied().collect::<Vec<_>>().join(", "));
        let hint = meant(Rules::last_part(name), known.iter().copied(), all);
        self.out.error(entity.span("refused"), format!("no refusal is called `{name}`")).hint(hint);
        None
    }

    /// The account named under `key`.
    pub(super) fn account_at(&mut self, entity: &Entity, key: &'static str) -> Option<AccountId> {
        self.known_account(entity.get::<String>(key)?, entity.span(key))
    }

    /// The name a peering is to get.
    pub(super) fn new_name(&mut self, entity: &Entity) -> Option<Name> {
        let name = Name::new(entity.get::<String>("name")?);
        name.map_err(|wrong| self.out.error(entity.span("name"), wrong.to_string())).ok()
    }

    pub(super) fn peering_of(&mut self, entity: &Entity) -> Option<Name> {
        self.peering_name(entity.get::<String>("peering")?, entity.span("peering"))
    }

    /// The next hop of a future route: the name that a peering has by then, or a blackhole.
    pub(super) fn via(&mut self, entity: &Entity) -> Option<Via> {
        if let Some(name) = entity.get::<String>("via").filter(|name| self.names.lives.is_promised(name)) {
            return Name::new(name).ok().map(Via::Peering);
        }
        Some(match self.next_hop(entity, "via")? {
            NextHop::Peering(id) => Via::Peering(self.network.peering(id).name.clone()),
            NextHop::Blackhole => Via::Blackhole,
        })
    }

    /// The table that the action names, or the table of the subnet it names.
    pub(super) fn table_of(&mut self, entity: &Entity) -> Option<TableId> {
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
            // The sentence is shown to people, also in logs.
            (_, Datum::Text(text)) => escaped(text).into_owned(),
            (_, datum) => datum.to_string(),
        });
    }
    words.join(" ")
}
