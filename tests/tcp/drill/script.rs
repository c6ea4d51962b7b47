//! Reads scripts in the format of packetdrill: times, packets, calls, commands and pieces of code, one event after the
//! other. Knows the part of the format that a state machine without payload can be asked about; what it does not know,
//! it says. Runs nothing.

use super::packet::Packet;

/// When an event is due, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whenever it comes.
    Any,
    /// Between the two, counted from the event before.
    After(u64, u64),
    /// Between the two, counted from the beginning.
    At(u64, u64),
}

/// A call of the program whose connection it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub arguments: String,
    /// What it answers.
    pub result: i64,
    /// The name of the error, if it is one.
    pub error: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A packet comes.
    Hear(Packet),
    /// A packet is sent.
    Expect(Packet),
    Call(Call),
    /// A command of the shell: nothing runs it, but settings are read from it.
    Command(String),
    /// Code in Python: of it, plain comparisons are understood.
    Code(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub line: usize,
    pub when: When,
    pub what: What,
}

/// A script.
#[derive(Debug)]
pub struct Script {
    /// How far a packet may be from its time, in nanoseconds.
    pub tolerance: u64,
    pub events: Vec<Event>,
}

const TOLERANCE: u64 = 4_000_000;

impl Script {
    /// Reads a script; complains with a line.
    pub fn parse(text: &str) -> Result<Script, (usize, String)> {
        let text = without_comments(text);
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let mut script = Script { tolerance: TOLERANCE, events: Vec::new() };
        while let Some((line, text)) = lines.next() {
            if let Some(option) = text.strip_prefix("--") {
                if let Some(micros) = option.strip_prefix("tolerance_usecs=") {
                    script.tolerance = 1_000 * micros.parse::<u64>().map_err(|_| (line, format!("`{text}`")))?;
                }
            } else if !text.is_empty() {
                let mut text = text.to_string();
                while !is_whole(&text) {
                    let (_, more) = lines.next().ok_or((line, "no end".to_string()))?;
                    text = text + "\n" + more;
                }
                let (when, what) = event(&text).map_err(|why| (line, why))?;
                script.events.push(Event { line, when, what });
            }
        }
        Ok(script)
    }

    /// Its calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.events.iter().filter_map(|event| if let What::Call(call) = &event.what { Some(call) } else { None })
    }

    /// Its commands.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| if let What::Command(text) = &event.what { Some(&**text) } else { None })
    }
}

/// Leaves lines where they are.
fn without_comments(text: &str) -> String {
    let (mut left, mut kept) = (text, String::new());
    while let Some(at) = left.find("//").into_iter().chain(left.find("/*")).min() {
        let (before, comment) = left.split_at(at);
        let end = if comment.starts_with("//") { comment.find('\n') } else { comment.find("*/").map(|at| at + 2) };
        let (comment, rest) = comment.split_at(end.unwrap_or(comment.len()));
        kept.push_str(before);
        kept.extend(comment.chars().filter(|letter| *letter == '\n'));
        left = rest;
    }
    kept + left
}

/// Whether an event ends here: commands, code and the arguments of calls go over lines.
fn is_whole(text: &str) -> bool {
    let count = |part: &str| text.matches(part).count();
    if text.contains('`') {
        return count("`") % 2 == 0;
    }
    if text.contains("%{") {
        return text.contains("}%");
    }
    count("(") == count(")") && count("{") == count("}")
}

fn event(text: &str) -> Result<(When, What), String> {
    if let Some(command) = text.strip_prefix('`') {
        return Ok((When::After(0, 0), What::Command(command.trim_end_matches('`').to_string())));
    }
    if let Some(code) = text.strip_prefix("%{") {
        return Ok((When::After(0, 0), What::Code(code.trim_end_matches("}%").to_string())));
    }
    let (time, rest) = text.split_once(char::is_whitespace).ok_or(format!("no event: `{text}`"))?;
    let when = when(time).ok_or(format!("no time: `{time}`"))?;
    let rest = rest.trim();
    let what = match () {
        () if rest.starts_with('<') => What::Hear(Packet::parse(&rest[1..])?),
        () if rest.starts_with('>') => What::Expect(Packet::parse(&rest[1..])?),
        () if rest.starts_with('`') || rest.starts_with("%{") => event(rest)?.1,
        () => What::Call(call(rest).ok_or(format!("no call: `{rest}`"))?),
    };
    Ok((when, what))
}

/// `+.1`, `0.5`, `+.3~+.31`, `+0...0.01`, `*`.
fn when(text: &str) -> Option<When> {
    if text == "*" {
        return Some(When::Any);
    }
    // When a call returns that waits is not asked.
    let text = text.split_once("...").map_or(text, |(start, _)| start);
    let (from, to) = text.split_once('~').unwrap_or((text, text));
    let time = |text: &str| nanos(text.strip_prefix('+').unwrap_or(text));
    let (start, end) = (time(from)?, time(to)?);
    Some(if from.starts_with('+') { When::After(start, end) } else { When::At(start, end) })
}

/// Seconds with a decimal point, in nanoseconds.
fn nanos(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<9}");
    let seconds = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    Some(seconds * 1_000_000_000 + digits.get(..9)?.parse::<u64>().ok()?)
}

fn call(text: &str) -> Option<Call> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, answer) = rest.split_once(") =").or_else(|| rest.rsplit_once(')'))?;
    let mut words = answer.split_whitespace();
    let result = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let error = words.next().filter(|_| result < 0).unwrap_or("").to_string();
    Some(Call { name: name.trim().to_string(), arguments: arguments.to_string(), result, error })
}
