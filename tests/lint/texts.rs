//! Small scenarios as texts, and what lint says about them.

use crate::loading::loaded;
use vpcsim::diagnose::lint::lint;
use vpcsim::diagnose::{Finding, Ground, Severity};
use vpcsim::units::SimTime;

pub const HEAD: &str = "name = \"lint\"\nduration = \"10 s\"\n";

/// A VPC in Beijing with a subnet `s` and a host `h` there.
pub fn vpc(name: &str, net: &str, routes: &str) -> String {
    vpc_in("beijing", name, net, routes)
}

/// The same, somewhere else. `net` is the beginning of its addresses.
pub fn vpc_in(region: &str, name: &str, net: &str, routes: &str) -> String {
    let routes = if routes.is_empty() { String::new() } else { format!("routes = [\n{routes}\n]\n") };
    format!(
        "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"{net}.0.0/16\"\n\
         [vpc.{name}.subnet.s]\ncidr = \"{net}.1.0/24\"\n{routes}\
         [vpc.{name}.host.h]\nsubnet = \"s\"\naddress = \"{net}.1.10\"\n"
    )
}

/// A route as an element.
pub fn to(prefix: &str, via: &str) -> String {
    format!("{{ to = \"{prefix}\", via = \"{via}\" }},\n")
}

pub fn blackhole(prefix: &str) -> String {
    format!("{{ to = \"{prefix}\", via = {{ blackhole = true }} }},\n")
}

pub fn peering(name: &str, a: &str, b: &str, more: &str) -> String {
    format!("[peering.{name}]\nrequester = \"{a}\"\naccepter = \"{b}\"\n{more}\n")
}

/// Two peered VPCs, 10.1.0.0/16 and 10.2.0.0/16, with these routes.
pub fn two(a: &str, b: &str, more: &str) -> String {
    format!("{HEAD}{}{}{}{more}", vpc("a", "10.1", a), vpc("b", "10.2", b), peering("ab", "a", "b", ""))
}

/// Two VPCs that route to each other over a peering with these settings.
pub fn joined(settings: &str, more: &str) -> String {
    let (a, b) = (to("10.2.0.0/16", "ab"), to("10.1.0.0/16", "ab"));
    format!("{HEAD}{}{}{}{more}", vpc("a", "10.1", &a), vpc("b", "10.2", &b), peering("ab", "a", "b", settings))
}

/// The same across regions.
pub fn far(settings: &str, more: &str) -> String {
    let (a, b) = (to("10.2.0.0/16", "ab"), to("10.1.0.0/16", "ab"));
    let (a, b) = (vpc("a", "10.1", &a), vpc_in("guangzhou", "b", "10.2", &b));
    format!("{HEAD}{a}{b}{}{more}", peering("ab", "a", "b", settings))
}

/// Everything that lint finds at the start.
pub fn found(text: &str) -> Vec<Finding> {
    found_at(text, SimTime::ZERO)
}

pub fn found_at(text: &str, at: SimTime) -> Vec<Finding> {
    let scenario = loaded(&[("s.toml", text.to_owned())], &[]);
    lint(&Ground::at(scenario.network, &scenario.plan, at), &scenario.plan, at)
}

/// The severities of the findings with this code.
pub fn severities(text: &str, code: &str) -> Vec<Severity> {
    found(text).iter().filter(|finding| finding.code == code).map(|finding| finding.severity).collect()
}
