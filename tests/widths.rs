//! Bills, peering details, comparisons and complaints fit the page as reports do, wide letters and long names included.
//! `tests/goldens.rs` checks the same for the reports of the shipped scenarios.

mod loading;
mod page;

use loading::{loaded, played};
use page::{WIDTHS, keeps_to_its_page};
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthStr;
use vpcsim::metering::{Bill, Metered, PriceBook, Terms, compare, trials};
use vpcsim::report::{self, Invoice, Page, Snapshot, WhatIf};
use vpcsim::scenario::Scenario;
use vpcsim::sweep::Axis;

/// Three peerings with long names, one of which drops packets at its cap; a label of wide letters.
fn scenario() -> Scenario {
    let vpc = |name: &str, region: &str, net: u8, routes: &str| {
        format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{net}.0.0/16\"\n[vpc.{name}.host.application]\n\
             [vpc.{name}.subnet.frontends-and-more]\ncidr = \"10.{net}.1.0/24\"\nroutes = [{routes}]\n"
        )
    };
    let text = format!(
        "# Question: 北京 与 上海 之间 的 带宽 够 吗, and what does it cost?\nname = \"long names\"\nduration = \"2 min\"\n\
         {}{}{}\
         [peering.production-to-staging]\nlabel = \"生产 环境\"\nrequester = \"production-cluster\"\n\
         accepter = \"staging-cluster\"\nbandwidth = \"30 Mbps\"\n\
         [peering.production-to-archive]\nrequester = \"production-cluster\"\naccepter = \"archive\"\n\
         bandwidth = \"100 Mbps\"\n\
         [traffic.replication-of-the-database]\nlabel = \"复制\"\nfrom = \"production-cluster/application\"\n\
         to = \"staging-cluster/application\"\nrate = \"40 Mbps\"\npacket_size = \"1500 B\"\n\
         [traffic.health-of-the-archive]\nfrom = \"production-cluster/application\"\nto = \"archive/application\"\n\
         pattern = \"ping\"\n\
         [[expect]]\ntraffic = \"replication-of-the-database\"\nbetween = [\"10 s\", \"100 s\"]\nloss = \"0 %\"\n",
        vpc(
            "production-cluster",
            "shanghai",
            1,
            "{ to = \"10.2.0.0/15\", via = \"production-to-staging\" }, \
             { to = \"10.3.0.0/16\", via = \"production-to-archive\" }"
        ),
        vpc("staging-cluster", "guangzhou", 2, "{ to = \"10.1.0.0/16\", via = \"production-to-staging\" }"),
        vpc("archive", "toronto", 3, "{ to = \"10.1.0.0/16\", via = \"production-to-archive\" }"),
    );
    loaded(&[("long.toml", text)], &[])
}

fn names() -> BTreeSet<String> {
    let names = [
        "production-cluster",
        "staging-cluster",
        "archive",
        "production-to-staging",
        "production-to-archive",
        "replication-of-the-database",
        "health-of-the-archive",
        "production-cluster/application",
        "frontends-and-more",
    ];
    names.map(str::to_owned).into()
}

#[test]
fn every_view_keeps_to_its_page() {
    let scenario = scenario();
    let run = played(&scenario);
    let notes: Vec<String> = scenario.warnings.iter().map(|warning| warning.headline()).collect();
    let snapshot = Snapshot::of(&run, "long.toml", notes, None);
    assert!(!snapshot.demands_met());
    keeps_to_its_page("run", &names(), |page| report::text(&snapshot, page));
    keeps_to_its_page("comparison", &names(), |page| report::comparison(&[&snapshot, &snapshot], page));
    let details = report::details(run.simulation.network(), |_| true);
    keeps_to_its_page("show", &names(), |page| report::show(&details, page));

    let book = PriceBook::shipped("guide-2017").expect("a shipped book");
    let (plan, network) = (&scenario.plan, &scenario.network);
    let payer = |id| network.account(id).name.clone();
    let terms = Terms::new(book, &network.rules, &plan.billing, plan.start.time_zone().clone(), payer);
    let metered = Metered::of(&run);
    let mut invoice = Invoice::of(&Bill::of(&metered.series, &terms), &terms, "long names", "long.toml");
    let tried = |(network, plan)| Metered::of(&played(&Scenario { network, plan, ..scenario.clone() }));
    let trials: Vec<Metered> = trials(network, plan).into_iter().take(2).map(tried).collect();
    let comparisons = compare(&metered, &trials, &terms);
    let most = "1 %".parse().expect("a share");
    invoice.what_if = comparisons.iter().map(|comparison| WhatIf::of(comparison, most)).collect();
    keeps_to_its_page("bill", &names(), |page| report::invoice_text(&invoice, page));
    keeps_to_its_page("bill in brief", &names(), |page| report::invoice_in_brief(&invoice, page));
}

#[test]
fn every_view_of_a_sweep_keeps_to_its_page() {
    let run = played(&scenario());
    let snapshot = Snapshot::of(&run, "long.toml", Vec::new(), None);
    let axis = |key: &str| Axis { key: key.into(), values: vec!["123.456 Mbps".into(), "0 packets".into()] };
    let keys = ["traffic.replication-of-the-database.rate", "peering.production-to-staging.queue"];
    let head = report::Head {
        scenario: "long names".into(),
        file: "long.toml".into(),
        seed: 1,
        partial: false,
        notes: vec!["a remark that is much longer than a narrow terminal has room for in one line of text".into()],
        axes: keys.map(axis).into(),
    };
    let values = head.axes[0].values.clone();
    let points = vec![report::PointReport::of(&values, &snapshot); 2];
    let swept = report::SweepReport { head: head.clone(), planned: 3, points };
    keeps_to_its_page("sweep", &names(), |page| report::sweep_text(&swept, page));
    let rate = vpcsim::units::BitRate::from_bps(123_456_789);
    let entry = &snapshot.traffic[0];
    let search = report::LosslessSearch {
        values: values.clone(),
        senders: 2,
        trial: vpcsim::units::SimDuration::from_secs(60),
        lossless: Some(rate),
        resolution: Some(rate),
        packets_per_s: Some(10_288),
        limited_by: Some("shaper_queue_full at production-to-staging production-cluster -> staging-cluster".into()),
        delay: entry.delay,
        burst: Some(report::Burst { packets: Some(1_000_000), limited_by: Some("x at y".into()), buffer: None }),
        tried: vec![report::TriedRate { rate, lost: 0 }],
    };
    let key = keys[0].to_owned();
    let found =
        report::LosslessReport { head: head.clone(), key: key.clone(), line_rate: rate, searches: vec![search] };
    keeps_to_its_page("lossless", &names(), |page| report::lossless_text(&found, page));
    let window = vpcsim::units::SimDuration::from_secs(1);
    let step = report::ServiceStep::of(&values, (rate, 125), (2, window), &snapshot, entry);
    let tested = report::ServiceReport { head, key, steps: vec![step] };
    keeps_to_its_page("service", &names(), |page| report::service_text(&tested, page));
}

/// Columns are aligned by displayed width.
#[test]
fn wide_letters_count_twice() {
    let run = played(&scenario());
    let snapshot = Snapshot::of(&run, "long.toml", Vec::new(), None);
    let text = report::text(&snapshot, &Page::of_width(160).verbose());
    let row = text.lines().find(|line| line.contains("复制")).expect("the label is shown");
    let titles = text.lines().find(|line| line.contains("label")).expect("it has a title");
    let end = |line: &str, what: &str| line.find(what).map(|at| line[..at + what.len()].width());
    assert_eq!(end(titles, "delivered"), end(row, &grouped(snapshot.traffic[0].delivered.packets)), "{titles}\n{row}");
}

fn grouped(number: u64) -> String {
    vpcsim::units::grouped(number)
}

#[test]
fn complaints_keep_to_the_width_and_have_colours_only_if_asked() {
    let text = "name = \"t\"\nduration = \"1 s\"\n[vpc.a]\nregion = \"bejing\"\ncidr = \"10.0.0.0/16\"\n";
    let memory = [("t.toml", text.to_owned())];
    let wrong = loading::refused(&memory);
    for width in WIDTHS {
        let told = wrong[0].render(Some(width), false);
        assert!(told.lines().all(|line| line.width() <= width), "{told}");
        assert!(!told.contains('\u{1b}'));
    }
    assert!(wrong[0].render(Some(80), true).contains("\u{1b}["));
}
