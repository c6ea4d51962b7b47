//! vpcsim forwards packets through clouds that do not exist yet: a packet-forwarding data-plane simulator of cloud VPC
//! peering. This page is the map of the house as it stands.
//!
//! # The journey of a packet
//!
//! ```text
//! host emits ──▶ source subnet's route table (LPM) ──▶ local?  ──────────────▶ host in this VPC
//!                                               └─▶ peering ─▶ shaper ─▶ link ─▶ peer VPC: destination inside its
//!                                                             (token bucket)     own CIDRs? ─▶ deliver : drop
//! ```
//!
//! In files, in order: a sender makes it (`engine/sending/flow.rs`), its VPC's cell sees it off
//! (`engine/cell/journey.rs` as an event; `passing.rs` and `looped.rs` where nobody reacts), the routers decide its
//! path (`dataplane/router.rs`: [`dataplane::router::path`], by a [`dataplane::fib`]), a [`dataplane::link`] carries it
//! behind a [`dataplane::shaper`], and `engine/booking.rs` counts what came of it. Every way it can end is listed once,
//! in `model/verdict.rs` ([`model::DropReason`]), and each reason has exactly one producing line.
//!
//! # The rooms
//!
//! Imports point from right to left: `units ← wire ← model ← dataplane ← engine ← metering ← report ← cli`; whatever
//! reads texts also imports `notation`.
//!
//! * [`units`]: instants, durations, rates, sizes, shares, money; parsing and printing them; all their rounding; how
//!   foreign text is shown
//! * [`notation`]: how people and programs write things: texts, tables with numbers and times in their cells, documents
//!   in languages that tables describe, complaints with place and hint; knows no cloud, uses `units` alone
//! * [`wire`]: headers as the RFCs have them, captures as files have them; knows nothing of clouds
//! * [`model`]: what the network *is*, the control plane that changes it, and the plan of a run, as valid data
//! * [`scenario`]: text → model and plan, or complaints with place and hint; files come through [`scenario::Files`].
//!   Uses `model`, `notation` and, to read captures, `wire`
//! * [`dataplane`]: one hop at a time: pure functions of (state, now, packet)
//! * [`engine`]: virtual time: epochs, events, endpoints, books, observers; [`engine::Simulation`] and its three calls
//! * [`metering`]: what the meter's buckets mean: samples, peaks, price books, bills
//! * [`report`]: one view model a subject ([`report::Snapshot`] of a run, [`report::Invoice`] of a bill,
//!   [`report::BenchReport`] of a measurement) and everything drawn from it; no view sees the engine
//! * [`import`]: other people's descriptions → scenario text; uses `model`, `notation` and `units` alone
//! * [`scaffold`]: new scenarios as text: one to start from, one of a wanted size; uses `units` and the limits of
//!   `model`
//! * [`workload`]: the networks and plans whose cost is measured, by name; uses `model` and `units` alone, measures
//!   nothing
//! * [`guide`]: the reference for users, as texts; uses nothing
//! * [`cli`]: arguments, subcommands, the real disk, signals, the wall clock, exit codes
//!
//! # What always holds
//!
//! * **Time comes in by argument.** Only [`cli`] knows what time it is, and only it touches files and terminals.
//! * **A number with a unit is a type**; a division says how it rounds.
//! * **Parse, then trust.** A [`model::Network`] is made only by the operations of [`model::control`], each of which
//!   refuses what the rules refuse ([`model::Refusal`]); a scenario file and a timeline use the same operations.
//! * **Same seed, same bytes**, however time is sliced, on any number of threads, as runs or packet by packet, with or
//!   without observers: one order on events (time; changes, then departures, then arrivals, then senders; declaration
//!   order; sequence), a counter-based random stream per (seed, purpose, entry, flow), per-packet luck by a hash of the
//!   packet's name, books that are sums. No iteration over hash maps.
//! * **The books balance** at the end of every run, in release builds too: `emitted = delivered + dropped + in flight`,
//!   over all, per VPC and per link ([`engine::Simulation::check_books`]).
//! * **Every clever part has a dull twin** in the tests: FIB and linear scan, shaper and wide integers, engine and a
//!   one-event-at-a-time reference, slices and a single call, runs and packets, many threads and one.
//!
//! `[lints]` in `Cargo.toml`, `.clippy.toml` and `tests/house/` keep what of this can be read off the text.
//!
//! # The core alone
//!
//! `--no-default-features` leaves everything but [`cli`]: no clock, file, terminal or thread, on any target, and the
//! same bytes. The features give back one thing each: `render` draws complaints for people, `pictures` draws bills,
//! `threads` carries VPCs on several threads (`engine/workers.rs` is the seam), and `cli`, the default, is
//! the program with all of them.
//!
//! # How it differs from a textbook simulator
//!
//! There is no event per packet. Within an *epoch*, the time between two changes of the control plane, a FIFO link
//! knows when a packet departs as soon as it arrives ([`dataplane::shaper`]), and if nobody at the far end reacts to
//! it, its whole future is known then and is booked at once. Only packets that somebody reacts to (echo requests, an
//! [`engine::Endpoint`]'s, and everything where routers are visible and send ICMP errors) are events at their far end.
//! A packet that would depart or arrive past the end of an advance stays on its link, where a change finds and
//! re-judges it ([`dataplane::link::Link::change`]); equal ones that were only counted stay there as a count
//! (`engine/cell/trains.rs`).
//!
//! A VPC that nobody reacts to runs alone to the end of the advance, link by link (`engine/cell/`), on whichever thread
//! is free (`engine/workers.rs`); the others run in windows no longer than the shortest link between them
//! and exchange mail in one function, which is where partitions, processes and machines meet (`engine/partition.rs`).
//! Packets take the cheapest road that gives the same bytes. One function chooses it ([`engine::Road`], in
//! `engine/road.rs`), and [`engine::Effort`] says which were taken:
//!
//! 1. *silent*: nothing is sent, clocks run on;
//! 2. *closed*: equal packets that do not wait are counted, not made (`cell/passing.rs`);
//! 3. *proven*: the same behind a bucket, with a proof that all senders together conform (`cell/proof.rs`); the bucket
//!    is charged later, if somebody looks;
//! 4. *repeated*: evenly spaced senders at a saturated bucket repeat a pattern, which is verified and multiplied
//!    (`cell/repetition.rs`);
//! 5. *looped*: one by one, without events; senders that share a bucket are merged in the order of time
//!    (`cell/looped.rs`);
//! 6. *events*, where something reacts, and in a VPC that replays a capture, whose packets all differ
//!    (`cell/journey.rs`).
//!
//! Whatever an observer or an interval series looks at is looped or an event: watching one link slows that link alone
//! ([`engine::Interest`]). [`engine::Mode::Packets`] makes every packet, headers included. There is no queue of events
//! over all links: order matters on a link, and between VPCs only where something reacts.
//!
//! The token bucket is governor's, on a clock that ticks in 10⁻⁹ bit of the link's own rate, so that every rate is
//! exact; see [`dataplane::shaper`].
//!
//! # Words
//!
//! *Route table*: what the user wrote; *FIB*: what a look-up uses. *Peering*: the agreement; *link*: one direction of
//! its transport. *Requester*, *accepter*. *Transit*: entering over one peering to leave over another; refused.
//! *Shaper* delays, *policer* drops. *Offered*: reached the shaper; *carried*: left the far end of the link;
//! *delivered*: accepted by the host it was meant for; *misdelivered*: accepted by another. *Flow*: one sender of a
//! traffic entry, a host to another or to an address. A packet's name is `source#sequence`. Rules are cited by number
//! (S1…S52), end codes by the names of [`model::DropReason`].

// What only the command line may do; .clippy.toml has the list with the reasons.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr, clippy::print_stdout)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod dataplane;
pub mod engine;
pub mod guide;
pub mod import;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test may be told by the environment how long to look")]
#[path = "../tests/kept/mod.rs"]
mod kept;
pub mod metering;
pub mod model;
pub mod notation;
pub mod report;
pub mod scaffold;
pub mod scenario;
pub mod units;
pub mod wire;
pub mod workload;
