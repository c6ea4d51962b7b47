//! The congestion window of a twin: slow start, Reno (RFC 5681), CUBIC (RFC 9438) and HyStart++ (RFC 9406), as the RFCs
//! write them, in 2⁻¹⁶ bytes and 2⁻²⁰ s with 128 bits. Detects no loss.

use super::machine::{Algorithm, Nanos};

/// A byte, in the units of a window.
const BYTE: u128 = 1 << 16;
/// A second, in the units of the curve.
const SECOND: i128 = 1 << 20;
const MILLISECOND: Nanos = 1_000_000;
/// No window is larger.
const WINDOW_MAX: u128 = 1 << 38;

/// What an acknowledgment of new data tells.
#[derive(Debug, Clone, Copy)]
pub struct News {
    pub now: Nanos,
    /// Bytes by which the window may open.
    pub bytes: u64,
    /// The round trip that it closes, and the smoothed one.
    pub trip: Nanos,
    pub smoothed: Nanos,
    /// What is acknowledged now and what was sent so far.
    pub unacknowledged: u64,
    pub next: u64,
}

/// The congestion window.
#[derive(Debug)]
pub struct Window {
    units: u128,
    /// `ssthresh`, in bytes.
    threshold: u128,
    pub mss: u64,
    /// The first slow start of CUBIC, while that lasts.
    start: Option<HyStart>,
    /// None with Reno.
    curve: Option<Curve>,
}

impl Window {
    pub fn new(algorithm: Algorithm, bytes: u64, mss: u64) -> Window {
        let is_cubic = algorithm == Algorithm::Cubic;
        Window {
            units: u128::from(bytes) * BYTE,
            threshold: WINDOW_MAX,
            mss,
            start: is_cubic.then(HyStart::default),
            curve: is_cubic.then(Curve::default),
        }
    }

    pub fn bytes(&self) -> u64 {
        (self.units / BYTE) as u64
    }

    pub fn is_in_slow_start(&self) -> bool {
        u128::from(self.bytes()) < self.threshold
    }

    /// Notes a round trip; slow start may end.
    pub fn note(&mut self, news: News) {
        if self.start.as_mut().is_some_and(|start| start.ends(news)) {
            self.start = None;
            self.threshold = self.bytes().into();
        }
    }

    /// The window opens.
    pub fn open(&mut self, news: News) {
        if self.is_in_slow_start() {
            // Slow start ends at the threshold, not beyond.
            let room = (self.threshold - u128::from(self.bytes())) * BYTE;
            let all = u128::from(news.bytes) * BYTE;
            self.units += self.start.as_ref().map_or(all, |start| start.growth(news.bytes, self.mss)).min(room);
        } else if let Some(curve) = &mut self.curve {
            self.units = curve.grow(self.units, self.mss, news);
        } else {
            // SMSS × acknowledged / cwnd, so that a window acknowledged opens it by a segment.
            self.units += u128::from(self.mss) * u128::from(news.bytes) * BYTE / u128::from(self.bytes());
        }
        self.units = self.units.min(WINDOW_MAX * BYTE);
    }

    /// Something was lost while `flight` bytes were not acknowledged.
    pub fn reduce(&mut self, flight: u64) {
        let flight = u128::from(flight.min(self.bytes()));
        self.start = None;
        let kept = match &mut self.curve {
            Some(curve) => {
                curve.reduce(self.units);
                flight * 7 / 10
            }
            None => flight / 2,
        };
        self.threshold = kept.max(2 * u128::from(self.mss));
        self.units = self.threshold * BYTE;
    }

    /// A timeout: a segment is left. A repeated one leaves the threshold.
    pub fn collapse(&mut self, flight: u64, is_repeated: bool) {
        if !is_repeated {
            self.reduce(flight);
        }
        self.curve = self.curve.take().map(|_| Curve::default());
        self.units = u128::from(self.mss) * BYTE;
    }

    /// Nothing was sent for `idle`, which is longer than a timeout.
    pub fn rest(&mut self, idle: Nanos, initial: u64) {
        self.units = self.units.min(u128::from(initial) * BYTE);
        if let Some(since) = self.curve.as_mut().and_then(|curve| curve.since.as_mut()) {
            *since += idle;
        }
    }
}

/// The variables of RFC 9406 §4.2.
#[derive(Debug, Default)]
struct HyStart {
    window_end: u64,
    current_round_min: Option<Nanos>,
    last_round_min: Option<Nanos>,
    samples: u32,
    /// In conservative slow start: the round trip when it began, and rounds that began since.
    conservative: Option<(Nanos, u32)>,
}

impl HyStart {
    fn growth(&self, bytes: u64, mss: u64) -> u128 {
        let counted = u128::from(bytes.min(8 * mss)) * BYTE;
        if self.conservative.is_some() { counted / 4 } else { counted }
    }

    /// Takes an acknowledgment; whether slow start is over.
    fn ends(&mut self, news: News) -> bool {
        if news.unacknowledged >= self.window_end {
            self.window_end = news.next;
            self.last_round_min = self.current_round_min.take();
            self.samples = 0;
            if let Some((_, rounds)) = &mut self.conservative {
                *rounds += 1;
                if *rounds == 5 {
                    return true;
                }
            }
        }
        let current = self.current_round_min.map_or(news.trip, |least| least.min(news.trip));
        self.current_round_min = Some(current);
        self.samples += 1;
        if self.samples < 8 {
            return false;
        }
        match (self.conservative, self.last_round_min) {
            (Some((baseline, _)), _) if current < baseline => self.conservative = None,
            (None, Some(last)) if current >= last + (last / 8).clamp(4 * MILLISECOND, 16 * MILLISECOND) => {
                self.conservative = Some((current, 0));
            }
            _ => {}
        }
        false
    }
}

/// The variables of RFC 9438 §4.1.2.
#[derive(Debug, Default)]
struct Curve {
    w_max: u128,
    cwnd_prior: u128,
    w_est: u128,
    /// In 2⁻²⁰ s.
    k: i128,
    /// When this stage of congestion avoidance began; none before it does.
    since: Option<Nanos>,
}

impl Curve {
    /// §4.6, with the fast convergence of §4.7: (1 + β) / 2 is 17/20.
    fn reduce(&mut self, window: u128) {
        self.w_max = if window < self.w_max { window / 20 * 17 } else { window };
        self.cwnd_prior = window;
        self.since = None;
    }

    fn grow(&mut self, window: u128, mss: u64, news: News) -> u128 {
        let since = self.since.unwrap_or_else(|| self.begin(window, mss, news.now));
        let time = news.now.saturating_sub(since);
        let share = |of: u128| of * u128::from(news.bytes) * BYTE / window;
        // §4.3: α is 3 (1 − β) / (1 + β) = 9/17 until the window is as large as before the loss, then 1.
        let reno = share(u128::from(mss) * BYTE);
        self.w_est += if self.w_est < self.cwnd_prior { reno * 9 / 17 } else { reno };
        if self.w_cubic(time, mss) < self.w_est {
            return window.max(self.w_est);
        }
        // §4.2 and §4.4.
        let target = self.w_cubic(time + news.smoothed, mss).clamp(window, window + window / 2);
        window + share(target - window)
    }

    /// A stage of congestion avoidance begins. Slow start that ended by itself, by HyStart++, reached the plateau.
    fn begin(&mut self, window: u128, mss: u64, now: Nanos) -> Nanos {
        self.w_max = self.w_max.max(window);
        self.cwnd_prior = self.cwnd_prior.max(self.w_max);
        self.w_est = window;
        // K = ∛((W_max − cwnd) / C) with C = 2/5, in whole 2⁻²⁰ s; what is under the root in 2⁻⁶⁰ s³, rounded twice.
        let missing = (self.w_max - window) * (SECOND as u128).pow(3) / BYTE / u128::from(mss);
        self.k = root(missing * 5 / 2);
        self.since = Some(now);
        now
    }

    /// C (t − K)³ + W_max. The cube is rounded down to 2⁻⁴⁰ s³, C segments to units, their product down. No more than
    /// 2,048 s before or after the plateau.
    fn w_cubic(&self, time: Nanos, mss: u64) -> u128 {
        let from = (i128::from(time) * SECOND / 1_000_000_000 - self.k).clamp(-2_048 * SECOND, 2_048 * SECOND);
        let cube = from.pow(3).div_euclid(SECOND);
        let c = i128::from(mss) * BYTE as i128 * 2 / 5;
        let bytes = (cube * c).div_euclid(SECOND * SECOND);
        (self.w_max as i128 + bytes).max(0) as u128
    }
}

/// The cube root of `n`, rounded down.
fn root(n: u128) -> i128 {
    let (mut low, mut high) = (0u128, 1 << 42);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if middle.pow(3) <= n { low = middle } else { high = middle }
    }
    low as i128
}
