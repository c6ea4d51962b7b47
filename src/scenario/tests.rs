//! The language as a whole: the tables are complete, valid scenarios are read correctly, damaged ones never panic.
//! `tests/broken/` checks the complaints about invalid scenarios.

use super::*;
use crate::model::plan::{Destination, Metric, Pace, PacketSize, Pattern, Pick, Subject};
use crate::model::{Change, DropReason, NextHop, QueueLimit};
use crate::notation::{Field, Kind, Section, asked};
use crate::units::{BitRate, ByteSize};
use std::collections::BTreeMap;

/// Files in memory.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        let found = self.0.get(&path.display().to_string());
        found.map(|bytes| Bytes::from(bytes.clone())).ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

const FULL: &str = include_str!("../../tests/broken/full.toml");

fn load_with(text: &[u8], overrides: &[(&str, &str)]) -> Result<Scenario, Vec<Diagnostic>> {
    let files = [
        ("s/full.toml", text.to_vec()),
        ("s/routes.txt", b"# more\n172.20.0.0/16 P13 # by name\n172.21.0.0/16\n\n172.22.0.0/16 blackhole".to_vec()),
        ("s/sizes.txt", b"100 25\n1500 100\n".to_vec()),
        ("s/rates.csv", b"time,other,load\n0,1,2000\n1,1,4000\n".to_vec()),
        ("s/a.pcap", b"".to_vec()),
    ];
    let memory = Memory(files.map(|(name, bytes)| (name.to_owned(), bytes)).into());
    let set = |(key, value): &(&str, &str)| Edit::Set(Override { key: (*key).into(), value: (*value).into() });
    load(Path::new("s/full.toml"), &memory, &overrides.iter().map(set).collect::<Vec<_>>())
}

fn good(text: &str) -> Scenario {
    load_with(text.as_bytes(), &[]).unwrap_or_else(|all| panic!("{}", told(&all)))
}

fn told(all: &[Diagnostic]) -> String {
    all.iter().map(|d| format!("{}\n", d.json())).collect()
}

fn sections() -> Vec<&'static Section> {
    fn visit(section: &'static Section, all: &mut Vec<&'static Section>) {
        all.push(section);
        section.all_fields().for_each(|field: &Field| kind(&field.kind, all));
    }
    fn kind(of: &'static Kind, all: &mut Vec<&'static Section>) {
        match of {
            Kind::OneOf(kinds) => kinds.iter().for_each(|k| kind(k, all)),
            Kind::Table(inner) | Kind::Named(inner) | Kind::List(inner) if all.iter().all(|s| s.name != inner.name) => {
                visit(inner, all);
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    visit(&language::SCENARIO, &mut all);
    all
}

#[test]
fn every_key_of_the_language_is_read() {
    // This capture does not exist: the entry is read, then complained about.
    let with_replay = format!("{FULL}\n[traffic.r]\npattern = \"replay\"\nfile = \"a.pcap\"\n");
    let _ = load_with(with_replay.as_bytes(), &[]);
    for section in sections() {
        for field in section.all_fields() {
            // The reader itself evaluates the tag that chooses the variant.
            let is_read = matches!(field.kind, Kind::Tag) || asked::was(section.name, field.name);
            assert!(is_read, "[{}] {} is never read", section.name, field.name);
        }
    }
}

#[test]
fn the_schema_names_every_section() {
    let schema = schema();
    for section in sections().iter().filter(|s| s.name != "scenario") {
        assert!(schema["$defs"].get(section.name).is_some(), "{}", section.name);
    }
    assert_eq!(schema["properties"]["duration"]["type"], "string");
    assert_eq!(schema["$defs"]["at"]["oneOf"].as_array().map(Vec::len), Some(verbs::SECTIONS.len()));
}

#[test]
fn the_full_scenario_means_what_it_says() {
    let Scenario { network, plan, .. } = good(FULL);
    assert_eq!(plan.question.as_deref(), Some("does every key of the language load?"));
    let p12 = network.find_peering("P12").map(|p| network.peering(p));
    let shaping = p12.and_then(|p| p.shaping(&network.rules));
    assert_eq!(shaping.map(|s| (s.rate, s.queue)), Some((BitRate::from_mbps(100), QueueLimit::Packets(10))));
    let routed = |table: &str, to: &str| {
        let vpc = network.find_vpc("VPC1")?;
        let table = network.table(network.find_table(vpc, table)?);
        table.routes.get(&to.parse().ok()?).map(|r| r.via)
    };
    assert_eq!(routed("T", "172.22.0.0/16"), Some(NextHop::Blackhole));
    assert!(matches!(routed("A", "10.0.1.0/24"), Some(NextHop::Peering(_))));
    let hosts: Vec<String> = network.hosts().map(|(id, _)| network.host_name(id)).collect();
    assert_eq!(&hosts[..4], ["VPC1/web", "VPC1/many-1", "VPC1/many-2", "VPC1/many-3"]);
    let traffic = |name: &str| plan.traffic.iter().find(|t| t.name.as_str() == name).expect("declared");
    assert!(matches!(&traffic("sync").pattern, Pattern::Constant(Pace::Rate(r)) if *r == BitRate::from_mbps(80)));
    let Destination::Hosts { hosts, pick } = &traffic("many").to else { panic!("hosts are named") };
    assert_eq!((hosts.len(), *pick), (2, Pick::Random));
    assert!(matches!(&traffic("mix").size, PacketSize::Mix(m) if m[..] == [(100, 250_000_000), (1500, 750_000_000)]));
    assert!(matches!(traffic("imix").size, PacketSize::Mix(ref m) if m.len() == 3));
    assert!(matches!(traffic("probe").pattern, Pattern::Ping { .. }));
}

/// More senders than packet identifiers can tell apart.
#[test]
fn too_many_senders_are_refused_where_they_are_too_many() {
    let mut text = String::from(
        r#"
name = "crowd"
duration = "1 s"
[vpc.V]
region = "beijing"
cidr = "10.0.0.0/8"
[vpc.V.subnet.S]
cidr = "10.0.0.0/15"
[vpc.V.host.h]
count = 65000
"#,
    );
    for entry in 0..248 {
        text += &format!(
            "[traffic.t{entry}]\nfrom = \"V/h-*\"\nto = \"V/h-1\"\ninterval = \"1 s\"\npacket_size = \"100 B\"\n"
        );
    }
    let Err(all) = load_with(text.as_bytes(), &[]) else { panic!("16,120,000 senders are too many") };
    let told: Vec<String> = all.iter().map(Diagnostic::headline).collect();
    assert_eq!(told, ["with [traffic.t246] a run has more than 16,000,000 senders (line 1241)"]);
}

/// The example of the documentation, as a person would type it.
const QUICK_START: &str = r#"# Question: do two peered VPCs talk once both sides have a route?
name     = "quick start"
duration = "10 s"

[vpc.VPC1]
region = "guangzhou"
cidr   = "192.168.0.0/16"

[vpc.VPC1.subnet.A]
cidr   = "192.168.1.0/24"
routes = [{ to = "10.0.1.0/24", via = "PeerConn" }]

[vpc.VPC1.host.web]
subnet  = "A"
address = "192.168.1.10"

[vpc.VPC2]
region = "beijing"
cidr   = "10.0.0.0/16"

[vpc.VPC2.subnet.B]
cidr   = "10.0.1.0/24"
routes = [{ to = "192.168.1.0/24", via = "PeerConn" }]

[vpc.VPC2.host.db]
subnet  = "B"
address = "10.0.1.10"

[peering.PeerConn]
requester = "VPC1"
accepter  = "VPC2"
bandwidth = "100 Mbps"          # cross-region: must be set

[traffic.sync]
from = "VPC1/web"
to   = "VPC2/db"
rate = "80 Mbps"
packet_size = "1500 B"

[[at]]
time      = "5 s"
do        = "change_bandwidth"
peering   = "PeerConn"
bandwidth = "50 Mbps"

[[expect]]
traffic = "sync"
between = ["5 s", "10 s"]
loss    = ["30 %", "40 %"]
"#;

#[test]
fn the_quick_start_loads_without_a_remark() {
    let Scenario { plan, warnings, .. } = good(QUICK_START);
    assert!(warnings.is_empty(), "{}", told(&warnings));
    assert_eq!(plan.timeline[0].text, "change_bandwidth PeerConn 50 Mbps");
    let check = &plan.expectations[0].checks[0];
    assert_eq!((check.low, check.high, check.text.as_str()), (300_000_000, 400_000_000, "30 % to 40 %"));
}

#[test]
fn the_timeline_is_in_order_and_says_how_long() {
    let Scenario { plan, .. } = good(FULL);
    assert!(plan.timeline.is_sorted_by_key(|a| a.time));
    let said: Vec<&str> = plan.timeline.iter().map(|a| a.text.as_str()).collect();
    assert!(said.contains(&"change_bandwidth P12 50 Mbps"), "{said:?}");
    assert!(said.contains(&"add_route VPC1/A 172.30.0.0/16 via blackhole disabled"), "{said:?}");
    let lossy = plan.timeline.iter().find(|a| a.text == "link_loss P12 5 % for 1 s").expect("it is said");
    let second = Some(SimDuration::from_secs(1));
    assert!(matches!(lossy.change, Change::SetLoss { lasts, .. } if lasts == second));
}

#[test]
fn expectations_become_ranges() {
    let Scenario { network, plan, .. } = good(FULL);
    let check = |metric| plan.expectations.iter().flat_map(|e| &e.checks).find(|c| c.metric == metric).expect("stated");
    assert_eq!((check(Metric::Loss).low, check(Metric::Loss).high), (0, 399_999_999));
    assert_eq!(check(Metric::DroppedBy(DropReason::NoRoute)).text, "> 0");
    let Subject::Link { from, .. } = plan.expectations[3].subject else { panic!("a direction") };
    assert_eq!(network.vpc(from).name.as_str(), "VPC2");
}

#[test]
fn overrides_meet_the_same_checks() {
    let set = |key, value| load_with(FULL.as_bytes(), &[(key, value)]);
    let burst = |s: &Scenario| s.network.find_peering("P12").and_then(|p| s.network.peering(p).burst);
    let loaded = set("peering.P12.burst", "3000 B").unwrap_or_else(|all| panic!("{}", told(&all)));
    assert_eq!(burst(&loaded), Some(ByteSize::from_bytes(3000)));
    assert!(set("name", "7").is_ok());
    assert!(set("at.1.time", "'9 s'").is_ok());
    for (key, value, wanted) in [
        ("peering.P12.bandwith", "50 Mbps", "did you mean `bandwidth`?"),
        ("peering.P21.bandwidth", "50 Mbps", "did you mean `P12`?"),
        ("peering.P12.bandwidth", "50", "\"--set peering.P12.bandwidth\""),
        ("at.99.time", "1 s", "numbered from 1"),
        ("a b", "1 s", "is not a key"),
        ("seed.x", "1", "has no parts"),
    ] {
        let all = set(key, value).expect_err(key);
        assert!(told(&all).contains(wanted), "{key}: {}", told(&all));
    }
}

#[test]
fn damaged_text_never_panics() {
    for at in 0..FULL.len() {
        let _ = load_with(&FULL.as_bytes()[..at], &[]);
    }
    // A fixed linear congruential sequence makes the damage repeatable.
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..2_000 {
        let mut bytes = FULL.as_bytes().to_vec();
        for _ in 0..=next(6) {
            let at = next(bytes.len());
            bytes[at] = b"\"[]{}=,#. \n09azAZ-_/%<>\xff\x00"[next(25)];
        }
        if let Err(all) = load_with(&bytes, &[]) {
            assert!(!all.is_empty());
            #[cfg(feature = "render")]
            all.iter().take(3).for_each(|d| assert!(!d.render(Some(100), false).is_empty()));
        }
    }
}

#[test]
fn half_a_million_routes_load_quickly() {
    let lines: String =
        (0..500_000_u32).map(|n| format!("{}/32\n", std::net::Ipv4Addr::from(0x6400_0000 + n))).collect();
    let text = FULL.replace("routes.txt", "big.txt");
    let files = [
        ("s/full.toml", text),
        ("s/big.txt", lines),
        ("s/sizes.txt", "100 100\n".into()),
        ("s/rates.csv", "0,1,load\n0,1,2\n".into()),
    ];
    let memory = Memory(files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into());
    let loaded = load(Path::new("s/full.toml"), &memory, &[]).unwrap_or_else(|all| panic!("{}", told(&all)));
    let largest = loaded.network.tables().map(|(_, t)| t.routes.len()).max();
    assert_eq!(largest, Some(500_000));
    assert!(loaded.warnings.len() < 30);
}

/// The steps of an entry of the full scenario, in seconds and bit/s.
fn steps_of(plan: &Plan, name: &str) -> Vec<(u64, u64)> {
    let entry = plan.traffic.iter().find(|t| t.name.as_str() == name).expect("declared");
    let (Pattern::Series(series) | Pattern::Diurnal(series)) = &entry.pattern else { panic!("{name} has no steps") };
    series.steps().map(|(at, rate)| (at.as_nanos() / 1_000_000_000, rate.as_bps())).collect()
}

#[test]
fn rates_that_change_become_steps_of_the_run() {
    let plan = good(FULL).plan;
    assert_eq!(plan.start.to_string(), "2017-06-01T08:00:00+08:00[Asia/Shanghai]");
    assert_eq!(steps_of(&plan, "measured"), [(0, 1_000_000), (5, 2_000_000)]);
    assert_eq!(steps_of(&plan, "stated"), [(0, 1_000_000), (5, 0), (6, 2_000_000)]);
    // Half a day and 27.5 min from the peak, at the middle of the first 5 civil minutes.
    assert_eq!(steps_of(&plan, "daily"), [(0, 1_003_595)]);
}

#[test]
fn a_daily_curve_follows_the_civil_clock() {
    let day = [("duration", "24 h"), ("start", "2017-10-29T00:02:00"), ("zone", "Europe/Berlin")];
    let plan = load_with(FULL.as_bytes(), &day).unwrap_or_else(|all| panic!("{}", told(&all))).plan;
    let steps = steps_of(&plan, "daily");
    assert_eq!(steps[1].0, 180, "civil steps of 5 minutes");
    let peak = steps.iter().max_by_key(|step| step.1).expect("steps");
    // The clocks go back: 20:30 comes 21 h 28 min after 00:02.
    assert!((77_000..77_600).contains(&peak.0), "{peak:?}");
}

#[test]
fn half_a_million_rows_load_quickly_and_gaps_are_counted() {
    let rows: String = (0..500_000_u32).filter(|n| n % 1_000 != 7).map(|n| format!("{n},0,{}\n", n % 90)).collect();
    let files = [("s/full.toml", FULL.to_owned()), ("s/rates.csv", format!("t,o,load\n{rows}"))];
    let more = [("s/routes.txt", String::new()), ("s/sizes.txt", "100 100\n".into())];
    let all = files.into_iter().chain(more).map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let loaded = load(Path::new("s/full.toml"), &Memory(all), &[]).unwrap_or_else(|all| panic!("{}", told(&all)));
    let measured = loaded.plan.traffic.iter().find(|t| t.name.as_str() == "measured").expect("declared");
    let Pattern::Series(series) = &measured.pattern else { panic!("a series") };
    assert_eq!(series.handled[0].1, 499_500);
    assert_eq!(series.handled[1].1, 500, "{:?}", series.handled);
}
