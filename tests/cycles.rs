//! A connection alone on its way, limited by losses or by its window, comes back to where it was: from some packet on,
//! all that both sides send, and all that is lost, repeats to the nanosecond. Not a test of what it sends.

mod loading;

use std::sync::{Arc, Mutex};
use vpcsim::engine::{Options, Record, Run, Step};
use vpcsim::units::SimTime;

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

/// The cycle of an endless copy over 25 ms, with these keys of its peering and its entry.
fn cycle(seconds: u64, peering: &str, entry: &str) -> Option<Cycle> {
    let vpc = |name: &str, number: u8, other: u8, region: &str| {
        format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{number}.0.0/16\"\n\
             [vpc.{name}.subnet.A]\ncidr = \"10.{number}.1.0/24\"\n\
             routes = [{{ to = \"10.{other}.0.0/16\", via = \"p\" }}]\n[vpc.{name}.host.h]\nsubnet = \"A\"\n"
        )
    };
    let ends = [vpc("a", 1, 2, "beijing"), vpc("b", 2, 1, "guangzhou")].concat();
    let text = format!(
        "name = \"one\"\nduration = \"{seconds} s\"\n{ends}\
         [peering.p]\nrequester = \"a\"\naccepter = \"b\"\ndelay = \"25 ms\"\n{peering}\n\
         [traffic.copy]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"tcp\"\nmss = \"1460 B\"\n{entry}\n"
    );
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
