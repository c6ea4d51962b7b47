//! Endpoints from outside the plan that run on a host: a program, a lesson, later a TCP stack or a live device. The
//! plan's own traffic ([`super::sending`]) is sent by built-in endpoints, and every host answers echo requests by
//! itself.

use crate::units::SimTime;
use bytes::Bytes;

/// A program on a host that sends by itself and reacts to what arrives. Sans I/O: time and packets are passed as
/// arguments.
pub trait Endpoint: Send {
    /// When it next wants [`Endpoint::on_wake`]; [`SimTime::NEVER`] if it only reacts. Asked after every call. An
    /// instant that has passed means now; if it never moves on after [`Endpoint::on_wake`], time stops.
    fn next_wake(&self) -> SimTime;
    /// Called at the instant it asked for.
    fn on_wake(&mut self, now: SimTime, out: &mut Outbox);
    /// Called when a packet for its host arrives: complete, from the IPv4 header on.
    fn on_packet(&mut self, now: SimTime, packet: &Bytes, out: &mut Outbox);
}

/// A sender on a host, either a flow of the plan or a program. A sender that can foresee what it sends need not be
/// woken for each packet; any other must be.
pub(super) trait Sends {
    /// When it next sends, as far as it knows now; [`SimTime::NEVER`] if nothing is to come.
    fn next_wake(&self) -> SimTime;
    /// Whether it is known in advance what it sends and when, whatever happens meanwhile, and its packets are alike.
    fn says_its_future(&self) -> bool;
}

/// Where an endpoint puts the packets it wants sent, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(super) packets: Vec<Bytes>,
}

impl Outbox {
    /// Sends an IPv4 packet; one that a router would not accept is dropped as `bad_length` or `bad_checksum`.
    pub fn send(&mut self, packet: Bytes) {
        self.packets.push(packet);
    }
}
