//! Lessons as a learner meets them: each fails for what it teaches, its solution passes, stages can be begun, and a
//! file that changes what the lesson fixes passes nothing. Does not judge how well they teach.

mod page;
mod program;
mod texts;

use page::keeps_to_its_page;
use program::{Said, folder, root, vpcsim, write};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use texts::PAIR;
use vpcsim::lessons::{LESSONS, Shipped};
use vpcsim::model::{Lesson, Track};
use vpcsim::report;

fn lesson(shipped: &Shipped) -> Lesson {
    shipped.lesson().unwrap_or_else(|all| panic!("{}: {}", shipped.name, all[0].headline()))
}

/// Checks this text as `mine.toml`.
fn checked(text: &str, more: &[&str]) -> Said {
    let folder = folder(&[("mine.toml", text)]);
    vpcsim(folder.path(), &[&["lesson", "check", "mine.toml", "--json"], more].concat())
}

/// The names of the stages, whether each is passed, and why not.
fn stages(said: &Said) -> Vec<(String, bool, Option<String>)> {
    let document = said.json();
    let one = |stage: &Value| {
        let name = stage["name"].as_str().expect("a name").to_owned();
        (name, stage["passed"].as_bool().expect("a truth"), stage["why"].as_str().map(str::to_owned))
    };
    document["stages"].as_array().expect("stages").iter().map(one).collect()
}

/// Whether each stage is passed, read off the expectations of a run of the same text; and how the run ends.
fn by_the_run(text: &str) -> (Vec<(String, bool)>, Option<i32>) {
    let folder = folder(&[("mine.toml", text)]);
    let run = vpcsim(folder.path(), &["run", "mine.toml", "--json"]);
    let report = run.json();
    let mut passed: Vec<(String, bool)> = Vec::new();
    for demand in report["expectations"].as_array().expect("expectations") {
        let (stage, held) = (demand["stage"].as_str().expect("a stage"), demand["held"] == true);
        match passed.iter_mut().find(|(name, _)| name == stage) {
            Some((_, all)) => *all &= held,
            None => passed.push((stage.to_owned(), held)),
        }
    }
    (passed, run.code)
}

#[test]
fn an_unsolved_lesson_fails_and_its_solution_passes() {
    for shipped in LESSONS {
        for (text, code) in [(shipped.start, 1), (shipped.solved, 0)] {
            let said = checked(text, &[]).ended(code);
            let found = stages(&said);
            let names: Vec<String> = lesson(shipped).stages.iter().map(|stage| stage.name.to_string()).collect();
            assert_eq!(found.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>(), names, "{}", shipped.name);
            for (name, passed, why) in &found {
                assert_eq!((*passed, why.is_none()), (code == 0, code == 0), "{} {name}", shipped.name);
            }
            let (mut twin, ended) = by_the_run(text);
            twin.sort_by_key(|(name, _)| names.iter().position(|known| known == name));
            let found: Vec<(String, bool)> = found.into_iter().map(|(name, passed, _)| (name, passed)).collect();
            assert_eq!((found, ended), (twin, Some(code)), "{}", shipped.name);
        }
    }
}

#[test]
fn a_solution_differs_only_by_what_may_change() {
    for shipped in LESSONS {
        let (mut start, mut solved) =
            [shipped.start, shipped.solved].map(|text| text.parse::<toml::Table>().expect("TOML")).into();
        assert_ne!(start, solved, "{}", shipped.name);
        for key in lesson(shipped).may_change {
            let parts: Vec<&str> = key.split('.').collect();
            [&mut start, &mut solved].into_iter().for_each(|table| forget(table, &parts));
        }
        assert_eq!(start, solved, "{}", shipped.name);
    }
}

/// Takes out a key; `at.+` are all entries of a timeline that are not shipped.
fn forget(table: &mut toml::Table, parts: &[&str]) {
    if parts == ["at", "+"] {
        let shipped =
            |action: &toml::Value| ["delete", "create_peering"].contains(&action["do"].as_str().unwrap_or(""));
        if let Some(toml::Value::Array(actions)) = table.get_mut("at") {
            actions.retain(shipped);
        }
        table.retain(|key, value| key != "at" || value.as_array().is_some_and(|actions| !actions.is_empty()));
        return;
    }
    let keys: Vec<String> = table.keys().filter(|key| parts[0] == "*" || *key == parts[0]).cloned().collect();
    for key in keys {
        match (&parts[1..], table.get_mut(&key)) {
            ([], _) => drop(table.remove(&key)),
            (rest, Some(toml::Value::Table(inner))) => forget(inner, rest),
            _ => {}
        }
    }
}

#[test]
fn every_stage_can_be_begun() {
    let mut begun = 0;
    for shipped in LESSONS {
        for (at, stage) in lesson(shipped).stages.iter().enumerate() {
            let folder = folder::<&str>(&[]);
            let name = stage.name.as_str();
            vpcsim(folder.path(), &["new", "--lesson", shipped.name, "--stage", name, "-o", "mine.toml"]).ended(0);
            let said = vpcsim(folder.path(), &["lesson", "check", "mine.toml", "--json"]).ended(1);
            let found = stages(&said);
            assert!(!found[at].1, "{} {name} is passed where it begins", shipped.name);
            if !stage.start.is_empty() {
                begun += 1;
                let before: Vec<_> = found[..at].iter().filter(|(_, passed, _)| !passed).collect();
                assert!(before.is_empty(), "{} {name} begins with {before:?}", shipped.name);
            }
            let why = found[at].2.as_deref().expect("a reason");
            assert!(!why.contains("The lesson fixes"), "{} {name}: {why}", shipped.name);
        }
    }
    assert!(begun >= 10, "only {begun} stages begin with actions");
    let unknown = vpcsim(root(), &["new", "--lesson", "ttl", "--stage", "middle"]).ended(2);
    assert!(unknown.out.is_empty() && unknown.talk.contains("near, far"), "{}", unknown.talk);
}

#[test]
fn the_answer_is_a_document_for_programs() {
    let said = checked(Shipped::named("return-route").expect("it is shipped").start, &[]).ended(1);
    let why = [
        "traffic ping: delivered is 0, not > 0; most drops are no_route. The table of VPC1/A has no entry for \
         10.0.1.0/24: add a route by way of PeerConn.",
        "traffic ping: loss is 100 %, not 0 %; most drops are no_route. Somebody's table has no entry for the way \
         back: look at VPC2/B, and at 192.168.1.0/24.",
    ];
    let stage = |name: &str, why: &str| json!({ "name": name, "passed": false, "why": why });
    assert_eq!(said.json(), json!({ "stages": [stage("there", why[0]), stage("back", why[1])] }));
    let solved = checked(Shipped::named("return-route").expect("it is shipped").solved, &[]).ended(0);
    let passed = |name: &str| json!({ "name": name, "passed": true, "why": null });
    assert_eq!(solved.json(), json!({ "stages": [passed("there"), passed("back")] }));
}

/// A demand on who reaches whom is judged too, and its code chooses the hint.
#[test]
fn who_is_reached_is_told_with_its_code() {
    let shipped = Shipped::named("deletion").expect("it is shipped");
    let silent = shipped.start.replace("delivered = \"> 0\"", "delivered = \">= 0\"");
    let found = report_of(&silent);
    let why = found[0].2.as_deref().expect("a reason");
    let said = "reach one way at 4 s \"VPC1/web -> VPC2/db\": VPC1/web -> VPC2/db: no_route. The routes went with the";
    assert!(why.starts_with(said), "{why}");
}

/// A packet of the first seconds may be dropped for another reason than those that the demand is about: the hint is for
/// these, on the peering of the demand whichever of its name it is, and on the way of the demand.
#[test]
fn a_hint_is_for_the_drops_of_the_demand() {
    let rest = r#"bandwidth = "100 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "constant"
rate = "8 Mbps"
packet_size = "1000 B"
[[at]]
time = "6 s"
do = "delete"
peering = "p"
[[at]]
time = "6 s"
do = "create_peering"
name = "p"
requester = "a"
accepter = "b"
bandwidth = "5 Mbps"
[[at]]
time = "7 s"
do = "add_route"
subnet = "a/s"
to = "10.1.0.0/16"
via = "p"
[lesson]
name = "own"
title = "own"
track = "cap"
[[lesson.stage]]
name = "one"
goal = "-"
hints = { no_route = "A ROUTE.", shaper_queue_full = "A CAP.", any = "ANY." }
"#;
    let pair = PAIR.replace("routes = [{ to = \"10.1.0.0/16\", via = \"p\" }]\n", "");
    let begin = format!("name = \"own\"\nduration = \"10 s\"\n{pair}{rest}");
    let why = |demand: &str| {
        let found = report_of(&format!("{begin}expect = [{{ {demand} }}]\n"));
        found[0].2.clone().expect("a reason")
    };
    for (demand, told) in [
        ("traffic = \"t\", loss = \"0 %\"", "; most drops are no_route. A ROUTE."),
        ("traffic = \"t\", between = [\"0 s\", \"2 s\"], loss = \"0 %\"", "; most drops are no_route. A ROUTE."),
        (
            "traffic = \"t\", between = [\"8 s\", \"10 s\"], loss = \"0 %\"",
            "; most drops are shaper_queue_full. A CAP.",
        ),
        ("peering = \"p\", from = \"a\", loss = \"0 %\"", "; most drops are shaper_queue_full. A CAP."),
        // Nothing is dropped on the way back, or before there is anything on this way.
        ("peering = \"p\", from = \"b\", offered = \"> 0\"", "is 0, not > 0. ANY."),
        ("peering = \"p\", from = \"a\", between = [\"0 s\", \"2 s\"], offered = \"> 0\"", "is 0, not > 0. ANY."),
    ] {
        assert!(why(demand).ends_with(told), "{demand}: {}", why(demand));
    }
}

/// What the library says about a text whose demands are its own.
fn report_of(text: &str) -> Vec<(String, bool, Option<String>)> {
    let shown = Shipped { name: "own", start: Box::leak(text.to_owned().into_boxed_str()), text: "", solved: "" };
    let scenario = shown.scenario(&[]).unwrap_or_else(|all| panic!("{}", all[0].headline()));
    let judged = vpcsim::diagnose::judge(&scenario.network, &scenario.plan);
    let reach = report::reach_reports(&scenario.plan, &judged);
    let mut run = vpcsim::engine::Run::new(scenario.network, scenario.plan, Default::default());
    run.advance(run.plan.duration);
    run.finish().expect("the books balance");
    let mut snapshot = report::Snapshot::of(&run, "own", Vec::new(), None);
    snapshot.expectations.extend(reach);
    let results = report::stage_results(&run.plan, &snapshot);
    results.into_iter().map(|result| (result.name, result.passed, result.why)).collect()
}

#[test]
fn goals_come_from_the_lesson_and_never_from_the_file() {
    let shipped = Shipped::named("return-route").expect("it is shipped");
    let first = shipped.start.find("[[lesson.stage]]").expect("a stage");
    let last = shipped.start.rfind("[[lesson.stage]]").expect("a stage");
    let without_the_last = shipped.start[..last].to_owned();
    let weakened = shipped.start.replace("loss    = \"0 %\"", "loss    = \"<= 100 %\"").replace("> 0", ">= 0");
    let own = &shipped.start[..first];
    let easy = "[[lesson.stage]]\nname = \"easy\"\ngoal = \"-\"\nexpect = [{ traffic = \"ping\", sent = \">= 0\" }]\n";
    for text in [without_the_last, weakened, format!("{own}{easy}")] {
        let found = stages(&checked(&text, &[]).ended(1));
        assert_eq!(
            found.iter().map(|(name, passed, _)| (name.as_str(), *passed)).collect::<Vec<_>>(),
            [("there", false), ("back", false)]
        );
    }
    // A demand of the learner's own is the learner's own affair.
    let impossible = format!("{}\n[[expect]]\ntraffic = \"ping\"\nsent = 0\n", shipped.solved);
    checked(&impossible, &[]).ended(0);
}

#[test]
fn what_the_lesson_fixes_must_be_as_shipped() {
    let shipped = Shipped::named("return-route").expect("it is shipped");
    let changes = [
        ("duration = \"5 s\"", "duration = \"4 s\"", "duration (line 3)"),
        ("[traffic.ping]", "[traffic.pong]", "traffic.pong (line 26), traffic.ping (missing)"),
        ("interval = \"100 ms\"", "interval = \"1 s\"", "traffic.ping.interval (line 30)"),
        ("interval = \"100 ms\"", "interval = \"100 ms\"\nstop = \"1 s\"", "traffic.ping.stop (line 31)"),
        ("[vpc.VPC1.host.web]", "[vpc.VPC1.host.web]\nup = true", "vpc.VPC1.host.web.up (line 12)"),
        ("duration = \"5 s\"", "duration = \"5 s\"\nseed = 2", "seed (line 4)"),
        ("bandwidth = \"100 Mbps\"", "bandwidth = \"99 Mbps\"", "peering.PeerConn.bandwidth (line 24)"),
    ];
    for (from, to, told) in changes {
        assert_eq!(shipped.solved.matches(from).count(), 1, "{from}");
        // Demands of the file are no matter, so that a renamed entry is not an unknown one.
        let changed = shipped.solved.replace(from, to).replace("traffic = \"ping\"", "traffic = \"pong\"");
        let changed = if from.contains("traffic") { changed } else { shipped.solved.replace(from, to) };
        for (name, passed, why) in stages(&checked(&changed, &[]).ended(1)) {
            let why = why.expect("a reason");
            assert!(!passed && why.contains(&format!("The lesson fixes {told}:")), "{name}: {why}");
            assert!(why.contains("What may change: vpc.*.subnet.*.routes."), "{why}");
        }
    }
    let set = checked(shipped.solved, &["--set", "traffic.ping.interval=50 ms"]).ended(1);
    assert!(
        stages(&set)[0].2.as_deref().is_some_and(|why| why.contains("traffic.ping.interval (--set")),
        "{}",
        set.out
    );
    let renamed = shipped.solved.replace("host.web", "host.www").replace("VPC1/web", "VPC1/www");
    let why = stages(&checked(&renamed, &[]).ended(1))[0].2.clone().expect("a reason");
    assert!(why.contains("vpc.VPC1.host.www (line 11), vpc.VPC1.host.web (missing)"), "{why}");
}

#[test]
fn spelling_and_order_are_the_learners_own() {
    let shipped = Shipped::named("return-route").expect("it is shipped");
    let spelt = shipped.solved.replace("\"100 Mbps\"", "\"0.1 Gbps\"").replace("\"100 ms\"", "\"0.1 s\"");
    let (head, tail) = spelt.split_once("[vpc.VPC1]").expect("VPC1");
    let (first, rest) = tail.split_once("[vpc.VPC2]").expect("VPC2");
    let (second, rest) = rest.split_once("[peering.PeerConn]").expect("a peering");
    let turned = format!("{head}[vpc.VPC2]{second}[vpc.VPC1]{first}[peering.PeerConn]{rest}");
    assert_ne!(turned, shipped.solved);
    checked(&turned, &[]).ended(0);
    // Actions of one's own may stand before those that were shipped.
    let deletion = Shipped::named("deletion").expect("it is shipped");
    let begin = deletion.solved.find("[[at]]").expect("a timeline");
    let own = deletion.solved.find("[[at]]\ntime   = \"3 s\"").expect("actions of the solution");
    let end = deletion.solved.find("[lesson]").expect("the lesson");
    let text = deletion.solved;
    let turned = [&text[..begin], &text[own..end], &text[begin..own], &text[end..]].concat();
    assert_ne!(turned, text);
    checked(&turned, &[]).ended(0);
}

#[test]
fn changes_may_come_from_the_command_line_or_standard_input() {
    let shipped = Shipped::named("return-route").expect("it is shipped");
    let there = "0 s add_route 10.0.1.0/24 via=PeerConn subnet=VPC1/A";
    let found = stages(&checked(shipped.start, &["--do", there]).ended(1));
    assert_eq!(found.iter().map(|(_, passed, _)| *passed).collect::<Vec<_>>(), [true, false]);
    let folder = folder(&[("s.toml", shipped.solved)]);
    let mut command = program::command(folder.path(), &["lesson", "check", "-"]);
    command.stdin(std::fs::File::open(folder.path().join("s.toml")).expect("it is there"));
    let said = program::said(&mut command).ended(0);
    assert!(said.out.starts_with("return-route (<stdin>): 2 of 2 stages passed\n"), "{}", said.out);
    assert!(said.out.contains("Right: none"), "the answers of what is passed are told: {}", said.out);
}

#[test]
fn no_such_lesson_and_broken_files_are_refused() {
    let shipped = Shipped::named("return-route").expect("it is shipped");
    let named = |name: &str| shipped.start.replace("\"return-route\"", &format!("\"{name}\""));
    let plain = shipped.start[..shipped.start.find("[lesson]").expect("a lesson")].to_owned();
    let cases = [
        (plain.clone(), "--lesson NAME"),
        (named("return-root"), "did you mean `return-route`?"),
        (named("../../return-route"), "no lesson is called `../../return-route`"),
        (named(""), "no lesson is called ``"),
        (String::new(), "is empty"),
        ("[lesson".to_owned(), "not TOML"),
        (shipped.start.replace("\"192.168.0.0/16\"", "\"192.168.0.0/99\""), "192.168.0.0/99"),
        (shipped.start.replace("title      =", "titel      ="), "did you mean `title`?"),
    ];
    for (text, told) in cases {
        let folder = folder(&[("mine.toml", &text)]);
        let said = vpcsim(folder.path(), &["lesson", "check", "mine.toml"]).ended(2);
        assert!(said.out.is_empty() && said.talk.contains(told), "{told}: {}", said.all());
        let complaints = checked(&text, &[]).ended(2).json();
        assert!(complaints["complaints"].as_array().is_some_and(|all| !all.is_empty()), "{complaints}");
    }
    assert_eq!(stages(&checked(&plain, &["--lesson", "return-route"]).ended(1)).len(), 2);
    for name in ["nothing", "/etc/passwd", "../lessons/ttl"] {
        let said = checked(&plain, &["--lesson", name]).ended(2);
        assert!(said.talk.contains(&format!("no lesson is called `{name}`")), "{}", said.talk);
        vpcsim(root(), &["lesson", "show", name]).ended(2);
        vpcsim(root(), &["new", "--lesson", name]).ended(2);
    }
    let missing = vpcsim(root(), &["lesson", "check", "nowhere.toml"]).ended(2);
    assert!(missing.talk.contains("nowhere.toml"), "{}", missing.talk);
    // The network of another lesson is not this one's.
    let other = stages(&checked(Shipped::named("ttl").expect("it is shipped").solved, &["--lesson", "queue"]).ended(1));
    assert!(other.iter().all(|(_, passed, _)| !passed), "{other:?}");
}

#[test]
fn the_list_is_the_folder() {
    let stems = |folder: &str, extension: &str| -> BTreeSet<String> {
        let files = std::fs::read_dir(root().join(folder)).expect("the folder is there");
        let files = files.map(|file| file.expect("it can be listed").path());
        let fitting = files.filter(|file| file.extension().is_some_and(|e| e == extension));
        fitting.map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    let names: BTreeSet<String> = LESSONS.iter().map(|shipped| shipped.name.to_owned()).collect();
    assert_eq!(names.len(), LESSONS.len());
    for (folder, extension) in [("lessons", "toml"), ("lessons", "md"), ("lessons/solved", "toml")] {
        assert_eq!(stems(&format!("scenarios/{folder}"), extension), names, "{folder} {extension}");
    }
    let lessons: Vec<Lesson> = LESSONS.iter().map(lesson).collect();
    assert!(lessons.is_sorted_by_key(|lesson| lesson.track), "lessons are listed by track");
    for track in Track::ALL {
        assert!(lessons.iter().filter(|lesson| lesson.track == track).count() >= 4, "{track:?}");
    }
    for (shipped, lesson) in LESSONS.iter().zip(&lessons) {
        assert_eq!(shipped.name, lesson.name.as_str());
        assert!(shipped.start.starts_with("# Question: "), "{}", shipped.name);
        assert!(lesson.stages[0].quiz.is_some(), "{} asks nothing", shipped.name);
        for stage in &lesson.stages {
            assert!(stage.hints.iter().any(|hint| hint.on.is_none()), "{} {}", shipped.name, stage.name);
        }
    }
    let listed = vpcsim(root(), &["lesson", "list", "--json"]).ended(0).json();
    let listed: Vec<&str> =
        listed.as_array().expect("a list").iter().map(|l| l["name"].as_str().expect("a name")).collect();
    assert_eq!(listed, LESSONS.iter().map(|shipped| shipped.name).collect::<Vec<_>>());
}

#[test]
fn lists_and_texts_keep_to_the_page() {
    let lessons: Vec<Lesson> = LESSONS.iter().map(lesson).collect();
    let names = LESSONS.iter().map(|shipped| shipped.name.to_owned()).collect();
    keeps_to_its_page("the list", &names, |page| report::lessons_text(&lessons, page));
    for (shipped, lesson) in LESSONS.iter().zip(&lessons) {
        let stages = lesson.stages.iter().map(|stage| stage.name.to_string()).collect();
        keeps_to_its_page(shipped.name, &stages, |page| report::lesson_text(lesson, page));
        let shown = vpcsim(root(), &["lesson", "show", shipped.name]).ended(0).out;
        assert!(shown.contains(&lesson.stages[0].goal), "{shown}");
        assert!(!shown.contains(&lesson.stages[0].quiz.as_ref().expect("a question").answer), "{shown}");
        let solved = vpcsim(root(), &["lesson", "show", shipped.name, "--solved"]).ended(0).out;
        assert_eq!(solved, shipped.solved);
        assert_eq!(vpcsim(root(), &["new", "--lesson", shipped.name]).ended(0).out, shipped.start);
        for line in [shipped.start, shipped.solved].into_iter().flat_map(str::lines) {
            assert!(!line.ends_with(' '), "{}: {line}", shipped.name);
        }
    }
}

/// The words of a command line as a shell splits them, with single quotes alone.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            letter => words.last_mut().expect("there is one").push(letter),
        }
    }
    words
}

#[test]
fn every_text_has_its_parts_and_its_commands_run() {
    for shipped in LESSONS {
        let text = shipped.text;
        assert!(text.starts_with("# ") && text.lines().count() <= 45, "{}", shipped.name);
        for part in ["\n## Before the run\n", "\n## Look at\n", "\n## Answer\n"] {
            assert!(text.contains(part), "{} has no {part:?}", shipped.name);
        }
        let folder = folder::<&str>(&[]);
        let mine = folder.path().join("mine.toml").display().to_string();
        let code = text.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("commands");
        for line in code.lines() {
            let words: Vec<String> = words(line).iter().map(|word| word.replace("mine.toml", &mine)).collect();
            let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
            let said = vpcsim(root(), &args);
            assert_eq!(words[0], "vpcsim");
            assert!(matches!(said.code, Some(0 | 1)), "{}: {line}\n{}", shipped.name, said.all());
        }
        assert!(code.contains("vpcsim lesson check mine.toml"), "{}", shipped.name);
    }
}

/// A lesson that passes on its own says so to whoever plays it: the same results as the program's.
#[test]
fn the_library_gives_what_the_program_gives() {
    let mut compared = BTreeMap::new();
    for shipped in LESSONS.iter().filter(|shipped| ["overlap", "expiry"].contains(&shipped.name)) {
        compared.insert(shipped.name, report_of(shipped.start));
        assert_eq!(stages(&checked(shipped.start, &[])), compared[shipped.name]);
    }
    assert_eq!(compared.len(), 2);
}

/// `new` keeps to its promise not to write over what somebody made.
#[test]
fn a_learners_file_is_not_written_over() {
    let folder = folder(&[("mine.toml", "precious")]);
    vpcsim(folder.path(), &["new", "--lesson", "ttl", "-o", "mine.toml"]).ended(2);
    assert_eq!(program::read(folder.path(), "mine.toml"), "precious");
    write(Path::new(folder.path()), "other.toml", "");
    vpcsim(folder.path(), &["new", "--lesson", "ttl", "--scale", "3"]).ended(2);
    vpcsim(folder.path(), &["new", "--stage", "near"]).ended(2);
}
