//! `--what-if`: each row against a plain run of a file with that cap, and what the table says of caps it left out.

use super::{bill, bill_json, scenario_text};
use serde_json::Value;

/// A file whose cap changes before its busiest second.
fn raised(cap: &str, change: &str) -> String {
    let traffic = "[traffic.t]\nfrom = \"R/h\"\nto = \"S/h\"\npattern = \"series\"\npacket_size = \"1500 B\"\n\
                   series = [[\"0 s\", \"5 Mbps\"], [\"10 s\", \"60 Mbps\"], [\"11 s\", \"5 Mbps\"], [\"34 s\", \
                   \"140 Mbps\"], [\"35 s\", \"0 bps\"]]\n";
    let peering = format!("[peering.P]\nrequester = \"R\"\naccepter = \"S\"\nbandwidth = \"{cap}\"\n");
    scenario_text("duration = \"10 min\"\n", &format!("{peering}{traffic}{change}"))
}

const RAISE: &str = "[[at]]\ntime = \"20 s\"\ndo = \"change_bandwidth\"\npeering = \"P\"\nbandwidth = \"200 Mbps\"\n";

fn what_if(text: &str) -> Vec<Value> {
    bill_json(text, &["--book", "cny-2022", "--what-if", "0 %"])["what_if"].as_array().expect("a list").clone()
}

fn found(row: &Value) -> (Value, Value, Value) {
    (row["loss"].clone(), row["peak_bits"].clone(), row["price"].clone())
}

#[test]
fn a_trial_holds_its_cap_throughout_and_the_file_has_a_row_of_its_own() {
    let tried = &what_if(&raised("100 Mbps", RAISE))[0];
    let trials = tried["trials"].as_array().expect("a list");
    assert_eq!(trials.len(), 7);
    for (trial, cap) in trials.iter().zip([10, 20, 50, 100, 200, 500, 1000]) {
        let plain = &what_if(&raised(&format!("{cap} Mbps"), ""))[0];
        assert_eq!((trial["cap_bps"].as_u64(), found(trial)), (Some(cap * 1_000_000), found(&plain["as_it_is"])));
    }
    // With the file's own timeline nothing is lost; 100 Mbps throughout would lose packets.
    let caps: Vec<_> = tried["caps"].as_array().expect("a list").iter().map(|c| c["cap_bps"].as_u64()).collect();
    assert_eq!(caps, [Some(100_000_000), Some(200_000_000)]);
    let billed = &bill_json(&raised("100 Mbps", RAISE), &["--book", "cny-2022"])["lines"][0]["amount"];
    assert_eq!((tried["as_it_is"]["loss"].as_f64(), &tried["as_it_is"]["price"]), (Some(0.0), billed));
    assert!(trials[3]["loss"].as_f64() > Some(0.0));
    let text = bill(&raised("100 Mbps", RAISE), &["--book", "cny-2022", "--what-if", "0 %"]);
    for words in ["100 Mbps, 200 Mbps from 2017-06-01 00:00:20\n", "the file's change of the cap is left out"] {
        assert!(text.contains(words), "{text}");
    }
    assert!(!bill(&raised("100 Mbps", ""), &["--what-if", "0 %"]).contains("left out"));
}

/// A hub with peerings that are renamed, made later, deleted and made again, initially suspended, lossy, and one within
/// the region.
fn hub(caps: [&str; 4], changes: bool) -> String {
    let mut text = String::from("name = \"hub\"\nduration = \"20 s\"\n");
    let spokes = [
        ("hub", "guangzhou"),
        ("a", "beijing"),
        ("b", "shanghai"),
        ("c", "guangzhou"),
        ("d", "beijing"),
        ("e", "shanghai"),
    ];
    for (at, (name, region)) in spokes.iter().enumerate() {
        text += &format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{at}.0.0/16\"\n[vpc.{name}.host.h]\n\
             [vpc.{name}.subnet.A]\ncidr = \"10.{at}.1.0/24\"\n"
        );
        text += &match at {
            0 => "routes = [{ to = \"10.1.0.0/16\", via = \"to-a\" }, { to = \"10.2.0.0/16\", via = \"to-b\" }, \
             { to = \"10.3.0.0/16\", via = \"to-c\" }, { to = \"10.4.0.0/16\", via = \"to-d\" }]\n"
                .to_owned(),
            5 => String::new(),
            _ => format!("routes = [{{ to = \"10.0.0.0/16\", via = \"to-{name}\" }}]\n"),
        };
    }
    for (name, more) in [
        ("a", format!("bandwidth = \"{}\"\nloss = \"3 %\"\n", caps[0])),
        ("b", format!("bandwidth = \"{}\"\nqueue = \"5 s\"\n", caps[1])),
        ("c", String::new()),
        ("d", format!("bandwidth = \"{}\"\nstate = \"ISOLATED\"\n", caps[2])),
    ] {
        text += &format!("[peering.to-{name}]\nrequester = \"hub\"\naccepter = \"{name}\"\n{more}");
    }
    for (name, from, to, rate) in
        [("up", "hub", "a", 33), ("down", "b", "hub", 60), ("near", "c", "hub", 7), ("late", "d", "hub", 24)]
    {
        text += &format!(
            "[traffic.{name}]\nfrom = \"{from}/h\"\nto = \"{to}/h\"\nrate = \"{rate} Mbps\"\n\
             packet_size = \"1500 B\"\nstart = \"3500 ms\"\nstop = \"5500 ms\"\n"
        );
    }
    text += "[traffic.again]\nfrom = \"hub/h\"\nto = \"b/h\"\nrate = \"45 Mbps\"\npacket_size = \"1500 B\"\n\
     start = \"15 s\"\nstop = \"16 s\"\n";
    text += "[traffic.ping]\nfrom = \"a/h\"\nto = \"hub/h\"\npattern = \"ping\"\ninterval = \"200 ms\"\n";
    let mut at = |time: &str, what: &str, rest: &str| {
        text += &format!("[[at]]\ntime = \"{time}\"\ndo = \"{what}\"\n{rest}");
    };
    at("1 s", "restore", "peering = \"to-d\"\n");
    if changes {
        at("4 s", "change_bandwidth", "peering = \"to-a\"\nbandwidth = \"30 Mbps\"\n");
        at("5 s", "change_bandwidth", "peering = \"to-a\"\nbandwidth = \"40 Mbps\"\n");
    }
    at("6 s", "rename", "peering = \"to-a\"\nname = \"renamed\"\n");
    at("7 s", "delete", "peering = \"to-b\"\n");
    at(
        "12 s",
        "create_peering",
        &format!("name = \"to-b\"\nrequester = \"hub\"\naccepter = \"b\"\nbandwidth = \"{}\"\n", caps[3]),
    );
    for (table, to) in [("hub/A", "10.2.0.0/16"), ("b/A", "10.0.0.0/16")] {
        at("12 s", "add_route", &format!("table = \"{table}\"\nto = \"{to}\"\nvia = \"to-b\"\n"));
    }
    text
}

/// In trials every peering has the same cap: each row equals that of a run in which only its own peering has that cap.
#[test]
fn a_row_does_not_depend_on_the_caps_of_other_peerings() {
    let own = ["25 Mbps", "70 Mbps", "30 Mbps", "40 Mbps"];
    let tables = what_if(&hub(own, true));
    let names: Vec<&str> = tables.iter().filter_map(|table| table["peering"].as_str()).collect();
    assert_eq!(names, ["renamed", "to-b", "to-d", "to-b#2"]);
    for (at, table) in tables.iter().enumerate() {
        for trial in table["trials"].as_array().expect("a list") {
            let cap = trial["cap_bps"].as_u64().expect("a number");
            if ![10_000_000, 50_000_000, 1_000_000_000].contains(&cap) {
                continue;
            }
            let cap = format!("{} Mbps", cap / 1_000_000);
            let mut caps = own;
            caps[at] = &cap;
            let plain = &what_if(&hub(caps, at != 0))[at];
            assert_eq!(found(trial), found(&plain["as_it_is"]), "{} with {cap}", names[at]);
            assert_eq!(plain["peering"], table["peering"]);
        }
    }
    // 5 s at 1 Gbps are more than the largest queue: that cap has no number and is never the cheapest.
    let impossible = |table: &Value| table["not_possible"].as_array().expect("a list").clone();
    assert_eq!(tables.iter().map(|table| impossible(table).len()).collect::<Vec<_>>(), [0, 1, 0, 0]);
    assert_eq!(
        (impossible(&tables[1])[0]["cap_bps"].as_u64(), tables[1]["trials"].as_array().map(Vec::len)),
        (Some(1_000_000_000), Some(6))
    );
    let text = bill(&hub(own, true), &["--what-if", "0 %"]);
    for words in [
        "  not possible: a queue of 625 MB is more than 500 MB\n",
        "the file's 2 changes of the cap are left out",
        "  70 Mbps\n",
        "  40 Mbps from 2017-06-01 00:00:12\n",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn months_can_be_tried_and_what_has_no_cap_is_told() {
    let months = bill(&raised("100 Mbps", RAISE), &["--book", "cny-2022", "--month-95", "--what-if", "0 %"]);
    assert!(months.contains("cap      loss  ") && months.contains("  95 %  price"), "{months}");
    // If no price is published, none is the cheapest.
    let far = raised("100 Mbps", RAISE).replace("guangzhou", "toronto");
    assert!(bill(&far, &["--what-if", "0 %"]).contains("No cap with a published price loses at most 0 %."));
    let regional = raised("100 Mbps", "").replace("guangzhou", "shanghai").replace("bandwidth = \"100 Mbps\"\n", "");
    assert!(bill(&regional, &["--what-if", "0 %"]).contains("There is no cap to try"));
}
