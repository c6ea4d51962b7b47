//! The token bucket in front of a link, one per direction: governor's GCRA on virtual time, exact at any rate (S33,
//! S34). A packet departs at the first instant at which it conforms; packets that have to wait do so in order, up to a
//! limit. It stores no packets, only their departures and lengths.
//!
//! **Exactness.** One tick of the limiter's clock is 10⁻⁹ bit at this link's rate: `n` nanoseconds are `n · rate` ticks
//! and a byte is 8·10⁹ ticks, whole numbers at every rate. Only the departure reported to the caller is rounded (up to
//! the next nanosecond). Ticks count from an origin that advances with time, so that 64 bits suffice: a theoretical
//! arrival time (TAT) before the new origin means a full bucket, and so does 0.
//!
//! **One check per packet.** The [`StateStore`] here exposes the TAT, so the first conforming instant is known in
//! advance: the clock is set to it and `check_n` admits the packet. This reservation is valid because a link is FIFO.

use crate::model::{DropReason, QueueLimit, Shaping};
use crate::units::{BitRate, ByteSize, SimDuration, SimTime};
use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use std::cell::Cell;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Ticks in a byte: a tick is a billionth of a bit, what one bit per second lets through in a nanosecond.
const TICKS_PER_BYTE: u64 = 8_000_000_000;
/// The origin advances before the clock passes this; bucket and queue add less than 2⁶³ (`model::control::BUFFER_MAX`).
const TICKS_MAX: u64 = 1 << 61;

/// An instant of a limiter's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tick(u64);

impl Add<Nanos> for Tick {
    type Output = Tick;
    fn add(self, ticks: Nanos) -> Tick {
        Tick(self.0 + ticks.as_u64())
    }
}

impl Reference for Tick {
    fn duration_since(&self, earlier: Self) -> Nanos {
        Nanos::new(self.0.saturating_sub(earlier.0))
    }
    fn saturating_sub(&self, ticks: Nanos) -> Self {
        Tick(self.0.saturating_sub(ticks.as_u64()))
    }
}

/// A clock that stays at the instant it was set to.
#[derive(Debug, Clone, Default)]
struct TickClock(Cell<u64>);

impl Clock for TickClock {
    type Instant = Tick;
    fn now(&self) -> Tick {
        Tick(self.0.get())
    }
}

/// The theoretical arrival time, exposed to the shaper. One thread at a time uses it; it is atomic only to be
/// shareable.
#[derive(Debug, Clone, Default)]
struct Tat(Arc<AtomicU64>);

impl Tat {
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
    fn set(&self, ticks: u64) {
        self.0.store(ticks, Ordering::Relaxed);
    }
}

impl StateStore for Tat {
    type Key = NotKeyed;
    fn measure_and_replace<T, F, E>(&self, _key: &NotKeyed, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let (answer, next) = f(Some(Nanos::new(self.get())))?;
        self.set(next.as_u64());
        Ok(answer)
    }
}

type Limiter = RateLimiter<NotKeyed, Tat, TickClock, NoOpMiddleware<Tick>>;

/// A token bucket with a queue.
pub struct Shaper {
    limiter: Limiter,
    tat: Tat,
    shaping: Shaping,
    /// The bucket's size.
    burst: u64,
    origin: SimTime,
    span: SimDuration,
    limit: Limit,
    waiting: Waiting,
}

/// The state of a shaper at an instant.
#[derive(Debug)]
pub struct Backlog {
    /// How many ticks the bucket is short of full.
    debt: u64,
    /// How many packets wait, and their bytes.
    waiting: (usize, u64),
    /// When the first of them depart, and their lengths.
    front: Vec<(SimTime, u16)>,
}

impl Backlog {
    /// When the last of those that wait departs, as far as they are known.
    pub fn last(&self) -> Option<SimTime> {
        self.front.last().map(|(departure, _)| *departure)
    }
}

/// How often something can happen again at a shaper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recurrence {
    /// How often at most.
    pub times: u64,
    /// How many packets depart from the queue each time while others behind them stay; `None` if the whole backlog
    /// moves along.
    pub departed: Option<usize>,
}

/// Departures and lengths of the waiting packets, in order. With a full queue every packet passes through here, and a
/// vector with a moving front takes half the instructions of a ring buffer.
#[derive(Debug, Default)]
struct Waiting {
    packets: Vec<(SimTime, u16)>,
    /// How many packets at the front have departed.
    departed: usize,
    bytes: u64,
    /// The largest value of `bytes` since [`Shaper::restart_queue_peak`].
    peak: u64,
}

impl Waiting {
    fn len(&self) -> usize {
        self.packets.len() - self.departed
    }

    fn push(&mut self, departure: SimTime, length: u16) {
        self.packets.push((departure, length));
        self.bytes += u64::from(length);
        self.peak = self.peak.max(self.bytes);
    }

    /// Removes the packets that departed by `now`.
    #[inline]
    fn release(&mut self, now: SimTime) {
        while let Some(&(departure, length)) = self.packets.get(self.departed)
            && departure <= now
        {
            self.departed += 1;
            self.bytes -= u64::from(length);
        }
        if self.departed > Self::GONE_MAX && self.departed > self.packets.len() / 2 {
            self.close_up();
        }
    }

    /// How many departed packets may remain at the front, at 16 bytes each.
    const GONE_MAX: usize = 4096;

    /// Moves the waiting packets to the front: on average at most one move per packet.
    #[inline(never)]
    fn close_up(&mut self) {
        self.packets.drain(..self.departed);
        self.departed = 0;
    }
}

/// The most that may wait; a policer lets nothing wait.
#[derive(Debug, Clone, Copy)]
struct Limit {
    is_policer: bool,
    bytes: u64,
    packets: usize,
}

impl Shaper {
    /// A full bucket.
    pub fn new(shaping: Shaping) -> Shaper {
        let tat = Tat::default();
        Shaper {
            limiter: limiter(shaping, &tat),
            tat,
            shaping,
            burst: shaping.burst.as_u64() * TICKS_PER_BYTE,
            origin: SimTime::ZERO,
            span: span(shaping),
            limit: limit(shaping),
            waiting: Waiting::default(),
        }
    }

    /// The settings in force.
    pub fn shaping(&self) -> Shaping {
        self.shaping
    }

    /// When a packet of `length` bytes that arrives at `now` departs. `now` never decreases.
    ///
    /// # Errors
    /// The queue has no room, or there is no queue (a policer).
    #[inline(always)] // As in `Link::offer`.
    pub fn admit(&mut self, now: SimTime, length: u16) -> Result<SimTime, DropReason> {
        self.release(now);
        let now_ticks = self.ticks(now);
        let conforms = self.conforms_at(length).max(now_ticks);
        if conforms > now_ticks {
            self.check_room(length)?;
        }
        Ok(self.reserve(now, now_ticks, conforms, length))
    }

    /// The first tick at which `length` bytes conform, that is, at which the bucket holds their tokens.
    fn conforms_at(&self, length: u16) -> u64 {
        (self.tat.get() + u64::from(length) * TICKS_PER_BYTE).saturating_sub(self.burst)
    }

    /// S33: the queue must have room for this packet as well.
    fn check_room(&self, length: u16) -> Result<(), DropReason> {
        if self.limit.is_policer {
            return Err(DropReason::PolicerExceeded);
        }
        if self.waiting.bytes + u64::from(length) > self.limit.bytes || self.waiting.len() >= self.limit.packets {
            return Err(DropReason::ShaperQueueFull);
        }
        Ok(())
    }

    /// Charges the bucket at `conforms` and returns the departure, rounded up to a nanosecond.
    #[inline]
    fn reserve(&mut self, now: SimTime, now_ticks: u64, conforms: u64, length: u16) -> SimTime {
        self.limiter.clock().0.set(conforms);
        let cells = NonZeroU32::new(u32::from(length)).unwrap_or(NonZeroU32::MIN);
        let admitted = matches!(self.limiter.check_n(cells), Ok(Ok(())));
        debug_assert!(admitted, "the limiter refused at the instant it said");
        if conforms == now_ticks {
            return now;
        }
        let departure = self.origin + SimDuration::from_nanos(conforms.div_ceil(self.shaping.rate.as_bps()));
        self.waiting.push(departure, length);
        departure
    }

    /// Departures precede arrivals of the same instant (S33).
    fn release(&mut self, now: SimTime) {
        self.waiting.release(now);
    }

    /// `now` on the limiter's clock; advances the origin when the clock has run far.
    fn ticks(&mut self, now: SimTime) -> u64 {
        let rate = self.shaping.rate.as_bps();
        let since = now.since(self.origin);
        if since <= self.span {
            return since.as_nanos() * rate;
        }
        let passed = u128::from(since.as_nanos()) * u128::from(rate);
        let tat = u128::from(self.tat.get()).saturating_sub(passed);
        self.tat.set(tat as u64); // not above what it was
        self.origin = now;
        0
    }

    /// Bytes waiting when a packet was last admitted.
    pub fn waiting(&self) -> ByteSize {
        ByteSize::from_bytes(self.waiting.bytes)
    }

    /// The same in packets.
    pub fn waiting_packets(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// The largest number of bytes that waited so far, or since [`Shaper::restart_queue_peak`].
    pub fn queue_peak(&self) -> ByteSize {
        ByteSize::from_bytes(self.waiting.peak)
    }

    /// Has [`Shaper::queue_peak`] tell of the time from `now` on, beginning with what waits then.
    pub fn restart_queue_peak(&mut self, now: SimTime) {
        self.release(now);
        self.waiting.peak = self.waiting.bytes;
    }

    /// Bytes waiting at `now`.
    pub fn waiting_at(&mut self, now: SimTime) -> ByteSize {
        self.release(now);
        ByteSize::from_bytes(self.waiting.bytes)
    }

    /// What [`Shaper::recurs`] compares with, when at most `packets` more packets were offered: no more of those that
    /// wait can have departed if as many wait then.
    pub fn backlog(&mut self, now: SimTime, packets: u64) -> Backlog {
        let (debt, waiting) = self.backlog_at(now);
        let front = &self.waiting.packets[self.waiting.departed..];
        let front = front[..front.len().min(usize::try_from(packets).unwrap_or(usize::MAX))].to_vec();
        Backlog { debt, waiting, front }
    }

    /// The bucket's debt, and how many packets and bytes wait.
    fn backlog_at(&mut self, now: SimTime) -> (u64, (usize, u64)) {
        self.release(now);
        (self.tat.get().saturating_sub(self.ticks(now)), (self.waiting.len(), self.waiting.bytes))
    }

    /// How often, at most `most` times, what happened between two instants happens again if the same packets come
    /// again: since `before` was the backlog, `span` before `now`. The debt must be as it was; then packets conform as
    /// they did. As far as what waits is spaced as what departed, so does every drop.
    pub fn recurs(&mut self, now: SimTime, before: &Backlog, span: SimDuration, most: u64) -> Recurrence {
        if most == 0 || self.backlog_at(now) != (before.debt, before.waiting) {
            return Recurrence::default();
        }
        let waiting = &self.waiting.packets[self.waiting.departed..];
        let gone = before.front.partition_point(|(departure, _)| *departure <= now);
        if agreeing(&before.front[..gone], waiting, span) < gone {
            return Recurrence::default();
        }
        if gone == waiting.len() {
            return Recurrence { times: most, departed: None };
        }
        if gone == 0 {
            return Recurrence::default();
        }
        // What waited behind those that departed has moved to the front.
        let most_packets = usize::try_from(most).unwrap_or(usize::MAX).saturating_mul(gone);
        let compared = &waiting[..waiting.len().min(most_packets)];
        let same = gone + agreeing(compared, &compared[gone..], span);
        if same == waiting.len() {
            return Recurrence { times: most, departed: None };
        }
        let mut times = same / gone;
        // The next one must not depart with them.
        while times > 0 && waiting.get(times * gone).is_some_and(|next| next.0 <= now + span * times as u64) {
            times -= 1;
        }
        Recurrence { times: times as u64, departed: Some(gone) }
    }

    /// Moves to where the shaper stands after what recurs has happened `times` times again, each taking `span`.
    pub fn repeat(&mut self, times: u64, span: SimDuration, departed: Option<usize>) {
        self.origin += span * times;
        let Some(departed) = departed else {
            let all = span * times;
            let waiting = &mut self.waiting.packets[self.waiting.departed..];
            return waiting.iter_mut().for_each(|(departure, _)| *departure += all);
        };
        // As many departed as came, of the same lengths.
        let came = self.waiting.packets.len() - departed;
        self.waiting.departed += departed * times as usize;
        for time in 1..=times {
            for at in came..came + departed {
                let (departure, length) = self.waiting.packets[at];
                self.waiting.packets.push((departure + span * time, length));
            }
        }
    }

    /// How many ticks the bucket holds beyond what lets up to `burst` bytes more than it refills from `now` on conform
    /// whenever they arrive; `None` if they may not: something waits, or it holds no tokens for `burst` bytes plus one
    /// nanosecond at its rate, a margin for rounded instants.
    pub fn room(&mut self, now: SimTime, burst: u64) -> Option<u64> {
        let tokens = self.token_ticks_at(now);
        let needed = u128::from(burst) * u128::from(TICKS_PER_BYTE) + u128::from(self.shaping.rate.as_bps());
        let left = u128::from(tokens).checked_sub(needed).filter(|_| self.waiting.bytes == 0)?;
        u64::try_from(left).ok()
    }

    /// The longest time until the bucket is full, with senders of `rate` in total that are at most `burst` bytes ahead
    /// of it; none if it may never fill.
    pub fn fills_within(&self, rate: BitRate, burst: u64) -> Option<SimDuration> {
        let spare = self.shaping.rate.as_bps().checked_sub(rate.as_bps()).filter(|spare| *spare > 0)?;
        let missing = u128::from(self.shaping.burst.as_u64() + burst) * u128::from(TICKS_PER_BYTE);
        let rounding = u128::from(self.shaping.rate.as_bps());
        let nanos = (missing + rounding).div_ceil(u128::from(spare));
        u64::try_from(nanos).ok().map(SimDuration::from_nanos)
    }

    /// Whole tokens in the bucket at `now`, including those reserved for waiting packets.
    pub fn tokens_at(&mut self, now: SimTime) -> ByteSize {
        ByteSize::from_bytes(self.token_ticks_at(now) / TICKS_PER_BYTE)
    }

    fn token_ticks_at(&mut self, now: SimTime) -> u64 {
        self.release(now);
        self.token_ticks_before(now, self.waiting.bytes)
    }

    /// Tokens at `now` while `waiting` bytes have not departed yet.
    fn token_ticks_before(&mut self, now: SimTime, waiting: u64) -> u64 {
        let now_ticks = self.ticks(now);
        // Each waiting packet advanced the TAT by its own length, because the bucket was not full when it arrived.
        let charged = self.tat.get().saturating_sub(waiting * TICKS_PER_BYTE);
        let debt = charged.saturating_sub(now_ticks);
        self.burst.saturating_sub(debt)
    }

    /// S34: applies new settings at `now`. Tokens are kept up to the new burst, not refilled; the queue is emptied, and
    /// its packets must be re-admitted in order with [`Shaper::readmit`]. `waiting` counts the bytes that have not
    /// departed: a change precedes a departure of the same instant, so that packet's tokens are still in the bucket.
    pub fn change(&mut self, now: SimTime, shaping: Shaping, waiting: ByteSize) {
        let burst = shaping.burst.as_u64() * TICKS_PER_BYTE;
        let tokens = self.token_ticks_before(now, waiting.as_u64()).min(burst);
        let peak = self.waiting.peak;
        *self = Shaper::new(shaping);
        self.waiting.peak = peak;
        self.origin = now;
        self.tat.set(burst - tokens);
    }

    /// Admits a packet that was waiting when the settings changed. It is never dropped, even if the new limit is
    /// smaller.
    pub fn readmit(&mut self, now: SimTime, length: u16) -> SimTime {
        let now_ticks = self.ticks(now);
        let conforms = self.conforms_at(length).max(now_ticks);
        self.reserve(now, now_ticks, conforms, length)
    }
}

/// How many packets at the front depart `span` later in `after` than in `before`, with the same lengths.
fn agreeing(before: &[(SimTime, u16)], after: &[(SimTime, u16)], span: SimDuration) -> usize {
    let differ = |((early, length), (late, other)): (&(SimTime, u16), &(SimTime, u16))| {
        *early + span != *late || length != other
    };
    before.iter().zip(after).position(differ).unwrap_or(before.len().min(after.len()))
}

fn limiter(shaping: Shaping, tat: &Tat) -> Limiter {
    // The model refuses a burst of 0 and one above u32: see `Network::check_buffers`.
    let burst = NonZeroU32::new(shaping.burst.as_u64() as u32).unwrap_or(NonZeroU32::MIN);
    let per_byte = Quota::with_period(Duration::from_nanos(TICKS_PER_BYTE)).unwrap_or(Quota::per_second(burst));
    RateLimiter::new(per_byte.allow_burst(burst), tat.clone(), TickClock::default())
}

fn span(shaping: Shaping) -> SimDuration {
    SimDuration::from_nanos(TICKS_MAX / shaping.rate.as_bps().max(1))
}

fn limit(shaping: Shaping) -> Limit {
    let (bytes, packets) = match shaping.queue {
        QueueLimit::Time(t) => (shaping.rate.bytes_in(t).as_u64(), usize::MAX),
        QueueLimit::Bytes(b) => (b.as_u64(), usize::MAX),
        QueueLimit::Packets(p) => (u64::MAX, p as usize),
    };
    Limit { is_policer: shaping.queue.is_policer(), bytes, packets }
}
