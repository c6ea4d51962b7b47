//! A link: one direction of a peering's transport. Packets are offered, wait at the shaper, depart, may be lost, and
//! leave the far end in the order they came. It holds the packets still under way when an epoch ends; a control-plane
//! change re-judges exactly those, in one place ([`Link::change`]).

use super::packet::{Packet, PacketKind};
use super::router;
use super::shaper::Shaper;
use crate::model::{Direction, DropReason, LinkId, Network, Nodes, Peering, PeeringState, VpcId};
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};
use pnet::packet::ip::IpNextHeaderProtocols;
use std::collections::VecDeque;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Inputs to random decisions about a packet, besides the packet's own id and the link's key.
#[derive(Debug, Clone, Copy)]
pub struct Luck {
    /// The run's seed.
    pub seed: u64,
    /// A stable hash of the sender's name.
    pub sender: u64,
}

/// One direction of a peering's transport.
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The VPC it enters.
    pub far: VpcId,
    /// From departure to the far end.
    pub delay: SimDuration,
    /// Stable hash of the peering's name and the direction, so that loss does not depend on what else is declared.
    key: u64,
    shaper: Option<Shaper>,
    down: bool,
    loss: Share,
    nodes: Nodes,
    /// Every so many segments with data one is lost; and how many came since the last.
    lose_every: Option<u64>,
    segments: u64,
    /// Segments that wait longer are marked.
    mark: Option<SimDuration>,
    /// Whether neither of the two loses anything.
    is_faultless: bool,
    state: PeeringState,
    waiting: VecDeque<(SimTime, Packet)>,
    wire: VecDeque<(SimTime, Packet)>,
}

/// Why a cut transport drops packets, both those offered to it and those on it.
fn cut() -> DropReason {
    DropReason::LinkDown
}

fn is_faultless(peering: &Peering) -> bool {
    peering.loss == Share::ZERO && peering.nodes.all_up()
}

/// A hash that keeps a flow's packets on one forwarding node: protocol, addresses and, for UDP and TCP, ports (S10).
fn flow_hash(packet: &Packet) -> u64 {
    let mut tuple = [0; 13];
    tuple[0] = packet.head[9];
    tuple[1..9].copy_from_slice(&packet.head[12..20]);
    if packet.head[0] == 0x45 && [IpNextHeaderProtocols::Udp.0, IpNextHeaderProtocols::Tcp.0].contains(&tuple[0]) {
        tuple[9..].copy_from_slice(&packet.head[20..24]);
    }
    xxh3_64(&tuple)
}

/// Whether the transport of `peering` carries packets when nothing else is on it and it loses nothing at random. A
/// forwarding node that failed counts only if no other is left: which flows it carries is as good as random.
///
/// # Errors
/// It is cut, or all its forwarding nodes failed.
pub fn carries(peering: &Peering) -> Result<(), DropReason> {
    if peering.down {
        return Err(cut());
    }
    if peering.nodes.unavailable() == Share::WHOLE { Err(without_node()) } else { Ok(()) }
}

/// Why packets are dropped whose forwarding node failed.
fn without_node() -> DropReason {
    DropReason::NodeDown
}

impl Link {
    /// An idle link with a full bucket.
    pub fn new(network: &Network, id: LinkId) -> Link {
        let peering = network.peering(id.peering());
        Link {
            id,
            far: peering.far(id),
            delay: peering.delay,
            key: xxh3_64(
                &[peering.first_name.as_str().as_bytes(), &[0, (id.direction() == Direction::Out) as u8]].concat(),
            ),
            shaper: peering.shaping(&network.rules).map(Shaper::new),
            down: peering.down,
            loss: peering.loss,
            nodes: peering.nodes.clone(),
            lose_every: peering.lose_every,
            segments: 0,
            mark: peering.mark,
            is_faultless: is_faultless(peering),
            state: peering.state,
            waiting: VecDeque::new(),
            wire: VecDeque::new(),
        }
    }

    /// The fate that all packets share in this epoch, if they do: they pass at once, or are dropped for one reason.
    pub fn treats_all_alike(&self) -> Option<Result<(), DropReason>> {
        if self.down {
            return Some(Err(cut()));
        }
        (self.shaper.is_none() && self.is_faultless()).then_some(Ok(()))
    }

    /// Whether no departing packet is lost on the way.
    pub fn is_faultless(&self) -> bool {
        self.is_faultless
    }

    /// The token bucket with its queue, if there is one.
    pub fn shaper(&mut self) -> Option<&mut Shaper> {
        self.shaper.as_mut()
    }

    /// The shaper's rate; none without a shaper.
    pub fn cap(&self) -> Option<BitRate> {
        self.shaper.as_ref().map(|shaper| shaper.shaping().rate)
    }

    /// When a packet of `length` bytes offered `now` departs.
    ///
    /// # Errors
    /// The link is cut, or the shaper refuses.
    #[inline(always)] // A call of it costs `vpcsim bench --mode runs --workload shared-50` a tenth.
    pub fn offer(&mut self, now: SimTime, length: u16) -> Result<SimTime, DropReason> {
        if self.down {
            return Err(cut());
        }
        match &mut self.shaper {
            Some(shaper) => shaper.admit(now, length),
            None => Ok(now),
        }
    }

    /// Whether a departing packet survives the link. Only names and numbers decide (the link's, the sender's and the
    /// packet's), so that neither the order of processing nor other traffic entries matter.
    ///
    /// # Errors
    /// It was lost.
    #[inline]
    pub fn carry(&self, luck: Luck, packet: &Packet) -> Result<(), DropReason> {
        if self.is_faultless { Ok(()) } else { self.carry_at_risk(luck, packet) }
    }

    #[inline(never)]
    fn carry_at_risk(&self, luck: Luck, packet: &Packet) -> Result<(), DropReason> {
        if !self.nodes.all_up() && !self.nodes.carries(flow_hash(packet)) {
            return Err(without_node());
        }
        if self.loss == Share::ZERO {
            return Ok(());
        }
        let mut name = [0; 25];
        name[..8].copy_from_slice(&self.key.to_le_bytes());
        name[8..16].copy_from_slice(&luck.sender.to_le_bytes());
        name[16..24].copy_from_slice(&packet.id.sequence().to_le_bytes());
        name[24] = packet.kind as u8;
        if self.loss.hit_by(xxh3_64_with_seed(&name, luck.seed)) {
            return Err(DropReason::RandomLoss);
        }
        Ok(())
    }

    /// Whether a departing segment of a connection survives a link that loses every so many with data; asked once for
    /// each, in order.
    ///
    /// # Errors
    /// It was lost.
    #[inline]
    pub fn carry_segment(&mut self, packet: &Packet) -> Result<(), DropReason> {
        match self.lose_every {
            None => Ok(()),
            Some(every) => self.lose_one_of(every, packet),
        }
    }

    #[inline(never)]
    fn lose_one_of(&mut self, every: u64, packet: &Packet) -> Result<(), DropReason> {
        self.segments += u64::from(packet.kind == PacketKind::Segment && packet.has_payload());
        if self.segments < every {
            return Ok(());
        }
        self.segments = 0;
        Err(DropReason::PeriodicLoss)
    }

    /// How many segments with data came since the last that was lost, where every so many one is.
    pub fn since_loss(&self) -> u64 {
        self.segments
    }

    /// Whether every departing segment of a connection survives.
    pub fn loses_no_segment(&self) -> bool {
        self.is_faultless && self.lose_every.is_none()
    }

    /// Whether a packet that waits this long is marked, if its sender takes marks (RFC 3168).
    pub fn marks(&self, wait: SimDuration) -> bool {
        self.mark.is_some_and(|mark| wait > mark)
    }

    /// Keeps a packet that departs after the horizon.
    pub fn keep_waiting(&mut self, departure: SimTime, packet: Packet) {
        self.waiting.push_back((departure, packet));
    }
    /// Keeps a packet that departed and arrives after the horizon.
    pub fn keep_on_wire(&mut self, arrival: SimTime, packet: Packet) {
        self.wire.push_back((arrival, packet));
    }
    /// Sorts the packets on the wire, which were kept sender by sender, by arrival.
    pub fn order_wire<K: Ord>(&mut self, by: impl Fn(&Packet) -> K) {
        let key = |(arrival, packet): &(SimTime, Packet)| (*arrival, by(packet));
        // In most advances they are in order, and sorting allocates.
        if !self.wire.iter().is_sorted_by_key(key) {
            self.wire.make_contiguous().sort_by_key(key);
        }
    }
    /// Whether no kept packet waits, or waited before it departed.
    pub fn is_on_pace(&self) -> bool {
        let is_on_pace = |(arrival, packet): &(SimTime, Packet)| *arrival == packet.emitted + self.delay;
        self.waiting.is_empty() && self.wire.iter().all(is_on_pace)
    }
    /// The kept packets.
    pub fn kept_mut(&mut self) -> impl Iterator<Item = &mut Packet> {
        self.waiting.iter_mut().chain(&mut self.wire).map(|(_, packet)| packet)
    }
    /// The next kept packet that departs before `horizon`.
    pub fn next_departure(&mut self, horizon: SimTime) -> Option<(SimTime, Packet)> {
        let &(departure, _) = self.waiting.front()?;
        if departure < horizon { self.waiting.pop_front() } else { None }
    }
    /// The next kept packet that arrives before `horizon`.
    pub fn next_arrival(&mut self, horizon: SimTime) -> Option<(SimTime, Packet)> {
        let &(arrival, _) = self.wire.front()?;
        if arrival < horizon { self.wire.pop_front() } else { None }
    }

    /// When the next kept packet departs or arrives.
    pub fn next_step(&self) -> Option<SimTime> {
        let first = |kept: &VecDeque<(SimTime, Packet)>| kept.front().map(|(time, _)| *time);
        [first(&self.waiting), first(&self.wire)].into_iter().flatten().min()
    }

    /// The number of kept packets: waiting and on the wire.
    pub fn in_flight(&self) -> u64 {
        (self.waiting.len() + self.wire.len()) as u64
    }
    /// Bytes waiting when a packet was last offered, including that packet.
    pub fn waiting(&self) -> ByteSize {
        self.shaper.as_ref().map_or(ByteSize::default(), Shaper::waiting)
    }
    /// The same in packets.
    pub fn waiting_packets(&self) -> u64 {
        self.shaper.as_ref().map_or(0, Shaper::waiting_packets)
    }
    /// The largest number of bytes that waited so far, or since [`Link::restart_queue_peak`].
    pub fn queue_peak(&self) -> ByteSize {
        self.shaper.as_ref().map_or(ByteSize::default(), Shaper::queue_peak)
    }
    /// Has [`Link::queue_peak`] tell of the time from `now` on, beginning with what waits then.
    pub fn restart_queue_peak(&mut self, now: SimTime) {
        self.shaper.iter_mut().for_each(|shaper| shaper.restart_queue_peak(now));
    }
    /// Bytes waiting at `now`.
    pub fn waiting_at(&mut self, now: SimTime) -> ByteSize {
        self.shaper.as_mut().map_or(ByteSize::default(), |s| s.waiting_at(now))
    }
    /// Tokens left at `now`; none without a bucket.
    pub fn tokens_at(&mut self, now: SimTime) -> Option<ByteSize> {
        self.shaper.as_mut().map(|s| s.tokens_at(now))
    }

    /// Adopts the peering's settings at `now` and re-judges the packets on the link: a peering that is no longer active
    /// or a link that is cut drops them all (S21); new shaping re-admits the waiting ones in order (S34). If everything
    /// under way is dropped, returns the reason and the packets that were kept here.
    pub fn change(&mut self, now: SimTime, network: &Network) -> Option<(DropReason, Vec<Packet>)> {
        let peering = network.peering(self.id.peering());
        let was_cut = std::mem::replace(&mut self.down, peering.down);
        let was = std::mem::replace(&mut self.state, peering.state);
        self.loss = peering.loss;
        self.delay = peering.delay;
        self.nodes.clone_from(&peering.nodes);
        self.is_faultless = is_faultless(peering);
        let reason = match router::obstacle(self.state) {
            Some(reason) if was == PeeringState::Active => Some(reason),
            _ if self.down && !was_cut => Some(cut()),
            _ => None,
        };
        let waiting: u64 = self.waiting.iter().map(|(_, p)| u64::from(p.wire_length)).sum();
        let dropped = reason.map(|reason| {
            let kept = self.waiting.drain(..).chain(self.wire.drain(..));
            (reason, kept.map(|(_, packet)| packet).collect())
        });
        self.reshape(now, network, ByteSize::from_bytes(waiting), dropped.is_some() && waiting > 0);
        // A cut link admits nobody, so nobody else will notice that what waited has departed.
        self.waiting_at(now);
        dropped
    }

    fn reshape(&mut self, now: SimTime, network: &Network, waiting: ByteSize, emptied: bool) {
        let wanted = network.peering(self.id.peering()).shaping(&network.rules);
        let (Some(shaper), Some(wanted)) = (&mut self.shaper, wanted) else { return };
        if shaper.shaping() == wanted && !emptied {
            return;
        }
        shaper.change(now, wanted, waiting);
        for (departure, packet) in &mut self.waiting {
            *departure = shaper.readmit(now, packet.wire_length);
        }
    }
}
