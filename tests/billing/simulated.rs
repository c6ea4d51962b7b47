//! Simulated months and days: the packets are counted here by division, and a window counts if the peering was in force
//! during it and the run reached it.

use super::kept;
use super::loading::played;
use super::twin::{self, Windows};
use super::{ZONES, load, scenario_text, terms};
use proptest::prelude::*;
use vpcsim::metering::{Method, measure};

/// Packets of 1500 bytes from `start` on, every `gap`, all in nanoseconds of the run.
#[derive(Debug, Clone, Copy)]
struct Block {
    out: bool,
    start: i128,
    stop: i128,
    gap: i128,
}

const SECOND: i128 = 1_000_000_000;
const DELAY: i128 = 10_000_000;
const BITS: u128 = 12_000;

impl Block {
    /// Packets that leave the far end in `[from, until)`.
    fn carried(&self, from: i128, until: i128) -> u128 {
        // Packets sent before `time`, whether the block has stopped or not.
        let sent = |time: i128| (time.clamp(self.start, self.stop) - self.start + self.gap - 1) / self.gap;
        (sent(until - DELAY) - sent(from - DELAY)) as u128
    }

    fn text(&self, name: usize) -> String {
        let (from, to) = if self.out { ("R", "S") } else { ("S", "R") };
        format!(
            "[traffic.b{name}]\nfrom = \"{from}/h\"\nto = \"{to}/h\"\npacket_size = \"1500 B\"\ninterval = \"{} ns\"\n\
             phase = \"0 s\"\nstart = \"{} s\"\nstop = \"{} s\"\n",
            self.gap,
            self.start / SECOND,
            self.stop / SECOND
        )
    }
}

/// A run, the periods in which its peering is in force, and its traffic.
#[derive(Debug, Clone)]
struct Case {
    zone: &'static str,
    start: &'static str,
    duration: i128,
    /// Ends of periods in force, in seconds, ascending: isolated at the first, restored at the second, and so on.
    turns: Vec<i128>,
    blocks: Vec<Block>,
}

impl Case {
    fn text(&self) -> String {
        let head =
            format!("zone = \"{}\"\nstart = \"{}\"\nduration = \"{} s\"\n", self.zone, self.start, self.duration);
        let peering = "[peering.P]\nrequester = \"R\"\naccepter = \"S\"\nbandwidth = \"100 Mbps\"\ndelay = \"10 ms\"\n";
        let turn = |(at, time): (usize, &i128)| {
            let verb = if at % 2 == 0 { "isolate" } else { "restore" };
            format!("[[at]]\ntime = \"{time} s\"\ndo = \"{verb}\"\npeering = \"P\"\n")
        };
        let turns: String = self.turns.iter().enumerate().map(turn).collect();
        let blocks: String = self.blocks.iter().enumerate().map(|(at, block)| block.text(at)).collect();
        scenario_text(&head, &format!("{peering}{blocks}{turns}"))
    }

    /// Periods in force, in nanoseconds.
    fn in_force(&self) -> Vec<(i128, i128)> {
        let ends: Vec<i128> = [0].iter().chain(&self.turns).chain([&self.duration]).map(|s| s * SECOND).collect();
        ends.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    fn windows(&self, start: i128) -> Windows {
        let in_force = self.in_force();
        let run_end = self.duration * SECOND;
        let window = 300 * SECOND;
        let mut windows = Windows::new();
        for at in start.div_euclid(window)..=(start + run_end - 1).div_euclid(window) {
            let (from, until) = (at * window - start, (at + 1) * window - start);
            if !in_force.iter().any(|(a, b)| from.max(*a) < until.min(*b)) {
                continue;
            }
            let mut bits = [0, 0];
            for block in
                self.blocks.iter().filter(|block| in_force.iter().any(|(a, b)| *a <= block.start && block.stop <= *b))
            {
                bits[usize::from(!block.out)] += block.carried(from, until.min(run_end)) * BITS;
            }
            windows.insert(at as i64, bits);
        }
        windows
    }
}

/// Clocks change soon after most of these, in São Paulo at midnight; some lie inside a window or a minute.
const STARTS: [&str; 6] = [
    "2017-03-10T23:58:30",
    "2017-10-13T00:00:00",
    "2017-10-27T12:02:00",
    "2017-03-30T23:55:00",
    "2020-02-25T07:00:01",
    "2017-02-17T22:30:00",
];

fn cases() -> impl Strategy<Value = Case> {
    // Full days, a window more or less, and arbitrary durations.
    let duration = prop_oneof![
        (1i128..40).prop_map(|days| days * 86_400),
        (1i128..9_000).prop_map(|windows| windows * 300),
        1i128..3_000_000,
    ];
    let turn = || prop_oneof![(0i128..10_000).prop_map(|n| n * 300), 0i128..3_000_000];
    let block = (any::<bool>(), 0i128..3_000_000, 1i128..100_000, 400_000i128..2_000_000_000);
    (
        prop::sample::select(ZONES.to_vec()),
        prop::sample::select(STARTS.to_vec()),
        duration,
        prop::collection::btree_set(turn(), 0..4),
        prop::collection::vec(block, 1..6),
    )
        .prop_map(|(zone, start, duration, turns, blocks)| {
            let turns: Vec<i128> = turns.into_iter().filter(|t| (2..duration - 2).contains(t)).collect();
            let block = |(out, start, length, gap): (bool, i128, i128, i128)| {
                let start = start % duration;
                Block { out, start: start * SECOND, stop: (start + length).min(duration) * SECOND, gap }
            };
            // No packet is on its way when the peering goes in or out of force.
            let turning = |b: &Block| turns.iter().any(|t| b.start < (t + 2) * SECOND && (t - 1) * SECOND < b.stop);
            let blocks = blocks.into_iter().map(block).filter(|b| !turning(b)).collect();
            Case { zone, start, duration, turns, blocks }
        })
}

proptest! {
    #![proptest_config(kept::cases(96, "tests/regressions/billing.txt"))]

    #[test]
    fn bills_of_random_runs_are_the_twins(case in cases()) {
        let scenario = load(case.text());
        let (terms, start) = (terms(&scenario), scenario.plan.start.timestamp());
        let series = &measure(&played(&scenario))[0];
        let windows = case.windows(start.as_nanosecond());
        prop_assert_eq!(twin::billed(series, &terms, Method::Month95), twin::months(&windows, &terms.zone));
        let days: Vec<twin::Entry> = twin::days(&windows, &terms.zone);
        let billed = twin::billed(series, &terms, Method::DayPeak);
        // A day's samples cover the whole run; a month's only the windows in force.
        let bare = |all: Vec<twin::Entry>| all.into_iter().map(|e| (e.first, e.bits, e.cents)).collect::<Vec<_>>();
        prop_assert_eq!(bare(billed), bare(days));
    }
}
