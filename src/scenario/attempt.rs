//! A learner's file, judged by a lesson that is shipped: goals and stages come from the lesson, never from the file,
//! and whatever the lesson fixes must be as shipped. It runs nothing.

use super::language::LANGUAGE;
use super::{Demands, Diagnostic, Edit, Files, Scenario, Top, read_entity, scenario};
use crate::notation::{self, At, Complaints, Datum, Entity, Source, TextSpan, differences, meant_of};
use bytes::Bytes;
use std::path::Path;

/// Keys that are for people, and the demands, which the lesson brings along.
const FREE: [&str; 4] = ["name", "question", "expect", "lesson"];

/// The lessons there are.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// The lesson asked for; none for the one that the file names.
    pub wanted: Option<&'a str>,
    /// Names and texts of all.
    pub lessons: &'a [(&'static str, &'static str)],
    /// What may change besides what the lesson says.
    pub also: &'a [&'a str],
}

/// A learner's file.
#[derive(Debug)]
pub enum Attempt {
    /// All that the lesson fixes is as shipped: the file's network and traffic, under the lesson's demands.
    Fair(Box<Scenario>),
    /// It changes what the lesson fixes.
    Changed {
        /// The lesson's name.
        lesson: String,
        /// The names of the lesson's stages.
        stages: Vec<String>,
        /// What it changes: `traffic.sync.rate (line 34)`.
        changed: Vec<String>,
        /// What it may change.
        may_change: Vec<String>,
    },
}

/// Reads a learner's file and puts it under the demands of its lesson. The content, the name shown and the folder are
/// as in [`super::load_content`].
///
/// # Errors
/// All errors of the file, and that it names no lesson, or none there is.
pub fn load_attempt(
    content: std::io::Result<Bytes>,
    file: &str,
    folder: &Path,
    files: &dyn Files,
    edits: &[Edit],
    lookup: Lookup,
) -> Result<Attempt, Vec<Diagnostic>> {
    let mut out = Complaints::default();
    let Some((source, entity)) = read_entity(content, file, edits, &mut out) else { return Err(out.finish()) };
    let Some((name, text)) = find(&entity, source, lookup, &mut out) else { return Err(out.finish()) };
    let shipped = out.add(Source::new(format!("{name}.toml"), text.to_owned()));
    let Some(shipped) = notation::read(&LANGUAGE, shipped, &[], &mut out) else { return Err(out.finish()) };
    let Some(lesson) = shipped.get::<Entity>("lesson") else { return Err(out.finish()) };
    let mut may_change = texts(lesson, "may_change");
    may_change.extend(lookup.also.iter().map(|key| (*key).to_owned()));
    let changed = changed(&shipped, &entity, &may_change, &out);
    let top = Top { file, source, entity: &entity };
    if changed.is_empty() {
        let demands = Demands { expect: &[], lesson: Some(lesson) };
        return scenario(&top, Some(demands), out, folder, files).map(Box::new).map(Attempt::Fair);
    }
    // A broken file is told of its mistakes first.
    scenario(&top, Some(Demands { expect: &[], lesson: None }), out, folder, files)?;
    let stages = lesson.list("stage").iter().filter_map(|stage| stage.get::<String>("name").cloned()).collect();
    Ok(Attempt::Changed { lesson: name.to_owned(), stages, changed, may_change })
}

/// The lesson that is asked for; `None` after a complaint.
fn find(entity: &Entity, source: usize, lookup: Lookup, out: &mut Complaints) -> Option<(&'static str, &'static str)> {
    let named = entity.get::<Entity>("lesson").and_then(|lesson| Some((lesson.get::<String>("name")?, lesson)));
    let (name, span) = match (lookup.wanted, named) {
        (Some(wanted), _) => (wanted, TextSpan::of(source, 0..0)),
        (None, Some((name, lesson))) => (name.as_str(), lesson.span("name")),
        // A [lesson] that could not be read was complained about.
        (None, None) if entity.has("lesson") || entity.broken => return None,
        (None, None) => {
            out.error(TextSpan::of(source, 0..0), "this file is of no lesson: it has no [lesson]")
                .hint("say which with --lesson NAME, or begin with `vpcsim new --lesson NAME -o mine.toml`");
            return None;
        }
    };
    let found = lookup.lessons.iter().copied().find(|(known, _)| *known == name);
    if found.is_none() {
        let known = lookup.lessons.iter().map(|(known, _)| *known);
        out.error(span, format!("no lesson is called `{name}`")).hint(meant_of(name, known));
    }
    found
}

fn texts(table: &Entity, key: &'static str) -> Vec<String> {
    table.get::<Vec<At<String>>>(key).into_iter().flatten().map(|text| text.value.clone()).collect()
}

/// The file with its timeline put into the order of what was shipped, and without the actions with which a stage
/// begins: those may be added, and nobody has to care where further ones stand.
fn in_order(shipped: &Entity, file: &Entity) -> Entity {
    let stages = shipped.get::<Entity>("lesson").map_or(&[][..], |lesson| lesson.list("stage"));
    let known = shipped.list("at");
    let mut file = file.clone();
    for item in file.items.iter_mut().filter(|item| item.key == "at") {
        let Datum::List(actions) = &mut item.datum else { continue };
        actions.retain(|action| !stages.iter().any(|stage| stage.list("start").contains(action)));
        if known.iter().all(|action| actions.contains(action)) {
            // A stable sort: what was shipped comes first.
            actions.sort_by_key(|action| !known.contains(action));
        }
    }
    file
}

/// What the file changes of all that the lesson fixes.
fn changed(shipped: &Entity, file: &Entity, may_change: &[String], out: &Complaints) -> Vec<String> {
    let is_free = |key: &[String]| {
        let matches = |pattern: &String| {
            let parts: Vec<&str> = pattern.split('.').collect();
            let fits = |(part, own): (&&str, &String)| match *part {
                "*" => true,
                // Entries beyond those that were shipped.
                "+" => own.parse::<usize>().is_ok_and(|number| number > shipped.list("at").len()),
                part => part == own,
            };
            parts.len() == key.len() && parts.iter().zip(key).all(fits)
        };
        key.len() == 1 && FREE.contains(&key[0].as_str()) || may_change.iter().any(matches)
    };
    let file = in_order(shipped, file);
    let told = |(key, at): (String, Option<TextSpan>)| match at {
        Some(at) if out.source(at.source).name().starts_with("--") => {
            format!("{key} ({})", out.source(at.source).name())
        }
        Some(at) => format!("{key} (line {})", out.source(at.source).position(at.start).0),
        None => format!("{key} (missing)"),
    };
    differences(shipped, &file, &is_free).into_iter().map(|found| told((found.key, found.at))).collect()
}
