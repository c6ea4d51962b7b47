//! A packet as a script writes it, and as it is written in a complaint. Not a segment: what our state machine makes of
//! it is in `side.rs`.

use std::fmt::{self, Display, Formatter};

/// Bits of the header. That a segment has data to push is of no interest, since there is no data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bits {
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    pub ece: bool,
    pub cwr: bool,
}

/// What is known of the options of a packet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    pub mss: Option<u32>,
    pub scale: Option<u8>,
    pub has_sack: bool,
    pub has_timestamp: bool,
    /// Ranges that arrived beyond the acknowledgment.
    pub blocks: Vec<(u64, u64)>,
    /// Those that change what the packet means, and that the state machine does not know.
    pub foreign: Option<String>,
    /// `<...>`: whatever they are.
    pub is_any: bool,
}

/// A packet, with the numbers of its own direction counted from its SYN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packet {
    pub bits: Bits,
    pub sequence: u64,
    pub length: u64,
    pub acknowledged: Option<u64>,
    /// As the header has it: not scaled.
    pub window: Option<u64>,
    pub options: Options,
    /// Marked on the way.
    pub is_marked: bool,
}

impl Packet {
    /// Reads what stands behind `<` or `>`.
    pub fn parse(text: &str) -> Result<Packet, String> {
        let (head, options) = match text.split_once('<') {
            Some((head, rest)) => (head, rest.rsplit_once('>').ok_or("options without an end")?.0),
            None => (text, ""),
        };
        let mut words = head.split_whitespace().peekable();
        let mut packet = Packet { options: Options::parse(options)?, ..Packet::default() };
        while let Some(word) = words.next_if(|word| word.starts_with('[')) {
            packet.is_marked |= word == "[ce]";
        }
        packet.bits = bits(words.next().ok_or("no flags")?)?;
        (packet.sequence, packet.length) = range(words.next().ok_or("no numbers")?)?;
        while let Some(name) = words.next() {
            let number = words.next().and_then(|word| word.parse().ok()).ok_or(format!("`{name}` without a number"))?;
            match name {
                "ack" => packet.acknowledged = Some(number),
                "win" => packet.window = Some(number),
                _ => return Err(format!("unknown word `{name}` in a packet")),
            }
        }
        Ok(packet)
    }
}

fn bits(word: &str) -> Result<Bits, String> {
    let known = |letter| "SFRP.EW".contains(letter);
    match word.chars().find(|letter| !known(*letter)) {
        Some(_) => Err(format!("unknown flags `{word}`")),
        None => Ok(Bits {
            syn: word.contains('S'),
            fin: word.contains('F'),
            rst: word.contains('R'),
            ece: word.contains('E'),
            cwr: word.contains('W'),
        }),
    }
}

/// `1:1001(1000)`: where it begins, and how long it is.
fn range(word: &str) -> Result<(u64, u64), String> {
    let parts = word.strip_suffix(')').and_then(|word| word.split_once('('));
    let numbers = parts.and_then(|(ends, length)| {
        let (start, end) = ends.split_once(':')?;
        let (start, end, length) = (start.parse::<u64>().ok()?, end.parse::<u64>().ok()?, length.parse().ok()?);
        (end == start + length).then_some((start, length))
    });
    numbers.ok_or(format!("no numbers: `{word}`"))
}

impl Options {
    fn parse(text: &str) -> Result<Options, String> {
        let mut options = Options::default();
        for option in text.split(',').map(str::trim).filter(|option| !option.is_empty()) {
            let (name, rest) = option.split_once(' ').unwrap_or((option, ""));
            let bad = || format!("option `{option}`");
            match name {
                "nop" | "eol" => {}
                "..." => options.is_any = true,
                "mss" => options.mss = Some(rest.parse().map_err(|_| bad())?),
                "wscale" => options.scale = Some(rest.parse().map_err(|_| bad())?),
                "sackOK" => options.has_sack = true,
                "TS" => options.has_timestamp = true,
                "sack" => {
                    for block in rest.split_whitespace() {
                        let ends = block.split_once(':').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                        options.blocks.push(ends.ok_or_else(bad)?);
                    }
                }
                _ => options.foreign = Some(name.to_string()),
            }
        }
        Ok(options)
    }
}

impl Display for Packet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Bits { syn, fin, rst, ece, cwr } = self.bits;
        let is_answer = self.acknowledged.is_some();
        for (letter, is_set) in [("S", syn), ("F", fin), ("R", rst), ("E", ece), ("W", cwr), (".", is_answer)] {
            f.write_str(if is_set { letter } else { "" })?;
        }
        write!(f, " {}:{}({})", self.sequence, self.sequence + self.length, self.length)?;
        if let Some(number) = self.acknowledged {
            write!(f, " ack {number}")?;
        }
        if !self.options.blocks.is_empty() {
            let blocks: Vec<String> = self.options.blocks.iter().map(|(a, b)| format!("{a}:{b}")).collect();
            write!(f, " <sack {}>", blocks.join(" "))?;
        }
        Ok(())
    }
}
