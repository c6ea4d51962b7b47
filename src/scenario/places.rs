//! Where a scenario declares its things: recorded while it is read, asked for by complaints that name a second place
//! and by whoever remarks on the network afterwards. It makes no remark itself.

use crate::model::plan::Plan;
use crate::model::{Network, Thing, numbered};
use crate::notation::{Source, TextSpan, lines};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Where things were declared.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// By kind and full name.
    spans: BTreeMap<(&'static str, String), TextSpan>,
    /// The texts with the routes of tables that are read from files, by the table's full name.
    route_files: BTreeMap<String, RouteFile>,
    /// The texts, in order of reading.
    sources: Vec<Source>,
}

/// A text with the routes of a table. Its lines are looked through when one is first asked for: there may be half a
/// million, and mostly none is.
#[derive(Debug, Clone)]
struct RouteFile {
    source: usize,
    lines: OnceLock<BTreeMap<Ipv4Net, Range<usize>>>,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the texts read it is in, in order of reading.
    origin: usize,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The text's name: a file, or an option of the command line.
    pub file: String,
}

impl Places {
    pub(super) fn note(&mut self, kind: &'static str, full: String, span: TextSpan) {
        self.spans.insert((kind, full), span);
    }

    /// Records that the routes of a table are the lines of a text.
    pub(super) fn note_routes(&mut self, table: String, source: usize) {
        self.route_files.insert(table, RouteFile { source, lines: OnceLock::new() });
    }

    /// Keeps the texts that the places are in.
    pub(super) fn keep(&mut self, sources: Vec<Source>) {
        self.sources = sources;
    }

    /// Where the thing of this kind and full name was declared; numbered hosts share one declaration.
    pub(super) fn find(&self, kind: &'static str, full: &str) -> Option<TextSpan> {
        let spelt = |name: &str| self.spans.get(&(kind, name.to_owned())).copied();
        spelt(full).or_else(|| spelt(numbered(full).filter(|_| kind == "host")?.0))
    }

    /// Where `thing` of `network` was declared; or, if the timeline made it, the thing it belongs to. None if that is
    /// not in a text either.
    pub fn of(&self, network: &Network, plan: &Plan, thing: Thing) -> Option<Place> {
        let span = match thing {
            Thing::Vpc(id) => self.find("vpc", network.vpc(id).name.as_str()),
            Thing::Host(id) => self.find("host", &network.host_name(id)),
            Thing::Subnet(id) => self.find("subnet", &network.subnet_name(id)),
            Thing::Peering(id) => self.find("peering", network.peering(id).first_name.as_str()),
            Thing::Traffic(id) => self.find("traffic", plan.entry(id).name.as_str()),
            Thing::Reach(at) => self.find("expect", &at.to_string()),
            Thing::Table(id) => {
                let name = network.table_name(id);
                self.find("table", &name).or_else(|| self.find("subnet", &name))
            }
            Thing::Route(table, to) => {
                let name = network.table_name(table);
                self.find("route", &format!("{name} {to}")).or_else(|| self.line_of(&name, to))
            }
        };
        let owner = match thing {
            Thing::Route(table, _) => Some(Thing::Table(table)),
            Thing::Table(id) => Some(Thing::Vpc(network.table(id).vpc)),
            Thing::Vpc(_)
            | Thing::Subnet(_)
            | Thing::Host(_)
            | Thing::Peering(_)
            | Thing::Traffic(_)
            | Thing::Reach(_) => None,
        };
        let Some(span) = span else { return self.of(network, plan, owner?) };
        let source = self.sources.get(span.source)?;
        let (line, column) = source.position(span.start);
        Some(Place { origin: span.source, line, column, file: source.name().to_owned() })
    }

    /// The line of a route in the file of its table.
    fn line_of(&self, table: &str, to: Ipv4Net) -> Option<TextSpan> {
        let file = self.route_files.get(table)?;
        let text = self.sources.get(file.source)?.text();
        let prefix = |line: &str| line.split_whitespace().next()?.parse().ok();
        let read = || lines(text).filter_map(|(place, line)| Some((prefix(line)?, place))).collect();
        Some(TextSpan::of(file.source, file.lines.get_or_init(read).get(&to)?.clone()))
    }
}
