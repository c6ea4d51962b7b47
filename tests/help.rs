//! The reference that the program and its documents give: every topic exists, every example in it runs, and everything
//! the language offers is named. Does not judge wording.

mod program;

use program::{Said, command, root, said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn vpcsim(args: &[&str]) -> Said {
    said(&mut command(root(), args))
}

/// The documents for users, each with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let guide = std::fs::read_dir(root().join("src/guide")).expect("the guide is there");
    let topics = guide.map(|file| file.expect("it can be listed").path());
    let texts = topics.filter(|file| file.extension().is_some_and(|e| e == "md")).chain([root().join("README.md")]);
    texts.map(|file| (file.clone(), std::fs::read_to_string(&file).expect("it can be read"))).collect()
}

#[test]
fn every_topic_is_listed_and_shown() {
    let list = vpcsim(&["help"]).ended(0).out;
    let is_topic = |file: &Path| !file.ends_with("README.md") && !file.ends_with("rules.md");
    for (file, text) in documents().iter().filter(|(file, _)| is_topic(file)) {
        let topic = file.file_stem().expect("it has a name").to_string_lossy();
        assert!(list.contains(&format!("\n  {topic} ")), "{topic} is not listed:\n{list}");
        let shown = vpcsim(&["help", &topic]).ended(0).out;
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title");
        assert!(shown.starts_with(title) && shown.len() * 10 > text.len() * 9, "{topic}:\n{shown}");
    }
}

#[test]
fn a_subcommand_is_explained_and_what_is_neither_is_refused() {
    assert_eq!(
        vpcsim(&["help", "import", "series"]).ended(0).out,
        vpcsim(&["import", "series", "--help"]).ended(0).out
    );
    let unknown = vpcsim(&["help", "tabels"]).ended(2);
    assert!(unknown.out.is_empty() && unknown.talk.contains("tabels") && unknown.talk.contains("tables"));
}

#[test]
fn every_example_runs_and_holds() {
    let mut examples = 0;
    for (file, text) in documents() {
        let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
        for example in blocks.filter(|block| block.starts_with("# Question: ")) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            std::fs::write(folder.path().join("example.toml"), example).expect("it can be written");
            let ended = said(&mut command(folder.path(), &["run", "example.toml"]));
            assert_eq!(ended.code, Some(0), "{}: {}", file.display(), ended.all());
            examples += 1;
        }
    }
    assert!(examples >= 2, "only {examples} examples were found");
}

#[test]
fn the_guide_names_every_verb_and_every_pattern() {
    let schema: Value = vpcsim(&["schema"]).ended(0).json();
    let guide: String = documents().into_iter().map(|(_, text)| text).collect();
    let words: BTreeSet<&str> = guide.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut named = 0;
    for (definition, key) in [("at", "do"), ("traffic", "pattern")] {
        for variant in schema["$defs"][definition]["oneOf"].as_array().expect("variants") {
            let name = variant["properties"][key]["const"].as_str().expect("a name");
            assert!(words.contains(name), "{name}");
            named += 1;
        }
    }
    assert!(named > 25, "only {named} were read off the schema");
}
