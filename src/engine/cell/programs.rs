//! Programs on hosts, and packets from outside: what they send begins its journey (`journey.rs`), once its header is
//! checked.

use super::super::endpoint::{Outbox, Received};
use super::super::observe::{Place, Step};
use super::events::{Raw, Seated};
use super::journey::Journey;
use super::wakes::Waker;
use crate::dataplane::packet::{Packet, PacketId, SourceId, TailId};
use crate::dataplane::router::{self, Sender};
use crate::model::HostId;
use crate::units::SimTime;
use crate::wire::ipv4::{self, HEAD};

impl Journey<'_> {
    /// Has a program wake up, if its alarm is still due.
    pub(super) fn wake_endpoint(&mut self, now: SimTime, source: SourceId, index: u32) {
        let seated = &mut self.contents.events.endpoints[index as usize];
        if seated.scheduled != now || seated.source != source {
            return; // it set an earlier alarm since
        }
        seated.scheduled = SimTime::NEVER;
        if seated.wake > now {
            return self.schedule(index); // it put the alarm off since
        }
        let mut out = Outbox::default();
        seated.wake = SimTime::NEVER; // this alarm is spent: wanting the same instant again is a new one
        seated.endpoint.on_wake(now, &mut out);
        self.send_all(now, index, out);
    }

    /// Schedules a program's alarm, unless it is woken earlier anyway.
    fn schedule(&mut self, index: u32) {
        let Seated { wake, source, ref mut scheduled, .. } = self.contents.events.endpoints[index as usize];
        if wake < *scheduled {
            *scheduled = wake;
            self.contents.events.wakes.schedule(wake, source, Waker::Endpoint(index));
        }
    }

    /// Hands a packet to the program that hears it.
    pub(super) fn tell_program(&mut self, now: SimTime, index: u32, packet: &Received) {
        let mut out = Outbox::default();
        self.contents.events.endpoints[index as usize].endpoint.on_packet(now, packet, &mut out);
        self.send_all(now, index, out);
    }

    /// Sends what an endpoint put into its outbox, and asks when it next wants to wake.
    fn send_all(&mut self, now: SimTime, index: u32, out: Outbox) {
        for sent in out.packets {
            let seated = &mut self.contents.events.endpoints[index as usize];
            let id = PacketId::new(seated.source, seated.sequence);
            seated.sequence += 1;
            let host = seated.host;
            self.take(now, Raw { host, sent, id });
        }
        let seated = &mut self.contents.events.endpoints[index as usize];
        seated.wake = seated.endpoint.next_wake().max(now);
        self.schedule(index);
    }

    /// Takes a packet from an endpoint or from outside. Its header is checked as a router would check it.
    pub(super) fn take(&mut self, now: SimTime, Raw { host, sent, id }: Raw) {
        if !self.scope.view.network.host(host).up {
            return;
        }
        let header = sent.header();
        let (length, checked) = match router::take(&header[..sent.length.min(header.len())], sent.length) {
            Ok(total) => (total, Ok(())),
            Err(reason) => (u16::try_from(sent.length).unwrap_or(u16::MAX), Err(reason)),
        };
        let tail = sent.tail.map_or(TailId::NONE, |tail| self.contents.events.tails.put(tail));
        let header_length = ipv4::payload_offset(&sent.head) as u8;
        let mut packet = Packet { id, emitted: now, tail, header_length, ..Packet::of(sent.head, length) };
        packet.head[usize::from(length).min(HEAD)..].fill(0);
        match checked {
            Ok(()) => self.emit(Sender::Host(host), &mut packet, None),
            Err(reason) => {
                self.contents.booking.emitted(1);
                self.tell(now, &packet, Place::Vpc(self.vpc), Step::Emitted);
                let subnet = self.scope.view.network.host(host).subnet;
                self.end_here(now, &packet, Err(reason), Some(subnet));
            }
        }
    }

    /// The program that hears a packet for a host, and what it hears.
    pub(super) fn heard_by(&self, host: HostId, packet: &Packet) -> Option<(u32, Received)> {
        if !self.scope.shared.hears(host) {
            return None;
        }
        let events = &self.contents.events;
        let received = Received::new(packet.clone(), events.tails.get(packet.tail).cloned());
        Some((events.endpoint_at(host, received.port())?, received))
    }
}
