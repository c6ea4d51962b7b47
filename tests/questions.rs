//! Questions as a user asks them: `explain`, `matrix`, `diff`, and the demands `reach` and `unreachable`. What the
//! answers are is tested elsewhere, against every pair and against packets; here, that they can be relied on: lines to
//! paste mend the file, programs read what they expect, mistakes are told.

#[path = "program/mod.rs"]
mod program;

use program::{Said, folder, read, vpcsim, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One pair of hosts for each way in which a file can be wrong.
const ESTATE: &str = r#"
name = "estate"
duration = "10 s"
[vpc.hub]
region = "guangzhou"
cidr = "10.0.0.0/16"
[vpc.hub.subnet.shared]
cidr = "10.0.1.0/24"
routes = [
 { to = "10.1.0.0/16", via = "hub-app" },
 { to = "10.2.0.0/16", via = "hub-data" },
 { to = "10.2.8.0/24", via = "hub-app" },
 { to = "10.3.0.0/16", via = "hub-new" },
 { to = "10.4.0.0/16", via = "hub-off", disabled = true },
]
[vpc.hub.host.proxy]
[vpc.app]
region = "beijing"
cidr = "10.1.0.0/16"
[vpc.app.subnet.web]
cidr = "10.1.1.0/24"
routes = [
 { to = "10.0.0.0/16", via = "hub-app" },
]
[vpc.app.subnet.batch]
cidr = "10.1.2.0/24"
[vpc.app.host.web]
subnet = "web"
count = 4
[vpc.app.host.batch]
subnet = "batch"
[vpc.data]
region = "guangzhou"
cidr = "10.2.0.0/16"
[vpc.data.table.common]
routes = [
 { to = "10.0.0.0/16", via = "hub-data" },
]
[vpc.data.subnet.db]
cidr = "10.2.1.0/24"
table = "common"
[vpc.data.subnet.cache]
cidr = "10.2.8.0/24"
table = "common"
[vpc.data.host.db]
subnet = "db"
[vpc.data.host.cache]
subnet = "cache"
[vpc.data.host.spare]
subnet = "db"
up = false
[vpc.new]
region = "guangzhou"
cidr = "10.3.0.0/16"
account = "others"
[vpc.new.subnet.s]
cidr = "10.3.1.0/24"
routes = [
 { to = "10.0.0.0/16", via = "hub-new" },
]
[vpc.new.host.h]
[vpc.off]
region = "guangzhou"
cidr = "10.4.0.0/16"
[vpc.off.subnet.s]
cidr = "10.4.1.0/24"
routes = [
 { to = "10.0.0.0/16", via = "hub-off" },
]
[vpc.off.host.h]
[vpc.twin]
region = "guangzhou"
cidr = "10.0.0.0/16"
[vpc.twin.subnet.s]
cidr = "10.0.1.0/24"
[vpc.twin.host.h]
address = "10.0.1.77"
[peering.hub-app]
requester = "hub"
accepter = "app"
bandwidth = "100 Mbps"
[peering.hub-data]
requester = "hub"
accepter = "data"
[peering.hub-new]
requester = "hub"
accepter = "new"
[peering.hub-off]
requester = "hub"
accepter = "off"
"#;

fn estate() -> tempfile::TempDir {
    folder(&[("a.toml", ESTATE)])
}

fn explained(at: &Path, file: &str, from: &str, to: &str, options: &[&str]) -> Value {
    let args = [&["explain", file, "--from", from, "--to", to, "--json"], options].concat();
    vpcsim(at, &args).ended(0).json()
}

/// The text with one step of a mend made as its words say.
fn pasted(text: &str, step: &Value) -> String {
    let (how, lines) = (step["how"].as_str().expect("words"), step["lines"].as_str().expect("lines"));
    let section = how.split('[').nth(1).map(|rest| format!("[{rest}\n"));
    let Some(section) = section else {
        assert!(how == "add" || how == "add at the end", "{how}");
        return format!("{text}{lines}\n");
    };
    let (before, after) = text.split_once(&section).unwrap_or_else(|| panic!("{section} is not in the file"));
    let edited = match how.split('[').next().expect("words").trim() {
        "add to" => format!("{lines}\n{after}"),
        "add to the routes of" => after.replacen("routes = [\n", &format!("routes = [\n{lines}\n"), 1),
        "take out of" => after.replacen(&format!(" {lines}\n"), "", 1),
        "write instead in" => {
            let key = lines.split(" via").next().expect("a destination");
            let old = after.lines().find(|line| line.trim().starts_with(key)).expect("the route is there");
            after.replacen(old, lines, 1)
        }
        "write in" => {
            let key = lines.split(" =").next().expect("a key");
            let of_section = |line: &&str| !line.starts_with('[');
            match after.lines().take_while(of_section).find(|line| line.starts_with(key)) {
                Some(old) => after.replacen(old, lines, 1),
                None => format!("{lines}\n{after}"),
            }
        }
        other => panic!("nobody knows how to {other}"),
    };
    assert_ne!(edited, after, "{how}: {lines}");
    format!("{before}{section}{edited}")
}

#[test]
fn what_is_said_to_mend_it_does_pasted_and_as_options() {
    let mended = [
        ("hub/proxy", "app/batch", "no_return_route", 1),
        ("hub/proxy", "data/cache", "route_outside_peer_cidr", 1),
        ("app/batch", "hub/proxy", "no_route", 1),
        ("hub/proxy", "new/h", "peering_pending", 1),
        ("hub/proxy", "off/h", "route_disabled", 1),
        ("hub/proxy", "data/spare", "dst_host_down", 1),
        ("data/spare", "hub/proxy", "src_host_down", 1),
        ("app/web-2", "data/db", "not_peered", 3),
        ("hub/proxy", "10.2.1.99", "dst_no_host", 1),
    ];
    for (from, to, code, steps) in mended {
        let at = estate();
        let found = explained(at.path(), "a.toml", from, to, &[]);
        assert_eq!(
            (found["code"].as_str(), found["round_trip"].as_bool()),
            (Some(code), Some(false)),
            "{from} -> {to}"
        );
        let fix = found["fix"]["steps"].as_array().unwrap_or_else(|| panic!("{from} -> {to} is not mended"));
        assert_eq!(fix.len(), steps, "{from} -> {to}: {fix:?}");
        let text = fix.iter().fold(ESTATE.to_owned(), |text, step| pasted(&text, step));
        write(at.path(), "b.toml", &text);
        assert_eq!(explained(at.path(), "b.toml", from, to, &[])["round_trip"], true, "{from} -> {to}:\n{text}");
        let actions: Vec<&str> = fix.iter().filter_map(|step| step["do"].as_str()).collect();
        if actions.len() == fix.len() {
            let options: Vec<&str> = actions.iter().flat_map(|action| ["--do", action]).collect();
            assert_eq!(explained(at.path(), "a.toml", from, to, &options)["round_trip"], true, "{options:?}");
        }
    }
}

/// A file with what it says replaced, and what is said to mend the pair, pasted.
fn mended(replaced: &[(&str, &str)], added: &str, from: &str, to: &str, options: &[&str]) -> Value {
    let text = replaced.iter().fold(ESTATE.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    let at = folder(&[("a.toml", format!("{text}{added}"))]);
    let found = explained(at.path(), "a.toml", from, to, options);
    assert_eq!(found["round_trip"], false, "{from} -> {to}: {found}");
    let fix = found["fix"]["steps"].as_array().unwrap_or_else(|| panic!("{from} -> {to} is not mended: {found}"));
    let pasted = fix.iter().fold(format!("{text}{added}"), |text, step| pasted(&text, step));
    write(at.path(), "b.toml", &pasted);
    let after = explained(at.path(), "b.toml", from, to, options);
    assert_eq!(after["round_trip"], true, "{fix:?}\n{pasted}");
    found
}

#[test]
fn lines_fit_the_file_however_it_is_written() {
    let (hub, web, batch) = ("hub/proxy", "app/web-1", "app/batch");
    let empty = "cidr = \"10.1.2.0/24\"\nroutes = [\n]";
    mended(&[("cidr = \"10.1.2.0/24\"", empty)], "", hub, batch, &[]);
    let pending = "requester = \"hub\"\naccepter = \"new\"\nstate = \"PENDING\"";
    mended(&[("requester = \"hub\"\naccepter = \"new\"", pending)], "", hub, "new/h", &[]);
    let dotted = [("vpc.app.", "vpc.\"a.pp\"."), ("[vpc.app]", "[vpc.\"a.pp\"]"), ("\"app\"", "\"a.pp\"")];
    mended(&dotted, "", hub, "a.pp/batch", &[]);
    mended(&dotted, "", "a.pp/web-1", "data/db", &[]);
    let later = ["--at", "5 s"];
    for action in [
        "do = \"remove_route\"\nto = \"10.0.0.0/16\"\nsubnet = \"app/web\"",
        "do = \"disable_route\"\nto = \"10.0.0.0/16\"\nsubnet = \"app/web\"",
        "do = \"add_route\"\nto = \"10.0.1.0/24\"\nsubnet = \"app/web\"\nvia = { blackhole = true }",
        "do = \"host_down\"\nhost = \"app/web-1\"",
        "do = \"link_down\"\npeering = \"hub-app\"",
        "do = \"delete\"\npeering = \"hub-app\"",
    ] {
        mended(&[], &format!("[[at]]\ntime = \"3 s\"\n{action}\n"), web, hub, &later);
    }
}

/// Two peers of one VPC with the same range: only a longer prefix tells them apart, and it must harm nobody else.
#[test]
fn overlapping_peers_are_told_apart_by_the_longest_prefix() {
    let twins = "[peering.hub-twin]\nrequester = \"hub\"\naccepter = \"twin\"\n\
                 [vpc.copy]\nregion = \"guangzhou\"\ncidr = \"10.1.0.0/16\"\nhost.k.address = \"10.1.1.9\"\n\
                 host.twin.address = \"10.1.1.2\"\n\
                 subnet.s = { cidr = \"10.1.1.0/24\", routes = [{ to = \"10.0.0.0/16\", via = \"hub-copy\" }] }\n\
                 [peering.hub-copy]\nrequester = \"hub\"\naccepter = \"copy\"\n";
    let replaced = [("region = \"beijing\"", "region = \"guangzhou\""), ("bandwidth = \"100 Mbps\"\n", "")];
    let twins = twins.replace("[peering.hub-twin]\nrequester = \"hub\"\naccepter = \"twin\"\n", "");
    for to in ["copy/k", "copy/twin"] {
        let found = mended(&replaced, &twins, "hub/proxy", to, &[]);
        let steps = found["fix"]["steps"].as_array().expect("steps");
        let lines = steps[0]["lines"].as_str().expect("lines");
        assert!(steps.len() == 1 && lines.contains("/32"), "{steps:?}");
    }
}

#[test]
fn where_no_route_can_help_a_free_range_is_named() {
    let at = estate();
    let found = explained(at.path(), "a.toml", "twin/h", "hub/proxy", &[]);
    assert_eq!((&found["fix"], &found["verdict"]), (&Value::Null, &"dst_no_host".into()));
    let free = found["renumber"]["free"].as_str().expect("a range");
    assert!(!ESTATE.contains(&free[..free.len() - "0.0/16".len()]), "{free} is in use");
    let said = vpcsim(at.path(), &["explain", "a.toml", "--from", "twin/h", "--to", "hub/proxy"]).ended(0).out;
    assert!(said.contains(free) && said.contains("hub"), "{said}");
}

#[test]
fn an_explanation_names_table_entries_losers_and_places() {
    let at = estate();
    let said = vpcsim(at.path(), &["explain", "a.toml", "--from", "proxy", "--to", "cache"]).ended(0).out;
    for part in [
        "ROUTE_OUTSIDE_PEER_CIDR",
        "table hub/shared",
        "10.2.8.0/24 via hub-app matches 10.2.8.2 (line 12)",
        "10.2.0.0/16 via hub-data loses: its prefix is shorter (line 11)",
        "hub-app: ACTIVE, cap 100 Mbps",
        "app (10.1.0.0/16) does not own 10.2.8.2",
        "take out of [vpc.hub.subnet.shared] (line 12)",
    ] {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
    assert!(said.lines().all(|line| !line.ends_with(' ')), "{said}");
}

fn pairs(json: &Value) -> BTreeMap<(String, String), Value> {
    let name = |pair: &Value, key: &str| pair[key].as_str().expect("a name").to_owned();
    let all = json["pairs"].as_array().expect("pairs").iter();
    all.map(|pair| ((name(pair, "src"), name(pair, "dst")), pair.clone())).collect()
}

#[test]
fn matrix_and_explain_tell_the_same_of_every_pair() {
    let at = estate();
    let matrix = vpcsim(at.path(), &["matrix", "a.toml", "--json"]).ended(0).json();
    let hosts = 12;
    let all = pairs(&matrix);
    assert_eq!(all.len(), hosts * (hosts - 1));
    for ((from, to), pair) in all {
        let found = explained(at.path(), "a.toml", &from, &to, &[]);
        for key in ["src", "dst", "one_way", "round_trip", "landed_on", "reply_landed_on", "verdict", "reply_verdict"] {
            assert_eq!(pair[key], found[key], "{key} of {from} -> {to}");
        }
    }
}

#[test]
fn a_matrix_is_csv_too_and_is_compared_with_an_earlier_one() {
    let at = estate();
    let csv = vpcsim(at.path(), &["matrix", "a.toml", "--csv"]).ended(0).out;
    let header = "src,dst,one_way,round_trip,landed_on,reply_landed_on,verdict,reply_verdict\n";
    assert!(csv.starts_with(header), "{csv}");
    assert!(csv.contains("\nhub/proxy,app/batch,true,false,app/batch,,delivered,no_route\n"), "{csv}");
    write(at.path(), "was.csv", &csv);
    write(at.path(), "was.json", vpcsim(at.path(), &["matrix", "a.toml", "--json"]).ended(0).out);
    for was in ["was.csv", "was.json"] {
        let same = vpcsim(at.path(), &["matrix", "a.toml", "--expect", was]).ended(0);
        assert!(same.out.starts_with("No pair differs"), "{}", same.out);
        let change = ["--do", "0 s add_route 10.0.0.0/16 table=app/batch via=hub-app", "--json"];
        let changed =
            vpcsim(at.path(), &[&["matrix", "a.toml", "--expect", was], &change[..]].concat()).ended(1).json();
        let all = changed["differences"].as_array().expect("differences");
        let names: Vec<_> = all.iter().map(|pair| (pair["src"].as_str(), pair["dst"].as_str())).collect();
        assert_eq!(
            names,
            [("hub/proxy", "app/batch"), ("app/batch", "hub/proxy"), ("app/batch", "twin/h")]
                .map(|(a, b)| (Some(a), Some(b)))
        );
        assert_eq!(all[0]["expected"]["round_trip"], false);
        assert_eq!(all[0]["found"]["round_trip"], true);
    }
    let file = vpcsim(at.path(), &["matrix", "a.toml", "--csv", "out.csv"]).ended(0);
    assert_eq!((file.out.as_str(), read(at.path(), "out.csv")), ("", csv));
}

#[test]
fn subnets_without_hosts_are_asked_too() {
    let at = folder(&[("a.toml", ESTATE.replace("[vpc.app.host.batch]\nsubnet = \"batch\"\n", ""))]);
    let matrix = vpcsim(at.path(), &["matrix", "a.toml", "--by", "subnet", "--json"]).ended(0).json();
    let found = &pairs(&matrix)[&("hub/shared".to_owned(), "app/batch".to_owned())];
    assert_eq!((&found["one_way"], &found["reply_verdict"]), (&true.into(), &"no_route".into()));
    let vpcs = vpcsim(at.path(), &["matrix", "a.toml", "--by", "vpc", "--json"]).ended(0).json();
    let found = &pairs(&vpcs)[&("hub".to_owned(), "app".to_owned())];
    assert_eq!((&found["round_trip"], &found["partly"]), (&false.into(), &true.into()));
}

#[test]
fn very_many_pairs_are_told_in_classes() {
    let many = ESTATE.replace("10.1.1.0/24", "10.1.128.0/17").replace("count = 4", "count = 3400");
    let at = folder(&[("a.toml", many)]);
    let said = vpcsim(at.path(), &["matrix", "a.toml", "--json"]).ended(0);
    let matrix = said.json();
    let classes = matrix["classes"].as_array().expect("classes");
    let sizes: Vec<usize> = classes.iter().map(|class| class["members"].as_array().expect("members").len()).collect();
    assert!(sizes.contains(&3400) && sizes.iter().sum::<usize>() == 3408, "{sizes:?}");
    let pairs = matrix["pairs"].as_array().expect("pairs");
    assert!(pairs.iter().all(|pair| pair["src"].is_u64() && pair["dst"].is_u64()));
    assert!(said.talk.contains("--all"), "{}", said.talk);
}

#[test]
fn a_demand_that_is_not_met_is_named_and_ends_with_1() {
    let demands = "[[expect]]\nreach = \"hub/* -> app/*\"\n[[expect]]\nunreachable = [\"app/* -> data/*\"]\n\
                   [[expect]]\nreach = \"hub/proxy -> 10.2.1.2\"\nat = \"10 s\"\nprotocol = \"udp\"\nport = 53\n";
    let at = folder(&[("a.toml", format!("{ESTATE}{demands}"))]);
    let named = "hub/proxy -> app/batch: reply: no_route";
    for command in ["check", "matrix"] {
        let said = vpcsim(at.path(), &[command, "a.toml"]).ended(1);
        assert!(said.talk.contains(named) && said.talk.contains("1 of 5 pairs"), "{}", said.talk);
        assert_eq!(said.talk.matches("FAILED").count(), 1, "{}", said.talk);
    }
    let complaints = vpcsim(at.path(), &["check", "a.toml", "--json"]).ended(1).json();
    let failed: Vec<&Value> = complaints["complaints"].as_array().expect("complaints").iter().collect();
    let failed = failed.into_iter().find(|one| one["code"] == "EXPECTATION_FAILED").expect("the failure");
    let line = 1 + ESTATE.lines().count() + 1;
    assert_eq!(failed["line"], line);
    let report = vpcsim(at.path(), &["run", "a.toml", "--json"]).ended(1).json();
    let held: Vec<_> = report["expectations"].as_array().expect("checks").iter().map(|check| &check["held"]).collect();
    assert_eq!(held, [&false, &true, &true]);
    let mended = ["--do", "0 s add_route 10.0.0.0/16 table=app/batch via=hub-app"];
    vpcsim(at.path(), &[&["check", "a.toml"], &mended[..]].concat()).ended(0);
    vpcsim(at.path(), &[&["run", "a.toml"], &mended[..]].concat()).ended(0);
}

#[test]
fn a_diff_tells_what_is_lost_and_fails_if_asked_to() {
    let at = estate();
    let lost = ["diff", "a.toml", "a.toml", "--do", "0 s delete hub-app"];
    let said = vpcsim(at.path(), &lost).ended(0).out;
    assert!(said.contains("8 pairs lost, 2 pairs won") && said.contains("hub -> app"), "{said}");
    vpcsim(at.path(), &[&lost[..], &["--fail-on", "lost"]].concat()).ended(1);
    let won = ["--do", "0 s add_route 10.0.0.0/16 table=app/batch via=hub-app", "--fail-on", "lost", "--json"];
    let report = vpcsim(at.path(), &[&["diff", "a.toml", "a.toml"], &won[..]].concat()).ended(0).json();
    assert_eq!((&report["pairs_lost"], &report["pairs_won"]), (&0.into(), &2.into()));
    let same = vpcsim(at.path(), &["diff", "a.toml", "a.toml", "--fail-on", "any"]).ended(0).out;
    assert!(same.contains("Nothing differs"), "{same}");
}

#[test]
fn a_diff_compares_what_runs_lose_and_cost() {
    let traffic =
        "[traffic.t]\nfrom = \"hub/proxy\"\nto = \"app/web-1\"\nrate = \"150 Mbps\"\npacket_size = \"1500 B\"\n";
    let at = folder(&[("a.toml", format!("{ESTATE}{traffic}"))]);
    let wider = ["diff", "a.toml", "a.toml", "--set", "peering.hub-app.bandwidth=200 Mbps", "--json"];
    let report = vpcsim(at.path(), &wider).ended(0).json();
    assert_eq!(report["pairs_lost"], 0);
    let traffic = &report["traffic"][0];
    assert_eq!(traffic["traffic"], "t");
    assert!(traffic["delivered"][0].as_u64() < traffic["delivered"][1].as_u64(), "{traffic}");
    assert_ne!(report["bill"][0]["amount"][0], report["bill"][0]["amount"][1]);
    let still = vpcsim(at.path(), &[&wider[..], &["--no-run"]].concat()).ended(0).json();
    assert_eq!(
        (still["traffic"].as_array().map(Vec::len), still["peerings"][0]["what"].as_str()),
        (Some(0), Some("cap"))
    );
}

#[test]
fn a_question_with_a_mistake_is_refused_with_a_hint() {
    let at = estate();
    write(at.path(), "junk.csv", "a,b\n1,2\n");
    let refused = |args: &[&str], parts: &[&str]| {
        let said: Said = vpcsim(at.path(), args).ended(2);
        assert!(parts.iter().all(|part| said.talk.contains(part)), "{args:?}: {}", said.talk);
        assert_eq!(said.out, "", "{args:?}");
    };
    let to = |name| ["explain", "a.toml", "--from", "hub/proxy", "--to", name];
    refused(&to("data/dbb"), &["--to", "no host is called `data/dbb`", "did you mean `data/db`"]);
    refused(&to("h"), &["may be more than one host", "new/h"]);
    refused(&["explain", "a.toml", "--from", "prox", "--to", "db", "--port", "80"], &["--port", "--protocol tcp"]);
    refused(&["matrix", "a.toml", "--at", "11 s"], &["after the end of the run at 10 s"]);
    refused(&["matrix", "a.toml", "--from", "nix/*"], &["no host matches `nix/*`"]);
    refused(&["matrix", "a.toml", "--expect", "junk.csv"], &["junk.csv", "matrix FILE --json"]);
    refused(&["matrix", "a.toml", "--expect", "none.csv"], &["cannot read none.csv"]);
    refused(&["matrix", "a.toml", "--size", "39"], &["40 to 65535"]);
    refused(&["matrix", "a.toml", "--csv", "a.toml"], &["a.toml"]);
    refused(&["diff", "a.toml", "none.toml"], &["none.toml"]);
    assert_eq!(read(at.path(), "a.toml"), ESTATE);
}

#[test]
fn the_readme_shows_a_real_answer() {
    let readme = read(program::root(), "README.md");
    let shown = readme.split("$ vpcsim explain ").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let (options, answer) = shown.split_once('\n').expect("an answer");
    let args: Vec<&str> = ["explain"].into_iter().chain(options.split(' ')).collect();
    assert_eq!(vpcsim(program::root(), &args).ended(0).out, answer);
}

#[test]
fn the_size_of_the_packet_counts() {
    let at = estate();
    let found = explained(at.path(), "a.toml", "hub/proxy", "app/web-1", &["--size", "1501"]);
    assert_eq!(
        (&found["verdict"], &found["fix"]["steps"][0]["lines"]),
        (&"mtu_exceeded".into(), &"--size 1500".into())
    );
    let found = explained(at.path(), "a.toml", "hub/proxy", "app/web-1", &["--size", "1500", "--protocol", "tcp"]);
    assert_eq!(found["round_trip"], true);
}
