//! What a driver relies on: when endpoints are woken, which packets they hear, which echoes are answered, and how long
//! nothing happens. What endpoints send is treated like any other packet: see `slicing`.

use crate::dice::Dice;
use crate::fairness::Bottleneck;
use crate::world::World;
use bytes::Bytes;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Endpoint, Hears, Mode, Options, Outbox, Received, Simulation};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Plan, Traffic};
use vpcsim::model::{HostId, QueueLimit, TrafficId};
use vpcsim::units::{BitRate, ByteSize, SimDuration, SimTime};
use vpcsim::wire::icmp::{self, ErrorKind};
use vpcsim::wire::ipv4::{self, Addressing};
use vpcsim::wire::payload;
use vpcsim::workload::{Cloud, Transport, entry, plan};

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
    fn on_packet(&mut self, _: SimTime, _: &Received, _: &mut Outbox) {}
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
    simulation.attach(host, Hears::Rest, Box::new(clock)).expect("the only one there");
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

/// Keeps what it hears; wakes a millisecond after the last packet.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<Bytes>>>,
    woken: Arc<Mutex<Vec<SimTime>>>,
    alarm: Option<SimTime>,
}

impl Endpoint for Listener {
    fn next_wake(&self) -> SimTime {
        self.alarm.unwrap_or(SimTime::NEVER)
    }
    fn on_wake(&mut self, now: SimTime, _: &mut Outbox) {
        self.alarm = None;
        self.woken.lock().expect("one thread").push(now);
    }
    fn on_packet(&mut self, now: SimTime, packet: &Received, _: &mut Outbox) {
        self.alarm = Some(now + SimDuration::from_millis(1));
        self.heard.lock().expect("one thread").push(packet.bytes());
    }
}

impl Listener {
    fn heard(&self) -> Vec<Bytes> {
        std::mem::take(&mut self.heard.lock().expect("one thread"))
    }
}

/// One host here, one there, a way from the first to the second, and a plan that sends nothing while tests run.
fn quiet() -> (Bottleneck, Plan) {
    let bottleneck = Bottleneck::new(1, None, None);
    let plan = bottleneck.plan(1, Pace::Interval(SimDuration::from_secs(100)), PacketSize::Fixed(100), at(0));
    (bottleneck, plan)
}

fn udp(bottleneck: &Bottleneck, ports: (u16, u16), length: u16) -> [u8; 40] {
    let address = |host| bottleneck.network.host(host).address;
    let to = Addressing { source: address(bottleneck.from[0]), destination: address(bottleneck.to), ttl: 64 };
    ipv4::udp_head(to, ports, length, 0)
}

#[test]
fn an_alarm_that_every_packet_puts_off_goes_once_after_the_last() {
    let (bottleneck, plan) = quiet();
    let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options::default());
    let listener = Listener::default();
    simulation.attach(bottleneck.to, Hears::Rest, Box::new(listener.clone())).expect("the only one there");
    let packet = Bytes::copy_from_slice(&udp(&bottleneck, (7, 7), 40));
    for micros in [0, 400, 900, 5_000, 5_900] {
        simulation.inject(bottleneck.from[0], packet.clone(), at(micros)).expect("not in the past");
    }
    simulation.advance(at(100_000));
    let delay = bottleneck.network.peering(bottleneck.link.peering()).delay;
    let expected = [900, 5_900].map(|last| at(last + 1_000) + delay);
    assert_eq!(*listener.woken.lock().expect("one thread"), expected);
}

#[test]
fn endpoints_of_one_host_hear_their_ports_and_one_hears_the_rest() {
    let (bottleneck, plan) = quiet();
    let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options::default());
    let (seven, rest) = (Listener::default(), Listener::default());
    let port = Hears::Port { protocol: 17, port: 7 };
    simulation.attach(bottleneck.to, port, Box::new(seven.clone())).expect("the first");
    simulation.attach(bottleneck.to, Hears::Rest, Box::new(rest.clone())).expect("another");
    let refused = simulation.attach(bottleneck.to, port, Box::new(Listener::default())).expect_err("heard already");
    assert_eq!(refused.to_string(), "another endpoint of far/sink hears Port { protocol: 17, port: 7 }");
    let address = |host| bottleneck.network.host(host).address;
    let there = Addressing { source: address(bottleneck.from[0]), destination: address(bottleneck.to), ttl: 64 };
    let error_about = |ports| {
        let mut quote = [0; 28];
        quote.copy_from_slice(&udp(&bottleneck, ports, 100)[..28]);
        Bytes::copy_from_slice(&icmp::error(there, ErrorKind::HostUnreachable, &quote))
    };
    let datagram = |port| Bytes::copy_from_slice(&udp(&bottleneck, (9, port), 40));
    let echo = Bytes::copy_from_slice(&icmp::echo_request(there, 40, 7, 7, 0));
    let mut fragment = udp(&bottleneck, (9, 7), 40);
    fragment[7] = 1; // its offset; the checksum must count it, and DF is off
    fragment[6] = 0;
    fragment[10..12].copy_from_slice(&[0, 0]);
    let checksum = payload::fold(payload::sum_bytes(&fragment[..20]));
    fragment[10..12].copy_from_slice(&checksum.to_be_bytes());
    let sent =
        [datagram(7), datagram(8), echo, error_about((7, 1)), error_about((1, 7)), Bytes::copy_from_slice(&fragment)];
    for packet in &sent {
        simulation.inject(bottleneck.from[0], packet.clone(), at(0)).expect("not in the past");
    }
    simulation.advance(at(100_000));
    let of = |numbers: &[usize]| numbers.iter().map(|n| sent[*n].clone()).collect::<Vec<_>>();
    assert_eq!(seven.heard(), of(&[0, 3]));
    assert_eq!(rest.heard(), of(&[1, 2, 4, 5]));
}

/// Sends one packet by its head when it starts.
struct Brief([u8; 40], u16, Option<Bytes>, SimTime);

impl Endpoint for Brief {
    fn next_wake(&self) -> SimTime {
        self.3
    }
    fn on_wake(&mut self, _: SimTime, out: &mut Outbox) {
        out.send_head(self.0, self.1, self.2.take());
        self.3 = SimTime::NEVER;
    }
    fn on_packet(&mut self, _: SimTime, _: &Received, _: &mut Outbox) {}
}

#[test]
fn what_is_sent_by_its_head_arrives_whole() {
    let (bottleneck, plan) = quiet();
    let (address, length) = (|host| bottleneck.network.host(host).address, 1_500);
    let mut tcp = [0; 40];
    let to = Addressing { source: address(bottleneck.from[0]), destination: address(bottleneck.to), ttl: 64 };
    ipv4::write_header(&mut tcp, to, pnet::packet::ip::IpNextHeaderProtocols::Tcp, length, 0);
    tcp[32] = 0x60; // 24 bytes: 4 of options
    let options = Bytes::from_static(&[1, 1, 1, 1]);
    let synthetic = |from: usize| (from..usize::from(length)).map(move |at| payload::byte(at - from));
    let zeros = std::iter::repeat_n(0, usize::from(length) - 44);
    let cases = [
        (udp(&bottleneck, (7, 7), length), None, synthetic(28).skip(12).collect::<Vec<u8>>()),
        (tcp, Some(options.clone()), options.iter().copied().chain(zeros).collect()),
    ];
    for (head, tail, rest) in cases {
        let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options::default());
        let listener = Listener::default();
        simulation.attach(bottleneck.to, Hears::Rest, Box::new(listener.clone())).expect("the only one there");
        let brief = Brief(head, length, tail, at(5));
        simulation.attach(bottleneck.from[0], Hears::Rest, Box::new(brief)).expect("the only one there");
        simulation.advance(at(100_000));
        assert_eq!(listener.heard(), [[&head[..], &rest].concat()]);
    }
}

#[test]
fn a_host_answers_echoes_unless_it_is_told_not_to() {
    for mode in [Mode::Runs, Mode::Packets] {
        let (bottleneck, mut plan) = quiet();
        let interval = SimDuration::from_millis(10);
        plan.traffic[0].pattern = Pattern::Ping { interval };
        (plan.traffic[0].phase, plan.traffic[0].stop) = (Some(SimDuration::from_nanos(0)), at(1_000_000));
        let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options { mode, ..Options::default() });
        // The requests of 0, 10, 20 … ms arrive a little later.
        for (millis, answers) in [(300, false), (500, false), (700, true)] {
            simulation.advance(at(millis * 1_000));
            simulation.answer_echoes(bottleneck.to, answers);
        }
        simulation.advance(at(2_000_000));
        simulation.check_books().expect("balanced books");
        let counts = simulation.traffic_books().of(TrafficId(0)).whole;
        // There is no way back, so each reply is dropped.
        let replies = counts.ping.drops.total();
        assert_eq!((counts.sent.packets, counts.delivered.packets, replies), (100, 100, 60), "{mode:?}");
    }
}

#[test]
fn an_endpoint_hears_the_echoes_that_its_host_does_not_answer() {
    for mode in [Mode::Runs, Mode::Packets] {
        let (bottleneck, mut plan) = quiet();
        plan.traffic[0].pattern = Pattern::Ping { interval: SimDuration::from_millis(10) };
        (plan.traffic[0].phase, plan.traffic[0].stop) = (Some(SimDuration::from_nanos(0)), at(1_000_000));
        let mut simulation = Simulation::new(bottleneck.network.clone(), &plan, Options { mode, ..Options::default() });
        let listener = Listener::default();
        simulation.attach(bottleneck.to, Hears::Rest, Box::new(listener.clone())).expect("the only one there");
        simulation.answer_echoes(bottleneck.to, false);
        simulation.advance(at(1_000_000));
        assert_eq!(listener.heard().len(), 100, "{mode:?}");
    }
}

/// Together the two entries send more than the link lets through, one of them alone does not.
#[test]
fn requests_that_nobody_answers_count_where_others_are_known_beforehand() {
    let told = [Mode::Runs, Mode::Packets].map(|mode| {
        let mut cloud = Cloud::new(1);
        let [near, far] = ["guangzhou", "beijing"].map(|region| cloud.vpc(region, 2));
        let capped = Transport {
            bandwidth: Some(BitRate::from_mbps(1)),
            burst: Some(ByteSize::from_bytes(1_500)),
            queue: QueueLimit::Packets(10),
            delay: SimDuration::from_millis(20),
        };
        cloud.peer(near, far, capped);
        let ping = |n: usize| Traffic {
            from: [cloud.hosts(near)[n]].into(),
            to: Destination::in_order([cloud.hosts(far)[n]]),
            pattern: Pattern::Ping { interval: SimDuration::from_millis(16) },
            size: PacketSize::Fixed(1_250),
            ..entry(&format!("ping-{n}"))
        };
        let plan = plan(vec![ping(0), ping(1)]);
        let silent = cloud.hosts(far)[1];
        let mut simulation = Simulation::new(cloud.network, &plan, Options { mode, ..Options::default() });
        simulation.answer_echoes(silent, false);
        simulation.advance(at(20_000_000));
        [0, 1].map(|entry| {
            let whole = simulation.traffic_books().of(TrafficId(entry)).whole;
            (whole.delivered, whole.drops, whole.delay.max(), whole.ping.answered, whole.ping.round_trip.max())
        })
    });
    assert!(told[1][0].1.total() > 0, "the link is too wide");
    assert_eq!(told[0], told[1]);
}

#[test]
fn nothing_happens_before_the_next_event() {
    let mut dice = Dice::new(5);
    for seed in 0..60 {
        let world = World::of_echoes(seed);
        let mode = dice.pick(&[Mode::Runs, Mode::Packets]);
        let mut simulation =
            Simulation::new(world.network.clone(), &world.plan, Options { mode, ..Options::default() });
        simulation.advance(SimTime::from_nanos(dice.below(world.plan.duration.as_nanos())));
        for _ in 0..100 {
            let (before, next) = (simulation.totals(), simulation.next_event());
            if next >= world.plan.duration {
                break;
            }
            simulation.advance(next);
            assert_eq!(simulation.totals(), before, "seed {seed}, before {next}");
            simulation.advance(next + SimDuration::from_nanos(1));
            assert!(simulation.next_event() > next, "seed {seed}: stands still at {next}");
        }
    }
}
