//! Each drop reason has exactly one producer.

use crate::nothing;
use crate::source::{Source, has_word, sources, word};

/// Where the reasons are defined.
const LIST: &str = "model/verdict.rs";

/// The variants of `DropReason`, from their list.
fn reasons(sources: &[Source]) -> Vec<String> {
    let list = sources.iter().find(|s| s.path == LIST).expect("the list of reasons has its file");
    let rows = list.code().iter().skip_while(|line| !line.starts_with("reasons! {")).skip(1);
    let rows = rows.take_while(|line| *line != "}").filter(|line| line.contains(','));
    rows.map(|line| word(line.trim_start()).to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_drop_reason_has_one_producing_line() {
    let sources = sources("src");
    let reasons = reasons(&sources);
    assert!(reasons.len() > 20, "the list of reasons was not found: {reasons:?}");
    let mut found = Vec::new();
    for reason in reasons {
        let token = format!("DropReason::{reason}");
        let elsewhere = sources.iter().filter(|s| s.path != LIST && !s.is_test());
        let lines = elsewhere.flat_map(|s| s.lines().map(move |(n, line)| (s, n, line)));
        let producers: Vec<String> = lines.filter(|l| has_word(l.2, &token)).map(|(s, n, _)| s.place(n)).collect();
        if producers.len() != 1 {
            found.push(format!("{token}: {} lines {}", producers.len(), producers.join(" ")));
        }
    }
    nothing(found, "a reason is produced in exactly one line: join the places, split the reason, or remove it");
}
