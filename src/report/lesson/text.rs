//! Lessons for people: the list, the stages of one with their questions, and how far somebody has come.

use super::model::StageResult;
use crate::model::{Lesson, Stage, Track};
use crate::report::format::column::{number, prose, text};
use crate::report::format::page::{INDENT, Page, Tone};
use crate::report::format::table::Table;

/// All lessons, by track.
pub fn lessons_text(lessons: &[Lesson], page: &Page) -> String {
    let mut out = Vec::new();
    for track in Track::ALL {
        let mut table = Table::new(&[text("lesson").key(), number("stages"), prose("about")]);
        for lesson in lessons.iter().filter(|lesson| lesson.track == track) {
            table.row([lesson.name.to_string(), lesson.stages.len().to_string(), lesson.title.clone()]);
        }
        if !table.is_empty() {
            out.push(page.title(track.title()) + &table.render(page));
        }
    }
    out.join("\n")
}

/// The stages of a lesson with their goals and questions, without the answers.
pub fn lesson_text(lesson: &Lesson, page: &Page) -> String {
    let mut out = page.title("Stages");
    for (number, stage) in (1..).zip(&lesson.stages) {
        out += &page.indented(&format!("{number}. {}: {}", stage.name, stage.goal), INDENT);
        if let Some(quiz) = &stage.quiz {
            out += &page.indented(&format!("Before the run: {}", quiz.question), 2 * INDENT);
            for (letter, choice) in ('a'..).zip(&quiz.choices) {
                out += &page.indented(&format!("{letter}) {choice}"), 3 * INDENT);
            }
        }
    }
    out
}

/// How far somebody has come; the answers to the questions of the stages that are passed.
pub fn stages_text(lesson: &str, stages: &[Stage], results: &[StageResult], page: &Page) -> String {
    let passed = results.iter().filter(|result| result.passed).count();
    let mut out = page.title(&format!("{lesson}: {passed} of {} stages passed", results.len()));
    for (number, result) in (1..).zip(results) {
        let (state, tone) = if result.passed { ("passed", Tone::Plain) } else { ("not yet", Tone::Bad) };
        out += "\n";
        out += &page.toned(&format!("{number}. {}: {state}", result.name), tone);
        let stage = stages.iter().find(|stage| stage.name.as_str() == result.name);
        let goal = stage.map(|stage| stage.goal.as_str());
        goal.iter().for_each(|goal| out += &page.indented(goal, 2 * INDENT));
        result.why.iter().for_each(|why| out += &page.indented(why, 2 * INDENT));
        let quiz = stage.and_then(|stage| stage.quiz.as_ref()).filter(|_| result.passed);
        if let Some(quiz) = quiz {
            out += &page.indented(&quiz.question, 2 * INDENT);
            let right = quiz.right.and_then(|right| quiz.choices.get(right));
            right.iter().for_each(|choice| out += &page.indented(&format!("Right: {choice}"), 2 * INDENT));
            out += &page.indented(&quiz.answer, 2 * INDENT);
        }
    }
    out
}
