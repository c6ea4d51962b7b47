//! Packet sizes of a traffic entry: fixed, a mix with weights, a mix from a file.

use super::Loader;
use super::keys::{PACKET_MAX, PACKET_MIN};
use super::sends::Sends;
use crate::model::plan::PacketSize;
use crate::notation::{COMPLAINTS_MAX, Datum, Entity, Pair, TextSpan, lines};
use crate::units::{ByteSize, Share};

/// 64, 594 and 1518 byte Ethernet frames in the ratio 7 : 4 : 1, minus 18 bytes of Ethernet each.
const IMIX: [(u16, u32); 3] = [(46, 7), (576, 4), (1500, 1)];
/// The size of an echo request sent by `ping`.
const PING: u16 = 84;
const KEYS: [&str; 4] = ["packet_size", "payload", "sizes", "sizes_file"];
/// Cumulative shares are counted in this many parts per percent: 100 % is then 10⁹, as in [`crate::units::Share`].
const PER_PERCENT: u64 = 10_000_000;

/// The sizes that something may have.
pub(super) struct Legal {
    pub what: &'static str,
    pub measure: &'static str,
    pub least: u64,
    pub most: u64,
}

const PACKETS: Legal = Legal { what: "packet", measure: "an IPv4 total length", least: PACKET_MIN, most: PACKET_MAX };

impl Loader<'_> {
    /// The packet sizes of an entry; complains unless exactly one key gives them. A capture has its own sizes.
    pub(super) fn packet_size(&mut self, entity: &Entity, sends: Sends) -> Option<PacketSize> {
        if matches!(sends, Sends::Capture | Sends::Segments) {
            return Some(PacketSize::Fixed(u16::MAX));
        }
        match self.given_size(entity, &KEYS)? {
            None if sends == Sends::Echoes => Some(PacketSize::Fixed(PING)),
            None if entity.broken => None,
            None => {
                self.out.error(entity.at, format!("{} needs a `packet_size`", entity.path)).hint(
                    "add for example packet_size = \"1500 B\" (IPv4 total length), or `payload`, \
                     `sizes` or `sizes_file`",
                );
                None
            }
            Some("packet_size") => fixed(entity.get::<ByteSize>("packet_size")?.as_u64()),
            Some("payload") => fixed(entity.get::<ByteSize>("payload")?.as_u64() + PACKET_MIN),
            Some("sizes") => self.inline_mix(entity),
            Some(_) => {
                let mix = self.mix_from_file(entity, &PACKETS)?;
                Some(PacketSize::Mix(mix.into_iter().map(|(size, weight)| (size as u16, weight)).collect()))
            }
        }
    }

    /// Which of these keys gives a size; complains about two of them, and about a form without a file.
    pub(super) fn given_size(&mut self, entity: &Entity, keys: &[&'static str]) -> Option<Option<&'static str>> {
        if entity.has("sizes_form") && !entity.has("sizes_file") {
            self.out
                .error(entity.key_span("sizes_form"), "`sizes_form` says how to read a `sizes_file`, and there is none")
                .hint("leave it out, or name the file");
            return None;
        }
        let mut given = keys.iter().copied().filter(|key| entity.has(key));
        let (first, second) = (given.next(), given.next());
        let Some((first, second)) = first.zip(second) else { return Some(first) };
        self.out
            .error(entity.key_span(second), format!("{} has both `{first}` and `{second}`", entity.path))
            .label(entity.key_span(first), "the other one")
            .hint("keep one of them");
        None
    }

    fn inline_mix(&mut self, entity: &Entity) -> Option<PacketSize> {
        let Some(pairs) = entity.get::<Vec<Pair>>("sizes") else { return Some(PacketSize::Mix(IMIX.into())) };
        let mut mix = Vec::new();
        for Pair { key, value } in pairs {
            let size = match key.value.parse::<ByteSize>() {
                Ok(size) => self.legal_size(size.as_u64(), &PACKETS, key.span),
                Err(wrong) => {
                    let hint = wrong.hint().unwrap_or_else(|| "write a size such as \"1500 B\"".into());
                    self.out.error(key.span, wrong.to_string()).hint(hint);
                    None
                }
            };
            let Datum::Integer(weight) = value.value else { continue };
            mix.extend(size.map(|size| size as u16).zip(u32::try_from(weight).ok()));
        }
        if mix.is_empty() && pairs.is_empty() {
            self.out
                .error(entity.span("sizes"), "`sizes` names no size")
                .hint("write { \"64 B\" = 7, \"1500 B\" = 1 }");
        }
        (mix.len() == pairs.len() && !mix.is_empty()).then(|| PacketSize::Mix(mix.into()))
    }

    /// Lines of `size weight`, or of `size cumulative-percent`, of sizes that are legal.
    pub(super) fn mix_from_file(&mut self, entity: &Entity, legal: &Legal) -> Option<Vec<(u64, u32)>> {
        let cumulative = entity.get::<String>("sizes_form").is_some_and(|form| form == "cdf");
        let source = self.read_text_file(entity, "sizes_file")?;
        let said = self.out.source(source).clone();
        let (mut mix, mut below, mut wrong) = (Vec::new(), 0, 0);
        for (place, line) in lines(said.text()) {
            let span = TextSpan::of(source, place);
            let before = self.out.count();
            // A size without weight is never sent, so it is not checked.
            if let Some((size, weight)) =
                self.size_line(line, cumulative.then_some(below), span).filter(|line| line.1 > 0)
            {
                below += weight;
                let size = self.legal_size(size, legal, span);
                mix.extend(size.zip(u32::try_from(weight).ok()));
            }
            if self.out.count() > before {
                wrong += 1;
                if wrong > COMPLAINTS_MAX {
                    self.out.forget_after(before);
                }
            }
        }
        if wrong > 0 {
            self.and_more(TextSpan::end_of(source, said.text().len()), wrong, 0);
            return None;
        }
        if !entity.has("sizes_form") && rises_to_hundred(&mix) {
            self.out
                .warning(entity.span("sizes_file"), "the weights in this file rise to 100, as cumulative percent do")
                .hint("add sizes_form = \"cdf\", or \"weights\" if they are none");
        }
        if mix.is_empty() || (cumulative && below != 100 * PER_PERCENT) {
            let (what, hint) = match mix.is_empty() {
                true => ("gives no size any weight", "each line is a size in bytes and its weight, such as 1500 12"),
                false => ("does not end at 100 percent", "for plain weights, leave `sizes_form` out"),
            };
            self.out.error(entity.span("sizes_file"), format!("this file {what}")).hint(hint);
            return None;
        }
        Some(mix)
    }

    /// A size in bytes, and its weight: the number itself, or the increase of the cumulative percentage over `below`.
    fn size_line(&mut self, line: &str, below: Option<u64>, span: TextSpan) -> Option<(u64, u64)> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let parsed = match words.as_slice() {
            [size, number] => {
                let number = match below {
                    Some(_) => format!("{number} %").parse::<Share>().ok().map(Share::as_ppb),
                    None => number.parse::<u32>().ok().map(u64::from),
                };
                size.parse().ok().zip(number)
            }
            _ => None,
        };
        let Some((size, number)) = parsed else {
            let (second, example) = match below {
                Some(_) => ("a cumulative percent up to 100", "1500 12.5"),
                None => ("a whole weight", "1500 12"),
            };
            self.out
                .error(span, format!("a line is a size in bytes and {second}"))
                .hint(format!("write for example {example}"));
            return None;
        };
        let weight = number.checked_sub(below.unwrap_or(0)).filter(|_| below.is_none() || number <= 100 * PER_PERCENT);
        if weight.is_none() {
            self.out
                .error(span, "cumulative percent must not fall, and end at 100")
                .hint("for plain weights, leave `sizes_form` out");
        }
        Some(size).zip(weight)
    }

    fn legal_size(&mut self, size: u64, legal: &Legal, span: TextSpan) -> Option<u64> {
        let Legal { what, measure, least, most } = legal;
        let is_legal = (*least..=*most).contains(&size);
        if !is_legal {
            self.out
                .error(span, format!("no {what} has {size} bytes"))
                .hint(format!("{measure} goes from {least} B to {most} B"));
        }
        is_legal.then_some(size)
    }
}

/// Whether weights look like cumulative percent.
fn rises_to_hundred(mix: &[(u64, u32)]) -> bool {
    mix.len() > 2 && mix.is_sorted_by_key(|(_, weight)| *weight) && mix.last().is_some_and(|(_, weight)| *weight == 100)
}

fn fixed(size: u64) -> Option<PacketSize> {
    u16::try_from(size).ok().map(PacketSize::Fixed)
}
