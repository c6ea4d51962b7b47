//! The link types of captures, and which layer their frames begin with. `layer` handles what follows. Numbers:
//! <https://www.tcpdump.org/linktypes.html>.

use super::layer::Layer;

/// Shown in hints.
pub(super) const SUPPORTED: &str =
    "Ethernet, raw IP, Linux cooked (SLL, SLL2), BSD loopback, PPP, PPPoE, Cisco HDLC, NFLOG, MPLS";

/// The layer that frames of this link type begin with; `None` if they cannot be read.
pub(super) fn first_layer(link: u32) -> Option<Layer> {
    Some(match link {
        // NULL and LOOP.
        0 | 108 => Layer::Family,
        1 => Layer::Ethernet,
        // PPP and PPP_HDLC: each may or may not be framed as in HDLC.
        9 | 50 => Layer::Serial,
        // RAW, and the values of `DLT_RAW` on most systems and on OpenBSD: some programs write those instead.
        12 | 14 | 101 => Layer::Raw,
        // PPP_ETHER: a PPPoE session without the Ethernet header.
        51 => Layer::Pppoe,
        // ATM_RFC1483.
        100 => Layer::Llc,
        104 => Layer::CiscoHdlc,
        // LINUX_SLL.
        113 => Layer::Cooked,
        // PPP_PPPD, PPP_WITH_DIR and C_HDLC_WITH_DIR: the direction comes first.
        166 => Layer::DirectedPppd,
        204 => Layer::DirectedPpp,
        205 => Layer::DirectedCiscoHdlc,
        219 => Layer::Mpls,
        228 => Layer::Ipv4,
        // IPV6.
        229 => Layer::Other,
        239 => Layer::Nflog,
        // LINUX_SLL2.
        276 => Layer::Cooked2,
        _ => return None,
    })
}

/// Whether frames of this link type can be read.
pub(super) fn is_supported(link: u32) -> bool {
    first_layer(link).is_some()
}
