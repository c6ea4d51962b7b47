//! Sessions by what people do with them.

use super::*;
use crate::scenario::NoFiles;
use serde_json::{Value, json};

/// A ping a second whose replies find no way back, until somebody adds the route.
const PAIR: &str = r#"# Question: why is nothing answered?
name = "pair"
duration = "10 s"
[vpc.a]
region = "beijing"
cidr = "10.0.0.0/16"
[vpc.a.subnet.s]
cidr = "10.0.1.0/24"
routes = [{ to = "10.1.0.0/16", via = "p" }]
[vpc.a.host.h]
[vpc.b]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.b.subnet.s]
cidr = "10.1.1.0/24"
[vpc.b.host.h]
[peering.p]
requester = "a"
accepter = "b"
bandwidth = "10 Mbps"
[traffic.ping]
from = "a/h"
to = "b/h"
pattern = "ping"
interval = "1 s"
phase = "0 s"
"#;

fn open(text: &str) -> Session {
    Session::open(Opened { file: "pair.toml".into(), text: text.into() }, &NoFiles).expect("a scenario")
}

/// Asks as a page does.
#[track_caller]
fn ask(session: &mut Session, request: Value) -> Value {
    let ask: Ask = serde_json::from_value(request).expect("a request");
    serde_json::to_value(session.answer(&ask)).expect("JSON")
}

/// The same, of what must be done.
#[track_caller]
fn done(session: &mut Session, request: Value) -> Value {
    let answer = ask(session, request);
    assert_eq!(answer["failure"], Value::Null);
    answer
}

#[track_caller]
fn seconds(session: &mut Session, until: u64) -> Value {
    let answer = done(session, json!({ "ask": "play", "until_ns": until * 1_000_000_000 }));
    assert_eq!(answer["state"]["now_ns"], until * 1_000_000_000);
    answer
}

fn route() -> Value {
    json!({ "ask": "act", "action": { "do": "add_route", "subnet": "b/s", "to": "10.0.0.0/16", "via": "p" } })
}

fn answered(answer: &Value) -> &Value {
    &answer["state"]["traffic"][0]["answered"]
}

#[test]
fn a_missing_route_is_added_and_the_replies_come_home() {
    let mut session = open(PAIR);
    let before = seconds(&mut session, 3);
    assert_eq!(
        (answered(&before), &before["state"]["traffic"][0]["dropped_by"][0][0]),
        (&0.into(), &"no_route".into())
    );
    let seen = before["news"]["seen"].as_array().expect("steps");
    let dropped: Vec<&Value> = seen.iter().filter(|seen| seen["step"] == "dropped").collect();
    assert_eq!((dropped.len(), &dropped[0]["packet"], &dropped[0]["kind"]), (3, &"ping#1".into(), &"reply".into()));
    let explained = done(&mut session, json!({ "ask": "explain", "from": "a/h", "to": "b/h" }));
    assert_eq!(explained["said"]["round_trip"], false);
    // What would mend it can be done as it is told.
    assert_eq!(
        explained["said"]["fix"]["steps"][0]["keys"],
        json!({ "do": "add_route", "table": "b/s", "to": "10.0.0.0/16", "via": "p" })
    );
    let acted = done(&mut session, route());
    assert_eq!(acted["network"]["vpcs"][1]["tables"][0]["routes"][1]["via"], "p");
    assert_eq!(answered(&seconds(&mut session, 6)), 3);
    // What was done is a scenario that repeats it.
    let text = done(&mut session, json!({ "ask": "text" }))["said"].as_str().expect("a text").to_owned();
    assert_eq!(answered(&seconds(&mut open(&text), 6)), 3);
}

#[test]
fn going_back_plays_again_and_forgetting_lets_it_be_otherwise() {
    let mut session = open(PAIR);
    seconds(&mut session, 3);
    done(&mut session, route());
    let once = seconds(&mut session, 8);
    done(&mut session, json!({ "ask": "go_to", "time_ns": 2_500_000_000u64 }));
    let again = seconds(&mut session, 8);
    assert_eq!(once["state"]["traffic"], again["state"]["traffic"]);
    done(&mut session, json!({ "ask": "go_to", "time_ns": 2_500_000_000u64 }));
    done(&mut session, json!({ "ask": "forget_later" }));
    assert_eq!(answered(&seconds(&mut session, 8)), 0);
}

#[test]
fn steps_are_seen_one_by_one() {
    let mut session = open(PAIR);
    let mut steps = Vec::new();
    while steps.len() < 9 {
        let answer = done(&mut session, json!({ "ask": "step", "of": "event" }));
        let seen = answer["news"]["seen"].as_array().expect("steps").clone();
        assert!(!seen.is_empty());
        steps.extend(seen.into_iter().map(|seen| seen["step"].as_str().expect("a word").to_owned()));
    }
    assert_eq!(steps[..9].join(" "), "emitted offered departed arrived delivered emitted dropped emitted offered");
    let mut session = open(PAIR);
    for second in 0..3 {
        let answer = done(&mut session, json!({ "ask": "step", "of": "packet" }));
        assert!(answer["state"]["emitted"].as_u64() > Some(second), "{answer}");
    }
}

#[test]
fn traffic_begins_now_and_changes_no_other() {
    let mut session = open(PAIR);
    seconds(&mut session, 2);
    for traffic in [
        json!({ "from": "b/h", "to": "a/h", "pattern": "ping", "interval": "100 ms", "count": 4 }),
        json!({ "from": "a/h", "to": "b/h", "rate": "1 Mbps", "packet_size": "1000 B", "count": 10 }),
        json!({ "from": "a/h", "to": "b/h", "pattern": "tcp", "size": "10 kB" }),
    ] {
        let answer = done(&mut session, json!({ "ask": "send", "traffic": traffic }));
        assert_eq!(answer["state"]["now_ns"], 2_000_000_000u64);
    }
    let answer = seconds(&mut session, 4);
    let traffic = &answer["state"]["traffic"];
    let sent: Vec<_> = (0..3).map(|at| (traffic[at]["name"].clone(), traffic[at]["sent"].clone())).collect();
    assert_eq!(sent, [("ping".into(), 4.into()), ("lab-1".into(), 4.into()), ("lab-2".into(), 10.into())]);
    let story = done(&mut session, json!({ "ask": "story", "packet": "lab-2#10" }));
    assert_eq!(story["said"]["story"]["name"], "lab-2#10");
}

#[test]
fn what_cannot_be_done_leaves_everything_as_it_was() {
    let mut session = open(PAIR);
    seconds(&mut session, 1);
    let text = session.text();
    let act = |keys: Value| json!({ "ask": "act", "action": keys });
    let send = |keys: Value| json!({ "ask": "send", "traffic": keys });
    let refused = ask(&mut session, act(json!({ "do": "accept", "peering": "p" })));
    assert!(refused["failure"]["code"].is_string(), "{refused}");
    for (request, why) in [
        (act(json!({ "do": "nonsense" })), "nonsense"),
        (act(json!({ "do": "delete", "peering": "q" })), "q"),
        (act(json!({ "do": "delete", "peering": "p", "time": "0 s" })), "time"),
        (act(json!({ "do": "delete", "peering": "p\"\n[traffic.x]" })), "peering"),
        (act(json!({ "do": "delete\n", "x]\n[": 1 })), "key"),
        (send(json!({ "from": "a/h" })), "to"),
        (send(json!({ "from": "a/h", "to": "b/h", "start": "0 s" })), "start"),
        (send(json!({ "from": "a/h", "to": null })), "null"),
        (send(json!({ "from": "a/h", "to": "b/h", "pattern": "replay", "file": "/etc/passwd" })), "passwd"),
        (json!({ "ask": "story", "packet": "ping#9" }), "ping#9"),
        (json!({ "ask": "explain", "from": "a/x", "to": "b/h" }), "a/x"),
    ] {
        let failure = ask(&mut session, request)["failure"].to_string();
        assert!(failure.contains(why), "{failure} says nothing of {why}");
    }
    assert_eq!((session.text(), session.now().as_nanos()), (text, 1_000_000_000));
}

#[test]
fn where_there_are_many_packets_some_are_left_out_and_counted() {
    let rate = "[traffic.much]\nfrom = \"a/h\"\nto = \"b/h\"\nrate = \"8 Mbps\"\npacket_size = \"100 B\"\n";
    let mut session = open(&(PAIR.to_owned() + rate));
    let answer = seconds(&mut session, 1);
    let (packets, left_out) = (answer["news"]["packets"].as_u64(), answer["news"]["left_out"].as_u64());
    assert!(packets.is_some_and(|n| (200..=400).contains(&n)) && left_out > Some(9_000), "{packets:?}, {left_out:?}");
    let whole = answer["state"]["links"][0]["offered"].as_u64();
    assert!(whole > Some(9_000), "{whole:?}");
}

#[test]
fn of_many_senders_of_few_packets_some_are_left_out_too() {
    let many = PAIR.replace("[vpc.a.host.h]", "[vpc.a.host.h]\ncount = 900").replace("\"a/h\"", "\"a/h-*\"");
    let mut session = open(&many.replace("10.0.1.0/24", "10.0.0.0/22"));
    let answer = done(&mut session, json!({ "ask": "play", "until_ns": 1_000_000_000 }));
    let (packets, left_out) = (answer["news"]["packets"].as_u64(), answer["news"]["left_out"].as_u64());
    assert!(packets.is_some_and(|n| (100..=400).contains(&n)), "{packets:?}, {left_out:?}");
    let emitted = answer["state"]["emitted"].as_u64();
    assert!(emitted.is_some_and(|n| n >= 900), "{emitted:?}");
    assert_eq!(packets.zip(left_out).map(|(told, left)| told + left), emitted);
}

#[test]
fn the_bill_so_far_is_that_of_a_run_that_ends_now() {
    let mut session = open(&PAIR.replace("10 s", "2 d"));
    done(&mut session, json!({ "ask": "go_to", "time_ns": 86_400_000_000_000u64 }));
    let bill = done(&mut session, json!({ "ask": "bill" }));
    let lines: Vec<&Value> = bill["said"]["lines"].as_array().expect("lines").iter().collect();
    assert_eq!((lines.len(), &lines[0]["period"], &lines[0]["amount"]), (1, &"2017-06-01".into(), &"0.01".into()));
}

#[test]
fn what_is_no_scenario_or_too_much_is_refused() {
    let open = |text: &str| Session::open(Opened { file: "x.toml".into(), text: text.into() }, &NoFiles).err();
    assert!(matches!(open("name = 1"), Some(Failure::Wrong(_))));
    assert!(matches!(open(&"#".repeat(2 << 20)), Some(Failure::TooLarge(_))));
    let rate = "[traffic.much]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"poisson\"\nrate = \"8 Mbps\"\n";
    let rate = rate.to_owned() + "packet_size = \"100 B\"\n";
    let mut session =
        Session::open(Opened { file: "x.toml".into(), text: PAIR.replace("10 s", "2 d") + &rate }, &NoFiles)
            .expect("a scenario");
    assert!(matches!(session.go_to(crate::units::SimTime::NEVER), Err(Failure::TooMuch)));
    fn is_send<T: Send>(_: &T) {}
    is_send(&session);
}

#[test]
fn the_network_is_told_to_whoever_does_not_know_it() {
    let mut session = open(PAIR);
    let whole = done(&mut session, json!({ "ask": "state" }));
    assert_eq!(whole["network"]["menu_bps"][0], 10_000_000);
    let known = |session: &mut Session| {
        let version = whole["state"]["version"].clone();
        done(session, json!({ "ask": "state", "version": version }))["network"].is_null()
    };
    assert!(known(&mut session));
    done(&mut session, route());
    assert!(!known(&mut session));
    // Another network in its place is none that anybody knows.
    let mut other = open(PAIR).instead_of(&open(PAIR));
    assert!(!known(&mut other));
}

#[test]
fn a_lesson_is_passed_by_what_is_done_in_the_lab() {
    let lesson = crate::lessons::Shipped::named("return-route").expect("it is shipped");
    let mut session = open(lesson.start);
    let network = session.network_state();
    let stages: Vec<String> = network.lesson.expect("a lesson").stages.into_iter().map(|stage| stage.name).collect();
    assert_eq!(stages, ["there", "back"]);
    let passed = |session: &mut Session| {
        let said = done(session, json!({ "ask": "check" }))["said"].clone();
        said.as_array().expect("stages").iter().map(|stage| stage["passed"] == true).collect::<Vec<_>>()
    };
    assert_eq!(passed(&mut session), [false, false]);
    seconds(&mut session, 1);
    let action = |subnet: &str, to: &str| json!({ "do": "add_route", "subnet": subnet, "to": to, "via": "PeerConn" });
    let route = |subnet: &str, to: &str| json!({ "ask": "act", "action": action(subnet, to) });
    done(&mut session, route("VPC1/A", "10.0.1.0/24"));
    assert_eq!(passed(&mut session), [true, false]);
    seconds(&mut session, 2);
    done(&mut session, route("VPC2/B", "192.168.1.0/24"));
    // What is sent besides does not count.
    let ping = json!({ "from": "VPC1/web", "to": "10.9.9.9", "pattern": "ping", "interval": "1 s" });
    done(&mut session, json!({ "ask": "send", "traffic": ping }));
    assert_eq!(passed(&mut session), [true, true]);
    let text = session.network_state().opened.replace("100 ms", "200 ms");
    done(&mut session, json!({ "ask": "edit", "text": text }));
    assert_eq!(passed(&mut session), [false, false], "the lesson fixes its traffic");
}

#[test]
fn every_lesson_can_be_opened_and_its_solution_passes() {
    for lesson in crate::lessons::LESSONS {
        let passes = |text: &str| open(text).check().expect(lesson.name).iter().all(|stage| stage.passed);
        assert!(!passes(lesson.start) && passes(lesson.solved), "{}", lesson.name);
    }
}

#[test]
fn a_key_is_set_as_if_it_had_always_been_so() {
    let mut session = open(PAIR);
    seconds(&mut session, 2);
    done(&mut session, route());
    let set = |path: Value, value: Value| json!({ "ask": "set", "path": path, "value": value });
    let answer = done(&mut session, set(json!(["peering", "p", "burst"]), "3 kB".into()));
    assert_eq!(answer["state"]["links"][0]["burst_bytes"], 3_000);
    assert_eq!(answer["state"]["now_ns"], 2_000_000_001u64);
    assert!(session.text().contains("burst = \"3 kB\"") && session.text().contains("add_route"));
    done(&mut session, set(json!(["peering", "p", "burst"]), Value::Null));
    assert!(!session.text().contains("burst"));
    let text = session.text();
    for (path, value) in [
        (json!(["peering", "q", "burst"]), json!("3 kB")),
        (json!(["peering", "p", "burst"]), json!("three")),
        (json!([]), json!(1)),
        (json!(["peering"]), Value::Null),
        (json!(["name", "x"]), json!(1)),
    ] {
        assert_ne!(ask(&mut session, set(path.clone(), value))["failure"], Value::Null, "{path}");
    }
    assert_eq!(session.text(), text);
}

#[test]
fn keys_of_a_section_change_together() {
    let mut session = open(PAIR);
    let known = session.network_state().written;
    assert_eq!(known["peering"]["p"]["bandwidth"], "10 Mbps");
    let both = json!({ "bandwidth": "20 Mbps", "burst": "3 kB", "queue": Value::Null });
    done(&mut session, json!({ "ask": "set", "path": ["peering", "p"], "value": both }));
    let known = session.network_state().written;
    assert_eq!(
        (&known["peering"]["p"]["bandwidth"], &known["peering"]["p"]["burst"]),
        (&json!("20 Mbps"), &json!("3 kB"))
    );
    assert_eq!(known["peering"]["p"]["requester"], "a", "the others stay");
    let text = session.text();
    let wrong = json!({ "bandwidth": "30 Mbps", "burst": "much" });
    let answer = ask(&mut session, json!({ "ask": "set", "path": ["peering", "p"], "value": wrong }));
    assert_ne!(answer["failure"], Value::Null);
    assert_eq!(session.text(), text);
}

#[test]
fn a_capture_has_the_packets_so_far() {
    let mut session = open(PAIR);
    let empty = session.capture().expect("captured").len();
    seconds(&mut session, 3);
    let captured = session.capture().expect("captured");
    assert!(captured.len() > empty + 500, "{} {empty}", captured.len());
    assert_eq!(session.capture().expect("captured"), captured);
}

#[test]
fn a_recording_tells_of_every_change_and_of_whole_packets() {
    let mut session = open(PAIR);
    seconds(&mut session, 2);
    done(&mut session, route());
    seconds(&mut session, 5);
    let mut recording = session.recording().expect("recorded");
    let told = recording.seen.len();
    loop {
        let networks = recording.moments.iter().filter_map(|moment| moment.network.as_ref());
        assert_eq!(networks.map(|network| network.log.len()).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(recording.moments.last().expect("one").state.now, session.now());
        let ends = |step: &str| recording.seen.iter().filter(|seen| seen.step == step).count();
        assert_eq!(ends("emitted"), ends("delivered") + ends("dropped"));
        assert_eq!(recording.packets + recording.left_out, session.state().emitted);
        if !recording.thin() {
            break;
        }
    }
    assert!(recording.seen.len() < told && recording.moments.len() == 2, "{}", recording.moments.len());
}

#[test]
fn who_did_not_ask_is_told_what_others_saw_and_nothing_twice() {
    let mut session = open(PAIR);
    let state =
        |session: &mut Session, since: u64| done(session, json!({ "ask": "state", "version": 1, "since_ns": since }));
    let first = seconds(&mut session, 1);
    let second = seconds(&mut session, 2);
    let both = state(&mut session, 0);
    let seen = |answer: &Value| answer["news"]["seen"].as_array().expect("seen").clone();
    assert_eq!(seen(&both), [seen(&first), seen(&second)].concat());
    assert_eq!(seen(&state(&mut session, 1_000_000_000)), seen(&second));
    assert_eq!(state(&mut session, 2_000_000_000)["news"], Value::Null);
    // In another past it may not be so.
    done(&mut session, json!({ "ask": "go_to", "time_ns": 0 }));
    assert_eq!(state(&mut session, 0)["news"], Value::Null);
}
