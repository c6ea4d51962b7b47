//! vpcsim forwards packets through clouds that do not exist yet: a packet-forwarding data-plane simulator of cloud VPC
//! peering. This page describes how the crate is organised.
//!
//! # The journey of a packet
//!
//! ```text
//! host emits ──▶ source subnet's route table (LPM) ──▶ local?  ──────────────▶ host in this VPC
//!                                               └─▶ peering ─▶ shaper ─▶ link ─▶ peer VPC: destination inside its
//!                                                             (token bucket)     own CIDRs? ─▶ deliver : drop
//! ```
//!
//! In files, in order: a sender makes the packet (`engine/sending/flow.rs`); the cell of its VPC emits it
//! (`engine/cell/journey.rs` as an event; `passing.rs` and `looped.rs` where nothing reacts to it); the routers decide
//! its path (`dataplane/router.rs`: [`dataplane::router::path`], by a [`dataplane::fib`]); a [`dataplane::link`]
//! carries it behind a [`dataplane::shaper`]; and `engine/booking.rs` counts the outcome. Every way it can end is
//! listed once, in `model/verdict.rs` ([`model::DropReason`]), and each reason is produced by exactly one line.
//!
//! # The rooms
//!
//! Imports point from right to left: `units ← wire, tcp ← model ← dataplane ← engine ← metering, trace, recording ←
//! report ← cli`; modules that read text also import `notation`.
//!
//! * [`units`]: instants, durations, rates, sizes, shares, money; parsing, printing and rounding them; how text from
//!   outside is shown
//! * [`notation`]: how people and programs write things: texts, tables with numbers and times in their cells, documents
//!   in languages that tables describe, complaints with place and hint; knows nothing of clouds, uses only `units`
//! * [`wire`]: headers as the RFCs define them, captures as files store them; knows nothing of clouds
//! * [`tcp`]: connections as state machines that are told what arrives and when, and say what is sent: no payload, no
//!   clock, no network; uses only `units`. `engine/cell/connections` seats them on hosts and makes packets of segments
//! * [`model`]: what the network *is*, the control plane that changes it, and the plan of a run, as valid data
//! * [`scenario`]: text → model and plan, or complaints with place and hint; files come through [`scenario::Files`].
//!   Uses `model`, `tcp` for its settings, `notation` and, to read captures, `wire`
//! * [`dataplane`]: one hop at a time: pure functions of (state, now, packet)
//! * [`engine`]: virtual time: epochs, events, endpoints, books, observers; [`engine::Simulation`] and its three calls
//! * [`diagnose`]: questions to a network at one instant, without packets, answered by the functions of the data plane:
//!   who reaches whom, why not, what would mend it, what is wrong with it
//! * [`metering`]: what the meter's buckets mean: samples, peaks, price books, bills
//! * [`sweep`]: what a network tester varies, and where it looks next: axes of values, the search for the highest
//!   lossless load, the steps of a service test; plays nothing and uses only `units`
//! * [`trace`]: the story of one packet: finds it in a run, follows it as an observer, tells it as plain facts
//! * [`recording`]: what a run leaves for others while it goes: captures of its packets and flow logs, streamed by
//!   observers; its course, read from the books now and then
//! * [`report`]: one view model per subject ([`report::Snapshot`] of a run, [`report::Invoice`] of a bill,
//!   [`report::BenchReport`] of a measurement, [`report::Remark`] of a finding) and everything drawn from it, pages for
//!   browsers included; no view sees the engine
//! * [`import`]: other people's descriptions → scenario text; uses only `model`, `notation` and `units`
//! * [`scaffold`]: new scenarios as text: a starter, and one of a requested size; uses `units` and the limits of
//!   `model`
//! * [`workload`]: the networks and plans whose cost is measured, by name; uses only `model`, `tcp` and `units`,
//!   measures nothing
//! * [`lessons`]: the lessons that come with the program, and what a learner made of one; uses `scenario`
//!   and `model`
//! * [`guide`]: the reference for users, as texts; uses nothing
//! * `lab`: a network in the hands of people, by requests and answers: a scenario text and an instant
//! * [`cli`]: arguments, subcommands, the real disk, signals, the wall clock, exit codes
//!
//! # What always holds
//!
//! * **Time is an argument.** Only [`cli`] reads the clock, and only it touches files and terminals.
//! * **A number with a unit is a type**; a division says how it rounds.
//! * **Parse, then trust.** A [`model::Network`] is made only by the operations of [`model::control`], each of which
//!   refuses whatever breaks a rule ([`model::Refusal`]); a scenario file and a timeline use the same operations.
//! * **Same seed, same bytes**, however time is sliced, on any number of threads, as runs or packet by packet, with or
//!   without observers. Events have one order (time; changes, then departures, then arrivals, then senders; declaration
//!   order; sequence), each (seed, purpose, entry, flow) has a counter-based random stream, per-packet random choices
//!   come from a hash of the packet's name, and the books are sums. No iteration over hash maps.
//! * **The books balance** at the end of every run, in release builds too: `emitted = delivered + dropped + in flight`,
//!   in total, per VPC and per link ([`engine::Simulation::check_books`]).
//! * **Every optimised part has a dull twin** in the tests: FIB and linear scan, shaper and wide integers, engine and a
//!   one-event-at-a-time reference, connections and lists that are scanned, slices and a single call, runs and packets,
//!   many threads and one.
//!
//! The house tests (`tests/house/`), `[lints]` in `Cargo.toml` and `.clippy.toml` enforce the parts of this that can be
//! checked in the source.
//!
//! # The core alone
//!
//! `--no-default-features` leaves everything but [`cli`]: no clock, file, terminal or thread, on any target, and the
//! same bytes. Each feature adds one thing: `render` draws complaints for people, `pictures` draws bills and networks
//! as SVG and makes pages of runs and bills, `sarif` writes findings for code hosts, `threads` carries VPCs on several
//! threads (`engine/workers.rs` is the seam), `metrics` writes OpenMetrics, and `cli`, the default, is the program with
//! all of them. The others are not in it, for their libraries take long to build: `session` is a network in the hands
//! of people, `lab` serves it, `wasm` makes the engine of a page of it, and `notebooks` writes Parquet and HdrHistogram
//! logs.
//!
//! # How it differs from a textbook simulator
//!
//! There is no event per packet. Within an *epoch*, the time between two changes of the control plane, a FIFO link
//! knows when a packet departs as soon as it arrives ([`dataplane::shaper`]); if nothing at the far end reacts to the
//! packet, its whole future is known at that point and is booked at once. Only packets that something reacts to (echo
//! requests, packets for an [`engine::Endpoint`], and all packets where routers are visible and send ICMP errors) are
//! events at their far end. A packet that would depart or arrive past the end of an advance stays on its link, where a
//! change finds it and judges it again ([`dataplane::link::Link::change`]); equal packets that were only counted stay
//! there as a count (`engine/cell/trains.rs`).
//!
//! Segments of TCP connections ([`tcp`]) react to each other all the time. Where nobody but the other end looks at
//! them, they are told in short, two by two, and the usual ones are predicted (`engine/cell/segments.rs`,
//! `tcp/usual.rs`): a third of the work, the same bytes.
//!
//! A packet that something reacts to is one more packet of its link, known late: before it is offered, the link's other
//! senders are carried up to its turn, by their own roads (`engine/cell/journey.rs`). What reacts may send over other
//! links, so VPCs that react to each other run in windows no longer than the shortest link between them, and exchange
//! mail in one function, the meeting point of partitions, processes and machines (`engine/partition.rs`); all other
//! senders are carried link by link to the end of the advance (`engine/cell/`), on any free thread
//! (`engine/workers.rs`). Most pings need none of this: as long as their way out and back is proven to let nothing
//! wait, the replies are a sender whose packets go a fixed time after the requests, and both are counted
//! (`engine/echoes.rs`).
//!
//! Packets take the cheapest road that gives the same bytes. One function chooses it ([`engine::Road`], in
//! `engine/road.rs`), and [`engine::Effort`] reports which roads were taken:
//!
//! 1. *silent*: nothing is sent, clocks run on;
//! 2. *closed*: equal packets that do not wait are counted, not made (`cell/passing.rs`);
//! 3. *proven*: the same behind a bucket, with a proof that all senders together conform; the bucket is charged later,
//!    when its state is needed;
//! 4. *repeated*: evenly spaced senders at a saturated bucket repeat a pattern, which is verified and multiplied
//!    (`cell/repetition.rs`); so does a TCP connection that is alone in its VPCs (`engine/cycles.rs`);
//! 5. *looped*: one by one, without events; senders that share a bucket are merged in time order (`cell/looped.rs`);
//! 6. *events*, each at its instant: packets that something reacts to, and those of a replay, which all differ
//!    (`cell/journey.rs`).
//!
//! Packets watched by an observer or an interval series are looped or events: watching one link slows only that link
//! ([`engine::Interest`]); [`recording`] streams what it sees, and reads the course of a run from the books between
//! slices, which slows nothing; [`trace`] plays a run again to watch only what it has found. [`engine::Mode::Packets`]
//! makes every packet, headers included. There is no event queue across all links: order matters on a link, and between
//! VPCs only where something reacts.
//!
//! The token bucket is the `governor` crate's algorithm, on a virtual clock that ticks in 10⁻⁹ bit of the link's own
//! rate, so that every rate is exact; see [`dataplane::shaper`].
//!
//! # Words
//!
//! *Route table*: what the user wrote; *FIB*: what a look-up uses. *Peering*: the agreement; *link*: one direction of
//! its transport. *Requester*, *accepter*. *Transit*: entering over one peering to leave over another; refused.
//! *Shaper* delays, *policer* drops. *Offered*: reached the shaper; *carried*: left the far end of the link;
//! *delivered*: accepted by the host it was meant for; *misdelivered*: accepted by another. *Flow*: one sender of a
//! traffic entry, from one host to another or to an address. A packet's name is `source#sequence`. Rules are cited by
//! number (S1…S52), outcomes of packets by the names of [`model::DropReason`].

// Only the command line may use these; .clippy.toml lists them with the reasons.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr, clippy::print_stdout)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod dataplane;
pub mod diagnose;
pub mod engine;
pub mod guide;
pub mod import;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test may be told by the environment how long to look")]
#[path = "../tests/kept/mod.rs"]
mod kept;
#[cfg(feature = "session")]
pub mod lab;
pub mod lessons;
pub mod metering;
pub mod model;
pub mod notation;
pub mod recording;
pub mod report;
pub mod scaffold;
pub mod scenario;
pub mod sweep;
pub mod tcp;
pub mod trace;
pub mod units;
pub mod wire;
pub mod workload;
