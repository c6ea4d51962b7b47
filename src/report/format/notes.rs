//! Collapses notes that say the same about several things. It writes no note.

use super::words::counted;

/// Up to this many similar notes are shown individually.
const SHOWN: usize = 2;

/// The notes in order, each beginning like a sentence. Of more than a few that differ only in names and numbers, the
/// first is shown with the number of others. A reader who wants everything gets every note.
pub fn folded(notes: &[String], verbose: bool) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&String>)> = Vec::new();
    for note in notes {
        let said = gist(note);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, group)) => group.push(note),
            None => groups.push((said, vec![note])),
        }
    }
    let mut told = Vec::new();
    for (_, group) in groups {
        let shown = if verbose || group.len() <= SHOWN { group.len() } else { 1 };
        told.extend(group[..shown].iter().map(|note| sentence(note)));
        if shown < group.len() {
            let more = counted((group.len() - shown) as u64, "more note");
            told.push(format!("… and {more} like this (-v shows all)"));
        }
    }
    told
}

/// A note without the names between backquotes and without numbers, for comparison.
fn gist(note: &str) -> String {
    let words = note.split('`').step_by(2).collect::<Vec<_>>().join("`");
    words.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_notes_fold_and_the_verbose_reader_gets_all() {
        let mut notes: Vec<String> = (1..=10).map(|k| format!("route to `hub-{k}` is 10.{k} (line {k})")).collect();
        notes.insert(3, "route to `hub` is down".into());
        let told = folded(&notes, false);
        assert_eq!(
            told,
            [
                "Route to `hub-1` is 10.1 (line 1)",
                "… and 9 more notes like this (-v shows all)",
                "Route to `hub` is down"
            ]
        );
        assert_eq!(folded(&notes, true).len(), 11);
        assert_eq!(folded(&notes[..2], false).len(), 2);
    }
}
