//! For every lint a scenario that provokes it, and one that comes near and does not.

use crate::texts::*;
use std::collections::BTreeSet;
use vpcsim::diagnose::Severity::{self, Error, Info, Warning};
use vpcsim::diagnose::lint::LIST;

/// A lint, how bad it is in a scenario that provokes it, that scenario, and one that comes near.
pub type Case = (&'static str, Severity, String, String);

pub fn cases() -> Vec<Case> {
    [of_ways_back(), of_routes(), of_tables(), of_peerings(), of_states(), of_traffic()].concat()
}

fn of_ways_back() -> Vec<Case> {
    let (a, b) = (to("10.2.0.0/16", "ab"), to("10.1.0.0/16", "ab"));
    let sent = |pattern: &str| format!("[traffic.t]\nfrom = \"a/h\"\nto = \"b/h\"\n{pattern}\n");
    let stream = sent("rate = \"1 Mbps\"\npacket_size = \"1000 B\"");
    let ping = sent("pattern = \"ping\"");
    let disabled = "{ to = \"10.1.0.0/16\", via = \"ab\", disabled = true },\n";
    // Two peers with the same addresses; the hub answers only one of them, or each by a route of its own.
    let twins = |hub: &str, left: &str| {
        let spoke = to("10.5.0.0/16", left);
        let (hub, right) = (vpc("hub", "10.5", hub), vpc("right", "10.9", &to("10.5.0.0/16", "hr")));
        let left = vpc("left", "10.9", &spoke).replace("address = \"10.9.1.10\"", "address = \"10.9.1.20\"");
        let left = left.replace("10.9.1.0/24", "10.9.2.0/24").replace("10.9.1.20", "10.9.2.20");
        format!("{HEAD}{hub}{left}{right}{}{}", peering("hl", "hub", "left", ""), peering("hr", "hub", "right", ""))
    };
    let both = to("10.9.1.0/24", "hr") + &to("10.9.2.0/24", "hl");
    vec![
        ("NO_RETURN_ROUTE", Error, two(&a, "", ""), two(&a, &b, "")),
        ("NO_RETURN_ROUTE", Error, two(&a, disabled, &ping), two(&a, &b, &ping)),
        ("NO_RETURN_ROUTE", Error, two(&a, &to("10.1.2.0/24", "ab"), ""), two(&a, &to("10.1.1.0/24", "ab"), "")),
        ("NO_RETURN_ROUTE", Info, two(&a, "", &stream), two("", "", "")),
        (
            "RETURN_ROUTE_PARTIAL",
            Warning,
            two(&a, &to("10.1.1.0/25", "ab"), ""),
            two(&a, &(to("10.1.1.0/25", "ab") + &to("10.1.1.128/25", "ab")), ""),
        ),
        ("RETURN_PATH_DIVERGES", Warning, twins(&to("10.9.0.0/16", "hr"), "hl"), twins(&both, "hl")),
        ("AMBIGUOUS_OVERLAPPING_PEERS", Info, twins(&both, "hl"), joined("", "")),
        (
            "AMBIGUOUS_OVERLAPPING_PEERS",
            Warning,
            twins("", "hl").replace("10.5.0.0/16\", via", "10.5.7.0/24\", via"),
            {
                let apart = twins("", "hl").replace("10.9.0.0/16\"\n[vpc.left", "10.8.0.0/16\"\n[vpc.left");
                apart.replace("10.9.2.", "10.8.2.")
            },
        ),
    ]
}

fn of_routes() -> Vec<Case> {
    let (a, b) = (to("10.2.0.0/16", "ab"), to("10.1.0.0/16", "ab"));
    // A hub `b` between `a` and `c`.
    let row = |a: &str, more: &str| {
        let (b, c) = (b.clone() + &to("10.3.0.0/16", "bc"), to("10.2.0.0/16", "bc"));
        let vpcs = vpc("a", "10.1", a) + &vpc("b", "10.2", &b) + &vpc("c", "10.3", &c);
        format!("{HEAD}{vpcs}{}{}{more}", peering("ab", "a", "b", ""), peering("bc", "b", "c", ""))
    };
    let hub = |stray: &str| row(&a, "").replace(&to("10.3.0.0/16", "bc"), &(to("10.3.0.0/16", "bc") + stray));
    let own = a.clone() + &to("10.3.0.0/16", "ac");
    let ac = peering("ac", "a", "c", "");
    let spare = |state: &str, via: &str| {
        let spare = vpc("c", "10.3", "") + &peering("ac", "a", "c", &format!("state = \"{state}\""));
        two(&(a.clone() + &to("10.2.1.0/24", via)), &b, &spare)
    };
    let halves = |other: &str| a.clone() + &to("10.2.0.0/17", "ab") + other;
    let disabled = "{ to = \"10.2.1.0/24\", via = \"ab\", disabled = true },\n";
    vec![
        ("ROUTE_OUTSIDE_PEER_CIDR", Error, hub(&to("10.3.1.0/24", "ab")), hub(&to("10.3.1.0/24", "bc"))),
        ("ROUTE_OUTSIDE_PEER_CIDR", Warning, two(&(a.clone() + &to("10.7.0.0/16", "ab")), &b, ""), two(&a, &b, "")),
        (
            "ROUTE_OUTSIDE_PEER_CIDR",
            Warning,
            two(&to("10.2.0.0/15", "ab"), &b, ""),
            two(&to("10.2.0.0/17", "ab"), &b, ""),
        ),
        ("TRANSIT_NOT_ALLOWED", Error, row(&(a.clone() + &to("10.3.0.0/16", "ab")), ""), row(&own, &ac)),
        ("TRANSIT_NOT_ALLOWED", Warning, row(&to("10.2.0.0/15", "ab"), ""), row(&a, "")),
        ("MORE_SPECIFIC_ROUTE", Warning, spare("EXPIRED", "ac"), spare("EXPIRED", "ab")),
        ("ROUTE_SHADOWED", Warning, two(&halves(&blackhole("10.2.128.0/17")), &b, ""), two(&halves(""), &b, "")),
        ("ROUTE_SHADOWED", Info, two(&halves(&to("10.2.128.0/17", "ab")), &b, ""), two(&a, &b, "")),
        (
            "DST_NO_SUBNET",
            Warning,
            two(&(a.clone() + &to("10.2.9.0/24", "ab")), &b, ""),
            two(&(a.clone() + &to("10.2.1.0/24", "ab")), &b, ""),
        ),
        (
            "ROUTE_BLACKHOLE",
            Info,
            two(&(a.clone() + &blackhole("10.2.1.7/32")), &b, ""),
            two(&(a.clone() + &blackhole("10.7.1.7/32")), &b, ""),
        ),
        ("ROUTE_DISABLED", Info, two(&(a.clone() + disabled), &b, ""), two(&(a + &to("10.2.1.0/24", "ab")), &b, "")),
    ]
}

fn of_tables() -> Vec<Case> {
    let (a, b) = (to("10.2.1.0/24", "ab"), to("10.1.0.0/16", "ab"));
    let table = "[vpc.b.table.shared]\nroutes = [{ to = \"10.1.0.0/16\", via = \"ab\" }]\n";
    let user = "[vpc.b.subnet.user]\ncidr = \"10.2.7.0/24\"\ntable = \"shared\"\n";
    let quiet = |routes: &str| format!("[vpc.b.subnet.quiet]\ncidr = \"10.2.2.0/24\"\n{routes}\n");
    let routed = quiet("routes = [{ to = \"10.1.0.0/16\", via = \"ab\" }]");
    vec![
        ("TABLE_UNUSED", Warning, two(&a, &b, table), two(&a, &b, &format!("{table}{user}"))),
        ("SUBNET_WITHOUT_ROUTES", Info, two(&a, &b, &quiet("")), two(&a, &b, &routed)),
        // Told as a missing way back.
        ("SUBNET_WITHOUT_ROUTES", Info, two(&a, &b, &quiet("")), two(&to("10.2.0.0/16", "ab"), &b, &quiet(""))),
    ]
}

fn of_peerings() -> Vec<Case> {
    let (a, b) = (to("10.2.0.0/16", "ab"), to("10.1.0.0/16", "ab"));
    let owned = |trusts: &str, state: &str| {
        let text = joined(state, &format!("[account.host]\ntrusts = [{trusts}]\n"));
        text.replace("[vpc.a]\n", "[vpc.a]\naccount = \"guest\"\n")
            .replace("[vpc.b]\n", "[vpc.b]\naccount = \"host\"\n")
    };
    let asked = |ago: &str| owned("\"guest\"", &format!("requested = \"-{ago}\""));
    let quota = |quota: u32| format!("quota = {quota}\n{}", joined("", ""));
    vec![
        ("PEERING_WITHOUT_ROUTES", Warning, two("", "", ""), two(&a, &b, "")),
        // Told as a missing way back.
        ("PEERING_WITHOUT_ROUTES", Warning, two(&to("10.2.9.0/24", "ab"), "", ""), two(&a, "", "")),
        ("UNTRUSTED_ACCOUNT", Warning, owned("\"me\"", "state = \"ACTIVE\""), owned("\"guest\"", "state = \"ACTIVE\"")),
        ("UNTRUSTED_ACCOUNT", Warning, owned("\"me\"", ""), owned("\"guest\"", "")),
        ("REQUEST_NEARLY_EXPIRED", Warning, asked("145 h"), asked("143 h")),
        ("PEERING_PENDING", Warning, asked("143 h"), owned("\"guest\"", "state = \"ACTIVE\"")),
        ("QUOTA_NEARLY_USED", Info, quota(1), quota(2)),
    ]
}

fn of_states() -> Vec<Case> {
    let state = |state: &str| joined(&format!("state = \"{state}\""), "");
    let alone = |state: &str| {
        two("", "", "").replace("accepter = \"b\"\n", &format!("accepter = \"b\"\nstate = \"{state}\"\n"))
    };
    vec![
        ("PEERING_PENDING", Info, alone("PENDING"), alone("ACTIVE")),
        ("PEERING_EXPIRED", Warning, state("EXPIRED"), state("ACTIVE")),
        ("PEERING_REJECTED", Warning, state("REJECTED"), alone("REJECTED")),
        ("PEERING_FAILED", Warning, state("FAILED"), state("ACTIVE")),
        ("PEERING_ISOLATED", Warning, state("ISOLATED"), state("ACTIVE")),
        ("PEERING_ISOLATED", Info, alone("ISOLATED"), state("ACTIVE")),
    ]
}

fn of_traffic() -> Vec<Case> {
    let sent = |more: &str| format!("[traffic.t]\nfrom = \"a/h\"\nto = \"b/h\"\n{more}\n");
    let stream = |rate: u32, size: u32| sent(&format!("rate = \"{rate} Mbps\"\npacket_size = \"{size} B\""));
    let cap = |mbps: u32| format!("bandwidth = \"{mbps} Mbps\"");
    let copy = |more: &str| far(&cap(100), &sent(&format!("pattern = \"tcp\"\n{more}")));
    let narrow = format!("{}\nmtu = \"1400 B\"", cap(100));
    let visible = |text: String| text.replace(HEAD, &format!("{HEAD}routers_visible = true\n"));
    let mixed = |large: u32| {
        let sizes = format!("sizes = {{ \"100 B\" = 9, \"{large} B\" = 1 }}");
        far(&cap(100), &sent(&format!("{sizes}\nrate = \"1 Mbps\"")))
    };
    // The second entry begins when the first one ends, or a little before.
    let after = |start: &str| {
        let second = stream(80, 1_000).replace("traffic.t", "traffic.u") + &format!("start = \"{start}\"\n");
        far(&cap(100), &format!("{}stop = \"5 s\"\n{second}", stream(80, 1_000)))
    };
    vec![
        ("CAP_BELOW_OFFERED", Warning, far(&cap(100), &stream(101, 1_000)), far(&cap(100), &stream(100, 1_000))),
        ("CAP_BELOW_OFFERED", Warning, after("4999 ms"), after("5 s")),
        ("CAP_OFF_MENU", Warning, far(&cap(30), ""), far(&cap(50), "")),
        ("CAP_OFF_MENU", Warning, far(&cap(999), ""), far(&(cap(2_000) + "\nticket = true"), "")),
        ("MTU_EXCEEDED", Error, far(&cap(100), &stream(1, 1_501)), far(&cap(100), &stream(1, 1_500))),
        ("MTU_EXCEEDED", Warning, mixed(1_501), mixed(1_500)),
        (
            "MTU_EXCEEDED",
            Error,
            far(&narrow, &sent("pattern = \"tcp\"\nmss = \"1361 B\"")),
            far(&narrow, &sent("pattern = \"tcp\"")),
        ),
        // 100 Mbps over 36.8 ms take 460,000 B.
        ("WINDOW_TOO_SMALL", Info, copy("window = \"459999 B\""), copy("window = \"460000 B\"")),
        (
            "WINDOW_TOO_SMALL",
            Info,
            copy("window = \"64 kB\"\nsize = \"65 kB\""),
            copy("window = \"64 kB\"\nsize = \"64 kB\""),
        ),
        ("MTU_STEP", Info, far(&narrow, ""), visible(far(&narrow, ""))),
    ]
}

#[test]
fn each_lint_is_provoked_by_one_scenario_and_not_by_one_that_comes_near() {
    for (code, severity, bad, near) in cases() {
        let found = severities(&bad, code);
        assert!(found.contains(&severity), "{code} {severity:?}: {found:?}\n{bad}\n{:#?}", crate::texts::found(&bad));
        let least = severities(&near, code).into_iter().min();
        assert!(
            least.is_none_or(|least| least > severity),
            "{code} {least:?}\n{near}\n{:#?}",
            crate::texts::found(&near)
        );
    }
}

#[test]
fn every_lint_has_its_scenarios() {
    let listed: BTreeSet<(&str, Severity)> = LIST.iter().map(|lint| (lint.code, lint.worst)).collect();
    let provoked: BTreeSet<(&str, Severity)> = cases().iter().map(|(code, severity, ..)| (*code, *severity)).collect();
    let missing: Vec<_> = listed.difference(&provoked).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for (code, severity) in &provoked {
        let lint = LIST.iter().find(|lint| lint.code == *code).expect("a lint");
        assert!(lint.worst <= *severity, "{code} is worse than the list says");
        assert!(
            lint.worst == *severity || lint.condition.contains(": a") || lint.condition.contains("an info"),
            "{code}"
        );
    }
}
