//! What a script asks for before it begins: which side ours is, how it behaves, and what there will be to send. Where
//! our state machine cannot be asked, it says why. Runs nothing.

use super::packet::Packet;
use super::script::{Call, Event, Script, What, When};

/// Which side ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It opens.
    Client,
    /// It is opened, and answers when everything of the other side has arrived, which is what our servers do.
    Server,
    /// It is opened, and sends whenever the program says so. Ours cannot: instead it opens when the script's SYN comes,
    /// and hears that it is open when the script's side does. Everything after that is the same.
    Mirrored,
}

/// How a connection is made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub role: Role,
    /// All that is ever sent, if the program closes before it is; else the program closes later, or never.
    pub size: Option<u64>,
    pub mss: u32,
    pub sack: bool,
    /// Whether both sides told in their SYN that they can tell marks.
    pub ecn: bool,
    pub reno: bool,
    pub initial_window: Option<u32>,
    /// Waits as Linux assumes them: it acknowledges the first segments of a connection at once, and the other side may
    /// take 200 ms for it (RFC 8985 section 7.2).
    pub is_quick: bool,
    pub retries: Option<u8>,
    pub syn_retries: Option<u8>,
    /// By how much the other side's windows are shifted.
    pub scale: u8,
}

const MSS: u32 = 1_460;
/// What timestamps take of each segment.
const TIMESTAMP: u32 = 12;

impl Call {
    /// The bytes that it supplies.
    pub fn supplies(&self) -> u64 {
        let is_one = ["write", "writev", "send", "sendto", "sendmsg", "sendfile", "splice"].contains(&&*self.name);
        if is_one { self.result.try_into().unwrap_or(0) } else { 0 }
    }

    /// Whether nothing is sent after it.
    pub fn closes(&self) -> bool {
        let is_shut = self.name == "shutdown" && !self.arguments.trim_end().ends_with("SHUT_RD");
        self.result == 0 && (self.name == "close" || is_shut)
    }
}

impl Plan {
    /// Makes a plan, or says why there is none.
    pub fn of(script: &Script, is_foreign: bool) -> Result<Plan, String> {
        let opens = script.calls().any(|call| call.name == "connect");
        if let Some(reason) = unable(script, opens) {
            return Err(reason);
        }
        let theirs = syn(script, |what| if let What::Hear(packet) = what { Some(packet) } else { None });
        let ours = syn(script, |what| if let What::Expect(packet) = what { Some(packet) } else { None });
        let is_stamped = |packet: &Packet| packet.options.has_timestamp;
        let takes = if is_stamped(&theirs) && is_stamped(&ours) { TIMESTAMP } else { 0 };
        let mss = theirs.options.mss.unwrap_or(MSS).min(ours.options.mss.unwrap_or(MSS));
        let mss = mss.saturating_sub(takes).max(1);
        let role = match () {
            () if opens => Role::Client,
            () if is_answer(script) => Role::Server,
            () => Role::Mirrored,
        };
        let total = script.calls().map(Call::supplies).sum();
        Ok(Plan {
            role,
            size: (role == Role::Server || closes_at_once(script)).then_some(total),
            mss: option(script, "TCP_MAXSEG").map_or(mss, |most: u32| mss.min(most)),
            sack: theirs.options.has_sack && setting(script, "tcp_sack=") != Some(0u8),
            ecn: theirs.bits.ece && ours.bits.ece,
            reno: script.commands().any(|command| command.contains("tcp_congestion_control=reno"))
                || script.calls().any(|call| call.arguments.contains("TCP_CONGESTION, \"reno\"")),
            is_quick: is_foreign,
            initial_window: setting(script, "initcwnd "),
            retries: setting(script, "tcp_retries2="),
            syn_retries: setting(script, "tcp_syn_retries=").or(setting(script, "tcp_synack_retries=")),
            scale: theirs.options.scale.unwrap_or(0),
        })
    }
}

/// The first SYN in one direction.
fn syn(script: &Script, direction: impl Fn(&What) -> Option<&Packet>) -> Packet {
    let mut packets = script.events.iter().filter_map(|event| direction(&event.what));
    packets.find(|packet| packet.bits.syn).cloned().unwrap_or_default()
}

/// The number behind `name` in a command.
fn setting<N: std::str::FromStr>(script: &Script, name: &str) -> Option<N> {
    let number = |command: &str| {
        let rest = &command[command.find(name)? + name.len()..];
        rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
    };
    script.commands().find_map(number)
}

/// The number that an option of the socket is set to.
fn option<N: std::str::FromStr>(script: &Script, name: &str) -> Option<N> {
    let mut calls = script.calls().filter(|call| call.name == "setsockopt" && call.arguments.contains(name));
    calls.find_map(|call| call.arguments.split_once('[')?.1.split(']').next()?.trim().parse().ok())
}

/// Whether ours is a server that answers: everything it sends comes right after the other side's FIN, or nothing does.
fn is_answer(script: &Script) -> bool {
    let ends = |event: &Event| matches!(&event.what, What::Hear(packet) if packet.bits.fin);
    let is_ours = |event: &Event| matches!(&event.what, What::Call(call) if call.supplies() > 0 || call.closes());
    match (script.events.iter().position(ends), script.events.iter().position(is_ours)) {
        (end, None) => end.is_none(),
        (Some(end), Some(first)) => end + 1 == first && closes_at_once(script),
        (None, Some(_)) => false,
    }
}

/// Whether the program closes together with the last that it supplies, so that both are sent as one.
fn closes_at_once(script: &Script) -> bool {
    let closes = |event: &Event| matches!(&event.what, What::Call(call) if call.closes());
    let supplies = |event: &Event| matches!(&event.what, What::Call(call) if call.supplies() > 0);
    let Some(close) = script.events.iter().position(closes) else { return false };
    script.events[close].when == When::After(0, 0) && close > 0 && supplies(&script.events[close - 1])
}

/// What makes segments that no window and no timer explains, and why.
const BEYOND: [(&str, &str); 7] = [
    ("MSG_EOR", "segments end where the program says"),
    ("MSG_MORE", "segments are held back where the program says"),
    ("TCP_CORK", "segments are held back where the program says"),
    ("tcp_mtu_probing=", "segments that probe the path"),
    ("root fq", "segments are paced"),
    ("limit 0", "segments are dropped before they are sent"),
    ("tcp_ecn=1", "marks are agreed on by the side that opens"),
];

fn unable(script: &Script, opens: bool) -> Option<String> {
    for Event { line, what, .. } in &script.events {
        let (What::Hear(packet) | What::Expect(packet)) = what else { continue };
        if let Some(option) = &packet.options.foreign {
            return Some(format!("line {line}: the option {option}"));
        }
        if packet.bits.syn && (packet.length > 0 || packet.bits.fin) {
            return Some(format!("line {line}: a SYN that carries more"));
        }
    }
    let told = || script.commands().chain(script.calls().map(|call| &*call.arguments));
    if let Some((word, why)) = BEYOND.iter().find(|(word, _)| told().any(|text| text.contains(word))) {
        return Some(format!("{why} ({word})"));
    }
    let is_syn = |event: &Event| match &event.what {
        What::Hear(packet) | What::Expect(packet) => packet.bits.syn,
        _ => false,
    };
    let name = if opens { "connect" } else { "accept" };
    let opened = script.calls().filter(|call| call.name == name && (call.result >= 0 || opens));
    let key = |call: &Call| if opens { call.arguments.clone() } else { call.result.to_string() };
    let mut sockets: Vec<String> = opened.map(key).collect();
    sockets.sort();
    sockets.dedup();
    match () {
        () if !script.events.iter().any(is_syn) => Some("it opens no connection".to_string()),
        () if sockets.len() > 1 => Some("more than one connection".to_string()),
        () => None,
    }
}
