//! The twin of the token bucket: a plain sum of tokens in 10⁻⁹ bit, in 128 bits and absolute time. No limiter, no
//! moving origin.

use vpcsim::model::Shaping;
use vpcsim::units::ByteSize;

const PER_BYTE: u128 = 8_000_000_000;

/// Tokens at an instant. Instants are in nanoseconds times the rate, so that nothing is ever rounded.
#[derive(Clone)]
pub struct Bucket {
    rate: u128,
    burst: u128,
    tokens: u128,
    stamp: u128,
}

impl Bucket {
    /// A full bucket at time 0.
    pub fn new(shaping: Shaping) -> Bucket {
        let burst = u128::from(shaping.burst.as_u64()) * PER_BYTE;
        Bucket { rate: shaping.rate.as_bps().into(), burst, tokens: burst, stamp: 0 }
    }

    fn refill(&mut self, tick: u128) {
        assert!(tick >= self.stamp, "the twin's clock went back");
        self.tokens = self.burst.min(self.tokens + tick - self.stamp);
        self.stamp = tick;
    }

    /// Adds the tokens earned until `nanos`.
    pub fn refill_to(&mut self, nanos: u64) {
        self.refill(u128::from(nanos) * self.rate);
    }

    /// Whole bytes of tokens at `nanos`, before anything is taken then.
    pub fn tokens_at(&self, nanos: u64) -> ByteSize {
        let mut bucket = self.clone();
        bucket.refill_to(nanos);
        ByteSize::from_bytes((bucket.tokens / PER_BYTE) as u64)
    }

    /// The exact tick at which `length` bytes are available, not before the last use.
    pub fn conforms(&self, length: u16) -> u128 {
        self.stamp + (u128::from(length) * PER_BYTE).saturating_sub(self.tokens)
    }

    /// The same for a packet that comes at `nanos`, after all packets already taken, some of them perhaps later than
    /// now.
    pub fn tick_from(&mut self, nanos: u64, length: u16) -> u128 {
        self.refill(self.stamp.max(u128::from(nanos) * self.rate));
        self.conforms(length)
    }

    /// The first whole nanosecond at or after a tick.
    pub fn nanos(&self, tick: u128) -> u64 {
        tick.div_ceil(self.rate) as u64
    }

    /// Takes the tokens of `length` bytes at `tick`.
    pub fn take(&mut self, tick: u128, length: u16) {
        self.refill(tick);
        self.tokens -= u128::from(length) * PER_BYTE;
    }

    /// S34: tokens are kept, up to the new burst.
    pub fn change(&mut self, nanos: u64, shaping: Shaping) {
        self.refill_to(nanos);
        self.rate = shaping.rate.as_bps().into();
        self.burst = u128::from(shaping.burst.as_u64()) * PER_BYTE;
        self.tokens = self.tokens.min(self.burst);
        self.stamp = u128::from(nanos) * self.rate;
    }
}
