//! A matrix for people: a grid whose equal rows and columns are folded, and below it who does not reach whom, and why.

use crate::diagnose::Stop;
use crate::diagnose::matrix::{By, Kind, Matrix, Pair};
use crate::report::format::column::{number, prose, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::report::format::words::counted;
use crate::units::{SimTime, grouped};
use std::collections::{BTreeMap, BTreeSet};

/// The most kinds that a grid shows side by side.
const GRID_MAX: usize = 20;

/// The most receivers that a row names, unless the reader wants all.
const NAMES_MAX: usize = 8;

/// The most rows of the list below it, unless the reader wants all.
const LIST_MAX: usize = 30;

/// The matrix at an instant as text.
pub fn grid(matrix: &Matrix<'_>, at: SimTime, page: &Page) -> String {
    let names: Vec<String> = matrix.kinds().iter().map(|kind| folded(matrix, kind)).collect();
    let view = View { matrix, names: &names, page };
    let count = names.len() as u32;
    let (mut pairs, mut tally, mut failures) = (BTreeMap::new(), Tally::default(), Failures::default());
    for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
        let Some(pair) = matrix.pair(from, to) else { continue };
        tally.add(&pair, view.times(from, to));
        if !pair.round_trip {
            failures.stops.extend(stop(&pair));
            failures.to.entry((from, view.reason(&pair))).or_default().push(to);
        }
        if count as usize <= GRID_MAX {
            pairs.insert((from, to), pair);
        }
    }
    let mut out = page.title(&view.headline(at, &tally));
    if (2..=GRID_MAX).contains(&names.len()) {
        out += &view.grid(&pairs);
    } else if names.len() > GRID_MAX {
        let kinds = counted(names.len() as u64, "row");
        out += &page.remark(&format!("({kinds} are too many for a grid; --from, --to and --by make fewer)"));
    }
    out + &view.failures(&failures)
}

/// Who does not get through.
#[derive(Default)]
struct Failures {
    /// The receivers, by sender and reason.
    to: BTreeMap<(u32, String), Vec<u32>>,
    stops: BTreeSet<Stop>,
}

/// How many pairs get how far.
#[derive(Default)]
struct Tally {
    both_ways: u64,
    one_way: u64,
    not: u64,
}

impl Tally {
    fn add(&mut self, pair: &Pair, times: u64) {
        match (pair.one_way, pair.round_trip) {
            (_, true) => self.both_ways += times,
            (true, false) => self.one_way += times,
            (false, false) => self.not += times,
        }
    }
}

struct View<'a> {
    matrix: &'a Matrix<'a>,
    /// By kind.
    names: &'a [String],
    page: &'a Page,
}

impl View<'_> {
    /// How many pairs of units two kinds stand for.
    fn times(&self, from: u32, to: u32) -> u64 {
        let members = |kind: u32| self.matrix.kinds()[kind as usize].members.len() as u64;
        members(from) * (members(to) - u64::from(from == to))
    }

    fn headline(&self, at: SimTime, tally: &Tally) -> String {
        let (matrix, probe) = (self.matrix, self.matrix.probe());
        let unit = match matrix.by() {
            By::Host => "host",
            By::Subnet => "subnet",
            By::Vpc => "VPC",
        };
        let port = if probe.protocol.has_ports() { format!(" to port {}", probe.port) } else { String::new() };
        let [both, one, not] = [tally.both_ways, tally.one_way, tally.not].map(grouped);
        format!(
            "{}, {} at {at} ({}{port}, {} B): {both} both ways, {one} one way, {not} not",
            counted(matrix.units().len() as u64, unit),
            counted(matrix.pairs(), "pair"),
            probe.protocol.name(),
            probe.size,
        )
    }

    fn grid(&self, pairs: &BTreeMap<(u32, u32), Pair>) -> String {
        let numbers: Vec<String> = (1..=self.names.len()).map(|at| at.to_string()).collect();
        let mut columns = vec![number("").key(), text("").key()];
        // A column's title is its row's number; titles are static, so they stand in a row.
        columns.extend(self.names.iter().map(|_| number("")));
        let mut table = Table::new(&columns);
        let titles = [String::new(), "from \\ to".into()].into_iter().chain(numbers.iter().cloned());
        table.cells(titles.map(Cell::from).collect());
        for (at, name) in (0..).zip(self.names) {
            if !self.matrix.kinds()[at as usize].sends() {
                continue;
            }
            let row = [numbers[at as usize].clone(), name.clone()].map(Cell::from).into_iter();
            table.cells(row.chain((0..self.names.len() as u32).map(|to| mark(pairs.get(&(at, to))))).collect());
        }
        let said: BTreeSet<&str> = pairs.values().map(word).collect();
        let legend: Vec<String> = LEGEND
            .into_iter()
            .filter(|(word, _)| said.contains(word))
            .map(|(word, means)| format!("{word}: {means}"))
            .collect();
        table.render(self.page) + &self.page.remark(&legend.join("; ")) + "\n"
    }

    /// Who does not reach whom, by sender and reason.
    fn failures(&self, failures: &Failures) -> String {
        let why = &failures.to;
        if why.is_empty() {
            return String::new();
        }
        let mut table = Table::new(&[text("from").key(), text("why not"), prose("to")]);
        let shown = if self.page.verbose { why.len() } else { LIST_MAX.min(why.len()) };
        for ((from, reason), to) in why.iter().take(shown) {
            let most = if self.page.verbose { to.len() } else { NAMES_MAX };
            let mut to_names: Vec<&str> = to.iter().take(most).map(|to| self.names[*to as usize].as_str()).collect();
            let more = format!("and {} more", grouped(to.len().saturating_sub(most) as u64));
            to_names.extend((to.len() > most).then_some(more.as_str()));
            table.row([self.names[*from as usize].clone(), reason.clone(), to_names.join(", ")]);
        }
        let mut out = self.page.title("Who does not get through") + &table.render(self.page);
        if shown < why.len() {
            out +=
                &self.page.remark(&format!("… and {} more rows (-v shows all)", grouped((why.len() - shown) as u64)));
        }
        out.push('\n');
        failures
            .stops
            .iter()
            .for_each(|stop| out += &self.page.remark(&format!("{}: {}", stop.code(), stop.sentence())));
        out + &self.page.remark("vpcsim explain FILE --from A --to B says more")
    }

    fn reason(&self, pair: &Pair) -> String {
        let partly = if pair.partly { " (some hosts)" } else { "" };
        let said = pair.cell.end(|host| self.matrix.name(self.matrix.unit_of(host)));
        said + partly
    }
}

/// What stops a pair.
fn stop(pair: &Pair) -> Option<Stop> {
    pair.cell.request.err().or_else(|| pair.cell.reply?.err())
}

/// The words in a grid, with what they mean.
const LEGEND: [(&str, &str); 5] = [
    ("ok", "there and back"),
    ("1-way", "arrives, and the reply does not"),
    ("some", "some hosts get further than others"),
    ("other", "lands on another host"),
    ("no", "does not arrive"),
];

fn word(pair: &Pair) -> &'static str {
    match pair {
        Pair { partly: true, .. } => "some",
        Pair { round_trip: true, .. } => "ok",
        Pair { one_way: true, .. } => "1-way",
        Pair { cell, .. } if cell.request.is_ok() => "other",
        Pair { .. } => "no",
    }
}

fn mark(pair: Option<&Pair>) -> Cell {
    let Some(pair) = pair else { return "-".into() };
    let word = word(pair);
    Cell::toned(word, if word == "ok" { Tone::Plain } else { Tone::Bad })
}

/// The names of a kind's units in short: `app/web-1 +3`.
fn folded(matrix: &Matrix<'_>, kind: &Kind) -> String {
    let first = kind.members.first().map(|unit| matrix.name(*unit)).unwrap_or_default();
    match kind.members.len() {
        0 | 1 => first,
        count => format!("{first} +{}", grouped(count as u64 - 1)),
    }
}
