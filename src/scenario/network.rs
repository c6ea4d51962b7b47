//! Rules, accounts, regions, VPCs, subnets, tables and hosts: entities -> control plane. Other modules read routes and
//! peerings, afterwards.

use super::Loader;
use super::names::Names;
use crate::model::{
    Change, HostId, HostSpec, Name, OverlapPolicy, Refusal, RegionId, SubnetId, TIME_MAX, TableId, VpcId,
};
use crate::notation::{At, Datum, Entity, Pair, list_some, nearest};
use crate::units::{BitRate, ByteSize, SimDuration, SimTime};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// The tables, with the entities that hold their routes.
pub(super) type TableEntities<'a> = Vec<(TableId, &'a Entity)>;

impl Loader<'_> {
    /// Overrides of single settings in the rule set.
    pub(super) fn rules(&mut self, top: &Entity) {
        let rules = &mut self.network.rules;
        match top.get::<String>("overlap").map(String::as_str) {
            Some("strict-2024") => rules.overlap = OverlapPolicy::Strict2024,
            Some("aws") => rules.overlap = OverlapPolicy::Aws,
            _ => {}
        }
        if let Some(&quota) = top.get::<u64>("quota") {
            let quota = u32::try_from(quota).unwrap_or(u32::MAX);
            (rules.quota_total, rules.quota_active) = (quota, quota);
        }
        if let Some(&rate) = top.get::<BitRate>("regional_ceiling") {
            rules.regional_ceiling = Some(rate);
        } else if top.has("regional_ceiling") {
            rules.regional_ceiling = None;
        }
        rules.strict_routes = top.get("strict_routes").copied().unwrap_or(rules.strict_routes);
        rules.routers_visible = top.get("routers_visible").copied().unwrap_or(rules.routers_visible);
        rules.mtu_regional = mtu(top, "mtu_regional").unwrap_or(rules.mtu_regional);
        rules.mtu_cross_region = mtu(top, "mtu_cross_region").unwrap_or(rules.mtu_cross_region);
        if let Some(&delay) = top.get::<SimDuration>("local_delay")
            && let Err(refusal) = self.network.set_local_delay(delay)
        {
            self.refuse(top.span("local_delay"), &refusal);
        }
    }

    /// Declares all accounts, including those that no VPC names.
    pub(super) fn accounts(&mut self, top: &Entity) {
        for (name, entity) in top.named("account") {
            entity.get::<String>("label");
            let Ok(name) = Name::new(name) else { continue };
            let account = self.network.account_named(&name);
            if let Some(names) = entity.get::<Vec<At<String>>>("trusts") {
                let trusted = names.iter().filter_map(|n| Some(self.network.account_named(&Name::new(&n.value).ok()?)));
                let trusted = trusted.collect();
                self.network.set_trusted(account, trusted);
            }
        }
    }

    /// Declares all regions, then sets their delays, which may name any region.
    pub(super) fn regions(&mut self, top: &Entity) {
        for (name, entity) in top.named("region") {
            entity.get::<String>("label");
            if let Ok(name) = Name::new(name) {
                self.network.declare_region(&name);
            }
        }
        for (name, entity) in top.named("region") {
            let Some(region) = self.network.regions().find(name) else { continue };
            for Pair { key, value } in entity.get::<Vec<Pair>>("delay").into_iter().flatten() {
                let Datum::Duration(delay) = value.value else { continue };
                if let Some(other) = self.region(key)
                    && let Err(refusal) = self.network.set_region_delay(region, other, delay)
                {
                    self.refuse(value.span, &refusal);
                }
            }
        }
    }

    fn region(&mut self, name: &At<String>) -> Option<RegionId> {
        let found = self.network.regions().find(&name.value);
        if found.is_none() {
            let regions = self.network.regions();
            let declare = format!("declare [region.{}] with a `delay` (S50)", name.value);
            let hint = match self.out.affords(regions.names().len()).then(|| nearest(&name.value, regions.names())) {
                Some(Some(near)) => format!("did you mean \"{near}\"? Otherwise {declare}"),
                Some(None) => format!("there are {}; others: {declare}", list_some(regions.names())),
                None => declare,
            };
            self.out.error(name.span, format!("no region is called `{}`", name.value)).hint(hint);
        }
        found
    }

    /// Declares all VPCs with their contents; returns the route tables to fill.
    pub(super) fn vpcs<'e>(&mut self, top: &'e Entity) -> TableEntities<'e> {
        let mut tables = Vec::new();
        for (name, entity) in top.named("vpc") {
            let id = if entity.broken { None } else { self.vpc(name, entity) };
            self.names.vpcs.insert(name.clone(), id);
            self.note_place("vpc", name.as_str(), entity.span("cidr"));
            for (table_name, table) in entity.named("table") {
                table.get::<String>("label");
                self.note_place("table", format!("{name}/{table_name}"), table.at);
                let made = id.and_then(|id| self.table(id, table_name, table));
                self.names.tables.insert(format!("{name}/{table_name}"), made);
                tables.extend(made.map(|made| (made, table)));
            }
            for (subnet_name, subnet) in entity.named("subnet") {
                subnet.get::<String>("label");
                let full = format!("{name}/{subnet_name}");
                self.note_place("subnet", full.as_str(), subnet.span("cidr"));
                let made = id.and_then(|id| self.subnet(id, name, subnet_name, subnet, &mut tables));
                self.names.subnets.insert(full, made);
            }
            for (host_name, host) in entity.named("host") {
                host.get::<String>("label");
                host.get::<String>("kind");
                if id.and_then(|id| self.hosts(id, (name, entity), host_name, host)).is_none() {
                    self.names.broken_hosts.extend([format!("{name}/{host_name}"), host_name.clone()]);
                }
            }
        }
        tables
    }

    fn vpc(&mut self, name: &str, entity: &Entity) -> Option<VpcId> {
        let region = At { value: entity.get::<String>("region")?.clone(), span: entity.span("region") };
        let region = self.region(&region);
        let account = match entity.get::<String>("account") {
            None => Name::new("default").ok(),
            Some(account) => match Name::new(account) {
                Ok(account) => Some(account),
                Err(wrong) => {
                    let hint = "names have 1 to 60 letters, digits, `.`, `_` and `-`";
                    self.out.error(entity.span("account"), wrong.to_string()).hint(hint);
                    None
                }
            },
        };
        let account = self.network.account_named(&account?);
        let label = entity.get::<String>("label").cloned();
        let cidrs = entity.get::<Vec<At<Ipv4Net>>>("cidr")?;
        // Checked here, so that an invalid region does not hide an invalid prefix.
        let crooked: Vec<_> = cidrs.iter().filter(|cidr| cidr.value.trunc() != cidr.value).collect();
        for cidr in &crooked {
            self.refuse(cidr.span, &Refusal::HostBits { cidr: cidr.value });
        }
        let (primary, others) = cidrs.split_first().filter(|_| crooked.is_empty())?;
        let name = Name::new(name).ok()?;
        let id = match self.network.add_vpc(name, label, account, region?, primary.value) {
            Ok(id) => id,
            Err(refusal) => {
                self.refuse(primary.span, &refusal);
                return None;
            }
        };
        let mut sound = true;
        for cidr in others {
            if let Err(refusal) = self.network.add_cidr(id, cidr.value) {
                self.refuse(cidr.span, &refusal);
                sound = false;
            }
        }
        sound.then_some(id)
    }

    /// An empty table; its routes are added once the peerings exist.
    fn table(&mut self, vpc: VpcId, name: &str, entity: &Entity) -> Option<TableId> {
        let made = self.network.add_table(vpc, Name::new(name).ok()?);
        made.map_err(|refusal| self.refuse(entity.at, &refusal)).ok()
    }

    fn subnet<'e>(
        &mut self,
        vpc: VpcId,
        vpc_name: &str,
        name: &str,
        entity: &'e Entity,
        tables: &mut TableEntities<'e>,
    ) -> Option<SubnetId> {
        let table = match entity.get::<String>("table") {
            Some(shared) => {
                if let Some(own) = ["routes", "routes_file"].into_iter().find(|key| entity.has(key)) {
                    self.out
                        .error(entity.key_span(own), format!("{} has both `table` and `{own}`", entity.path))
                        .label(entity.key_span("table"), "the shared table")
                        .hint("put the routes into the shared table, or leave `table` out");
                    return None;
                }
                self.names.tables.find(Some(vpc_name), shared, entity.span("table"), &mut self.out)?
            }
            None => {
                let own = self.table(vpc, name, entity)?;
                self.names.tables.insert(format!("{vpc_name}/{name}"), Some(own));
                tables.push((own, entity));
                own
            }
        };
        if self.network.table(table).vpc != vpc {
            self.out
                .error(entity.span("table"), format!("{} cannot use a table of another VPC", entity.path))
                .hint(format!("declare [vpc.{vpc_name}.table.NAME], and name that"));
            return None;
        }
        let cidr = *entity.get::<Ipv4Net>("cidr").filter(|_| !entity.broken)?;
        let made = self.network.add_subnet(vpc, Name::new(name).ok()?, cidr, table);
        made.map_err(|refusal| self.refuse(entity.span("cidr"), &qualified(refusal, vpc_name))).ok()
    }

    /// One host, or `count` of them.
    fn hosts(&mut self, vpc: VpcId, owner: (&str, &Entity), name: &str, entity: &Entity) -> Option<()> {
        let subnet = self.subnet_of_host(owner, entity)?;
        if entity.broken {
            return None;
        }
        let spec = HostSpec {
            name: Name::new(name).ok()?,
            subnet,
            address: entity.get::<Ipv4Addr>("address").copied(),
            source_check: entity.get("source_check").copied().unwrap_or(true),
        };
        let made = match entity.get::<u64>("count") {
            Some(&count) => self.network.add_hosts(&spec, u32::try_from(count).unwrap_or(u32::MAX)),
            None => self.network.add_host(spec).map(|host| host.0..host.0 + 1),
        };
        let hosts = match made {
            Ok(hosts) => hosts.map(HostId),
            Err(Refusal::InvalidName(wrong)) => {
                let hint = "shorten the name: with a `count`, its numbers belong to it";
                self.out.error(entity.at, wrong.to_string()).hint(hint);
                return None;
            }
            Err(refusal) => {
                let vpc_name = self.network.vpc(vpc).name.to_string();
                self.refuse(entity.span("address"), &qualified(refusal, &vpc_name));
                return None;
            }
        };
        self.note_place("host", format!("{}/{name}", owner.0), entity.span("address"));
        if entity.get::<bool>("up") == Some(&false) {
            for host in hosts {
                if let Err(refusal) =
                    self.network.apply(None, &Change::SetHost { host, up: false, lasts: None }, SimTime::ZERO)
                {
                    self.refuse(entity.span("up"), &refusal);
                }
            }
        }
        Some(())
    }

    /// The subnet a host names, or the only one of its VPC.
    fn subnet_of_host(&mut self, (vpc_name, vpc): (&str, &Entity), entity: &Entity) -> Option<SubnetId> {
        let Names { subnets, .. } = &self.names;
        if let Some(text) = entity.get::<String>("subnet") {
            return subnets.find(Some(vpc_name), text, entity.span("subnet"), &mut self.out);
        }
        match vpc.named("subnet") {
            // The host has no `subnet` key, so a complaint points to the entity itself.
            [(only, _)] => subnets.find(Some(vpc_name), only, entity.at, &mut self.out),
            _ if entity.broken => None,
            [] => {
                self.out
                    .error(entity.at, format!("{} has no subnet to live in", entity.path))
                    .hint(format!("declare [vpc.{vpc_name}.subnet.NAME] with a `cidr`"));
                None
            }
            several => {
                self.out
                    .error(entity.at, format!("{} needs a `subnet`", entity.path))
                    .hint(format!("VPC `{vpc_name}` has {}", list_some(several.iter().map(|(name, _)| name.as_str()))));
                None
            }
        }
    }
}

/// An MTU; the language's table limits it to 16 bits.
pub(super) fn mtu(entity: &Entity, key: &'static str) -> Option<u16> {
    entity.get::<ByteSize>(key).and_then(|size| u16::try_from(size.as_u64()).ok())
}

/// The refusal with the full name of its subnet, the form in which places are recorded.
fn qualified(mut refusal: Refusal, vpc: &str) -> Refusal {
    match &mut refusal {
        Refusal::SubnetOverlap { other: name, .. }
        | Refusal::HostOutsideSubnet { subnet: name, .. }
        | Refusal::AddressReserved { subnet: name, .. } => *name = format!("{vpc}/{name}"),
        _ => {}
    }
    refusal
}

/// A time of the file as an instant of the run; the language's table limits it.
pub(super) fn instant(entity: &Entity, key: &'static str) -> Option<SimTime> {
    let time = entity.get::<SimDuration>(key)?;
    debug_assert!(*time <= TIME_MAX);
    Some(SimTime::ZERO + *time)
}
