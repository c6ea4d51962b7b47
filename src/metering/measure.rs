//! From a run's meters to windows and samples (S38, S40): sums civil minutes into windows of the billing zone's days.
//! Nothing is rounded.

use super::calendar::{Days, WINDOW};
use super::series::{Limit, Load, Sample, Series};
use super::subject::Subject;
use crate::engine::{MINUTE, Minute, Run};
use crate::model::{LinkId, Peering, PeeringId, PeeringState, peering_titles};
use crate::units::{BitRate, Share, SimTime, Span};
use jiff::{SignedDuration, Timestamp};

/// One window of one peering: the sum of its civil minutes.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Its first instant.
    pub start: Timestamp,
    /// What was carried, by [`Direction`](crate::model::Direction).
    pub links: [Minute; 2],
    /// Whether only part of it lies in the run, or in the time the peering was in force.
    pub partial: bool,
}

impl Window {
    /// The highest cap in force at any instant of it.
    pub fn cap(&self) -> Option<BitRate> {
        self.links[0].cap.max(self.links[1].cap)
    }
}

/// The windows of `period` seconds (60 or 300) that the run touched, in order. The run must be finished
/// ([`Run::finish`]): only then are the last caps recorded.
pub fn windows(run: &Run, id: PeeringId, period: i64) -> Vec<Window> {
    let simulation = &run.simulation;
    let meters = LinkId::both(id).map(|link| simulation.meter(link));
    let zone = run.plan.start.time_zone();
    let run_start = run.plan.start.timestamp();
    let first = run_start.as_second() - (meters[0].offset().as_nanos() / 1_000_000_000) as i64;
    let minute = (MINUTE.as_nanos() / 1_000_000_000) as i64;
    let count = meters.iter().map(|meter| meter.minutes().len()).max().unwrap_or(0);
    let mut days = Days::new(zone);
    let mut windows: Vec<Window> = Vec::new();
    for at in 0..count {
        let Ok(instant) = Timestamp::from_second(first + at as i64 * minute) else { break };
        let start = days.of(instant).window_start(instant, period);
        if windows.last().is_none_or(|last| last.start != start) {
            windows.push(Window { start, links: Default::default(), partial: false });
        }
        let window = windows.last_mut().expect("one was pushed");
        for (sum, meter) in window.links.iter_mut().zip(meters) {
            add(sum, meter.minutes().get(at).copied().unwrap_or_default());
        }
    }
    let peering = simulation.network().peering(id);
    for window in &mut windows {
        window.partial = is_partial(peering, since(run_start, window.start), period, simulation.now());
    }
    windows
}

fn add(sum: &mut Minute, minute: Minute) {
    for (sum, more) in [(&mut sum.offered, minute.offered), (&mut sum.carried, minute.carried)] {
        sum.packets += more.packets;
        sum.bytes += more.bytes;
    }
    sum.shaper_drops += minute.shaper_drops;
    sum.cap = sum.cap.max(minute.cap);
}

/// Nanoseconds from the run's start to `instant`.
fn since(run_start: Timestamp, instant: Timestamp) -> i128 {
    instant.as_nanosecond() - run_start.as_nanosecond()
}

/// Whether the window is partly, but not completely, covered by the run and by the time the peering was in force.
fn is_partial(peering: &Peering, start: i128, period: i64, reached: SimTime) -> bool {
    let end = start + i128::from(period) * 1_000_000_000;
    let now = i128::from(reached.as_nanos());
    let mut active = 0;
    for (at, (from, state)) in peering.history.iter().enumerate() {
        let until = peering.history.get(at + 1).map_or(now, |(until, _)| i128::from(until.as_nanos()));
        if *state == PeeringState::Active {
            active += (until.min(end) - i128::from(from.as_nanos()).max(start)).max(0);
        }
    }
    start < 0 || end > now || (active > 0 && active < end - start)
}

/// The samples of every peering of a finished run; a run is measured from its start to the instant it reached.
pub fn measure(run: &Run) -> Vec<Series> {
    let network = run.simulation.network();
    let start = run.plan.start.timestamp();
    let reached = SignedDuration::from_nanos(run.simulation.now().as_nanos() as i64);
    let extent = Span::new(start, start.saturating_add(reached).unwrap_or(Timestamp::MAX));
    let of = |(id, peering)| {
        let subject = Subject { peering, ..Subject::of(network, id, &run.plan.start) };
        let samples = windows(run, id, WINDOW).iter().map(|window| sample(window, subject.cross_region)).collect();
        Series { subject, samples, extent }
    };
    (0..).map(PeeringId).zip(peering_titles(network)).map(of).collect()
}

fn sample(window: &Window, cross_region: bool) -> Sample {
    let limit = match window.cap() {
        _ if !cross_region => Limit::Unknown,
        None => Limit::Idle,
        Some(cap) => Limit::Cap(cap),
    };
    let loads = window.links.map(|link| Load::from_bits(link.carried.bytes * 8));
    let sum = |of: fn(&Minute) -> u64| window.links.iter().map(of).sum::<u64>();
    let (drops, offered) = (sum(|link| link.shaper_drops), sum(|link| link.offered.packets));
    let loss = (offered > 0).then(|| Share::of(drops, offered));
    Sample { start: window.start, loads, limit, loss, partial: window.partial }
}
