//! When endpoints are woken. What they send is treated like any other packet: see `slicing`.

use crate::fairness::Bottleneck;
use bytes::Bytes;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Endpoint, Options, Outbox, Simulation};
use vpcsim::model::HostId;
use vpcsim::model::plan::{Pace, PacketSize};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::wire::ipv4::{self, Addressing};

/// Wakes at fixed instants, sends one packet each time, and records when it was woken.
struct Clock {
    own: Ipv4Addr,
    peer: Ipv4Addr,
    alarms: Vec<SimTime>,
    woken: Arc<Mutex<Vec<SimTime>>>,
}

impl Endpoint for Clock {
    fn next_wake(&self) -> SimTime {
        self.alarms.first().copied().unwrap_or(SimTime::NEVER)
    }
    fn on_wake(&mut self, now: SimTime, out: &mut Outbox) {
        self.alarms.remove(0);
        self.woken.lock().expect("one thread").push(now);
        let to = Addressing { source: self.own, destination: self.peer, ttl: 64 };
        out.send(Bytes::copy_from_slice(&ipv4::udp_head(to, (7, 7), 40, 0)));
    }
    fn on_packet(&mut self, _: SimTime, _: &Bytes, _: &mut Outbox) {}
}

fn at(micros: u64) -> SimTime {
    SimTime::from_nanos(micros * 1_000)
}

/// For an endpoint with these alarms, attached at `seated`: when it was woken, and how many of its packets arrived
/// within a second.
fn woken(alarms: &[SimTime], seated: SimTime) -> (Vec<SimTime>, u64) {
    let bottleneck = Bottleneck::new(1, None, None);
    let plan = bottleneck.plan(1, Pace::Interval(SimDuration::from_secs(100)), PacketSize::Fixed(100), at(0));
    let (host, to, link) = (bottleneck.from[0], bottleneck.to, bottleneck.link);
    let address = |host: HostId| bottleneck.network.host(host).address;
    let woken = Arc::default();
    let clock = Clock { own: address(host), peer: address(to), alarms: alarms.to_vec(), woken: Arc::clone(&woken) };
    let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options::default());
    simulation.advance(seated);
    simulation.attach(host, Box::new(clock));
    simulation.advance(seated + SimDuration::from_secs(1));
    let woken = woken.lock().expect("one thread").clone();
    (woken, simulation.link_book(link).whole.carried.packets)
}

#[test]
fn an_endpoint_may_wake_again_at_the_same_instant() {
    let alarms = [at(5), at(5), at(5), at(9)];
    assert_eq!(woken(&alarms, at(0)), (alarms.to_vec(), 4));
}

#[test]
fn an_endpoint_seated_late_is_never_woken_in_the_past() {
    assert_eq!(woken(&[at(5), at(2_000)], at(1_000)), (vec![at(1_000), at(2_000)], 2));
}
