//! The drawings of networks as a user gets them: of each format and instant, with and without a run, in files and on
//! standard output. What they look like inside is tested beside the code.

mod program;
mod texts;

use program::{Said, command, read, root, said, write};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;

const QUICK: &str = "scenarios/quick-start.toml";

/// 2 s of 8 Mbps over a cap of 5 Mbps; after 1 s the peering is deleted.
fn scenario() -> String {
    let rest = r#"bandwidth = "5 Mbps"
label = "the <line> & \"more\""
[traffic.t]
from = "a/h"
to = "b/h"
rate = "8 Mbps"
packet_size = "1000 B"
[[at]]
time = "1 s"
do = "delete"
peering = "p"
"#;
    format!("name = \"pair\"\nduration = \"2 s\"\n{PAIR}{rest}")
}

fn folder() -> TempDir {
    program::folder(&[("s.toml", scenario())])
}

fn vpcsim(folder: &Path, args: &[&str]) -> Said {
    said(&mut command(folder, args))
}

/// The mermaid block of the README, which is the output of the command before it.
#[test]
fn the_readme_shows_what_the_program_draws() {
    let readme = read(root(), "README.md");
    let shown = readme.split_once("```mermaid\n").and_then(|(_, rest)| rest.split_once("```")).expect("a block").0;
    let drawn = vpcsim(root(), &["graph", QUICK, "--format", "mermaid"]).ended(0).out;
    assert_eq!(shown, drawn);
    assert!(readme.contains(&format!("`vpcsim graph {QUICK} --format mermaid`")));
}

#[test]
fn every_format_names_every_thing() {
    let folder = folder();
    for format in ["svg", "mermaid", "dot", "json"] {
        let drawn = vpcsim(folder.path(), &["graph", "s.toml", "--format", format]).ended(0);
        assert_eq!(drawn.talk, "", "{format}");
        for name in ["beijing", "guangzhou", "10.0.0.0/16", "10.1.1.0/24", "ACTIVE", "p"] {
            // What is as it should be is told only to programs and to screen readers.
            let usual = name == "ACTIVE" && ["mermaid", "dot"].contains(&format);
            assert!(usual || drawn.out.contains(name), "{format}: {name}: {}", drawn.out);
        }
    }
    let default = vpcsim(folder.path(), &["graph", "s.toml"]).ended(0).out;
    assert_eq!(default, vpcsim(folder.path(), &["graph", "s.toml", "--format", "svg"]).out);
}

#[test]
fn the_instant_decides_what_is_drawn() {
    let folder = folder();
    let peerings = |args: &[&str]| {
        let args = [&["graph", "s.toml", "--format", "json"], args].concat();
        let document: Value = vpcsim(folder.path(), &args).ended(0).json();
        document["peerings"].as_array().expect("a list").clone()
    };
    assert_eq!(peerings(&["--at", "999 ms"])[0]["state"], "ACTIVE");
    assert!(peerings(&["--at", "1 s"]).is_empty(), "it is gone");
    let gone = peerings(&["--at", "1 s", "-v"]);
    assert_eq!((&gone[0]["state"], &gone[0]["gone"]), (&"DELETED".into(), &true.into()));
    let cut = peerings(&["--do", "0 s link_down p"]);
    assert_eq!((&cut[0]["down"], &cut[0]["cap_bps"]), (&true.into(), &5_000_000.into()));
    assert_eq!(peerings(&["--set", "peering.p.bandwidth=20 Mbps"])[0]["cap_bps"], 20_000_000);
}

#[test]
fn a_run_puts_loads_losses_and_drops_at_the_peering_that_had_them() {
    let folder = folder();
    let args = ["run", "s.toml", "--interval", "500ms", "--graph", "g.svg"];
    let plain = vpcsim(folder.path(), &args[..4]).ended(0);
    let drawn = vpcsim(folder.path(), &args).ended(0);
    assert_eq!(plain.out, drawn.out, "the report is the same");
    let picture = read(folder.path(), "g.svg");
    for told in ["DELETED", "to b: ", "busiest ", "dropped: ", "lost at cap ", "to a: nothing", "after a run of 2 s"] {
        assert!(picture.contains(told), "{told}: {picture}");
    }
    // The same numbers as in the report for programs.
    let report = vpcsim(folder.path(), &["run", "s.toml", "--json"]).ended(0).json();
    let share = report["links"][0]["loss"].as_f64().expect("a share") * 100.0;
    assert!(
        picture.contains(&format!("lost at cap {share:.3}").trim_end_matches('0').to_owned()),
        "{share}: {picture}"
    );
    let dropped = report["drops"].as_array().expect("drops").iter().filter(|drop| drop["place"] == "p a -> b");
    for drop in dropped {
        assert!(picture.contains(drop["reason"].as_str().expect("a code")), "{drop}");
    }
}

#[test]
fn a_drawing_replaces_a_drawing_and_nothing_else() {
    let folder = folder();
    let path = folder.path();
    for format in ["svg", "json", "dot", "mermaid", "svg"] {
        vpcsim(path, &["graph", "s.toml", "--format", format, "-o", "g"]).ended(0);
        let printed = vpcsim(path, &["graph", "s.toml", "--format", format]).ended(0).out;
        assert_eq!(read(path, "g"), printed);
    }
    vpcsim(path, &["run", "s.toml", "--graph", "g"]).ended(0);
    write(path, "mine", "my own notes\n");
    for args in [
        &["graph", "s.toml", "-o", "mine"][..],
        &["run", "s.toml", "--graph", "mine"],
        &["graph", "s.toml", "-o", "s.toml", "--force"],
        &["run", "s.toml", "--graph", "s.toml", "--force"],
        &["graph", "s.toml", "-o", "no/folder/g.svg"],
        &["run", "s.toml", "--graph", "no/folder/g.svg"],
        &["run", "s.toml", "--interval", "1s", "--csv", "both", "--graph", "both"],
        &["run", "s.toml", "s.toml", "--graph", "g"],
        &["graph", "s.toml", "--format", "png"],
        &["graph", "s.toml", "--at", "3 s"],
        &["graph", "s.toml", "--at", "soon"],
        &["graph", "none.toml"],
        &["graph", "s.toml", "--force"],
        &["run", "s.toml", "--force"],
    ] {
        let refused = vpcsim(path, args).ended(2);
        assert!(refused.out.is_empty() && !refused.talk.is_empty(), "{args:?}: {}", refused.all());
    }
    assert_eq!((read(path, "mine").as_str(), read(path, "s.toml")), ("my own notes\n", scenario()));
    vpcsim(path, &["run", "s.toml", "--graph", "mine", "--force"]).ended(0);
    assert!(read(path, "mine").ends_with("</svg>\n"));
}

#[test]
fn refusals_say_what_to_do() {
    let folder = folder();
    let talk = |args: &[&str]| vpcsim(folder.path(), args).ended(2).talk;
    let late = talk(&["graph", "s.toml", "--at", "3 s"]);
    assert!(
        late.contains("--at 3 s is after the end of the run at 2 s") && late.contains("a time up to 2 s"),
        "{late}"
    );
    let format = talk(&["graph", "s.toml", "--format", "png"]);
    assert!(format.contains("svg, mermaid, dot, json"), "{format}");
    let document = vpcsim(folder.path(), &["graph", "none.toml", "--format", "json"]).ended(2).json();
    assert_eq!(document["format"], "vpcsim-check");
}

#[test]
fn a_picture_on_standard_output_moves_the_report_aside() {
    let folder = folder();
    let moved = vpcsim(folder.path(), &["run", "s.toml", "--graph", "-"]).ended(0);
    vpcsim(folder.path(), &["run", "s.toml", "--graph", "g.svg"]).ended(0);
    assert_eq!(moved.out, read(folder.path(), "g.svg"));
    assert!(moved.talk.contains("Peerings"), "{}", moved.talk);
}
