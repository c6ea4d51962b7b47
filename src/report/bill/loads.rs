//! The samples behind a bill, for charts: one JSON document in one line.
//!
//! ```json
//! {"format": "vpcsim-loads", "version": 1, "window_s": 300,
//!  "peerings": [{"peering": "line", "from": "a", "to": "b", "start_s": 1496246400, "cap_bps": [[0, 100000000]],
//!                "out_bits": [2999996000, …], "in_bits": […], "partial": [0, 287]}]}
//! ```
//!
//! Sample `k` is that of the window that begins `k · window_s` after `start_s`, in seconds since 1970; zeros at the end
//! of a list are left out. `out` is seen from the requester, `from`. A cap holds from its sample on; `null` is none.
//! `partial` has the numbers of the samples that were measured only in part.

use crate::metering::{Limit, Sample, Series, WINDOW};
use crate::model::Direction;
use crate::report::format::json::line;
use crate::units::BitRate;
use serde::Serialize;

/// The JSON document's `format`.
pub const LOADS_FORMAT: &str = "vpcsim-loads";
/// The JSON document's `version`.
pub const LOADS_VERSION: u32 = 1;

#[derive(Serialize)]
struct Loads<'a> {
    format: &'static str,
    version: u32,
    window_s: i64,
    peerings: Vec<PeeringLoads<'a>>,
}

#[derive(Serialize)]
struct PeeringLoads<'a> {
    peering: &'a str,
    from: &'a str,
    to: &'a str,
    start_s: i64,
    cap_bps: Vec<(usize, Option<BitRate>)>,
    out_bits: Vec<u64>,
    in_bits: Vec<u64>,
    partial: Vec<usize>,
}

/// The samples of all peerings that have any.
pub fn loads_json(series: &[Series]) -> String {
    let peerings = series.iter().filter_map(of_peering).collect();
    let loads = Loads { format: LOADS_FORMAT, version: LOADS_VERSION, window_s: WINDOW, peerings };
    line(&loads) + "\n"
}

fn of_peering(series: &Series) -> Option<PeeringLoads<'_>> {
    let start = series.samples.first()?.start.as_second();
    let place = |sample: &Sample| usize::try_from((sample.start.as_second() - start) / WINDOW).unwrap_or_default();
    let bits = |direction| {
        let mut bits = Vec::new();
        for sample in series.samples.iter().filter(|sample| sample.measured(direction).bits() > 0) {
            bits.resize(place(sample), 0);
            bits.push(sample.measured(direction).bits());
        }
        bits
    };
    let mut caps: Vec<(usize, Option<BitRate>)> = Vec::new();
    for sample in &series.samples {
        let cap = if let Limit::Cap(cap) = sample.limit { Some(cap) } else { None };
        if caps.last().is_none_or(|(_, last)| *last != cap) {
            caps.push((place(sample), cap));
        }
    }
    Some(PeeringLoads {
        peering: &series.subject.peering,
        from: &series.subject.requester.vpc,
        to: &series.subject.accepter.vpc,
        start_s: start,
        cap_bps: caps,
        out_bits: bits(Direction::Out),
        in_bits: bits(Direction::In),
        partial: series.samples.iter().filter(|sample| sample.partial).map(place).collect(),
    })
}
