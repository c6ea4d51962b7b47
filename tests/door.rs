//! The first steps of a new user: completions and the manual page, `-` for standard input and output, `--do`, and the
//! rules that reports cite.

mod program;

use program::{Said, folder, read, root, vpcsim, write};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const QUICK: &str = include_str!("../scenarios/quick-start.toml");

/// Runs the program in a folder, with `input` on its standard input.
fn fed(folder: &Path, args: &[&str], input: &str) -> Said {
    let mut command = program::command(folder, args);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // The program may end without reading all of its input.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said::new(output.status.code(), text(output.stdout), &text(output.stderr))
}

#[test]
fn an_action_that_is_said_does_what_one_that_is_written_does() {
    let cases = [
        ("4 s delete PeerConn", "time = '4 s'\ndo = 'delete'\npeering = 'PeerConn'"),
        (
            "4s change_bandwidth PeerConn bandwidth=50 Mbps",
            "time = '4 s'\ndo = 'change_bandwidth'\npeering = 'PeerConn'\nbandwidth = '50 Mbps'",
        ),
        (
            "4 s change_bandwidth PeerConn bandwidth = '2 Gbps' refused=BandwidthTooHigh",
            "time = '4 s'\ndo = 'change_bandwidth'\npeering = 'PeerConn'\nbandwidth = '2 Gbps'\n\
             refused = 'BandwidthTooHigh'",
        ),
        ("1.5 s link_down PeerConn for=2 s", "time = '1.5 s'\ndo = 'link_down'\npeering = 'PeerConn'\nfor = '2 s'"),
        (
            "1 s link_loss peering=PeerConn loss=\"1 %\"",
            "time = '1 s'\ndo = 'link_loss'\npeering = 'PeerConn'\nloss = '1 %'",
        ),
        (
            "2 s node_down PeerConn node=2 for=1s",
            "time = '2 s'\ndo = 'node_down'\npeering = 'PeerConn'\nnode = 2\nfor = '1 s'",
        ),
        (
            "2 s add_route 10.0.1.10/32 via={ blackhole = true } subnet=VPC1/A",
            "time = '2 s'\ndo = 'add_route'\nto = '10.0.1.10/32'\nvia = { blackhole = true }\nsubnet = 'VPC1/A'",
        ),
        ("2 s host_down 'VPC2/db'", "time = '2 s'\ndo = 'host_down'\nhost = 'VPC2/db'"),
        (
            "5 s create_peering second requester=VPC1 accepter=VPC2 bandwidth=\"10 Mbps\" refused=VpcPeerAlreadyExist",
            "time = '5 s'\ndo = 'create_peering'\nname = 'second'\nrequester = 'VPC1'\naccepter = 'VPC2'\n\
             bandwidth = '10 Mbps'\nrefused = 'VpcPeerAlreadyExist'",
        ),
    ];
    for (said, written) in cases {
        let asked = folder(&[("s.toml", QUICK)]);
        let with = format!("{QUICK}\n[[at]]\n{written}\n");
        let edited = folder(&[("s.toml", &with)]);
        let plain = vpcsim(asked.path(), &["run", "s.toml", "--json"]).ended(0);
        let asked = vpcsim(asked.path(), &["run", "s.toml", "--json", "--do", said]);
        let edited = vpcsim(edited.path(), &["run", "s.toml", "--json"]);
        assert_eq!((asked.code, &asked.out), (edited.code, &edited.out), "{said}");
        assert!(asked.code.is_some_and(|code| code < 2) && asked.out != plain.out, "{said}: {}", asked.talk);
    }
}

#[test]
fn every_question_about_a_scenario_takes_actions() {
    let folder = folder(&[("s.toml", QUICK)]);
    let vpcsim = |args: &[&str]| vpcsim(folder.path(), args);
    let delete = ["--do", "4 s delete PeerConn"];
    let run = vpcsim(&[&["run", "s.toml"], &delete[..]].concat()).ended(1);
    assert!(run.out.contains("peering_deleted") || run.out.contains("no_route"), "{}", run.out);
    let states = |at: &str| vpcsim(&[&["show", "s.toml", "-v", "--at", at], &delete[..]].concat()).ended(0).out;
    assert!(states("3 s").contains("ACTIVE") && states("4 s").contains("DELETED since 4 s"), "{}", states("4 s"));
    let bill = |more: &[&str]| vpcsim(&[&["bill", "s.toml"], more].concat()).ended(0).out;
    assert_ne!(bill(&["--do", "1 s delete PeerConn"]), bill(&[]));
    vpcsim(&[&["check", "s.toml"], &delete[..]].concat()).ended(0);
    vpcsim(&["check", "s.toml", "--do", "4 s delete Peerconn"]).ended(2);
}

/// After the file's actions at that instant, and in the order of the command line.
#[test]
fn actions_of_one_instant_follow_those_of_the_file() {
    let with = format!("{QUICK}\n[[at]]\ntime = '4 s'\ndo = 'rename'\npeering = 'PeerConn'\nname = 'other'\n");
    let folder = folder(&[("s.toml", with)]);
    let renamed = ["run", "s.toml", "--json", "--do", "4 s rename other name=third", "--do", "4 s delete third"];
    let timeline = vpcsim(folder.path(), &renamed).json()["timeline"].clone();
    let said: Vec<String> = timeline.as_array().expect("a list").iter().map(|a| a["action"].to_string()).collect();
    assert_eq!(said, ["\"rename PeerConn other\"", "\"rename other third\"", "\"delete third\""]);
}

#[test]
fn what_makes_no_action_is_told_with_its_place() {
    for (said, place, message, hint) in [
        ("30 s delte PeerConn", "--do:1:6", "cannot be `delte`", "delete"),
        ("delete PeerConn", "--do:1:1", "no time stands before the verb", "TIME VERB"),
        ("4 s", "--do:1:4", "no verb follows the time", "delete"),
        ("4 s delete", "--do:1:1", "needs `peering`", "peering"),
        ("4 s delete PeerConn now", "--do:1:21", "takes one value without a key, its `peering`", "leave out"),
        ("4 s change_bandwidth PeerConn 50Mbps", "--do:1:31", "takes one value", "bandwidth=…"),
        ("4 s delete PeerConn peering=PeerConn", "--do:1:21", "given twice", "keep one"),
        ("4 s delete PeerConm", "--do:1:12", "PeerConm", "PeerConn"),
        ("4 s delete PeerConn bye=VPC1", "--do:1:21", "unknown key `bye`", "by"),
        ("4 s change_bandwidth PeerConn bandwidth=50", "--do:1:41", "50", "Mbps"),
        ("20 s delete PeerConn", "--do:1:1", "not before the end of the run", "duration"),
        ("4 s delete PeerConn by=", "--do:1:21", "`by` has no value", "quotes"),
    ] {
        let refused = vpcsim(root(), &["check", "scenarios/quick-start.toml", "--do", said]).ended(2).talk;
        for part in [place, message, hint] {
            assert!(refused.contains(part), "{said}: {part}: {refused}");
        }
    }
}

#[test]
fn a_dash_is_standard_input() {
    let folder = folder(&[("s.toml", QUICK)]);
    let here = |args: &[&str], input: &str| fed(folder.path(), args, input);
    for args in [&["run", "-"][..], &["bill", "-"], &["show", "-"], &["graph", "-"], &["check", "-"]] {
        let file = [&args[..1], &["s.toml"]].concat();
        let named = vpcsim(folder.path(), &file).ended(0).out.replace("s.toml", "<stdin>");
        assert_eq!(here(args, QUICK).ended(0).out, named, "{args:?}");
    }
    let wrong = here(&["check", "-"], &QUICK.replace("\"VPC1/web\"", "\"VPC1/wep\"")).ended(2).talk;
    assert!(wrong.contains("<stdin>:39:"), "{wrong}");
    let twice = here(&["check", "-", "-"], QUICK).ended(2).talk;
    assert!(twice.contains("only one input of a command can be `-`"), "{twice}");
    // Names of other files are relative to the working folder; a file may be called `-`.
    let routed = QUICK.replacen("routes = [{ to = \"10.0.1.0/24\", via", "routes_file = \"-\"\nvia", 1);
    let routed = routed.replacen("\"PeerConn\" }]", "\"PeerConn\"", 1);
    write(folder.path(), "-", "10.0.1.0/24\n");
    here(&["check", "-"], &routed).ended(0);
    write(folder.path(), "-", "no route\n");
    here(&["check", "-"], &routed).ended(2);
    here(&["check", "./-"], QUICK).ended(2);
    let rows = "time,peering,direction,bps\n2017-06-01 09:00:00,line,out,20000000\n";
    assert!(here(&["bill", "--samples", "-"], rows).ended(0).out.contains("pays 400.00 CNY"));
    here(&["bill", "-", "--samples", "-"], QUICK).ended(2);
}

#[test]
fn a_dash_is_standard_output_and_the_report_moves_over() {
    let folder = folder(&[("s.toml", QUICK)]);
    let here = |args: &[&str]| vpcsim(folder.path(), args);
    let interval = ["run", "s.toml", "--interval", "1s"];
    for format in [&[][..], &["--json"]] {
        let plain = here(&[&interval[..], format, &["--csv", "x.csv"]].concat()).ended(0);
        let piped = here(&[&interval[..], format, &["--csv", "-"]].concat()).ended(0);
        assert_eq!((&piped.out, &piped.talk), (&read(folder.path(), "x.csv"), &plain.out));
    }
    let plain = here(&["bill", "s.toml", "--monitoring", "m.csv"]).ended(0);
    let piped = here(&["bill", "s.toml", "--monitoring", "-"]).ended(0);
    assert_eq!((&piped.out, &piped.talk), (&read(folder.path(), "m.csv"), &plain.out));
    let both = here(&["bill", "s.toml", "--monitoring", "-", "--csv", "-"]).ended(2);
    assert!(both.out.is_empty() && both.talk.contains("two outputs"), "{}", both.talk);
    // A refusal is not printed where the table would be.
    let refused = here(&[&interval[..], &["--csv", "-", "--json", "--set", "seed=x"]].concat()).ended(2);
    assert!(refused.out.is_empty() && refused.talk.contains("\"complaints\""), "{}", refused.talk);
    assert_eq!(here(&["new", "-o", "-"]).ended(0).out, here(&["new"]).ended(0).out);
    assert!(here(&["bill", "s.toml", "--svg", "-"]).ended(2).talk.contains("not a folder"));
}

#[test]
fn an_imported_table_may_come_from_standard_input() {
    let folder = folder::<&str>(&[]);
    let table = "t,a_b\n0,1\n1,2\n";
    let import = ["import", "series", "-", "--unit", "Mbps"];
    fed(folder.path(), &import, table).ended(2);
    fed(folder.path(), &[&import[..], &["-o", "made"]].concat(), table).ended(0);
    vpcsim(folder.path(), &["check", "made/stdin.toml"]).ended(0);
}

/// Each shell that is installed reads its script; an unknown shell is refused.
#[test]
fn completions_are_scripts_of_their_shell() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish"] {
        let script = vpcsim(folder.path(), &["completions", shell]).ended(0).out;
        for word in ["what-if", "completions", "rules"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        std::fs::write(folder.path().join(shell), script).expect("it can be written");
        if let Ok(read) = program::bare(shell).args(["-n", shell]).current_dir(folder.path()).output() {
            assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
        } else {
            println!("{shell} is not installed: its script was not read");
        }
    }
    vpcsim(folder.path(), &["completions", "csh"]).ended(2);
}

#[test]
fn the_manual_names_every_subcommand_and_flag() {
    let manual = vpcsim(root(), &["man"]).ended(0).out;
    for word in [".TH vpcsim", "VPCSIM RUN", "VPCSIM IMPORT SERIES", "VPCSIM RULES", "what\\-if"] {
        assert!(manual.contains(word), "{word}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let listed = vpcsim(root(), &["rules"]).ended(0).out;
    assert!(listed.lines().count() >= 52 && listed.contains("\nS35a "), "{listed}");
    let told = vpcsim(root(), &["rules", "13", "(S3)"]).ended(0).out;
    assert!(told.starts_with("S13: ") && told.contains("\nS3: "), "{told}");
    let unknown = vpcsim(root(), &["rules", "S3", "S999"]).ended(2);
    assert!(
        unknown.out.is_empty() && unknown.talk.contains("`S999`") && unknown.talk.contains("S52"),
        "{}",
        unknown.talk
    );
}
