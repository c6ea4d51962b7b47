//! Nearest names for hints, and short lists of candidates. It makes no complaints itself.

/// The candidate that was probably meant by `word`, if one is near enough.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A word longer than any name is not worth the comparison, and any short name is near to a single letter.
    if word.len() > 130 || word.chars().count() < 2 {
        return None;
    }
    let lower = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let distance = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    candidates.map(|c| (distance(c), c)).filter(|(d, _)| *d <= allowed).min_by_key(|(d, _)| *d).map(|(_, c)| c)
}

/// The hint about a name that nothing bears: the one that was probably meant, or else this.
pub(crate) fn meant<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(word, candidates).map_or_else(otherwise, |near| format!("did you mean `{near}`?"))
}

/// The same, or else all names that there are.
pub(crate) fn meant_of<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = candidates.collect();
    meant(word, all.iter().copied(), || match list_some(all.iter().copied()) {
        none if none.is_empty() => "there is none".to_owned(),
        some => format!("there are: {some}"),
    })
}

/// `a, b, c, … and 7 more`: the first of many words. Very many are not counted exactly, since each complaint may list
/// them.
pub(crate) fn list_some<'a>(mut words: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 20;
    const COUNTED: usize = 1_000;
    let shown: Vec<&str> = words.by_ref().take(SHOWN).collect();
    let shown = shown.join(", ");
    match words.take(COUNTED + 1).count() {
        0 => shown,
        more if more > COUNTED => format!("{shown}, … and more than {COUNTED} more"),
        more => format!("{shown}, … and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_but_no_strangers() {
        let keys = ["bandwidth", "burst", "queue"];
        assert_eq!(nearest("bandwith", keys.into_iter()), Some("bandwidth"));
        assert_eq!(nearest("BURST", keys.into_iter()), Some("burst"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
        assert_eq!(nearest("a", ["at"].into_iter()), None);
    }

    #[test]
    fn a_hint_names_what_was_meant_or_what_there_is() {
        let hint = |word, known: &[&'static str]| meant_of(word, known.iter().copied());
        assert_eq!(hint("brust", &["burst", "queue"]), "did you mean `burst`?");
        assert_eq!(hint("colour", &["burst", "queue"]), "there are: burst, queue");
        assert_eq!(hint("colour", &[]), "there is none");
    }
}
