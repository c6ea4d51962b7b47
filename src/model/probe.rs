//! The packet that a question about the network asks with, as plain data. [`crate::diagnose`] makes it and asks.

/// The protocol of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// An ICMP echo request, answered by an echo reply.
    #[default]
    Icmp,
    /// A TCP segment.
    Tcp,
    /// A UDP datagram.
    Udp,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Protocol; 3] = [Protocol::Icmp, Protocol::Tcp, Protocol::Udp];

    /// Its name, as in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Icmp => "icmp",
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }

    /// Whether it has ports.
    pub const fn has_ports(self) -> bool {
        !matches!(self, Protocol::Icmp)
    }
}

/// One packet to ask with; the reply is of the same protocol and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Its protocol.
    pub protocol: Protocol,
    /// The port it is sent to; without meaning for ICMP.
    pub port: u16,
    /// IPv4 total length, at least [`Probe::SIZE_MIN`].
    pub size: u16,
}

impl Probe {
    /// The smallest probe: the headers of TCP.
    pub const SIZE_MIN: u16 = 40;
    /// The usual echo request of 84 bytes.
    pub const ECHO: Probe = Probe { protocol: Protocol::Icmp, port: 0, size: 84 };
}

impl Default for Probe {
    fn default() -> Probe {
        Probe::ECHO
    }
}
