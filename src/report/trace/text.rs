//! The story of a packet as readable text: its way step by step, its header, its neighbours, and what became of its
//! reply.

use crate::report::format::column::{number, prose, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::report::format::words::counted;
use crate::trace::{Edit, Entry, Event, Header, Moment, Nothing, Queue, Queued, Story, Then, Wanted, Way};
use crate::units::{ByteSize, SimTime, grouped};

/// Bytes of an IPv4 header without options.
const IPV4: usize = 20;

/// The story as text; `wanted` is what the packet was found by, if it was not named.
pub fn story(story: &Story, wanted: Option<Wanted>, page: &Page) -> String {
    let mut out = String::new();
    if story.partial {
        out += &page.toned(&format!("PARTIAL: interrupted at {}.", story.until), Tone::Caution);
    }
    for (at, way) in story.ways.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out += &page.title(&headline(way, story.until));
        if let Some(wanted) = wanted.filter(|_| at == story.found) {
            out += &page.remark(found(wanted));
        }
        out += &steps(way).render(page);
        out.push('\n');
        out += &header(&way.header, page);
        for queue in &way.queues {
            out.push('\n');
            out += &neighbours(queue, page);
        }
    }
    if let Some(why) = &story.no_reply {
        out.push('\n');
        out += &page.prose(&format!("No reply: {why}."));
    }
    out
}

/// The sentence for where there is no such packet.
pub fn no_story(nothing: &Nothing) -> String {
    match nothing {
        Nothing::NoDrop(None) => "no packet was dropped".to_owned(),
        Nothing::NoDrop(Some(reason)) => {
            let (code, sentence) = (reason.code(), reason.sentence());
            format!("no packet was dropped for the reason {code} ({sentence})")
        }
        Nothing::NoDelivery => "no packet reached the host it was meant for".to_owned(),
        Nothing::NotSent { name, sent: 0, .. } => format!("{name} was not sent: its sender sent nothing"),
        Nothing::NotSent { name, sent, last } => {
            let last = last.as_deref().unwrap_or_default();
            let sent = counted(*sent, "packet");
            format!("{name} was not sent: its sender sent {sent}, the last one so far was {last}")
        }
    }
}

fn found(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::FirstDrop(None) => "The first packet that was dropped.",
        Wanted::FirstDrop(Some(_)) => "The first packet that was dropped for this reason.",
        Wanted::Slowest => "No packet took longer from its sender to the host it was meant for.",
    }
}

/// What a packet is, from where to where, and its end.
fn headline(way: &Way, until: SimTime) -> String {
    let Way { name, what, bytes, sender, source, destination, .. } = way;
    let end = match (way.ended, way.steps.last().map(|step| &step.event)) {
        (Some(ended), Some(Event::Delivered { host, is_meant })) => {
            let how = if *is_meant { "delivered" } else { "MISDELIVERED" };
            format!("{how} to {host} after {}", ended.since(way.emitted))
        }
        (Some(ended), Some(Event::Dropped { reason, .. })) if ended > way.emitted => {
            format!("dropped after {} ({reason})", ended.since(way.emitted))
        }
        (_, Some(Event::Dropped { reason, .. })) => format!("dropped at once ({reason})"),
        _ => format!("still under way at {until}"),
    };
    let size = ByteSize::from_bytes((*bytes).into());
    format!("{name}: {what}, {size}, {sender}, {source} -> {destination}: {end}")
}

/// What happened, step by step; an instant and a place are told once.
fn steps(way: &Way) -> Table {
    let mut table = Table::new(&[number("at").key(), text("where"), prose("what")]);
    let mut last: Option<&Moment> = None;
    for step in &way.steps {
        let same = last.filter(|last| last.time == step.time);
        let at = same.map_or(step.time.to_string(), |_| String::new());
        let place = same.filter(|last| last.place == step.place).map_or(step.place.clone(), |_| String::new());
        let tone = match step.event {
            Event::Dropped { .. } | Event::Delivered { is_meant: false, .. } => Tone::Bad,
            _ => Tone::Plain,
        };
        let told = event(&step.event) + &edits(&step.edits);
        table.row([Cell::from(at), Cell::from(place), Cell::toned(told, tone)]);
        last = Some(step);
    }
    table
}

fn event(event: &Event) -> String {
    match event {
        Event::Emitted { sender } => format!("sent by {sender}"),
        Event::Routed { subnet, table, entry } => {
            let found = match entry {
                Some(Entry { prefix, next_hop }) => format!("{prefix} -> {next_hop}"),
                None => "no entry matches".to_owned(),
            };
            format!("table {table} of subnet {subnet}: {found}")
        }
        Event::Offered { tokens, ahead, ahead_bytes, then } => offered(*tokens, (*ahead, *ahead_bytes), *then),
        Event::Changed { change, is_on_wire } => {
            let state = if *is_on_wire { "on the wire" } else { "waiting" };
            format!("a change finds it {state}: {change}")
        }
        Event::Departed { waited } if waited.as_nanos() == 0 => "departs".to_owned(),
        Event::Departed { waited } => format!("departs, after it waited {waited}"),
        Event::Arrived { delay } => format!("leaves the far end, {delay} later"),
        Event::Delivered { host, is_meant: true } => format!("delivered to {host}"),
        Event::Delivered { host, is_meant: false } => format!("MISDELIVERED to {host}, which has its address"),
        Event::Dropped { reason, sentence } => format!("DROPPED, {reason}: {sentence}"),
    }
}

/// What it met at a link.
fn offered(tokens: Option<ByteSize>, (ahead, bytes): (u64, ByteSize), then: Then) -> String {
    let then = match then {
        Then::Departs => "need not wait",
        Then::Waits => "waits",
        Then::Refused => "is not let in",
    };
    let queue = match ahead {
        0 => "an empty queue".to_owned(),
        _ => format!("{} ({bytes}) in the queue", counted(ahead, "packet")),
    };
    match tokens {
        Some(tokens) => format!("meets {tokens} of tokens and {queue}: {then}"),
        None if then == "is not let in" => then.to_owned(),
        None => format!("meets no bucket: {then}"),
    }
}

/// `; TTL 64 -> 63`: what was changed, without the checksum that follows from it.
fn edits(edits: &[Edit]) -> String {
    let edits = edits.iter().filter(|edit| edit.field != "header checksum");
    edits.map(|Edit { field, before, after }| format!("; {field} {before} -> {after}")).collect()
}

fn header(header: &Header, page: &Page) -> String {
    let Header { emitted, ended, changed } = header;
    let mut table = Table::new(&[text("header").key(), text("")]);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let parts = |bytes: &[u8]| [hex(&bytes[..IPV4.min(bytes.len())]), hex(&bytes[IPV4.min(bytes.len())..])];
    let ([ip, behind], [ip_ended, behind_ended]) = (parts(emitted), parts(ended));
    let names = ["IPv4", "behind it"];
    for (name, before, after) in [(names[0], ip, ip_ended), (names[1], behind, behind_ended)] {
        if before == after {
            table.row([name.to_owned(), before]);
        } else {
            table.row([format!("{name}, as sent"), before]);
            table.row([format!("{name}, at the end"), after]);
        }
    }
    let told = |Edit { field, before, after }: &Edit| format!("{field} {before} -> {after}");
    let changed = match changed[..] {
        [] => "Nothing in the header was changed on the way.".to_owned(),
        _ => format!("Changed: {}.", changed.iter().map(told).collect::<Vec<_>>().join("; ")),
    };
    table.render(page) + &page.remark(&changed)
}

fn neighbours(queue: &Queue, page: &Page) -> String {
    let title = page.remark(&format!("At the bucket of {}:", queue.link));
    if queue.packets.len() == 1 {
        return title + &page.remark("No packet was near it.");
    }
    let mut table = Table::new(&[text("packet").key(), number("bytes"), number("came"), number("departed"), text("")]);
    for Queued { name, what, is_it, bytes, offered, departed, dropped } in &queue.packets {
        let name = what.map_or(name.clone(), |what| format!("{what} to {name}"));
        let departed = match (departed, dropped) {
            (Some(departed), _) => departed.to_string(),
            (None, Some(reason)) => (*reason).to_owned(),
            (None, None) => "not yet".to_owned(),
        };
        let mark = if *is_it { "<- this one" } else { "" };
        table.row([name, grouped((*bytes).into()), offered.to_string(), departed, mark.to_owned()]);
    }
    title + &table.render(page)
}
