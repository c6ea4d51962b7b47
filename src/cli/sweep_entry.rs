//! The traffic entry whose rate a tester turns: from a key such as `traffic.sync.rate` to the entry of a plan.

use super::sweep_input::{Setting, Subject};
use crate::model::TrafficId;
use crate::model::plan::{Pace, PacketSize, Pattern};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::{BitRate, SimDuration};

/// What is known of the entry before it is played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tested {
    pub id: TrafficId,
    pub name: String,
    /// The rate that the file states.
    pub rate: BitRate,
    /// Each sends at that rate.
    pub senders: usize,
    /// The IPv4 total length of its packets, if all have the same.
    pub size: Option<u16>,
    /// How long it sends.
    pub window: SimDuration,
    pub is_constant: bool,
}

/// The name of the entry whose rate a key gives.
///
/// # Errors
/// It is no such key.
pub(super) fn name_in(key: &str, option: &str, subject: &Subject) -> Result<String, Vec<Diagnostic>> {
    let name = key.strip_prefix("traffic.").and_then(|rest| rest.strip_suffix(".rate"));
    let name = name.map(|name| name.trim_matches('"')).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| {
        let hint = "write the rate of an entry, such as traffic.sync.rate".to_owned();
        subject.refuse(format!("{option}: `{key}` is not the rate of a traffic entry"), Some(hint))
    })
}

/// The entry of this name with the rate that the file states.
///
/// # Errors
/// What the file lacks: the entry, or a pattern with a rate.
pub(super) fn tested(
    name: &str,
    subject: &Subject,
    settings: &[Setting],
    turn: impl Fn(BitRate) -> Setting,
) -> Result<Tested, Vec<Diagnostic>> {
    let scenario = subject.load(settings)?;
    if let Some(found) = find(name, &scenario) {
        return Ok(found);
    }
    // The reader of the file says best what is wrong with the key.
    let turned = [settings, &[turn(BitRate::from_mbps(1))]].concat();
    subject.load(&turned)?;
    let hint = "patterns with a rate are constant, poisson and on_off".to_owned();
    Err(subject.refuse(format!("`{name}` is no traffic entry with a rate"), Some(hint)))
}

fn find(name: &str, scenario: &Scenario) -> Option<Tested> {
    let entries = &scenario.plan.traffic;
    let at = entries.iter().position(|entry| entry.name.as_str() == name)?;
    let entry = &entries[at];
    let (Pattern::Constant(pace) | Pattern::Poisson(pace) | Pattern::OnOff { pace, .. }) = &entry.pattern else {
        return None;
    };
    let Pace::Rate(rate) = pace else { return None };
    Some(Tested {
        id: TrafficId(at as u32),
        name: name.to_owned(),
        rate: *rate,
        senders: entry.senders(),
        size: if let PacketSize::Fixed(size) = entry.size { Some(size) } else { None },
        window: entry.stop.min(scenario.plan.duration).since(entry.start),
        is_constant: matches!(entry.pattern, Pattern::Constant(_)),
    })
}
