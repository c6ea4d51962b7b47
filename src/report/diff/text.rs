//! A comparison for people: what one reads before pressing the button.

use super::model::{DiffReport, FindingRow, PairRow};
use crate::report::format::column::{number, prose, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::report::format::words::counted;
use crate::units::grouped;

/// The most names that a cell lists, and rows that a table has, unless the reader wants all.
const NAMES_MAX: usize = 4;
const ROWS_MAX: usize = 30;

/// The comparison as text.
pub fn diff_text(report: &DiffReport, page: &Page) -> String {
    let DiffReport { before, after, at, .. } = report;
    let mut out = page.title(&format!("{before} -> {after}, at {at}"));
    if report.is_empty() {
        return out + &page.prose("Nothing differs in who reaches whom, in peerings, findings, runs or bills.");
    }
    out += &page.toned(&headline(report), if report.pairs_lost > 0 { Tone::Bad } else { Tone::Plain });
    out += &hosts(report, page);
    let sections = [
        pairs(report, page),
        peerings(report, page),
        findings(report, page),
        traffic(report, page),
        bill(report, page),
    ];
    for (title, body) in sections.into_iter().flatten() {
        out += &format!("\n{}{body}", page.title(title));
    }
    if report.partial {
        out += &page.toned("Interrupted: runs and bills are compared as far as they came.", Tone::Caution);
    }
    out
}

/// A title and a table.
type Section = Option<(&'static str, String)>;

fn headline(report: &DiffReport) -> String {
    let [lost, won] = [report.pairs_lost, report.pairs_won].map(|n| counted(n, "pair"));
    format!("{lost} lost, {won} won, {} that fail in another way.", grouped(report.pairs_changed))
}

fn hosts(report: &DiffReport, page: &Page) -> String {
    let told = |names: &[String], what: &str| match names {
        [] => String::new(),
        names => page.prose(&format!("{} {what}: {}.", counted(names.len() as u64, "host"), folded(names, page))),
    };
    told(&report.hosts_gone, "gone") + &told(&report.hosts_new, "new")
}

/// The first names, and how many more there are.
fn folded(names: &[String], page: &Page) -> String {
    let shown = if page.verbose { names.len() } else { NAMES_MAX.min(names.len()) };
    let mut out = names[..shown].join(", ");
    if shown < names.len() {
        out += &format!(" +{}", grouped((names.len() - shown) as u64));
    }
    out
}

fn pairs(report: &DiffReport, page: &Page) -> Section {
    let mut table =
        Table::new(&[text("").key(), number("pairs").key(), text("from"), text("to"), text("before"), text("after")]);
    let shown = if page.verbose { report.pairs.len() } else { ROWS_MAX.min(report.pairs.len()) };
    for row in &report.pairs[..shown] {
        let PairRow { fate, from, to, before, after, .. } = row;
        let mark = Cell::toned(*fate, if *fate == "lost" { Tone::Bad } else { Tone::Plain });
        let names = [folded(from, page), folded(to, page), before.clone(), after.clone()].map(Cell::from);
        table.cells([mark, grouped(row.pairs).into()].into_iter().chain(names).collect());
    }
    let mut body = table.render(page);
    if shown < report.pairs.len() {
        let more = grouped((report.pairs.len() - shown) as u64);
        body += &page.remark(&format!("… and {more} more rows (-v shows all)"));
    }
    (!table.is_empty()).then_some(("Who reaches whom", body))
}

fn peerings(report: &DiffReport, page: &Page) -> Section {
    let mut table = Table::new(&[text("peering").key(), text("what").key(), text("before"), text("after")]);
    for row in &report.peerings {
        let [before, after] = [&row.before, &row.after].map(|side| side.clone().unwrap_or_else(|| "none".into()));
        table.row([row.peering.clone(), row.what.to_owned(), before, after]);
    }
    (!table.is_empty()).then(|| ("Peerings", table.render(page)))
}

fn findings(report: &DiffReport, page: &Page) -> Section {
    let mut table = Table::new(&[text("").key(), text("finding").key(), prose("")]);
    let sides = [("new", &report.findings_new), ("gone", &report.findings_gone)];
    for (side, FindingRow { code, message, .. }) in
        sides.into_iter().flat_map(|(side, all)| all.iter().map(move |f| (side, f)))
    {
        table.row([side.to_owned(), (*code).to_owned(), message.clone()]);
    }
    (!table.is_empty()).then(|| ("Findings (vpcsim lint)", table.render(page)))
}

fn traffic(report: &DiffReport, page: &Page) -> Section {
    let mut table = Table::new(&[
        text("traffic").key(),
        number("loss before"),
        number("loss after"),
        number("delivered before"),
        number("delivered after"),
    ]);
    for row in &report.traffic {
        let loss = row.loss.map(|loss| loss.map_or("none".to_owned(), |loss| loss.to_string()));
        let delivered = row.delivered.map(|count| count.map_or("none".to_owned(), grouped));
        let [loss_before, loss_after] = loss;
        let [delivered_before, delivered_after] = delivered;
        table.row([row.traffic.clone(), loss_before, loss_after, delivered_before, delivered_after]);
    }
    (!table.is_empty()).then(|| ("Traffic, in a run of each", table.render(page)))
}

fn bill(report: &DiffReport, page: &Page) -> Section {
    let mut table = Table::new(&[text("account").key(), number("bill before"), number("bill after")]);
    for row in &report.bill {
        let side = |at: usize| match (row.amount[at], row.currency[at]) {
            (Some(amount), Some(currency)) => format!("{amount} {currency}"),
            _ => "none".into(),
        };
        table.row([row.account.clone(), side(0), side(1)]);
    }
    (!table.is_empty()).then(|| ("Bill", table.render(page)))
}
