//! `vpcsim sweep --find-lossless`: searches the highest rate without loss at each point (RFC 2544), the delay at that
//! rate, and the longest burst at line rate (RFC 9004). The loads to try come from [`crate::sweep`].

use super::args::SweepArgs;
use super::sweep_entry::{Tested, name_in, tested};
use super::sweep_input::{Setting, Subject};
use super::sweep_play::{Player, Stop};
use crate::report::{Burst, Delays, LosslessSearch, Snapshot, TriedRate};
use crate::scenario::Diagnostic;
use crate::sweep::{Axis, Outcome, Search, Within};
use crate::units::{BitRate, SimDuration};
use std::collections::BTreeMap;

/// The option that turns the rate.
const OPTION: &str = "--find-lossless";
/// Bytes of an Ethernet frame around its packet: header and frame check sequence.
const FRAME: u32 = 18;

/// The axis of frame sizes, if there is one.
pub(super) fn frames(args: &SweepArgs) -> Option<Axis> {
    let values = args.sizes.iter().map(u32::to_string).collect();
    (!args.sizes.is_empty()).then(|| Axis { key: "frame size".into(), values })
}

/// The settings of a frame size: the packet in the frame is to be so large.
pub(super) fn framed(key: &str, frame: u32) -> Setting {
    let entry = key.strip_suffix(".rate").unwrap_or(key);
    Setting { key: format!("{entry}.packet_size"), value: format!("{} B", frame - FRAME), option: "--sizes" }
}

/// A point at which the limits are searched.
pub(super) struct Case {
    values: Vec<String>,
    settings: Vec<Setting>,
    tested: Tested,
}

/// Every point with its entry; each could be played at line rate.
///
/// # Errors
/// One of them could not.
pub(super) fn cases(
    args: &SweepArgs,
    key: &str,
    subject: &Subject,
    points: Vec<(Vec<String>, Vec<Setting>)>,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let name = name_in(key, OPTION, subject)?;
    let case = |(values, settings): (Vec<String>, Vec<Setting>)| {
        let tested = tested(&name, subject, &settings, |rate| turn(key, rate))?;
        subject.load(&[&settings[..], &[turn(key, args.line_rate)]].concat())?;
        if args.burst && !(tested.is_constant && tested.size.is_some()) {
            let hint = "write pattern = \"constant\" and packet_size".to_owned();
            let message = format!("--burst: `{name}` does not send packets of one size back to back");
            return Err(subject.refuse(message, Some(hint)));
        }
        Ok(Case { values, settings, tested })
    };
    points.into_iter().map(case).collect()
}

fn turn(key: &str, rate: BitRate) -> Setting {
    Setting { key: key.to_owned(), value: format!("{} bps", rate.as_bps()), option: OPTION }
}

/// Searches at every point.
///
/// # Errors
/// A load cannot be played, or a bug.
pub(super) fn search(
    args: &SweepArgs,
    key: &str,
    cases: &[Case],
    player: &mut Player<'_>,
) -> Result<Vec<LosslessSearch>, Stop> {
    let within = args.resolution;
    let of_rate = |case: &Case| {
        let (key, settings) = (key.to_owned(), case.settings.clone());
        let load = move |load| [&settings[..], &[turn(&key, BitRate::from_bps(load))]].concat();
        Hunt::new(case, Search::new(case.tested.rate.as_bps(), args.line_rate.as_bps(), within), Box::new(load))
    };
    let mut rates: Vec<Hunt> = cases.iter().map(of_rate).collect();
    hunt(&mut rates, player)?;
    let mut bursts: Vec<Hunt> = match args.burst {
        true => cases.iter().map(|case| burst_hunt(case, key, args.line_rate)).collect(),
        false => Vec::new(),
    };
    hunt(&mut bursts, player)?;
    let mut searches = Vec::new();
    for (at, (case, hunt)) in cases.iter().zip(&rates).enumerate().filter(|(_, (_, hunt))| hunt.is_begun()) {
        let mut search = searched(case, hunt, player)?;
        if let Some(hunt) = bursts.get(at) {
            let packets = hunt.over().and_then(|_| hunt.search.found().lossless);
            let buffer = packets.zip(search.lossless).and_then(|(n, rate)| buffer(case, n, rate, args.line_rate));
            let limited_by = hunt.limited_by("the length of the run", player)?;
            search.burst = Some(Burst { packets, limited_by, buffer });
        }
        searches.push(search);
    }
    Ok(searches)
}

fn searched(case: &Case, hunt: &Hunt, player: &Player<'_>) -> Result<LosslessSearch, Stop> {
    let found = hunt.search.found();
    let lossless = hunt.over().and(found.lossless);
    let gap = lossless.map(|lossless| found.lossy.map_or(0, |lossy| lossy - lossless));
    let bits = case.tested.size.map(|size| u64::from(size) * 8);
    Ok(LosslessSearch {
        values: case.values.clone(),
        senders: case.tested.senders,
        trial: case.tested.window,
        lossless: lossless.map(BitRate::from_bps),
        resolution: gap.map(BitRate::from_bps),
        packets_per_s: lossless.zip(bits).map(|(rate, bits)| rate / bits),
        limited_by: hunt.limited_by("the line rate", player)?,
        delay: lossless.and_then(|load| hunt.delays.get(&load).copied().flatten()),
        burst: None,
        tried: hunt
            .search
            .tried()
            .iter()
            .map(|tried| TriedRate { rate: BitRate::from_bps(tried.load), lost: tried.outcome.lost })
            .collect(),
    })
}

/// A search for the longest burst at line rate: the number of packets is the load.
fn burst_hunt(case: &Case, key: &str, line_rate: BitRate) -> Hunt {
    let entry = key.strip_suffix(".rate").unwrap_or(key).to_owned();
    let set = |key: &str, value: String| Setting { key: format!("{entry}.{key}"), value, option: "--burst" };
    let fixed = [set("rate", format!("{} bps", line_rate.as_bps())), set("phase", "0 s".into())];
    let settings = [&case.settings[..], &fixed].concat();
    let bytes = line_rate.bytes_in(case.tested.window).as_u64();
    let most = bytes / u64::from(case.tested.size.unwrap_or(1)).max(1);
    let load = move |count: u64| {
        let count = Setting { key: format!("{entry}.count"), value: count.to_string(), option: "--burst" };
        [&settings[..], &[count]].concat()
    };
    Hunt::new(case, Search::new(1, most, Within::Load(1)), Box::new(load))
}

/// How long the burst lasts at line rate, less the share of it that passes meanwhile at the lossless rate.
fn buffer(case: &Case, packets: u64, lossless: BitRate, line_rate: BitRate) -> Option<SimDuration> {
    let line = u128::from(line_rate.as_bps());
    let bits = u128::from(packets) * u128::from(case.tested.size?) * 8;
    let lasts = bits * 1_000_000_000 / line;
    let waits = lasts * (line - u128::from(lossless.as_bps()).min(line)) / line;
    u64::try_from(waits).ok().map(SimDuration::from_nanos)
}

/// A search, and how its loads are played.
struct Hunt {
    tested: Tested,
    search: Search,
    settings: Box<dyn Fn(u64) -> Vec<Setting>>,
    delays: BTreeMap<u64, Option<Delays>>,
}

impl Hunt {
    fn new(case: &Case, search: Search, settings: Box<dyn Fn(u64) -> Vec<Setting>>) -> Hunt {
        Hunt { tested: case.tested.clone(), search, settings, delays: BTreeMap::new() }
    }

    fn is_begun(&self) -> bool {
        !self.search.tried().is_empty()
    }

    /// Something if the search is over: a signal may have come before.
    fn over(&self) -> Option<()> {
        self.search.next().is_empty().then_some(())
    }

    /// Why no higher load passes; nothing if that is not known yet.
    fn limited_by(&self, most: &str, player: &Player<'_>) -> Result<Option<String>, Stop> {
        let found = self.search.found();
        match (self.over(), found.lossy) {
            (None, _) => Ok(None),
            _ if player.is_interrupted() => Ok(None),
            (_, Some(lossy)) => {
                let dropped = player.first_drop(&(self.settings)(lossy), self.tested.id)?;
                Ok(Some(dropped.unwrap_or_else(|| "another host accepts its packets".into())))
            }
            (_, None) if found.lossless.is_none() => Ok(Some("no packet arrives within the run".into())),
            (_, None) => Ok(Some(most.to_owned())),
        }
    }
}

/// Plays the loads of all searches, round by round, until all are over or a signal comes.
fn hunt(hunts: &mut [Hunt], player: &mut Player<'_>) -> Result<(), Stop> {
    while !player.is_interrupted() {
        let next = |(at, hunt): (usize, &Hunt)| hunt.search.next().into_iter().map(move |load| (at, load)).collect();
        let loads: Vec<(usize, u64)> = hunts.iter().enumerate().flat_map(|one| -> Vec<_> { next(one) }).collect();
        if loads.is_empty() {
            return Ok(());
        }
        let points: Vec<Vec<Setting>> = loads.iter().map(|(at, load)| (hunts[*at].settings)(*load)).collect();
        let came = player.play(&points, |point, snapshot| came(snapshot, &hunts[loads[point].0].tested))?;
        for ((at, load), (outcome, delay)) in loads.iter().zip(came).filter_map(|(load, came)| Some((load, came??))) {
            hunts[*at].search.note(*load, outcome);
            hunts[*at].delays.insert(*load, delay);
        }
    }
    Ok(())
}

/// What came of the entry; none if its run was interrupted.
fn came(snapshot: &Snapshot, tested: &Tested) -> Option<(Outcome, Option<Delays>)> {
    let entry = snapshot.traffic.get(tested.id.index()).filter(|_| !snapshot.partial)?;
    let (lost, arrived) = (entry.dropped + entry.misdelivered, entry.delivered.packets > 0);
    Some((Outcome { lost, arrived }, entry.delay))
}
