//! Monitoring as the product shows it (S37, S38): five metrics of a peering, seen from one of its VPCs, every 60 or 300
//! s. Counts are exact; bills do not use it.

use super::measure::windows;
use crate::engine::{Counts, Run};
use crate::model::{PeeringId, peering_titles};
use crate::units::{BitRate, ByteSize, Share, SimDuration, SimTime};
use jiff::Timestamp;

/// A period the product offers (S37).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// 60 s.
    Minute,
    /// 300 s.
    FiveMinutes,
}

impl Period {
    /// Its length.
    pub fn seconds(self) -> u64 {
        if self == Period::Minute { 60 } else { 300 }
    }
}

/// The VPC from which a peering is seen: A's outbound is B's inbound (S38).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The VPC that requested the peering.
    Requester,
    /// The VPC that received the request.
    Accepter,
}

/// One period of one peering.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Its first instant.
    pub start: Timestamp,
    /// How long it is.
    pub period: Period,
    /// Carried towards this side.
    pub inbound: Counts,
    /// Carried away from this side.
    pub outbound: Counts,
    /// Packets that reached the shapers of either direction: the vendor's total.
    pub offered: u64,
    /// How many of those were dropped because of the cap.
    pub shaper_drops: u64,
    /// Whether only part of it was measured.
    pub partial: bool,
}

/// The vendor's metrics, under the vendor's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonitorMetric {
    /// Bits per second towards this side.
    InBandwidth,
    /// Bits per second away from this side.
    OutBandwidth,
    /// Packets per second towards this side.
    InPkg,
    /// Packets per second away from this side.
    OutPkg,
    /// The share of offered packets that was dropped because of the cap.
    PkgDrop,
}

impl MonitorMetric {
    /// All five, in the vendor's order.
    pub const ALL: [MonitorMetric; 5] = [
        MonitorMetric::InBandwidth,
        MonitorMetric::OutBandwidth,
        MonitorMetric::InPkg,
        MonitorMetric::OutPkg,
        MonitorMetric::PkgDrop,
    ];

    /// The vendor's name.
    pub fn name(self) -> &'static str {
        match self {
            MonitorMetric::InBandwidth => "InBandwidth",
            MonitorMetric::OutBandwidth => "OutBandwidth",
            MonitorMetric::InPkg => "InPkg",
            MonitorMetric::OutPkg => "OutPkg",
            MonitorMetric::PkgDrop => "PkgDrop",
        }
    }
    /// The vendor's unit.
    pub fn unit(self) -> &'static str {
        match self {
            MonitorMetric::InBandwidth | MonitorMetric::OutBandwidth => "bps",
            MonitorMetric::InPkg | MonitorMetric::OutPkg => "packets/s",
            MonitorMetric::PkgDrop => "%",
        }
    }
}

impl Reading {
    /// A metric in readable form: bits per second, packets per second and packets, a share.
    pub fn show(&self, metric: MonitorMetric) -> String {
        let rate = |counts: Counts| {
            BitRate::average(ByteSize::from_bytes(counts.bytes), SimDuration::from_secs(self.period.seconds()))
                .as_bps()
                .to_string()
        };
        // Thousandths, rounded half up.
        let packets = |counts: Counts| {
            let seconds = self.period.seconds();
            let thousandths = (counts.packets * 1_000 + seconds / 2) / seconds;
            format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
        };
        match metric {
            MonitorMetric::InBandwidth => rate(self.inbound),
            MonitorMetric::OutBandwidth => rate(self.outbound),
            MonitorMetric::InPkg => packets(self.inbound),
            MonitorMetric::OutPkg => packets(self.outbound),
            MonitorMetric::PkgDrop => {
                Share::of(self.shaper_drops, self.offered).to_string().trim_end_matches(" %").into()
            }
        }
    }
}

/// Everything the product would show of a run, peering by peering.
pub struct Monitoring<'a> {
    run: &'a Run,
    period: Period,
}

/// One peering, seen from one of its VPCs.
#[derive(Debug, Clone)]
pub struct Monitored {
    /// What [`peering_titles`] calls the peering.
    pub peering: String,
    /// The VPC from which it is seen.
    pub vpc: String,
    /// See [`is_offered`].
    pub is_offered: bool,
    /// The periods, in order.
    pub readings: Vec<Reading>,
}

impl Monitoring<'_> {
    /// The readings of a finished run ([`Run::finish`]).
    pub fn of(run: &Run, period: Period) -> Monitoring<'_> {
        Monitoring { run, period }
    }

    /// The instant that the run has reached.
    pub fn reached(&self) -> SimTime {
        self.run.simulation.now()
    }

    /// The planned end of the run.
    pub fn planned(&self) -> SimTime {
        self.run.plan.duration
    }

    /// Every peering in declaration order, first from its requester, then from its accepter. Each is computed only when
    /// reached: a long run has more readings than fit in memory at once.
    pub fn peerings(&self) -> impl Iterator<Item = Monitored> {
        let network = self.run.simulation.network();
        let titles = peering_titles(network);
        let seen = move |(id, side): (PeeringId, Side)| {
            let peering = network.peering(id);
            let vpc = if side == Side::Requester { peering.requester } else { peering.accepter };
            Monitored {
                peering: titles[id.index()].clone(),
                vpc: network.vpc(vpc).name.to_string(),
                is_offered: is_offered(self.run, id),
                readings: monitor(self.run, id, side, self.period),
            }
        };
        network.peerings().flat_map(|(id, _)| [(id, Side::Requester), (id, Side::Accepter)]).map(seen)
    }
}

/// What the product would show of a peering from one side, over the whole of a finished run.
pub fn monitor(run: &Run, id: PeeringId, side: Side, period: Period) -> Vec<Reading> {
    let (outbound, inbound) = if side == Side::Requester { (0, 1) } else { (1, 0) };
    let reading = |window: &super::Window| Reading {
        start: window.start,
        period,
        inbound: window.links[inbound].carried,
        outbound: window.links[outbound].carried,
        offered: window.links.iter().map(|link| link.offered.packets).sum(),
        shaper_drops: window.links.iter().map(|link| link.shaper_drops).sum(),
        partial: window.partial,
    };
    windows(run, id, period.seconds() as i64).iter().map(reading).collect()
}

/// Whether the product offers this: only across regions (S37). For other peerings the figures are the simulator's own
/// counters.
pub fn is_offered(run: &Run, id: PeeringId) -> bool {
    run.simulation.network().peering(id).cross_region
}
