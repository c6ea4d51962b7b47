//! The details of peerings as readable text.

use super::model::PeeringDetails;
use crate::report::format::column::{number, text};
use crate::report::format::page::Page;
use crate::report::format::table::Table;
use crate::units::Share;

/// The details as text.
pub fn show(details: &[PeeringDetails], page: &Page) -> String {
    details.iter().map(|peering| one(peering, page)).collect::<Vec<_>>().join("\n")
}

fn one(peering: &PeeringDetails, page: &Page) -> String {
    let mut out = page.title(&headline(peering));
    out += &page.remark(&transport(peering));
    out += &ends(peering).render(page);
    out.push('\n');
    let routes = routes(peering);
    if routes.is_empty() {
        return out + &page.remark("no route on either side leads over it: nothing gets across (S4)");
    }
    out += &routes.render(page);
    for end in peering.ends.iter().filter(|end| end.routes.iter().all(|route| route.disabled)) {
        let vpc = &end.vpc;
        out +=
            &page.remark(&format!("no route of {vpc} leads over it: nothing gets from there to the other side (S4)"));
    }
    out
}

fn headline(peering: &PeeringDetails) -> String {
    let kind = if peering.cross_region { "cross-region" } else { "regional" };
    let mut out = format!("{}: {kind}, {} since {}", peering.name, peering.state, peering.since);
    if let Some(expires) = peering.expires {
        out += &format!(", expires at {expires}");
    }
    if let Some(label) = &peering.label {
        out += &format!(" ({label})");
    }
    out
}

/// The transport of its packets, in one sentence.
fn transport(peering: &PeeringDetails) -> String {
    let mut out = match (peering.bandwidth, peering.shaped_to, peering.burst) {
        (Some(cap), _, Some(burst)) => format!("cap {cap} per direction, burst {burst}, queue {}", peering.queue),
        (_, Some(ceiling), Some(burst)) => {
            let queue = &peering.queue;
            format!("no cap, the platform's ceiling {ceiling} per direction, burst {burst}, queue {queue}")
        }
        _ => "no cap".to_owned(),
    };
    out += &format!(", delay {}, MTU {} B", peering.delay, peering.mtu);
    if peering.nodes_up < peering.nodes {
        out += &format!(", {} of {} nodes up", peering.nodes_up, peering.nodes);
    }
    if peering.down {
        out += ", CUT";
    }
    if peering.loss > Share::ZERO {
        out += &format!(", loses {}", peering.loss);
    }
    out
}

fn ends(peering: &PeeringDetails) -> Table {
    let mut table = Table::new(&[
        text("end").key(),
        text("VPC"),
        text("account"),
        text("region"),
        text("CIDRs"),
        number("free quota"),
    ]);
    for end in &peering.ends {
        table.row([
            end.role.into(),
            end.vpc.clone(),
            end.account.clone(),
            end.region.clone(),
            end.cidrs.join(", "),
            end.free_quota.to_string(),
        ]);
    }
    table
}

fn routes(peering: &PeeringDetails) -> Table {
    let mut table = Table::new(&[text("routes of").key(), text("subnet"), text("table"), text("to"), text("")]);
    for end in &peering.ends {
        for route in &end.routes {
            table.row([
                end.vpc.clone(),
                route.subnet.clone().unwrap_or_else(|| "none".into()),
                route.table.clone(),
                route.to.clone(),
                if route.disabled { "disabled".into() } else { String::new() },
            ]);
        }
    }
    table
}
