//! The arguments of the commands that ask about a network: the packet they ask with, and when.

use super::values::parse_time;
use crate::model::{Probe, Protocol};
use crate::scenario::{Diagnostic, Scenario};
use crate::units::{ByteSize, SimDuration, SimTime};
use clap::{Args, ValueEnum};

/// What to ask with, and when.
#[derive(Debug, Clone, Args)]
pub(super) struct ProbeArgs {
    /// Ask about the network at this time of the timeline, its changes included, for example 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<SimDuration>,
    /// The protocol of the packet to ask with
    #[arg(long, value_name = "NAME", default_value = "icmp")]
    pub protocol: ProtocolArg,
    /// The port it goes to (tcp, udp)
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Its IPv4 length, from 40 to 65535 bytes; the reply is as long
    #[arg(long, value_name = "SIZE", default_value = "84", value_parser = parse_size)]
    pub size: u16,
}

/// A protocol of a packet to ask with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProtocolArg {
    /// An echo request
    Icmp,
    /// A TCP segment
    Tcp,
    /// A UDP datagram
    Udp,
}

impl ProbeArgs {
    /// The packet to ask with.
    ///
    /// # Errors
    /// A port without a protocol that has ports.
    pub(super) fn probe(&self, file: &str) -> Result<Probe, Vec<Diagnostic>> {
        let protocol = match self.protocol {
            ProtocolArg::Icmp => Protocol::Icmp,
            ProtocolArg::Tcp => Protocol::Tcp,
            ProtocolArg::Udp => Protocol::Udp,
        };
        if self.port.is_some() && !protocol.has_ports() {
            let hint = Some("add --protocol tcp or --protocol udp".into());
            return Err(vec![Diagnostic::plain(file, "--port: an ICMP packet has no port".into(), hint)]);
        }
        Ok(Probe { protocol, port: self.port.unwrap_or(0), size: self.size })
    }

    /// The instant to ask about.
    ///
    /// # Errors
    /// It is after the end of the run.
    pub(super) fn at(&self, scenario: &Scenario) -> Result<SimTime, Vec<Diagnostic>> {
        instant(self.at, scenario)
    }
}

/// An instant of a scenario's run: its start, unless another is asked for.
///
/// # Errors
/// It is after the end of the run.
pub(super) fn instant(at: Option<SimDuration>, scenario: &Scenario) -> Result<SimTime, Vec<Diagnostic>> {
    let at = SimTime::ZERO + at.unwrap_or_default();
    if at <= scenario.plan.duration {
        return Ok(at);
    }
    let message = format!("--at {at} is after the end of the run at {}", scenario.plan.duration);
    Err(vec![Diagnostic::plain(&scenario.file, message, None)])
}

/// A size in bytes, with or without its unit.
fn parse_size(text: &str) -> Result<u16, String> {
    let bytes = text.parse::<u64>().ok().or_else(|| text.parse::<ByteSize>().ok().map(ByteSize::as_u64));
    let size = bytes.and_then(|bytes| u16::try_from(bytes).ok()).filter(|size| *size >= Probe::SIZE_MIN);
    size.ok_or_else(|| {
        format!("not an IPv4 length: write {} to 65535 bytes, such as 1500 or '1500 B'", Probe::SIZE_MIN)
    })
}
