//! `[lesson]` -> what a scenario teaches, stage by stage; the demands of a stage join those of the plan. Which lessons
//! are shipped, and what a learner made of one, is looked at elsewhere.

use super::Loader;
use super::language::LANGUAGE;
use super::names::no_reason;
use crate::model::plan::{Expectation, Reach, Traffic};
use crate::model::{DropReason, Hint, Lesson, Name, Quiz, Stage, Track};
use crate::notation::{At, Datum, Entity, Kind, Pair, Section, TextSpan, list_some, meant};
use std::collections::BTreeMap;

/// The key of a hint that always helps.
const ANY: &str = "any";

impl Loader<'_> {
    /// The lesson; adds the demands of its stages.
    pub(super) fn lesson(
        &mut self,
        entity: &Entity,
        traffic: &[Option<Traffic>],
        expectations: &mut Vec<Expectation>,
        reach: &mut Vec<Reach>,
    ) -> Option<Lesson> {
        let mut stages = Vec::new();
        let mut known: BTreeMap<&String, TextSpan> = BTreeMap::new();
        for table in entity.list("stage") {
            if let Some(name) = table.get::<String>("name")
                && let Some(before) = known.insert(name, table.span("name"))
            {
                self.out
                    .error(table.span("name"), format!("the lesson has two stages called `{name}`"))
                    .label(before, "the other one")
                    .hint("give each a name of its own");
            }
            let (measured, asked) = (expectations.len(), reach.len());
            expectations.extend(self.expectations(table.list("expect"), traffic));
            self.reach(table.list("expect"), reach);
            let demands = (measured..expectations.len(), asked..reach.len());
            stages.extend(self.stage(table).map(|stage| Stage { expectations: demands.0, reach: demands.1, ..stage }));
        }
        let may_change = entity.get::<Vec<At<String>>>("may_change").map_or(&[][..], Vec::as_slice);
        may_change.iter().for_each(|key| self.check_key(key));
        Some(Lesson {
            name: self.name_at(entity)?,
            title: entity.get::<String>("title")?.clone(),
            track: Track::named(entity.get::<String>("track")?)?,
            may_change: may_change.iter().map(|key| key.value.clone()).collect(),
            stages,
        })
    }

    /// A stage without its demands.
    fn stage(&mut self, table: &Entity) -> Option<Stage> {
        let (name, quiz, hints) = (self.name_at(table), self.quiz(table), self.hints(table));
        // Read for what is wrong with them; a learner's file takes them up as they are written.
        self.timeline(table.list("start"));
        Some(Stage {
            name: name?,
            goal: table.get::<String>("goal")?.clone(),
            quiz,
            hints,
            start: table.list("start").iter().map(|action| self.as_written(action)).collect(),
            expectations: 0..0,
            reach: 0..0,
        })
    }

    fn name_at(&mut self, table: &Entity) -> Option<Name> {
        let name = Name::new(table.get::<String>("name")?);
        name.map_err(|wrong| {
            self.out.error(table.span("name"), wrong.to_string());
        })
        .ok()
    }

    fn quiz(&mut self, table: &Entity) -> Option<Quiz> {
        let choices = table.get::<Vec<At<String>>>("choices").map_or(&[][..], Vec::as_slice);
        let right = table.get::<u64>("right").map(|right| *right as usize);
        let stray = ["choices", "right", "answer"].into_iter().find(|key| table.has(key) && !table.has("question"));
        if let Some(key) = stray {
            self.out.error(table.key_span(key), format!("`{key}` belongs to a `question`, and there is none"));
            return None;
        }
        let question = table.get::<String>("question")?;
        if !table.has("answer") {
            self.out.error(table.key_span("question"), "this `question` has no `answer`");
        }
        match right {
            Some(right) if right > choices.len() => {
                self.out.error(table.span("right"), format!("there is no choice {right}")).hint(match choices.len() {
                    0 => "add `choices`, or leave `right` out".to_owned(),
                    count => format!("`choices` has {count}, counted from 1"),
                });
            }
            None if !choices.is_empty() => {
                self.out.error(table.key_span("choices"), "these `choices` have no `right` one");
            }
            _ => {}
        }
        Some(Quiz {
            question: question.clone(),
            choices: choices.iter().map(|choice| choice.value.clone()).collect(),
            right: right.map(|right| right - 1),
            answer: table.get::<String>("answer")?.clone(),
        })
    }

    fn hints(&mut self, table: &Entity) -> Vec<Hint> {
        let mut hints = Vec::new();
        for Pair { key, value } in table.get::<Vec<Pair>>("hints").into_iter().flatten() {
            let Datum::Text(text) = &value.value else { continue };
            match DropReason::from_code(&key.value) {
                Some(reason) => hints.push(Hint { on: Some(reason), text: text.clone() }),
                None if key.value == ANY => hints.push(Hint { on: None, text: text.clone() }),
                None => no_reason(key, Some(ANY), &mut self.out),
            }
        }
        hints
    }

    /// An action as an entry of a timeline, its values spelt as they are.
    fn as_written(&self, action: &Entity) -> String {
        let spelt = |span: TextSpan| &self.out.source(span.source).text()[span.start..span.end];
        let lines = action.items.iter().map(|item| format!("{} = {}\n", item.key, spelt(item.span)));
        format!("\n[[at]]\n{}", lines.collect::<String>())
    }

    /// Complains about a key of `may_change` that the language does not have.
    fn check_key(&mut self, key: &At<String>) {
        let mut section = LANGUAGE.section;
        let mut parts = key.value.split('.');
        while let Some(part) = parts.next() {
            let Some(field) = section.any_field(part) else {
                let known = section.all_fields().map(|field| field.name);
                let hint =
                    meant(part, known.clone(), || format!("keys of [{}] are {}", section.name, list_some(known)));
                let message = format!("`{}`: there is no key `{part}` in [{}]", key.value, section.name);
                self.out.error(key.span, message).hint(hint);
                return;
            };
            section = match inside(&field.kind) {
                // The name, or the number, of one of them.
                Some((section, true)) => {
                    let _ = parts.next();
                    section
                }
                Some((section, false)) => section,
                None => match parts.next() {
                    None => return,
                    Some(more) => {
                        let message = format!("`{}`: `{part}` has no `{more}`", key.value);
                        self.out.error(key.span, message).hint(format!("end it with `{part}`"));
                        return;
                    }
                },
            };
        }
    }
}

/// The section of the tables under a key, and whether there are several.
fn inside(kind: &Kind) -> Option<(&'static Section, bool)> {
    match kind {
        Kind::Table(section) => Some((section, false)),
        Kind::Named(section) | Kind::List(section) => Some((section, true)),
        _ => None,
    }
}
