//! The way in, as a new user takes it: completions and the manual page, `-` for standard input and output, `--do`, and
//! the rules that reports cite.

mod program;

use program::{Said, folder, read, root, vpcsim};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const QUICK: &str = include_str!("../scenarios/quick-start.toml");

/// Runs the program in a folder, with this on its standard input.
fn fed(folder: &Path, args: &[&str], input: &str) -> Said {
    let mut command = program::command(folder, args);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // Whoever does not read it to its end is not to blame here.
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

/// Behind what the file does at that instant, and in the order of the command line.
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
fn a_scenario_comes_from_standard_input() {
    let folder = folder(&[("s.toml", QUICK)]);
    for command in ["run", "bill", "check", "show"] {
        let named = vpcsim(folder.path(), &[command, "s.toml"]).ended(0);
        let piped = fed(folder.path(), &[command, "-"], QUICK).ended(0);
        assert_eq!(piped.out.replace("<stdin>", "s.toml"), named.out, "{command}");
    }
    let wrong = fed(folder.path(), &["check", "-"], "duration = 5\n").ended(2);
    assert!(wrong.talk.contains("<stdin>:1:"), "{}", wrong.talk);
    assert!(fed(folder.path(), &["run", "-", "-"], QUICK).ended(2).talk.contains("only one input"));
}

/// A file that a scenario from standard input names is looked for where the command runs.
#[test]
fn names_in_a_scenario_from_standard_input_are_those_of_the_working_folder() {
    let with = QUICK.replace("packet_size = \"1500 B\"", "sizes_file = \"sizes.txt\"");
    assert_ne!(with, QUICK);
    let folder = folder(&[("sizes.txt", "1500 1\n")]);
    fed(folder.path(), &["run", "-"], &with).ended(0);
}

#[test]
fn a_file_goes_to_standard_output_and_the_report_aside() {
    let folder = folder(&[("s.toml", QUICK)]);
    let plain = vpcsim(folder.path(), &["run", "s.toml", "--interval", "1s", "--csv", "i.csv"]).ended(0);
    let piped = vpcsim(folder.path(), &["run", "s.toml", "--interval", "1s", "--csv", "-"]).ended(0);
    assert_eq!(piped.out, read(folder.path(), "i.csv"));
    assert_eq!(piped.talk, plain.out);
    let bill = vpcsim(folder.path(), &["bill", "s.toml", "--csv", "-"]).ended(0);
    assert!(bill.out.starts_with("AvailabilityZone,") || bill.out.contains("BilledCost"), "{}", bill.out);
    let twice = vpcsim(folder.path(), &["bill", "s.toml", "--csv", "-", "--monitoring", "-"]).ended(2);
    assert!(twice.out.is_empty() && twice.talk.contains("two outputs"), "{}", twice.all());
    let refused = vpcsim(folder.path(), &["run", "no.toml", "--interval", "1s", "--csv", "-", "--json"]).ended(2);
    assert!(refused.out.is_empty() && refused.talk.contains("no.toml"), "{}", refused.all());
    assert_eq!(vpcsim(folder.path(), &["new", "-o", "-"]).ended(0).out, vpcsim(folder.path(), &["new"]).ended(0).out);
}

/// Where the shell is there, it reads its script; a shell that nobody has is refused.
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
