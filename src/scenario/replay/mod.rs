//! Maps the addresses of a capture onto hosts and makes a replay of it. It does not read link layers or file formats
//! (`wire::capture` does), says nothing to the user (`entry` does), and sends nothing.

mod cast;
mod clock;
mod echoes;
mod entry;
#[cfg(test)]
mod tests;
mod ways;

use crate::model::{HostId, Network, REPLAYED_MAX, Replay, ReplayFlow, ReplayFrame};
use crate::notation::Wrong;
use crate::units::{Factor, SimDuration, grouped};
use crate::wire::capture::{self, Capture, CaptureCounts, CaptureError, CapturedFrame};
use crate::wire::rewrite::readdress;
use crate::wire::segment::{self, Segment};
use bytes::Bytes;
use cast::{Cast, Mapping};
use clock::Clock;
use echoes::Answers;
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use ways::Above;

/// How a capture is played.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// Longer silences are shortened to this.
    max_gap: Option<SimDuration>,
    /// How many times as fast as captured; not zero.
    speed: Factor,
    /// How many times the capture is played.
    passes: u64,
    answers: Answers,
    /// TCP packets above this IPv4 total length are cut into segments.
    segment_size: Option<u16>,
    /// Packets later than this after the first packet are not sent, because the entry stops or the run ends.
    span: SimDuration,
    /// Whether the entry has a `stop` before the end of the run.
    is_stopped: bool,
    /// The most packets that one sender sends.
    count: u64,
}

/// A capture turned into a replay, with what is reported about it.
struct Staged {
    replay: Replay,
    counts: CaptureCounts,
    /// The length of the capture as it was read.
    length: SimDuration,
    /// The length of one pass as played, without the silence after it.
    played_length: SimDuration,
    /// Where the file is truncated.
    cut: Option<String>,
    /// The names of the interfaces that it was taken from.
    taken_from: Vec<String>,
    /// How many more there are that have no name.
    unnamed: usize,
    left_out: LeftOut,
    /// Packets mapped onto hosts, all passes.
    packets: u64,
    unsent: Unsent,
    /// Packets of the first pass that lie after the span.
    first_pass_late: u64,
    /// TCP packets to be sent that offload left larger than the MTU of their path.
    above: Option<Above>,
    /// Packets larger than `segment_size` that could not be cut.
    uncut: u64,
    /// All addresses of IPv4 packets in the capture.
    addresses: BTreeSet<Ipv4Addr>,
}

/// Packets of the capture that are not replayed.
#[derive(Debug, Default, Clone, Copy)]
struct LeftOut {
    unmapped: u64,
    to_itself: u64,
    /// Longer than the largest IPv4 packet.
    too_long: u64,
}

/// Packets mapped onto hosts that are never sent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Unsent {
    /// They lie after the span.
    late: u64,
    /// Their sender has reached its count.
    beyond_count: u64,
}

/// Why no replay can be made: the key to blame, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unplayable {
    key: &'static str,
    wrong: Wrong,
}

impl From<CaptureError> for Unplayable {
    fn from(error: CaptureError) -> Unplayable {
        let key = if matches!(error, CaptureError::NoInterface { .. }) { "interface" } else { "file" };
        Unplayable { key, wrong: Wrong { message: error.to_string(), hint: error.hint() } }
    }
}

/// A packet of the capture with the host that plays its sender.
struct Played {
    from: HostId,
    /// The captured address.
    source: Ipv4Addr,
    destination: Ipv4Addr,
    frame: ReplayFrame,
}

/// Reads a capture, or what one interface of it saw, and lets hosts of `network` play it.
fn stage(
    (file, interface): (Bytes, Option<&str>),
    mapping: &Mapping<'_>,
    terms: &Terms,
    network: &Network,
) -> Result<Staged, Unplayable> {
    let capture = capture::read_at(file, interface)?;
    let mut handled = capture.lines();
    let Capture { frames, counts, length, cut, taken_from, unnamed } = capture;
    let mut stage = Stage::new(mapping, terms, network);
    frames.iter().for_each(|frame| stage.take(frame));
    let replied = echoes::mark(&mut stage.played, terms.answers);
    handled.extend(stage.lines(replied));
    let packets = stage.played.len() as u64;
    let all = check_passes(packets, &stage.clock, terms.passes)?;
    let Stage { clock, left_out, played, uncut, addresses, .. } = stage;
    let (flows, passes) = (flows(played), terms.passes);
    let mut replay = Replay { flows, passes, period: clock.period(), speed: terms.speed, handled };
    let (unsent, first_pass_late) = end(&mut replay, terms);
    let played_length = clock.length();
    let above = ways::above(network, &replay);
    Ok(Staged {
        replay,
        counts,
        length,
        played_length,
        cut,
        taken_from,
        unnamed,
        left_out,
        packets: all,
        unsent,
        first_pass_late,
        above,
        uncut,
        addresses,
    })
}

/// The number of packets in all passes together.
fn check_passes(packets: u64, clock: &Clock, passes: u64) -> Result<u64, Unplayable> {
    let wrong = |message: String, hint: &str| Unplayable { key: "repeat", wrong: Wrong::new(message).hint(hint) };
    if passes > 1 && packets > 0 && clock.length() == SimDuration::ZERO {
        let message = "all packets of the capture are of one instant, so that its passes would be too".to_owned();
        return Err(wrong(message, "take a longer capture, or leave `repeat` out"));
    }
    // A capture that fits into memory, at most a million times.
    match packets * passes {
        all if all <= REPLAYED_MAX => Ok(all),
        all => {
            let message = format!("{} packets would be replayed; at most {} are", grouped(all), grouped(REPLAYED_MAX));
            Err(wrong(message, "repeat it less often, or cut the capture"))
        }
    }
}

/// Removes packets that are never sent; returns how many they are, and how many of the first pass lie after the span.
fn end(replay: &mut Replay, terms: &Terms) -> (Unsent, u64) {
    let (mut unsent, mut first_pass_late) = (Unsent::default(), 0);
    let mut first_only = true;
    let mut kept = Vec::new();
    for flow in 0..replay.flows.len() {
        let in_time = replay.packets_before(flow, terms.span);
        let sent = in_time.min(terms.count);
        unsent.late += replay.packets(flow) - in_time;
        unsent.beyond_count += in_time - sent;
        let of_pass = replay.flows[flow].frames.len() as u64;
        first_pass_late += of_pass.saturating_sub(in_time);
        first_only &= sent <= of_pass;
        kept.push(sent.min(of_pass));
    }
    if first_only {
        replay.passes = 1;
        for (flow, kept) in replay.flows.iter_mut().zip(kept) {
            flow.frames.truncate(kept as usize);
        }
        // Flows are in the order of their first packets, so only the last can be empty and no other changes its number.
        replay.flows.retain(|flow| !flow.frames.is_empty());
    }
    let late = if terms.is_stopped { "behind `stop`, not sent" } else { "behind the end of the run, not sent" };
    let some = [(late, unsent.late), ("beyond `count`, not sent", unsent.beyond_count)];
    let some = some.into_iter().filter(|(_, count)| *count > 0);
    replay.handled.extend(some.map(|(what, count)| (what.to_owned(), count)));
    (unsent, first_pass_late)
}

/// Packets grouped by sender, in order of first appearance.
fn flows(played: Vec<Played>) -> Vec<ReplayFlow> {
    let mut flows: Vec<ReplayFlow> = Vec::new();
    let mut index: BTreeMap<HostId, usize> = BTreeMap::new();
    for Played { from, frame, .. } in played {
        let at = *index.entry(from).or_insert(flows.len());
        if at == flows.len() {
            flows.push(ReplayFlow { from, frames: Vec::new() });
        }
        flows[at].frames.push(frame);
    }
    flows
}

/// Multicast or broadcast.
fn is_group(address: Ipv4Addr) -> bool {
    address.is_multicast() || address.is_broadcast()
}

/// Assigns hosts and a time to each packet of a capture in turn.
struct Stage<'a> {
    network: &'a Network,
    terms: &'a Terms,
    cast: Cast<'a>,
    clock: Clock,
    played: Vec<Played>,
    left_out: LeftOut,
    addresses: BTreeSet<Ipv4Addr>,
    to_groups: u64,
    cut: u64,
    segments: u64,
    uncut: u64,
}

impl<'a> Stage<'a> {
    fn new(mapping: &Mapping<'a>, terms: &'a Terms, network: &'a Network) -> Stage<'a> {
        Stage {
            network,
            terms,
            cast: Cast::new(mapping),
            clock: Clock::new(terms.max_gap),
            played: Vec::new(),
            left_out: LeftOut::default(),
            addresses: BTreeSet::new(),
            to_groups: 0,
            cut: 0,
            segments: 0,
            uncut: 0,
        }
    }

    /// Takes the next packet. Packets that are left out do not advance the clock.
    fn take(&mut self, frame: &CapturedFrame) {
        let Some((source, destination)) = addresses(frame) else { return };
        self.addresses.extend([source, destination]);
        let Some((from, to)) = self.cast.pair(source, destination) else {
            self.left_out.unmapped += 1;
            return;
        };
        if from == to {
            self.left_out.to_itself += 1;
            return;
        }
        let segments = self.segments(frame);
        if segments.is_empty() {
            self.left_out.too_long += 1;
            return;
        }
        self.to_groups += u64::from(is_group(destination));
        let offset = self.clock.play(frame.time);
        let (new_source, new_destination) = (self.network.host(from).address, self.network.host(to).address);
        for Segment { bytes, wire_length } in segments {
            let bytes = readdress(&bytes, wire_length, new_source, new_destination);
            let frame = ReplayFrame { offset, to, bytes, wire_length, is_answered: false };
            self.played.push(Played { from, source, destination, frame });
        }
    }

    /// The packet, or its segments if it is to be cut; empty if it is longer than a packet can be.
    fn segments(&mut self, frame: &CapturedFrame) -> Vec<Segment> {
        let is_large = |size: &u16| segment::is_tcp(&frame.ip) && frame.wire_length > u32::from(*size);
        if let Some(size) = self.terms.segment_size.filter(is_large) {
            if let Some(segments) = segment::segments(&frame.ip, frame.wire_length, size) {
                self.cut += 1;
                self.segments += segments.len() as u64;
                return segments;
            }
            self.uncut += 1;
        }
        let whole = |wire_length| Segment { bytes: frame.ip.clone(), wire_length };
        u16::try_from(frame.wire_length).map(whole).into_iter().collect()
    }

    /// What happened to the packets, in words.
    fn lines(&self, replied: u64) -> Vec<(String, u64)> {
        let hosts: BTreeSet<HostId> = self.played.iter().flat_map(|one| [one.from, one.frame.to]).collect();
        let always = ["packets to replay", "addresses mapped", "hosts used"];
        let lines = [
            (always[0], self.played.len() as u64 * self.terms.passes),
            ("passes", if self.terms.passes > 1 { self.terms.passes } else { 0 }),
            ("unmapped, left out", self.left_out.unmapped),
            ("from a host to itself, left out", self.left_out.to_itself),
            ("longer than a packet can be, left out", self.left_out.too_long),
            ("offloaded TCP packets cut", self.cut),
            ("segments made of them", self.segments),
            ("TCP packets above `segment_size` that could not be cut", self.uncut),
            ("to multicast or broadcast, replayed to one host", self.to_groups),
            ("echo requests whose reply is in the capture", replied),
            ("silences shortened", self.clock.shortened),
            (always[1], self.cast.len() as u64),
            (always[2], hosts.len() as u64),
        ];
        let lines = lines.into_iter().filter(|(what, count)| *count > 0 || always.contains(what));
        lines.map(|(what, count)| (what.to_owned(), count)).collect()
    }
}

fn addresses(frame: &CapturedFrame) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let address = |at: usize| {
        let octets: [u8; 4] = frame.ip.get(at..at + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(octets))
    };
    Some((address(12)?, address(16)?))
}
