//! Custom routes, inline and from files: entities and lines -> control plane.

use super::Loader;
use crate::model::{NextHop, Refusal, RouteSpec, TableId};
use crate::notation::{COMPLAINTS_MAX, Datum, Entity, TextSpan, cidr, lines};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;

impl Loader<'_> {
    /// Fills a table with the routes of its entity.
    pub(super) fn routes(&mut self, table: TableId, entity: &Entity) {
        if entity.has("routes") {
            self.network.list_routes(table);
        }
        for route in entity.list("routes").iter().filter(|r| !r.broken) {
            let Some(&to) = route.get::<Ipv4Net>("to") else { continue };
            let disabled = route.get("disabled").copied().unwrap_or(false);
            let Some(via) = self.next_hop(route, "via") else { continue };
            match self.network.add_route(table, RouteSpec { to, via, disabled }) {
                Ok(()) => {
                    let place = format!("{} {to}", self.network.table_name(table));
                    self.note_place("route", place, route.span("to"));
                }
                Err(refusal @ Refusal::ForeignPeering { .. }) => self.refuse(route.span("via"), &refusal),
                Err(refusal) => self.refuse(route.span("to"), &refusal),
            }
            self.remark(route.span("to"), usize::MAX);
        }
        if entity.has("routes_file") {
            self.routes_file(table, entity);
        } else if entity.has("via") {
            self.out
                .error(entity.key_span("via"), "`via` here is for the lines of a `routes_file`, and there is none")
                .hint("write it into each route: routes = [{ to = \"…\", via = \"…\" }]");
        }
    }

    /// The next hop under `key`: a peering's name, or a blackhole.
    pub(super) fn next_hop(&mut self, entity: &Entity, key: &'static str) -> Option<NextHop> {
        match entity.get::<Datum>(key)? {
            Datum::Text(name) => {
                let found = self.names.peerings.find(None, name, entity.span(key), &mut self.out);
                found.map(NextHop::Peering)
            }
            Datum::Entity(blackhole) if blackhole.get::<bool>("blackhole") == Some(&true) => Some(NextHop::Blackhole),
            _ => {
                self.out
                    .error(entity.span(key), "`blackhole` can only be true")
                    .hint("name a peering instead, or leave the route out");
                None
            }
        }
    }

    /// One route per line: a prefix, or a prefix and a next hop.
    fn routes_file(&mut self, table: TableId, entity: &Entity) {
        let default = if entity.has("via") {
            let Some(via) = self.next_hop(entity, "via") else { return };
            Some(via)
        } else {
            None
        };
        let Some(source) = self.read_text_file(entity, "routes_file") else { return };
        self.names.places.note_routes(self.network.table_name(table), source);
        let said = self.out.source(source).clone();
        let mut hops: BTreeMap<&str, Option<NextHop>> = BTreeMap::new();
        let (mut wrong, mut remarks) = (0, 0);
        for (place, line) in lines(said.text()) {
            let span = TextSpan::of(source, place);
            let words: Vec<&str> = line.split_whitespace().collect();
            let before = self.out.count();
            let to = match words.as_slice() {
                [to] | [to, _] => cidr(to, span, &mut self.out),
                _ => None,
            };
            let via = match words.as_slice() {
                [_] => default.or_else(|| to.and_then(|_| self.no_next_hop(span))),
                [_, via] => match hops.get(via) {
                    // Already looked up; if it is wrong, a complaint was made then.
                    Some(known) => *known,
                    None => {
                        let found = self.named_hop(via, span);
                        hops.insert(via, found);
                        found
                    }
                },
                _ => {
                    self.out
                        .error(span, "a line is a prefix, or a prefix and a next hop")
                        .hint("write for example 10.0.0.0/8 PeerConn, or 10.0.0.0/8 blackhole");
                    None
                }
            };
            if let (Some(to), Some(via)) = (to, via)
                && let Err(refusal) = self.network.add_route(table, RouteSpec { to, via, disabled: false })
            {
                self.refuse(span, &refusal);
            }
            if self.out.count() > before {
                wrong += 1;
                if wrong > COMPLAINTS_MAX {
                    self.out.forget_after(before);
                }
            }
            remarks += self.remark(span, COMPLAINTS_MAX.saturating_sub(remarks));
        }
        let end = TextSpan::end_of(source, said.text().len());
        self.and_more(end, wrong, remarks);
    }

    /// States how many complaints and remarks about the lines of a file were not shown.
    pub(super) fn and_more(&mut self, span: TextSpan, wrong: usize, remarks: usize) {
        if wrong > COMPLAINTS_MAX {
            self.out.error(span, format!("… and {} more lines are wrong in this file", wrong - COMPLAINTS_MAX));
        }
        if remarks > COMPLAINTS_MAX {
            // A lint looks at every route, too.
            self.out
                .warning(span, format!("… and {} more remarks on this file", remarks - COMPLAINTS_MAX))
                .code("ROUTE_OUTSIDE_PEER_CIDR");
        }
    }

    fn named_hop(&mut self, name: &str, span: TextSpan) -> Option<NextHop> {
        match name {
            "blackhole" => Some(NextHop::Blackhole),
            _ => self.names.peerings.find(None, name, span, &mut self.out).map(NextHop::Peering),
        }
    }

    fn no_next_hop(&mut self, span: TextSpan) -> Option<NextHop> {
        self.out
            .error(span, "this route has no next hop")
            .hint("write it behind the prefix, or give `via` beside `routes_file`");
        None
    }
}
