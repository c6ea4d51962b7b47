//! The sections of the readable report, each present only if it has content. They are ordered for the reader: what
//! happened to the traffic, on the links, why packets were lost, what was done, what was demanded.

mod demands;
mod peerings;
mod traffic;
mod view;

use super::model::Snapshot;
use crate::report::format::page::Page;
use view::View;

/// Every section that has content, in order.
pub fn all(snapshot: &Snapshot, page: &Page) -> Vec<String> {
    let sections = [
        traffic::traffic,
        traffic::connections,
        traffic::given_up,
        traffic::pings,
        traffic::losses,
        traffic::icmp_errors,
        traffic::handled,
        peerings::peerings,
        peerings::drops,
        peerings::availability,
        demands::timeline,
        demands::expectations,
        demands::notes,
    ];
    let view = View { snapshot, page };
    sections.into_iter().filter_map(|section| section(&view)).collect()
}
