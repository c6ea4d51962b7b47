//! TCP connections of a traffic entry: the keys of `pattern = "tcp"` -> [`Transfers`]. What they carry over which path
//! is found out by the engine.

use super::Loader;
use super::keys::*;
use super::sends::Frame;
use super::sizes::Legal;
use crate::model::plan::{Arrivals, Destination, TransferSize, Transfers};
use crate::model::{HostId, VpcId};
use crate::notation::Kind::*;
use crate::notation::{Entity, Field, optional};
use crate::tcp::Settings;
use crate::tcp::congestion::Algorithm;
use crate::units::{ByteSize, SimDuration, grouped};
use crate::wire::ipv4::IPV4_HEADER;
use crate::wire::tcp::{TCP_HEADER, TIMESTAMPS_LENGTH};
use std::collections::BTreeSet;

pub(super) const TCP: &[Field] = &[
    optional("size", Size(1, BYTES_MAX), "Payload of a connection; default is to send until `stop`."),
    optional(
        "sizes_file",
        Text,
        "Payloads with their weights, drawn for each connection: a size in bytes and its weight a line.",
    ),
    optional("sizes_form", Choice(&["weights", "cdf"]), "Whether `sizes_file` gives weights or cumulative percent."),
    optional("response", Size(0, BYTES_MAX), "Payload that the other side answers with; default none."),
    optional("connections", Integer(1, 65_536), "Connections at a time for each pair of hosts; default 1."),
    optional("interval", Duration(1_000, TIME_MAX), "From one connection of a pair to the next; default \"1 s\"."),
    optional(
        "arrivals",
        Choice(&["spaced", "poisson"]),
        "How `count` connections follow each other; default \"spaced\".",
    ),
    optional("congestion", Choice(&["cubic", "reno"]), "Congestion control; default \"cubic\"."),
    optional(
        "mss",
        Size(1, PACKET_MAX),
        "Payload of a segment; default what the path takes, less 40 B, or 52 B with timestamps.",
    ),
    optional("window", Size(1, 1 << 30), "What a receiver advertises; default \"6 MB\"."),
    optional("initial_window", Integer(1, 1_000), "The first congestion window, in segments (RFC 6928); default 10."),
    optional("sack", Bool, "Whether receivers tell what arrived beyond gaps (RFC 2018); default true."),
    optional("timestamps", Bool, "Whether each segment has a timestamp, 12 B (RFC 7323); default false."),
    optional("ecn", Bool, "Whether marks of a peering with `mark` are taken (RFC 3168); default false."),
    optional("delayed_ack", Duration(0, 1_000_000_000), "How long an acknowledgment waits; default \"40 ms\"."),
    optional("min_rto", Duration(1_000, 60_000_000_000), "The shortest retransmission timeout; default \"200 ms\"."),
];

const BYTES_MAX: u64 = 1_000_000_000_000_000;
const TRANSFERS: Legal = Legal { what: "connection", measure: "a payload", least: 1, most: BYTES_MAX };

impl Loader<'_> {
    /// The connections of an entry; `None` after a complaint.
    pub(super) fn transfers(&mut self, entity: &Entity, frame: &Frame<'_>) -> Option<Transfers> {
        let default = Settings::default();
        let number = |key: &'static str, default: u32| entity.get::<u64>(key).map_or(default, |n| *n as u32);
        let size = |key| entity.get::<ByteSize>(key).map(|size| size.as_u64());
        let is_on = |key: &'static str, default: bool| entity.get(key).copied().unwrap_or(default);
        let says = |key: &'static str, what: &str| entity.get::<String>(key).is_some_and(|said| said == what);
        let delay = entity.get("delayed_ack").copied().unwrap_or(default.delayed_ack);
        let transfers = Transfers {
            settings: Settings {
                window: size("window").map_or(default.window, |size| size as u32),
                initial_window: number("initial_window", default.initial_window),
                congestion: if says("congestion", "reno") { Algorithm::Reno } else { Algorithm::Cubic },
                sack: is_on("sack", default.sack),
                ecn: is_on("ecn", default.ecn),
                delayed_ack: delay,
                ack_delay_max: delay,
                min_rto: entity.get("min_rto").copied().unwrap_or(default.min_rto),
                ..default
            },
            mss: size("mss").map(|size| size as u32),
            timestamps: is_on("timestamps", false),
            size: self.transfer_size(entity)?,
            response: size("response").unwrap_or(0),
            connections: number("connections", 1),
            interval: entity.get("interval").copied().unwrap_or(SimDuration::from_secs(1)),
            arrivals: if says("arrivals", "poisson") { Arrivals::Poisson } else { Arrivals::Spaced },
        };
        self.remark_on_count(entity);
        let is_right = [
            self.check_response(entity, &transfers),
            self.check_ports(entity, &transfers),
            self.check_segments(entity, frame, &transfers),
        ];
        is_right.iter().all(|is_right| *is_right).then_some(transfers)
    }

    fn transfer_size(&mut self, entity: &Entity) -> Option<TransferSize> {
        match self.given_size(entity, &["size", "sizes_file"])? {
            None => Some(TransferSize::Endless),
            Some("size") => Some(TransferSize::Fixed(entity.get::<ByteSize>("size")?.as_u64())),
            Some(_) => self.mix_from_file(entity, &TRANSFERS).map(|mix| TransferSize::Mix(mix.into())),
        }
    }

    fn check_response(&mut self, entity: &Entity, transfers: &Transfers) -> bool {
        let is_right = transfers.response == 0 || transfers.size.ends();
        if !is_right {
            self.out
                .error(
                    entity.key_span("response"),
                    "the response follows the last byte, and without a size there is none",
                )
                .hint("add `size` or `sizes_file`");
        }
        is_right
    }

    fn remark_on_count(&mut self, entity: &Entity) {
        let is_single = entity.get::<u64>("count").is_none_or(|count| *count < 2);
        for key in ["interval", "arrivals"].into_iter().filter(|key| is_single && entity.has(key)) {
            self.out
                .warning(
                    entity.key_span(key),
                    format!("`{key}` says how several connections of a pair follow each other"),
                )
                .hint("add `count`, or leave it out: a pair of hosts opens one otherwise");
        }
    }

    fn check_ports(&mut self, entity: &Entity, transfers: &Transfers) -> bool {
        let first = entity.get::<u64>("source_port").copied().unwrap_or(FIRST_PORT.into());
        let ports = 65_536 - first.min(65_535);
        let is_right = u64::from(transfers.connections) <= ports;
        if !is_right {
            self.out
                .error(
                    entity.span("connections"),
                    format!("a pair of hosts has {} ports from {first} on, each for one connection", grouped(ports)),
                )
                .hint("open fewer connections at a time, or begin at a lower `source_port`");
        }
        is_right
    }

    /// Checks that a segment fits into some packet of the network, and that the window takes one.
    fn check_segments(&mut self, entity: &Entity, frame: &Frame<'_>, transfers: &Transfers) -> bool {
        let options = if transfers.timestamps { TIMESTAMPS_LENGTH } else { 0 };
        let headers = (IPV4_HEADER + TCP_HEADER + options) as u32;
        let largest = u32::from(self.largest_mtu());
        if let Some(mss) = transfers.mss.filter(|mss| mss + headers > largest) {
            let most = largest.saturating_sub(headers);
            self.out
                .error(
                    entity.span("mss"),
                    format!(
                        "a segment of {mss} B and {headers} B of headers is above the largest MTU here, {largest} B"
                    ),
                )
                .hint(format!("use at most {most} B, or leave it out: then it follows the path"));
            return false;
        }
        let path = self.path_mtu(frame).map(u32::from);
        if let Some((mss, path)) = transfers.mss.zip(path).filter(|(mss, path)| mss + headers > *path) {
            self.out
                .warning(entity.span("mss"), format!("the path takes packets of {path} B, not of {} B", mss + headers))
                .code("MTU_EXCEEDED")
                .hint("leave `mss` out: then it follows the path");
        }
        let mss = transfers.mss.or_else(|| Some(path?.saturating_sub(headers)));
        let window = transfers.settings.window;
        let missed = mss.filter(|mss| window < *mss);
        if let Some(mss) = missed {
            self.out
                .error(entity.span("window"), format!("a window of {window} B is below the segment size of {mss} B"))
                .hint(format!("use at least {mss} B, or a smaller `mss`"));
        }
        missed.is_none()
    }

    /// The most that any link takes.
    fn largest_mtu(&self) -> u16 {
        let rules = &self.network.rules;
        let of_peerings = self.network.peerings().map(|(_, peering)| peering.mtu);
        of_peerings.chain([rules.mtu_regional, rules.mtu_cross_region]).max().unwrap_or_default()
    }

    /// The largest MTU of the ways between the hosts of an entry, as far as they are declared: a segment is as long.
    fn path_mtu(&self, frame: &Frame<'_>) -> Option<u16> {
        let Some(Destination::Hosts { hosts, .. }) = frame.to else { return None };
        let vpcs = |hosts: &[HostId]| -> BTreeSet<VpcId> { hosts.iter().map(|h| self.network.host(*h).vpc).collect() };
        let (from, to) = (vpcs(frame.from?), vpcs(hosts));
        let inside = from.intersection(&to).next().map(|_| self.network.rules.mtu_regional);
        let joins = |ends: [VpcId; 2]| {
            let [a, b] = ends;
            (from.contains(&a) && to.contains(&b)) || (from.contains(&b) && to.contains(&a))
        };
        let between = self.network.peerings().filter(|(_, p)| joins([p.requester, p.accepter])).map(|(_, p)| p.mtu);
        between.chain(inside).max()
    }
}
