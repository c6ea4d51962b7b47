//! What every section of the readable report uses: the snapshot, the page, how lists are shortened, how cells are
//! filled.

use crate::report::format::page::Page;
use crate::report::format::table::Table;
use crate::report::format::words::within;
use crate::report::run::model::{Delays, Snapshot};
use crate::units::{Share, grouped};

/// A longer list is cut to its most telling part.
pub const LONG: usize = 40;
/// How many items of a long list are shown.
pub const SHOWN: usize = 20;

/// A snapshot and how to show it.
pub struct View<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The page.
    pub page: &'a Page,
}

impl View<'_> {
    /// All of `items` in order or, if there are too many, those with the highest `rank`; and how many are not shown.
    pub fn shortlist<'i, T, K: Ord>(&self, items: &'i [T], rank: impl Fn(&T) -> K) -> (Vec<&'i T>, usize) {
        let mut picked: Vec<&T> = items.iter().collect();
        if self.page.verbose || items.len() <= LONG {
            return (picked, 0);
        }
        picked.sort_by_key(|item| std::cmp::Reverse(rank(item)));
        picked.truncate(SHOWN);
        (picked, items.len() - SHOWN)
    }

    /// The table under its title, and how many more rows there are; nothing without rows.
    pub fn section(&self, title: &str, table: &Table, more: usize) -> Option<String> {
        if table.is_empty() {
            return None;
        }
        let mut out = self.page.title(title) + &table.render(self.page);
        if more > 0 {
            out += &self.page.remark(&format!("… and {} more (-v shows all)", grouped(more as u64)));
        }
        Some(out)
    }
}

/// The cells for p50, p99 and the longest; empty without delays.
pub fn quantiles(delays: Option<Delays>) -> [String; 3] {
    let told = |d: Delays| [within(d.p50, d.p50_precision), within(d.p99, d.p99_precision), d.max.to_string()];
    delays.map(told).unwrap_or_default()
}

/// The share lost; empty if no packet ended, because 0 % of nothing is not a success.
pub fn loss(share: Share, ended: u64) -> String {
    if ended > 0 { share.to_string() } else { String::new() }
}

/// A count that is shown only if it is not zero.
pub fn some(count: u64) -> String {
    if count > 0 { grouped(count) } else { String::new() }
}
