//! A grid of caps, buckets, queues and loads over one link, and the outcome of the packets: one row each in
//! `tests/goldens/grid.txt`. A change in behaviour shows as rows that differ. `UPDATE_EXPECT=1 cargo test --test grid`
//! rewrites the table.

mod loading;
mod texts;

use loading::{loaded, played};
use std::fmt::Write;
use std::path::Path;
use texts::PAIR;
use vpcsim::engine::{Counts, Drops, Quantile, Run};
use vpcsim::model::{LinkId, TrafficId};

/// Caps in Mbps: one that divides a nanosecond's bits evenly, one that does not, and one whose packets take long.
const CAPS: [u64; 3] = [2, 70, 1_000];
const BURSTS: [&str; 3] = ["3 kB", "40 kB", "1 MB"];
/// The first is a policer.
const QUEUES: [&str; 3] = ["0 packets", "20 packets", "50 ms"];
/// Offered load, in percent of the cap.
const LOADS: [u64; 3] = [60, 99, 140];

/// Packets of 1500 bytes in a run, approximately.
const PACKETS: u64 = 4_000;

/// Two thirds of the load are evenly spaced, one third is small packets at random times.
fn scenario(cap: u64, burst: &str, queue: &str, load: u64) -> String {
    let offered = cap * 1_000_000 * load / 100;
    format!(
        r#"name = "grid"
duration = "{duration} us"
{PAIR}bandwidth = "{cap} Mbps"
burst = "{burst}"
queue = "{queue}"
delay = "5 ms"
[traffic.even]
from = "a/h"
to = "b/h"
rate = "{even} bps"
packet_size = "1500 B"
[traffic.random]
from = "a/h"
to = "b/h"
pattern = "poisson"
rate = "{random} bps"
packet_size = "300 B"
"#,
        duration = PACKETS * 12_000 / cap,
        even = offered * 2 / 3,
        random = offered / 3,
    )
}

/// The middle of a quantile, or nothing if there is no quantile.
fn micros(quantile: Option<Quantile>) -> String {
    quantile.map_or("-".into(), |quantile| format!("{} us", quantile.value().as_nanos() / 1_000))
}

/// The outcome of a run's packets, in columns.
fn outcome(run: &Run) -> String {
    let books = [0, 1].map(|entry| run.simulation.traffic_books().of(TrafficId(entry)).whole);
    let (mut sent, mut delivered, mut drops) = (Counts::default(), Counts::default(), Drops::default());
    for book in &books {
        sent.add(book.sent);
        delivered.add(book.delivered);
        book.drops.iter().for_each(|(reason, count)| drops.add(reason, count));
    }
    let link = run.simulation.link_book(LinkId(0));
    let drops: Vec<String> = drops.iter().map(|(reason, count)| format!("{} {count}", reason.code())).collect();
    let [median, late] = [500_000_000, 990_000_000].map(|ppb| micros(link.whole.delay.quantile(ppb)));
    format!(
        "{:>6} {:>9} {:>10} {median:>10} {late:>10}  {}",
        sent.packets,
        delivered.packets,
        link.longest_queue.to_string(),
        if drops.is_empty() { "-".to_owned() } else { drops.join(", ") }
    )
}

/// The whole table.
fn table() -> String {
    let mut table = format!(
        "{:>9} {:>6} {:>10} {:>5} | {:>6} {:>9} {:>10} {:>10} {:>10}  dropped\n",
        "cap", "burst", "queue", "load", "sent", "delivered", "longest", "p50", "p99"
    );
    for cap in CAPS {
        for burst in BURSTS {
            for (queue, load) in QUEUES.iter().flat_map(|queue| LOADS.map(|load| (queue, load))) {
                let run = played(&loaded(&[("grid.toml", scenario(cap, burst, queue, load))], &[]));
                let row = outcome(&run);
                writeln!(table, "{cap:>4} Mbps {burst:>6} {queue:>10} {load:>3} % | {row}").expect("memory");
            }
        }
    }
    table
}

#[test]
fn a_grid_of_caps_buckets_queues_and_loads_gives_its_golden_table() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/grid.txt");
    let found = table();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&golden, &found).expect("the golden can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    let rows = expected.lines().zip(found.lines()).filter(|(expected, found)| expected != found);
    let differing: Vec<String> = rows.map(|(expected, found)| format!("- {expected}\n+ {found}")).collect();
    assert!(expected == found, "{} rows differ:\n{}", differing.len(), differing.join("\n"));
}
