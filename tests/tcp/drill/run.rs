//! Runs a script: hands it to our side event by event, and compares what is sent with what it expects. What Linux sends
//! as one large packet, ours sends as several: they count as one if they follow each other.

use super::packet::{Bits, Packet};
use super::plan::Plan;
use super::script::{Call, Event, Script, What, When};
use super::side::{Side, Unable};

/// What a script says of our state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// So many of its comparisons were not understood.
    Passed {
        skipped: usize,
    },
    Failed {
        line: usize,
        why: String,
    },
    /// It asks for something that ours does not have.
    NotApplicable(String),
}

/// Whether a script is one of ours, of which nothing is forgiven: what is sent at the end, and times in proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Ours,
    Foreign,
}

enum End {
    /// Once more, with a connection that knows how much it sends.
    Again,
    Verdict(Verdict),
}

struct Run<'a> {
    side: Side,
    script: &'a Script,
    manner: Manner,
    now: u64,
    /// When the event before was due, if it was a packet that came.
    heard: Option<u64>,
    skipped: usize,
}

/// Longer than anything waits.
const FOREVER: u64 = 1_000_000_000_000;
/// Foreign scripts forgive an eighth of the time since the event before.
const FORGIVEN: u64 = 8;

/// Runs a script.
pub fn run(text: &str, manner: Manner) -> Verdict {
    let script = match Script::parse(text) {
        Ok(script) => script,
        Err((line, why)) => return Verdict::NotApplicable(format!("line {line}: {why}")),
    };
    let mut plan = match Plan::of(&script, manner == Manner::Foreign) {
        Ok(plan) => plan,
        Err(why) => return Verdict::NotApplicable(why),
    };
    for _ in 0..2 {
        match Run::new(&script, &plan, manner).finish() {
            End::Verdict(verdict) => return verdict,
            End::Again => plan.size = Some(script.calls().map(Call::supplies).sum()),
        }
    }
    Verdict::NotApplicable("the program writes and closes by turns".to_string())
}

impl<'a> Run<'a> {
    fn new(script: &'a Script, plan: &Plan, manner: Manner) -> Run<'a> {
        Run { side: Side::new(plan), script, manner, now: 0, heard: None, skipped: 0 }
    }

    fn finish(mut self) -> End {
        for event in &self.script.events {
            if let Err(end) = self.take(event) {
                return end;
            }
        }
        let line = self.script.events.last().map_or(0, |event| event.line);
        End::Verdict(match self.side.sent.front() {
            Some((_, packet)) if self.manner == Manner::Ours => {
                Verdict::Failed { line, why: format!("{packet} was sent besides") }
            }
            _ => Verdict::Passed { skipped: self.skipped },
        })
    }

    fn take(&mut self, event: &Event) -> Result<(), End> {
        // Packets that come one after the other do not wait for those that are sent between them; all else does.
        let base = self.heard.filter(|_| matches!(event.what, What::Hear(_))).unwrap_or(self.now);
        let (from, to) = match event.when {
            When::Any => (self.now, FOREVER),
            When::After(from, to) => (base + from, base + to),
            When::At(from, to) => (from, to),
        };
        self.heard = matches!(event.what, What::Hear(_)).then_some(from);
        let failed = |why| End::Verdict(Verdict::Failed { line: event.line, why });
        if let What::Expect(want) = &event.what {
            if want.bits.rst {
                let why = format!("line {}: a reset, which ours never sends", event.line);
                return Err(End::Verdict(Verdict::NotApplicable(why)));
            }
            let proportion = if self.manner == Manner::Foreign { from.saturating_sub(self.now) / FORGIVEN } else { 0 };
            let tolerance = self.script.tolerance.max(proportion);
            self.expect(want, (from.saturating_sub(tolerance), to + tolerance)).map_err(failed)?;
            return Ok(());
        }
        self.pass_to(from);
        match &event.what {
            What::Hear(packet) => self.side.hear(self.now, packet),
            What::Call(call) => self.call(call, event.line)?,
            What::Code(code) => self.compare(code).map_err(failed)?,
            What::Command(_) | What::Expect(_) => {}
        }
        Ok(())
    }

    /// Lets time pass. What is due at that instant comes after what the script does then.
    fn pass_to(&mut self, at: u64) {
        while self.side.next_wake() < at {
            self.now = self.now.max(self.side.next_wake());
            self.side.wake(self.now);
        }
        self.now = self.now.max(at);
    }

    /// The next that is sent, and when.
    fn next_sent(&mut self, until: u64) -> Option<(u64, Packet)> {
        while self.side.sent.is_empty() && self.side.next_wake() <= until {
            self.now = self.now.max(self.side.next_wake());
            self.side.wake(self.now);
        }
        self.side.sent.pop_front()
    }

    fn expect(&mut self, want: &Packet, (from, until): (u64, u64)) -> Result<(), String> {
        let mut left = want.clone();
        loop {
            let Some((at, packet)) = self.next_sent(until) else {
                return Err(format!("expected {left}, nothing was sent"));
            };
            if at < from || until < at {
                let range = format!("{}~{}", seconds(from), seconds(until));
                return Err(format!("expected {left} at {range}, got {packet} at {}", seconds(at)));
            }
            let is_part = packet.length > 0 && packet.length < left.length && packet.sequence == left.sequence;
            if is_part && packet.acknowledged == left.acknowledged && !packet.bits.fin {
                left.sequence += packet.length;
                left.length -= packet.length;
                continue;
            }
            let (packet, fin) = without_fin(packet, left.bits.fin);
            if !is_same(&left, &packet) {
                return Err(format!("expected {left}, got {packet}"));
            }
            fin.into_iter().for_each(|fin| self.side.sent.push_front((at, fin)));
            return Ok(());
        }
    }

    fn call(&mut self, call: &Call, line: usize) -> Result<(), End> {
        let unable = |why: &str| End::Verdict(Verdict::NotApplicable(format!("line {line}: {why}")));
        let is_reading = ["read", "recv", "recvfrom", "recvmsg"].contains(&&*call.name);
        match &*call.name {
            "connect" if self.side.is_fresh() => self.side.connect(self.now),
            _ if call.supplies() > 0 => self.side.write(self.now, call.supplies()),
            _ if call.closes() => self.side.close(self.now).map_err(|why| match why {
                Unable::Again => End::Again,
                Unable::Never(why) => unable(why),
            })?,
            _ if is_reading && call.result < 0 => {
                let is_known = ["EAGAIN", "ETIMEDOUT", "ECONNRESET"].contains(&&*call.error);
                let expected = Some(&*call.error).filter(|error| *error != "EAGAIN");
                if is_known && self.side.error() != expected {
                    let why = format!("expected {expected:?}, got {:?}", self.side.error());
                    return Err(End::Verdict(Verdict::Failed { line, why }));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// `assert name == number`, and other comparisons with a number.
    fn compare(&mut self, code: &str) -> Result<(), String> {
        for statement in code.split(['\n', ';']).map(|part| part.split('#').next().unwrap_or(part).trim()) {
            let Some(claim) = statement.strip_prefix("assert ") else { continue };
            let words: Vec<&str> = claim.split(',').next().unwrap_or(claim).split_whitespace().collect();
            let [name, sign, number] = words[..] else {
                self.skipped += 1;
                continue;
            };
            let (Some(is), Ok(number)) = (self.side.measure(name), number.parse::<u64>()) else {
                self.skipped += 1;
                continue;
            };
            let holds = match sign {
                "==" => is == number,
                "<=" => is <= number,
                ">=" => is >= number,
                "<" => is < number,
                ">" => is > number,
                _ => return Err(format!("unknown comparison `{claim}`")),
            };
            if !holds {
                return Err(format!("{name} is {is}, not {sign} {number}"));
            }
        }
        Ok(())
    }
}

fn is_same(want: &Packet, packet: &Packet) -> bool {
    // That ours can tell marks is not agreed on in its SYN.
    let bits = |bits: Bits| if bits.syn { Bits { ece: false, cwr: false, ..bits } } else { bits };
    let has_blocks = want.options.is_any || want.options.blocks == packet.options.blocks;
    bits(want.bits) == bits(packet.bits)
        && (want.sequence, want.length, want.acknowledged) == (packet.sequence, packet.length, packet.acknowledged)
        && has_blocks
}

/// The FIN that rides with data is sent alone by Linux if the program closes later at the same instant.
fn without_fin(packet: Packet, is_wanted: bool) -> (Packet, Option<Packet>) {
    if is_wanted || !packet.bits.fin || packet.length == 0 {
        return (packet, None);
    }
    let fin = Packet { sequence: packet.sequence + packet.length, length: 0, ..packet.clone() };
    (Packet { bits: Bits { fin: false, ..packet.bits }, ..packet }, Some(fin))
}

fn seconds(nanos: u64) -> String {
    format!("{}.{:06}", nanos / 1_000_000_000, nanos / 1_000 % 1_000_000)
}
