//! What the program says about files that somebody else wrote: nothing in them controls the terminal, and of many
//! mistakes only the first are shown. Also the limit of interval rows, which such a file could exceed.

mod program;

use program::{Said, command, folder, read, said};
use std::path::Path;

/// Runs the program without colours: the escape sequences of colours come from the logger, not from the files.
fn vpcsim(folder: &Path, args: &[&str]) -> Said {
    said(command(folder, args).env("NO_COLOR", "1"))
}

/// Two peered VPCs; `head` stands first, `route` among the routes of one, `peering` and `traffic` in those tables,
/// `tail` last.
fn scenario(head: &str, route: &str, peering: &str, traffic: &str, tail: &str) -> String {
    format!(
        r#"{head}
[vpc.A]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.A.subnet.s]
cidr = "10.1.0.0/24"
routes = [{route}{{ to = "10.2.0.0/16", via = "line" }}]
[vpc.A.host.h]
[vpc.B]
region = "beijing"
cidr = "10.2.0.0/16"
[vpc.B.subnet.s]
cidr = "10.2.0.0/24"
[vpc.B.host.h]
[peering.line]
requester = "A"
accepter = "B"
bandwidth = "100 Mbps"
{peering}
[traffic.t]
from = "A/h"
to = "B/h"
rate = "8 kbps"
packet_size = "1000 B"
{traffic}
{tail}
"#
    )
}

/// As TOML writes them: terminal escape sequences, line ends, and marks that reverse the direction of text.
const BAD: &str = r#""\u001b[2J\u0007\r\n\t\u007f\u009b\u202e\u2066""#;

/// The control and direction characters in `said`, except line feeds.
fn steering(said: &str) -> Vec<char> {
    let bad = |c: &char| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{2066}';
    said.chars().filter(bad).collect()
}

#[test]
fn control_characters_are_shown_and_not_sent() {
    let head = format!("name = {BAD}\nquestion = {BAD}\nduration = \"1 d\"");
    let label = format!("label = {BAD}");
    let create = format!(
        "[[at]]\ntime = \"1 s\"\ndo = \"create_peering\"\nname = \"Q\"\nrequester = \"A\"\naccepter = \"B\"\n\
         bandwidth = \"1 Mbps\"\nrefused = \"VpcPeerAlreadyExist\"\n{label}"
    );
    let good = scenario(&head, "", &label, &label, &create);
    let other = format!("[[at]]\ntime = \"1 s\"\ndo = \"delete\"\npeering = \"line\"\nby = {BAD}\n# \u{9b}\u{202e}");
    let wrong = scenario(&head, "", &label, &label, &other);
    let folder = folder(&[("good.toml", good), ("wrong.toml", wrong)]);
    for (args, code) in [
        (&["run", "-v", "good.toml"][..], 0),
        (&["run", "--json", "good.toml"], 0),
        (&["run", "good.toml", "good.toml"], 0),
        (&["show", "good.toml"], 0),
        (&["graph", "good.toml"], 0),
        (&["graph", "good.toml", "--format", "dot"], 0),
        (&["graph", "good.toml", "--format", "json"], 0),
        (&["show", "--json", "good.toml"], 0),
        (&["bill", "--csv", "focus.csv", "--svg", "svg", "good.toml"], 0),
        (&["check", "wrong.toml"], 2),
        (&["check", "--json", "wrong.toml"], 2),
        (&["check", "\u{1b}[2J\u{202e}"], 2),
        (&["show", "--peering", "\u{1b}[2J", "good.toml"], 2),
    ] {
        let run = vpcsim(folder.path(), args).ended(code);
        let said = run.all();
        assert_eq!(steering(&said), Vec::<char>::new(), "{args:?}: {said:?}");
        assert!(said.contains(r"\u001b[2J"), "{args:?}: {said}");
        if args[1] == "--json" {
            let document = run.json();
            assert!(document.to_string().contains('\u{202e}'), "programs get the characters themselves: {document}");
        }
    }
    let pictures = std::fs::read_dir(folder.path().join("svg")).expect("pictures");
    let pictures = pictures.map(|picture| format!("svg/{}", picture.expect("readable").file_name().display()));
    for name in pictures.chain(["focus.csv".into()]) {
        assert_eq!(steering(&read(folder.path(), &name)), Vec::<char>::new(), "{name}");
    }
}

#[test]
fn of_many_mistakes_the_first_are_told_and_programs_get_all() {
    let head = "name = \"many\"\nduration = \"1 s\"";
    let odd = |count| (0..count).map(|n| format!("{{ to = \"11.0.0.{n}/32\", via = \"line\" }}, ")).collect::<String>();
    let wrong: String =
        (0..55).map(|n| format!("[vpc.V{n}]\nregion = \"nowhere-{n}\"\ncidr = \"10.9.{n}.0/24\"\n")).collect();
    let folder = folder(&[
        // The warnings come first in the file and last in the output.
        ("wrong.toml", scenario(head, &odd(52), "", "", &wrong)),
        ("odd.toml", scenario(head, &odd(60), "", "", "")),
    ]);
    let told = vpcsim(folder.path(), &["check", "wrong.toml"]).ended(2).talk;
    assert_eq!((told.matches("no region").count(), told.matches("reaches outside").count()), (50, 50), "{told}");
    assert!(told.contains("… and 5 more errors") && told.contains("… and 2 more warnings"), "{told}");
    assert!(told.find("no region") < told.find("reaches outside"), "{told}");
    let document = vpcsim(folder.path(), &["check", "--json", "wrong.toml"]).ended(2).json();
    assert_eq!(document["complaints"].as_array().map(Vec::len), Some(107));
    // A file with only warnings runs, and its report is not buried under them.
    let report = vpcsim(folder.path(), &["run", "odd.toml"]).ended(0).out;
    assert!(report.contains("… and 59 more notes like this (-v shows all)"), "{report}");
    assert_eq!(report.matches("reaches outside").count(), 1, "{report}");
    let all = vpcsim(folder.path(), &["run", "-v", "odd.toml"]).ended(0).out;
    assert_eq!(all.matches("reaches outside").count(), 60);
}

#[test]
fn the_limit_of_interval_rows_counts_peerings_to_come() {
    let spoke = |n| {
        let ends = format!("requester = \"A\"\naccepter = \"V{n}\"\nbandwidth = \"1 Mbps\"");
        let vpc = format!("[vpc.V{n}]\nregion = \"beijing\"\ncidr = \"10.{n}.0.0/16\"");
        format!("{vpc}\n[[at]]\ntime = \"1 s\"\ndo = \"create_peering\"\nname = \"later-{n}\"\n{ends}\n")
    };
    let later: String = (3..8).map(spoke).collect();
    let later = scenario("name = \"later\"\nduration = \"5 h\"", "", "", "", &later);
    let folder = folder(&[("later.toml", later)]);
    let run = vpcsim(folder.path(), &["run", "later.toml", "--interval", "10 ms"]).ended(2);
    // Six peerings, two directions, 1,800,000 intervals.
    assert!(run.talk.contains("up to 21,600,000 rows, at most 20,000,000"), "{}", run.talk);
    // A shortened interval is a row too, and the rows of the longest possible run can be counted.
    let longest = ["run", "later.toml", "--interval", "3001 us", "--set", "duration=400 d"];
    let run = vpcsim(folder.path(), &longest).ended(2);
    assert!(run.talk.contains("up to 138,193,935,360 rows"), "{}", run.talk);
}
