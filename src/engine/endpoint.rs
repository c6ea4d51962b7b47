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

/// Whoever sends from a host, a flow of the plan or a program: one species, with two answers to what comes. It can say
/// its future, and need not be woken for each packet; or it cannot.
pub(super) trait Sends {
    /// When it next sends, as far as it knows now; [`SimTime::NEVER`] if nothing is to come.
    fn next_wake(&self) -> SimTime;
    /// Whether what it sends, and when, is known beforehand whatever happens meanwhile, and packets are alike.
    fn says_its_future(&self) -> bool;
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
