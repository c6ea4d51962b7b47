//! A replay entry: its keys -> a pattern, and warnings about the capture. `stage` turns the capture into a replay.

use super::super::Loader;
use super::cast::Mapping;
use super::echoes::Answers;
use super::ways::Above;
use super::{Staged, Terms, Unplayable, stage};
use crate::model::HostId;
use crate::model::plan::{Destination, Pattern};
use crate::notation::{Datum, Entity, Pair, address, nearest};
use crate::units::{self, ByteSize, Factor, SimDuration, SimTime, grouped};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// How many addresses of the capture are searched for one similar to a misspelt address.
const ADDRESSES_COMPARED: usize = 1_000;

impl Loader<'_> {
    /// The pattern of a `replay` entry that sends in `window`.
    pub(in crate::scenario) fn replayed(
        &mut self,
        entity: &Entity,
        from: &[HostId],
        to: &Destination,
        window: Option<units::Span>,
    ) -> Option<Pattern> {
        let pinned = self.pinned(entity);
        let to = match to {
            Destination::Hosts { hosts, .. } => hosts.to_vec(),
            Destination::Address(_) => Vec::new(),
        };
        let terms = self.terms(entity, window);
        let file = self.read_file(entity, "file")?;
        let (pinned, terms) = (pinned?, terms?);
        let mapping = Mapping { from, to: &to, pinned: &pinned };
        let interface = entity.get::<String>("interface").map(String::as_str);
        match stage((file, interface), &mapping, &terms, &self.network) {
            Ok(staged) => {
                self.note_capture(entity, &staged, &terms);
                self.note_large(entity, &staged);
                self.note_map(entity, &staged.addresses);
                Some(Pattern::Replay(Arc::new(staged.replay)))
            }
            Err(Unplayable { key, wrong }) => {
                self.out.wrong(entity.span(key), wrong);
                None
            }
        }
    }

    /// The addresses whose host the user has chosen.
    fn pinned(&mut self, entity: &Entity) -> Option<BTreeMap<Ipv4Addr, HostId>> {
        let mut map = Vec::new();
        for Pair { key, value } in entity.get::<Vec<Pair>>("map").into_iter().flatten() {
            let address = address(&key.value, key.span, &mut self.out);
            let Datum::Text(name) = &value.value else { continue };
            let host = self.host_called(name, value.span);
            map.push(address.zip(host));
        }
        map.into_iter().collect()
    }

    fn terms(&mut self, entity: &Entity, window: Option<units::Span>) -> Option<Terms> {
        let speed = entity.get::<Factor>("speed").copied().unwrap_or(Factor::ONE);
        if speed.as_ppb() == 0 {
            self.out
                .error(entity.span("speed"), "`speed` cannot be 0")
                .hint("for example 2 is twice as fast as captured");
            return None;
        }
        let count = entity.get("count").copied().unwrap_or(u64::MAX);
        let passes = entity.get("repeat").copied().unwrap_or(1);
        let segment_size = entity.get::<ByteSize>("segment_size").and_then(|size| u16::try_from(size.as_u64()).ok());
        let units::Span { from, until } = window?;
        let first = from + entity.get("phase").copied().unwrap_or(SimDuration::ZERO);
        Some(Terms {
            max_gap: entity.get("max_gap").copied(),
            speed,
            passes,
            answers: Answers::named(entity.get::<String>("answers").map_or("", String::as_str)),
            segment_size,
            span: until.since(first),
            is_stopped: self.end.is_some_and(|end| until < end),
            count,
        })
    }

    /// Warns of what the numbers alone do not show.
    fn note_capture(&mut self, entity: &Entity, staged: &Staged, terms: &Terms) {
        let span = entity.span("file");
        if let Some(place) = &staged.cut {
            let taken = grouped(staged.counts.frames);
            let message = format!("the capture is cut off {place}; the {taken} whole packets before it are taken");
            self.out.warning(span, message);
        }
        let places = staged.taken_from.len() + staged.unnamed;
        if places > 1 {
            let message =
                format!("the packets of {places} interfaces are replayed: one that was seen at several is sent again");
            let hint = match staged.taken_from.first() {
                Some(first) => format!("interface = \"{first}\" takes what one of them saw"),
                None => "they have no names to choose one by: save what one of them saw as a capture of its own".into(),
            };
            self.out.warning(span, message).hint(hint);
        }
        let sent = staged.packets - staged.unsent.late - staged.unsent.beyond_count;
        if sent == 0 {
            let (reason, hint) = nothing_sent(staged);
            self.out.warning(span, format!("nothing of the capture will be sent: {reason}")).hint(hint);
        } else if staged.first_pass_late > 0 && !terms.is_stopped {
            let end = self.end.unwrap_or(SimTime::NEVER);
            let (late, all) = (grouped(staged.first_pass_late), grouped(staged.packets / terms.passes));
            let length = clocked(terms.speed.shorten(staged.played_length.as_nanos().into()));
            let message =
                format!("{late} of {all} packets lie behind the end of the run at {end}: the replay lasts {length}");
            let hint = "make `duration` longer, or use `max_gap` or `speed`; say `stop` if it is meant";
            self.out.warning(span, message).hint(hint);
        }
    }

    /// Warns of packets that are too large for their path.
    fn note_large(&mut self, entity: &Entity, staged: &Staged) {
        let of_each = if staged.replay.passes > 1 { " of each pass" } else { "" };
        if let Some(Above { packets, mtu, place }) = &staged.above {
            let key = if entity.has("segment_size") { "segment_size" } else { "file" };
            let message = format!(
                "{} TCP packets{of_each} are above the MTU of {place}, {mtu} B, and will be dropped: \
                 segmentation offload made them",
                grouped(*packets)
            );
            let hint = format!("segment_size = \"{} B\" cuts them", (*mtu).min(1_500));
            self.out.warning(entity.span(key), message).hint(hint);
        }
        if staged.left_out.too_long > 0 {
            let packets = grouped(staged.left_out.too_long);
            let message = format!("{packets} TCP packets{of_each} are longer than a packet can be, and left out");
            self.out.warning(entity.span("file"), message).hint("segment_size = \"1500 B\" cuts them");
        }
        if staged.uncut > 0 {
            let packets = grouped(staged.uncut);
            let message = format!("{packets} TCP packets{of_each} above `segment_size` cannot be cut and stay whole");
            let hint = "their headers were not captured so far, or leave no room for data";
            self.out.warning(entity.span("segment_size"), message).hint(hint);
        }
    }

    /// Warns of addresses in `map` that do not occur in the capture.
    fn note_map(&mut self, entity: &Entity, addresses: &BTreeSet<Ipv4Addr>) {
        for Pair { key, value } in entity.get::<Vec<Pair>>("map").into_iter().flatten() {
            let Ok(address) = key.value.trim().parse::<Ipv4Addr>() else { continue };
            let Datum::Text(host) = &value.value else { continue };
            if addresses.contains(&address) {
                continue;
            }
            // Of two equally similar spellings, the numerically nearer address wins.
            let mut known: Vec<Ipv4Addr> = addresses.iter().copied().take(ADDRESSES_COMPARED).collect();
            known.sort_by_key(|known| u32::from(*known).abs_diff(u32::from(address)));
            let known: Vec<String> = known.iter().map(Ipv4Addr::to_string).collect();
            let near = nearest(&address.to_string(), known.iter().map(String::as_str));
            let message = format!("{address} does not occur in the capture: `{host}` does not play it");
            let complaint = self.out.warning(key.span, message);
            if let Some(near) = near {
                complaint.hint(format!("did you mean {near}?"));
            }
        }
    }
}

/// A length as a clock time: it may be years.
fn clocked(length: SimDuration) -> SimTime {
    SimTime::ZERO + length
}

/// The main reason why nothing is sent, and what to do about it.
fn nothing_sent(staged: &Staged) -> (String, &'static str) {
    let Staged { counts, left_out, .. } = staged;
    let length = clocked(staged.length);
    let frames = grouped(counts.frames);
    if counts.frames == counts.empty {
        return ("it holds no packets".to_owned(), "capture anew");
    }
    if counts.ipv4 == 0 {
        let kinds = [
            (counts.not_ipv4, "are not IPv4"),
            (counts.malformed, "have no whole IPv4 header, or contradictory lengths"),
            (counts.unsupported_link, "are of a link type that cannot be read"),
            (counts.elsewhere, "are of other interfaces"),
        ];
        let (count, kind) = kinds.into_iter().rev().max_by_key(|(count, _)| *count).unwrap_or_default();
        let count = grouped(count);
        return (
            format!("{count} of its {frames} packets {kind} (it is {length} long)"),
            "only IPv4 packets are replayed",
        );
    }
    let ipv4 = grouped(counts.ipv4);
    if staged.packets == 0 {
        let kinds = [
            (left_out.unmapped, "have no host", "name hosts in `from` and `to`, or give addresses hosts with `map`"),
            (left_out.to_itself, "go from a host to itself", "name more hosts in `from` and `to`"),
            (left_out.too_long, "are longer than a packet can be", "segment_size = \"1500 B\" cuts them"),
        ];
        let (count, kind, hint) = kinds.into_iter().rev().max_by_key(|(count, ..)| *count).unwrap_or_default();
        return (format!("{} of its {ipv4} IPv4 packets {kind} (it is {length} long)", grouped(count)), hint);
    }
    let reason = format!("its first packet already lies behind the end (it is {length} long)");
    (reason, "begin earlier: see `start`, `phase` and `stop`")
}
