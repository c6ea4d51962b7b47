//! Which paths lead to the same file, and which files may be replaced, on a real disk.

use super::content::{Content, Found};
use super::place::Place;
use super::{Outputs, Place as Input};
use crate::report::Artifact;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn place(path: impl AsRef<Path>) -> Place {
    Place::of(path.as_ref()).expect("a place")
}

#[test]
fn one_file_has_many_spellings() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).expect("a folder");
    fs::write(at("file"), "").expect("a file");
    fs::write(at("other"), "").expect("a file");
    for same in ["./file", "sub/../file", "sub//../file"] {
        assert!(place(at("file")).is(&place(at(same))), "{same}");
    }
    assert!(!place(at("file")).is(&place(at("other"))));
    for same in ["not/there", "./not/there", "sub/../not/there"] {
        assert!(place(at("not/there")).is(&place(at(same))), "{same}");
    }
    assert!(!place(at("new")).is(&place(at("newer"))));
}

#[cfg(unix)]
#[test]
fn links_lead_to_their_file_also_to_one_that_is_not_there() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).expect("a folder");
    fs::write(at("file"), "").expect("a file");
    fs::hard_link(at("file"), at("hard")).expect("a link");
    symlink("../file", at("sub/soft")).expect("a link");
    symlink("sub/soft", at("chain")).expect("a link");
    symlink("sub", at("folder")).expect("a link");
    symlink("sub/new", at("dangling")).expect("a link");
    symlink("circle", at("circle")).expect("a link");
    for same in ["hard", "sub/soft", "chain", "folder/soft", "folder/../file"] {
        assert!(place(at("file")).is(&place(at(same))), "{same}");
    }
    assert!(place(at("dangling")).is(&place(at("sub/new"))) && place(at("dangling")).is(&place(at("folder/new"))));
    assert!(Place::of(&at("circle")).is_err());
    assert!(Place::of(&at("sub/")).is_err() && Place::of(Path::new("/")).is_err());
}

#[test]
fn tables_replace_their_kind_and_texts_only_themselves() {
    let folder = folder();
    let path = folder.path().join("file");
    let found = |content: Content| content.find(&path).expect("it is readable");
    let table = Content::Artifact(Artifact::Focus);
    fs::write(&path, "").expect("written");
    assert_eq!([found(table), found(Content::Text("new"))], [Found::Replaceable; 2]);
    fs::write(&path, "new").expect("written");
    assert_eq!([found(table), found(Content::Text("new"))], [Found::Foreign, Found::Same]);
    fs::write(&path, "new and more").expect("written");
    assert_eq!(found(Content::Text("new")), Found::Foreign);
    assert_eq!(found(Content::Text("new and more by us")), Found::Foreign);
}

#[test]
fn a_claim_changes_nothing_until_it_is_written() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let names = || {
        let entries = fs::read_dir(folder.path()).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    fs::write(at("input"), "precious").expect("written");
    let inputs: Vec<Input> = vec![place(at("input"))];
    let mut outputs = Outputs::new(inputs, true);
    let text = Content::Text("new");
    let output = outputs.file(&at("output"), text).expect("it can be written");
    let into = outputs.folder(&at("deep/down")).expect("it can be made");
    let deep = outputs.file_in(&into, Path::new("file"), text).expect("it can be made");
    assert_eq!(names(), ["input"]);
    assert!(outputs.file(&at("input"), text).is_err(), "force or not");
    assert!(outputs.file(&at("./output"), text).is_err() && outputs.file(&at("deep/down/file"), text).is_err());
    assert!(outputs.file(&at("nowhere/file"), text).is_err() && outputs.folder(&at("input")).is_err());
    output.write("new");
    deep.write("new");
    assert_eq!(names(), ["deep", "input", "output"]);
    assert_eq!(fs::read_to_string(at("deep/down/file")).expect("written"), "new");
}
