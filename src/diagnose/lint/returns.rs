//! Ways back: whether a subnet that is reached over a peering has routes to those who reach it, and over which peering
//! they lead (S4, S15). Subnets are compared range by range, not host by host. What the routes of a single table do
//! wrong is found elsewhere.

use super::fixes;
use super::list::*;
use super::offered::Ways;
use super::ranges::{Range, inside, joined, named, some};
use super::scene::{Class, Scene};
use crate::diagnose::finding::{Finding, Severity};
use crate::model::{LinkId, NextHop, PeeringId, SubnetId, TableId, Thing, VpcId};
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};

/// The most subnets named in one finding.
const NAMED: usize = 2;

/// What was found, and what other lints need not tell again.
#[derive(Default)]
pub(super) struct Returns {
    pub findings: Vec<Finding>,
    /// Subnets without a way back.
    pub stranded: BTreeSet<SubnetId>,
    /// Sides of peerings on which a way back is missing, or another is taken.
    pub sides: BTreeSet<(PeeringId, VpcId)>,
    /// Routes that were named as the reason.
    pub named: BTreeSet<(TableId, Ipv4Net)>,
    /// VPCs whose replies take another way.
    pub diverging: BTreeSet<VpcId>,
    /// Links over which something is sent, and nothing of it needs a reply.
    one_way: BTreeSet<LinkId>,
}

/// One side of a peering, and the other.
#[derive(Clone, Copy)]
struct Side {
    over: PeeringId,
    /// Who replies.
    here: VpcId,
    /// Who asks.
    there: VpcId,
}

/// What becomes of replies to a part of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Nothing in force leads there, or over a peering that is not active: that of this route.
    Lost(Option<Ipv4Net>),
    /// They go over another active peering.
    Elsewhere(PeeringId),
}

/// A part of an asking subnet to which replies go wrong.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    asking: SubnetId,
    part: Range,
    fate: Fate,
}

/// What a class of the asking side's tables reaches, by the table that replies: the subnets, with the parts reached.
type Reached = BTreeMap<TableId, Vec<(SubnetId, Vec<Range>)>>;

/// Finds every way back that is missing or another.
pub(super) fn returns(scene: &Scene<'_>, ways: &[Ways]) -> Returns {
    let mut found = Returns { one_way: one_way(scene, ways), ..Returns::default() };
    for (over, peering) in scene.active() {
        let (a, b) = (peering.requester, peering.accepter);
        for (here, there) in [(a, b), (b, a)] {
            side(scene, Side { over, here, there }, &mut found);
        }
    }
    found
}

/// The links over which the plan sends only what needs no replies.
fn one_way(scene: &Scene<'_>, ways: &[Ways]) -> BTreeSet<LinkId> {
    let of = |answered: bool| -> BTreeSet<LinkId> {
        let entries = scene.plan.traffic.iter().zip(ways).filter(|(entry, _)| entry.is_answered() == answered);
        entries.flat_map(|(_, ways)| ways.over.keys().copied()).collect()
    };
    let answered = of(true);
    of(false).into_iter().filter(|link| !answered.contains(link)).collect()
}

fn side(scene: &Scene<'_>, side: Side, found: &mut Returns) {
    let asked = reached(scene, side);
    let subnets = asking(scene, side, asked.keys().copied());
    let tables: BTreeSet<TableId> = asked.values().flat_map(|reached| reached.keys().copied()).collect();
    let mut by_class: BTreeMap<usize, Vec<TableId>> = BTreeMap::new();
    for table in tables {
        let class = scene.users[table.index()].first().and_then(|subnet| scene.class_of(*subnet));
        class.into_iter().for_each(|class| by_class.entry(class).or_default().push(table));
    }
    for (class, tables) in by_class {
        let wrong = wrong(scene, &scene.estate(side.here).classes[class], side, &subnets);
        if !wrong.is_empty() {
            tables.iter().for_each(|table| tell(scene, side, *table, &wrong, &asked, found));
        }
    }
}

/// The subnets that use tables of these classes of the asking side, in order of address.
fn asking(scene: &Scene<'_>, side: Side, classes: impl Iterator<Item = usize>) -> Vec<(Range, SubnetId)> {
    let all = &scene.estate(side.there).classes;
    let tables = classes.flat_map(|class| &all[class].tables);
    let subnets = tables.flat_map(|table| &scene.users[table.index()]);
    let mut placed: Vec<_> = subnets.map(|id| (Range::of(scene.network.subnet(*id).cidr), *id)).collect();
    placed.sort_unstable();
    placed
}

/// The parts of the asking subnets to which this class of tables has no route over the peering, subnet by subnet.
fn wrong(scene: &Scene<'_>, class: &Class, side: Side, asking: &[(Range, SubnetId)]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (part, via, to) in scene.estate(side.there).cidrs.iter().flat_map(|cidr| scene.within(class, *cidr)) {
        let fate = match via {
            Some(NextHop::Peering(id)) if id == side.over => continue,
            // On purpose; told as such.
            Some(NextHop::Blackhole) => continue,
            Some(via) => scene.usable(via).map_or(Fate::Lost(to), Fate::Elsewhere),
            None => Fate::Lost(None),
        };
        let from = asking.partition_point(|(range, _)| range.last < part.first);
        for (range, asking) in asking[from..].iter().take_while(|(range, _)| range.first <= part.last) {
            wrong.extend(range.meet(part).map(|part| Wrong { asking: *asking, part, fate }));
        }
    }
    wrong
}

/// What the asking side's classes of tables reach over the peering, by their places.
fn reached(scene: &Scene<'_>, side: Side) -> BTreeMap<usize, Reached> {
    let near = scene.estate(side.here);
    let mut by_class: BTreeMap<usize, BTreeMap<SubnetId, Vec<Range>>> = BTreeMap::new();
    for over in scene.over(side.over, side.there) {
        let won = &scene.estate(side.there).classes[over.class].claims.routes[over.route].won;
        for part in won.iter().flat_map(|range| inside(*range, &near.cidrs)) {
            let from = near.subnets.partition_point(|(range, _)| range.last < part.first);
            for (range, subnet) in near.subnets[from..].iter().take_while(|(range, _)| range.first <= part.last) {
                let reached = by_class.entry(over.class).or_default().entry(*subnet).or_default();
                reached.extend(range.meet(part));
            }
        }
    }
    let of_class = |(class, reached): (usize, BTreeMap<SubnetId, Vec<Range>>)| {
        let mut by_table = Reached::new();
        for (subnet, parts) in reached {
            by_table.entry(scene.network.subnet(subnet).table).or_default().push((subnet, parts));
        }
        (class, by_table)
    };
    by_class.into_iter().map(of_class).collect()
}

/// What is wrong with one table's ways back over one peering.
#[derive(Default)]
struct Told {
    /// Its subnets that are reached.
    replying: BTreeSet<SubnetId>,
    /// Those who reach them in vain, in order of address and perhaps repeatedly, with what is lost of theirs.
    asking: Vec<(SubnetId, Range)>,
    /// The routes that are to blame, if there are any.
    reasons: BTreeSet<Ipv4Net>,
}

impl Told {
    fn add(&mut self, replying: SubnetId, asking: SubnetId, part: Range, reason: Option<Ipv4Net>) {
        self.replying.insert(replying);
        self.asking.push((asking, part));
        self.reasons.extend(reason);
    }

    fn ranges(&self) -> Vec<Range> {
        let mut all: Vec<Range> = self.asking.iter().map(|(_, part)| *part).collect();
        all.sort_unstable();
        all.dedup();
        joined(&all)
    }

    /// Who asks, each once.
    fn askers(&self) -> Vec<SubnetId> {
        let mut all: Vec<SubnetId> = self.asking.iter().map(|(subnet, _)| *subnet).collect();
        all.dedup();
        all
    }
}

fn tell(
    scene: &Scene<'_>,
    side: Side,
    table: TableId,
    wrong: &[Wrong],
    asked: &BTreeMap<usize, Reached>,
    found: &mut Returns,
) {
    let (mut lost, mut partial) = (Told::default(), Told::default());
    let mut elsewhere: BTreeMap<PeeringId, Told> = BTreeMap::new();
    let whole = |id: SubnetId| Range::of(scene.network.subnet(id).cidr);
    for parts in wrong.chunk_by(|a, b| a.asking == b.asking) {
        let asking = parts[0].asking;
        let reached = scene.class_of(asking).and_then(|class| asked.get(&class)?.get(&table));
        let Some(reached) = reached else { continue };
        let gone: Vec<Range> = parts.iter().filter(|wrong| wrong.fate.lost().is_some()).map(|w| w.part).collect();
        let matters = scene.matters(side.there, whole(asking), &gone);
        for (replying, reached) in reached {
            let matters = matters && scene.matters(side.here, whole(*replying), reached);
            for Wrong { part, fate, .. } in parts {
                match *fate {
                    Fate::Lost(to) => {
                        if matters { &mut lost } else { &mut partial }.add(*replying, asking, *part, to);
                    }
                    Fate::Elsewhere(other) => {
                        // What its peer does not own is the fault of the route.
                        let owned = &scene.estate(scene.behind(other, side.here)).cidrs;
                        for part in inside(*part, owned) {
                            elsewhere.entry(other).or_default().add(*replying, asking, part, None);
                        }
                    }
                }
            }
        }
    }
    found.tell_lost(scene, side, table, &lost, &partial);
    for (other, told) in elsewhere {
        found.diverging.insert(side.here);
        found.sides.insert((side.over, side.here));
        found.findings.push(diverging(scene, side, table, other, &told));
    }
}

impl Fate {
    fn lost(self) -> Option<Option<Ipv4Net>> {
        if let Fate::Lost(to) = self { Some(to) } else { None }
    }
}

impl Returns {
    fn tell_lost(&mut self, scene: &Scene<'_>, side: Side, table: TableId, lost: &Told, partial: &Told) {
        if !lost.asking.is_empty() {
            self.stranded.extend(&lost.replying);
            self.sides.insert((side.over, side.here));
            let asks = LinkId::new(side.over, scene.network.peering(side.over).direction_from(side.there));
            let severity = if self.one_way.contains(&asks) { Severity::Info } else { Severity::Error };
            let (finding, blamed) = missing(scene, side, table, lost, (NO_RETURN_ROUTE, severity));
            self.findings.push(finding);
            self.named.extend(blamed.into_iter().map(|to| (table, to)));
        }
        if !partial.asking.is_empty() {
            self.findings.push(missing(scene, side, table, partial, (RETURN_ROUTE_PARTIAL, Severity::Warning)).0);
        }
    }
}

/// The first few subnets by name.
fn names(scene: &Scene<'_>, subnets: &[SubnetId]) -> String {
    some(subnets.iter().map(|subnet| scene.subnet(*subnet)), NAMED, ["subnet", "subnets"])
}

/// A way back that is missing, and the routes that are named as the reason.
fn missing(
    scene: &Scene<'_>,
    side: Side,
    table: TableId,
    told: &Told,
    (code, severity): (&'static str, Severity),
) -> (Finding, BTreeSet<Ipv4Net>) {
    let askers = told.askers();
    let blamed = blamed(scene, table, told, &askers);
    let routes = &scene.network.table(table).routes;
    let reason = blamed.iter().next().and_then(|to| routes.get(to)).map_or(String::new(), |route| match route.via {
        _ if route.disabled => format!("; its route to {} is disabled", route.to),
        NextHop::Peering(id) => {
            let state = scene.network.rules.state(scene.network.peering(id).state);
            format!("; its route to {} leads over {}, which is {state}", route.to, scene.peering(id))
        }
        NextHop::Blackhole => String::new(),
    });
    let so = match severity {
        Severity::Info => "all that is sent needs no replies",
        Severity::Error | Severity::Warning => "requests arrive, replies are dropped",
    };
    let sentence = format!(
        "{} has no route back to {} ({}), which {} to {} over {}: {so}{reason} (S4)",
        scene.table(table),
        names(scene, &askers),
        named(&told.ranges()),
        if askers.len() == 1 { "routes" } else { "route" },
        if told.replying.len() == 1 { "it" } else { "them" },
        scene.peering(side.over),
    );
    let finding =
        Finding { severity, code, about: about(scene, table), sentence, fix: fix(scene, side, table, told, &askers) };
    (finding, blamed)
}

/// The routes of the table that would lead back if they were in force: disabled ones, or those over peerings that are
/// not active.
fn blamed(scene: &Scene<'_>, table: TableId, told: &Told, askers: &[SubnetId]) -> BTreeSet<Ipv4Net> {
    let routes = &scene.network.table(table).routes;
    let mut blamed = told.reasons.clone();
    if routes.values().all(|route| !route.disabled) {
        return blamed;
    }
    for cidr in askers.iter().map(|subnet| scene.network.subnet(*subnet).cidr) {
        let inside = routes.range(cidr..).map(|(to, _)| *to).take_while(|to| cidr.contains(to));
        let disabled = |to: &Ipv4Net| routes.get(to).is_some_and(|route| route.disabled);
        blamed.extend(around(cidr).chain(inside).filter(disabled));
    }
    blamed
}

/// A subnet, or the table that several share.
pub(super) fn about(scene: &Scene<'_>, table: TableId) -> Thing {
    scene.own_of(table).map_or(Thing::Table(table), Thing::Subnet)
}

/// The routes that are missing: to the peer's CIDR, if that changes no other way; otherwise to the asking subnets, or
/// in place of the route that is in the way.
fn fix(scene: &Scene<'_>, side: Side, table: TableId, told: &Told, askers: &[SubnetId]) -> Option<String> {
    let routes = &scene.network.table(table).routes;
    let there = scene.network.vpc(side.there);
    if let Some(route) = told.reasons.first().and_then(|to| routes.get(to)).filter(|r| there.holding(r.to).is_some()) {
        return Some(fixes::replace(scene, table, route, route.to, side.over));
    }
    let mut by_cidr: BTreeMap<Ipv4Net, BTreeSet<Ipv4Net>> = BTreeMap::new();
    for own in askers.iter().map(|subnet| scene.network.subnet(*subnet).cidr) {
        by_cidr.entry(there.holding(own)?).or_default().insert(own);
    }
    let is_free = |whole: Ipv4Net| told.reasons.is_empty() && around(whole).all(|net| !routes.contains_key(&net));
    let narrow = |(whole, own)| if is_free(whole) { BTreeSet::from([whole]) } else { own };
    let wanted: BTreeSet<Ipv4Net> = by_cidr.into_iter().flat_map(narrow).collect();
    if let Some(taken) = wanted.iter().find_map(|to| routes.get(to)) {
        return Some(fixes::replace(scene, table, taken, taken.to, side.over));
    }
    let wanted: Vec<_> = wanted.into_iter().map(|to| (to, side.over)).collect();
    Some(fixes::add(scene, table, &wanted))
}

/// A prefix, and all that contain it.
fn around(net: Ipv4Net) -> impl Iterator<Item = Ipv4Net> {
    (0..=net.prefix_len()).filter_map(move |length| Some(Ipv4Net::new(net.network(), length).ok()?.trunc()))
}

fn diverging(scene: &Scene<'_>, side: Side, table: TableId, other: PeeringId, told: &Told) -> Finding {
    let sentence = format!(
        "{} is reached from {} over {}, but its replies to {} go over {} to {}, which has the same addresses (S15)",
        scene.table(table),
        names(scene, &told.askers()),
        scene.peering(side.over),
        named(&told.ranges()),
        scene.peering(other),
        scene.vpc(scene.behind(other, side.here)),
    );
    Finding { severity: Severity::Warning, code: RETURN_PATH_DIVERGES, about: about(scene, table), sentence, fix: None }
}
