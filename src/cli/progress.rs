//! Progress of long runs on stderr, when that is a terminal: virtual time, speed, time left. Shared counters only; the
//! simulation never waits for it.

use super::interrupt::Interrupts;
use super::output::talk_page;
use crate::units::{SimTime, grouped};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// The speed shown is the average over this time.
const LATELY: Duration = Duration::from_secs(3);
/// The spinner and the time show that work continues, even during a long slice.
const TEMPLATE: &str = "{spinner} {bar:16} {percent:>3} %  {elapsed}  {msg}";
/// The width of what precedes the message, with the longest usual time.
const BEFORE_MESSAGE: usize = "x ================ 100 %  59s  ".len();

/// Data shared between all runs of a command and the progress line.
pub(super) struct Board<'a> {
    interrupts: &'a Interrupts,
    planned: u64,
    reached: AtomicU64,
    emitted: AtomicU64,
}

impl Board<'_> {
    /// For runs of these durations.
    pub(super) fn new(interrupts: &Interrupts, runs: impl Iterator<Item = SimTime>) -> Board<'_> {
        let planned = runs.fold(0, |sum: u64, duration| sum.saturating_add(duration.as_nanos()));
        Board { interrupts, planned, reached: AtomicU64::new(0), emitted: AtomicU64::new(0) }
    }
    /// Records that a run advanced by `nanos` and `packets`.
    pub(super) fn advance(&self, nanos: u64, packets: u64) {
        self.reached.fetch_add(nanos, Ordering::Relaxed);
        self.emitted.fetch_add(packets, Ordering::Relaxed);
    }
    /// So many packets went.
    pub(super) fn packets(&self) -> u64 {
        self.emitted.load(Ordering::Relaxed)
    }
    /// Whether every run should stop where it is.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupts.heard()
    }
}

/// The progress line itself.
pub(super) struct Line {
    bar: Option<ProgressBar>,
    started: Instant,
    speed: Speed,
    quiet: bool,
}

impl Line {
    pub(super) fn new(quiet: bool) -> Line {
        let quiet = quiet || !std::io::stderr().is_terminal();
        Line { bar: None, started: Instant::now(), speed: Speed::default(), quiet }
    }

    /// Redraws the line; to be called a few times a second.
    pub(super) fn tick(&mut self, board: &Board) {
        let elapsed = self.started.elapsed();
        let (reached, emitted) = (board.reached.load(Ordering::Relaxed), board.emitted.load(Ordering::Relaxed));
        self.speed.look(Look { elapsed, reached, emitted });
        if self.quiet || elapsed < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(board.planned).with_elapsed(elapsed);
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style);
            }
            bar
        });
        let left = match (board.is_interrupted(), self.speed.left(board.planned)) {
            (true, _) => "ending".into(),
            (false, left) => left.map_or(String::new(), |left| format!("{:#} left", HumanDuration(left))),
        };
        let speed = self.speed.text();
        bar.set_position(reached);
        let (reached, planned) =
            (SimTime::from_nanos(reached / 1_000_000 * 1_000_000), SimTime::from_nanos(board.planned));
        bar.set_message(message([format!("{reached} of {planned}"), speed, left], talk_page().width));
        bar.tick();
    }
}

/// As many of the parts as fit, in order; the time left is most important, then the progress.
fn message(parts: [String; 3], width: Option<usize>) -> String {
    let room = width.unwrap_or(usize::MAX).saturating_sub(BEFORE_MESSAGE);
    let [reached, speed, left] = parts;
    let fitting = [vec![&reached, &speed, &left], vec![&reached, &left], vec![&left]];
    let joined = fitting.into_iter().map(|parts| {
        parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("  ")
    });
    joined.into_iter().find(|message| message.chars().count() <= room).unwrap_or_default()
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The progress of the runs at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    elapsed: Duration,
    /// Virtual nanoseconds.
    reached: u64,
    /// Packets.
    emitted: u64,
}

/// The speed over the last few advances: an unfinished slice is not a standstill.
struct Speed(VecDeque<Look>);

impl Default for Speed {
    fn default() -> Speed {
        Speed(VecDeque::from([Look::default()]))
    }
}

impl Speed {
    fn look(&mut self, now: Look) {
        if self.0.back().is_some_and(|last| (last.reached, last.emitted) == (now.reached, now.emitted)) {
            return;
        }
        self.0.push_back(now);
        while self.0.len() > 2 && now.elapsed.saturating_sub(self.0[1].elapsed) >= LATELY {
            self.0.pop_front();
        }
    }

    /// The recent progress, and the seconds it took; none if nothing is known yet.
    fn lately(&self) -> Option<(u64, u64, f64)> {
        let (from, to) = (self.0.front()?, self.0.back()?);
        let seconds = to.elapsed.saturating_sub(from.elapsed).as_secs_f64();
        (seconds > 0.0).then_some((to.reached - from.reached, to.emitted - from.emitted, seconds))
    }

    /// The time left at this speed until `planned` virtual nanoseconds are reached.
    fn left(&self, planned: u64) -> Option<Duration> {
        let (reached, _, seconds) = self.lately()?;
        let to_go = planned.saturating_sub(self.0.back()?.reached) as f64;
        Duration::try_from_secs_f64(to_go / reached as f64 * seconds).ok()
    }

    /// Packets per second or, below one, the ratio of virtual time to real time.
    fn text(&self) -> String {
        let Some((reached, emitted, seconds)) = self.lately() else { return String::new() };
        let per_second = |n: u64| n as f64 / seconds;
        match (per_second(emitted), per_second(reached) / 1e9) {
            (packets, _) if packets >= 1.0 => format!("{} packets/s", grouped(packets as u64)),
            (_, times) if times >= 10.0 => format!("{} × real time", grouped(times as u64)),
            (_, times) => format!("{:.3} × real time", times.max(0.001)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(looks: &[(u64, u64, u64)]) -> String {
        let mut speed = Speed::default();
        for (millis, reached, emitted) in looks {
            speed.look(Look { elapsed: Duration::from_millis(*millis), reached: *reached, emitted: *emitted });
        }
        speed.text()
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let steady: Vec<_> = (1..=200).map(|tenth| (tenth * 100, tenth, tenth * 1000)).collect();
        assert_eq!(shown(&steady), "10,000 packets/s");
        let slower: Vec<_> = (201..=240).map(|tenth| (tenth * 100, tenth, 200_000 + (tenth - 200) * 10)).collect();
        assert_eq!(shown(&[steady, slower].concat()), "100 packets/s");
    }

    #[test]
    fn a_slice_that_does_not_end_is_no_standstill() {
        let waiting: Vec<_> = (2..600).map(|tenth| (tenth * 100, 500, 2_000)).collect();
        assert_eq!(shown(&[vec![(100, 500, 2_000)], waiting].concat()), "20,000 packets/s");
        assert_eq!(shown(&[(5_000, 0, 0)]), "");
    }

    #[test]
    fn what_is_left_goes_by_the_same_speed() {
        let mut speed = Speed::default();
        assert_eq!(speed.left(100), None);
        speed.look(Look { elapsed: Duration::from_secs(2), reached: 10, emitted: 0 });
        assert_eq!(speed.left(100), Some(Duration::from_secs(18)));
        assert_eq!(speed.left(5), Some(Duration::ZERO));
    }

    #[test]
    fn a_narrow_terminal_gets_whole_parts() {
        let parts = || ["3 s of 10 s", "9,000 packets/s", "2 minutes left"].map(str::to_owned);
        assert_eq!(message(parts(), None), "3 s of 10 s  9,000 packets/s  2 minutes left");
        assert_eq!(message(parts(), Some(60)), "3 s of 10 s  2 minutes left");
        assert_eq!(message(parts(), Some(50)), "2 minutes left");
        assert_eq!(message(parts(), Some(20)), "");
    }

    #[test]
    fn without_packets_it_is_that_of_virtual_time() {
        assert_eq!(shown(&[(1_000, 86_400_000_000_000, 0)]), "86,400 × real time");
        assert_eq!(shown(&[(2_000, 3_000_000_000, 1)]), "1.500 × real time");
        assert_eq!(shown(&[(60_000, 1, 0)]), "0.001 × real time");
    }
}
