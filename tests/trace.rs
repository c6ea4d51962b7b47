//! `vpcsim trace`: stories of packets whose instants and tokens are calculated by hand, names that name nothing, exit
//! codes, and the page.

mod loading;
mod page;
mod program;

use loading::loaded;
use page::keeps_to_its_page;
use program::{Said, folder, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::convert::Infallible;
use vpcsim::engine::{Options, Pass, Run};
use vpcsim::report::{self, Page};
use vpcsim::trace::{Answer, Played, Question, Senders, trace};

/// 1500 bytes every millisecond, from 0 s on, at a bucket of 15 kB that 1 Mbps refills by 125 bytes a millisecond.
fn text(queue: &str) -> String {
    format!(
        r#"
name     = "a bucket"
duration = "1 s"

[vpc.near]
region = "beijing"
cidr   = "10.1.0.0/16"
[vpc.near.subnet.A]
cidr   = "10.1.1.0/24"
routes = [{{ to = "10.2.0.0/16", via = "line" }}]
[vpc.near.host.sender]

[vpc.far]
region = "shanghai"
cidr   = "10.2.0.0/16"
[vpc.far.subnet.A]
cidr = "10.2.1.0/24"
[vpc.far.host.receiver]

[peering.line]
requester = "near"
accepter  = "far"
bandwidth = "1 Mbps"
burst     = "15 kB"
queue     = "{queue}"
delay     = "20 ms"

[traffic.sync]
from        = "near/sender"
to          = "far/receiver"
interval    = "1 ms"
phase       = "0 s"
packet_size = "1500 B"
"#
    )
}

/// Traces in a folder with the bucket's scenario.
fn traced(queue: &str, args: &[&str]) -> Said {
    let folder = folder(&[("bucket.toml", text(queue))]);
    program::vpcsim(folder.path(), &[&["trace", "bucket.toml"], args].concat())
}

/// Traces a shipped scenario.
fn shipped(name: &str, args: &[&str]) -> Said {
    program::vpcsim(root(), &[&["trace", &format!("scenarios/{name}.toml")], args].concat())
}

fn step<'a>(way: &'a Value, event: &str) -> &'a Value {
    let steps = way["steps"].as_array().expect("a list");
    steps.iter().find(|step| step["event"] == event).unwrap_or_else(|| panic!("no {event} in {way}"))
}

#[test]
fn ten_packets_pass_a_policer_and_the_next_meets_too_few_tokens() {
    // Packet n comes after n - 1 others and n - 1 ms: 15,000 - 10 · (1500 - 125) = 1250 bytes for the eleventh.
    let story = traced("0 packets", &["--first-drop", "--json"]).ended(0).json();
    assert_eq!((&story["format"], &story["version"]), (&json!("vpcsim-trace"), &json!(1)));
    let way = &story["story"]["ways"][0];
    assert_eq!((&way["name"], &way["emitted_ns"]), (&json!("sync#11"), &json!(10_000_000)));
    let offered = step(way, "offered");
    assert_eq!((&offered["tokens_bytes"], &offered["then"]), (&json!(1_250), &json!("refused")));
    assert_eq!(step(way, "dropped")["reason"], "policer_exceeded");
    let tenth = traced("0 packets", &["--packet", "sync#10", "--json"]).ended(0).json();
    let offered = step(&tenth["story"]["ways"][0], "offered").clone();
    assert_eq!((&offered["tokens_bytes"], &offered["then"]), (&json!(2_625), &json!("departs")));
}

#[test]
fn a_packet_that_waits_is_told_as_a_story() {
    // It lacks 250 bytes, which take 2 ms; each one behind it lacks 1500, which take 12 ms.
    let told = traced("1 s", &["--packet", "sync#11"]).ended(0);
    insta::assert_snapshot!(told.out, @r"
    sync#11: UDP, 1500 B, near/sender, 10.1.1.2 -> 10.2.1.2: delivered to far/receiver after 22 ms
           at  where             what
       0.01 s  near              sent by near/sender
                                 table near/A of subnet near/A: 10.2.0.0/16 -> line
               line near -> far  meets 1250 B of tokens and an empty queue: waits
      0.012 s  line near -> far  departs, after it waited 2 ms
      0.032 s  line near -> far  leaves the far end, 20 ms later
               far               delivered to far/receiver

      header
      IPv4       45 00 05 dc 00 0a 40 00 40 11 1f 01 0a 01 01 02 0a 02 01 02
      behind it  c0 00 13 89 05 c8 85 6b
      Nothing in the header was changed on the way.

      At the bucket of line near -> far:
      packet   bytes     came  departed
      sync#8   1,500  0.007 s   0.007 s
      sync#9   1,500  0.008 s   0.008 s
      sync#10  1,500  0.009 s   0.009 s
      sync#11  1,500   0.01 s   0.012 s  <- this one
      sync#12  1,500  0.011 s   0.024 s
      sync#13  1,500  0.012 s   0.036 s
      sync#14  1,500  0.013 s   0.048 s

    No reply: hosts answer only echo requests and TCP segments.
    ");
}

#[test]
fn a_change_while_it_waits_is_part_of_the_story() {
    // At 11 ms it lacks 125 bytes, which take 0.5 ms at 2 Mbps.
    let change = "11 ms change_bandwidth line bandwidth='2 Mbps'";
    let story = traced("1 s", &["--packet", "sync#11", "--do", change, "--json"]).ended(0).json();
    let way = &story["story"]["ways"][0];
    let changed = step(way, "changed");
    assert_eq!((&changed["time_ns"], &changed["is_on_wire"]), (&json!(11_000_000), &json!(false)));
    assert!(changed["change"].as_str().is_some_and(|change| change.contains("2 Mbps")), "{changed}");
    assert_eq!(step(way, "departed")["time_ns"], 11_500_000);
}

#[test]
fn the_story_ends_on_the_link_when_the_peering_is_deleted() {
    let drop = ["--first-drop", "--do", "31 ms delete line", "--json"];
    let story = traced("1 s", &drop).ended(0).json();
    let way = &story["story"]["ways"][0];
    // What departed within the last 20 ms is on the wire: first sync#11, since 12 ms.
    assert_eq!((&way["name"], &way["ended_ns"]), (&json!("sync#11"), &json!(31_000_000)));
    assert_eq!(
        (&step(way, "changed")["is_on_wire"], &step(way, "dropped")["reason"]),
        (&json!(true), &json!("peering_deleted"))
    );
}

#[test]
fn a_ping_is_told_with_its_reply_and_where_it_goes_astray() {
    let story = shipped("reply-elsewhere", &["--packet", "from-left#1", "--json"]).ended(0).json();
    let ways = story["story"]["ways"].as_array().expect("a list").clone();
    let kinds: Vec<&Value> = ways.iter().map(|way| &way["kind"]).collect();
    assert_eq!(kinds, ["packet", "reply"]);
    let end = step(&ways[1], "delivered");
    assert_eq!((&end["host"], &end["is_meant"]), (&json!("right/client"), &json!(false)));
    assert_eq!(step(&ways[1], "routed")["entry"]["next_hop"], "hub-right");
}

#[test]
fn what_visible_routers_change_is_named_and_their_error_is_told() {
    let story = shipped("ttl-steps", &["--packet", "trace#3", "--json"]).ended(0).json();
    let changed: Vec<&Value> =
        story["story"]["ways"][0]["header"]["changed"].as_array().expect("a list").iter().collect();
    assert_eq!(changed[0], &json!({ "field": "TTL", "before": "3", "after": "1" }));
    assert_eq!((changed.len(), &changed[1]["field"]), (2, &json!("header checksum")));
    let error = shipped("ttl-steps", &["--first-drop", "ttl_expired"]).ended(0).out;
    assert!(error.contains("error about trace#1: ICMP error (time exceeded)"), "{error}");
}

#[test]
fn a_segment_is_told_with_its_acknowledgment() {
    let story = shipped("tcp-copy", &["--packet", "copy#2", "--json"]).ended(0).json();
    let ways = story["story"]["ways"].as_array().expect("a list").clone();
    let what: Vec<(&str, &str)> =
        ways.iter().filter_map(|way| Some((way["name"].as_str()?, way["what"].as_str()?))).collect();
    assert_eq!(what, [("copy#2", "TCP ACK with 1460 B of data"), ("copy:back#2", "TCP ACK")]);
    assert_eq!(ways[0]["ended_ns"], ways[1]["emitted_ns"]);
}

#[test]
fn the_entries_that_lose_are_those_of_the_packets_time() {
    let text = "name = \"s\"\nduration = \"5 s\"\n\
        [vpc.a]\nregion = \"beijing\"\ncidr = \"10.0.0.0/16\"\n[vpc.a.subnet.s]\ncidr = \"10.0.1.0/24\"\n\
        routes = [{ to = \"10.1.0.0/16\", via = \"p\" }, { to = \"10.1.1.0/24\", via = { blackhole = true } }]\n\
        [vpc.a.host.h]\n\
        [vpc.b]\nregion = \"beijing\"\ncidr = \"10.1.0.0/16\"\n\
        [vpc.b.subnet.s]\ncidr = \"10.1.1.0/24\"\n[vpc.b.host.h]\n\
        [peering.p]\nrequester = \"a\"\naccepter = \"b\"\n\
        [traffic.t]\nfrom = \"a/h\"\nto = \"b/h\"\npacket_size = \"100 B\"\ninterval = \"1 s\"\nphase = \"0 s\"\n\
        [[at]]\ntime = \"2 s\"\ndo = \"disable_route\"\nsubnet = \"a/s\"\nto = \"10.1.1.0/24\"\n";
    for (packet, prefix, loser, why) in [
        ("t#1", "10.1.1.0/24", "10.1.0.0/16", "more_specific_route"),
        ("t#4", "10.1.0.0/16", "10.1.1.0/24", "route_disabled"),
    ] {
        let folder = folder(&[("s.toml", text)]);
        let story = program::vpcsim(folder.path(), &["trace", "s.toml", "--packet", packet, "--json"]).ended(0).json();
        let routed = step(&story["story"]["ways"][0], "routed");
        assert_eq!((&routed["entry"]["prefix"], &routed["lost"][0]["prefix"]), (&prefix.into(), &loser.into()));
        assert_eq!((&routed["lost"][0]["why"], &routed["lost"][1]), (&why.into(), &Value::Null));
    }
}

#[test]
fn a_name_that_is_no_packets_is_refused_with_a_hint() {
    for (args, message, hint) in [
        (["--packet", "sinc#1"], "no traffic entry is called `sinc`", "did you mean `sync`?"),
        (["--packet", "sync"], "`sync` is not the name of a packet", "write ENTRY#N, as in sync#1"),
        (["--packet", "sync:2#1"], "`sync` has no flow 2: it has 1", "they are sync:1 to sync:1"),
        (
            ["--packet", "sync#1001"],
            "sync#1001 was not sent: its sender sent 1,000 packets, the last one is sync#1000",
            "",
        ),
        (["--first-drop", "policer"], "invalid value 'policer'", "policer_exceeded"),
    ] {
        let said = traced("1 s", &args).ended(2);
        assert!(said.talk.contains(message) && said.talk.contains(hint) && said.out.is_empty(), "{}", said.all());
    }
    let said = shipped("node-failure", &["--packet", "to-two#501"]).ended(2);
    assert!(said.talk.contains("has 40 flows") && said.talk.contains("to-two:40#501"), "{}", said.talk);
    traced("1 s", &[]).ended(2);
    traced("1 s", &["--slowest", "--first-drop"]).ended(2);
    traced("1 s", &["--slowest", "--traffic", "other"]).ended(2);
}

#[test]
fn a_run_without_such_a_packet_ends_with_1() {
    let said = traced("100 s", &["--first-drop"]).ended(1);
    assert_eq!(said.all(), "In 1 s of virtual time, no packet was dropped.\n");
    let said = traced("100 s", &["--first-drop", "no_route", "--json"]).ended(1);
    assert_eq!(said.json()["story"], Value::Null);
    traced("100 s", &["--slowest", "--do", "0 s delete line"]).ended(1);
}

#[test]
fn a_host_that_is_down_skips_its_turn() {
    let down = ["--packet", "sync#11", "--do", "10 ms host_down near/sender for='5 ms'"];
    let said = traced("1 s", &down).ended(2);
    assert!(said.talk.contains("sync#11 was not sent: its host was down at its turn"), "{}", said.talk);
}

#[test]
fn stories_keep_to_their_page() {
    let scenario = loaded(&[("bucket.toml", text("1 s"))], &[]);
    let names = ["sync#11", "near/sender", "far/receiver", "near/A", "line"];
    let names: BTreeSet<String> = names.map(str::to_owned).into();
    let id = Senders::of(&scenario.plan).packet("sync#11").expect("a name");
    let answer = trace(&scenario.network, &scenario.plan, Question::Packet(id), |pass: &dyn Pass| {
        let mut run = Run::new(scenario.network.clone(), scenario.plan.clone(), Options::default());
        pass.begin(&mut run);
        run.advance(scenario.plan.duration);
        Ok::<_, Infallible>(Played::of(&run, pass))
    });
    let Ok(Answer::Told(story)) = answer else { panic!("{answer:?}") };
    keeps_to_its_page("a story", &names, |page: &Page| report::story(&story, None, page));
}
