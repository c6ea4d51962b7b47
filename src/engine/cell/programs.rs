//! Programs on hosts, and packets from outside: whole packets that come as bytes. Each begins its journey
//! (`journey.rs`) once its header is checked.

use super::super::endpoint::Outbox;
use super::super::observe::{Place, Step};
use super::events::{Raw, Waker};
use super::journey::Journey;
use crate::dataplane::packet::{Packet, PacketId, SourceId, TailId};
use crate::dataplane::router::{self, Sender};
use crate::model::HostId;
use crate::units::SimTime;
use crate::wire::ipv4::HEAD;

impl Journey<'_> {
    /// Has a program wake up, or takes a packet from outside.
    pub(super) fn wake_other(&mut self, now: SimTime, source: SourceId, waker: Waker) {
        match waker {
            Waker::Flow(_) => {}
            Waker::Endpoint(index) => self.wake_endpoint(now, source, index),
            Waker::Outside => {
                if let Some((now, raw)) = self.contents.events.injected() {
                    self.take(now, raw);
                }
            }
        }
    }

    fn wake_endpoint(&mut self, now: SimTime, source: SourceId, index: u32) {
        let seated = &mut self.contents.events.endpoints[index as usize];
        if seated.wake != now || seated.source != source {
            return; // it changed its mind since
        }
        let mut out = Outbox::default();
        seated.wake = SimTime::NEVER; // this alarm is spent: wanting the same instant again is a new one
        seated.endpoint.on_wake(now, &mut out);
        self.send_all(now, index, out);
    }

    /// Sends what an endpoint put into its outbox, and asks when it next wants to wake.
    pub(super) fn send_all(&mut self, now: SimTime, index: u32, out: Outbox) {
        for bytes in out.packets {
            let seated = &mut self.contents.events.endpoints[index as usize];
            let id = PacketId::new(seated.source, seated.sequence);
            seated.sequence += 1;
            let host = seated.host;
            self.take(now, Raw { host, bytes, id });
        }
        let seated = &mut self.contents.events.endpoints[index as usize];
        let wake = seated.endpoint.next_wake().max(now);
        if wake != seated.wake {
            seated.wake = wake;
            let source = seated.source;
            self.contents.events.schedule(wake, source, Waker::Endpoint(index));
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
        let tail = if bytes.len() > HEAD { self.contents.events.tails.put(bytes.slice(HEAD..)) } else { TailId::NONE };
        let mut packet = Packet { id, emitted: now, tail, ..Packet::of(head, length) };
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

    pub(super) fn program_at(&self, host: HostId) -> Option<u32> {
        if !self.scope.shared.endpoint_hosts.contains(&host) {
            return None;
        }
        self.contents.events.endpoint_at(host)
    }
}
