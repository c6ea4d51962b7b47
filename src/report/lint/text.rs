//! Findings for people: a line each, as compilers write them, so that editors find the place; the fix below.

use super::model::Remark;
use crate::diagnose::Severity;
use crate::report::format::page::{Page, Tone};
use crate::report::format::prose::wrapped;
use crate::report::format::words::counted;
use std::collections::BTreeMap;

/// Findings of one kind that are shown unless all are asked for.
const SHOWN: usize = 20;
const INDENT: usize = 4;

/// The findings in order. Of many of one kind, the first are shown and the others counted.
pub fn findings(all: &[Remark], page: &Page) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = String::new();
    for remark in all {
        let count = counts.entry(&remark.code).or_default();
        *count += 1;
        if page.verbose || *count <= SHOWN {
            out += &one(remark, page);
        }
    }
    for (code, count) in counts.into_iter().filter(|(_, count)| !page.verbose && *count > SHOWN) {
        let more = counted((count - SHOWN) as u64, "more finding");
        out += &page.prose(&format!("… and {more} {code} (-v shows all)"));
    }
    out
}

fn one(remark: &Remark, page: &Page) -> String {
    let (severity, tone) = match remark.severity {
        Severity::Error => ("error", Tone::Bad),
        Severity::Warning => ("warning", Tone::Caution),
        Severity::Info => ("info", Tone::Plain),
    };
    let place = match (remark.line, remark.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", remark.file),
        _ => remark.file.clone(),
    };
    let said = format!("{place}: {severity} {} {}", remark.code, remark.message);
    let mut out = String::new();
    for (number, line) in wrapped(&said, page.width).iter().enumerate() {
        // Only the first line says how bad it is.
        let line = match number {
            0 => line.replacen(&format!(": {severity} "), &format!(": {} ", page.paint(severity, tone)), 1),
            _ => line.clone(),
        };
        out += &format!("{line}\n");
    }
    let indent = " ".repeat(INDENT);
    // Lines to paste are not broken.
    remark.fix.iter().flat_map(|fix| fix.lines()).for_each(|line| out += &format!("{indent}{line}\n"));
    out
}
