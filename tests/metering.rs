//! Samples, peaks and bills of simulated packets, and of measured series: the guide's worked numbers, the windows of
//! days of unusual length, and properties of any series.

mod kept;
mod loading;

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use loading::{loaded, played};
use proptest::prelude::*;
use vpcsim::engine::Run;
use vpcsim::metering::*;
use vpcsim::model::plan::{Billing, FreeBandwidth};
use vpcsim::model::{AccountId, Direction, LinkId, Name, PeeringId};
use vpcsim::notation::{Complaints, Diagnostic, Dialect, Epoch, Source};
use vpcsim::report::samples_note;
use vpcsim::scenario::Scenario;
use vpcsim::units::BitRate;

/// VPCs of two accounts, peered; `rest` continues the peering's table.
fn load(regions: [&str; 2], duration: &str, rest: &str) -> Scenario {
    let vpc = |name: &str, account: &str, region: &str, net: u8, far: u8| {
        format!(
            "[vpc.{name}]\naccount = \"{account}\"\nregion = \"{region}\"\ncidr = \"10.{net}.0.0/16\"\n\
             [vpc.{name}.subnet.A]\ncidr = \"10.{net}.1.0/24\"\n\
             routes = [{{ to = \"10.{far}.0.0/16\", via = \"P\" }}]\n\
             [vpc.{name}.host.h]\nsubnet = \"A\"\n"
        )
    };
    let text = format!(
        "name = \"t\"\nduration = \"{duration}\"\n{}{}[peering.P]\nrequester = \"R\"\naccepter = \"S\"\n\
         state = \"ACTIVE\"\n{rest}",
        vpc("R", "buyer", regions[0], 1, 2),
        vpc("S", "seller", regions[1], 2, 1),
    );
    loaded(&[("t.toml", text)], &[])
}

fn terms(book: &str, run: &Run) -> Terms {
    let network = run.simulation.network();
    let name = |id: AccountId| network.account(id).name.clone();
    let book = PriceBook::shipped(book).expect("a shipped book");
    Terms::new(book, &run.simulation.network().rules, &run.plan.billing, run.plan.start.time_zone().clone(), name)
}

fn amounts(bill: &Bill) -> Vec<String> {
    bill.lines.iter().map(|line| line.amount().map_or("unpriced".into(), |a| a.to_string())).collect()
}

fn flow(name: &str, from: &str, to: &str, rate: &str, size: u32) -> String {
    format!("[traffic.{name}]\nfrom = \"{from}/h\"\nto = \"{to}/h\"\nrate = \"{rate}\"\npacket_size = \"{size} B\"\n")
}

const SHORT: [&str; 2] = ["shanghai", "guangzhou"];

/// S47, from simulated packets.
#[test]
fn the_guides_example_costs_the_initiator_360() {
    let flows = flow("out", "R", "S", "20 Mbps", 7500) + &flow("in", "S", "R", "30 Mbps", 7500);
    let rest = format!("bandwidth = \"100 Mbps\"\nmtu = \"8500 B\"\n{flows}");
    let run = played(&load(SHORT, "10 min", &rest));
    let bill = Bill::of(&measure(&run), &terms("guide-2017", &run));
    assert_eq!(amounts(&bill), ["360.00"]);
    let (total, line) = (&bill.totals[0], &bill.lines[0]);
    assert_eq!((total.account.as_str(), total.amount.to_string(), total.unpriced), ("buyer", "360.00".into(), 0));
    assert_eq!(line.subject.service(), "cross-region interconnection (mainland)");
    let Basis::Day(peak, _) = line.basis else { panic!("billed by the day") };
    assert_eq!((peak.billable.direction, peak.samples, peak.windows), (Direction::In, 2, 288));
}

/// S40a: without the limit to the cap, packet quantisation would move the peak into the cheaper tier.
#[test]
fn a_full_cap_is_billed_as_the_cap() {
    let rest = format!("bandwidth = \"20 Mbps\"\n{}", flow("copy", "R", "S", "25 Mbps", 1400));
    let run = played(&load(SHORT, "10 min", &rest));
    let series = measure(&run);
    let cap = Load::of(BitRate::from_mbps(20));
    assert!(series[0].samples.iter().any(|sample| sample.measured(Direction::Out) > cap));
    assert_eq!(amounts(&Bill::of(&series, &terms("guide-2017", &run))), ["400.00"]);
}

/// S44, S39, S42: what is free, who pays nothing, and which prices are unknown.
#[test]
fn a_bill_knows_vips_regional_peerings_and_missing_prices() {
    let run =
        played(&load(SHORT, "5 min", &format!("bandwidth = \"200 Mbps\"\n{}", flow("x", "R", "S", "1 Mbps", 1500))));
    let mut series = measure(&run);
    series[0].samples[0].loads = [Load::of(BitRate::from_mbps(130)), Load::ZERO];
    let mut vip = terms("guide-2017", &run);
    assert_eq!(amounts(&Bill::of(&series, &vip)), ["unpriced"]);
    assert_eq!(Bill::of(&series, &vip).unpriced(), 1);
    vip.vip = vec![Name::new("buyer").expect("a name")];
    assert_eq!(amounts(&Bill::of(&series, &vip)), ["360.00"]);
    // The campaign ends with 2017.
    series[0].samples[0].start = date(2018, 1, 1).to_zoned(vip.zone.clone()).expect("exists").timestamp();
    assert_eq!(amounts(&Bill::of(&series, &vip)), ["unpriced"]);
    series[0].subject.cross_region = false;
    let regional = Bill::of(&series, &vip);
    assert_eq!((regional.lines.len(), regional.regional.len(), regional.totals.len()), (0, 1, 0));
}

#[test]
fn free_bandwidth_holds_in_its_days_only() {
    let mut scenario =
        load(SHORT, "5 min", &format!("bandwidth = \"50 Mbps\"\n{}", flow("x", "R", "S", "1 Mbps", 1500)));
    let free = FreeBandwidth {
        peering: Name::new("P").expect("a name"),
        bandwidth: BitRate::from_mbps(10),
        from: Some(date(2017, 6, 1)),
        until: date(2017, 6, 2),
    };
    scenario.plan.billing = Billing { free: vec![free], ..Billing::default() };
    let run = played(&scenario);
    let terms = terms("guide-2017", &run);
    let mut series = measure(&run);
    series[0].samples = (0..4).map(|day| sample(run.plan.start.timestamp(), day * 288, [30_000_000, 0])).collect();
    assert_eq!(amounts(&Bill::of(&series, &terms)), ["400.00", "400.00", "360.00", "360.00"]);
}

/// Packets over irregular windows: the run starts inside a minute, the cap changes, the peering is isolated, restored
/// and deleted.
#[test]
fn samples_add_up_to_the_books_and_windows_are_cut() {
    let timeline = [
        ("200 s", "change_bandwidth", "bandwidth = \"10 Mbps\"\n"),
        ("400 s", "isolate", ""),
        ("1300 s", "restore", ""),
        ("1500 s", "delete", ""),
    ]
    .map(|(time, verb, more)| format!("[[at]]\ntime = \"{time}\"\ndo = \"{verb}\"\npeering = \"P\"\n{more}"))
    .concat();
    let rest = format!(
        "bandwidth = \"20 Mbps\"\n{}{timeline}",
        flow("x", "R", "S", "15 Mbps", 1500) + &flow("y", "S", "R", "1 Mbps", 500)
    );
    let mut scenario = load(SHORT, "2000 s", &rest);
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    scenario.plan.start = date(2017, 6, 1).at(23, 51, 30, 0).to_zoned(zone).expect("exists");
    let run = played(&scenario);
    let samples = &measure(&run)[0].samples;
    for direction in Direction::BOTH {
        let book = run.simulation.link_book(LinkId::new(PeeringId(0), direction)).whole.carried.bytes;
        assert!(book > 0);
        assert_eq!(samples.iter().map(|s| s.measured(direction).bits()).sum::<u64>(), book * 8);
    }
    // From 23:50 past 00:20; isolated from 23:58:10 to 00:13:10, deleted at 00:16:30.
    let limits: Vec<(Limit, bool)> = samples.iter().map(|s| (s.limit, s.partial)).collect();
    let cap = |mbps| Limit::Cap(BitRate::from_mbps(mbps));
    assert_eq!(
        limits,
        [
            (cap(20), true),
            (cap(10), true),
            (Limit::Idle, false),
            (Limit::Idle, false),
            (cap(10), true),
            (cap(10), true),
            (Limit::Idle, true)
        ]
        .map(|x| x),
        "{limits:?}"
    );
    let bill = Bill::of(&measure(&run), &terms("guide-2017", &run));
    assert_eq!(
        bill.lines
            .iter()
            .map(|l| l.period.from.to_zoned(run.plan.start.time_zone().clone()).date())
            .collect::<Vec<_>>(),
        [date(2017, 6, 1), date(2017, 6, 2)]
    );
}

/// A's outbound is B's inbound, and both see the same drops (S38).
#[test]
fn monitoring_is_seen_from_each_side() {
    let flows = flow("x", "R", "S", "30 Mbps", 1500) + &flow("y", "S", "R", "1 Mbps", 500);
    let run = played(&load(SHORT, "150 s", &format!("bandwidth = \"20 Mbps\"\n{flows}")));
    let near = monitor(&run, PeeringId(0), Side::Requester, Period::Minute);
    let far = monitor(&run, PeeringId(0), Side::Accepter, Period::Minute);
    assert_eq!(near.len(), 3);
    for (a, b) in near.iter().zip(&far) {
        assert_eq!((a.inbound, a.outbound, a.shaper_drops), (b.outbound, b.inbound, b.shaper_drops));
        assert_eq!(a.show(MonitorMetric::OutBandwidth), b.show(MonitorMetric::InBandwidth));
    }
    assert_eq!(near.iter().map(|r| r.partial).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(near[1].show(MonitorMetric::InPkg), "250.000");
    assert!(near[1].show(MonitorMetric::PkgDrop).starts_with("30."), "{}", near[1].show(MonitorMetric::PkgDrop));
    assert!(is_offered(&run, PeeringId(0)));
    let five: u64 =
        monitor(&run, PeeringId(0), Side::Requester, Period::FiveMinutes).iter().map(|r| r.outbound.bytes).sum();
    assert_eq!(five, near.iter().map(|r| r.outbound.bytes).sum::<u64>());
}

fn subject() -> Subject {
    let scenario = load(SHORT, "1 s", "bandwidth = \"1000 Mbps\"\n");
    Subject::of(&scenario.network, PeeringId(0), &scenario.plan.start)
}

fn sample(first: Timestamp, window: i64, bps: [u64; 2]) -> Sample {
    let start = first + SignedDuration::from_secs(window * WINDOW);
    Sample {
        start,
        loads: bps.map(|bps| Load::of(BitRate::from_bps(bps))),
        limit: Limit::Unknown,
        loss: None,
        partial: false,
    }
}

#[test]
fn days_have_as_many_samples_as_they_have() {
    let zone = TimeZone::get("America/Toronto").expect("in the bundle");
    let first: Zoned = date(2017, 11, 4).to_zoned(zone.clone()).expect("exists");
    let samples = (0..3 * 288 + 12).map(|k| sample(first.timestamp(), k, [k as u64 + 1, 0])).collect();
    let found = days(&Series::of_days(subject(), samples, &zone), &zone);
    assert_eq!(
        found.iter().map(|day| (day.samples, day.windows)).collect::<Vec<_>>(),
        [(288, 288), (300, 300), (288, 288)]
    );
}

#[test]
fn a_month_drops_the_largest_twentieth_of_its_samples() {
    // S48: 4032 samples, 201 dropped, the 202nd counts.
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let first = date(2022, 6, 1).to_zoned(zone.clone()).expect("exists").timestamp();
    let samples = (0..4032).map(|k| sample(first, k, [0, (4032 - k as u64) * 1_000_000])).collect();
    let month = months(&Series::of_days(subject(), samples, &zone), &zone)[0];
    assert_eq!((month.samples, month.load), (4032, Load::of(BitRate::from_mbps(4032 - 201))));
    assert_eq!((month.valid_days, month.days, month.first), (14, 30, date(2022, 6, 1)));
}

fn read_in(text: &str, zone: &TimeZone, dialect: &Dialect) -> Result<(Vec<Series>, Handled), Vec<String>> {
    let mut out = Complaints::default();
    let table = SampleTable::read(&Source::new("samples.csv", text.into()), dialect, &mut out);
    let read = table.and_then(|table| table.series(&[subject_once()], zone, &mut out));
    read.ok_or_else(|| {
        let place = |c: &Diagnostic| format!("{:?} {}", c.line_column().unwrap_or((1, 1)), c.message);
        out.finish().iter().map(place).collect()
    })
}

fn read(text: &str) -> Result<(Vec<Series>, Handled), Vec<String>> {
    read_in(text, &TimeZone::fixed(jiff::tz::offset(8)), &Dialect::default())
}

/// The rates, by window, of the only series in a file.
fn rates(text: &str) -> Vec<[u64; 2]> {
    let series = &read(text).unwrap_or_else(|all| panic!("{text}: {all:?}")).0[0];
    series.samples.iter().map(|sample| sample.loads.map(|load| load.rate().as_bps())).collect()
}

#[test]
fn measured_samples_are_read_whatever_their_order() {
    let text = "time,peering,direction,bps\n2017-06-01 00:10:00,P,out,3\n\
     2017-06-01T00:00:00+08:00,\"P\", in ,30000000\n\
                2017-06-01 00:02:00,P,in,20000000\r\n\n2017-05-31T16:20:00Z,P,out,5";
    let handled = read(text).expect("is sound").1;
    assert_eq!(handled, Handled { rows: 4, unsorted: 2, shared: 1, inside: 1, ..Handled::default() });
    assert_eq!(rates(text), [[0, 30_000_000], [3, 0], [5, 0]]);
    let bytes = read("from,to,bytes,peering,time\nS,R,375,P,2017-06-01 00:00:00\n").expect("is sound").0;
    assert_eq!(bytes[0].samples[0].loads, [Load::ZERO, Load::from_bits(3000)]);
}

#[test]
fn rows_of_bytes_add_up_and_of_bps_the_largest_counts() {
    let rows = |unit: &str, rows: &[(u32, u64)]| {
        let row = |(minute, value): &(u32, u64)| format!("2017-06-01 00:{minute:02}:00,P,out,{value}\n");
        format!("time,peering,direction,{unit}\n{}", rows.iter().map(row).collect::<String>())
    };
    // Any order; the row of minute 3 appears twice and counts once, with its larger value.
    let minutes = [(4, 150), (0, 150), (3, 150), (1, 150), (2, 150), (3, 100), (5, 75)];
    let bytes = rows("bytes", &minutes);
    assert_eq!(rates(&bytes), [[20, 0], [2, 0]]);
    let handled = read(&bytes).expect("is sound").1;
    assert_eq!((handled.repeated, handled.added, handled.shared), (1, 4, 0));
    let note = samples_note(&handled);
    assert_eq!(
        note,
        "Measured samples: 7 rows; 5 not in order of time; 1 for the instant of another; the largest counts; \
                      4 added to others of their window; 4 not at the start of a window."
    );
    let bps = rows("bps", &minutes);
    assert_eq!(rates(&bps), [[150, 0], [75, 0]]);
    let handled = read(&bps).expect("is sound").1;
    assert_eq!((handled.repeated, handled.added, handled.shared), (1, 0, 4));
    let much = rows("bytes", &[(0, 300_000_000_000_000), (1, 75_000_000_000_000), (2, 1)]);
    assert_eq!(
        read(&much).err().map(|all| all[0].clone()),
        Some("(4, 27) with this row, its 5 minutes have more than 375000000000000 bytes".to_owned())
    );
}

#[test]
fn vpcs_tell_the_peering_where_no_column_does() {
    let rows = "time,from,to,bps\n2017-06-01,R,S,1\n2017-06-01,S,R,2\n";
    assert_eq!(rates(rows), [[1, 2]]);
    let wrong = read(&rows.replace("S,R", "S,T"));
    assert_eq!(wrong.err(), Some(vec!["(3, 12) the scenario has no peering between `S` and `T`".to_owned()]));
}

#[test]
fn values_and_times_are_read_as_the_dialect_says() {
    let dialect =
        Dialect { epoch: Some(Epoch::Millis), missing: vec!["NaN".into(), String::new()], ..Dialect::default() };
    let text =
        "sep=;\ntime;peering;direction;bps\n1496246400000;P;out;2E+07\n1496246700000;P;out;NaN\n1496247000000;P;in;\n";
    let (series, handled) = read_in(text, &TimeZone::UTC, &dialect).expect("is sound");
    assert_eq!(series[0].samples[0].loads[0], Load::of(BitRate::from_mbps(20)));
    assert_eq!((handled.rows, handled.without_value), (1, 2));
    let told = read(text).expect_err("nobody says what they mean");
    assert_eq!(told[0], "(3, 1) `1496246400000` is not a time");
}

#[test]
fn complaints_about_samples_say_where() {
    for (text, wrong) in [
        ("", "(1, 1) there are no samples"),
        ("time,from,to,bps\n", "(1, 1) there are no samples below the names of the columns"),
        ("time,peering,bps\n", "(1, 1) there is no column `direction`, or `from` and `to`"),
        ("time,direction,bps\n", "(1, 1) there is no column `peering`, and no `from` and `to` to know it by"),
        ("time,peering,direction,mbps\n", "(1, 24) unknown column `mbps`"),
        ("time,time,direction,bps\n", "(1, 6) the column `time` is given twice"),
        ("time,peering,direction,bps\n2017-06-01 00:00:00,Q,out,1", "(2, 21) the scenario has no peering `Q`"),
        ("time,peering,direction,bps\nyesterday,P,out,1", "(2, 1) `yesterday` is not a time"),
        ("time,peering,direction,bps\n2017-06-01 00:00:00,P,up,1", "(2, 23) `up` is not a direction"),
        ("time,peering,direction,bps\n2017-06-01 00:00:00,P,out,1.5", "(2, 27) `1.5` is not a whole number"),
        ("time,peering,direction,bps\n2017-06-01 00:00:00,P,out,", "(2, 27) `` is not a whole number"),
        (
            "time,peering,direction,bps\n2017-06-01 00:00:00,P,out,\"20,000\"",
            "(2, 27) `20,000` has a comma: a decimal mark to some, between thousands to others",
        ),
        ("time,peering,direction,bps\n2017-06-01 00:00:00,P,out", "(2, 1) this row has 3 cells, the first line 4"),
        ("time,peering,from,to,bps\n2017-06-01 00:00:00,P,R,R,1", "(2, 23) `P` does not lead from `R` to `R`"),
    ] {
        assert_eq!(read(text).err(), Some(vec![wrong.to_owned()]), "{text}");
    }
    // Neither a bad row nor a bad cell hides another one.
    let told = read("time,peering,direction,bps\n2017-06-01 00:00:00,P,out\nnoon,Q,out,x\n").expect_err("all is wrong");
    let wanted = [
        "(2, 1) this row has 3 cells, the first line 4",
        "(3, 1) `noon` is not a time",
        "(3, 6) the scenario has no peering `Q`",
        "(3, 12) `x` is not a whole number",
    ];
    assert_eq!(told, wanted);
}

proptest! {
    #![proptest_config(kept::cases(64, "tests/regressions/metering.txt"))]

    /// Rows in a zone's civil time, across the end of summer time, oldest or newest first: none is lost, and each keeps
    /// its place.
    #[test]
    fn the_repeated_hour_is_told_apart_by_the_order_of_the_rows(
        zone in prop::sample::select(vec![
            ("Europe/Berlin", "2017-10-28T22:00:00Z"),
            ("Australia/Lord_Howe", "2017-04-01T13:00:00Z"),
        ]),
        minutes in prop::sample::select(vec![5_i64, 15, 30]),
        newest_first in any::<bool>(),
    ) {
        let (zone, first) = (TimeZone::get(zone.0).expect("bundled"), zone.1.parse::<Timestamp>().expect("sound"));
        let instants: Vec<Timestamp> =
            (0..300 / minutes).map(|k| first + SignedDuration::from_mins(k * minutes)).collect();
        let mut rows: Vec<String> = instants.iter().zip(1..).flat_map(|(at, n)| {
            let civil = at.to_zoned(zone.clone()).datetime();
            // The same stamp twice, once per direction.
            ["out", "in"].map(|direction| format!("{civil},P,{direction},{n}"))
        }).collect();
        if newest_first {
            rows.reverse();
        }
        let text = format!("time,peering,direction,bps\n{}\n", rows.join("\n"));
        let (series, handled) = read_in(&text, &zone, &Dialect::default()).expect("is sound");
        let found: Vec<(Timestamp, [u64; 2])> =
            series[0].samples.iter().map(|s| (s.start, s.loads.map(|load| load.rate().as_bps()))).collect();
        let wanted: Vec<(Timestamp, [u64; 2])> = instants.iter().zip(1..).map(|(at, n)| (*at, [n, n])).collect();
        prop_assert_eq!(found, wanted);
        prop_assert!(handled.shown.later > 0 && handled.shown.later == handled.shown.earlier, "{:?}", handled);
        prop_assert_eq!(handled.repeated, 0);
    }

    #[test]
    fn a_peak_is_the_largest_sample_and_scales(
        loads in prop::collection::vec([0u64..1_000_000_000, 0u64..1_000_000_000], 1..600),
        cap in 1u64..1000,
    ) {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let first = date(2017, 6, 1).to_zoned(zone.clone()).expect("exists").timestamp();
        let capped = |k, bps| Sample { limit: Limit::Cap(BitRate::from_mbps(cap)), ..sample(first, k, bps) };
        let samples: Vec<Sample> = loads.iter().zip(0..).map(|(bps, k)| capped(k, *bps)).collect();
        let series = Series::of_days(subject_once(), samples, &zone);
        for day in days(&series, &zone) {
            let of_day = series.samples.iter().filter(|s| day.span.contains(s.start));
            for (sample, direction) in of_day.flat_map(|s| Direction::BOTH.map(|d| (s, d))) {
                prop_assert!(day.measured.load >= sample.measured(direction));
                prop_assert!(day.billable.load >= sample.billable(direction));
            }
            let most = Load::of(BitRate::from_mbps(cap)).min(day.measured.load);
            prop_assert!(day.billable.load <= most);
        }
        let scaled = loads.iter().zip(0..).map(|(bps, k)| sample(first, k, bps.map(|b| b * 3))).collect();
        let scaled = days(&Series { samples: scaled, ..series.clone() }, &zone);
        for (one, three) in days(&series, &zone).iter().zip(scaled) {
            prop_assert_eq!(one.measured.load.bits() * 3, three.measured.load.bits());
            prop_assert_eq!(one.measured.start, three.measured.start);
        }
    }
}

fn subject_once() -> Subject {
    static ONCE: std::sync::OnceLock<Subject> = std::sync::OnceLock::new();
    ONCE.get_or_init(subject).clone()
}

/// A scenario can name exactly the price books that ship with the program: the two lists are in two rooms.
#[test]
fn the_books_a_scenario_can_name_are_those_that_come_with_the_program() {
    let named: std::collections::BTreeSet<&str> = vpcsim::model::plan::SHIPPED_BOOKS.into_iter().collect();
    assert_eq!(named, vpcsim::metering::PriceBook::shipped_names().collect());
}
