//! Cases for two machines and a path, drawn at random with a liking for edges: sizes and windows that are multiples of
//! a segment or nearly, and times that coincide. Runs nothing.

use super::machine::{Manner, Nanos};
use super::path::Path;
use proptest::prelude::*;
use proptest::sample::select;

/// A connection and its path.
#[derive(Debug, Clone)]
pub struct Case {
    pub client: Manner,
    pub server: Manner,
    /// Bytes that the client sends, or without end, and what the server answers.
    pub size: Option<u64>,
    pub response: u64,
    pub path: Path,
}

const MICROSECOND: Nanos = 1_000;
const MILLISECOND: Nanos = 1_000_000;
const SECOND: Nanos = 1_000_000_000;

/// On one grid, so that packets and timers coincide, and a few beside it.
const TIMES: [Nanos; 12] = [
    0,
    1,
    20 * MICROSECOND,
    MILLISECOND,
    5 * MILLISECOND,
    10 * MILLISECOND,
    20 * MILLISECOND,
    40 * MILLISECOND,
    50 * MILLISECOND,
    100 * MILLISECOND,
    137_003_211,
    300 * MILLISECOND,
];

/// A number of bytes that is a multiple of a segment, or off by a little.
fn bytes(segments: impl Strategy<Value = u64>, mss: u32) -> impl Strategy<Value = u64> {
    let mss = u64::from(mss);
    let near = select(vec![(0, 0), (0, 1), (1, 0), (0, mss / 2), (0, mss - 1)]);
    (segments, near).prop_map(move |(segments, (less, more))| (segments * mss + more).saturating_sub(less))
}

fn segments() -> impl Strategy<Value = u64> {
    prop_oneof![1 => 0..3u64, 1 => 0..25u64, 2 => 0..301u64]
}

/// What both sides have in common comes from the first.
fn manner(mss: u32) -> impl Strategy<Value = Manner> {
    let window = prop_oneof![
        1 => bytes(select(vec![0u64, 1]), mss),
        3 => bytes(select(vec![1u64, 2, 3, 4, 7, 16, 40]), mss),
        4 => Just(6_000_000u64),
    ];
    let waits = select(vec![0, 40 * MILLISECOND, 200 * MILLISECOND]);
    (
        window,
        1..21u32,
        any::<(bool, bool)>(),
        (waits.clone(), waits),
        select(vec![MILLISECOND, 200 * MILLISECOND]),
        prop_oneof![6 => Just(15u8), 1 => 0..3u8],
    )
        .prop_map(move |(window, initial_window, (is_cubic, sack), waits, min_rto, retries)| Manner {
            mss,
            window: window as u32,
            initial_window,
            is_cubic,
            sack,
            delayed_ack: waits.0,
            ack_delay_max: waits.1,
            min_rto,
            retries,
        })
}

fn mss() -> impl Strategy<Value = u32> {
    prop_oneof![select(vec![1_460u32, 1_460, 1, 2, 536, 8_960, 9_000]), 1..9_001u32]
}

/// One in so many packets, often none.
fn one_in() -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(0u64), 1 => 2..6u64, 3 => 5..100u64]
}

/// Twice in three times 0.
fn rarely<T: std::fmt::Debug + Clone + Default>(of: impl Strategy<Value = T>) -> impl Strategy<Value = T> {
    prop_oneof![2 => Just(T::default()), 1 => of]
}

fn cut() -> impl Strategy<Value = (Nanos, Nanos)> {
    let lengths = select(vec![100 * MILLISECOND, SECOND, 7 * SECOND, 60 * SECOND]);
    (0..3_000u64, lengths).prop_map(|(from, length)| (from * MILLISECOND, from * MILLISECOND + length))
}

fn path(mss: u32) -> impl Strategy<Value = Path> {
    let times = || select(TIMES.to_vec());
    let delays = prop_oneof![times().prop_map(|delay| [delay; 2]), (times(), 0..SECOND).prop_map(<[Nanos; 2]>::from)];
    let losses = (one_in(), [rarely(2..60u64), rarely(2..60u64)], rarely(proptest::collection::vec(1..80u64, 1..6)));
    let rates = select(vec![0, 0, 100_000u64, 1_000_000, 10_000_000, 100_000_000]);
    let queue = (
        select(vec![0, 10 * MILLISECOND, 100 * MILLISECOND, SECOND]),
        prop_oneof![Just(Nanos::MAX), 0..20 * MILLISECOND],
    );
    let narrow = rarely((0..2usize, cut(), bytes(0..3u64, mss)).prop_map(Some));
    let payload = prop_oneof![4 => Just(u32::MAX), 1 => 1 + mss / 2..=mss];
    (
        (delays, any::<u64>()),
        losses,
        ((one_in(), times()), (rarely(2..20u64), times())),
        rarely(proptest::collection::vec(cut(), 1..3)),
        (rates, queue, payload),
        narrow,
        any::<(bool, bool)>(),
    )
        .prop_map(|((delays, seed), (loses, loses_each, lost), (late, twice), cuts, link, narrow, first)| Path {
            delays,
            seed,
            loses,
            loses_each,
            lost,
            late,
            twice,
            cuts,
            rate: link.0,
            queue: link.1,
            payload: link.2,
            narrow: narrow.map(|(side, (from, until), window)| (side, from, until, window as u32)),
            timers_first: first.0,
            server_first: first.1,
        })
}

/// A case whose client has segments of `mss` bytes.
fn case_of((mss, other): (u32, u32)) -> impl Strategy<Value = Case> {
    let size = prop_oneof![9 => bytes(segments(), mss).prop_map(Some), 1 => Just(None)];
    let response = prop_oneof![Just(0u64), bytes(0..4u64, other), bytes(segments(), other)];
    (manner(mss), manner(other), size, response, path(mss)).prop_map(|(client, server, size, response, path)| Case {
        client,
        server: Manner { sack: client.sack, ..server },
        size,
        response,
        path,
    })
}

/// A client that sends without end over a link that becomes full and loses nothing, unless others shut its window for
/// a while: slow start ends by itself, and CUBIC goes on after a rest.
fn filling() -> impl Strategy<Value = Case> {
    let rates = select(vec![2_000_000u64, 10_000_000, 50_000_000]);
    let delays = select(vec![MILLISECOND, 10 * MILLISECOND, 40 * MILLISECOND, 137_003_211]);
    (case_of((1_460, 1_460)), rates, delays).prop_map(|(case, rate, delay)| Case {
        client: Manner { is_cubic: true, retries: 15, ..case.client },
        server: Manner { window: 6_000_000, ..case.server },
        size: None,
        path: Path {
            delays: [delay; 2],
            loses: 0,
            loses_each: [0; 2],
            lost: Vec::new(),
            late: (0, 0),
            twice: (0, 0),
            cuts: Vec::new(),
            rate,
            queue: (10 * SECOND, Nanos::MAX),
            payload: u32::MAX,
            narrow: case.path.narrow.map(|(_, from, until, _)| (1, from, until, 0)),
            ..case.path
        },
        ..case
    })
}

/// Any case.
pub fn case() -> impl Strategy<Value = Case> {
    let pair = prop_oneof![2 => mss().prop_map(|mss| (mss, mss)), 1 => (mss(), mss())];
    prop_oneof![8 => pair.prop_flat_map(case_of), 1 => filling()]
}
