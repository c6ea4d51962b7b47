//! A connection alone on its way, limited by losses or by its window, comes back to where it was: from some packet on,
//! all that both sides send, and all that is lost, repeats to the nanosecond. Then it is multiplied, and nothing in any
//! report tells. Not a test of what it sends.

mod kept;
mod loading;

use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use std::sync::{Arc, Mutex};
use vpcsim::engine::{Mode, Options, Record, Road, Run, Step};
use vpcsim::model::LinkId;
use vpcsim::report::{self, Snapshot};
use vpcsim::units::{SimDuration, SimTime};

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// Packets in order, each as it differs from the one before: in time, and from the last of its side in its numbers.
#[derive(Default)]
struct Story {
    told: Vec<Told>,
    last: SimTime,
    numbers: [[u32; 2]; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    after: u64,
    numbers: [u32; 2],
    length: u16,
    flags: u8,
    options: u8,
    is_answer: bool,
    is_lost: bool,
}

impl Story {
    fn add(&mut self, record: &Record) {
        let is_lost = match record.step {
            Step::Emitted => false,
            Step::Ended(Err(_)) => true,
            _ => return,
        };
        let number = |at: usize| record.head[at..at + 4].iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte));
        let is_answer = record.head[13] == 2;
        let (numbers, side) = ([number(24), number(28)], &mut self.numbers[usize::from(is_answer)]);
        let differ = std::array::from_fn(|at| numbers[at].wrapping_sub(side[at]));
        if !is_lost {
            *side = numbers;
        }
        self.told.push(Told {
            after: record.time.since(self.last).as_nanos(),
            numbers: differ,
            length: record.wire_length,
            flags: record.head[33],
            options: record.tail.as_ref().map_or(0, |tail| tail.len() as u8),
            is_answer,
            is_lost,
        });
        self.last = record.time;
    }

    /// The shortest cycle in which everything repeats up to the end, at least three times.
    fn cycle(&self) -> Option<Cycle> {
        let reversed: Vec<Told> = self.told.iter().rev().copied().collect();
        let agree = agreeing(&reversed);
        let packets = (1..reversed.len() / 3).find(|length| agree[*length] >= 2 * length.max(&50))?;
        let (one, all) = (&reversed[..packets], &reversed[..packets + agree[packets]]);
        let nanos = |told: &[Told]| told.iter().map(|told| told.after).sum::<u64>();
        let losses = one.iter().filter(|told| told.is_lost).count();
        Some(Cycle { packets, losses, nanos: nanos(one), begins: self.last.as_nanos() - nanos(all) })
    }
}

/// How many elements from each place on are those of the beginning.
fn agreeing(told: &[Told]) -> Vec<usize> {
    let mut agree = vec![0; told.len()];
    let (mut from, mut to) = (0, 0);
    for at in 1..told.len() {
        let mut count = if at < to { agree[at - from].min(to - at) } else { 0 };
        while at + count < told.len() && told[count] == told[at + count] {
            count += 1;
        }
        if at + count > to {
            (from, to) = (at, at + count);
        }
        agree[at] = count;
    }
    agree
}

/// What repeats: so many packets and losses in so many nanoseconds, from this instant on.
#[derive(Debug)]
struct Cycle {
    packets: usize,
    losses: usize,
    nanos: u64,
    begins: u64,
}

/// A copy over a peering with these keys of both.
fn text(duration: &str, peering: &str, entry: &str) -> String {
    let vpc = |name: &str, number: u8, other: u8, region: &str| {
        format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{number}.0.0/16\"\n\
             [vpc.{name}.subnet.A]\ncidr = \"10.{number}.1.0/24\"\n\
             routes = [{{ to = \"10.{other}.0.0/16\", via = \"p\" }}]\n[vpc.{name}.host.h]\nsubnet = \"A\"\n"
        )
    };
    // Between regions there must be a cap.
    let region = if peering.contains("bandwidth") { "guangzhou" } else { "beijing" };
    let ends = [vpc("a", 1, 2, "beijing"), vpc("b", 2, 1, region)].concat();
    format!(
        "name = \"one\"\nduration = \"{duration}\"\n{ends}\
         [peering.p]\nrequester = \"a\"\naccepter = \"b\"\n{peering}\n\
         [traffic.copy]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"tcp\"\n{entry}\n"
    )
}

/// The cycle of an endless copy over 25 ms, with these keys of its peering and its entry.
fn cycle(seconds: u64, peering: &str, entry: &str) -> Option<Cycle> {
    let (peering, entry) = (format!("delay = \"25 ms\"\n{peering}"), format!("mss = \"1460 B\"\n{entry}"));
    let text = text(&format!("{seconds} s"), &peering, &entry);
    let scenario = loading::loaded(&[("one.toml", text)], &[]);
    let mut run = Run::new(scenario.network, scenario.plan, Options::default());
    let story = Arc::new(Mutex::new(Story::default()));
    let heard = story.clone();
    let observer = move |records: &[Record]| {
        let mut story = heard.lock().expect("one thread");
        records.iter().for_each(|record| story.add(record));
    };
    run.simulation.observe(Box::new(observer));
    run.advance(SimTime::NEVER);
    story.lock().expect("one thread").cycle()
}

#[test]
fn even_losses_come_again_whichever_the_congestion_control() {
    for congestion in ["reno", "cubic"] {
        for every in [50, 100, 1_000] {
            let peering = format!("bandwidth = \"200 Mbps\"\nlose_every = {every}");
            let found = cycle(100, &peering, &format!("congestion = \"{congestion}\"\nwindow = \"600 kB\""));
            let is_soon = |cycle: &Cycle| cycle.losses <= 9 && cycle.nanos < 10 * SECOND && cycle.begins < 20 * SECOND;
            assert!(found.as_ref().is_some_and(is_soon), "{congestion}, 1/{every}: {found:?}");
        }
    }
}

#[test]
fn so_do_those_at_a_full_queue() {
    for (queue, losses) in [(20, 4), (50, 1)] {
        let peering = format!("bandwidth = \"10 Mbps\"\nqueue = \"{queue} ms\"");
        let found = cycle(40, &peering, "congestion = \"reno\"");
        let is_soon = |cycle: &Cycle| cycle.losses == losses && cycle.begins < 10 * SECOND;
        assert!(found.as_ref().is_some_and(is_soon), "{queue} ms: {found:?}");
    }
}

/// Without a loss, the cycle is a round trip.
#[test]
fn a_window_comes_again_each_round_trip() {
    let found = cycle(10, "bandwidth = \"20 Mbps\"\nqueue = \"500 ms\"", "window = \"64 kB\"");
    let is_trip = |cycle: &Cycle| cycle.losses == 0 && cycle.nanos == SECOND / 20 && cycle.packets == 66;
    assert!(found.as_ref().is_some_and(is_trip), "{found:?}");
}

/// A seeded die.
struct Dice(SplitMix64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A copy, and the instants at which its advances end.
#[derive(Debug)]
struct Copy {
    text: String,
    slices: Vec<u64>,
    interval: Option<SimDuration>,
}

/// All that reports and meters say of a copy, and the share of its packets that were multiplied, in percent.
fn played(copy: &Copy, mode: Mode) -> (Vec<String>, u64) {
    let scenario = loading::loaded(&[("one.toml", copy.text.clone())], &[]);
    let options = Options { mode, interval: copy.interval, ..Options::default() };
    let mut run = Run::new(scenario.network, scenario.plan, options);
    let mut told = Vec::new();
    for slice in copy.slices.iter().copied().chain([u64::MAX]) {
        run.advance(SimTime::from_nanos(slice));
        run.simulation.check_books().expect("the books balance");
        told.push(format!("{slice}: {:?}", [LinkId(0), LinkId(1)].map(|link| run.simulation.queue_peak(link))));
        run.simulation.restart_queue_peaks();
    }
    run.finish().expect("the books balance");
    told.extend(report::json(&Snapshot::of(&run, "one", Vec::new(), None)).lines().map(String::from));
    for link in [LinkId(0), LinkId(1)] {
        told.extend(run.simulation.meter(link).minutes().iter().map(|minute| format!("{link:?} {minute:?}")));
        let book = run.simulation.link_book(link);
        told.extend([format!("{:?} {:?}", book.longest_queue, book.examples)]);
        let counted = book.windows.segments().chain([(SimTime::ZERO, &book.whole)]).map(|(begin, sums)| {
            format!("{begin} {:?} {:?} {:?} {:?}", sums.offered, sums.carried, sums.drops, sums.delay.counted())
        });
        told.extend(counted);
    }
    let effort = run.simulation.effort();
    (told, effort.of(Road::Repeated) * 100 / effort.packets().max(1))
}

impl Copy {
    fn of(seed: u64) -> Copy {
        let mut dice = Dice(SplitMix64::seed_from_u64(seed));
        let seconds = dice.pick(&[10, 30, 70, 130, 300]);
        let mbps = dice.pick(&[1, 2, 5, 10, 20]);
        let mut peering = format!("delay = \"{} us\"\n", dice.pick(&[500, 1_000, 2_500, 10_000, 25_000, 40_123]));
        if dice.chance(85) {
            let queue =
                dice.pick(&["5 ms", "20 ms", "50 ms", "200 ms", "0 packets", "30 packets", "9 packets", "100 kB"]);
            peering += &format!("bandwidth = \"{mbps} Mbps\"\nqueue = \"{queue}\"\n");
        }
        let is_lossy = dice.chance(65);
        if is_lossy {
            let most = dice.pick(&[200, 1_980]);
            peering += &format!("lose_every = {}\n", 20 + dice.below(most));
        }
        let window = dice.pick(&[8, 16, 30, 64, 100, 300]);
        let mut entry = format!("window = \"{window} kB\"\n");
        for (percent, key) in [
            (50, "congestion = \"reno\""),
            (30, "sack = false"),
            (10, "start = \"1234567 us\""),
            (10, "stop = \"9 s\""),
        ] {
            if dice.chance(percent) {
                entry += &format!("{key}\n");
            }
        }
        let is_timed = dice.chance(20);
        entry += if is_timed { "timestamps = true\nmss = \"1448 B\"\n" } else { "mss = \"1460 B\"\n" };
        if dice.chance(40) {
            entry += &format!("delayed_ack = \"{}\"\n", dice.pick(&["1 ms", "5 ms", "40 ms", "200 ms"]));
        }
        if dice.chance(30) {
            entry += &format!("size = \"{} kB\"\n", dice.pick(&[100, 3_000, 20_000, 100_003]));
        }
        let windows = [("p", "from = \"a\"\nloss = \"< 99 %\""), ("copy", "loss = \"< 99 %\"")];
        let mut text = text(&format!("{seconds} s"), &peering, &entry);
        if dice.chance(30) {
            let (subject, check) = dice.pick(&windows);
            let kind = if subject == "p" { "peering" } else { "traffic" };
            text += &format!("[[expect]]\n{kind} = \"{subject}\"\n{check}\nbetween = [\"3 s\", \"7 s\"]\n");
        }
        let mut slices: Vec<u64> = (0..dice.pick(&[0, 0, 3, 40])).map(|_| dice.below(seconds * SECOND)).collect();
        slices.sort_unstable();
        let interval = dice.chance(5).then_some(SimDuration::from_millis(500));
        Copy { text, slices, interval }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..kept::cases(40, "tests/regressions/cycles.txt") })]

    #[test]
    fn a_copy_comes_out_the_same_whether_it_is_multiplied_or_not(seed: u64) {
        let copy = Copy::of(seed);
        let (found, _) = played(&copy, Mode::Runs);
        let (wanted, _) = played(&copy, Mode::Packets);
        let differing = found.iter().zip(&wanted).find(|(a, b)| a != b);
        prop_assert!(differing.is_none() && found.len() == wanted.len(), "{seed}\n{}\n{differing:?}", copy.text);
    }
}

/// If none were multiplied, the comparison would be hollow.
#[test]
fn many_copies_are_multiplied() {
    let shares: Vec<u64> = (0..40).map(|seed| played(&Copy::of(seed), Mode::Runs).1).collect();
    let most = shares.iter().filter(|share| **share > 50).count();
    assert!(most >= 15, "{shares:?}");
}

/// At least so many percent of the packets of ten minutes, which have boundaries each minute.
#[test]
fn these_are_multiplied() {
    let lossy = "delay = \"25 ms\"\nbandwidth = \"100 Mbps\"\nlose_every = ";
    let full = "delay = \"25 ms\"\nbandwidth = \"10 Mbps\"\nqueue = ";
    for (percent, peering, entry) in [
        (90, "delay = \"25 ms\"\nbandwidth = \"20 Mbps\"\nqueue = \"500 ms\"".to_owned(), "window = \"64 kB\""),
        (80, format!("{lossy}50"), "congestion = \"reno\""),
        (80, format!("{lossy}50"), ""),
        (70, format!("{lossy}1000"), "congestion = \"reno\""),
        (60, format!("{lossy}1000"), ""),
        (50, format!("{full}\"20 ms\""), "congestion = \"reno\""),
        (50, format!("{full}\"50 ms\""), "congestion = \"reno\""),
    ] {
        let copy = Copy { text: text("600 s", &peering, entry), slices: Vec::new(), interval: None };
        let (_, share) = played(&copy, Mode::Runs);
        assert!(share >= percent, "{share}% of {peering}, {entry}");
    }
}
