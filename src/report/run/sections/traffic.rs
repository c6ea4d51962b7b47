//! The outcome of the traffic: entries, pings, drops by entry, ICMP errors, and the content of their files.

use super::view::{View, loss, quantiles, some};
use crate::report::format::column::{number, prose, text};
use crate::report::format::table::Table;
use crate::report::run::model::TrafficReport;
use crate::units::{Share, grouped};

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
    if view.snapshot.traffic.len() < 2 && !view.snapshot.traffic.iter().any(is_ping) {
        return None;
    }
    let mut table = Table::new(&[text("entry").key(), text("").key(), number("lost"), prose("to")]);
    let (entries, more) = most_lost(view, |entry| entry.loss > Share::ZERO);
    for entry in entries {
        let requests = if is_ping(entry) { "requests" } else { "" };
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
            table.row([entry.name.clone(), error.kind.into(), error.from.clone(), grouped(error.packets)]);
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
fn lost_row(table: &mut Table, entry: &TrafficReport, what: &str, dropped_by: &[(&str, u64)], misdelivered: u64) {
    let mut reasons = dropped_by.to_vec();
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
