//! What the command writes, and what it leaves alone: outputs are claimed before anything runs, none replaces a foreign
//! file, and a failing output affects neither the others nor the verdict.
#![cfg(target_os = "linux")]

mod program;
mod texts;

use program::{Said, bare, read, said, write};
use serde_json::Value;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use texts::PAIR;

/// 2 s of 8 Mbps over a cap of 10 Mbps.
fn scenario() -> String {
    let rest = r#"bandwidth = "10 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "series"
file = "rates.csv"
packet_size = "1000 B"
[[expect]]
traffic = "t"
loss = "0 %"
"#;
    format!("name = \"pair\"\nduration = \"2 s\"\n{PAIR}{rest}")
}

const RATES: &str = "time,rate\n0,8 Mbps\n";
const MATRIX: &str = "step,a_b,b_a\n0,4,1\n1,0.5,2\n";
/// Makes the expectation fail.
const CAPPED: [&str; 2] = ["--set", "peering.p.bandwidth=5 Mbps"];

/// A folder with a scenario `s.toml`, its `rates.csv` and a `matrix.csv`.
fn folder() -> TempDir {
    program::folder(&[("s.toml", scenario().as_str()), ("rates.csv", RATES), ("matrix.csv", MATRIX)])
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = program::command(folder, args);
    command.env("COLUMNS", "160");
    command
}

fn vpcsim(folder: &Path, args: &[&str]) -> Said {
    said(&mut command(folder, args))
}

/// The program ends with 2 before anything runs, for this reason.
#[track_caller]
fn refused(folder: &Path, args: &[&str], why: &str) {
    let said = vpcsim(folder, args);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}: {}", said.talk);
    assert!(said.talk.contains(why), "{args:?}: {}", said.talk);
}

/// The program ends with 0 and says nothing except its report.
#[track_caller]
fn done(folder: &Path, args: &[&str]) -> String {
    let said = vpcsim(folder, args);
    assert_eq!((said.code, said.talk.as_str()), (Some(0), ""), "{args:?}");
    said.out
}

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("/dev/full is there")
}

fn closed() -> std::io::PipeWriter {
    std::io::pipe().expect("a pipe").1
}

/// Every subcommand that prints, and its exit code.
const PRINTING: [(&[&str], i32); 14] = [
    (&["run", "s.toml"], 0),
    (&["run", "s.toml", CAPPED[0], CAPPED[1]], 1),
    (&["run", "s.toml", "none.toml", "--json"], 2),
    (&["bill", "s.toml"], 0),
    (&["bill", "s.toml", "--require-priced", "--set", "vpc.b.region=toronto"], 1),
    (&["check", "s.toml"], 0),
    (&["check", "s.toml", "none.toml"], 2),
    (&["show", "s.toml"], 0),
    (&["graph", "s.toml"], 0),
    (&["graph", "s.toml", "--format", "json"], 0),
    (&["sweep", "s.toml", "--over", "seed=1,2"], 0),
    (&["new"], 0),
    (&["import", "series", "matrix.csv", "--unit", "Mbps"], 0),
    (&["bench", "--workload", "pair", "--packets", "1000", "--repeat", "1"], 0),
];

#[test]
fn a_reader_that_left_changes_no_verdict() {
    let folder = folder();
    for (args, code) in PRINTING.into_iter().chain([(&["schema"][..], 0), (&["--help"], 0)]) {
        let said = said(command(folder.path(), args).stdout(closed()));
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.talk);
        assert!(!said.talk.contains("standard output"), "{args:?}: {}", said.talk);
    }
}

#[test]
fn a_full_disk_behind_stdout_is_told_by_all() {
    let folder = folder();
    for (args, _) in PRINTING.into_iter().chain([(&["schema"][..], 0), (&["--help"], 0), (&["--version"], 0)]) {
        let said = said(command(folder.path(), args).stdout(full()));
        assert_eq!(said.code, Some(2), "{args:?}: {}", said.talk);
        assert!(said.talk.contains("cannot write to standard output: No space"), "{args:?}: {}", said.talk);
    }
}

#[test]
fn talk_that_nobody_takes_costs_neither_report_nor_verdict() {
    let folder = folder();
    let changing = "\n[[at]]\ntime = \"1 s\"\ndo = \"change_bandwidth\"\npeering = \"p\"\nbandwidth = \"20 Mbps\"\n";
    write(folder.path(), "s.toml", scenario() + changing);
    let report = vpcsim(folder.path(), &["run", "-v", "s.toml"]);
    assert!(report.code == Some(0) && report.talk.contains("change"), "{}", report.talk);
    let verbose = || command(folder.path(), &["run", "-vv", "s.toml"]);
    for said in [said(verbose().stderr(full())), said(verbose().stderr(closed()))] {
        assert_eq!((said.code, &said.out), (Some(0), &report.out));
    }
    let wrong: [&[&str]; 4] = [&["check", "none.toml"], &["run", "none.toml"], &["fly"], &["new", "-o", "s.toml"]];
    for args in wrong {
        for stderr in [Stdio::from(full()), Stdio::from(closed())] {
            assert_eq!(said(command(folder.path(), args).stderr(stderr)).code, Some(2), "{args:?}");
        }
    }
}

#[test]
fn an_output_that_fails_costs_neither_the_report_nor_the_other_outputs() {
    let folder = folder();
    let run = ["run", "s.toml", "--interval", "1s"];
    let report = done(folder.path(), &run);
    let failed = vpcsim(folder.path(), &[&run[..], &["--csv", "/dev/full"]].concat());
    assert_eq!((failed.code, &failed.out), (Some(2), &report));
    assert!(failed.talk.contains("/dev/full cannot be written: No space"), "{}", failed.talk);
    let bill = done(folder.path(), &["bill", "s.toml"]);
    let files = ["bill", "s.toml", "--csv", "/dev/full", "--monitoring", "m.csv", "--svg", "svg"];
    let failed = vpcsim(folder.path(), &files);
    assert_eq!((failed.code, failed.out), (Some(2), bill));
    assert!(read(folder.path(), "m.csv").lines().count() > 1);
    assert_eq!(fs::read_dir(folder.path().join("svg")).expect("made").count(), 1);
}

#[test]
fn the_reader_of_a_named_pipe_may_leave_or_stay() {
    let folder = folder();
    said(bare("mkfifo").arg(folder.path().join("pipe"))).ended(0);
    // Some megabytes: far more than any pipe holds, so that writing goes on after the reader has left.
    let run = ["run", "s.toml", "--set", "duration=60 s", "--interval", "1ms", "--csv", "pipe"];
    let report = done(folder.path(), &run[..6]);
    let reader = |program: &[&str]| {
        let copy = File::create(folder.path().join("copy")).expect("a file");
        bare(program[0]).args(&program[1..]).arg("pipe").current_dir(&folder).stdout(copy).spawn().expect("it runs")
    };
    let mut cut = reader(&["head", "-c", "5"]);
    let said = vpcsim(folder.path(), &run);
    assert_eq!((said.code, &said.out), (Some(2), &report), "{}", said.talk);
    assert!(said.talk.contains("pipe cannot be written: Broken pipe"), "{}", said.talk);
    cut.wait().expect("it ended");
    let mut all = reader(&["cat"]);
    assert_eq!(done(folder.path(), &run), report);
    all.wait().expect("it ended");
    assert_eq!(read(folder.path(), "copy").lines().count(), 1 + 60_000);
}

#[test]
fn devices_and_standard_output_itself_can_be_outputs() {
    let folder = folder();
    let run = ["run", "s.toml", "--interval", "1s", "--csv"];
    let report = done(folder.path(), &run[..4]);
    assert_eq!(done(folder.path(), &[&run[..], &["/dev/null"]].concat()), report);
    done(folder.path(), &[&run[..], &["t.csv"]].concat());
    symlink("/dev/stdout", folder.path().join("link")).expect("a link");
    for name in ["/dev/stdout", "/dev/fd/1", "link"] {
        let both = report.clone() + &read(folder.path(), "t.csv");
        assert_eq!(done(folder.path(), &[&run[..], &[name]].concat()), both, "{name}");
        // A file as stdout takes both, like a pipe.
        let out = File::create(folder.path().join("out")).expect("a file");
        let said = said(command(folder.path(), &[&run[..], &[name]].concat()).stdout(out));
        assert_eq!((said.code, read(folder.path(), "out")), (Some(0), both), "{name}");
    }
    // Under its own name, the file would be truncated while the report is written to it.
    let out = File::create(folder.path().join("out")).expect("a file");
    let said = said(command(folder.path(), &[&run[..], &["out"]].concat()).stdout(out));
    assert_eq!((said.code, read(folder.path(), "out")), (Some(2), String::new()));
    assert!(said.talk.contains("out is where standard output goes already"), "{}", said.talk);
}

#[test]
fn what_cannot_be_opened_is_told_before_anything_runs() {
    let folder = folder();
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    let run = ["run", "s.toml", "--interval", "1s", "--csv"];
    for (name, why) in [
        ("no/such/folder.csv", "no/such/folder.csv cannot be written: No such file or directory"),
        ("folder", "folder cannot be written: is a directory"),
        ("new/", "new/ cannot be written: is a directory"),
        ("s.toml/x.csv", "cannot be written: Not a directory"),
        ("/proc/x.csv", "cannot be written"),
    ] {
        refused(folder.path(), &[&run[..], &[name]].concat(), why);
        refused(folder.path(), &["bill", "s.toml", "--csv", name], why);
        refused(folder.path(), &["bill", "s.toml", "--monitoring", name], why);
        refused(folder.path(), &["new", "-o", name], why);
    }
    for name in ["s.toml", "s.toml/x", "/proc/x"] {
        refused(folder.path(), &["bill", "s.toml", "--svg", name], "cannot be written");
        refused(folder.path(), &["import", "series", "matrix.csv", "--unit", "Mbps", "-o", name], "cannot be written");
    }
    // The check itself left nothing behind.
    assert_eq!(names(folder.path()), ["folder", "matrix.csv", "rates.csv", "s.toml"]);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn no_output_is_an_input_however_it_is_spelled() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).expect("a folder");
    fs::hard_link(at("s.toml"), at("hard.csv")).expect("a link");
    symlink("../s.toml", at("sub/soft.csv")).expect("a link");
    symlink("sub", at("linked")).expect("a link");
    let prices = "name = \"mine\"\nsource = \"me\"\ndate = \"2024\"\ncurrency = \"EUR\"\nhome = \"all\"\n[group.all]\n\
                  regions = [\"beijing\", \"guangzhou\"]\nday = [{ above = \"0 Mbps\", price = 1.5 }]\n";
    write(folder.path(), "book.toml", prices);
    write(folder.path(), "samples.csv", "time,peering,direction,bps\n2017-06-01 00:05:00,p,in,30000000\n");
    let before: Vec<String> = names(folder.path());
    let run = ["run", "s.toml", "--interval", "1s", "--force", "--csv"];
    let spelled = ["s.toml", "./s.toml", "sub/../s.toml", "hard.csv", "sub/soft.csv", "linked/soft.csv", "rates.csv"];
    for name in spelled {
        let why = format!("{name} is an input of this command");
        refused(folder.path(), &[&run[..], &[name]].concat(), &why);
        refused(folder.path(), &["bill", "s.toml", "--force", "--csv", name], &why);
        refused(folder.path(), &["bill", "s.toml", "--force", "--monitoring", name], &why);
    }
    let bill = ["bill", "s.toml", "--book", "book.toml", "--samples", "samples.csv", "--force", "--csv"];
    for name in ["book.toml", "samples.csv", "s.toml"] {
        refused(folder.path(), &[&bill[..], &[name]].concat(), "is an input of this command");
    }
    assert_eq!(names(folder.path()), before);
    assert_eq!((read(folder.path(), "s.toml"), read(folder.path(), "rates.csv")), (scenario(), RATES.into()));
    assert_eq!(read(folder.path(), "book.toml"), prices);
}

#[test]
fn no_output_is_another_output() {
    let folder = folder();
    symlink("to-be.csv", folder.path().join("dangling.csv")).expect("a link");
    for (one, other) in [("x.csv", "x.csv"), ("x.csv", "./x.csv"), ("dangling.csv", "to-be.csv")] {
        let args = ["bill", "s.toml", "--csv", one, "--monitoring", other];
        refused(folder.path(), &args, &format!("{other} is named for two outputs"));
    }
    assert!(!folder.path().join("x.csv").exists());
    done(folder.path(), &["bill", "s.toml", "--csv", "/dev/null", "--monitoring", "/dev/null"]);
    // A picture's name is known only when it is drawn.
    fs::create_dir(folder.path().join("svg")).expect("a folder");
    let args = ["bill", "s.toml", "--csv", "svg/p-2017-06-01.svg", "--svg", "svg", "--force"];
    let said = vpcsim(folder.path(), &args);
    assert_eq!(said.code, Some(2), "{}", said.talk);
    assert!(read(folder.path(), "svg/p-2017-06-01.svg").starts_with("BilledCost,"));
}

#[test]
fn tables_and_pictures_replace_earlier_ones_and_nothing_else() {
    let folder = folder();
    fs::create_dir(folder.path().join("svg")).expect("a folder");
    let outputs: [(&str, &[&str]); 4] = [
        ("i.csv", &["run", "s.toml", "--interval", "1s", "--csv", "i.csv"]),
        ("f.csv", &["bill", "s.toml", "--csv", "f.csv"]),
        ("m.csv", &["bill", "s.toml", "--monitoring", "m.csv"]),
        ("svg/p-2017-06-01.svg", &["bill", "s.toml", "--svg", "svg"]),
    ];
    for (name, args) in outputs {
        done(folder.path(), args);
        let made = read(folder.path(), name);
        // An earlier output cut off after its beginning, and an empty file.
        let lines: Vec<&str> = made.lines().take(2).collect();
        for earlier in [lines.join("\n"), String::new()] {
            write(folder.path(), name, &earlier);
            done(folder.path(), args);
            assert_eq!(read(folder.path(), name), made, "{name}");
        }
        for foreign in ["time,rate\n0,8 Mbps\n", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n", "\n", "\u{1}\u{2}"] {
            write(folder.path(), name, foreign);
            let said = vpcsim(folder.path(), args);
            assert_eq!(said.code, Some(2), "{name}: {}", said.talk);
            assert!(
                said.talk.contains("is there already and is not a") && said.talk.contains("--force"),
                "{}",
                said.talk
            );
            assert_eq!(read(folder.path(), name), foreign, "{name}");
        }
        done(folder.path(), &[args, &["--force"]].concat());
        assert_eq!(read(folder.path(), name), made, "{name}");
    }
    // One kind of output does not replace another.
    write(folder.path(), "f.csv", read(folder.path(), "m.csv"));
    refused(folder.path(), outputs[1].1, "f.csv is there already and is not a FOCUS CSV of vpcsim");
}

#[test]
fn a_replaced_file_keeps_its_permissions_and_the_links_to_it() {
    let folder = folder();
    let run = ["run", "s.toml", "--interval", "1s", "--csv"];
    done(folder.path(), &[&run[..], &["t.csv"]].concat());
    let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("a file").permissions().mode() & 0o777;
    // Created like any file, not like a temporary one.
    write(folder.path(), "any", "");
    assert_eq!(mode("t.csv"), mode("any"));
    fs::set_permissions(folder.path().join("t.csv"), PermissionsExt::from_mode(0o640)).expect("ours");
    symlink("t.csv", folder.path().join("link.csv")).expect("a link");
    write(folder.path(), "t.csv", "");
    done(folder.path(), &[&run[..], &["link.csv"]].concat());
    assert!(fs::symlink_metadata(folder.path().join("link.csv")).expect("a link").is_symlink());
    assert!(mode("t.csv") == 0o640 && read(folder.path(), "t.csv").starts_with("start_s,"));
    assert_eq!(names(folder.path()), ["any", "link.csv", "matrix.csv", "rates.csv", "s.toml", "t.csv"]);
}

#[test]
fn what_a_person_edits_is_replaced_only_by_force() {
    let folder = folder();
    let import: [&str; 7] = ["import", "series", "matrix.csv", "--unit", "Mbps", "-o", "out"];
    let commands: [(&[&str], &[&str]); 2] =
        [(&["new", "-o", "n.toml"], &["n.toml"]), (&import, &["out/matrix.toml", "out/matrix.csv"])];
    for (args, names) in commands {
        done(folder.path(), args);
        for name in names {
            let made = read(folder.path(), name);
            done(folder.path(), args);
            let edited = made.clone() + "# mine\n";
            write(folder.path(), name, &edited);
            refused(folder.path(), args, &format!("{name} is there already, with other content"));
            assert_eq!(read(folder.path(), name), edited);
            done(folder.path(), &[args, &["--force"]].concat());
            assert_eq!(read(folder.path(), name), made);
        }
    }
}

#[test]
fn imported_files_stay_apart() {
    let folder = folder();
    for name in ["one", "two"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        write(folder.path(), &format!("{name}/x.csv"), MATRIX);
    }
    write(folder.path(), "m.toml", MATRIX);
    write(folder.path(), "m.csv", MATRIX);
    let import = |args: &[&'static str]| [&["import", "series", "--unit", "Mbps", "--force"], args].concat();
    refused(folder.path(), &import(&["one/x.csv", "two/x.csv", "-o", "out"]), "out/x.csv is named for two outputs");
    refused(folder.path(), &import(&["m.csv", "m.toml", "-o", "out"]), "out/m.toml is named for two outputs");
    refused(folder.path(), &import(&["one/x.csv", "two/x.csv", "-o", "two"]), "two/x.csv is an input");
    refused(folder.path(), &import(&["m.toml", "-o", "."]), "./m.toml is an input");
    refused(folder.path(), &import(&["m.toml", "-o", "out"]), "out/m.toml is named for two outputs");
    assert!(!folder.path().join("out").exists());
    assert_eq!(read(folder.path(), "m.toml"), MATRIX);
    assert_eq!(names(&folder.path().join("two")), ["x.csv"]);
    done(folder.path(), &import(&["one/x.csv", "m.csv", "-o", "one"]));
    assert_eq!(names(&folder.path().join("one")), ["m.csv", "m.toml", "x.csv", "x.toml"]);
}

#[test]
fn whatever_is_refused_is_one_document_for_programs() {
    let folder = folder();
    let json = |args: &[&str]| -> Value {
        let said = vpcsim(folder.path(), &[args, &["--json"]].concat());
        assert_eq!(said.code, Some(2), "{args:?}: {}", said.talk);
        assert!(!said.talk.is_empty(), "people are told too");
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", said.out))
    };
    write(folder.path(), "broken.toml", "name = \"x\"\nduration = 5\n");
    let document = json(&["check", "broken.toml"]);
    assert_eq!((&document["format"], &document["version"]), (&"vpcsim-check".into(), &1.into()));
    assert_eq!(document["complaints"][0]["line"], 2);
    for command in ["run", "bill", "show"] {
        assert_eq!(json(&[command, "broken.toml"]), document, "{command}");
    }
    for args in [
        &["run", "s.toml", "--interval", "1s", "--csv", "s.toml"][..],
        &["bill", "s.toml", "--csv", "rates.csv"],
        &["bill", "--samples", "none.csv"],
        &["show", "s.toml", "--at", "9 d"],
        &["show", "s.toml", "--peering", "q"],
    ] {
        let document = json(args);
        assert_eq!(document["format"], "vpcsim-check", "{args:?}");
        assert!(document["complaints"][0]["message"].is_string(), "{args:?}");
    }
    let several = json(&["run", "broken.toml", "s.toml", "none.toml"]);
    let formats: Vec<&Value> = several.as_array().expect("an array").iter().map(|entry| &entry["format"]).collect();
    assert_eq!(formats, ["vpcsim-check", "vpcsim-report", "vpcsim-check"]);
    assert_eq!(several[0], document);
    assert_eq!(several[2]["complaints"][0]["file"], "none.toml");
    assert_eq!(json(&["run", "none.toml", "broken.toml"]).as_array().map(Vec::len), Some(2));
}

/// Three VPCs in a ring whose hosts ping each other so often that several threads are worthwhile.
fn ring() -> String {
    let mut text = String::from("name = \"ring\"\nduration = \"60 ms\"\n");
    for (at, region) in ["beijing", "guangzhou", "shanghai"].into_iter().enumerate() {
        let (next, last) = ((at + 1) % 3, (at + 2) % 3);
        text += &format!(
            "[vpc.v{at}]\nregion = \"{region}\"\ncidr = \"10.{at}.0.0/16\"\n\
             [vpc.v{at}.subnet.s]\ncidr = \"10.{at}.1.0/24\"\n\
             routes = [{{ to = \"10.{next}.0.0/16\", via = \"p{at}\" }}, {{ to = \"10.{last}.0.0/16\", \
             via = \"p{last}\" }}]\n\
             [vpc.v{at}.host.h]\ncount = 50\n\
             [peering.p{at}]\nrequester = \"v{at}\"\naccepter = \"v{next}\"\nbandwidth = \"1 Gbps\"\n\
             [traffic.t{at}]\nfrom = \"v{at}/h-*\"\nto = \"v{next}/h-1\"\npattern = \"ping\"\ninterval = \"100 us\"\n"
        );
    }
    text
}

#[test]
fn without_threads_the_report_is_the_same() {
    let folder = folder();
    write(folder.path(), "ring.toml", ring());
    // No thread can have a stack that large, so no thread can be started.
    let alone = |args: &[&str]| said(command(folder.path(), args).env("RUST_MIN_STACK", "140737488355328"));
    let run = ["run", "s.toml", "ring.toml", "--workers", "3"];
    let (many, one) = (vpcsim(folder.path(), &run), alone(&run));
    assert_eq!((many.code, one.code, &one.out), (Some(0), Some(0), &many.out), "{}", one.talk);
    assert!(one.talk.contains("no thread is to be had") && many.talk.is_empty(), "{}", one.talk);
    assert_eq!(alone(&["run", "s.toml", CAPPED[0], CAPPED[1]]).code, Some(1));
    let bench = alone(&["bench", "--workload", "mesh-1k", "--packets", "300k", "--repeat", "1", "--workers", "3"]);
    assert_eq!(bench.code, Some(0), "{}", bench.talk);
}

/// Runs the program under a limit of the shell, with only the three standard descriptors.
fn limited(folder: &Path, limit: &str, args: &str) -> Said {
    let close = "for at in /proc/self/fd/*; do at=${at##*/}; [ $at -lt 3 ] || eval \"exec $at>&-\"; done";
    let script = format!("{close}; ulimit {limit} && exec \"$0\" {args}");
    said(bare("bash").current_dir(folder).args(["-c", &script, env!("CARGO_BIN_EXE_vpcsim")]))
}

#[test]
fn a_machine_without_threads_or_files_is_no_bug() {
    let folder = folder();
    let run = "run s.toml --interval 1s --csv t.csv";
    let root = fs::metadata("/proc/self").expect("a system").uid() == 0;
    if root {
        println!("skipped: nothing limits how many threads root has");
    }
    let threads = ["-u 1", "-u 2"].into_iter().filter(|_| !root);
    for limit in threads.chain(["-n 4", "-n 6"]) {
        limited(folder.path(), limit, run).ended(0);
    }
    // The limit works: with three descriptors, not even the program's libraries can be read.
    assert_ne!(limited(folder.path(), "-n 3", run).code, Some(0));
}

/// A file that may not grow is like a full disk: nothing is truncated.
#[test]
fn a_file_that_may_not_grow_stays_as_it_was() {
    let folder = folder();
    limited(folder.path(), "-f 4", "run s.toml --interval 1s --csv t.csv").ended(0);
    let before = read(folder.path(), "t.csv");
    let said = limited(folder.path(), "-f 4", "run s.toml --interval 1ms --csv t.csv").ended(2);
    assert!(said.out.contains("1 of 1 expectation holds"), "{}", said.out);
    assert!(said.talk.contains("t.csv cannot be written: File too large"), "{}", said.talk);
    assert_eq!(read(folder.path(), "t.csv"), before);
    assert_eq!(names(folder.path()), ["matrix.csv", "rates.csv", "s.toml", "t.csv"]);
}

#[test]
fn a_machine_without_memory_is_no_bug() {
    let run = "run s.toml --interval 1ms --set 'duration=9000 s' --set traffic.t.stop='1 s'";
    let said = limited(folder().path(), "-v 400000", run).ended(2);
    assert_eq!(said.out, "", "{}", said.talk);
    assert!(said.talk.contains("out of memory"), "{}", said.talk);
}
