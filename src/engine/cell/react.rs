//! What happens at an instant: senders, programs and packets from outside wake up and send; packets arrive and make
//! hosts and routers answer (S35a). Every packet sent begins a journey of its own.

use super::super::arrival::Arrival;
use super::super::books::Counts;
use super::super::endpoint::Outbox;
use super::super::observe::{Place, Step};
use super::super::road::Road;
use super::answers::{RouterError, answering_subnet, echo_reply};
use super::events::{Event, Raw, Waker};
use super::journey::Journey;
use crate::dataplane::packet::{Packet, PacketId, SourceId, TailId};
use crate::dataplane::router::{self, Sender};
use crate::model::HostId;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

impl Journey<'_> {
    /// Handles every event before `end`.
    pub(super) fn handle(&mut self, end: SimTime) {
        while let Some(event) = self.events.pop(end) {
            match event {
                Event::Arrival(arrival) => self.on_arrival(arrival),
                Event::Wake(_, _, Waker::Flow(index)) => self.wake_flow(index),
                Event::Wake(now, source, Waker::Endpoint(index)) => self.wake_endpoint(now, source, index),
                Event::Wake(_, _, Waker::Outside) => {
                    if let Some((now, raw)) = self.events.injected() {
                        self.take(now, raw);
                    }
                }
            }
        }
    }

    fn wake_flow(&mut self, index: u32) {
        let flow = &mut self.flows[index as usize];
        let (packet, form) = flow.emit(&mut self.events.tails);
        let (host, traffic) = (flow.host, flow.traffic);
        let next = flow.next_wake();
        // Visible routers edit packets, so no path can be remembered.
        let form = form.filter(|_| !self.scope.view.network.rules.routers_visible);
        let path = form.map(|form| flow.path(self.scope.view, form));
        self.events.reschedule_first(next);
        if !self.scope.view.network.host(host).up {
            self.events.tails.take(packet.tail);
            return; // its clock runs on, so that its later packets are the same whether it was down or not
        }
        self.booking.carried_by(Road::Events, 1);
        let counts = Counts::of(1, packet.wire_length);
        self.booking.sent(traffic, &self.scope.shared.edges, packet.emitted, counts);
        self.emit(Sender::Host(host), packet, path);
    }

    fn wake_endpoint(&mut self, now: SimTime, source: SourceId, index: u32) {
        let seated = &mut self.events.endpoints[index as usize];
        if seated.wake != now || seated.source != source {
            return; // it changed its mind since
        }
        let mut out = Outbox::default();
        seated.wake = SimTime::NEVER; // this alarm is spent: wanting the same instant again is a new one
        seated.endpoint.on_wake(now, &mut out);
        self.send_all(now, index, out);
    }

    /// Sends what an endpoint put into its outbox, and asks when it next wants to wake.
    fn send_all(&mut self, now: SimTime, index: u32, out: Outbox) {
        for bytes in out.packets {
            let seated = &mut self.events.endpoints[index as usize];
            let id = PacketId::new(seated.source, seated.sequence);
            seated.sequence += 1;
            let host = seated.host;
            self.take(now, Raw { host, bytes, id });
        }
        let seated = &mut self.events.endpoints[index as usize];
        let wake = seated.endpoint.next_wake().max(now);
        if wake != seated.wake {
            seated.wake = wake;
            let source = seated.source;
            self.events.schedule(wake, source, Waker::Endpoint(index));
        }
    }

    /// Takes a packet that comes as bytes, from an endpoint or from outside. Its header is checked as a router would
    /// check it.
    fn take(&mut self, now: SimTime, Raw { host, bytes, id }: Raw) {
        if !self.scope.view.network.host(host).up {
            return;
        }
        let (length, checked) = match router::take(&bytes) {
            Ok(total) => (total, Ok(())),
            Err(reason) => (u16::try_from(bytes.len()).unwrap_or(u16::MAX), Err(reason)),
        };
        let mut head = [0; HEAD];
        let held = bytes.len().min(HEAD);
        head[..held].copy_from_slice(&bytes[..held]);
        let tail = if bytes.len() > HEAD { self.events.tails.put(bytes.slice(HEAD..)) } else { TailId::NONE };
        let packet = Packet { id, emitted: now, tail, ..Packet::of(head, length) };
        match checked {
            Ok(()) => self.emit(Sender::Host(host), packet, None),
            Err(reason) => {
                self.booking.emitted(1);
                self.tell(now, &packet, Place::Vpc(self.vpc), Step::Emitted);
                let subnet = self.scope.view.network.host(host).subnet;
                self.end_here(now, packet, Err(reason), Some(subnet));
            }
        }
    }

    /// Handles the arrival in this VPC of a packet that something may react to.
    fn on_arrival(&mut self, arrival: Arrival) {
        let Arrival { time, link, mut packet, .. } = arrival;
        let verdict = match link {
            Some(link) => router::enter(self.scope.view, link, &mut packet),
            None => router::accept(self.scope.view, self.vpc, &packet),
        };
        match verdict {
            Ok(host) => {
                let program = self.program_at(host).map(|index| (index, packet.bytes(&self.events.tails)));
                let is_answered = self.scope.shared.is_answered(&packet);
                let reply = is_answered.then(|| echo_reply(time, &packet, &mut self.events.tails));
                self.end_here(time, packet, verdict, None);
                if let Some(reply) = reply {
                    self.emit(Sender::Host(host), reply, None);
                }
                if let Some((index, bytes)) = program {
                    let mut out = Outbox::default();
                    self.events.endpoints[index as usize].endpoint.on_packet(time, &bytes, &mut out);
                    self.send_all(time, index, out);
                }
            }
            Err(reason) => {
                let subnet = answering_subnet(self.scope, self.vpc, &packet, link.is_some());
                let error = subnet.and_then(|s| RouterError::about(self.scope, s, Sender::Router(s), &packet, reason));
                self.end_here(time, packet, verdict, None);
                self.send_error(time, error);
            }
        }
    }

    fn program_at(&self, host: HostId) -> Option<u32> {
        if !self.scope.shared.endpoint_hosts.contains(&host) {
            return None;
        }
        self.events.endpoint_at(host)
    }
}
