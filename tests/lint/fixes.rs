//! Fixes are lines to paste: pasted where they say, the scenario is valid and the finding is gone.

use crate::each::cases;
use crate::texts::found;
use std::collections::BTreeSet;

/// The scenario after a fix, pasted as a person would.
#[track_caller]
pub fn pasted(text: &str, fix: &str) -> String {
    let mut text = text.to_owned();
    let mut lines = fix.lines().peekable();
    while let Some(place) = lines.next() {
        let place = place.strip_suffix(':').unwrap_or_else(|| panic!("{place} is not a place"));
        let mut pasted = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.ends_with(':')) {
            pasted.push(line);
        }
        text = at(&text, place, &pasted);
    }
    text
}

/// One part of a fix.
#[track_caller]
fn at(text: &str, place: &str, pasted: &[&str]) -> String {
    if place == "at the end" {
        return format!("{text}\n{}\n", pasted.join("\n"));
    }
    let (place, what) = place.split_once(", ").unwrap_or((place, ""));
    let header = place.trim_start_matches("in ").trim_start_matches("the routes of ");
    let (before, section) = text.split_once(&format!("{header}\n")).unwrap_or_else(|| panic!("no {header} in\n{text}"));
    let end = section.find("\n[").map_or(section.len(), |end| end + 1);
    let (body, after) = section.split_at(end);
    let body = if let Some(old) = what.strip_prefix("instead of ") {
        assert!(body.contains(old), "no {old} in\n{body}");
        body.replacen(old, pasted[0], 1)
    } else if what == "take out" {
        assert!(body.contains(pasted[0]), "no {} in\n{body}", pasted[0]);
        body.replacen(&format!("{},", pasted[0]), "", 1).replacen(pasted[0], "", 1)
    } else if place.contains("the routes of") {
        body.replacen("routes = [", &format!("routes = [{}", pasted.join("\n")), 1)
    } else {
        // A key that is there already is written over.
        let key = pasted[0].split(" = ").next().expect("a key");
        let kept: String =
            body.lines().filter(|l| !l.starts_with(&format!("{key} = "))).map(|l| format!("{l}\n")).collect();
        format!("{}\n{kept}", pasted.join("\n"))
    };
    format!("{before}{header}\n{body}{after}")
}

#[test]
fn a_fix_that_is_pasted_removes_its_finding() {
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    for (code, severity, bad, _) in cases() {
        let all = found(&bad);
        for finding in all.iter().filter(|finding| finding.code == code && finding.severity == severity) {
            let Some(fix) = &finding.fix else { continue };
            let mended = pasted(&bad, fix);
            let left = found(&mended);
            let is_left = left.iter().any(|l| (l.code, l.about) == (finding.code, finding.about));
            assert!(!is_left, "{fix}\ndoes not mend\n{bad}\n{left:#?}");
            tried.insert(code);
        }
    }
    let mended = [
        "NO_RETURN_ROUTE",
        "RETURN_ROUTE_PARTIAL",
        "ROUTE_OUTSIDE_PEER_CIDR",
        "MTU_EXCEEDED",
        "MORE_SPECIFIC_ROUTE",
        "ROUTE_SHADOWED",
        "DST_NO_SUBNET",
        "PEERING_WITHOUT_ROUTES",
        "CAP_BELOW_OFFERED",
        "CAP_OFF_MENU",
        "WINDOW_TOO_SMALL",
    ];
    let missing: Vec<_> = mended.iter().filter(|code| !tried.contains(*code)).collect();
    assert!(missing.is_empty(), "no fix was tried for {missing:?}");
}
