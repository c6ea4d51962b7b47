//! Which echo requests are known beforehand, replies included: those that provably wait for nothing on their way out
//! and back. Their replies are a sender of their own ([`Flow::replies`]), so that both are counted in closed form; all
//! other requests are events. Carries nothing.
//!
//! Requests and replies of links that shape are linked: a reply goes when its request arrives, which is known only
//! while nothing waits on the request's link. So the links that echoes connect are judged together, as a group: from an
//! instant at which every link of the group is proven to let nothing wait (`engine/cell/calm.rs`), all its echoes
//! are known. A packet that waited would be the first to do so, so that everything before it came as proven.

use super::cell::Cell;
use super::sending::Flow;
use super::shared::Scope;
use crate::dataplane::packet::SourceId;
use crate::dataplane::router::Exit;
use crate::model::{HostId, LinkId, Network, VpcId};
use crate::units::{BitRate, SimDuration, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// Requests of one sender, and the replies to them.
struct Echo {
    /// Who asks: VPC, index of the sender there.
    asks: (VpcId, u32),
    /// Who answers, and how long after the request was sent; `None` if no request arrives.
    answers: Option<Answers>,
}

#[derive(Clone, Copy)]
struct Answers {
    at: (VpcId, u32),
    host: HostId,
    delay: SimDuration,
}

/// Echoes that are known beforehand together or not at all.
#[derive(Default)]
struct Group {
    echoes: Vec<Echo>,
    /// The links where they may wait, with what they add there.
    links: BTreeMap<LinkId, (BitRate, u64)>,
    /// The links that requests take, if there are any where they may wait.
    asked: BTreeSet<LinkId>,
    /// Whether something else may come between that is not known beforehand.
    is_blocked: bool,
    /// Whether they are known beforehand, and until when that holds.
    is_known: bool,
    until: SimTime,
    /// How long to wait before the proof is tried again.
    patience: SimDuration,
}

/// All echoes, for one epoch.
#[derive(Default)]
pub(super) struct Echoes {
    epoch: Option<u64>,
    groups: Vec<Group>,
    /// Where the replies to a sender's requests are seated in a VPC.
    seats: BTreeMap<(SourceId, VpcId), u32>,
}

/// The first pause before a proof is tried again, and the longest. A proof must hold for as long as the first.
const FIRST: SimDuration = SimDuration::from_secs(1);
const LAST: SimDuration = SimDuration::from_secs(3_600);

impl Echoes {
    /// Decides who is carried as events from the beginning of an advance on; answers until when that holds.
    pub(super) fn settle(&mut self, cells: &mut [Cell], is_held: impl Fn(VpcId) -> bool, scope: Scope<'_>) -> SimTime {
        if self.epoch != Some(scope.view.epoch) {
            self.epoch = Some(scope.view.epoch);
            self.groups =
                if scope.shared.foresees(scope.view) { self.gather(cells, is_held, scope) } else { Vec::new() };
        }
        // Requests that nobody answers are known whatever the others do, and may share links with them: they come
        // first, so that the others are judged with them.
        self.judge(cells, scope, |group| group.links.is_empty());
        self.judge(cells, scope, |group| !group.links.is_empty());
        self.groups.iter().map(|group| group.until).min().unwrap_or(SimTime::NEVER)
    }

    /// Judges the groups among these whose time has come. They share no link, so that they are changed together.
    fn judge(&mut self, cells: &mut [Cell], scope: Scope<'_>, among: impl Fn(&Group) -> bool) {
        let due = self.groups.iter_mut().filter(|group| group.until <= scope.from && among(group));
        let changed: Vec<&Group> = due.filter_map(|group| group.judge(cells, scope).then_some(&*group)).collect();
        change(&changed, cells, scope.from, scope.view.network.rules.local_delay);
    }

    /// All echoes are events from `now` on, until they are judged anew. Inside a VPC packets take `local_delay`.
    pub(super) fn suspend(&mut self, cells: &mut [Cell], now: SimTime, local_delay: SimDuration) {
        let mut known: Vec<Group> = self.groups.drain(..).filter(|group| group.is_known).collect();
        known.iter_mut().for_each(|group| group.is_known = false);
        change(&known.iter().collect::<Vec<_>>(), cells, now, local_delay);
        self.epoch = None;
    }

    /// Finds all echoes of this epoch, and groups them by the links that they connect.
    fn gather(&mut self, cells: &mut [Cell], is_held: impl Fn(VpcId) -> bool, scope: Scope<'_>) -> Vec<Group> {
        let restless = restless(cells, scope.view.network, &is_held);
        let mut groups = Groups::default();
        for at in 0..cells.len() {
            let vpc = VpcId(at as u32);
            for asker in cells[at].contents.askers(scope) {
                let mut group = Group::default();
                let mut answers = None;
                let hears = |host| scope.shared.hears(host);
                if asker.answers.is_some_and(hears) {
                    continue; // an event, and the links of both VPCs are restless
                }
                if let Some(host) = asker.answers.filter(|host| !scope.shared.silent.contains(host)) {
                    let there = scope.view.network.host(host).vpc;
                    let request = cells[at].contents.flow(asker.flow).clone();
                    let replies = self.seat(cells, request.replies(host, asker.delay), there);
                    let back = cells[there.index()].contents.path(scope, replies);
                    if !is_held(there) || back.enter.is_ok_and(hears) {
                        continue; // as above
                    }
                    let ways = [(vpc, asker.over), (there, back.leave.ok().and_then(Exit::link))];
                    for (near, link) in ways.into_iter().filter_map(|(near, link)| Some((near, link?))) {
                        let (has_order, is_provable) = cells[near.index()].contents.order_on(scope, link);
                        if has_order {
                            group.is_blocked |= !is_provable || restless[near.index()];
                            group.links.insert(link, request.load());
                        }
                    }
                    group.asked.extend(asker.over.filter(|_| !group.links.is_empty()));
                    answers = Some(Answers { at: (there, replies), host, delay: asker.delay });
                }
                group.echoes.push(Echo { asks: (vpc, asker.flow), answers });
                groups.add(group);
            }
        }
        groups.all.into_iter().filter(|group| !group.is_blocked).collect()
    }

    /// Seats the replies to a sender's requests in the VPC where they are sent.
    fn seat(&mut self, cells: &mut [Cell], replies: Flow, vpc: VpcId) -> u32 {
        let seat = (replies.source, vpc);
        let index = cells[vpc.index()].contents.seat_replies(self.seats.get(&seat).copied(), replies);
        self.seats.insert(seat, index);
        index
    }

    /// How many senders of replies were seated so far.
    pub(super) fn seated(&self) -> usize {
        self.seats.len()
    }
}

/// By VPC: whether something that is not known beforehand may be sent there, as an event of its own or in answer to one
/// of a peer.
fn restless(cells: &[Cell], network: &Network, is_held: &impl Fn(VpcId) -> bool) -> Vec<bool> {
    let by_itself: Vec<bool> =
        cells.iter().map(|cell| !is_held(cell.vpc) || cell.contents.has_other_events()).collect();
    let mut restless = by_itself.clone();
    for (_, peering) in network.peerings() {
        let ends = [peering.requester.index(), peering.accepter.index()];
        let either = ends.iter().any(|end| by_itself[*end]);
        ends.into_iter().for_each(|end| restless[end] |= either);
    }
    restless
}

/// Groups while echoes are added one by one.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    /// The group of a link, and that of the echoes that may wait nowhere.
    of_link: BTreeMap<Option<LinkId>, usize>,
}

impl Groups {
    /// Adds a group of one echo, and joins it with those it shares a link with.
    fn add(&mut self, group: Group) {
        let mut links: Vec<Option<LinkId>> = group.links.keys().copied().map(Some).collect();
        if links.is_empty() {
            links.push(None);
        }
        let met: BTreeSet<usize> = links.iter().filter_map(|link| self.of_link.get(link).copied()).collect();
        let place = met.first().copied().unwrap_or_else(|| {
            self.all.push(Group::default());
            self.all.len() - 1
        });
        for other in met.into_iter().skip(1) {
            let other = std::mem::take(&mut self.all[other]);
            links.extend(other.links.keys().copied().map(Some));
            self.all[place].take(other);
        }
        self.all[place].take(group);
        self.of_link.extend(links.into_iter().map(|link| (link, place)));
    }
}

impl Group {
    fn take(&mut self, other: Group) {
        self.echoes.extend(other.echoes);
        self.asked.extend(other.asked);
        for (link, (rate, burst)) in other.links {
            let load = self.links.entry(link).or_default();
            *load = (BitRate::from_bps(load.0.as_bps().saturating_add(rate.as_bps())), load.1.saturating_add(burst));
        }
        self.is_blocked |= other.is_blocked;
    }

    /// Decides whether its echoes are known from now on; answers whether that changes.
    fn judge(&mut self, cells: &mut [Cell], scope: Scope<'_>) -> bool {
        let now = scope.from;
        let mut until = scope.horizon;
        for (link, load) in &self.links {
            let contents = &mut cells[scope.view.network.ends(*link).0.index()].contents;
            let load = if self.is_known { Default::default() } else { *load };
            until = until.min(contents.calm_until(scope, *link, load));
        }
        let near = |link: &LinkId| &cells[scope.view.network.ends(*link).0.index()].contents;
        if !self.is_known && !self.asked.iter().all(|link| near(link).is_on_pace(scope, *link)) {
            until = now;
        }
        let is_known = if self.is_known { until > now } else { until >= scope.horizon.min(now + FIRST) };
        let changes = std::mem::replace(&mut self.is_known, is_known) != is_known;
        if is_known {
            self.patience = FIRST;
            self.until = if self.links.is_empty() { SimTime::NEVER } else { until };
        } else {
            self.patience = (self.patience + self.patience).max(FIRST).min(LAST);
            self.until = now + self.patience;
        }
        changes
    }

    /// The senders of its requests and replies.
    fn flows(&self) -> impl Iterator<Item = (VpcId, u32)> {
        let of_one = |echo: &Echo| [Some(echo.asks), echo.answers.as_ref().map(|answers| answers.at)];
        self.echoes.iter().flat_map(of_one).flatten()
    }
}

/// Has the echoes of some groups carried as is now known of them: with the senders that are no events, or as events,
/// those under way too. Each cell is regrouped once.
fn change(groups: &[&Group], cells: &mut [Cell], now: SimTime, local_delay: SimDuration) {
    let mut made: BTreeMap<VpcId, BTreeSet<u32>> = BTreeMap::new();
    for group in groups {
        for (vpc, flow) in group.flows() {
            made.entry(vpc).or_default().extend((!group.is_known).then_some(flow));
        }
    }
    for (vpc, made) in made {
        cells[vpc.index()].regroup(now, local_delay, |flow| made.contains(&flow));
    }
    for group in groups {
        group.echoes.iter().for_each(|echo| if group.is_known { echo.release(cells) } else { echo.call(cells) });
    }
}

impl Echo {
    /// Has it known beforehand: request and reply are carried with the senders that are no events.
    fn release(&self, cells: &mut [Cell]) {
        let (vpc, flow) = self.asks;
        let asks = &mut cells[vpc.index()].contents;
        asks.release(flow);
        let Some(Answers { at: (vpc, index), host, delay }) = self.answers else { return };
        let replies = asks.flow(flow).replies(host, delay);
        let answers = &mut cells[vpc.index()].contents;
        answers.seat_replies(Some(index), replies);
        answers.release(index);
    }

    /// Has it carried as events.
    fn call(&self, cells: &mut [Cell]) {
        let (vpc, flow) = self.asks;
        cells[vpc.index()].contents.call(flow);
        if let Some(Answers { at: (vpc, index), .. }) = self.answers {
            cells[vpc.index()].contents.rest(index);
        }
    }
}
