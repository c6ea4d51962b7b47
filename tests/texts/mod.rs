//! Scenario texts with which several tests begin.

/// Two VPCs with a host each and a peering `p`, whose table the appended text continues.
pub const PAIR: &str = r#"
[vpc.a]
region = "beijing"
cidr = "10.0.0.0/16"
[vpc.a.subnet.s]
cidr = "10.0.1.0/24"
routes = [{ to = "10.1.0.0/16", via = "p" }]
[vpc.a.host.h]
[vpc.b]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.b.subnet.s]
cidr = "10.1.1.0/24"
[vpc.b.host.h]
[peering.p]
requester = "a"
accepter = "b"
"#;
