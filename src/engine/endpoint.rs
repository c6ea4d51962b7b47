//! Endpoints from outside the plan: a program, a lesson, later a TCP stack or a live device, sitting on a host. The
//! plan's own traffic ([`super::sending`]) is sent by built-in endpoints, and every host answers echo requests by
//! itself.

use crate::units::SimTime;
use bytes::Bytes;

/// Something on a host that sends on its own account and reacts to what arrives. Sans I/O: time and packets come in as
/// arguments.
pub trait Endpoint: Send {
    /// When it next wants [`Endpoint::on_wake`]; [`SimTime::NEVER`] if it only reacts. Asked after every call.
    /// An instant that has passed means now; one that never moves on after [`Endpoint::on_wake`] stops time.
    fn next_wake(&self) -> SimTime;
    /// Its time has come.
    fn on_wake(&mut self, now: SimTime, out: &mut Outbox);
    /// A packet for its host arrived: whole, from the IPv4 header on.
    fn on_packet(&mut self, now: SimTime, packet: &Bytes, out: &mut Outbox);
}

/// Where an endpoint puts the packets it wants sent, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(super) packets: Vec<Bytes>,
}

impl Outbox {
    /// Sends an IPv4 packet; one that a router would not take is dropped as `bad_length` or `bad_checksum`.
    pub fn send(&mut self, packet: Bytes) {
        self.packets.push(packet);
    }
}
