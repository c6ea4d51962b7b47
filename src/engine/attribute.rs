//! Which number of a traffic entry's book the end of a packet changes. One rule for originals, replies and ICMP errors.

use super::books::{Counts, TrafficBook, TrafficCounts};
use super::shared::SourceInfo;
use crate::dataplane::packet::{Packet, PacketKind};
use crate::model::Verdict;
use crate::units::SimTime;
use crate::wire::icmp::{self, ErrorKind};

/// Books the end of `packet` at `time`: an original and its reply by when the original was sent, an ICMP error by when
/// the router sent it.
pub(super) fn end(book: &mut TrafficBook, source: &SourceInfo, time: SimTime, packet: &Packet, verdict: Verdict) {
    match packet.kind {
        PacketKind::Original => {
            let is_meant = verdict.is_ok_and(|host| source.is_meant_for(host, packet.id.sequence()));
            let (one, delay) = (Counts::of(1, packet.wire_length), time.since(packet.emitted));
            book.each(packet.emitted, |c| {
                originals(c, is_meant, verdict, one);
                if is_meant {
                    c.delay.record(delay, 1);
                }
            });
        }
        PacketKind::Reply => {
            let asked = asked(source, packet);
            book.each(asked.unwrap_or(packet.emitted), |c| reply(c, source, asked, time, verdict));
        }
        PacketKind::ErrorAboutOriginal if verdict == Ok(source.from) => {
            let Some(kind) = ErrorKind::of(&packet.head) else { return };
            let key = (kind, packet.source());
            book.each(packet.emitted, |c| *c.icmp_errors.entry(key).or_default() += 1);
        }
        PacketKind::ErrorAboutOriginal | PacketKind::ErrorAboutReply => {}
    }
}

/// Books the ends of originals, but for their delays; `is_meant` says whether the host that took them is the one they
/// name.
pub(super) fn originals(counts: &mut TrafficCounts, is_meant: bool, verdict: Verdict, ended: Counts) {
    match verdict {
        Ok(_) if is_meant => counts.delivered.add(ended),
        Ok(_) => counts.misdelivered += ended.packets,
        Err(reason) => counts.drops.add(reason, ended.packets),
    }
}

fn reply(counts: &mut TrafficCounts, source: &SourceInfo, asked: Option<SimTime>, time: SimTime, verdict: Verdict) {
    match verdict {
        Ok(host) if host == source.from => {
            counts.ping.answered += 1;
            if let Some(asked) = asked {
                counts.ping.round_trip.record(time.since(asked), 1);
            }
        }
        Ok(_) => counts.ping.misdelivered += 1,
        Err(reason) => counts.ping.drops.add(reason, 1),
    }
}

/// When the request went out: our own pings carry it; a replayed one does not.
fn asked(source: &SourceInfo, reply: &Packet) -> Option<SimTime> {
    source.is_ping.then(|| SimTime::from_nanos(icmp::echo_sent_ns(&reply.head)))
}
