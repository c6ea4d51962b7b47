//! Replays for the worlds of the suite: packets whose sender, receiver, size and kind are drawn one by one, on a grid
//! of few instants, so that they tie with each other and with everything else. Also what a replay without answers
//! leaves unaffected.

use crate::dice::name;
use crate::world::{Maker, SIZES, World};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use vpcsim::engine::{Effort, Mode, Options, Road, Run};
use vpcsim::model::plan::{Destination, Pace, PacketSize, Pattern, Pick, Plan, Traffic};
use vpcsim::model::{HostId, Replay, ReplayFlow, ReplayFrame};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::wire::icmp;
use vpcsim::wire::ipv4::{self, Addressing};
use vpcsim::workload::{Cloud, Transport, UNCAPPED, entry, plan};

/// UDP ports of replayed datagrams: those of the entry, so that nodes are chosen as for other traffic.
const PORTS: (u16, u16) = (4_000, 5_000);

impl Maker {
    /// A replay of up to 20 packets; `host` draws the hosts. Of its echo requests, `answered` percent are answered.
    pub fn replay(&mut self, number: u64, window: u64, answered: u64, host: impl Fn(&mut Maker) -> HostId) -> Traffic {
        let mut flows: Vec<ReplayFlow> = Vec::new();
        let mut index = BTreeMap::new();
        let mut offset = 0;
        for _ in 0..1 + self.dice.below(20) {
            let (from, to) = (host(self), host(self));
            let flow = *index.entry(from).or_insert(flows.len());
            if flow == flows.len() {
                flows.push(ReplayFlow { from, frames: Vec::new() });
            }
            let frame = self.frame(from, to, flow as u16, answered);
            flows[flow].frames.push(ReplayFrame { offset: SimDuration::from_nanos(offset), ..frame });
            offset += self.gap * self.dice.pick(&[0, 0, 1, 1, 2, 5]);
        }
        let period = SimDuration::from_nanos(offset + self.dice.pick(&[0, 1, self.gap]));
        let (passes, speed) = (self.dice.pick(&[1, 1, 3]), self.dice.pick(&["1", "1", "2", "0.7"]));
        let speed = speed.parse().expect("a factor");
        let replay = Replay { flows, passes, period, speed, handled: Vec::new() };
        Traffic {
            name: name(&format!("r{number}")),
            label: None,
            from: [].into(),
            to: Destination::Hosts { hosts: [].into(), pick: Pick::InOrder },
            pattern: Pattern::Replay(Arc::new(replay)),
            size: PacketSize::Fixed(u16::MAX),
            source: None,
            source_port: PORTS.0,
            destination_port: PORTS.1,
            ttl: (64, 64),
            start: SimTime::from_nanos(self.dice.pick(&[0, 0, self.gap])),
            stop: SimTime::from_nanos(window),
            phase: self.dice.pick(&[None, Some(SimDuration::from_nanos(self.gap))]),
            count: self.dice.pick(&[None, None, Some(4)]),
        }
    }

    fn frame(&mut self, from: HostId, to: HostId, flow: u16, answered: u64) -> ReplayFrame {
        let address = |host| self.network.host(host).address;
        let addressing = Addressing { source: address(from), destination: address(to), ttl: 64 };
        let wire_length = self.dice.pick(&SIZES);
        let asks = self.dice.chance(50);
        let head = if asks {
            icmp::echo_request(addressing, wire_length, 7, flow, 0)
        } else {
            ipv4::udp_head(addressing, (PORTS.0 + flow, PORTS.1), wire_length, flow)
        };
        let captured = head.len().min(wire_length.into());
        let bytes = Bytes::copy_from_slice(&head[..captured]);
        let is_answered = asks && self.dice.chance(answered);
        ReplayFrame { offset: SimDuration::ZERO, to, bytes, wire_length, is_answered }
    }
}

/// Three VPCs in a row, no caps. The first replays echo requests to the second, which sends constant traffic to the
/// third.
fn effort_of(is_answered: bool) -> (Effort, u64) {
    let mut cloud = Cloud::new(3);
    let [a, b, c] = ["beijing"; 3].map(|region| cloud.vpc(region, 1));
    cloud.peer(a, b, Transport { delay: SimDuration::from_millis(1), ..UNCAPPED });
    cloud.peer(b, c, Transport { delay: SimDuration::from_millis(1), ..UNCAPPED });
    let [(first, _), (second, source), (third, _)] = [a, b, c].map(|vpc| {
        let host = cloud.hosts(vpc)[0];
        (host, cloud.network.host(host).address)
    });
    let addressing = Addressing { source: cloud.network.host(first).address, destination: source, ttl: 64 };
    let frame = |n: u64| ReplayFrame {
        offset: SimDuration::from_millis(n),
        to: second,
        bytes: Bytes::copy_from_slice(&icmp::echo_request(addressing, 40, 1, n as u16, 0)),
        wire_length: 40,
        is_answered,
    };
    let flows = vec![ReplayFlow { from: first, frames: (0..50).map(frame).collect() }];
    let (passes, speed) = (1, "1".parse().expect("a factor"));
    let replay = Replay { flows, passes, period: SimDuration::ZERO, speed, handled: Vec::new() };
    let replayed = Traffic { pattern: Pattern::Replay(Arc::new(replay)), ..entry("replayed") };
    let steady = Traffic {
        from: [second].into(),
        to: Destination::Hosts { hosts: [third].into(), pick: Pick::InOrder },
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_micros(10))),
        ..entry("steady")
    };
    let plan = Plan { duration: SimTime::from_nanos(100_000_000), ..plan(vec![replayed, steady]) };
    let workers = NonZeroUsize::MIN;
    let mut run = Run::new(cloud.network, plan, Options { mode: Mode::Runs, workers, interval: None, watch: None });
    run.advance(SimTime::NEVER);
    run.finish().expect("the books balance");
    let answered = run.simulation.traffic_books().of(vpcsim::model::TrafficId(0)).whole.ping.answered;
    (run.simulation.effort(), answered)
}

#[test]
fn a_replay_leaves_its_neighbours_to_pass_in_closed_form() {
    for (is_answered, replies) in [(false, 0), (true, 50)] {
        let (effort, answered) = effort_of(is_answered);
        // What is still on the way is counted too.
        assert_eq!((effort.of(Road::Events), effort.of(Road::Closed), answered), (50, 10_000, replies));
    }
}

/// A generator whose replays were never or always answered would show nothing.
#[test]
fn replays_have_requests_of_both_kinds() {
    let (mut answered, mut ignored, mut passes) = (0, 0, 0);
    for seed in 0..200 {
        let world = World::new(seed);
        for entry in &world.plan.traffic {
            let Pattern::Replay(replay) = &entry.pattern else { continue };
            passes += u32::from(replay.passes > 1);
            for frame in replay.flows.iter().flat_map(|flow| &flow.frames) {
                answered += u32::from(frame.is_answered);
                ignored += u32::from(!frame.is_answered && frame.bytes[9] == 1);
            }
        }
    }
    assert!(answered > 50 && ignored > 50 && passes > 10, "{answered} answered, {ignored} not, {passes} again");
}
