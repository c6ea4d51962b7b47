//! Flow logs and the books: one side's lines add up to what the run counted, every line is the one that a scan over all
//! steps of all packets finds, and slices change nothing.

use crate::engine_vs_reference::cases;
use crate::world::World;
use pnet::packet::Packet;
use pnet::packet::ipv4::Ipv4Packet;
use pnet::packet::udp::UdpPacket;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use vpcsim::dataplane::packet::PacketKind;
use vpcsim::engine::{Options, Place, Record, Road, Run, Step};
use vpcsim::model::plan::{Destination, Pace, Pattern, Plan, Traffic};
use vpcsim::model::{LinkId, TrafficId, peering_titles};
use vpcsim::recording::flow_log::{Fields, FlowLog, Format, Length};
use vpcsim::units::{SimDuration, SimTime};
use vpcsim::workload::{Cloud, Transport, UNCAPPED, entry, plan};

const FIELDS: &str = "interface-id,flow-direction,pkt-srcaddr,dstaddr,srcport,dstport,protocol,traffic-path,packets,\
                      bytes,start,end,action";

/// Packets and bytes.
type Sums = (u64, u64);

/// A log as rows of words, and the run behind it.
struct Logged {
    text: String,
    run: Run,
}

fn logged(world: &World, format: Format, slices: u64) -> Logged {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let log = FlowLog::new(&world.plan, format, Length::Minute);
    let observer = log.observer(&run);
    run.simulation.observe(observer);
    let mut text = String::new();
    for slice in 1..=slices {
        run.advance(SimTime::from_nanos(world.plan.duration.as_nanos() * slice / slices));
        text += &log.take(run.simulation.network(), run.simulation.now());
    }
    run.finish().expect("balanced books");
    text += &log.rest(run.simulation.network());
    Logged { text, run }
}

/// Every step of every packet of a world's run.
fn records(world: &World) -> Vec<Record> {
    let mut run = Run::new(world.network.clone(), world.plan.clone(), Options::default());
    let records = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&records);
    run.simulation.observe(Box::new(move |told: &[Record]| sink.lock().expect("no panic").extend_from_slice(told)));
    run.advance(SimTime::from_nanos(world.plan.duration.as_nanos()));
    std::mem::take(&mut *records.lock().expect("no panic"))
}

fn aws() -> Format {
    Format::Aws(Fields::parse(FIELDS).expect("fields of AWS"))
}

impl Logged {
    fn rows(&self) -> impl Iterator<Item = Vec<&str>> {
        self.text.lines().map(|line| line.split(' ').collect())
    }

    /// The sums of the lines, by the words in these columns; packets and bytes stand in the columns `at`.
    fn sums(&self, by: &[usize], at: usize) -> BTreeMap<Vec<&str>, Sums> {
        let mut sums: BTreeMap<Vec<&str>, Sums> = BTreeMap::new();
        for row in self.rows() {
            let sum = sums.entry(by.iter().map(|column| row[*column]).collect()).or_default();
            sum.0 += row[at].parse::<u64>().expect("packets");
            sum.1 += row[at + 1].parse::<u64>().expect("bytes");
        }
        sums
    }

    /// Drops by reason, of every place.
    fn drops(&self) -> BTreeMap<&'static str, u64> {
        let mut drops = BTreeMap::new();
        let network = self.run.simulation.network();
        let links = (0..network.peerings().len() as u32 * 2).map(LinkId);
        let of_link = |link| self.run.simulation.link_book(link).whole.drops.iter().collect::<Vec<_>>();
        let on_links = links.flat_map(of_link);
        let in_vpc = |vpc| self.run.simulation.vpc_book(vpc).drops.iter().collect::<Vec<_>>();
        let in_vpcs = network.vpcs().flat_map(|(vpc, _)| in_vpc(vpc));
        let all = on_links.chain(in_vpcs.map(|(reason, _, dropped)| (reason, dropped.packets)));
        all.for_each(|(reason, packets)| *drops.entry(reason.code()).or_default() += packets);
        drops
    }
}

/// How worlds of each kind are made.
const KINDS: [fn(u64) -> World; 3] = [World::new, World::of_connections, World::of_runs];

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..cases(4) })]

    #[test]
    fn lines_of_interfaces_add_up_to_the_books(kind in 0..KINDS.len(), seed: u64) {
        let world = KINDS[kind](seed);
        let logged = logged(&world, aws(), 7);
        let totals = logged.run.simulation.totals();
        let mut drops = BTreeMap::new();
        let mut passed = [0; 2];
        for (words, (packets, _)) in logged.sums(&[1, 12, 13], 8) {
            match words[..] {
                ["egress", "REJECT", code] => *drops.entry(code).or_default() += packets,
                ["egress", "ACCEPT", "-"] => passed[0] += packets,
                ["ingress", "ACCEPT", "-"] => passed[1] += packets,
                _ => prop_assert!(false, "seed {seed}: {words:?}"),
            }
        }
        prop_assert_eq!(passed, [totals.delivered + totals.in_flight, totals.delivered], "seed {}", seed);
        prop_assert_eq!(drops, logged.drops(), "seed {}", seed);
    }

    #[test]
    fn lines_of_links_add_up_to_their_books(kind in 0..KINDS.len(), seed: u64) {
        let world = KINDS[kind](seed);
        let logged = logged(&world, Format::Ccn, 7);
        let simulation = &logged.run.simulation;
        let network = simulation.network();
        let titles = peering_titles(network);
        // Both directions of a peering bear its name: told apart by the VPC, if their regions do not differ.
        for (id, peering) in network.peerings() {
            let title = titles[id.index()].as_str();
            let books = LinkId::both(id).map(|link| &simulation.link_book(link).whole);
            let offered = books.iter().fold((0, 0), |sum, b| (sum.0 + b.offered.packets, sum.1 + b.offered.bytes));
            let sums = logged.sums(&[1, 14, 16], 10).into_iter().filter(|(words, _)| words[0] == title);
            let found: Vec<_> = sums.map(|(words, sums)| (words[1..].concat(), sums)).collect();
            let all = found.iter().fold((0, 0), |sum, (_, s)| (sum.0 + s.0, sum.1 + s.1));
            prop_assert_eq!(all, offered, "seed {}, {}, {}", seed, title, peering.cross_region);
            let mut by: BTreeMap<String, u64> = BTreeMap::new();
            for (reason, packets) in books.iter().flat_map(|book| book.drops.iter()) {
                *by.entry(format!("REJECT{}", reason.code())).or_default() += packets;
            }
            let carried: u64 = books.iter().map(|book| book.carried.packets).sum();
            let through = carried + LinkId::both(id).map(|link| simulation.on_link(link)).iter().sum::<u64>();
            if through > 0 {
                by.insert("ACCEPT-".to_owned(), through);
            }
            prop_assert_eq!(found.into_iter().map(|(w, s)| (w, s.0)).collect::<BTreeMap<_, _>>(), by);
        }
    }

    #[test]
    fn every_line_is_what_a_scan_over_all_steps_finds(kind in 0..KINDS.len(), seed: u64) {
        let world = KINDS[kind](seed);
        let logged = logged(&world, aws(), 5);
        let mut found: Vec<String> = logged.text.lines().map(str::to_owned).collect();
        let mut expected = scan(&world, &logged);
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected, "seed {}", seed);
    }

    #[test]
    fn slices_change_no_line(kind in 0..KINDS.len(), is_ccn: bool, seed: u64) {
        let (world, format) = (KINDS[kind](seed), if is_ccn { Format::Ccn } else { aws() });
        let [once, often] = [1, 50].map(|slices| logged(&world, format.clone(), slices).text);
        prop_assert!(once == often, "seed {seed}");
    }
}

/// A log of links looks at what links carry, and at nothing else.
#[test]
fn a_log_of_links_slows_nothing_that_stays_in_a_vpc() {
    let mut cloud = Cloud::new(1);
    let ends = [cloud.vpc("beijing", 2), cloud.vpc("beijing", 1)];
    cloud.peer(ends[0], ends[1], Transport { delay: SimDuration::from_millis(1), ..UNCAPPED });
    let [here, there] = ends.map(|vpc| cloud.hosts(vpc));
    let sent = [("inside", here[1]), ("over", there[0])].map(|(name, to)| Traffic {
        from: [here[0]].into(),
        to: Destination::in_order([to]),
        pattern: Pattern::Constant(Pace::Interval(SimDuration::from_millis(1))),
        ..entry(name)
    });
    let plan = Plan { duration: SimTime::from_nanos(1_000_000_000), ..plan(sent.into()) };
    let logged = logged(&World { network: cloud.network, plan }, Format::Ccn, 1);
    let effort = logged.run.simulation.effort();
    let books = logged.run.simulation.traffic_books();
    let [inside, over] = [0, 1].map(|entry| books.of(TrafficId(entry)).whole.sent.packets);
    assert!(inside > 0 && over > 0);
    assert_eq!((effort.of(Road::Closed), effort.of(Road::Looped)), (inside, over));
    assert_eq!(logged.sums(&[], 10).into_values().map(|(packets, _)| packets).sum::<u64>(), over);
}

/// The lines, from all steps at hand: for each packet that was sent, its end is searched for.
fn scan(world: &World, logged: &Logged) -> Vec<String> {
    /// Packets, bytes, first and last second.
    type Sum = (u64, u64, i64, i64);
    let mut lines: BTreeMap<(i64, String, String), Sum> = BTreeMap::new();
    let begin = world.plan.start.timestamp().as_nanosecond();
    let at = |time: SimTime| begin + i128::from(time.as_nanos());
    let mut add = |time: SimTime, record: &Record, before: String, after: String| {
        let second = at(time).div_euclid(1_000_000_000) as i64;
        let sum = lines.entry((second.div_euclid(60), before, after)).or_insert((0, 0, second, second));
        *sum = (sum.0 + 1, sum.1 + u64::from(record.wire_length), sum.2.min(second), sum.3.max(second));
    };
    let senders = crate::traffic::senders(&world.network, &world.plan);
    let network = &world.network;
    let mut steps: BTreeMap<_, Vec<&Record>> = BTreeMap::new();
    let records = records(world);
    records.iter().for_each(|record| steps.entry((record.id, record.kind)).or_default().push(record));
    for record in steps.values().map(|steps| steps[0]) {
        let steps = &steps[&(record.id, record.kind)];
        let Place::Vpc(vpc) = record.place else { panic!("sent in a VPC") };
        let source = Ipv4Packet::new(&record.head).expect("a header").get_source();
        let interface = match record.kind {
            PacketKind::Original => network.host_name(senders[record.id.source().0 as usize].host),
            _ => match network.host_at(vpc, source) {
                Some(host) => network.host_name(host),
                None => format!("{}/router:{source}", network.vpc(vpc).name),
            },
        };
        let link = steps.iter().find_map(|step| match (step.step, step.place) {
            (Step::Offered { .. }, Place::Link(link)) => Some(link),
            _ => None,
        });
        let verdict = steps.iter().find_map(|step| step.verdict());
        let path = match (link, verdict) {
            (Some(link), _) if logged.run.simulation.network().peering(link.peering()).cross_region => "5",
            (Some(_), _) => "4",
            (None, Some(Err(_))) => "-",
            (None, _) => "1",
        };
        let (action, code) = verdict.and_then(Result::err).map_or(("ACCEPT", "-"), |r| ("REJECT", r.code()));
        add(record.time, record, format!("{interface} egress {} {path}", tuple(record)), format!("{action} {code}"));
        if let Some(end) = steps.iter().find(|step| matches!(step.verdict(), Some(Ok(_)))) {
            let Some(Ok(host)) = end.verdict() else { unreachable!("it was found so") };
            add(end.time, end, format!("{} ingress {} -", network.host_name(host), tuple(end)), "ACCEPT -".into());
        }
    }
    lines
        .into_iter()
        .map(|((_, a, b), (packets, bytes, first, last))| format!("{a} {packets} {bytes} {first} {last} {b}"))
        .collect()
}

/// Addresses, ports and protocol, as another library reads them.
fn tuple(record: &Record) -> String {
    let ip = Ipv4Packet::new(&record.head).expect("a header");
    let has_ports = matches!(ip.get_next_level_protocol().0, 6 | 17) && ip.get_fragment_offset() == 0;
    // TCP's ports stand where UDP's do.
    let ports = UdpPacket::new(ip.payload())
        .filter(|_| has_ports)
        .map_or((0, 0), |udp| (udp.get_source(), udp.get_destination()));
    format!("{} {} {} {} {}", ip.get_source(), ip.get_destination(), ports.0, ports.1, ip.get_next_level_protocol().0)
}
