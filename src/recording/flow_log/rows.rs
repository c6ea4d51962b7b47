//! Writes the lines of a flow log: one value per field, separated by blanks, `-` for what does not apply or is not
//! known. Names take the place of the identifiers that a cloud would give.

use super::Format;
use super::fields::{Field, Fields};
use super::flow::{Flow, Interface, Key, Path, Way};
use super::windows::Clock;
use crate::model::{HostId, LinkId, Network, SubnetId, VpcId, peering_titles};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};
use std::net::Ipv4Addr;

/// What a record says of a field that does not apply.
const NONE: &str = "-";

/// Writes lines about flows in one network.
pub(super) struct Rows<'a> {
    fields: Cow<'a, Fields>,
    version: u8,
    network: &'a Network,
    clock: Clock,
    titles: Vec<String>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(format: &'a Format, network: &'a Network, clock: Clock) -> Rows<'a> {
        let (fields, version, titles) = match format {
            Format::Aws(fields) => (Cow::Borrowed(fields), fields.version(), Vec::new()),
            Format::Ccn => (Cow::Owned(Fields::ccn()), 1, peering_titles(network)),
        };
        Rows { fields, version, network, clock, titles }
    }

    /// Adds a line for each flow of a window, whichever of two like peerings carried it.
    pub(super) fn write(&self, out: &mut String, flows: BTreeMap<Key, Flow>) {
        let mut lines: BTreeMap<Key, Flow> = BTreeMap::new();
        for (key, flow) in flows {
            let key = Key { path: self.looked_up(key.path), ..key };
            lines.entry(key).and_modify(|sum| sum.join(&flow)).or_insert(flow);
        }
        lines.iter().for_each(|(key, flow)| self.line(out, key, flow));
    }

    fn looked_up(&self, path: Path) -> Path {
        match path {
            Path::Over(link) if self.network.peering(link.peering()).cross_region => Path::CrossRegion,
            Path::Over(_) => Path::Regional,
            known => known,
        }
    }

    fn line(&self, out: &mut String, key: &Key, flow: &Flow) {
        for (at, field) in self.fields.iter().enumerate() {
            if at > 0 {
                out.push(' ');
            }
            self.value(out, field, key, flow).expect("a String takes what it is given");
        }
        out.push('\n');
    }

    fn value(&self, out: &mut String, field: Field, key: &Key, flow: &Flow) -> fmt::Result {
        let mut put = |value: &dyn Display| write!(out, "{value}");
        let tuple = &key.tuple;
        match field {
            Field::Version => put(&self.version),
            Field::Source => put(&self.source(key)),
            Field::Destination | Field::PacketDestination => put(&tuple.destination),
            Field::PacketSource => put(&tuple.source),
            Field::SourcePort => put(&tuple.source_port),
            Field::DestinationPort => put(&tuple.destination_port),
            Field::Protocol => put(&tuple.protocol),
            Field::Packets => put(&flow.packets),
            Field::Bytes => put(&flow.bytes),
            Field::Start => put(&self.clock.seconds(flow.first)),
            Field::End => put(&self.clock.seconds(flow.last)),
            Field::Action => put(&if key.dropped.is_some() { "REJECT" } else { "ACCEPT" }),
            Field::LogStatus => put(&"OK"),
            Field::TcpFlags => put(&flow.tcp_flags),
            Field::Type => put(&"IPv4"),
            Field::FlowDirection => put(&if key.way == Way::Egress { "egress" } else { "ingress" }),
            Field::TrafficPath => put(&path(key.path)),
            Field::DropCode => put(&key.dropped.map_or(NONE, |reason| reason.code())),
            Field::AzId | Field::SublocationType | Field::SublocationId => put(&NONE),
            Field::SourceService | Field::DestinationService => put(&NONE),
            Field::AccountId | Field::InterfaceId | Field::VpcId | Field::SubnetId | Field::InstanceId => {
                put(&self.owner(field, key.interface))
            }
            Field::Region | Field::CcnId | Field::RegionId | Field::SourceRegion | Field::DestinationRegion => {
                put(&self.owner(field, key.interface))
            }
        }
    }

    /// AWS tells the address of the interface that sends, whatever the packet says.
    fn source(&self, key: &Key) -> Ipv4Addr {
        match (key.interface, key.way) {
            (Interface::Address(_, address), Way::Egress) => address,
            _ => key.tuple.source,
        }
    }

    /// A field about the interface or the link.
    fn owner(&self, field: Field, interface: Interface) -> String {
        match interface {
            Interface::Address(vpc, address) => match self.network.host_at(vpc, address) {
                Some(host) => self.of_host(field, host),
                None => self.of_router(field, vpc, address),
            },
            Interface::Link(link) => self.of_link(field, link),
        }
    }

    fn of_host(&self, field: Field, host: HostId) -> String {
        let of = self.network.host(host);
        match field {
            Field::InterfaceId => self.network.host_name(host),
            Field::InstanceId => of.name.to_string(),
            _ => self.of_vpc(field, of.vpc, Some(of.subnet)),
        }
    }

    fn of_router(&self, field: Field, vpc: VpcId, address: Ipv4Addr) -> String {
        match field {
            // No name of a host holds a colon.
            Field::InterfaceId => format!("{}/router:{address}", self.network.vpc(vpc).name),
            _ => self.of_vpc(field, vpc, self.network.subnet_at(vpc, address)),
        }
    }

    fn of_vpc(&self, field: Field, vpc: VpcId, subnet: Option<SubnetId>) -> String {
        let of = self.network.vpc(vpc);
        match field {
            Field::AccountId => self.network.account(of.account).name.to_string(),
            Field::VpcId => of.name.to_string(),
            Field::SubnetId => subnet.map_or_else(|| NONE.into(), |subnet| self.network.subnet_name(subnet)),
            Field::Region => self.region(vpc),
            _ => NONE.into(),
        }
    }

    fn of_link(&self, field: Field, link: LinkId) -> String {
        let (near, far) = self.network.ends(link);
        match field {
            Field::CcnId => self.titles[link.peering().index()].clone(),
            // A link's log is written where it begins.
            Field::RegionId | Field::SourceRegion => self.region(near),
            Field::DestinationRegion => self.region(far),
            _ => NONE.into(),
        }
    }

    /// The name of a VPC's region as one word: users may name their own as they like.
    fn region(&self, vpc: VpcId) -> String {
        let name = self.network.regions().name(self.network.vpc(vpc).region);
        name.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect()
    }
}

/// AWS's number for a way.
fn path(path: Path) -> &'static str {
    match path {
        Path::None => NONE,
        Path::Local => "1",
        Path::Regional | Path::Over(_) => "4",
        Path::CrossRegion => "5",
    }
}
