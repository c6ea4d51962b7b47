//! The subject of a bill: a peering, its two ends, who pays. Facts of the network, no amounts.

use crate::model::{Name, Network, PeeringId, VpcId};
use crate::units::SimTime;
use jiff::civil::Date;
use jiff::{SignedDuration, Zoned};

/// One end of a peering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The VPC's name.
    pub vpc: String,
    /// Its region's name.
    pub region: String,
    /// Its account's name.
    pub account: Name,
}

/// A peering as a bill sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name; for a run, what [`crate::model::peering_titles`] calls it at the end.
    pub peering: String,
    /// The name it was created with.
    pub made_as: Name,
    /// Free text.
    pub label: Option<String>,
    /// The requester, who pays (S39).
    pub requester: End,
    /// The other end.
    pub accepter: End,
    /// Whether the ends are in different regions: only then is it billed and monitored (S37, S39).
    pub cross_region: bool,
    /// The bill's name for the home regions, if both ends are in them (S42).
    pub home: Option<&'static str>,
    /// The civil day on which it was created.
    pub made_on: Date,
}

impl Subject {
    /// The peering `id` of a network whose time 0 is `start`.
    pub fn of(network: &Network, id: PeeringId, start: &Zoned) -> Subject {
        let peering = network.peering(id);
        let region = |vpc: VpcId| network.regions().name(network.vpc(vpc).region);
        let end = |vpc: VpcId| End {
            vpc: network.vpc(vpc).name.to_string(),
            region: region(vpc).to_owned(),
            account: network.account(network.vpc(vpc).account).name.clone(),
        };
        let made = peering.history.first().map_or(SimTime::ZERO, |(at, _)| *at);
        Subject {
            peering: peering.name.to_string(),
            made_as: peering.first_name.clone(),
            label: peering.label.clone(),
            requester: end(peering.requester),
            accepter: end(peering.accepter),
            cross_region: peering.cross_region,
            home: network.rules.home.of([peering.requester, peering.accepter].map(region)),
            made_on: start.saturating_add(SignedDuration::from_nanos(made.as_nanos() as i64)).date(),
        }
    }

    /// The payer (S39): the requester's account, regardless of who sends the packets.
    pub fn payer(&self) -> &Name {
        &self.requester.account
    }
    /// The bill's name for the service (S46).
    pub fn service(&self) -> String {
        match (self.cross_region, self.home) {
            (false, _) => "regional peering connection".into(),
            (true, Some(home)) => format!("cross-region interconnection ({home})"),
            (true, None) => "cross-region interconnection".into(),
        }
    }
}
