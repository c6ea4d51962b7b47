//! Remembered paths of packets that no sender of the plan prepared: echo replies, what programs send, what comes from
//! outside. Decides nothing: [`router::path`] does.

use super::super::recent::Recent;
use crate::dataplane::packet::Packet;
use crate::dataplane::router::{self, Path, Sender, View};
use crate::model::HostId;
use std::net::Ipv4Addr;

/// Paths found in one epoch.
#[derive(Debug, Default)]
pub(super) struct Paths {
    epoch: u64,
    known: Recent<Asked, Path>,
}

/// All that the path of a host's packet depends on in an epoch, as long as routers do not edit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    host: HostId,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    length: u16,
}

impl Paths {
    /// The path of a packet, as [`router::path`] tells it.
    pub(super) fn of(&mut self, view: View<'_>, sender: Sender, packet: &mut Packet) -> Path {
        let Sender::Host(host) = sender else { return router::path(view, sender, packet) };
        if view.network.rules.routers_visible {
            return router::path(view, sender, packet);
        }
        if self.epoch != view.epoch {
            self.known.clear();
            self.epoch = view.epoch;
        }
        let (source, destination, length) = (packet.source(), packet.destination(), packet.wire_length);
        let bits = u64::from(host.0) << 32 | u64::from(u32::from(destination));
        let asked = Asked { host, source, destination, length };
        self.known.get(asked, bits).unwrap_or_else(|| {
            let path = router::path(view, sender, packet);
            self.known.learn(asked, bits, path);
            path
        })
    }
}
