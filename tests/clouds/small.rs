//! A small cloud of our own, listed as a console lists it, with verdicts that we know: the comparison finds them right,
//! and wrong ones wrong. Its ids exist nowhere.

use super::{Outcome, outcomes};
use serde_json::{Value, json};

fn vpc(id: &str, cidr: &str, gone: &str) -> Value {
    let state = |cidr: &str, state: &str| json!({ "CidrBlock": cidr, "CidrBlockState": { "State": state } });
    let cidrs = json!([state(gone, "disassociated"), state(cidr, "associated")]);
    json!({ "VpcId": id, "OwnerId": "111122223333", "CidrBlock": cidr, "CidrBlockAssociationSet": cidrs })
}

fn subnet(id: &str, vpc: &str, cidr: &str, zone: &str) -> Value {
    json!({ "SubnetId": id, "VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone })
}

/// A route table: of one subnet, or the main one.
fn table(id: &str, vpc: &str, of: Option<&str>, routes: Value) -> Value {
    let association = of.map_or(json!({ "Main": true }), |subnet| json!({ "Main": false, "SubnetId": subnet }));
    json!({ "RouteTableId": id, "VpcId": vpc, "Associations": [association], "Routes": routes })
}

fn route(to: &str, key: &str, via: &str) -> Value {
    json!({ "DestinationCidrBlock": to, key: via, "State": "active" })
}

fn over(to: &str, peering: &str) -> Value {
    route(to, "VpcPeeringConnectionId", peering)
}

fn peering(id: &str, code: &str, [requester, accepter]: [&Value; 2]) -> Value {
    json!({ "VpcPeeringConnectionId": id, "Status": { "Code": code },
            "RequesterVpcInfo": requester, "AccepterVpcInfo": accepter })
}

/// An end of a peering.
fn end(vpc: &str, cidr: &str, region: &str) -> Value {
    json!({ "VpcId": vpc, "OwnerId": "444455556666", "Region": region, "CidrBlockSet": [{ "CidrBlock": cidr }] })
}

fn interface(instance: &str, vpc: &str, subnet: &str, address: &str) -> Value {
    json!({ "NetworkInterfaceId": format!("eni-of-{instance}"), "VpcId": vpc, "SubnetId": subnet,
            "PrivateIpAddress": address, "Attachment": { "InstanceId": instance } })
}

/// Two regions. `vpc-near` is peered with `vpc-far`; with `vpc-twin`, which has the same addresses; and with a
/// stranger's VPC that is not listed. Its request to `vpc-lone` waits; that between `vpc-lone` and `vpc-far` is gone.
fn cloud() -> [Value; 2] {
    let near = end("vpc-near", "10.1.0.0/16", "us-east-2");
    let far = end("vpc-far", "10.2.0.0/16", "eu-west-1");
    let twin = end("vpc-twin", "10.2.0.0/16", "us-east-2");
    let lone = end("vpc-lone", "10.4.0.0/16", "us-east-2");
    let stranger = end("vpc-stranger", "10.3.0.0/16", "us-east-2");
    let joined = peering("pcx-far", "active", [&near, &far]);
    let routes = json!([
        route("10.1.0.0/16", "GatewayId", "local"),
        over("10.2.0.0/16", "pcx-twin"),
        over("10.2.1.0/24", "pcx-far"),
        over("10.3.0.0/16", "pcx-stranger"),
        over("10.4.0.0/16", "pcx-asked"),
        route("0.0.0.0/0", "GatewayId", "igw-near"),
    ]);
    let home = json!({
        "Vpcs": [
            vpc("vpc-near", "10.1.0.0/16", "10.9.0.0/16"),
            vpc("vpc-twin", "10.2.0.0/16", "10.9.0.0/16"),
            vpc("vpc-lone", "10.4.0.0/16", "10.9.0.0/16"),
        ],
        "Subnets": [
            subnet("subnet-routed", "vpc-near", "10.1.1.0/24", "us-east-2b"),
            subnet("subnet-main", "vpc-near", "10.1.2.0/24", "us-east-2a"),
        ],
        "RouteTables": [
            table("rtb-main", "vpc-near", None, json!([])),
            table("rtb-routed", "vpc-near", Some("subnet-routed"), routes),
        ],
        "VpcPeeringConnections": [
            joined,
            peering("pcx-twin", "active", [&near, &twin]),
            peering("pcx-gone", "deleted", [&lone, &far]),
            peering("pcx-asked", "pending-acceptance", [&near, &lone]),
            peering("pcx-stranger", "active", [&stranger, &near]),
        ],
        "NetworkInterfaces": [
            interface("i-routed", "vpc-near", "subnet-routed", "10.1.1.10"),
            interface("i-main", "vpc-near", "subnet-main", "10.1.2.10"),
        ],
    });
    let back = json!([over("10.1.0.0/16", "pcx-far"), over("10.4.0.0/16", "pcx-gone")]);
    let away = json!({
        "Vpcs": [vpc("vpc-far", "10.2.0.0/16", "10.9.0.0/16")],
        "Subnets": [subnet("subnet-far", "vpc-far", "10.2.1.0/24", "eu-west-1c")],
        "RouteTables": [table("rtb-far", "vpc-far", None, back)],
        "VpcPeeringConnections": [joined],
        "NetworkInterfaces": [interface("i-far", "vpc-far", "subnet-far", "10.2.1.10")],
    });
    [home, away]
}

fn flow(to: &str, disposition: &str, hops: &str) -> Value {
    let hops: Vec<&str> = hops.split(' ').collect();
    json!({ "from": hops[0], "to": to, "disposition": disposition, "hops": hops })
}

#[test]
fn right_verdicts_are_agreed_with() {
    let to_far = "i-routed subnet-routed vpc-near vpc-far";
    let flows = [
        flow("10.2.1.10", "ACCEPTED", &format!("{to_far} subnet-far i-far")),
        flow("10.1.2.10", "DENIED_IN", "i-far subnet-far vpc-far vpc-near subnet-main i-main"),
        flow("10.2.1.11", "NEIGHBOR_UNREACHABLE", &format!("{to_far} subnet-far")),
        flow("10.2.2.10", "NULL_ROUTED", "i-routed subnet-routed vpc-near vpc-twin"),
        flow("10.3.0.10", "NULL_ROUTED", "i-routed subnet-routed vpc-near vpc-stranger"),
        flow("10.1.3.10", "NULL_ROUTED", "i-main subnet-main vpc-near"),
        flow("10.2.1.10", "NO_ROUTE", "i-main subnet-main"),
        flow("10.9.0.10", "NO_ROUTE", "i-main subnet-main"),
        // Not peered at all.
        flow("10.3.0.10", "NO_ROUTE", "i-far subnet-far"),
        // Others have no word for these.
        flow("10.4.0.10", "peering_pending", "i-routed subnet-routed vpc-near vpc-lone"),
        flow("10.4.0.10", "route_blackhole", "i-far subnet-far vpc-far"),
    ];
    let found = outcomes(&cloud(), &flows);
    assert!(found.iter().all(|outcome| *outcome == Outcome::Agrees), "{found:?}");
    let beyond = [
        flow("192.0.2.1", "EXITS_NETWORK", "i-routed subnet-routed vpc-near igw-near internet"),
        flow("10.1.1.10", "DENIED_IN", "igw-near vpc-near subnet-routed i-routed"),
    ];
    let expected = [Outcome::NotModelled("igw-near".to_owned()), Outcome::NotAsked("it starts at no host")];
    assert_eq!(outcomes(&cloud(), &beyond), expected);
}

#[test]
fn wrong_verdicts_are_not() {
    let way = "i-routed subnet-routed vpc-near vpc-far subnet-far i-far";
    let wrong = [
        flow("10.2.1.10", "NO_ROUTE", way),
        flow("10.2.1.10", "ACCEPTED", &way.replace("vpc-far", "vpc-twin")),
        flow("10.2.1.11", "NULL_ROUTED", "i-routed subnet-routed vpc-near vpc-far subnet-far"),
        flow("10.2.1.10", "ACCEPTED", "i-main subnet-main vpc-near vpc-far subnet-far i-far"),
        flow("192.0.2.1", "EXITS_NETWORK", "i-routed subnet-routed vpc-near nat-near internet"),
        flow("192.0.2.1", "NO_ROUTE", "i-routed subnet-routed"),
        flow("10.4.0.10", "ACCEPTED", "i-far subnet-far vpc-far vpc-lone"),
    ];
    let found = outcomes(&cloud(), &wrong);
    assert!(found.iter().all(|outcome| matches!(outcome, Outcome::Disagrees(_))), "{found:?}");
}
