//! The details of peerings as a person reads them.

use super::model::PeeringDetails;
use crate::report::format::table::{Column::*, Table};
use crate::units::{Share, escaped};
use std::fmt::Write;

/// The details as text, at most `width` columns.
pub fn show(details: &[PeeringDetails], width: usize) -> String {
    let mut out = String::new();
    for (at, peering) in details.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        // Writing to a String cannot fail.
        let _ = headline(&mut out, peering);
        out += &ends(peering).render(width);
        out.push('\n');
        let routes = routes(peering);
        if routes.is_empty() {
            out += "  no route on either side leads over it: nothing gets across (S4)\n";
        } else {
            out += &routes.render(width);
        }
        for end in peering.ends.iter().filter(|e| !routes.is_empty() && e.routes.iter().all(|r| r.disabled)) {
            let _ = writeln!(
                out,
                "  no route of {} leads over it: nothing gets from there to the other side (S4)",
                end.vpc
            );
        }
    }
    out
}

fn headline(out: &mut String, peering: &PeeringDetails) -> std::fmt::Result {
    let kind = if peering.cross_region { "cross-region" } else { "regional" };
    write!(out, "{}: {kind}, {} since {}", peering.name, peering.state, peering.since)?;
    if let Some(expires) = peering.expires {
        write!(out, ", expires at {expires}")?;
    }
    if let Some(label) = &peering.label {
        write!(out, " ({})", escaped(label))?;
    }
    write!(out, "\n  ")?;
    match (peering.bandwidth, peering.shaped_to, peering.burst) {
        (Some(cap), _, Some(burst)) => write!(out, "cap {cap} per direction, burst {burst}, queue {}", peering.queue)?,
        (_, Some(ceiling), Some(burst)) => {
            write!(
                out,
                "no cap, the platform's ceiling {ceiling} per direction, burst {burst}, queue {}",
                peering.queue
            )?;
        }
        _ => write!(out, "no cap")?,
    }
    write!(out, ", delay {}, MTU {} B", peering.delay, peering.mtu)?;
    if peering.nodes_up < peering.nodes {
        write!(out, ", {} of {} nodes up", peering.nodes_up, peering.nodes)?;
    }
    if peering.down {
        write!(out, ", CUT")?;
    }
    if peering.loss > Share::ZERO {
        write!(out, ", loses {}", peering.loss)?;
    }
    writeln!(out)
}

fn ends(peering: &PeeringDetails) -> Table {
    let mut table = Table::new(&[
        ("end", Text),
        ("VPC", Text),
        ("account", Text),
        ("region", Text),
        ("CIDRs", Text),
        ("free quota", Number),
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
    let mut table = Table::new(&[("routes of", Text), ("subnet", Text), ("table", Text), ("to", Text), ("", Text)]);
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
