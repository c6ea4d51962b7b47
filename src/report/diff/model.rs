//! The view model of a comparison of two scenarios: what differs without packets, and what their runs measured.

use crate::diagnose::diff::{Diff, Fate, PairChange};
use crate::report::bill::Invoice;
use crate::report::run::Snapshot;
use crate::units::{Currency, Money, Share, SimTime};
use serde::Serialize;
use std::collections::BTreeSet;

/// A comparison.
#[derive(Debug, Serialize)]
pub struct DiffReport {
    /// The file that was.
    pub before: String,
    /// The file that is to be.
    pub after: String,
    /// The instant that is compared.
    #[serde(rename = "at_ns")]
    pub at: SimTime,
    /// Ordered pairs of hosts that lose their round trip.
    pub pairs_lost: u64,
    /// Those that win one.
    pub pairs_won: u64,
    /// Those that end elsewhere, or for another reason, as unreachable as before.
    pub pairs_changed: u64,
    /// The pairs, folded.
    pub pairs: Vec<PairRow>,
    /// Hosts that are gone.
    pub hosts_gone: Vec<String>,
    /// Hosts that are new.
    pub hosts_new: Vec<String>,
    /// Peerings that differ.
    pub peerings: Vec<PeeringRow>,
    /// Findings of lint that are gone.
    pub findings_gone: Vec<FindingRow>,
    /// Findings of lint that are new.
    pub findings_new: Vec<FindingRow>,
    /// Traffic entries whose runs differ; empty if nothing was run.
    pub traffic: Vec<TrafficChange>,
    /// Accounts whose bills differ.
    pub bill: Vec<BillChange>,
    /// Whether a run was interrupted, so that runs and bills are not compared.
    pub partial: bool,
}

/// Pairs that fare alike.
#[derive(Debug, Serialize)]
pub struct PairRow {
    /// `lost`, `won` or `changed`.
    pub fate: &'static str,
    /// Senders.
    pub from: Vec<String>,
    /// Receivers.
    pub to: Vec<String>,
    /// How many pairs.
    pub pairs: u64,
    /// Where it ended.
    pub before: String,
    /// Where it ends.
    pub after: String,
}

/// A property of a peering.
#[derive(Debug, Serialize)]
pub struct PeeringRow {
    /// Its name.
    pub peering: String,
    /// What differs.
    pub what: &'static str,
    /// What it was; none if the peering was not there.
    pub before: Option<String>,
    /// What it is; none if it is not there any more.
    pub after: Option<String>,
}

/// A finding of lint.
#[derive(Debug, Serialize)]
pub struct FindingRow {
    /// How bad it is.
    pub severity: crate::diagnose::Severity,
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

/// What the runs measured of a traffic entry; one side is none where the entry is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrafficChange {
    /// Its name.
    pub traffic: String,
    /// Loss before and after.
    pub loss: [Option<Share>; 2],
    /// Packets delivered.
    pub delivered: [Option<u64>; 2],
}

/// What an account pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillChange {
    /// The account.
    pub account: String,
    /// The currencies of the two bills.
    pub currency: [Option<Currency>; 2],
    /// The amounts.
    pub amount: [Option<Money>; 2],
}

impl DiffReport {
    /// Without runs.
    pub fn of(diff: &Diff, before: &str, after: &str, at: SimTime) -> DiffReport {
        let finding = |finding: &crate::diagnose::Finding| FindingRow {
            severity: finding.severity,
            code: finding.code,
            message: finding.sentence.clone(),
        };
        let peering = |change: &crate::diagnose::diff::PeeringChange| PeeringRow {
            peering: change.peering.clone(),
            what: change.what,
            before: change.before.clone(),
            after: change.after.clone(),
        };
        DiffReport {
            before: before.into(),
            after: after.into(),
            at,
            pairs_lost: diff.count(Fate::Lost),
            pairs_won: diff.count(Fate::Won),
            pairs_changed: diff.count(Fate::Changed),
            pairs: diff.pairs.iter().map(pair).collect(),
            hosts_gone: diff.hosts_gone.clone(),
            hosts_new: diff.hosts_new.clone(),
            peerings: diff.peerings.iter().map(peering).collect(),
            findings_gone: diff.findings_gone.iter().map(finding).collect(),
            findings_new: diff.findings_new.iter().map(finding).collect(),
            traffic: Vec::new(),
            bill: Vec::new(),
            partial: false,
        }
    }

    /// Adds what the two runs measured.
    pub fn add_runs(&mut self, [before, after]: [&Snapshot; 2]) {
        self.partial |= before.partial || after.partial;
        let entry = |run: &Snapshot, name: &str| {
            let found = run.traffic.iter().find(|entry| entry.name == name)?;
            Some((found.loss, found.delivered.packets))
        };
        let names = before.traffic.iter().chain(&after.traffic).map(|entry| entry.name.as_str());
        let mut seen = BTreeSet::new();
        for name in names.filter(|name| seen.insert(*name)) {
            let both = [before, after].map(|run| entry(run, name));
            if both[0] != both[1] {
                let loss = both.map(|side| side.map(|(loss, _)| loss));
                let delivered = both.map(|side| side.map(|(_, delivered)| delivered));
                self.traffic.push(TrafficChange { traffic: name.to_owned(), loss, delivered });
            }
        }
    }

    /// Adds what the two bills come to.
    pub fn add_bills(&mut self, [before, after]: [&Invoice; 2]) {
        let accounts = before.totals.iter().chain(&after.totals).map(|total| total.account.as_str());
        for account in accounts.collect::<BTreeSet<_>>() {
            let total = |bill: &Invoice| {
                bill.totals.iter().find(|total| total.account == account).map(|t| (t.currency, t.amount))
            };
            let both = [before, after].map(total);
            if both[0] != both[1] {
                let currency = both.map(|side| side.map(|(currency, _)| currency));
                let amount = both.map(|side| side.map(|(_, amount)| amount));
                self.bill.push(BillChange { account: account.to_owned(), currency, amount });
            }
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
            && self.hosts_gone.is_empty()
            && self.hosts_new.is_empty()
            && self.peerings.is_empty()
            && self.findings_gone.is_empty()
            && self.findings_new.is_empty()
            && self.traffic.is_empty()
            && self.bill.is_empty()
    }
}

fn pair(change: &PairChange) -> PairRow {
    PairRow {
        fate: match change.fate {
            Fate::Lost => "lost",
            Fate::Won => "won",
            Fate::Changed => "changed",
        },
        from: change.from.clone(),
        to: change.to.clone(),
        pairs: change.pairs,
        before: change.before.clone(),
        after: change.after.clone(),
    }
}
