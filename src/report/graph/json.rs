//! The graph for programs: one JSON document, the [`Graph`] unchanged. The descriptions of its fields hold here too.
//!
//! ```json
//! {
//!   "format": "vpcsim-graph", "version": 1, "scenario": "quick start", "at_ns": 0, "partial": false,
//!   "regions": [{"name": "guangzhou", "vpcs": [0]}, …],
//!   "vpcs": [{"name": "VPC1", "label": null, "region": "guangzhou", "account": "…", "cidrs": ["192.168.0.0/16"],
//!             "subnets": [{"name": "A", "cidr": "192.168.1.0/24", "table": "A",
//!                          "hosts": [{"first": "web-1", "last": "web-4", "count": 4, "down": 0}]}],
//!             "dropped_by": []}, …],
//!   "peerings": [{"name": "PeerConn", "requester": "VPC1", "accepter": "VPC2", "state": "ACTIVE", "active": true,
//!                 "cap_bps": 100000000, "delay_ns": 18400000, "mtu_bytes": 1500, "down": false,
//!                 "load": [{"to": "VPC2", "mean_bps": 79853000, "loss": 0.0, "dropped_by": [], …}, …], …}]
//! }
//! ```
//!
//! `load` is `null` without a run, and `busiest_bps` without intervals. Shares (`loss`) are numbers from 0 to 1. Keys
//! may be added within a version; none is removed or changes its meaning.

use crate::diagnose::graph::Graph;
use crate::report::format::json::pretty;

/// The graph as an indented JSON document that ends in a newline.
pub fn graph_json(graph: &Graph) -> String {
    pretty(graph)
}
