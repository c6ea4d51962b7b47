//! Pictures read back as XML: well-formed, complete, inside their frame. Their looks are not tested.

use super::canvas::{HEIGHT, TEXT, TITLE, WIDTH, width};
use super::day::{DayPlot, PeakMark, SamplePoint, day_svg};
use super::hours::ClockChange;
use super::month::{DayBar, DayPrice, MonthPlot, Percentile, month_svg};
use super::sweep::sweep_picture;
use crate::model::Direction;
use crate::report::{Artifact, Panel, Quantity, SweepPlot};
use roxmltree::{Document, Node};

/// A day of `count` samples with two humps, the outbound one cut off at the cap.
fn day(count: u32) -> DayPlot {
    let hump = |at: u32, top: u32, most: u64| most.saturating_sub(u64::from(at.abs_diff(top)) * most / 70);
    let sample = |at: u32| SamplePoint {
        start: at * 300,
        out_bps: (2_000_000 + hump(at, 120, 40_000_000)).min(30_000_000) + u64::from(at * 7919 % 13) * 100_000,
        in_bps: 1_000_000 + hump(at, 200, 18_000_000) + u64::from(at * 104_729 % 17) * 150_000,
        partial: at == 0,
    };
    DayPlot {
        title: "PeerConn: VPC1 <-> VPC2".into(),
        subtitle: "shanghai - guangzhou, paid by account 100001".into(),
        zone: "UTC+8".into(),
        day: "2017-06-01".into(),
        clock_change: None,
        samples: (0..count).map(sample).collect(),
        cap: vec![(0, Some(50_000_000)), (8 * 3600, Some(30_000_000)), (20 * 3600, Some(50_000_000))],
        peak: Some(PeakMark {
            second: 9 * 3600,
            bps: 30_000_000,
            direction: Direction::Out,
            text: "30 Mbps at 09:00, 360.00 CNY".into(),
        }),
        loss: (100..140).map(|at: u32| (at * 300, u64::from(20 - at.abs_diff(120)) * 10_000_000)).collect(),
    }
}

fn month(count: u64, priced: impl Fn(u64) -> bool) -> MonthPlot {
    let bar = |n: u64| DayBar {
        label: format!("07-{n:02}"),
        peak_bps: n * 37 % 53 * 1_000_000,
        price: match priced(n) {
            true => DayPrice::Amount(format!("{}.00 CNY", n * 37 % 53 * 12)),
            false => DayPrice::NotPublished,
        },
    };
    let title = "PeerConn".into();
    MonthPlot { title, subtitle: "July 2017".into(), days: (1..=count).map(bar).collect(), percentile: None }
}

/// A month that is billed as a whole.
fn percentile(count: u64, bps: u64, text: &str) -> MonthPlot {
    let mut plot = month(count, |_| true);
    plot.days.iter_mut().for_each(|day| day.price = DayPrice::OfMonth);
    plot.percentile = Some(Percentile { bps, text: text.into() });
    plot
}

/// Named days at the limits of what can be drawn.
fn days() -> Vec<(&'static str, DayPlot)> {
    let plain = || day(288);
    let blank = || DayPlot { samples: vec![], peak: None, loss: vec![], ..plain() };
    let flat =
        |bps: u64| (0..288).map(move |n| SamplePoint { start: n * 300, out_bps: bps, in_bps: bps, partial: false });
    let full = |n: u32| SamplePoint { start: n * 300, out_bps: u64::from(n % 2) * 99, in_bps: 98, partial: n < 9 };
    let peak = |second: u32, bps: u64| PeakMark { second, bps, direction: Direction::In, text: "peak ".repeat(40) };
    let long = "A very long name & <more> \"quoted\" \u{1} ".repeat(9);
    let back = ClockChange { at: 3 * 3600, forward: -3600 };
    let ahead = ClockChange { at: 2 * 3600, forward: 3600 };
    vec![
        ("plain", plain()),
        ("no-loss", DayPlot { loss: vec![], ..plain() }),
        ("no-samples", blank()),
        ("nothing", DayPlot::default()),
        ("one", DayPlot { samples: day(1).samples, peak: Some(peak(0, 2_000_000)), ..blank() }),
        ("late", DayPlot { samples: vec![SamplePoint { start: u32::MAX, ..SamplePoint::default() }], ..plain() }),
        ("zero", DayPlot { samples: flat(0).collect(), cap: vec![], ..blank() }),
        ("no-cap", DayPlot { cap: vec![(0, None)], ..plain() }),
        ("far-cap", DayPlot { cap: vec![(0, Some(10_000_000_000))], ..plain() }),
        ("near-and-far-cap", DayPlot { cap: vec![(0, Some(40_000_000)), (50_000, Some(1_000_000_000))], ..plain() }),
        ("23-hours", DayPlot { clock_change: Some(ahead), ..day(276) }),
        ("25-hours", DayPlot { clock_change: Some(back), ..day(300) }),
        ("gaps", DayPlot { samples: plain().samples.into_iter().filter(|s| s.start % 7 != 4).collect(), ..plain() }),
        (
            "dense",
            DayPlot { samples: (0..288).map(full).collect(), cap: vec![], peak: Some(peak(86_100, 99)), ..blank() },
        ),
        ("huge", DayPlot { samples: flat(u64::MAX).collect(), peak: Some(peak(43_200, u64::MAX)), ..blank() }),
        ("long", DayPlot { title: long.clone(), subtitle: long.clone(), day: long.clone(), zone: long, ..plain() }),
        ("all-lost", DayPlot { loss: vec![(0, 1), (86_100, 1_000_000_000), (u32::MAX, 5)], ..plain() }),
    ]
}

fn months() -> Vec<(&'static str, MonthPlot)> {
    let odd = DayBar { label: "l".repeat(99), peak_bps: u64::MAX, price: DayPrice::Amount("<&>".repeat(50)) };
    vec![
        ("m31", month(31, |n| n % 9 != 4)),
        ("m1", month(1, |_| true)),
        ("m7", month(7, |_| true)),
        ("m0", month(0, |_| true)),
        ("m12", month(12, |n| n != 5)),
        ("m-zero", MonthPlot { days: vec![DayBar::default(); 31], ..month(0, |_| true) }),
        ("p31", percentile(31, 18_000_000, "95 %: 18 Mbps, 3960.00 CNY")),
        ("p1", percentile(1, 0, &"95 % ".repeat(99))),
        ("p-high", percentile(5, u64::MAX, "95 %")),
        ("m-odd", MonthPlot { days: vec![odd, DayBar::default()], ..month(0, |_| true) }),
    ]
}

/// A sweep over so many values, with so many lines; some numbers are missing.
fn sweep(values: u64, lines: u64, number: impl Fn(u64) -> u64) -> SweepPlot {
    let line = |n: u64| (0..values).map(|at| (at % 7 != 3).then(|| number(at * lines + n))).collect();
    let panel = |title, quantity| Panel { title, quantity, lines: (0..lines).map(line).collect() };
    SweepPlot {
        title: "copies".into(),
        subtitle: "seed 1 (copies.toml)".into(),
        key: "traffic.copy.rate".into(),
        values: (0..values).map(|at| format!("{} Mbps", at * 10)).collect(),
        lines: (0..lines).map(|n| format!("{n} ms")).filter(|_| lines > 1).collect(),
        panels: vec![
            panel("delivered", Quantity::Rate),
            panel("loss", Quantity::Share),
            panel("delay", Quantity::Time),
        ],
    }
}

fn sweeps() -> Vec<(&'static str, SweepPlot)> {
    let long = "A very long key & <more> \"quoted\" \u{1} ".repeat(9);
    let named = |plot: SweepPlot| SweepPlot {
        title: long.clone(),
        key: long.clone(),
        values: plot.values.iter().map(|_| long.clone()).collect(),
        lines: plot.lines.iter().map(|_| long.clone()).collect(),
        ..plot
    };
    vec![
        ("sweep", sweep(20, 1, |n| n * 5_000_000)),
        ("sweep-lines", sweep(5, 4, |n| n * 12_345)),
        ("sweep-many", sweep(10_000, 1, |n| n)),
        ("sweep-many-lines", sweep(2, 900, |n| n)),
        ("sweep-one", sweep(1, 1, |_| 0)),
        ("sweep-none", sweep(0, 1, |_| 0)),
        ("sweep-huge", sweep(9, 2, |_| u64::MAX)),
        ("sweep-small", sweep(9, 2, |n| n % 3)),
        ("sweep-long", named(sweep(9, 9, |n| n))),
        ("sweep-no-panel", SweepPlot { panels: vec![], ..sweep(3, 1, |n| n) }),
    ]
}

fn pictures() -> Vec<(&'static str, String)> {
    let days = days().into_iter().map(|(name, plot)| (name, day_svg(&plot)));
    let sweeps = sweeps().into_iter().map(|(name, plot)| (name, sweep_picture(&plot)));
    days.chain(sweeps).chain(months().into_iter().map(|(name, plot)| (name, month_svg(&plot)))).collect()
}

fn number(node: &Node, name: &str) -> f64 {
    node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}")).parse().expect("a number")
}

/// The corners of an element, as far as they can be known.
fn corners(node: &Node) -> Vec<(f64, f64)> {
    match node.tag_name().name() {
        "rect" => {
            let (x, y) = (number(node, "x"), number(node, "y"));
            let (width, height) = (number(node, "width"), number(node, "height"));
            assert!(width >= 0.0 && height >= 0.0, "{node:?}");
            vec![(x, y), (x + width, y + height)]
        }
        "circle" => {
            let (x, y, r) = (number(node, "cx"), number(node, "cy"), number(node, "r"));
            vec![(x - r, y - r), (x + r, y + r)]
        }
        "polyline" => {
            let points = node.attribute("points").expect("a line has points").split_whitespace();
            let point = |pair: &str| pair.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
            points.map(|pair| point(pair).expect("two numbers")).collect()
        }
        "text" => text_corners(node),
        other => panic!("an element nobody drew: {other}"),
    }
}

fn text_corners(node: &Node) -> Vec<(f64, f64)> {
    let size = number(node, "font-size");
    assert!(size >= TEXT, "{node:?}: {size}");
    let text = node.text().unwrap_or_default().trim();
    let length = f64::from(width(text, size.min(TITLE)));
    let (x, y) = (number(node, "x"), number(node, "y"));
    let (before, after) = match node.attribute("text-anchor") {
        Some("start") => (0.0, length),
        Some("middle") => (length / 2.0, length / 2.0),
        _ => (length, 0.0),
    };
    let half = size / 2.0;
    match node.attribute("transform") {
        Some(_) => vec![(x - half, y - after), (x + half, y + before)],
        None => vec![(x - before, y - half), (x + after, y + half)],
    }
}

#[test]
fn every_picture_is_well_formed_and_inside_its_frame() {
    for (name, svg) in pictures() {
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document.root_element().attribute("viewBox"), Some("0 0 800 420"));
        for node in document.root_element().children().filter(Node::is_element) {
            for (x, y) in corners(&node) {
                let inside = (0.0..=f64::from(WIDTH)).contains(&x) && (0.0..=f64::from(HEIGHT)).contains(&y);
                assert!(inside, "{name}: {x},{y} of {node:?} {:?}", node.text());
            }
        }
    }
}

#[test]
fn every_picture_is_known_again_and_taken_for_no_table() {
    for (name, svg) in pictures() {
        let tables = [Artifact::Intervals, Artifact::Focus, Artifact::Monitoring];
        assert!(Artifact::Picture.begins(&svg) && !tables.iter().any(|table| table.begins(&svg)), "{name}");
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert!(pictures() == pictures());
}

/// All texts, joined.
fn texts(svg: &str) -> String {
    let document = Document::parse(svg).expect("well-formed");
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().trim().to_string()).collect::<Vec<_>>().join("|")
}

#[test]
fn a_day_names_what_it_shows() {
    let shown = texts(&day_svg(&day(288)));
    let wanted =
        ["PeerConn: VPC1 <-> VPC2", "bandwidth, Mbps", "30 Mbps at 09:00, 360.00 CNY", "loss (PkgDrop)", "20 %"];
    for text in wanted.into_iter().chain(["00:00", "24:00", "2017-06-01", "UTC+8", "outbound", "inbound", "|cap"]) {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let quiet = texts(&day_svg(&DayPlot { loss: vec![(0, 0)], cap: vec![], ..day(288) }));
    assert!(texts(&day_svg(&DayPlot::default())).contains("no samples"));
    assert!(!quiet.contains("PkgDrop") && !quiet.contains("|cap"), "{quiet}");
}

#[test]
fn a_month_names_what_it_shows() {
    let shown = texts(&month_svg(&month(31, |n| n != 4)));
    for text in ["daily peak, Mbps", "07-01", "07-31", "444.00 CNY", "unpriced", "price not published"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!texts(&month_svg(&month(31, |_| true))).contains("price not published"));
    let billed = texts(&month_svg(&percentile(31, 18_000_000, "95 %: 18 Mbps, 3960.00 CNY")));
    assert!(billed.contains("95 %: 18 Mbps, 3960.00 CNY") && !billed.contains("unpriced"), "{billed}");
}

#[test]
fn a_sweep_names_what_it_shows() {
    let shown = texts(&sweep_picture(&sweep(20, 1, |n| n * 5_000_000)));
    for text in ["traffic.copy.rate", "delivered, Mbps", "loss", "delay", "0 Mbps"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let lines = texts(&sweep_picture(&sweep(5, 9, |n| n)));
    assert!(lines.contains("|5 ms|3 more") && !lines.contains("|6 ms"), "{lines}");
    let empty = sweep_picture(&SweepPlot { values: vec!["a".into()], ..sweep(0, 1, |n| n) });
    assert!(texts(&empty).contains("nothing was measured"));
}

#[test]
fn hours_follow_the_clocks() {
    let shown = |change| {
        let plot = DayPlot { clock_change: Some(change), samples: vec![], ..day(0) };
        let svg = day_svg(&plot);
        let document = Document::parse(&svg).expect("well-formed");
        let hour = |node: &Node| node.text().is_some_and(|text| text.trim().len() == 5 && text.contains(":00"));
        let labels = document.descendants().filter(|node| node.has_tag_name("text") && hour(node));
        labels.map(|node| (node.text().unwrap().trim().to_string(), number(&node, "x") as i32)).collect::<Vec<_>>()
    };
    // 700 px are 23 hours: two of them pass before three o'clock.
    let ahead = shown(ClockChange { at: 7_200, forward: 3_600 });
    assert_eq!((ahead[1].clone(), ahead[8].clone()), (("03:00".into(), 76 + 61), ("24:00".into(), 776)));
    // Of 25 hours, four pass.
    let back = shown(ClockChange { at: 10_800, forward: -3_600 });
    assert_eq!((back[1].clone(), back[8].clone()), (("03:00".into(), 76 + 112), ("24:00".into(), 776)));
}
