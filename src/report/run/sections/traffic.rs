//! The outcome of the traffic: entries, pings, drops by entry, ICMP errors, and the content of their files.

use super::view::{View, loss, quantiles, some};
use crate::model::DropReason;
use crate::report::format::column::{number, prose, text};
use crate::report::format::table::Table;
use crate::report::run::model::{LimitedBy, TrafficReport, Word};
use crate::units::{ByteSize, Share, grouped};
use std::cmp::Reverse;

/// The entries that are not pings.
pub fn traffic(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("entry").key(),
        text("path"),
        text("label"),
        number("sent"),
        number("delivered"),
        number("loss"),
        number("misdelivered"),
        number("in flight"),
        number("delay p50").opens(),
        number("p99").joined(),
        number("max").joined(),
    ]);
    let (entries, more) = most_lost(view, |entry| entry.ping.is_none());
    for entry in entries {
        let [p50, p99, max] = quantiles(entry.delay);
        table.row([
            entry.name.clone(),
            entry.path.clone(),
            label(view, entry),
            grouped(entry.sent.packets),
            grouped(entry.delivered.packets),
            loss(entry.loss, entry.delivered.packets + entry.misdelivered + entry.dropped),
            some(entry.misdelivered),
            some(entry.in_flight),
            p50,
            p99,
            max,
        ]);
    }
    view.section("Traffic", &table, more)
}

/// The connections of TCP entries.
pub fn connections(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("entry").key(),
        number("goodput"),
        number("connections"),
        number("completed"),
        number("given up"),
        number("sent again"),
        number("timeouts"),
        number("completion p50").opens(),
        number("p99").joined(),
        number("max").joined(),
        number("round trip min").opens(),
        number("p50").joined(),
        number("p99").joined(),
        number("congestion window"),
        prose("limited by"),
    ]);
    let (entries, more) = most_lost(view, |entry| entry.tcp.is_some());
    for (entry, tcp) in entries.iter().filter_map(|e| e.tcp.as_ref().map(|tcp| (e, tcp))) {
        let [c50, c99, longest] = quantiles(tcp.completion);
        let [r50, r99, _] = quantiles(tcp.round_trip);
        table.row([
            entry.name.clone(),
            tcp.goodput_bps.map(|rate| rate.to_string()).unwrap_or_default(),
            grouped(tcp.connections),
            grouped(tcp.completed),
            some(tcp.given_up),
            grouped(tcp.retransmissions),
            grouped(tcp.timeouts),
            c50,
            c99,
            longest,
            tcp.round_trip.map(|delays| delays.min.to_string()).unwrap_or_default(),
            r50,
            r99,
            tcp.window_bytes.map(|bytes| ByteSize::from_bytes(bytes).to_string()).unwrap_or_default(),
            limits(&tcp.limited_by),
        ]);
    }
    view.section("Connections", &table, more)
}

/// `cap 94 %, congestion window 6 %`: what limited connections, most first, in whole percent.
fn limits(by: &LimitedBy) -> String {
    let mut shares = [
        ("receive window", by.receive_window),
        ("congestion window", by.congestion_window),
        ("sender", by.sender),
        ("cap", by.cap),
        ("timeout", by.timeout),
    ]
    .map(|(name, share)| (name, (share.as_ppb() + 5_000_000) / 10_000_000));
    shares.sort_by_key(|(_, percent)| Reverse(*percent));
    let told = shares.iter().filter(|(_, percent)| *percent > 0);
    told.map(|(name, percent)| format!("{name} {percent} %")).collect::<Vec<_>>().join(", ")
}

/// Why connections were given up.
pub fn given_up(view: &View) -> Option<String> {
    let mut table = Table::new(&[text("entry").key(), number("given up"), prose("last loss")]);
    let (entries, more) = most_lost(view, |entry| entry.tcp.as_ref().is_some_and(|tcp| tcp.given_up > 0));
    for (entry, tcp) in entries.iter().filter_map(|e| e.tcp.as_ref().map(|tcp| (e, tcp))) {
        for (reason, count) in &tcp.given_up_by {
            let sentence = match (&**reason, DropReason::from_code(reason)) {
                (code, Some(reason)) => format!("{code}: {}", reason.sentence()),
                ("no_port", None) => "no_port: all ports were in use".into(),
                (code, None) => format!("{code}: nothing came back, though nothing was lost"),
            };
            table.row([entry.name.clone(), grouped(*count), sentence]);
        }
    }
    view.section("Given up", &table, more)
}

/// Pings, each with the outcome of its replies.
pub fn pings(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("entry").key(),
        text("path"),
        text("label"),
        number("requests"),
        number("arrived"),
        number("answered"),
        number("loss"),
        number("misdelivered"),
        number("in flight"),
        number("round trip p50").opens(),
        number("p99").joined(),
        number("max").joined(),
    ]);
    let (entries, more) = most_lost(view, |entry| entry.ping.is_some());
    for (entry, ping) in entries.iter().filter_map(|e| e.ping.as_ref().map(|ping| (e, ping))) {
        let [p50, p99, max] = quantiles(ping.round_trip);
        let ended = entry.dropped + entry.misdelivered + ping.answered + ping.replies_lost;
        table.row([
            entry.name.clone(),
            entry.path.clone(),
            label(view, entry),
            grouped(entry.sent.packets),
            grouped(entry.delivered.packets),
            grouped(ping.answered),
            loss(entry.loss, ended),
            some(entry.misdelivered),
            some(entry.sent.packets.saturating_sub(ended)),
            p50,
            p99,
            max,
        ]);
    }
    view.section("Pings", &table, more)
}

/// Why each entry lost packets. If one entry sent everything, the drops say the same.
pub fn losses(view: &View) -> Option<String> {
    let is_ping = |entry: &TrafficReport| entry.ping.is_some();
    let is_answered = |entry: &TrafficReport| entry.ping.is_some() || entry.tcp.is_some();
    if view.snapshot.traffic.len() < 2 && !view.snapshot.traffic.iter().any(is_answered) {
        return None;
    }
    let mut table = Table::new(&[text("entry").key(), text("").key(), number("lost"), prose("to")]);
    let has_lost = |entry: &TrafficReport| {
        entry.loss > Share::ZERO || entry.tcp.as_ref().is_some_and(|tcp| !tcp.answers_dropped_by.is_empty())
    };
    let (entries, more) = most_lost(view, has_lost);
    for entry in entries {
        let requests = if is_ping(entry) { "requests" } else { "" };
        if let Some(tcp) = &entry.tcp {
            lost_row(&mut table, entry, "answers", &tcp.answers_dropped_by, 0);
        }
        lost_row(&mut table, entry, requests, &entry.dropped_by, entry.misdelivered);
        if let Some(ping) = &entry.ping {
            let dropped: u64 = ping.replies_dropped_by.iter().map(|(_, packets)| packets).sum();
            lost_row(&mut table, entry, "replies", &ping.replies_dropped_by, ping.replies_lost.saturating_sub(dropped));
        }
    }
    view.section("Losses", &table, more)
}

/// The ICMP errors that reached senders.
pub fn icmp_errors(view: &View) -> Option<String> {
    let mut table = Table::new(&[text("entry").key(), text("kind"), text("from router"), number("received")]);
    for entry in &view.snapshot.traffic {
        for error in &entry.icmp_errors {
            table.row([entry.name.clone(), error.kind.to_string(), error.from.clone(), grouped(error.packets)]);
        }
    }
    view.section("ICMP errors", &table, 0)
}

/// How the files of entries were handled.
pub fn handled(view: &View) -> Option<String> {
    let mut table = Table::new(&[text("entry").key(), text("what its file held"), number("count")]);
    for entry in &view.snapshot.traffic {
        for (what, count) in &entry.handled {
            table.row([entry.name.clone(), what.clone(), grouped(*count)]);
        }
    }
    view.section("Files", &table, 0)
}

/// Entries of one kind; if there are too many, those that lost most.
fn most_lost<'a>(view: &View<'a>, kind: impl Fn(&TrafficReport) -> bool) -> (Vec<&'a TrafficReport>, usize) {
    let entries: Vec<&TrafficReport> = view.snapshot.traffic.iter().filter(|entry| kind(entry)).collect();
    let (picked, more) = view.shortlist(&entries, |entry| (entry.loss, entry.sent.packets));
    (picked.into_iter().copied().collect(), more)
}

fn label(view: &View, entry: &TrafficReport) -> String {
    entry.label.clone().filter(|_| view.page.verbose).unwrap_or_default()
}

/// The losses of `entry`, by reason; packets lost without a drop were accepted by a host they were not meant for.
fn lost_row(table: &mut Table, entry: &TrafficReport, what: &str, dropped_by: &[(Word, u64)], misdelivered: u64) {
    let mut reasons: Vec<(&str, u64)> = dropped_by.iter().map(|(code, packets)| (&**code, *packets)).collect();
    reasons.push(("misdelivered", misdelivered));
    reasons.retain(|&(_, packets)| packets > 0);
    let words = match reasons[..] {
        [] => return,
        [(only, _)] => only.to_owned(),
        _ => reasons.iter().map(|&(code, n)| format!("{code} {}", grouped(n))).collect::<Vec<_>>().join(", "),
    };
    let lost: u64 = reasons.iter().map(|&(_, packets)| packets).sum();
    table.row([entry.name.clone(), what.to_owned(), grouped(lost), words]);
}
