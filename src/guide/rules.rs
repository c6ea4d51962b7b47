//! The rules of peering, numbered as reports, complaints and the code cite them. Parses their text; their meaning is
//! defined by the model.
#![doc = include_str!("rules.md")]

/// All of them, as Markdown, each under a heading `## S13: Title`.
pub const TEXT: &str = include_str!("rules.md");

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// `S13`.
    pub number: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its text, heading included, as Markdown.
    pub text: &'static str,
}

/// Every rule, in order.
pub fn rules() -> impl Iterator<Item = Rule> {
    let mut begins = TEXT.match_indices("\n## ").map(|(at, _)| at + 1).peekable();
    std::iter::from_fn(move || {
        let begin = begins.next()?;
        let text = TEXT[begin..begins.peek().copied().unwrap_or(TEXT.len())].trim_end();
        let heading = text.lines().next()?.trim_start_matches("## ");
        let (number, title) = heading.split_once(": ").unwrap_or((heading, ""));
        Some(Rule { number, title, text })
    })
}

/// The rule cited as `S13`, `s13`, `13` or `(S13)`.
pub fn find(cited: &str) -> Option<Rule> {
    let bare = cited.trim_start_matches('(').trim_end_matches(')');
    let bare = bare.strip_prefix(['S', 's']).unwrap_or(bare);
    rules().find(|rule| rule.number[1..].eq_ignore_ascii_case(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_numbered_without_a_gap_and_each_says_something() {
        let numbers: Vec<&str> = rules().map(|rule| rule.number).collect();
        let whole: Vec<&str> = numbers.iter().copied().filter(|n| n.ends_with(|c: char| c.is_ascii_digit())).collect();
        let expected: Vec<String> = (1..=52).map(|n| format!("S{n}")).collect();
        assert_eq!(whole, expected);
        for rule in rules() {
            assert!(!rule.title.is_empty() && rule.text.lines().count() > 2, "{}", rule.number);
            // A separate rule such as S25a follows the one it refines.
            let digits = rule.number.trim_end_matches(|c: char| c.is_ascii_lowercase());
            assert!(numbers.iter().position(|n| *n == digits) <= numbers.iter().position(|n| *n == rule.number));
        }
    }

    #[test]
    fn a_rule_is_found_however_it_is_cited() {
        for cited in ["S35a", "s35A", "35a", "(S35a)"] {
            assert_eq!(find(cited).map(|rule| rule.number), Some("S35a"), "{cited}");
        }
        assert_eq!(find("S3").map(|rule| rule.title), Some("No transit"));
        for cited in ["S53", "S", "", "S3.", "35b?"] {
            assert_eq!(find(cited), None, "{cited}");
        }
    }
}
