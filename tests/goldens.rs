//! Every shipped scenario runs, meets its own expectations and gives the report stored in `tests/goldens`, down to a
//! hash over the end of every packet. A change in behaviour shows as a readable diff. `UPDATE_EXPECT=1 cargo test`
//! rewrites the goldens.

mod page;
#[cfg(feature = "cli")]
mod program;
mod shipped;

use bytes::Bytes;
use page::keeps_to_its_page;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Mode, Options, Record, Run};
use vpcsim::lessons::LESSONS;
use vpcsim::model::{DropReason, LinkId};
use vpcsim::report::{self, Page, Snapshot};
use vpcsim::scenario::{self, Diagnostic, Files};
use xxhash_rust::xxh3::Xxh3;

/// As the README shows reports.
#[cfg(feature = "cli")]
const TERMINAL: Page = Page::of_width(100);

struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        std::fs::read(path).map(Bytes::from)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The end of one packet as a line of text; `None` if the record is not an end.
fn end(record: &Record) -> Option<String> {
    let Record { time, id, kind, emitted, wire_length, place, .. } = record;
    let verdict = match record.verdict()? {
        Ok(host) => format!("Delivered({host:?})"),
        Err(reason) => format!("Dropped({reason:?})"),
    };
    Some(format!(
        "Record {{ time: {time:?}, id: {id:?}, kind: {kind:?}, emitted: {emitted:?}, \
         wire_length: {wire_length:?}, place: {place:?}, verdict: {verdict} }}"
    ))
}

/// The report of a scenario file and a hash over the records of all its packets' ends.
fn play(file: &Path) -> (Snapshot, u64) {
    let loaded = scenario::load(file, &Disk, &[]);
    let complaints = |all: Vec<Diagnostic>| all.iter().map(Diagnostic::headline).collect::<Vec<_>>().join("\n");
    let loaded = loaded.unwrap_or_else(|all| panic!("{}", complaints(all)));
    let notes = loaded.warnings.iter().map(Diagnostic::headline).collect();
    let judged = report::reach_reports(&loaded.plan, &vpcsim::diagnose::judge(&loaded.network, &loaded.plan));
    let mut run = Run::new(loaded.network, loaded.plan, Options::default());
    let hash = Arc::new(Mutex::new(Xxh3::new()));
    let sink = hash.clone();
    run.simulation.observe(Box::new(move |records: &[Record]| {
        let mut hash = sink.lock().expect("nobody panics while hashing");
        records.iter().filter_map(end).for_each(|line| hash.update(line.as_bytes()));
    }));
    run.advance(run.plan.duration);
    run.finish().expect("the books balance");
    let name = file.file_name().expect("a file has a name").to_string_lossy();
    let digest = hash.lock().expect("nobody panics while hashing").digest();
    let mut snapshot = Snapshot::of(&run, &name, notes, None);
    snapshot.expectations.extend(judged);
    let stored = report::stored_report(&report::json(&snapshot)).expect("it was just written");
    assert_eq!(format!("{stored:?}"), format!("{snapshot:?}"), "{name} as it is stored and read");
    (snapshot, digest)
}

#[test]
fn every_shipped_scenario_gives_its_golden_report() {
    let mut differing = Vec::new();
    for file in shipped::scenarios() {
        let (snapshot, digest) = play(&file);
        let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        assert!(
            snapshot.demands_met(),
            "{stem} does not meet its own demands:\n{}",
            report::text(&snapshot, &Page::PIPE)
        );
        keeps_to_its_page(&stem, &names(&snapshot), |page| report::text(&snapshot, page));
        for (width, narrow) in narrow(&stem) {
            compare(narrow, report::text(&snapshot, &Page::of_width(width)), &mut differing);
        }
        let found = format!("{}Hash of all packets' ends: {digest:016x}\n", report::text(&snapshot, &Page::PIPE));
        compare(format!("{stem}.txt"), found, &mut differing);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// A lesson begins unsolved, and its report says which stages fail.
#[test]
fn every_lesson_gives_its_golden_report() {
    let mut differing = Vec::new();
    for lesson in LESSONS {
        let (snapshot, digest) = play(&root().join(format!("scenarios/lessons/{}.toml", lesson.name)));
        assert!(!snapshot.demands_met(), "{} is solved as it is shipped", lesson.name);
        keeps_to_its_page(lesson.name, &names(&snapshot), |page| report::text(&snapshot, page));
        let found = format!("{}Hash of all packets' ends: {digest:016x}\n", report::text(&snapshot, &Page::PIPE));
        compare(format!("lessons/{}.txt", lesson.name), found, &mut differing);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The golden reports for narrow terminals, by width: a plain scenario, a large one and one with long sentences.
fn narrow(stem: &str) -> Vec<(usize, String)> {
    let shown = ["quick-start", "hub-and-spokes", "wrong-account"].contains(&stem);
    let golden = |width| (width, format!("narrow/{stem}.{width}.txt"));
    if shown { [60, 80].map(golden).into() } else { Vec::new() }
}

/// Everything in a report that has a name.
fn names(snapshot: &Snapshot) -> BTreeSet<String> {
    let links = snapshot.links.iter().flat_map(|link| [&link.peering, &link.from, &link.to]);
    let entries = snapshot.traffic.iter().map(|entry| &entry.name);
    let hosts = snapshot.traffic.iter().flat_map(|entry| entry.path.split_whitespace());
    links.chain(entries).cloned().chain(hosts.map(str::to_owned)).collect()
}

/// Compares `found` with a golden, or makes it the golden.
fn compare(golden: String, found: String, differing: &mut Vec<String>) {
    let path = root().join("tests/goldens").join(&golden);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).expect("the golden can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected != found {
        differing.push(format!("--- {golden}: expected\n{expected}+++ {golden}: found\n{found}"));
    }
}

/// The same however it is computed, on any number of threads, observed or not.
#[test]
fn every_shipped_scenario_comes_out_the_same_however_it_is_computed() {
    let computed = |file: &Path, mode: Mode, workers: usize| {
        let loaded = scenario::load(file, &Disk, &[]).expect("a shipped scenario is valid");
        let workers = NonZeroUsize::new(workers).expect("not zero");
        let mut run = Run::new(loaded.network, loaded.plan, Options { mode, workers, interval: None, watch: None });
        run.advance(run.plan.duration);
        run.finish().expect("the books balance");
        let links = run.simulation.network().peerings().len() as u32 * 2;
        let minutes = (0..links).map(|link| format!("{:?}\n", run.simulation.meter(LinkId(link)).minutes()));
        report::json(&Snapshot::of(&run, "scenario", Vec::new(), None)) + &minutes.collect::<String>()
    };
    for file in shipped::scenarios() {
        let plain = computed(&file, Mode::Packets, 1);
        for (mode, workers) in [(Mode::Runs, 1), (Mode::Runs, 2), (Mode::Packets, 3)] {
            let found = computed(&file, mode, workers);
            let differs = found.lines().zip(plain.lines()).find(|(found, plain)| found != plain);
            assert!(found == plain, "{}, {mode:?}, {workers} workers: {differs:?}", file.display());
        }
    }
}

/// Scenarios about money also have a golden invoice.
#[cfg(feature = "cli")]
#[test]
fn every_scenario_about_money_gives_its_golden_invoice() {
    let mut differing = Vec::new();
    for file in shipped::scenarios() {
        let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if !stem.starts_with("bill-") && stem != "arrears" {
            continue;
        }
        let name = format!("scenarios/{stem}.toml");
        let found = program::vpcsim(root(), &["bill", &name]).ended(0).out;
        compare(format!("{stem}.bill.txt"), found, &mut differing);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_shipped_scenario_asks_a_question_and_stands_in_the_gallery() {
    let gallery = std::fs::read_to_string(root().join("scenarios/README.md")).expect("the gallery is there");
    for file in shipped::scenarios() {
        let text = std::fs::read_to_string(&file).expect("a shipped file can be read");
        let name = file.file_name().expect("a file has a name").to_string_lossy();
        let question = text.lines().next().and_then(|l| l.strip_prefix("# Question: "));
        let question = question.unwrap_or_else(|| panic!("{name} does not begin with `# Question: `"));
        assert!(text.contains("[[expect]]"), "{name} does not check its own answer");
        assert!(gallery.contains(&format!("({name})")), "{name} is missing in scenarios/README.md");
        assert!(gallery.contains(question), "scenarios/README.md does not ask: {question}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_readme_shows_the_real_report_and_the_real_invoice() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README is there");
    let (mut snapshot, _) = play(&root().join("scenarios/quick-start.toml"));
    snapshot.file = "scenarios/quick-start.toml".into();
    assert!(readme.contains(&report::text(&snapshot, &TERMINAL)), "README.md shows another report of quick-start.toml");
    let invoice =
        std::fs::read_to_string(root().join("tests/goldens/bill-guide.bill.txt")).expect("the golden is there");
    assert!(readme.contains(&invoice), "README.md shows another invoice of bill-guide.toml");
}

/// The list of codes has an item for each, with its rules, and the scenario it names provokes it.
#[test]
fn every_code_has_its_condition_and_a_scenario_that_provokes_it() {
    let topic = std::fs::read_to_string(root().join("src/guide/codes.md")).expect("the topic is there");
    let items = topic.split("\n* `").skip(1).map(|item| item.split_once('`').expect("a code"));
    let mut items: BTreeMap<&str, &str> = items.collect();
    for reason in DropReason::ALL {
        let code = reason.code();
        let item = items.remove(code).unwrap_or_else(|| panic!("{code} has no item"));
        let (inside, _) = item.split_once(": ").expect("a condition");
        let inside: Vec<&str> =
            inside.trim().trim_matches(['(', ')']).split("; ").filter(|part| !part.is_empty()).collect();
        let (scenarios, rules): (Vec<&str>, Vec<&str>) = inside.into_iter().partition(|part| part.ends_with(".toml"));
        assert_eq!(rules.concat(), reason.rules(), "{code}");
        match scenarios[..] {
            // No scenario file can make a malformed header.
            [] => assert!(matches!(reason, DropReason::BadLength | DropReason::BadChecksum), "{code} has no scenario"),
            [scenario] => {
                let (snapshot, _) = play(&root().join("scenarios").join(scenario));
                assert!(snapshot.drops.iter().any(|drop| drop.reason == code), "{scenario} has no {code}");
            }
            _ => panic!("{code} has several scenarios"),
        }
    }
    assert!(items.is_empty(), "no packet has {items:?}");
}
