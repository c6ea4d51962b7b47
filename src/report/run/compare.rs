//! Several runs side by side, one line each. It shows what differs and does not judge which run is better.

use super::model::{ExpectationReport, Snapshot};
use crate::report::format::column::{number, text};
use crate::report::format::page::{Page, Tone};
use crate::report::format::table::{Cell, Table};
use crate::units::{Share, grouped};

/// One table of all runs, in the order given; empty for none.
pub fn comparison(snapshots: &[&Snapshot], page: &Page) -> String {
    let mut table = Table::new(&[
        text("scenario").key(),
        text("expectations"),
        number("emitted").minor(),
        number("delivered").minor(),
        number("loss"),
        number("worst p99 delay"),
        text("main drop reason"),
    ]);
    // Variants of one file share its scenario name: the file name then tells them apart better.
    let same_name = |a: &Snapshot| snapshots.iter().filter(|b| b.scenario == a.scenario).count() > 1;
    for run in snapshots {
        let name = if same_name(run) { format!("{} ({})", run.scenario, run.file) } else { run.scenario.clone() };
        let ended = run.packets.delivered + run.packets.dropped;
        table.row([
            if run.partial { Cell::toned(format!("{name} PARTIAL"), Tone::Caution) } else { name.into() },
            Cell::toned(demands(run), if run.demands_met() { Tone::Plain } else { Tone::Bad }),
            grouped(run.packets.emitted).into(),
            grouped(run.packets.delivered).into(),
            if ended > 0 { Share::of(run.packets.dropped, ended).to_string().into() } else { "".into() },
            run.worst_p99().map(|delay| delay.to_string()).unwrap_or_default().into(),
            run.main_reason().map(|reason| reason.to_string()).unwrap_or_default().into(),
        ]);
    }
    if table.is_empty() { String::new() } else { page.title("Comparison") + &table.render(page) }
}

fn demands(run: &Snapshot) -> String {
    let held = |e: &&ExpectationReport| e.held == Some(true);
    let (holding, of) = (run.expectations.iter().filter(held).count(), run.expectations.len());
    let mut text = match (of, run.partial) {
        (0, _) => "none".to_owned(),
        (_, true) => "not evaluated".to_owned(),
        _ => format!("{holding} of {of}"),
    };
    if run.timeline.iter().any(|action| !action.as_expected) {
        text += ", timeline";
    }
    if run.demands_met() { text } else { text + " FAILED" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::run::sample;

    #[test]
    fn each_run_has_a_line() {
        let (rich, quiet, partial) = (sample::rich(), sample::quiet(), sample::partial());
        insta::assert_snapshot!(comparison(&[&rich, &quiet, &partial], &Page::PIPE), @r"
        Comparison
          scenario             expectations             emitted  delivered      loss  worst p99 delay  main drop reason
          quick start          2 of 3, timeline FAILED   66,788     50,086  25.007 %       116.512 ms  shaper_queue_full
          quiet                none                           0          0
          interrupted PARTIAL  not evaluated             66,788     50,086  25.007 %       116.512 ms  shaper_queue_full
        ");
        assert_eq!(comparison(&[], &Page::PIPE), "");
    }

    #[test]
    fn runs_of_one_name_are_told_apart_by_their_files() {
        let (a, mut b) = (sample::quiet(), sample::quiet());
        b.file = "other.toml".into();
        let table = comparison(&[&a, &b], &Page::PIPE);
        assert!(table.contains("quiet (quiet.toml)") && table.contains("quiet (other.toml)"), "{table}");
    }
}
