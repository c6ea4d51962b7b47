//! Clouds as their own consoles list them, loaded as scenarios, and flows through them that somebody else judged: our
//! answer, a real packet and that verdict must be the same, hop by hop. The clouds are not part of this repository;
//! a small one of our own shows that the comparison works. Security groups and network ACLs are not judged: "denied on
//! entry" is to arrive.

mod describe;
#[path = "../loading/mod.rs"]
mod loading;
mod small;

use describe::{Described, described};
use loading::loaded;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use vpcsim::dataplane::packet::PacketKind;
use vpcsim::diagnose::explain::{Explanation, Leg, Question, explain};
use vpcsim::diagnose::{Ground, Stop};
use vpcsim::engine::{Options, Record, Run};
use vpcsim::model::{HostId, Network, Probe, Verdict};
use vpcsim::scenario::Scenario;
use vpcsim::units::SimTime;

/// What becomes of a flow that somebody judged.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It passes the same nodes to the same end.
    Agrees,
    /// It passes the same nodes as far as this gateway, and the model has no gateways.
    NotModelled(String),
    /// Why it was not asked: it does not start at a host, or its cloud is not there.
    NotAsked(&'static str),
    /// Our answer.
    Disagrees(String),
}

/// Compares the verdicts on flows through a cloud, in order.
fn outcomes(listings: &[Value], flows: &[Value]) -> Vec<Outcome> {
    let cloud = described(listings);
    let sender = |flow: &Value| cloud.hosts.get(flow["from"].as_str().unwrap_or_default());
    let mut text = cloud.text.clone();
    let mut asked = 0..;
    let numbers: Vec<Option<u32>> = flows.iter().map(|flow| sender(flow).and_then(|_| asked.next())).collect();
    for (flow, number) in flows.iter().zip(&numbers) {
        if let (Some(from), Some(number)) = (sender(flow), number) {
            let to = &flow["to"];
            writeln!(text, "[traffic.f{number}]\nfrom = {from:?}\nto = {to}\npattern = \"ping\"\ncount = 1")
                .expect("it is a string");
        }
    }
    let scenario = loaded(&[("cloud.toml", text)], &[]);
    let (ground, fates) = (Ground::of(scenario.network.clone()), fates(&scenario));
    let outcome = |(flow, number): (&Value, Option<u32>)| match number {
        Some(number) => outcome(&cloud, &ground, flow, fates.get(&number).copied()),
        None => Outcome::NotAsked("it starts at no host"),
    };
    flows.iter().zip(numbers).map(outcome).collect()
}

/// How the one packet of each traffic entry ends.
fn fates(scenario: &Scenario) -> BTreeMap<u32, Verdict> {
    let mut run = Run::new(scenario.network.clone(), scenario.plan.clone(), Options::default());
    let ends = Arc::new(Mutex::new(BTreeMap::new()));
    let sink = Arc::clone(&ends);
    run.simulation.observe(Box::new(move |told: &[Record]| {
        let originals = told.iter().filter(|record| record.kind == PacketKind::Original);
        let ended = originals.filter_map(|record| Some((record.id.source().0, record.verdict()?)));
        sink.lock().expect("nobody panicked").extend(ended);
    }));
    run.advance(SimTime::NEVER);
    run.finish().expect("the books balance");
    std::mem::take(&mut *ends.lock().expect("nobody panicked"))
}

fn outcome(cloud: &Described, ground: &Ground, flow: &Value, packet: Option<Verdict>) -> Outcome {
    let network = ground.network();
    let hops: Vec<&str> = flow["hops"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let host = |id: &str| cloud.hosts.get(id).and_then(|name| host_called(network, name));
    let from = flow["from"].as_str().and_then(host).expect("it is in the scenario");
    let address = flow["to"].as_str().and_then(|to| to.parse().ok()).expect("it goes to an address");
    if flow["from_address"].as_str().is_some_and(|source| source != network.host(from).address.to_string()) {
        return Outcome::NotAsked("its source is not its sender's address");
    }
    let to = hops.last().and_then(|last| host(last));
    let plan = vpcsim::workload::plan(Vec::new());
    let answer = explain(ground, &plan, Question { from, address, to, probe: Probe::ECHO, at: SimTime::ZERO });
    let gateway = gateway(cloud, network, &answer.request);
    let passed = passed(network, &answer.request, gateway);
    let end = answer.trip.request.verdict();
    let same_packet = packet.map(|verdict| verdict.map_err(Stop::Dropped)) == Some(answer.trip.request.end);
    match gateway {
        Some(gateway) if same_packet && hops.starts_with(&passed) => Outcome::NotModelled(gateway.to_owned()),
        None if same_packet && hops == passed && is_meant(flow, &answer) => Outcome::Agrees,
        _ => Outcome::Disagrees(format!("{end}, {}, packet {packet:?}, {passed:?}", answer.conclusion.code)),
    }
}

/// Whether an answer means what the flow's disposition says: a word of theirs, or a code of ours.
fn is_meant(flow: &Value, answer: &Explanation) -> bool {
    let code = match flow["disposition"].as_str().unwrap_or_default() {
        // Only the way there was judged.
        "ACCEPTED" | "DENIED_IN" => return answer.question.to.is_some() && answer.trip.arrives(answer.question.to),
        "NO_ROUTE" => "no_route",
        "NULL_ROUTED" => "dst_no_subnet",
        "NEIGHBOR_UNREACHABLE" => "dst_no_host",
        other => other,
    };
    let concluded = answer.conclusion.code;
    answer.request.way.verdict() == code && (concluded == code || (concluded, code) == ("not_peered", "no_route"))
}

/// The gateway that the matching route leads to.
fn gateway<'a>(cloud: &'a Described, network: &Network, way: &Leg) -> Option<&'a str> {
    let route = way.looked_up()?;
    cloud.gateways.get(&(network.table_name(route.table), route.prefix.to_string())).map(String::as_str)
}

/// The ids of what a packet passes: its sender; outside the subnet that and the VPC, unless no route leads on; the
/// gateway, or the other VPC; the subnet there; the receiver.
fn passed<'a>(network: &'a Network, way: &Leg, gateway: Option<&'a str>) -> Vec<&'a str> {
    let near = network.subnet(way.subnet);
    let landed = way.way.end.ok().map(|host| id(network, host));
    let mut all = vec![id(network, way.way.from)];
    if !near.cidr.contains(&way.way.to) {
        all.push(near.name.as_str());
        all.extend(way.matched.map(|_| network.vpc(near.vpc).name.as_str()));
        all.extend(gateway);
        all.extend(way.link.map(|link| network.vpc(network.ends(link).1).name.as_str()));
        all.extend(way.far_subnet.map(|subnet| network.subnet(subnet).name.as_str()));
    }
    all.extend(landed);
    all
}

fn id(network: &Network, host: HostId) -> &str {
    network.host(host).name.base().as_str()
}

fn host_called(network: &Network, full: &str) -> Option<HostId> {
    let (vpc, name) = full.split_once('/')?;
    network.find_host(network.find_vpc(vpc)?, name)
}

/// The listings in a folder and the folders in it: all files of one folder are one account's in one region.
fn listings(folder: &Path) -> Vec<Value> {
    let entries = std::fs::read_dir(folder).expect("the folder can be listed");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let mut own = serde_json::Map::new();
    for file in files.iter().filter(|file| file.extension() == Some("json".as_ref())) {
        let text = std::fs::read_to_string(file).expect("a listing can be read");
        let listing: Value = serde_json::from_str(&text).expect("a listing is JSON");
        if let Value::Object(listing) = listing {
            own.extend(listing);
        }
    }
    let own = (!own.is_empty()).then_some(Value::Object(own));
    own.into_iter().chain(folders.iter().flat_map(|folder| listings(folder))).collect()
}

#[test]
fn flows_through_real_clouds_end_where_others_say() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let Ok(text) = std::fs::read_to_string(data.join("import-truth/batfish-dispositions.json")) else {
        return eprintln!("skipped: there are no verdicts on real clouds in {}", data.display());
    };
    let truth: Value = serde_json::from_str(&text).expect("the verdicts are JSON");
    let (mut flows_seen, mut agreeing, mut wrong) = (0, 0, Vec::new());
    for (name, snapshot) in truth["snapshots"].as_object().into_iter().flatten() {
        let flows = snapshot["flows"].as_array().map_or(&[][..], Vec::as_slice);
        let folder = snapshot["data"].as_str().map(|folder| data.join(folder)).filter(|folder| folder.is_dir());
        let absent = || flows.iter().map(|_| Outcome::NotAsked("its cloud is not there")).collect();
        let found = folder.map_or_else(absent, |folder| outcomes(&listings(&folder), flows));
        flows_seen += found.len();
        for (flow, outcome) in flows.iter().zip(found) {
            let line = format!("{name}: {} -> {}", flow["from"], flow["to"]).replace('"', "");
            match outcome {
                Outcome::Agrees => agreeing += 1,
                Outcome::NotModelled(gateway) => eprintln!("{line}: not modelled: agrees as far as {gateway}"),
                Outcome::NotAsked(why) => eprintln!("{line}: not modelled: {why}"),
                Outcome::Disagrees(ours) => wrong.push(format!("{line}: {}, ours {ours}", flow["disposition"])),
            }
        }
    }
    let not_modelled = flows_seen - agreeing - wrong.len();
    eprintln!("{flows_seen} flows: {agreeing} agree, {} do not, {not_modelled} are not modelled", wrong.len());
    assert!(wrong.is_empty() && flows_seen > 0, "\n{}", wrong.join("\n"));
}
