//! The story of a packet as readable text: its way step by step, its header, its neighbours, and what became of its
//! reply.

use crate::report::format::column::{number, prose, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::report::format::words::counted;
use crate::trace::{Edit, Entry, Event, Header, Kind, Moment, Nothing, Queue, Queued, Story, Then, Wanted, Way};
use crate::units::{ByteSize, grouped};

/// Bytes of an IPv4 header without options.
const IPV4: usize = 20;

/// The story as text; `wanted` is what the packet was found by, if it was not named.
pub fn story(story: &Story, wanted: Option<Wanted>, page: &Page) -> String {
    let mut out = String::new();
    if let Some(at) = story.interrupted {
        out += &page.toned(&format!("PARTIAL: interrupted at {at}."), Tone::Caution);
    }
    for (at, way) in story.ways.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out += &page.title(&headline(way));
        if let Some(wanted) = wanted.filter(|_| at == story.found) {
            out += &page.remark(found(wanted));
        }
        if at > 0 && way.kind == Kind::Packet {
            out += &page.remark(&format!("The first segment that acknowledges {}.", story.name));
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
        Nothing::NotSent { name, is_skipped: true, .. } => {
            format!("{name} was not sent: its host was down at its turn")
        }
        Nothing::NotSent { name, sent: 0, .. } => format!("{name} was not sent: its sender sent nothing"),
        Nothing::NotSent { name, sent, last, .. } => {
            let last = last.as_deref().unwrap_or_default();
            let sent = counted(*sent, "packet");
            format!("{name} was not sent: its sender sent {sent}, the last one is {last}")
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
fn headline(way: &Way) -> String {
    let Way { what, bytes, sender, source, destination, .. } = way;
    let name = named(&way.name, way.kind);
    let end = match (way.ended, way.steps.last().map(|step| &step.event)) {
        (Some(ended), Some(Event::Delivered { host, is_meant })) => {
            let how = if *is_meant { "delivered" } else { "MISDELIVERED" };
            format!("{how} to {host} after {}", ended.since(way.emitted))
        }
        (Some(ended), Some(Event::Dropped { reason, .. })) if ended > way.emitted => {
            format!("dropped after {} ({reason})", ended.since(way.emitted))
        }
        (_, Some(Event::Dropped { reason, .. })) => format!("dropped at once ({reason})"),
        _ => "still under way at the end".to_owned(),
    };
    let size = ByteSize::from_bytes((*bytes).into());
    format!("{name}: {what}, {size}, {sender}, {source} -> {destination}: {end}")
}

/// `sync#12`, `reply to ping#2`.
fn named(name: &str, kind: Kind) -> String {
    match kind {
        Kind::Packet => name.to_owned(),
        Kind::Reply => format!("reply to {name}"),
        Kind::Error => format!("error about {name}"),
        Kind::ErrorAboutReply => format!("error about the reply to {name}"),
    }
}

/// What happened, step by step; an instant and a place are told once.
fn steps(way: &Way) -> Table {
    let mut table = Table::new(&[number("at").key(), text("where"), prose("what")]);
    let mut last: Option<&Moment> = None;
    // That it departs at once is told where it meets the bucket.
    for step in way.steps.iter().filter(|step| !step.event.is_departure_at_once()) {
        let same = last.filter(|last| last.time == step.time);
        let at = same.map_or(step.time.to_string(), |_| String::new());
        let place = same.filter(|last| last.place == step.place).map_or(step.place.clone(), |_| String::new());
        let tone = match step.event {
            Event::Dropped { .. } | Event::Delivered { is_meant: false, .. } => Tone::Bad,
            _ => Tone::Plain,
        };
        let told = event(&step.event) + &edits(&step.edits);
        table.row([Cell::from(at), Cell::from(place), Cell::toned(told, tone)]);
        if let Event::Routed { lost, .. } = &step.event {
            for lost in lost {
                let told = format!("  {} {}", arrow(&lost.entry), lost.words);
                table.row([Cell::from(String::new()), Cell::from(String::new()), Cell::from(told)]);
            }
        }
        last = Some(step);
    }
    table
}

fn arrow(entry: &Entry) -> String {
    format!("{} -> {}", entry.prefix, entry.next_hop)
}

fn event(event: &Event) -> String {
    match event {
        Event::Emitted { sender } => format!("sent by {sender}"),
        Event::Routed { subnet, table, entry, .. } => {
            let found = entry.as_ref().map_or("no entry matches".to_owned(), arrow);
            format!("table {table} of subnet {subnet}: {found}")
        }
        Event::Offered { tokens, ahead, ahead_bytes, then } => offered(*tokens, (*ahead, *ahead_bytes), *then),
        Event::Changed { change, is_on_wire } => {
            let state = if *is_on_wire { "on the wire" } else { "waiting" };
            format!("a change finds it {state}: {change}")
        }
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
        Then::Departs => "departs at once",
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
    let mut table = Table::new(&[text("packet").key(), number("bytes"), number("came"), number("departed"), prose("")]);
    for Queued { name, kind, is_it, bytes, offered, departed, dropped, reason } in &queue.packets {
        let departed = departed.map_or(String::new(), |departed| departed.to_string());
        let dropped = dropped.zip(*reason).map(|(time, reason)| format!("{reason} at {time}"));
        let mark = is_it.then(|| "<- this one".to_owned());
        let told = mark.into_iter().chain(dropped).collect::<Vec<_>>().join(", ");
        table.row([named(name, *kind), grouped((*bytes).into()), offered.to_string(), departed, told]);
    }
    title + &table.render(page)
}
