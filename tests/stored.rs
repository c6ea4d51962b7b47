//! What `run --out` leaves, and `report` shows again: the same bytes, whatever the scenario; nothing is replaced that
//! is not ours, and nothing that is wrong is shown.
#![cfg(target_os = "linux")]

mod program;
mod shipped;
mod texts;

use program::{Said, command, read, said, vpcsim, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;

const BUILT: bool = cfg!(feature = "notebooks");

/// 2 s of 8 Mbps over a cap of 10 Mbps, a ping, and a demand.
fn scenario() -> String {
    let rest = r#"bandwidth = "10 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "constant"
rate = "8 Mbps"
packet_size = "1000 B"
[[expect]]
traffic = "t"
loss = "0 %"
"#;
    format!("name = \"pair\"\nduration = \"2 s\"\n{PAIR}{rest}")
}

fn folder() -> TempDir {
    program::folder(&[("s.toml", scenario())])
}

/// Makes the expectation fail.
const CAPPED: [&str; 2] = ["--set", "peering.p.bandwidth=5 Mbps"];

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn index(folder: &Path) -> Value {
    serde_json::from_str(&read(folder, "index.json")).expect("an index")
}

/// The names that an index lists under this key.
fn listed(index: &Value, key: &str) -> BTreeSet<String> {
    let entries = index[key].as_array().expect("a list");
    entries.iter().map(|entry| entry["name"].as_str().expect("a name").to_owned()).collect()
}

/// The program ends with 2, says this, and prints nothing.
#[track_caller]
fn refused(folder: &Path, args: &[&str], why: &[&str]) {
    let said = vpcsim(folder, args);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}: {}", said.talk);
    why.iter().for_each(|why| assert!(said.talk.contains(why), "{args:?}: {}", said.talk));
}

#[track_caller]
fn same(one: &Said, other: &Said, what: &str) {
    assert_eq!((other.code, &other.out), (one.code, &one.out), "{what}: {}", other.talk);
}

/// Those with few enough packets to look at each. That every report is read back as it was, the goldens show.
#[test]
fn every_shipped_scenario_is_shown_again_to_the_byte() {
    let mut stored = 0;
    for file in shipped::scenarios() {
        let name = file.display().to_string();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = vpcsim(folder.path(), &["run", &name, "--json"]).json();
        if report["packets"]["emitted"].as_u64() > Some(150_000) {
            continue;
        }
        stored += 1;
        let plain = vpcsim(folder.path(), &["run", &name]);
        let with_folder = vpcsim(folder.path(), &["run", &name, "--out", "d"]);
        same(&plain, &with_folder, &name);
        same(&plain, &vpcsim(folder.path(), &["report", "d"]), &name);
        let json = vpcsim(folder.path(), &["run", &name, "--json"]);
        same(&json, &vpcsim(folder.path(), &["report", "d", "--json"]), &name);
        let told = vpcsim(folder.path(), &["run", &name, "-v"]);
        same(&told, &vpcsim(folder.path(), &["report", "d", "-v"]), &name);
        let brief = vpcsim(folder.path(), &["run", &name, "-q"]);
        same(&brief, &vpcsim(folder.path(), &["report", "d", "-q"]), &name);
        assert_eq!(read(&folder.path().join("d"), "report.txt"), plain.out, "{name}");
    }
    assert!(stored > 20, "only {stored} scenarios were stored");
}

#[test]
fn a_folder_holds_what_single_options_write() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let options =
        ["--interval", "100ms", "--csv", "1.csv", "--html", "1.html", "--metrics", "1.txt", "--graph", "1.svg"];
    let streams = ["--pcap", "1.pcapng", "--flow-logs", "1.gz", "--pcap-snap", "128"];
    let run = vpcsim(folder.path(), &[&["run", "s.toml"], &options[..], &streams].concat()).ended(0);
    let all = vpcsim(folder.path(), &["run", "s.toml", "--interval", "100ms", "--out", "d"]);
    same(&run, &all, "the report");
    let twins = [("series.csv", "1.csv"), ("page.html", "1.html"), ("metrics.txt", "1.txt"), ("network.svg", "1.svg")];
    for (stored, alone) in twins.into_iter().chain([("capture.pcapng", "1.pcapng"), ("flow-log.gz", "1.gz")]) {
        assert_eq!(fs::read(at("d").join(stored)).expect("stored"), fs::read(at(alone)).expect("alone"), "{stored}");
    }
    let bill = vpcsim(folder.path(), &["bill", "s.toml", "--json"]).ended(0);
    assert_eq!(read(&at("d"), "bill.json"), bill.out);
    assert_eq!(read(&at("d"), "bill.txt"), vpcsim(folder.path(), &["bill", "s.toml"]).ended(0).out);
    // Again, from the folder; and both at once.
    let again = ["--csv", "2.csv", "--html", "2.html", "--metrics", "2.txt", "-o", "2.report"];
    assert_eq!(vpcsim(folder.path(), &[&["report", "d"], &again[..]].concat()).ended(0).out, "");
    for name in ["csv", "html", "txt"] {
        let [one, two] = ["1", "2"].map(|n| read(folder.path(), &format!("{n}.{name}")));
        assert!(one == two, "{name}");
    }
    assert_eq!(read(folder.path(), "2.report"), run.out);
    // Who wants no talk still wants the file.
    vpcsim(folder.path(), &["-q", "report", "d", "-o", "3.report", "--html", "3.html"]).ended(0);
    assert_eq!(read(folder.path(), "3.report"), run.out);
    assert!(read(folder.path(), "3.html") == read(folder.path(), "2.html"), "the page");
    vpcsim(folder.path(), &[&["run", "s.toml", "--out", "e", "--force"], &options[..], &streams].concat()).ended(0);
    for name in listed(&index(&at("d")), "files") {
        assert_eq!(fs::read(at("d").join(&name)).expect("d"), fs::read(at("e").join(&name)).expect("e"), "{name}");
    }
}

#[test]
fn the_index_lists_exactly_what_is_there() {
    let folder = folder();
    vpcsim(folder.path(), &["run", "s.toml", "--out", "d", "--seed", "7", "--pcap-first", "10"]).ended(0);
    let dir = folder.path().join("d");
    let index = index(&dir);
    assert_eq!((&index["format"], &index["version"]), (&"vpcsim-folder".into(), &1.into()));
    assert_eq!((&index["seed"], &index["partial"], &index["file"]), (&7.into(), &false.into(), &"s.toml".into()));
    let mut there = names(&dir);
    assert!(there.remove("index.json"));
    assert_eq!(listed(&index, "files"), there);
    let expected = if BUILT { BTreeSet::new() } else { ["delays.hgrm", "series.parquet"].map(String::from).into() };
    assert_eq!(listed(&index, "not_made"), expected);
    for file in index["files"].as_array().expect("files") {
        let name = file["name"].as_str().expect("a name");
        let bytes = fs::read(dir.join(name)).expect("it is there");
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        assert_eq!(file["xxh3"], format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&bytes)), "{name}");
        let note = file["note"].as_str().unwrap_or_default();
        let is_cut = note.contains("the first 128 bytes of each packet") && note.contains("more packets are left out");
        assert_eq!(is_cut, name == "capture.pcapng", "{name}: {note}");
    }
}

#[test]
fn a_verdict_is_kept_and_a_bill_that_cannot_be_is_told() {
    let folder = folder();
    let run = vpcsim(folder.path(), &["run", "s.toml", "--out", "d", CAPPED[0], CAPPED[1]]).ended(1);
    same(&run, &vpcsim(folder.path(), &["report", "d"]), "the verdict");
    let with_book = scenario().replacen("[vpc.a]", "[billing]\nbook = \"mine.toml\"\n[vpc.a]", 1);
    write(folder.path(), "s.toml", with_book);
    write(folder.path(), "mine.toml", "name = \"mine\"\n");
    vpcsim(folder.path(), &["run", "s.toml", "--out", "e"]).ended(0);
    let index = index(&folder.path().join("e"));
    let why = index["not_made"].as_array().expect("a list").iter().find(|entry| entry["name"] == "bill.json");
    assert!(
        why.is_some_and(|entry| entry["why"].as_str().is_some_and(|why| why.contains("the price book is wrong"))),
        "{index}"
    );
    vpcsim(folder.path(), &["report", "e", "--html", "e.html"]).ended(0);
}

#[test]
fn only_what_an_earlier_run_left_is_replaced_and_only_by_force() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let run = ["run", "s.toml", "--out", "d"];
    let forced = [&run[..], &["--force"]].concat();
    // An empty folder is as good as none.
    fs::create_dir(at("d")).expect("a folder");
    vpcsim(folder.path(), &run).ended(0);
    let before = read(&at("d"), "index.json");
    refused(folder.path(), &run, &["d holds what an earlier run left", "--force"]);
    vpcsim(folder.path(), &forced).ended(0);
    assert_eq!(read(&at("d"), "index.json"), before, "the same bytes each time");
    // A note of somebody else is in the way, whatever is said.
    write(&at("d"), "notes.txt", "mine");
    refused(folder.path(), &forced, &["d holds notes.txt, which no run left there"]);
    assert_eq!((read(&at("d"), "notes.txt"), read(&at("d"), "index.json")), ("mine".into(), before));
    // A folder of somebody else, and a file.
    fs::create_dir(at("mine")).expect("a folder");
    write(&at("mine"), "index.json", "{\"format\": \"other\", \"version\": 1}");
    refused(folder.path(), &["run", "s.toml", "--out", "mine", "--force"], &["is not empty, and not what"]);
    refused(folder.path(), &["run", "s.toml", "--out", "s.toml", "--force"], &["s.toml cannot be written"]);
    refused(folder.path(), &["run", "s.toml", "--out", "."], &["is not empty"]);
    refused(folder.path(), &["run", "s.toml", "--out", "new", "--pcap-on", "vpc:none"], &["no VPC is called `none`"]);
    refused(folder.path(), &["run", "s.toml", "s.toml", "--out", "new"], &["--out takes a single scenario"]);
    refused(
        folder.path(),
        &["run", "s.toml", "--out", "new", "--csv", "new/series.csv", "--interval", "1s"],
        &["new/series.csv is named for two outputs"],
    );
    assert_eq!(names(folder.path()), ["d", "mine", "s.toml"].map(String::from).into(), "nothing else was made");
}

/// What was removed from an earlier folder is no part of the new one.
#[test]
fn what_the_new_run_does_not_make_is_not_left_from_the_old_one() {
    let folder = folder();
    vpcsim(folder.path(), &["run", "s.toml", "--out", "d"]).ended(0);
    let with_book = scenario().replacen("[vpc.a]", "[billing]\nbook = \"mine.toml\"\n[vpc.a]", 1);
    write(folder.path(), "s.toml", with_book);
    write(folder.path(), "mine.toml", "name = \"mine\"\n");
    vpcsim(folder.path(), &["run", "s.toml", "--out", "d", "--force"]).ended(0);
    let dir = folder.path().join("d");
    assert!(!names(&dir).contains("bill.json") && listed(&index(&dir), "not_made").contains("bill.json"));
}

#[test]
fn what_is_not_whole_is_not_shown() {
    let folder = folder();
    let dir = folder.path().join("d");
    vpcsim(folder.path(), &["run", "s.toml", "--out", "d"]).ended(0);
    let (index, report) = (read(&dir, "index.json"), read(&dir, "report.json"));
    let show = ["report", "d"];
    refused(folder.path(), &["report", "none"], &["cannot read none: No such file"]);
    refused(folder.path(), &["report", "s.toml"], &["cannot read s.toml: Not a directory"]);
    refused(folder.path(), &["report", "."], &["holds no index.json", "run --out", "another folder"]);
    for (wrong, why) in [
        (index[..index.len() / 2].to_owned(), "d/index.json: it is damaged: EOF"),
        (index.replace("vpcsim-folder", "vpcsim-report"), "it is not a document `vpcsim-folder`"),
        (index.replacen("\"version\": 1", "\"version\": 2", 1), "it is of version 2 of its format"),
    ] {
        write(&dir, "index.json", wrong);
        // What is not known to be a run's is not replaced, and nobody is told to try.
        refused(folder.path(), &show, &[why, "--out and another folder"]);
        refused(folder.path(), &["run", "s.toml", "--out", "d", "--force"], &["not what an earlier run left"]);
    }
    write(&dir, "index.json", &index);
    for (wrong, why) in [
        (report.replacen("\"seed\": 1", "\"seed\": 2", 1), "d/report.json is damaged: it is not what index.json says"),
        (report[..100].to_owned(), "d/report.json is damaged: it has 100 bytes"),
    ] {
        write(&dir, "report.json", wrong);
        refused(folder.path(), &show, &[why, "--out and --force"]);
    }
    write(&dir, "report.json", &report);
    fs::remove_file(dir.join("course.json")).expect("it was there");
    refused(folder.path(), &["report", "d", "--html", "x.html"], &["cannot read d/course.json"]);
    vpcsim(folder.path(), &show).ended(0);
    let complaints = said(&mut command(folder.path(), &["report", "none", "--json"])).ended(2).json();
    assert_eq!(complaints["format"], "vpcsim-check");
}

#[test]
fn nothing_in_the_folder_is_an_output_of_report() {
    let folder = folder();
    vpcsim(folder.path(), &["run", "s.toml", "--out", "d"]).ended(0);
    let before = read(&folder.path().join("d"), "index.json");
    for args in [["--csv", "d/series.csv"], ["--html", "d/page.html"], ["-o", "d/report.txt"], ["-o", "d/index.json"]] {
        refused(folder.path(), &[&["report", "d", "--force"], &args[..]].concat(), &["is an input of this command"]);
    }
    refused(folder.path(), &["report", "d", "-o", "x", "--csv", "x"], &["x is named for two outputs"]);
    assert_eq!(read(&folder.path().join("d"), "index.json"), before);
    vpcsim(folder.path(), &["report", "d"]).ended(0);
}
