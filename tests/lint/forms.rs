//! What the program prints about findings: text, JSON, SARIF, exit codes, and beside the complaints of `check`.

use crate::estate::ESTATE;
use crate::program::{command, folder, read, root, vpcsim, write};
use crate::shipped;
use crate::texts::{far, joined, to, two};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;
use vpcsim::diagnose::Severity;
use vpcsim::diagnose::lint::{LIST, Lint};

#[test]
fn a_finding_is_a_line_with_its_place_and_the_fix_below() {
    let folder = folder(&[("estate.toml", ESTATE)]);
    let lint = vpcsim(folder.path(), &["lint", "estate.toml"]).ended(0);
    let lines: Vec<&str> = lint.out.lines().collect();
    // Of equal severity, the order is that of the file.
    assert!(
        lines[0].starts_with("estate.toml:12:12: error ROUTE_OUTSIDE_PEER_CIDR route of subnet `hub/shared`"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1], "    in the routes of [vpc.hub.subnet.shared], take out:");
    assert_eq!(lines[2], "    { to = \"10.2.8.0/24\", via = \"hub-dwh\" }");
    assert!(lines[3].starts_with("estate.toml:22:8: error NO_RETURN_ROUTE subnet `app/batch`"), "{}", lines[3]);
    assert_eq!((lines.len(), lint.talk.as_str()), (6, ""));
    assert_eq!(vpcsim(folder.path(), &["lint", "-q", "estate.toml"]).ended(0).out, "");
}

#[test]
fn the_exit_code_is_what_was_asked_for() {
    let warned = far("bandwidth = \"30 Mbps\"", "");
    let folder =
        folder(&[("e.toml", ESTATE), ("w.toml", &warned), ("good.toml", &joined("", "")), ("bad.toml", "x = ")]);
    let ended = |args: &[&str]| vpcsim(folder.path(), &[&["lint"], args].concat()).code;
    assert_eq!(ended(&["e.toml"]), Some(0));
    assert_eq!(ended(&["e.toml", "--fail-on", "error"]), Some(1));
    assert_eq!(ended(&["w.toml", "--fail-on", "error"]), Some(0));
    assert_eq!(ended(&["w.toml", "--fail-on", "warning"]), Some(1));
    assert_eq!(ended(&["good.toml", "w.toml", "--fail-on", "info", "--json"]), Some(1));
    assert_eq!(ended(&["good.toml", "--fail-on", "info"]), Some(0));
    assert_eq!(ended(&["w.toml", "bad.toml", "--fail-on", "error"]), Some(2));
    assert_eq!(ended(&["w.toml", "--at", "11 s"]), Some(2));
    assert_eq!(ended(&["w.toml", "--json", "--sarif"]), Some(2));
}

#[test]
fn what_cannot_be_read_is_refused_as_everywhere() {
    let bad = joined("", "[traffic.t]\nfrom = \"a/h\"\nto = \"b/hh\"\npattern = \"ping\"\n");
    let folder = folder(&[("bad.toml", bad), ("w.toml", joined("", ""))]);
    let lint = |args: &[&str]| vpcsim(folder.path(), &[&["lint", "bad.toml"], args].concat()).ended(2);
    let text = lint(&[]);
    assert!(text.talk.contains("bad.toml:33:6") && text.talk.contains("did you mean `h`?"), "{}", text.talk);
    assert_eq!(text.out, "");
    let document = lint(&["w.toml", "--json"]).json();
    assert_eq!((&document["format"], &document["complaints"][0]["line"]), (&"vpcsim-check".into(), &33.into()));
    let result = &lint(&["--sarif"]).json()["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 33);
}

#[test]
fn programs_get_all_and_people_the_first_of_each_kind() {
    let subnet = |n: usize| format!("[vpc.b.subnet.q{n}]\ncidr = \"10.2.{}.0/24\"\n", n + 10);
    let many: String = (0..25).map(subnet).collect();
    let text = two(&to("10.2.1.0/24", "ab"), &to("10.1.0.0/16", "ab"), &many);
    let folder = folder(&[("s.toml", text)]);
    let told = vpcsim(folder.path(), &["lint", "s.toml"]).ended(0).out;
    assert_eq!(told.lines().count(), 21);
    assert!(told.ends_with("… and 5 more findings SUBNET_WITHOUT_ROUTES (-v shows all)\n"), "{told}");
    assert_eq!(vpcsim(folder.path(), &["lint", "-v", "s.toml"]).ended(0).out.lines().count(), 25);
    let document = vpcsim(folder.path(), &["lint", "--json", "s.toml"]).ended(0).json();
    assert_eq!((&document["format"], &document["version"]), (&"vpcsim-lint".into(), &1.into()));
    let all = document["findings"].as_array().expect("findings");
    assert_eq!(all.len(), 25);
    let keys: Vec<&str> = all[0].as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 7, "{keys:?}");
    assert_eq!(
        (&all[0]["severity"], &all[0]["file"], &all[0]["fix"]),
        (&"info".into(), &"s.toml".into(), &Value::Null)
    );
}

/// The schema itself is not at hand here; `.ci/sarif` validates with it.
#[test]
fn sarif_has_a_rule_for_every_lint_and_a_result_for_every_finding() {
    let folder = folder(&[("an estate.toml", ESTATE)]);
    let document = vpcsim(folder.path(), &["lint", "--sarif", "an estate.toml"]).ended(0).json();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, LIST.iter().map(|lint| lint.code).collect::<Vec<_>>());
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().expect("an index") as usize]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "an%20estate.toml");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&12.into(), &12.into()));
}

#[test]
fn check_says_what_lint_finds_once_and_ends_as_before() {
    let stray = two(&(to("10.2.0.0/16", "ab") + &to("10.7.0.0/16", "ab")), &to("10.1.0.0/16", "ab"), "");
    let folder = folder(&[("s.toml", &stray)]);
    let check = vpcsim(folder.path(), &["check", "s.toml"]).ended(0);
    assert!(check.out.starts_with("s.toml: ok, "));
    assert_eq!(check.all().matches("10.7.0.0/16").count(), 3, "the sentence twice, the fix once: {}", check.all());
    assert!(check.talk.contains("s.toml:10:8: warning ROUTE_OUTSIDE_PEER_CIDR "), "{}", check.talk);
    let document = vpcsim(folder.path(), &["check", "--json", "s.toml"]).ended(0).json();
    let all = document["complaints"].as_array().expect("complaints");
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["code"], &all[0]["severity"]), (&"ROUTE_OUTSIDE_PEER_CIDR".into(), &"warning".into()));
    // What is only good to know is not told.
    let quiet = two(&to("10.2.1.0/24", "ab"), &to("10.1.0.0/16", "ab"), "[vpc.b.subnet.q]\ncidr = \"10.2.9.0/24\"\n");
    write(folder.path(), "q.toml", quiet);
    assert_eq!(vpcsim(folder.path(), &["check", "q.toml"]).ended(0).talk, "");
}

#[test]
fn the_timeline_counts_up_to_the_instant_that_is_asked_for() {
    let missing = "scenarios/missing-return-route.toml";
    let lint = |at: &str| vpcsim(root(), &["lint", missing, "--at", at]).ended(0).out;
    assert!(lint("4999 ms").contains("NO_RETURN_ROUTE"));
    assert_eq!(lint("5 s"), "");
    let told = vpcsim(root(), &["lint", missing, "--do", "1 s remove_route 192.168.1.0/24"]);
    assert_eq!(told.code, Some(2));
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut lint = command(folder.path(), &["lint", "-", "--fail-on", "error"]);
    let mut child = lint.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(ESTATE.as_bytes()).expect("it reads");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&ended.stdout).matches(": error ").count(), 2);
}

#[test]
fn the_guide_lists_every_lint_as_the_program_knows_it() {
    let guide = read(root(), "src/guide/lint.md");
    let name = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let row = |l: &Lint| format!("`{}` ({}; {}): {}", l.code, name(l.worst), l.rules, l.condition);
    let rows: Vec<String> = LIST.iter().map(row).collect();
    let text = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    let items = text.split(" * ").filter(|item| item.starts_with('`') && item.contains("): "));
    let written: Vec<&str> = items.map(|item| item.split(" Remarks that").next().expect("an item")).collect();
    assert_eq!(written, rows, "write these items:\n* {}", rows.join("\n* "));
}

#[test]
fn the_gallery_has_the_mistakes_that_it_teaches_and_no_others() {
    let mut erring = Vec::new();
    for file in shipped::scenarios() {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let lint = vpcsim(root(), &["lint", "--json", &format!("scenarios/{name}")]).ended(0).json();
        let all = lint["findings"].as_array().expect("findings").clone();
        let errors = all.iter().filter(|finding| finding["severity"] == "error");
        erring.extend(errors.map(|finding| format!("{name} {}", finding["code"].as_str().expect("a code"))));
    }
    erring.sort();
    assert_eq!(
        erring,
        [
            "missing-return-route.toml NO_RETURN_ROUTE",
            "path-mtu.toml MTU_EXCEEDED",
            "path-mtu.toml MTU_EXCEEDED",
            "tcp-black-hole.toml MTU_EXCEEDED",
            "tcp-eaten-acks.toml NO_RETURN_ROUTE",
            "tcp-path-mtu.toml MTU_EXCEEDED",
            "why-not.toml NO_RETURN_ROUTE",
            "why-not.toml NO_RETURN_ROUTE",
        ]
    );
}

#[test]
fn a_route_that_a_file_holds_is_taken_out_of_the_file() {
    let scenario = "name = \"a\"\nduration = \"1 s\"\n[vpc.a]\nregion = \"guangzhou\"\ncidr = \"10.0.0.0/16\"\n\
                    [vpc.a.subnet.s]\ncidr = \"10.0.1.0/24\"\nroutes_file = \"r.txt\"\nvia = \"p\"\n\
                    [vpc.b]\nregion = \"guangzhou\"\ncidr = \"10.1.0.0/16\"\n\
                    [vpc.b.subnet.s]\ncidr = \"10.1.1.0/24\"\nroutes = [{ to = \"10.0.0.0/16\", via = \"p\" }]\n\
                    [peering.p]\nrequester = \"a\"\naccepter = \"b\"\n";
    let folder = folder(&[("a.toml", scenario), ("r.txt", "10.1.0.0/16\n10.7.0.0/16\n")]);
    let said = vpcsim(folder.path(), &["lint", "a.toml"]).ended(0).out;
    assert!(said.contains("r.txt:2:1: warning ROUTE_OUTSIDE_PEER_CIDR"), "{said}");
    assert!(said.contains("in the file of the routes of [vpc.a.subnet.s], take out:\n    10.7.0.0/16\n"), "{said}");
}
