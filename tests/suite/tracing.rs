//! The story of a packet against a dull twin: an observer of everything, whose records are filtered by name. The same
//! story in both modes, on any number of threads, in any slices.

use crate::dice::Dice;
use crate::engine_vs_reference::cases;
use crate::story::{Told, describe, engine};
use crate::world::World;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use vpcsim::dataplane::packet::{PacketId, PacketKind, SourceId};
use vpcsim::engine::{Mode, Options, Pass, Place, Run, Step};
use vpcsim::model::LinkId;
use vpcsim::model::plan::{Destination, Pace, Pattern, Traffic};
use vpcsim::trace::{Answer, Event, Kind, Nothing, Played, Question, Queue, Senders, Story, Then, Wanted, Way, trace};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::workload::{Cloud, entry, plan};

/// Asks a question about a world; runs are cut into slices of this length.
fn ask(world: &World, question: Question, options: Options, slice: SimDuration) -> Answer {
    let play = |pass: &dyn Pass| {
        let mut run = Run::new(world.network.clone(), world.plan.clone(), options);
        pass.begin(&mut run);
        while !run.is_done() && !pass.is_over(&run) {
            let until = run.simulation.now() + slice;
            run.advance(until);
        }
        run.finish().expect("the books balance");
        Ok::<_, Infallible>(Played::of(&run, pass))
    };
    let Ok(answer) = trace(&world.network, &world.plan, question, play);
    answer
}

/// The same in one slice.
fn asked(world: &World, question: Question) -> Answer {
    ask(world, question, Options::default(), SimDuration::from_nanos(u64::MAX))
}

fn story(answer: Answer) -> Story {
    match answer {
        Answer::Told(story) => *story,
        other => panic!("{other:?}"),
    }
}

fn kind(kind: PacketKind) -> Kind {
    match kind {
        PacketKind::Original | PacketKind::Segment => Kind::Packet,
        PacketKind::Reply => Kind::Reply,
        PacketKind::ErrorAboutOriginal => Kind::Error,
        PacketKind::ErrorAboutReply => Kind::ErrorAboutReply,
    }
}

/// A step without names: what both accounts know.
#[derive(Debug, PartialEq, Eq)]
enum Bare {
    Emitted,
    Offered { tokens: Option<u64>, packets: u64, bytes: u64 },
    Departed,
    Arrived,
    Delivered(String),
    Dropped(&'static str),
}

fn of_story(way: &Way) -> Vec<(SimTime, Bare)> {
    let waits = u64::from(way.bytes);
    let bare = |event: &Event| {
        Some(match event {
            Event::Emitted { .. } => Bare::Emitted,
            Event::Offered { tokens, ahead, ahead_bytes, then } => {
                let own = u64::from(*then == Then::Waits);
                let tokens = tokens.map(|tokens| tokens.as_u64());
                Bare::Offered { tokens, packets: ahead + own, bytes: ahead_bytes.as_u64() + own * waits }
            }
            Event::Departed { .. } => Bare::Departed,
            Event::Arrived { .. } => Bare::Arrived,
            Event::Delivered { host, .. } => Bare::Delivered(host.clone()),
            Event::Dropped { reason, .. } => Bare::Dropped(reason),
            Event::Routed { .. } | Event::Changed { .. } => return None,
        })
    };
    way.steps.iter().filter_map(|step| Some((step.time, bare(&step.event)?))).collect()
}

fn of_records(world: &World, records: &[Told]) -> Vec<(SimTime, Bare)> {
    let bare = |step| match step {
        Step::Emitted => Bare::Emitted,
        Step::Offered { waiting, packets, tokens } => {
            Bare::Offered { tokens: tokens.map(|t| t.as_u64()), packets, bytes: waiting.as_u64() }
        }
        Step::Departed => Bare::Departed,
        Step::Arrived => Bare::Arrived,
        Step::Ended(Ok(host)) => Bare::Delivered(world.network.host_name(host)),
        Step::Ended(Err(reason)) => Bare::Dropped(reason.code()),
    };
    records.iter().map(|record| (record.time, bare(record.step))).collect()
}

/// Everything that happened in a world, by packet.
struct Everything {
    world: World,
    senders: Senders,
    records: Vec<Told>,
}

impl Everything {
    fn of(world: World) -> Everything {
        let senders = Senders::of(&world.plan);
        let records = engine(&world).0;
        Everything { world, senders, records }
    }

    fn steps(&self, id: PacketId, kind: PacketKind) -> Vec<Told> {
        self.records.iter().filter(|r| (r.id, r.kind) == (id, kind)).copied().collect()
    }

    /// Compares the story of a packet with the records that bear its name.
    fn check(&self, id: PacketId, story: &Story) {
        let place = || format!("{}\n{}", story.name, describe(&self.world));
        assert_eq!(story.name, self.senders.name(id));
        let mut own: Vec<&Way> = story.ways.iter().filter(|way| way.name == story.name).collect();
        for of in [
            PacketKind::Original,
            PacketKind::Segment,
            PacketKind::Reply,
            PacketKind::ErrorAboutOriginal,
            PacketKind::ErrorAboutReply,
        ] {
            let records = self.steps(id, of);
            let Some(first) = records.first() else { continue };
            let at =
                own.iter().position(|way| way.kind == kind(of)).unwrap_or_else(|| panic!("no {of:?} of {}", place()));
            let way = own.remove(at);
            assert_eq!(of_story(way), of_records(&self.world, &records), "{of:?} of {}", place());
            assert_eq!((way.bytes, way.emitted), (first.wire_length, first.emitted), "{}", place());
            self.check_look_up(way, &records, &place());
            let at_buckets = records.iter().filter_map(|record| match (record.step, record.place) {
                (Step::Offered { tokens: Some(_), .. }, Place::Link(link)) => Some((link, record)),
                _ => None,
            });
            for ((link, record), queue) in at_buckets.zip(&way.queues) {
                self.check_neighbours(link, record, queue, &place());
            }
        }
        assert!(own.is_empty(), "{own:?} of {}", place());
        for way in story.ways.iter().filter(|way| way.name != story.name) {
            let answer = self.senders.packet(&way.name).expect("a name");
            let of = if way.kind == Kind::Packet { PacketKind::Segment } else { PacketKind::ErrorAboutOriginal };
            let records = self.steps(answer, of);
            assert_eq!(of_story(way), of_records(&self.world, &records), "{} of {}", way.name, place());
            assert!(story.ways[0].ended <= Some(way.emitted), "{} before {}", way.name, place());
        }
    }

    /// The routers' look-up, which is computed anew, leads where the packet went.
    fn check_look_up(&self, way: &Way, records: &[Told], place: &str) {
        let is_over = records.iter().any(|record| matches!(record.step, Step::Offered { .. }));
        let next_hop = way.steps.iter().find_map(|step| match &step.event {
            Event::Routed { entry, .. } => Some(entry.as_ref().map(|entry| entry.next_hop.as_str())),
            _ => None,
        });
        let is_peering = matches!(next_hop, Some(Some(hop)) if !["local", "blackhole"].contains(&hop));
        assert!(!is_over || is_peering, "{next_hop:?}: {place}");
        let is_delivered = records.iter().any(|record| matches!(record.step, Step::Ended(Ok(_))));
        assert!(!is_delivered || is_over || next_hop == Some(Some("local")), "{next_hop:?}: {place}");
    }

    /// Neighbours stand beside a packet in the order in which packets leave the bucket.
    fn check_neighbours(&self, link: LinkId, subject: &Told, queue: &Queue, place: &str) {
        let mut stays: BTreeMap<(PacketId, PacketKind), (SimTime, Option<SimTime>)> = BTreeMap::new();
        for record in self.records.iter().filter(|record| record.place == Place::Link(link)) {
            let key = (record.id, record.kind);
            match record.step {
                Step::Offered { .. } => drop(stays.insert(key, (record.time, None))),
                Step::Departed => stays.entry(key).or_default().1 = Some(record.time),
                _ => {}
            }
        }
        let itself = queue.packets.iter().position(|packet| packet.is_it).expect("it is in its own queue");
        let (ahead, behind) = (&queue.packets[..itself], &queue.packets[itself + 1..]);
        for near in ahead.iter().chain(behind) {
            let is_it = |((id, of), stay): (&(PacketId, PacketKind), &(SimTime, Option<SimTime>))| {
                self.senders.name(*id) == near.name && kind(*of) == near.kind && *stay == (near.offered, near.departed)
            };
            assert!(stays.iter().any(is_it), "{near:?} near {place}");
        }
        let mut departures: Vec<SimTime> = stays.values().filter_map(|stay| stay.1).collect();
        departures.sort_unstable();
        let shown: Vec<SimTime> = queue.packets.iter().filter_map(|packet| packet.departed).collect();
        assert!(
            departures.windows(shown.len().max(1)).any(|window| window == shown) || shown.is_empty(),
            "{shown:?} are not next to each other: {place}"
        );
        let Some((came, Some(left))) = stays.get(&(subject.id, subject.kind)) else { return };
        let before = departures.partition_point(|departure| departure < left);
        let missing = before.min(3).saturating_sub(ahead.len());
        assert!(missing == 0, "{missing} more came before {came}, {left}: {place}");
    }
}

/// A packet of the world, of any sender.
fn any(everything: &Everything, dice: &mut Dice) -> Option<PacketId> {
    let sent: Vec<PacketId> = everything
        .records
        .iter()
        .filter(|record| record.step == Step::Emitted && record.kind.is_of_source())
        .map(|record| record.id)
        .collect();
    (!sent.is_empty()).then(|| dice.pick(&sent))
}

fn worlds(seed: u64) -> [World; 2] {
    [World::new(seed), World::of_connections(seed)]
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(60) })]

    #[test]
    fn a_story_is_what_an_observer_of_everything_sees_of_a_packet(seed: u64) {
        for world in worlds(seed) {
            let everything = Everything::of(world);
            let mut dice = Dice::new(seed ^ 0x7ace);
            for _ in 0..4 {
                let Some(id) = any(&everything, &mut dice) else { continue };
                everything.check(id, &story(asked(&everything.world, Question::Packet(id))));
            }
        }
    }

    #[test]
    fn the_first_drop_and_the_slowest_are_those_that_a_scan_finds(seed: u64) {
        for world in worlds(seed) {
            let everything = Everything::of(world);
            let drops = || everything.records.iter().filter(|r| matches!(r.step, Step::Ended(Err(_))));
            let found = asked(&everything.world, Question::Found(Wanted::FirstDrop(None), None));
            check_found(&everything, drops().next(), found, &Nothing::NoDrop(None));
            let last = drops().next_back().and_then(|r| if let Step::Ended(Err(reason)) = r.step { Some(reason) } else { None });
            if let Some(reason) = last {
                let wanted = Wanted::FirstDrop(Some(reason));
                let first = drops().find(|r| r.step == Step::Ended(Err(reason)));
                let found = asked(&everything.world, Question::Found(wanted, None));
                check_found(&everything, first, found, &Nothing::NoDrop(Some(reason)));
            }
            let senders = crate::traffic::senders(&everything.world.network, &everything.world.plan);
            let took = |r: &Told| r.time.since(r.emitted);
            let is_meant = |r: &Told| match r.step {
                Step::Ended(Ok(_)) if r.kind.is_error() => false,
                Step::Ended(Ok(host)) => {
                    let sender = &senders[r.id.source().0 as usize];
                    let meant = if r.kind == PacketKind::Reply { Some(sender.host) } else { sender.meant(r.id.sequence()) };
                    meant.is_none_or(|meant| meant == host)
                }
                _ => false,
            };
            let mut slowest: Option<&Told> = None;
            for record in everything.records.iter().filter(|record| is_meant(record)) {
                if slowest.is_none_or(|best| took(record) > took(best)) {
                    slowest = Some(record);
                }
            }
            let found = asked(&everything.world, Question::Found(Wanted::Slowest, None));
            check_found(&everything, slowest, found, &Nothing::NoDelivery);
        }
    }

    #[test]
    fn a_story_does_not_depend_on_how_the_run_is_carried(seed: u64) {
        for world in worlds(seed) {
            let everything = Everything::of(world);
            let mut dice = Dice::new(seed ^ 0x51ce);
            let Some(id) = any(&everything, &mut dice) else { continue };
            let world = &everything.world;
            let slice = SimDuration::from_nanos(world.plan.duration.as_nanos() / (2 + dice.below(40)) + 1);
            for question in [Question::Packet(id), Question::Found(Wanted::FirstDrop(None), None)] {
                let whole = asked(world, question);
                for options in [
                    Options { mode: Mode::Packets, ..Options::default() },
                    Options { workers: NonZeroUsize::new(3).expect("not zero"), ..Options::default() },
                ] {
                    let other = ask(world, question, options, slice);
                    prop_assert!(whole == other, "seed {seed}\n{whole:?}\n{other:?}");
                }
            }
        }
    }
}

fn check_found(everything: &Everything, expected: Option<&Told>, found: Answer, nothing: &Nothing) {
    let Some(expected) = expected else {
        assert_eq!(found, Answer::Nothing(nothing.clone()), "{}", describe(&everything.world));
        return;
    };
    let story = story(found);
    everything.check(expected.id, &story);
    let way = &story.ways[story.found];
    let found = (way.kind, way.emitted, way.ended);
    assert_eq!(found, (kind(expected.kind), expected.emitted, Some(expected.time)), "{}", story.name);
}

/// One sender, three senders, and one sender more.
fn senders() -> Senders {
    let mut cloud = Cloud::new(1);
    let vpc = cloud.vpc("beijing", 4);
    let hosts = cloud.hosts(vpc);
    let of = |name: &str, from: std::ops::Range<usize>| Traffic {
        from: hosts[from].into(),
        to: Destination::in_order([hosts[3]]),
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_millis(1))),
        count: Some(9),
        ..entry(name)
    };
    Senders::of(&plan(vec![of("one", 0..1), of("three", 0..3), of("last", 0..1)]))
}

#[test]
fn every_packet_has_a_name_that_leads_back_to_it() {
    let senders = senders();
    for source in 0..5 {
        for sequence in [0, 1, 8] {
            let id = PacketId::new(SourceId(source), sequence);
            assert_eq!(senders.packet(&senders.name(id)), Ok(id));
        }
    }
    let named = [(0, 0), (1, 0), (3, 8), (4, 1)].map(|(s, n)| senders.name(PacketId::new(SourceId(s), n)));
    assert_eq!(named, ["one#1", "three:1#1", "three:3#9", "last#2"]);
    assert_eq!(senders.packet("one:1#1"), senders.packet("one#1"));
}

#[test]
fn a_name_that_leads_nowhere_says_what_is_there() {
    let told = |text: &str| senders().packet(text).map(|id| id.to_string()).unwrap_or_else(|bad| bad.to_string());
    assert_eq!(told("three#2"), "`three` has 3 flows, and `three#2` does not say which");
    assert_eq!(told("three:4#2"), "`three` has no flow 4: it has 3");
    assert_eq!(told("two#2"), "no traffic entry is called `two`");
    assert_eq!(told("one#10"), "`one` has no packet 10: each of its flows sends at most 9");
    assert!(told("one:back#1").starts_with("`one` is no entry of TCP connections"));
    for malformed in ["one", "one#0", "one#", "one#x", "one:0#1", "three:1:2#1", "one:x#1", "one#-1", "#1:2"] {
        assert!(told(malformed).ends_with("is not the name of a packet"), "{}", told(malformed));
    }
}
