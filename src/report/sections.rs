//! The sections of the readable report, each present only when it has something to say. Their order is the reader's:
//! what happened to the traffic, on the links, why packets were lost, what was done, what was demanded.

use super::snapshot::{ActionReport, Delays, DropReport, LinkReport, Snapshot, TrafficReport};
use super::table::Table;
use super::table::{Column::*, INDENT, wrapped};
use crate::units::{Share, SimDuration, grouped};

/// A list longer than this is cut to its most telling part.
const LONG: usize = 40;
/// How much of a long list is shown.
const SHOWN: usize = 20;
/// How many places are named for one reason of drops.
const PLACES: usize = 6;

/// Every section that has content, in order.
pub(super) fn all(snapshot: &Snapshot, width: usize, verbose: bool) -> Vec<String> {
    let view = View { snapshot, width, verbose };
    let sections = [
        view.traffic(),
        view.pings(),
        view.losses(),
        view.icmp_errors(),
        view.handled(),
        view.peerings(),
        view.drops(),
        view.availability(),
        view.timeline(),
        view.expectations(),
        view.notes(),
    ];
    sections.into_iter().flatten().collect()
}

struct View<'a> {
    snapshot: &'a Snapshot,
    width: usize,
    verbose: bool,
}

impl View<'_> {
    fn traffic(&self) -> Option<String> {
        let mut table = Table::new(&[
            ("entry", Text),
            ("path", Text),
            ("label", Text),
            ("sent", Number),
            ("delivered", Number),
            ("loss", Number),
            ("misdelivered", Number),
            ("in flight", Number),
            ("delay p50", NumberOrBreak),
            ("p99", Number),
            ("max", Number),
        ]);
        let (entries, more) = self.most_lost(|entry| entry.ping.is_none());
        for entry in entries {
            let [p50, p99, max] = quantiles(entry.delay);
            table.row([
                entry.name.clone(),
                entry.path.clone(),
                self.label(entry),
                grouped(entry.sent.packets),
                grouped(entry.delivered.packets),
                loss(entry.loss, entry.delivered.packets + entry.misdelivered + entry.dropped),
                some(entry.misdelivered),
                self.in_flight(entry.in_flight, entry.sent.packets, entry.loss),
                p50,
                p99,
                max,
            ]);
        }
        self.section("Traffic", &table, more)
    }

    fn pings(&self) -> Option<String> {
        let mut table = Table::new(&[
            ("entry", Text),
            ("path", Text),
            ("label", Text),
            ("requests", Number),
            ("arrived", Number),
            ("answered", Number),
            ("loss", Number),
            ("misdelivered", Number),
            ("in flight", Number),
            ("round trip p50", NumberOrBreak),
            ("p99", Number),
            ("max", Number),
        ]);
        let (entries, more) = self.most_lost(|entry| entry.ping.is_some());
        for (entry, ping) in entries.iter().filter_map(|e| e.ping.as_ref().map(|ping| (e, ping))) {
            let [p50, p99, max] = quantiles(ping.round_trip);
            let ended = entry.dropped + entry.misdelivered + ping.answered + ping.replies_lost;
            table.row([
                entry.name.clone(),
                entry.path.clone(),
                self.label(entry),
                grouped(entry.sent.packets),
                grouped(entry.delivered.packets),
                grouped(ping.answered),
                loss(entry.loss, ended),
                some(entry.misdelivered),
                self.in_flight(entry.sent.packets.saturating_sub(ended), entry.sent.packets, entry.loss),
                p50,
                p99,
                max,
            ]);
        }
        self.section("Pings", &table, more)
    }

    /// What each entry lost its packets to. Where one entry sent everything, the drops say the same.
    fn losses(&self) -> Option<String> {
        let is_ping = |entry: &TrafficReport| entry.ping.is_some();
        if self.snapshot.traffic.len() < 2 && !self.snapshot.traffic.iter().any(is_ping) {
            return None;
        }
        let mut table = Table::new(&[("entry", Text), ("", Text), ("lost", Number), ("to", Prose)]);
        let (entries, more) = self.most_lost(|entry| entry.loss > Share::ZERO);
        for entry in entries {
            let requests = if is_ping(entry) { "requests" } else { "" };
            lost_row(&mut table, entry, requests, &entry.dropped_by, entry.misdelivered);
            if let Some(ping) = &entry.ping {
                let dropped: u64 = ping.replies_dropped_by.iter().map(|(_, packets)| packets).sum();
                lost_row(
                    &mut table,
                    entry,
                    "replies",
                    &ping.replies_dropped_by,
                    ping.replies_lost.saturating_sub(dropped),
                );
            }
        }
        self.section("Losses", &table, more)
    }

    fn icmp_errors(&self) -> Option<String> {
        let mut table = Table::new(&[("entry", Text), ("kind", Text), ("from router", Text), ("received", Number)]);
        for entry in &self.snapshot.traffic {
            for error in &entry.icmp_errors {
                table.row([entry.name.clone(), error.kind.into(), error.from.clone(), grouped(error.packets)]);
            }
        }
        self.section("ICMP errors", &table, 0)
    }

    fn handled(&self) -> Option<String> {
        let mut table = Table::new(&[("entry", Text), ("what its file held", Text), ("count", Number)]);
        for entry in &self.snapshot.traffic {
            for (what, count) in &entry.handled {
                table.row([entry.name.clone(), what.clone(), grouped(*count)]);
            }
        }
        self.section("Files", &table, 0)
    }

    fn peerings(&self) -> Option<String> {
        let mut table = Table::new(&[
            ("direction", Text),
            ("state", Text),
            ("cap", Number),
            ("offered", Number),
            ("carried", Number),
            ("average rate", Number),
            ("lost at cap", Number),
            ("other drops", Number),
            ("in flight", Number),
            ("delay p50", NumberOrBreak),
            ("p99", Number),
            ("max", Number),
            ("longest queue", Number),
            ("drains in", Number),
        ]);
        let (links, more) = self.shortlist(&self.snapshot.links, |link| link.offered.bytes.as_u64());
        // The state every peering is in when nothing is amiss would only fill a column.
        let plain = self.snapshot.links.iter().all(|link| link.state == "ACTIVE");
        for link in links {
            table.row(self.link_row(link, if plain { "" } else { link.state }));
        }
        let section = self.section("Peerings", &table, more)?;
        if self.snapshot.links.iter().all(|link| link.shaper_drops == 0) {
            return Some(section);
        }
        let caution = "Senders here do not slow down when a cap drops their packets; TCP would.";
        Some(section + "\n" + &self.prose(caution))
    }

    fn link_row(&self, link: &LinkReport, state: &str) -> [String; 14] {
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
            used(link.carried_rate.to_string()),
            loss(link.loss, link.offered.packets),
            some(link.other_drops),
            self.in_flight(link.in_flight, link.offered.packets, link.loss),
            p50,
            p99,
            max,
            shaped(Some(link.longest_queue.to_string())),
            shaped(link.cap.and_then(|cap| cap.time_for(link.longest_queue)).map(|time| time.to_string())),
        ]
    }

    fn drops(&self) -> Option<String> {
        let mut reasons: Vec<Vec<&DropReport>> = Vec::new();
        for drop in &self.snapshot.drops {
            match reasons.iter_mut().find(|group| group[0].reason == drop.reason) {
                Some(group) => group.push(drop),
                None => reasons.push(vec![drop]),
            }
        }
        let total = |group: &[&DropReport]| group.iter().map(|drop| drop.packets).sum::<u64>();
        reasons.sort_by_key(|group| std::cmp::Reverse(total(group)));
        let mut table = Table::new(&[("", Number), ("", Prose)]);
        for group in &reasons {
            let reason = format!("{} ({})", group[0].sentence, group[0].reason);
            table.row([grouped(total(group)), reason]);
            table.row([String::new(), self.places(group)]);
        }
        self.section("Drops", &table, 0)
    }

    fn places(&self, group: &[&DropReport]) -> String {
        if let [only] = group {
            return format!("at {}", only.place);
        }
        let mut places = group.to_vec();
        places.sort_by_key(|drop| std::cmp::Reverse(drop.packets));
        let shown = if self.verbose { places.len() } else { PLACES };
        let mut named: Vec<String> =
            places.iter().take(shown).map(|drop| format!("{} {}", drop.place, grouped(drop.packets))).collect();
        if places.len() > shown {
            named.push(format!("… and {} more places", places.len() - shown));
        }
        format!("at {}", named.join(", "))
    }

    /// The minutes of the promise's budget that the run's faults used (S36).
    fn availability(&self) -> Option<String> {
        let mut table = Table::new(&[
            ("peering", Text),
            ("availability", Number),
            ("promised", Number),
            ("downtime", Number),
            ("allowed in this run", Number),
            ("in 30 days", Number),
        ]);
        for hit in &self.snapshot.availability {
            table.row([
                hit.peering.clone(),
                hit.availability.to_string(),
                hit.promised.to_string(),
                hit.downtime.to_string(),
                hit.budget.to_string(),
                hit.budget_of_month.to_string(),
            ]);
        }
        self.section("Availability", &table, 0)
    }

    fn timeline(&self) -> Option<String> {
        let mut table = Table::new(&[("time", Number), ("by", Text), ("action", Text), ("", Text), ("outcome", Prose)]);
        let (mut actions, more) = self.shortlist(&self.snapshot.timeline, |action| !action.as_expected);
        actions.sort_by_key(|action| action.time);
        for action in actions {
            let mark = if action.as_expected { "ok" } else { "FAILED" };
            let by = action.by.clone().unwrap_or_default();
            table.row([action.time.to_string(), by, action.action.clone(), mark.into(), outcome(action)]);
        }
        self.section("Timeline", &table, more)
    }

    fn expectations(&self) -> Option<String> {
        let mut table = Table::new(&[
            ("subject", Text),
            ("metric", Text),
            ("window", Text),
            ("expected", Number),
            ("found", Number),
            ("", Text),
        ]);
        let (checks, more) = self.shortlist(&self.snapshot.expectations, |check| check.held != Some(true));
        for check in checks {
            let mark = match check.held {
                Some(true) => "ok",
                Some(false) => "FAILED",
                None => "not evaluated",
            };
            table.row([
                check.subject.clone(),
                check.metric.clone(),
                check.between.map(|span| format!("{} to {}", span.from, span.until)).unwrap_or_default(),
                check.expected.clone(),
                check.found.as_deref().or(check.missing).unwrap_or_default().into(),
                mark.into(),
            ]);
        }
        self.section("Expectations", &table, more)
    }

    fn notes(&self) -> Option<String> {
        let mut table = Table::new(&[("", Text), ("", Prose)]);
        let notes = &self.snapshot.notes;
        let shown = if self.verbose || notes.len() <= LONG { notes.len() } else { SHOWN };
        for note in &notes[..shown] {
            table.row(["-".into(), note.clone()]);
        }
        self.section("Notes", &table, notes.len() - shown)
    }

    /// Entries of one kind, those that lost most if there are too many.
    fn most_lost(&self, kind: impl Fn(&TrafficReport) -> bool) -> (Vec<&TrafficReport>, usize) {
        let entries: Vec<&TrafficReport> = self.snapshot.traffic.iter().filter(|entry| kind(entry)).collect();
        let (picked, more) = self.shortlist(&entries, |entry| (entry.loss, entry.sent.packets));
        (picked.into_iter().copied().collect(), more)
    }

    /// All of `items` in order, or of too many those with the highest `rank`, and how many are not shown.
    fn shortlist<'i, T, K: Ord>(&self, items: &'i [T], rank: impl Fn(&T) -> K) -> (Vec<&'i T>, usize) {
        let mut picked: Vec<&T> = items.iter().collect();
        if self.verbose || items.len() <= LONG {
            return (picked, 0);
        }
        picked.sort_by_key(|item| std::cmp::Reverse(rank(item)));
        picked.truncate(SHOWN);
        (picked, items.len() - SHOWN)
    }

    fn section(&self, title: &str, table: &Table, more: usize) -> Option<String> {
        if table.is_empty() {
            return None;
        }
        let mut out = format!("{title}\n{}", table.render(self.width));
        if more > 0 {
            out += &self.prose(&format!("… and {} more (--json has all)", grouped(more as u64)));
        }
        Some(out)
    }

    fn prose(&self, text: &str) -> String {
        let indent = " ".repeat(INDENT);
        wrapped(text, self.width.saturating_sub(INDENT)).iter().map(|line| format!("{indent}{line}\n")).collect()
    }

    fn label(&self, entry: &TrafficReport) -> String {
        entry.label.clone().filter(|_| self.verbose).unwrap_or_default()
    }

    /// What counts neither as delivered nor as lost. Beside a loss it is shown where it is more than 1 % of what was
    /// sent, for then the loss is not lost / sent; everywhere in the verbose report. The books at the end have the sum.
    fn in_flight(&self, count: u64, sent: u64, loss: Share) -> String {
        let counts = loss > Share::ZERO && count > sent / 100;
        if self.verbose || counts { some(count) } else { String::new() }
    }
}

/// What `entry` lost, by reason; packets lost without a drop were accepted by a host they were not meant for.
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

fn outcome(action: &ActionReport) -> String {
    match &action.refused {
        Some(code) => format!("refused ({code}): {}", action.outcome),
        None => action.outcome.clone(),
    }
}

fn quantiles(delays: Option<Delays>) -> [String; 3] {
    let told = |d: Delays| [within(d.p50, d.p50_precision), within(d.p99, d.p99_precision), d.max.to_string()];
    delays.map(told).unwrap_or_default()
}

/// A time, and how far the true one can lie from it unless it is exact, rounded up to two digits: `18.412 ms ±4.1 us`.
pub(super) fn within(time: SimDuration, precision: SimDuration) -> String {
    let nanos = precision.as_nanos();
    let step = 10u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(1));
    let rounded = SimDuration::from_nanos(nanos.div_ceil(step).saturating_mul(step));
    if nanos == 0 { time.to_string() } else { format!("{time} ±{rounded}") }
}

/// The share lost; empty where no packet ended, for 0 % of nothing is no success.
fn loss(share: Share, ended: u64) -> String {
    if ended > 0 { share.to_string() } else { String::new() }
}

/// A count worth a column only where it is not zero.
fn some(count: u64) -> String {
    if count > 0 { grouped(count) } else { String::new() }
}
