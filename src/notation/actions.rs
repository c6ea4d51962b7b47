//! `--do 'TIME VERB [VALUE] [KEY=VALUE …]'`: an action written in one line, added to the tree after those of the text.
//! This module only tells the words apart; the reader interprets them as if they were in the text.

use super::diagnostic::{Complaints, TextSpan};
use super::document::{self, Node, Table, Value};
use super::field::{Field, Kind, Language, Section, Variants};
use super::nearest::list_some;
use super::source::Source;
use crate::units::SimDuration;
use std::ops::Range;

const FORM: &str = "write TIME VERB [VALUE] [KEY=VALUE …], for example '30 s delete NAME'";

/// Adds an action; complains if its words are in no valid order.
pub(super) fn add(said: &str, language: &Language, table: &mut Table, out: &mut Complaints) {
    let Some((list, section, variants)) = list(language) else { return };
    let source = out.add(Source::new("--do", said.to_owned()));
    let mut line = ActionLine { said, source, section, variants, action: Table::default(), out };
    if line.read().is_none() {
        return;
    }
    let node = Node { span: line.span(0..said.len()), value: Value::Table(line.action) };
    match table.get_mut(list).map(|node| &mut node.value) {
        Some(Value::List(nodes)) => nodes.push(node),
        // The reader complains about any other value.
        Some(_) => {}
        None => table.put(list, Node { span: node.span, value: Value::List(vec![node]) }),
    }
}

/// The list that actions stand in, if the language has one.
fn list(language: &Language) -> Option<(&'static str, &'static Section, &'static Variants)> {
    let field = language.section.any_field(language.actions?)?;
    let Kind::List(section) = field.kind else { return None };
    Some((field.name, section, section.variants?))
}

/// One action while it is read.
struct ActionLine<'a> {
    said: &'a str,
    /// The number of its text among the complaints.
    source: usize,
    section: &'static Section,
    variants: &'static Variants,
    /// What was read so far.
    action: Table,
    out: &'a mut Complaints,
}

impl ActionLine<'_> {
    /// Reads all words; `None` after a complaint.
    fn read(&mut self) -> Option<()> {
        let words = words(self.said);
        let time = self.time(&words)?;
        let Some(verb) = words.get(time) else {
            let names = list_some(self.variants.sections.iter().map(|verb| verb.name));
            let hint = format!("{FORM}; verbs are {names}");
            return self.wrong(self.said.len()..self.said.len(), "no verb follows the time", hint);
        };
        let first = self.section.own_fields().find(|field| field.required && field.name != self.variants.key)?;
        self.put(first, 0..0, words[0].start..words[time - 1].end)?;
        let tag = Value::Text(self.said[verb.clone()].to_owned());
        self.action.put(self.variants.key, Node { span: self.span(verb.clone()), value: tag });
        // The reader complains about an unknown verb; its arguments are unknown too.
        match self.section.variant(&self.said[verb.clone()]) {
            Some(verb) => self.arguments(verb, &words[time + 1..]),
            None => Some(()),
        }
    }

    /// How many words form the time: the longest valid duration, or all words before the verb if there is none.
    fn time(&mut self, words: &[Range<usize>]) -> Option<usize> {
        let is_time = |n: &usize| self.said[words[0].start..words[n - 1].end].parse::<SimDuration>().is_ok();
        let is_verb = |word: &Range<usize>| self.section.variant(&self.said[word.clone()]).is_some();
        match (1..=words.len()).rev().find(is_time).or_else(|| words.iter().position(is_verb)) {
            Some(0) => self.wrong(words[0].clone(), "no time stands before the verb", FORM),
            None if words.is_empty() => self.wrong(0..self.said.len(), "`--do` says nothing", FORM),
            found => Some(found.unwrap_or(1)),
        }
    }

    /// What follows the verb: its value, then keys with values; each value extends to the next key.
    fn arguments(&mut self, verb: &'static Section, words: &[Range<usize>]) -> Option<()> {
        let keys = words.iter().position(|word| key(&self.said[word.clone()]).is_some()).unwrap_or(words.len());
        let (values, pairs) = words.split_at(keys);
        let main = verb.own_fields().find(|field| field.required);
        if let ([_, more, ..], Some(main)) = (values, main) {
            let message = format!("`{}` takes one value without a key, its `{}`", verb.name, main.name);
            return self.wrong(more.clone(), message, self.how_to_say_more(verb, main));
        }
        for (value, main) in values.iter().zip(main) {
            self.put(main, 0..0, value.clone())?;
        }
        for pair in pairs.chunk_by(|_, next| key(&self.said[next.clone()]).is_none()) {
            let whole = pair[0].start..pair[pair.len() - 1].end;
            let length = key(&self.said[whole.clone()]).map_or(0, str::len);
            let behind = self.said[whole.clone()].find('=').map_or(whole.end, |equals| whole.start + equals + 1);
            let blank = self.said[behind..whole.end].len() - self.said[behind..whole.end].trim_start().len();
            self.pair(verb, whole.start..whole.start + length, behind + blank..whole.end)?;
        }
        Some(())
    }

    fn pair(&mut self, verb: &'static Section, name: Range<usize>, value: Range<usize>) -> Option<()> {
        let called = &self.said[name.clone()];
        if value.is_empty() {
            let hint = "a value with spaces stands in quotes; \"\" is an empty text";
            return self.wrong(name, format!("`{called}` has no value"), hint);
        }
        match verb.own_fields().chain(self.section.own_fields()).find(|field| field.name == called) {
            Some(field) => self.put(field, name, value),
            // The reader complains about the key.
            None => {
                let node = document::parse_value(self.span(value), false, self.out);
                self.action.put_at(self.span(name.clone()), called, node);
                Some(())
            }
        }
    }

    /// Sets the value of a key; `name` is where the key is written, or empty.
    fn put(&mut self, field: &Field, name: Range<usize>, value: Range<usize>) -> Option<()> {
        if self.action.get(field.name).is_some() {
            let place = if name.is_empty() { value } else { name };
            return self.wrong(place, format!("`{}` is given twice", field.name), "keep one of them");
        }
        let node = document::parse_value(self.span(value), matches!(field.kind, Kind::Text), self.out);
        let key = if name.is_empty() { node.span } else { self.span(name) };
        self.action.put_at(key, field.name, node);
        Some(())
    }

    fn how_to_say_more(&self, verb: &'static Section, main: &Field) -> String {
        let others = verb.own_fields().filter(|field| field.name != main.name).map(|field| format!("{}=…", field.name));
        match others.collect::<Vec<_>>() {
            none if none.is_empty() => "leave out what follows".into(),
            others => format!("say the others as {}", others.join(" ")),
        }
    }

    fn wrong<T>(&mut self, place: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Option<T> {
        self.out.error(self.span(place), message).hint(hint);
        None
    }

    fn span(&self, range: Range<usize>) -> TextSpan {
        TextSpan::of(self.source, range)
    }
}

/// The key that a word begins with, if a `=` follows it.
fn key(word: &str) -> Option<&str> {
    let name = word.split_once('=')?.0.trim_end();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_name.then_some(name)
}

/// The ranges of the words: separated by blanks, except inside quotes and brackets. A `=` belongs to the word before
/// it.
fn words(said: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let (mut quote, mut depth, mut is_inside) = (None, 0_usize, false);
    for (at, c) in said.char_indices() {
        if c.is_whitespace() && quote.is_none() && depth == 0 {
            is_inside = false;
            continue;
        }
        match (quote, c) {
            (Some(open), _) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        let end = at + c.len_utf8();
        match words.last_mut().filter(|_| is_inside || c == '=') {
            Some(word) => word.end = end,
            None => words.push(at..end),
        }
        is_inside = true;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_blanks_outside_of_quotes_and_brackets() {
        let said = "30 s  add_route 10.0.0.0/8 via={ blackhole = true } label = \"a = b\" by='x y'";
        let found: Vec<&str> = words(said).into_iter().map(|word| &said[word]).collect();
        let wanted =
            ["30", "s", "add_route", "10.0.0.0/8", "via={ blackhole = true }", "label =", "\"a = b\"", "by='x y'"];
        assert_eq!(found, wanted);
        let keys: Vec<Option<&str>> = found.into_iter().map(key).collect();
        assert_eq!(keys, [None, None, None, None, Some("via"), Some("label"), None, Some("by")]);
    }
}
