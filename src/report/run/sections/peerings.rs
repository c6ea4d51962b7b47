//! What happened on the links and why packets were lost: both directions of every peering, drops by reason,
//! availability.

use super::view::{View, loss, quantiles, some};
use crate::report::format::column::{number, prose, text};
use crate::report::format::table::Table;
use crate::report::format::words::counted;
use crate::report::run::model::{DropReport, LinkReport, TrafficReport};
use crate::units::{BitRate, Share, grouped};

/// How many places are named for one reason of drops.
const PLACES: usize = 6;

/// Both directions of every peering.
pub fn peerings(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("direction").key(),
        text("state"),
        number("cap"),
        number("offered"),
        number("carried"),
        number("average rate").minor(),
        number("lost at cap"),
        number("other drops"),
        number("in flight"),
        number("delay p50").opens(),
        number("p99").joined(),
        number("max").joined(),
        number("longest queue"),
        number("drains in").minor(),
    ]);
    let (links, more) = view.shortlist(&view.snapshot.links, |link| link.offered.bytes.as_u64());
    // The usual state, which every peering has when nothing is wrong, would only fill a column.
    let plain = view.snapshot.links.iter().all(|link| link.state == "ACTIVE");
    for link in links {
        table.row(link_row(link, if plain { "" } else { &link.state }));
    }
    let section = view.section("Peerings", &table, more)?;
    let has_dropped = view.snapshot.links.iter().any(|link| link.shaper_drops > 0);
    let is_steady = |entry: &TrafficReport| entry.tcp.is_none() && entry.loss > Share::ZERO;
    if !has_dropped || !view.snapshot.traffic.iter().any(is_steady) {
        return Some(section);
    }
    let caution = match view.snapshot.traffic.iter().any(|entry| entry.tcp.is_some()) {
        true => "Senders without TCP do not slow down when a cap drops their packets.",
        false => "Senders here do not slow down when a cap drops their packets; TCP would.",
    };
    Some(section + "\n" + &view.page.remark(caution))
}

fn link_row(link: &LinkReport, state: &str) -> [String; 14] {
    let direction = format!("{} {} -> {}", link.peering, link.from, link.to);
    let cap = link.cap.map(|cap| cap.to_string()).unwrap_or_default();
    let [p50, p99, max] = quantiles(link.delay);
    let used = |cell: String| if link.offered.packets > 0 { cell } else { String::new() };
    let shaped = |cell: Option<String>| used(cell.filter(|_| link.cap.is_some()).unwrap_or_default());
    [
        direction,
        state.to_owned(),
        cap,
        link.offered.bytes.to_string(),
        used(link.carried.bytes.to_string()),
        used(average_rate(link)),
        loss(link.loss, link.offered.packets),
        some(link.other_drops),
        some(link.in_flight),
        p50,
        p99,
        max,
        shaped(Some(link.longest_queue.to_string())),
        shaped(link.drains_in.map(|time| time.to_string())),
    ]
}

/// A small value is not shown as zero.
fn average_rate(link: &LinkReport) -> String {
    let is_little = link.carried_rate == BitRate::default() && link.carried.packets > 0;
    if is_little { "< 1 bps".to_owned() } else { link.carried_rate.to_string() }
}

/// Drops by reason, most first, each with its places.
pub fn drops(view: &View) -> Option<String> {
    let mut reasons: Vec<Vec<&DropReport>> = Vec::new();
    for drop in &view.snapshot.drops {
        match reasons.iter_mut().find(|group| group[0].reason == drop.reason) {
            Some(group) => group.push(drop),
            None => reasons.push(vec![drop]),
        }
    }
    let total = |group: &[&DropReport]| group.iter().map(|drop| drop.packets).sum::<u64>();
    reasons.sort_by_key(|group| std::cmp::Reverse(total(group)));
    let mut table = Table::new(&[number(""), prose("")]);
    for group in &reasons {
        let reason = format!("{} ({})", group[0].sentence, group[0].reason);
        table.row([grouped(total(group)), reason]);
        places(view, group).into_iter().for_each(|place| table.row([String::new(), place]));
    }
    view.section("Drops", &table, 0)
}

/// The places where packets were dropped for one reason, most first, each with an example packet.
fn places(view: &View, group: &[&DropReport]) -> Vec<String> {
    let mut places = group.to_vec();
    places.sort_by_key(|drop| std::cmp::Reverse(drop.packets));
    let shown = if view.page.verbose { places.len() } else { PLACES.min(places.len()) };
    let mut named: Vec<String> = places.iter().take(shown).map(|drop| place(drop, places.len() == 1)).collect();
    if places.len() > shown {
        named.push(format!("… and {} more places (-v shows all)", places.len() - shown));
    }
    named
}

/// `in app/batch (table app/batch): 60 packets, for example 10.1.2.4 -> 10.0.1.5`; a reason's only place needs no
/// count.
fn place(drop: &DropReport, is_only: bool) -> String {
    let place = match (&drop.subnet, &drop.table) {
        (Some(subnet), Some(table)) => format!("in {subnet} (table {table})"),
        (Some(subnet), None) => format!("in {subnet}"),
        (None, _) => format!("at {}", drop.place),
    };
    let of_all = if is_only { String::new() } else { format!("{}, ", counted(drop.packets, "packet")) };
    let one_of = if drop.packets > 1 { "for example " } else { "" };
    format!("{place}: {of_all}{one_of}{} -> {}", drop.example.source, drop.example.destination)
}

/// How many minutes of the promise's allowance the run's faults used (S36).
pub fn availability(view: &View) -> Option<String> {
    let mut table = Table::new(&[
        text("peering").key(),
        number("availability"),
        number("promised"),
        number("downtime"),
        number("allowed in this run"),
        number("in 30 days").joined(),
    ]);
    for hit in &view.snapshot.availability {
        table.row([
            hit.peering.clone(),
            hit.availability.to_string(),
            hit.promised.to_string(),
            hit.downtime.to_string(),
            hit.budget.to_string(),
            hit.budget_of_month.to_string(),
        ]);
    }
    view.section("Availability", &table, 0)
}
