//! The dull twin of the engine: one heap of explicit events, one at a time, in the one order (time, then expiry,
//! change, departure, arrival, wake; then link, then sender, in declaration order; then sequence). Decides all that
//! happens after emission; shares no forwarding, shaping or scheduling with the engine. Slow on purpose.

use crate::ends::{Call, Came, Carried, Ends, OPENINGS, calls};
use crate::journey::{self, Exit, From, Parcel, What};
use crate::lane::{Lane, refusal};
use crate::story::Told;
use crate::tally::{self, LinkTally, Tally};
use crate::traffic::Sender;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::Ipv4Addr;
use vpcsim::dataplane::packet::{PacketId, PacketKind, SourceId};
use vpcsim::engine::{Place, Step};
use vpcsim::model::plan::Plan;
use vpcsim::model::{Change, Direction, DropReason, HostId, LinkId, Network, PeeringId, SubnetId, Verdict, VpcId};
use vpcsim::units::{ByteSize, SimDuration, SimTime};
use vpcsim::wire::icmp::{self, ErrorKind};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The TTL of hosts and routers.
const TTL: u8 = 64;

/// Time, class, place in declaration order, sequence; then the action.
type Event = Reverse<(u64, u8, u64, u64, Todo)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Todo {
    /// A request expires, a failed node is noticed, a fault ends.
    Due,
    Change(usize),
    /// The head of a link's queue, unless the queue was re-admitted since.
    Depart(usize, u64),
    /// The head of a link's wire, unless the wire was cut since.
    Arrive(usize, u64),
    /// A slot of the packets inside VPCs.
    ArriveLocally(usize),
    /// Sender and sequence.
    Wake(usize, usize),
    /// An end of connections, by its source.
    End(usize, Call),
}

/// A link or a VPC, a reason and, in a VPC, a subnet.
type Site = (Result<LinkId, VpcId>, &'static str, Option<SubnetId>);

/// Addresses by sender, kind and sequence.
type Dropped = BTreeMap<(SourceId, PacketKind, u64), (Ipv4Addr, Ipv4Addr)>;

/// One run of the twin.
pub struct Reference<'a> {
    /// The network at the current instant.
    pub network: Network,
    plan: &'a Plan,
    senders: &'a [Sender],
    events: BinaryHeap<Event>,
    pushed: u64,
    now: u64,
    lanes: Vec<Lane>,
    local: Vec<Option<(VpcId, Parcel)>>,
    /// The ends of connections.
    pub ends: Ends,
    /// Every step of every packet.
    pub records: Vec<Told>,
    pub tally: Tally,
    /// Every packet dropped, by where and why.
    dropped: BTreeMap<Site, Dropped>,
    /// Instants at which something happened: targets for a generator of ties.
    pub instants: Vec<u64>,
    /// When a packet that had waited departed, and over which peering.
    pub departures: Vec<(u64, PeeringId)>,
    /// How often a change of the shaping fell exactly on the departure of a waiting packet.
    pub changes_on_departures: u64,
    /// How often a change took more than one packet off a link.
    pub emptied: u64,
    /// The packet whose journey is reported.
    pub followed: Option<PacketId>,
    pub story: Vec<String>,
}

impl<'a> Reference<'a> {
    pub fn new(network: &Network, plan: &'a Plan, senders: &'a [Sender]) -> Reference<'a> {
        let links = network.peerings().len() * 2;
        Reference {
            network: network.clone(),
            plan,
            senders,
            events: BinaryHeap::new(),
            pushed: 0,
            now: 0,
            lanes: (0..links as u32).map(|l| Lane::new(network, LinkId(l))).collect(),
            local: Vec::new(),
            ends: Ends::new(network, plan, senders),
            records: Vec::new(),
            tally: Tally::new(network.vpcs().len(), links, plan.traffic.len()),
            dropped: BTreeMap::new(),
            instants: Vec::new(),
            departures: Vec::new(),
            changes_on_departures: 0,
            emptied: 0,
            followed: None,
            story: Vec::new(),
        }
    }

    /// Plays the whole plan.
    pub fn run(&mut self) {
        for (at, action) in self.plan.timeline.iter().enumerate() {
            self.push(action.time.as_nanos(), 1, at as u64, Todo::Change(at));
        }
        self.call_expiries();
        for (source, sender) in self.senders.iter().enumerate() {
            for (sequence, (time, _)) in sender.emissions.iter().enumerate() {
                self.push(*time, 4, (source as u64) << 32, Todo::Wake(source, sequence));
            }
            for (time, call) in calls(self.plan, sender) {
                self.push(time, 4, (source as u64) << 32 | OPENINGS, Todo::End(source, call));
            }
        }
        let end = self.plan.duration.as_nanos();
        while let Some(Reverse((time, _, _, _, todo))) = self.events.pop() {
            if time >= end {
                break;
            }
            self.now = time;
            match todo {
                // S25a: before any action of this instant.
                Todo::Due => {
                    self.network.fall_due(SimTime::from_nanos(time));
                    (0..self.lanes.len()).for_each(|at| self.judge(at));
                }
                Todo::Change(at) => self.change(at),
                Todo::Depart(lane, turn) if self.lanes[lane].queue_turn == turn => self.depart_head(lane),
                Todo::Arrive(lane, turn) if self.lanes[lane].wire_turn == turn => self.arrive(lane),
                Todo::Depart(..) | Todo::Arrive(..) => continue,
                Todo::ArriveLocally(slot) => self.arrive_locally(slot),
                Todo::Wake(source, sequence) => self.wake(source, sequence),
                Todo::End(source, call) => self.call_end(source, call),
            }
            self.instants.push(time);
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.ends.finish(self.plan.duration.as_nanos());
        for (tally, tcp) in self.tally.traffic.iter_mut().zip(&self.ends.tally) {
            tally.tcp = tcp.clone();
        }
        let on_links: u64 = self.lanes.iter().map(Lane::held).sum();
        for (lane, tally) in self.lanes.iter().zip(&mut self.tally.links) {
            tally.on_link = lane.held();
        }
        self.tally.totals.3 = on_links + self.local.iter().flatten().count() as u64;
        // Steps of one packet at one instant are in the order of its journey.
        self.records.sort_by_key(|r| (r.time, r.id, r.kind));
    }

    fn push(&mut self, time: u64, class: u8, place: u64, todo: Todo) {
        self.pushed += 1;
        self.events.push(Reverse((time, class, place, self.pushed, todo)));
    }

    fn tell(&mut self, parcel: &Parcel, what: impl FnOnce() -> String) {
        if self.followed == Some(parcel.id) {
            let line = format!("{} ns {:?} {}", self.now, parcel.kind, what());
            self.story.push(line);
        }
    }

    fn wake(&mut self, source: usize, sequence: usize) {
        let sender = &self.senders[source];
        let entry = &self.plan.traffic[sender.traffic];
        let host = self.network.host(sender.host);
        if !host.up {
            return;
        }
        let (first, last) = entry.ttl;
        let steps = sequence % (usize::from(last.saturating_sub(first)) + 1);
        let parcel = Parcel {
            id: sender.id(source, sequence),
            kind: PacketKind::Original,
            emitted: self.now,
            asked: self.now,
            length: sender.emissions[sequence].1,
            source: entry.source.unwrap_or(host.address),
            destination: sender.destination(&self.network, sequence as u64),
            ttl: first + steps as u8,
            what: match sender.replayed(sequence as u64) {
                Some((true, _)) => What::EchoRequest,
                None if entry.is_ping() => What::EchoRequest,
                _ => What::Data,
            },
            carried: None,
        };
        tally::add(&mut self.tally.traffic[sender.traffic].sent, parcel.length);
        self.emit(From::Host(sender.host), parcel);
    }

    fn call_end(&mut self, source: usize, call: Call) {
        let came = match call {
            Call::Open(port, size) => self.ends.open(self.now, source, (port, size)),
            Call::Stop => self.ends.stop(self.now, source),
            Call::Timer(port, serial, place) => self.ends.wake(self.now, source, (port, serial, place)),
        };
        self.send(source, came);
    }

    /// Sends what came of something at an end, if its host is up, and schedules its calls.
    fn send(&mut self, source: usize, came: Came) {
        for (time, rank, call) in came.calls {
            assert!(time >= self.now, "a timer in the past");
            self.push(time, 4, (source as u64) << 32 | rank, Todo::End(source, call));
        }
        for sent in came.sent {
            let sender = &self.senders[source];
            let parcel = self.ends.parcel(&self.network, self.now, source, sender, sent);
            if !self.network.host(sender.host).up {
                continue;
            }
            if !sender.answers {
                tally::add(&mut self.tally.traffic[sender.traffic].sent, parcel.length);
            }
            self.emit(From::Host(sender.host), parcel);
        }
    }

    /// What a host makes of a segment, or of an error about one that it sent.
    fn hear(&mut self, host: HostId, parcel: &Parcel) {
        let source = parcel.id.source().0 as usize;
        let Some(carried) = parcel.carried else { return };
        let sender = &self.senders[source];
        match parcel.what {
            What::Segment if sender.meant(0) == Some(host) => {
                let other = if sender.answers { source - 1 } else { source + 1 };
                let came = self.ends.hear(&self.network, self.now, other, parcel);
                self.send(other, came);
            }
            What::Error(ErrorKind::FragmentationNeeded { mtu }) if sender.host == host => {
                let came = self.ends.shorten(self.now, source, &carried, mtu);
                self.send(source, came);
            }
            _ => {}
        }
    }

    fn emit(&mut self, from: From, mut parcel: Parcel) {
        let subnet = journey::subnet_of(&self.network, from);
        let vpc = self.network.subnet(subnet).vpc;
        self.tally.vpcs[vpc.index()].emitted += 1;
        self.tally.totals.0 += 1;
        self.note(Place::Vpc(vpc), &parcel, Step::Emitted);
        let exit = journey::leave(&self.network, from, &mut parcel);
        self.tell(&parcel, || format!("sent by {from:?} to {}: {exit:?}", parcel.destination));
        match exit {
            Ok(Exit::Over(link)) => self.offer(link.index(), parcel),
            Ok(Exit::Local(vpc)) => {
                let arrival = self.now + self.network.rules.local_delay.as_nanos();
                self.local.push(Some((vpc, parcel)));
                self.push(arrival, 3, u64::MAX, Todo::ArriveLocally(self.local.len() - 1));
            }
            Err(reason) => {
                let error = journey::error_for(&self.network, &parcel, from, reason);
                self.note_drop(Err(vpc), Some(subnet), &parcel, reason);
                self.end(Place::Vpc(vpc), &parcel, Err(reason));
                self.complain(From::Router(subnet), &parcel, error);
            }
        }
    }

    fn offer(&mut self, at: usize, mut parcel: Parcel) {
        let now = self.now;
        tally::add(&mut self.tally.links[at].offered, parcel.length);
        let lane = &mut self.lanes[at];
        let tokens = lane.bucket.as_ref().map(|bucket| bucket.tokens_at(now));
        if lane.down {
            self.note_offered(at, &parcel, tokens);
            return self.end(Place::Link(LinkId(at as u32)), &parcel, Err(DropReason::LinkDown));
        }
        let (Some(bucket), Some(shaping)) = (&mut lane.bucket, lane.shaping) else {
            self.note_offered(at, &parcel, tokens);
            return self.depart(at, parcel);
        };
        if lane.queue.is_empty() {
            bucket.refill_to(now);
            let tick = bucket.conforms(parcel.length);
            if bucket.nanos(tick) == now {
                bucket.take(tick, parcel.length);
                self.note_offered(at, &parcel, tokens);
                return self.depart(at, parcel);
            }
        }
        let waiting: u64 = lane.queue.iter().map(|p| u64::from(p.length)).sum();
        let with_it = waiting + u64::from(parcel.length);
        if let Some(reason) = refusal(shaping, with_it, lane.queue.len() + 1) {
            self.note_offered(at, &parcel, tokens);
            return self.end(Place::Link(LinkId(at as u32)), &parcel, Err(reason));
        }
        self.mark(at, &mut parcel);
        let longest = &mut self.tally.links[at].longest_queue;
        *longest = with_it.max(*longest);
        self.tell(&parcel, || format!("waits at link {at} behind {waiting} bytes"));
        self.lanes[at].queue.push_back(parcel.clone());
        self.note_offered(at, &parcel, tokens);
        if self.lanes[at].queue.len() == 1 {
            self.call_head(at);
        }
    }

    /// Marks a segment that will wait longer than the peering lets it, as things are now.
    fn mark(&mut self, at: usize, parcel: &mut Parcel) {
        let lane = &self.lanes[at];
        let wait = lane.departure(self.now, parcel.length) - self.now;
        let mark = self.network.peering(lane.id.peering()).mark;
        if let Some(Carried { takes_marks: true, is_marked, .. }) = &mut parcel.carried {
            *is_marked |= mark.is_some_and(|mark| wait > mark.as_nanos());
            self.ends.seen.marked += u64::from(*is_marked);
        }
    }

    /// Schedules the departure of a queue's head for when it conforms.
    fn call_head(&mut self, at: usize) {
        let lane = &mut self.lanes[at];
        lane.queue_turn += 1;
        let (Some(head), Some(bucket)) = (lane.queue.front(), &lane.bucket) else { return };
        let (time, turn) = (bucket.nanos(bucket.conforms(head.length)), lane.queue_turn);
        self.push(time, 2, at as u64, Todo::Depart(at, turn));
    }

    fn depart_head(&mut self, at: usize) {
        let lane = &mut self.lanes[at];
        let (Some(head), Some(bucket)) = (lane.queue.pop_front(), &mut lane.bucket) else { return };
        bucket.take(bucket.conforms(head.length), head.length);
        self.departures.push((self.now, lane.id.peering()));
        self.depart(at, head);
        self.call_head(at);
    }

    fn depart(&mut self, at: usize, parcel: Parcel) {
        let peering = self.network.peering(self.lanes[at].id.peering());
        let delay = peering.delay.as_nanos();
        self.tell(&parcel, || format!("departs on link {at}"));
        self.note(Place::Link(LinkId(at as u32)), &parcel, Step::Departed);
        if !self.lanes[at].nodes.carries(self.spread(&parcel), self.now) {
            return self.end(Place::Link(LinkId(at as u32)), &parcel, Err(DropReason::NodeDown));
        }
        if self.is_lost(at, &parcel) {
            return self.end(Place::Link(LinkId(at as u32)), &parcel, Err(DropReason::RandomLoss));
        }
        let has_data = parcel.what == What::Segment && parcel.carried.is_some_and(|carried| carried.segment.length > 0);
        let every = self.network.peering(self.lanes[at].id.peering()).lose_every;
        if has_data && self.lanes[at].loses(every) {
            return self.end(Place::Link(LinkId(at as u32)), &parcel, Err(DropReason::PeriodicLoss));
        }
        self.lanes[at].wire.push_back(parcel);
        let turn = self.lanes[at].wire_turn;
        self.push(self.now + delay, 3, at as u64, Todo::Arrive(at, turn));
    }

    /// What keeps a flow on one node: protocol, addresses, and the ports of a datagram.
    fn spread(&self, parcel: &Parcel) -> u64 {
        let sender = &self.senders[parcel.id.source().0 as usize];
        let entry = &self.plan.traffic[sender.traffic];
        let datagram = (entry.source_port.wrapping_add(sender.flow as u16).max(1), entry.destination_port);
        let (protocol, ports) = match (parcel.what, &parcel.carried) {
            (What::Data, _) => (17, datagram),
            (What::Segment, Some(carried)) => (6, self.ends.ports(parcel.id.source().0 as usize, carried)),
            _ => (1, (0, 0)),
        };
        let (source, destination) = (parcel.source.octets(), parcel.destination.octets());
        let ports = [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat();
        xxh3_64(&[&[protocol][..], &source, &destination, &ports].concat())
    }

    /// Depends only on names and numbers: the link's, the sender's, the packet's.
    fn is_lost(&self, at: usize, parcel: &Parcel) -> bool {
        let link = self.lanes[at].id;
        let peering = self.network.peering(link.peering());
        let direction = [self.lanes[at].made_as.as_bytes(), &[0, (link.direction() == Direction::Out) as u8]].concat();
        let sender = &self.senders[parcel.id.source().0 as usize];
        let name = self.plan.traffic[sender.traffic].name.as_str().as_bytes();
        let kind: &[u8] = if sender.answers { b"answers" } else { b"traffic" };
        let sender = [kind, b"\0", name, b"\0", &sender.flow.to_le_bytes()].concat();
        let mut key = Vec::new();
        key.extend_from_slice(&xxh3_64(&direction).to_le_bytes());
        key.extend_from_slice(&xxh3_64(&sender).to_le_bytes());
        key.extend_from_slice(&parcel.id.sequence().to_le_bytes());
        key.push(parcel.kind as u8);
        peering.loss.hit_by(xxh3_64_with_seed(&key, self.plan.seed))
    }

    fn arrive(&mut self, at: usize) {
        let link = self.lanes[at].id;
        let Some(mut parcel) = self.lanes[at].wire.pop_front() else { return };
        tally::add(&mut self.tally.links[at].carried, parcel.length);
        self.tally.links[at].delay.add(self.now - parcel.emitted);
        self.note(Place::Link(link), &parcel, Step::Arrived);
        let verdict = journey::enter(&self.network, link, &mut parcel);
        let vpc = self.network.ends(link).1;
        self.ended_in(vpc, parcel, verdict, false);
    }

    fn arrive_locally(&mut self, slot: usize) {
        let Some((vpc, parcel)) = self.local[slot].take() else { return };
        let verdict = journey::accept(&self.network, vpc, parcel.destination);
        self.ended_in(vpc, parcel, verdict, true);
    }

    fn ended_in(&mut self, vpc: VpcId, parcel: Parcel, verdict: Verdict, own: bool) {
        if let Err(reason) = verdict {
            let subnet = journey::subnet_with(&self.network, vpc, parcel.destination);
            self.note_drop(Err(vpc), subnet, &parcel, reason);
        }
        self.end(Place::Vpc(vpc), &parcel, verdict);
        match verdict {
            Ok(host) if parcel.what == What::EchoRequest && self.is_answered(&parcel) => {
                let (source, destination) = (parcel.destination, parcel.source);
                let (kind, what) = (PacketKind::Reply, What::EchoReply);
                let reply = Parcel { source, destination, kind, what, emitted: self.now, ttl: TTL, ..parcel };
                self.emit(From::Host(host), reply);
            }
            Ok(host) => self.hear(host, &parcel),
            Err(reason) => {
                // S35a: the source's subnet in its own VPC, the destination's in the far one, otherwise the VPC's
                // first.
                let at = |address| journey::subnet_with(&self.network, vpc, address);
                let near = if own { at(parcel.source) } else { None };
                let first = self.network.vpc(vpc).subnets.first().copied();
                let Some(subnet) = near.or(at(parcel.destination)).or(first) else { return };
                let error = journey::error_for(&self.network, &parcel, From::Router(subnet), reason);
                self.complain(From::Router(subnet), &parcel, error);
            }
        }
    }

    /// For a replay, the plan says which requests are answered.
    fn is_answered(&self, parcel: &Parcel) -> bool {
        let sender = &self.senders[parcel.id.source().0 as usize];
        sender.replayed(parcel.id.sequence()).is_none_or(|(_, answered)| answered)
    }

    fn complain(&mut self, from: From, about: &Parcel, error: Option<ErrorKind>) {
        let Some(error) = error else { return };
        let subnet = self.network.subnet(journey::subnet_of(&self.network, from));
        let kind = match about.kind {
            PacketKind::Reply => PacketKind::ErrorAboutReply,
            _ => PacketKind::ErrorAboutOriginal,
        };
        let parcel = Parcel {
            id: about.id,
            kind,
            emitted: self.now,
            asked: 0,
            length: icmp::ERROR_LENGTH,
            source: (u32::from(subnet.cidr.network()) + 1).into(),
            destination: about.source,
            ttl: TTL,
            what: What::Error(error),
            carried: about.carried,
        };
        self.emit(from, parcel);
    }

    fn note_drop(
        &mut self,
        place: Result<LinkId, VpcId>,
        subnet: Option<SubnetId>,
        parcel: &Parcel,
        reason: DropReason,
    ) {
        let key = (place, reason.code(), subnet);
        let rank = (parcel.id.source(), parcel.kind, parcel.id.sequence());
        let (packets, ..) = self.tally.sites.get(&key).copied().unwrap_or((0, parcel.source, parcel.destination));
        let all = self.dropped.entry(key).or_default();
        all.insert(rank, (parcel.source, parcel.destination));
        let (_, (source, destination)) = all.first_key_value().expect("one was added");
        self.tally.sites.insert(key, (packets + 1, *source, *destination));
    }

    fn end(&mut self, place: Place, parcel: &Parcel, verdict: Verdict) {
        if let (Place::Link(link), Err(reason)) = (place, verdict) {
            self.note_drop(Ok(link), None, parcel, reason);
        }
        self.tell(parcel, || format!("ends: {verdict:?} at {place:?}"));
        match (place, verdict) {
            (_, Ok(_)) => self.tally.totals.1 += 1,
            (_, Err(_)) => self.tally.totals.2 += 1,
        }
        match (place, verdict) {
            (Place::Vpc(vpc), Ok(_)) => self.tally.vpcs[vpc.index()].delivered += 1,
            (Place::Vpc(vpc), Err(r)) => *self.tally.vpcs[vpc.index()].drops.entry(r.code()).or_default() += 1,
            (Place::Link(link), Err(r)) => *self.tally.links[link.index()].drops.entry(r.code()).or_default() += 1,
            (Place::Link(_), Ok(_)) => unreachable!("no host sits on a link"),
        }
        self.book_traffic(parcel, verdict);
        self.note(place, parcel, Step::Ended(verdict));
    }

    fn note_offered(&mut self, at: usize, parcel: &Parcel, tokens: Option<ByteSize>) {
        let queue = &self.lanes[at].queue;
        let waiting = ByteSize::from_bytes(queue.iter().map(|p| u64::from(p.length)).sum());
        let packets = queue.len() as u64;
        self.note(Place::Link(LinkId(at as u32)), parcel, Step::Offered { waiting, packets, tokens });
    }

    fn note(&mut self, place: Place, parcel: &Parcel, step: Step) {
        self.records.push(Told {
            time: SimTime::from_nanos(self.now),
            step,
            place,
            id: parcel.id,
            kind: parcel.kind,
            emitted: SimTime::from_nanos(parcel.emitted),
            wire_length: parcel.length,
        });
    }

    fn book_traffic(&mut self, parcel: &Parcel, verdict: Verdict) {
        let source = parcel.id.source().0 as usize;
        let sender = &self.senders[source];
        if let (PacketKind::Segment, Err(reason)) = (parcel.kind, verdict) {
            self.ends.lost(source, reason);
        }
        if parcel.kind == PacketKind::Segment && sender.answers {
            return;
        }
        let tally = &mut self.tally.traffic[sender.traffic];
        match (parcel.kind, verdict) {
            (PacketKind::Original | PacketKind::Segment, Ok(host))
                if sender.meant(parcel.id.sequence()).is_none_or(|meant| meant == host) =>
            {
                tally::add(&mut tally.delivered, parcel.length);
                tally.delay.add(self.now - parcel.emitted);
            }
            (PacketKind::Original | PacketKind::Segment, Ok(_)) => tally.misdelivered += 1,
            (PacketKind::Original | PacketKind::Segment, Err(r)) => *tally.drops.entry(r.code()).or_default() += 1,
            (PacketKind::Reply, Ok(host)) if host == sender.host => {
                tally.answered += 1;
                if sender.replayed(parcel.id.sequence()).is_none() {
                    tally.round_trip.add(self.now - parcel.asked); // a replayed request does not say when it was sent
                }
            }
            (PacketKind::Reply, Ok(_)) => tally.replies_misdelivered += 1,
            (PacketKind::Reply, Err(r)) => *tally.reply_drops.entry(r.code()).or_default() += 1,
            (PacketKind::ErrorAboutOriginal, Ok(host)) if host == sender.host => {
                if let What::Error(kind) = parcel.what {
                    *tally.icmp_errors.entry((kind, parcel.source)).or_default() += 1;
                }
            }
            (PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply, _) => {}
        }
    }

    /// Schedules the expiry of every request.
    fn call_expiries(&mut self) {
        let due: Vec<u64> = self.network.peerings().filter_map(|(_, p)| Some(p.expires?.as_nanos())).collect();
        due.into_iter().for_each(|time| self.push(time, 0, 0, Todo::Due));
    }

    /// One action of the timeline; packets on the links are judged again (S21, S34).
    fn change(&mut self, at: usize) {
        let action = &self.plan.timeline[at];
        // Resolved before the change: a name means whatever has it at that point.
        let named = match &action.change {
            Change::SetNode { peering, .. } => self.network.find_peering(peering.as_str()),
            _ => None,
        };
        if self.network.apply(None, &action.change, action.time).is_err() {
            return;
        }
        let until = lasts(&action.change).map_or(u64::MAX, |lasts| self.now + lasts.as_nanos());
        self.push(until, 0, 0, Todo::Due);
        if let (Change::SetNode { node, up, .. }, Some(id)) = (&action.change, named) {
            for link in LinkId::both(id) {
                let lane = &mut self.lanes[link.index()];
                if let Some(noticed) = lane.nodes.set(*node, *up, self.now, until) {
                    self.push(noticed, 0, 0, Todo::Due);
                }
            }
        }
        for link in self.lanes.len() as u32..self.network.peerings().len() as u32 * 2 {
            self.lanes.push(Lane::new(&self.network, LinkId(link)));
            self.tally.links.push(LinkTally::default());
        }
        self.call_expiries();
        (0..self.lanes.len()).for_each(|at| self.judge(at));
    }

    fn judge(&mut self, at: usize) {
        let lane = &mut self.lanes[at];
        let peering = self.network.peering(lane.id.peering());
        if let Some(reason) = lane.follow(peering) {
            self.emptied += u64::from(lane.held() > 1);
            for parcel in lane.clear() {
                self.end(Place::Link(LinkId(at as u32)), &parcel, Err(reason));
            }
        }
        let lane = &mut self.lanes[at];
        let wanted = self.network.peering(lane.id.peering()).shaping(&self.network.rules);
        if lane.shaping != wanted {
            lane.shaping = wanted;
            if let (Some(bucket), Some(shaping)) = (&mut lane.bucket, wanted) {
                let due = lane.queue.front().map(|head| bucket.nanos(bucket.conforms(head.length)));
                self.changes_on_departures += u64::from(due == Some(self.now));
                bucket.change(self.now, shaping);
            }
            self.call_head(at);
        }
    }
}

/// How long the effect of a change lasts, if the change says so.
fn lasts(change: &Change) -> Option<SimDuration> {
    match change {
        Change::SetHost { lasts, .. }
        | Change::SetLink { lasts, .. }
        | Change::SetLoss { lasts, .. }
        | Change::SetNode { lasts, .. } => *lasts,
        _ => None,
    }
}
