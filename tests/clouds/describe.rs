//! AWS `describe-*` listings -> the text of a scenario that obeys AWS's rules; every name is the cloud's id. Gateways
//! have no counterpart in the model: a route to one becomes a blackhole, and which gateway it is stands beside the
//! text. IPv6, prefix lists, security groups and network ACLs are not read, nor whether an instance runs: only routing
//! is described.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What listings describe.
pub struct Described {
    pub text: String,
    /// The gateways that routes lead to, by table (`VPC/table`) and prefix.
    pub gateways: BTreeMap<(String, String), String>,
    /// The full names of hosts (`VPC/host`), by the ids of instances, of NAT gateways and of other interfaces.
    pub hosts: BTreeMap<String, String>,
}

/// A VPC, and the text of what is in it.
struct Vpc {
    account: String,
    region: String,
    cidrs: Vec<String>,
    inside: String,
}

/// Reads listings, one for each account and region: `{ "Vpcs": […], "Subnets": […], … }`.
pub fn described(listings: &[Value]) -> Described {
    let mut vpcs = BTreeMap::new();
    for listing in listings {
        let place = region(listing);
        vpcs.extend(items(listing, "Vpcs").map(|vpc| (text(vpc, "VpcId").to_owned(), known_fully(vpc, &place))));
    }
    // Both accounts list a peering between them; the VPC of an account that is not described is in the peering alone.
    let peerings: BTreeMap<&str, &Value> = listings
        .iter()
        .flat_map(|listing| items(listing, "VpcPeeringConnections"))
        .filter_map(|peering| state(peering).map(|_| (text(peering, "VpcPeeringConnectionId"), peering)))
        .collect();
    for info in peerings.values().flat_map(|peering| [&peering["RequesterVpcInfo"], &peering["AccepterVpcInfo"]]) {
        vpcs.entry(text(info, "VpcId").to_owned()).or_insert_with(|| known_by_peering(info));
    }
    let mut all = Described { text: String::new(), gateways: BTreeMap::new(), hosts: BTreeMap::new() };
    for listing in listings {
        all.tables(listing, &peerings, &mut vpcs);
        subnets(listing, &mut vpcs);
        all.hosts(listing, &mut vpcs);
    }
    all.text = written(&vpcs, &peerings);
    all
}

impl Described {
    fn tables(&mut self, listing: &Value, peerings: &BTreeMap<&str, &Value>, vpcs: &mut BTreeMap<String, Vpc>) {
        for table in items(listing, "RouteTables") {
            let [id, owner] = ["RouteTableId", "VpcId"].map(|key| text(table, key));
            let mut routes = String::new();
            for route in items(table, "Routes").filter(|route| text(route, "GatewayId") != "local") {
                let Some(to) = route["DestinationCidrBlock"].as_str() else { continue };
                let over = text(route, "VpcPeeringConnectionId");
                let is_known = peerings.contains_key(over);
                let via = if is_known { format!("{over:?}") } else { "{ blackhole = true }".to_owned() };
                routes += &format!("    {{ to = {to:?}, via = {via} }},\n");
                if let Some(gateway) = gateway(route).filter(|_| !is_known && text(route, "State") == "active") {
                    self.gateways.insert((format!("{owner}/{id}"), to.to_owned()), gateway.to_owned());
                }
            }
            vpc(vpcs, owner).inside += &format!("[vpc.{owner:?}.table.{id:?}]\nroutes = [\n{routes}]\n");
        }
    }

    fn hosts(&mut self, listing: &Value, vpcs: &mut BTreeMap<String, Vpc>) {
        let nats: BTreeMap<&str, &str> = items(listing, "NatGateways")
            .flat_map(|nat| items(nat, "NatGatewayAddresses").map(move |at| (text(at, "NetworkInterfaceId"), nat)))
            .map(|(interface, nat)| (interface, text(nat, "NatGatewayId")))
            .collect();
        for interface in items(listing, "NetworkInterfaces") {
            let [id, owner, subnet, address] =
                ["NetworkInterfaceId", "VpcId", "SubnetId", "PrivateIpAddress"].map(|key| text(interface, key));
            let instance = interface["Attachment"]["InstanceId"].as_str();
            let bearer = instance.or(nats.get(id).copied()).unwrap_or(id);
            let name = if self.hosts.contains_key(bearer) { id } else { bearer };
            let checked = interface["SourceDestCheck"] != false;
            vpc(vpcs, owner).inside += &format!(
                "[vpc.{owner:?}.host.{name:?}]\nsubnet = {subnet:?}\naddress = {address:?}\nsource_check = {checked}\n"
            );
            self.hosts.insert(name.to_owned(), format!("{owner}/{name}"));
        }
    }
}

/// Subnets with the tables they are associated with, else the main table of their VPC.
fn subnets(listing: &Value, vpcs: &mut BTreeMap<String, Vpc>) {
    let associations: Vec<(&Value, &Value)> = items(listing, "RouteTables")
        .flat_map(|table| items(table, "Associations").map(move |association| (table, association)))
        .collect();
    for subnet in items(listing, "Subnets") {
        let [id, owner, cidr] = ["SubnetId", "VpcId", "CidrBlock"].map(|key| text(subnet, key));
        let own = associations.iter().find(|(_, association)| text(association, "SubnetId") == id);
        let is_main =
            |(table, association): &&(&Value, &Value)| association["Main"] == true && text(table, "VpcId") == owner;
        let table = own.or(associations.iter().find(is_main)).map(|(table, _)| text(table, "RouteTableId"));
        let table = table.map(|table| format!("table = {table:?}\n")).unwrap_or_default();
        vpc(vpcs, owner).inside += &format!("[vpc.{owner:?}.subnet.{id:?}]\ncidr = {cidr:?}\n{table}");
    }
}

fn written(vpcs: &BTreeMap<String, Vpc>, peerings: &BTreeMap<&str, &Value>) -> String {
    let mut all = "name = \"described\"\nduration = \"1 s\"\noverlap = \"aws\"\nquota = 125\n".to_owned();
    let mut before: BTreeSet<&str> = BTreeSet::new();
    for region in vpcs.values().map(|vpc| vpc.region.as_str()).collect::<BTreeSet<&str>>() {
        let delays: Vec<String> = before.iter().map(|other| format!("{other:?} = \"10 ms\"")).collect();
        all += &format!("[region.{region:?}]\ndelay = {{ {} }}\n", delays.join(", "));
        before.insert(region);
    }
    for (id, Vpc { account, region, cidrs, inside }) in vpcs {
        all += &format!("[vpc.{id:?}]\nregion = {region:?}\ncidr = {cidrs:?}\naccount = {account:?}\n{inside}");
    }
    for (id, peering) in peerings {
        let [requester, accepter] = ["RequesterVpcInfo", "AccepterVpcInfo"].map(|end| text(&peering[end], "VpcId"));
        let state = state(peering).unwrap_or_default();
        all += &format!("[peering.{id:?}]\nrequester = {requester:?}\naccepter = {accepter:?}\nstate = {state:?}\n");
        if vpcs[requester].region != vpcs[accepter].region {
            all += "bandwidth = \"1000 Mbps\"\n";
        }
    }
    all
}

/// The state of a peering in our words; none if it is gone.
fn state(peering: &Value) -> Option<&'static str> {
    match text(&peering["Status"], "Code") {
        "active" => Some("ACTIVE"),
        "initiating-request" | "provisioning" | "pending-acceptance" => Some("PENDING"),
        _ => None,
    }
}

/// What a route leads to, if that is neither local nor a peering.
fn gateway(route: &Value) -> Option<&str> {
    let others = ["GatewayId", "NatGatewayId", "TransitGatewayId", "InstanceId", "NetworkInterfaceId"];
    others.into_iter().find_map(|key| route[key].as_str())
}

fn known_fully(vpc: &Value, region: &str) -> Vpc {
    let is_associated = |cidr: &&Value| cidr["CidrBlockState"]["State"] == "associated";
    let associated = items(vpc, "CidrBlockAssociationSet").filter(is_associated);
    let mut cidrs: Vec<String> = associated.map(|cidr| text(cidr, "CidrBlock").to_owned()).collect();
    cidrs.sort_by_key(|cidr| cidr != text(vpc, "CidrBlock"));
    Vpc { account: text(vpc, "OwnerId").to_owned(), region: region.to_owned(), cidrs, inside: String::new() }
}

fn known_by_peering(info: &Value) -> Vpc {
    let cidrs = items(info, "CidrBlockSet").map(|cidr| text(cidr, "CidrBlock").to_owned()).collect();
    let [account, region] = ["OwnerId", "Region"].map(|key| text(info, key).to_owned());
    Vpc { account, region, cidrs, inside: String::new() }
}

/// The region of a listing: its zones' name without the letter. Any name does for a listing without subnets.
fn region(listing: &Value) -> String {
    let zone = items(listing, "Subnets").next().map_or("nowhere-0", |subnet| text(subnet, "AvailabilityZone"));
    zone.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned()
}

fn vpc<'a>(vpcs: &'a mut BTreeMap<String, Vpc>, id: &str) -> &'a mut Vpc {
    vpcs.get_mut(id).unwrap_or_else(|| panic!("{id} is not listed"))
}

fn items<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    of[key].as_array().into_iter().flatten()
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}
