//! No import cycles among the files of the crate: a reader of a file finds what it builds on without coming back to it.
//! `mod` lines and re-exports do not count.

use crate::names::Names;
use crate::nothing;
use std::collections::{BTreeMap, BTreeSet};

type Arrows = Vec<BTreeMap<usize, BTreeSet<String>>>;

/// Every file reachable from `from`, over one arrow or more.
fn reached(arrows: &Arrows, from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(at) = next.pop() {
        next.extend(arrows[at].keys().filter(|to| reached.insert(**to)));
    }
    reached
}

/// The largest groups of files that all reach each other.
fn circles(arrows: &Arrows) -> BTreeSet<Vec<usize>> {
    let reached: Vec<BTreeSet<usize>> = (0..arrows.len()).map(|from| reached(arrows, from)).collect();
    let around = |one: usize| -> Vec<usize> {
        reached[one].iter().copied().filter(|other| reached[*other].contains(&one)).collect()
    };
    (0..arrows.len()).map(around).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn files_lie_in_no_circle() {
    let names = Names::of_the_crate();
    let arrows: Arrows = (0..names.files.len()).map(|file| names.taken(file)).collect();
    let tied = arrows.iter().filter(|to| !to.is_empty()).count();
    assert!(tied > names.files.len() * 3 / 4, "only {tied} files import anything: the imports were not read");
    let told = |circle: Vec<usize>| {
        let files: Vec<&str> = circle.iter().map(|file| names.files[*file].as_str()).collect();
        let mut told = files.join(" ");
        for from in &circle {
            for (to, taken) in arrows[*from].iter().filter(|(to, _)| circle.contains(to)) {
                let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
                told += &format!("\n    {} -> {}: {}", names.files[*from], names.files[*to], taken.join(", "));
            }
        }
        told
    };
    let found = circles(&arrows).into_iter().map(told).collect();
    nothing(found, "move what two files need from each other into a third below both, or join the files");
}
