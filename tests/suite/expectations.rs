//! What expectations report for peerings whose name changes hands: made again, reversed, renamed. The numbers are
//! worked out by hand; each text goes the whole way from the file to the verdict.

use bytes::Bytes;
use std::path::Path;
use vpcsim::engine::{Measured, Options, Run, verify};
use vpcsim::scenario::{Diagnostic, Files, load};

/// One file, whatever it is called.
struct Text(String);

impl Files for Text {
    fn read(&self, _: &Path) -> std::io::Result<Bytes> {
        Ok(self.0.clone().into())
    }
}

/// 20 s of 100-byte packets from `a` to `b`, one every 10 ms from 5 ms on, over the peering `p` with a delay of 1 ms,
/// while there is a route over it.
const HEAD: &str = r#"
name = "lives"
duration = "20 s"
[vpc.a]
region = "beijing"
cidr = "10.1.0.0/16"
[vpc.a.subnet.s]
cidr = "10.1.1.0/24"
routes = [{ to = "10.2.0.0/16", via = "p" }]
[vpc.a.host.h]
[vpc.b]
region = "shanghai"
cidr = "10.2.0.0/16"
[vpc.b.subnet.s]
cidr = "10.2.1.0/24"
[vpc.b.host.h]
[vpc.c]
region = "guangzhou"
cidr = "10.3.0.0/16"
[vpc.c.subnet.s]
cidr = "10.3.1.0/24"
[peering.p]
requester = "a"
accepter = "b"
bandwidth = "10 Mbps"
delay = "1 ms"
[traffic.t]
from = "a/h"
to = "b/h"
interval = "10 ms"
phase = "5 ms"
packet_size = "100 B"
"#;

fn at(time: &str, verb: &str, keys: &[&str]) -> String {
    format!("[[at]]\ntime = \"{time}\"\ndo = \"{verb}\"\n{}\n", keys.join("\n"))
}

/// `p` is deleted at 4 s and made again at 6 s by `requester`, with three times the delay.
fn made_again(requester: &str, accepter: &str) -> String {
    let (requester, accepter) = (format!("requester = \"{requester}\""), format!("accepter = \"{accepter}\""));
    let keys = ["name = \"p\"", &requester, &accepter, "bandwidth = \"20 Mbps\"", "delay = \"3 ms\""];
    let route = ["subnet = \"a/s\"", "to = \"10.2.0.0/16\"", "via = \"p\""];
    let delete = at("4 s", "delete", &["peering = \"p\""]);
    delete + &at("6 s", "create_peering", &keys) + &at("6 s", "add_route", &route)
}

/// What each of `expectations` finds, from the smallest to the largest possible value; all of them demand something
/// that can hold.
fn found(timeline: &str, expectations: &[&str]) -> Vec<Option<(u64, u64)>> {
    let expectations: Vec<String> = expectations.iter().map(|keys| format!("[[expect]]\n{keys}\n")).collect();
    let text = [HEAD, timeline, &expectations.concat()].concat();
    let loaded = load(Path::new("lives.toml"), &Text(text), &[]);
    let headlines = |all: Vec<Diagnostic>| all.iter().map(Diagnostic::headline).collect::<Vec<_>>().join("\n");
    let scenario = loaded.unwrap_or_else(|all| panic!("{}", headlines(all)));
    let mut run = Run::new(scenario.network, scenario.plan, Options::default());
    run.advance(run.plan.duration);
    run.finish().expect("the books balance");
    let refused: Vec<&str> = run.outcomes.iter().filter(|o| !o.as_expected).map(|o| o.text.as_str()).collect();
    assert_eq!(refused, Vec::<&str>::new());
    verify(&run).into_iter().map(|outcome| outcome.found.map(|Measured { low, high }| (low, high))).collect()
}

fn exactly<const N: usize>(values: [u64; N]) -> Vec<Option<(u64, u64)>> {
    values.map(|value| Some((value, value))).into()
}

#[test]
fn what_all_peerings_of_a_name_carry_is_added_up() {
    let of = "peering = \"p\"\nfrom = \"a\"";
    let windows = ["", "between = [\"0 s\", \"4 s\"]", "between = [\"4 s\", \"6 s\"]", "between = [\"3 s\", \"7 s\"]"];
    let carried = windows.map(|between| format!("{of}\n{between}\ncarried = \">= 0\""));
    let carried = carried.each_ref().map(String::as_str);
    assert_eq!(found(&made_again("a", "b"), &carried), exactly([1_800, 400, 0, 200]));
    // Whichever side requested the second: its direction away from `a` is meant.
    assert_eq!(found(&made_again("b", "a"), &carried), exactly([1_800, 400, 0, 200]));
    let back = ["peering = \"p\"\nfrom = \"b\"\ncarried = 0\noffered = 0"];
    assert_eq!(found(&made_again("b", "a"), &back), exactly([0, 0]));
}

/// 400 packets took 1 ms, 1,400 took 3 ms, none waited.
#[test]
fn delays_losses_and_rates_are_those_of_all_peerings_of_a_name_together() {
    let keys = "peering = \"p\"\nfrom = \"a\"\ndelay_min = \"< 1 h\"\ndelay_p50 = \"< 1 h\"\ndelay_max = \"< 1 h\"\n\
                loss = \"0 %\"\nrate = \"> 0 bps\"\ncarried_bytes = \"> 0 B\"\noffered = \"> 0\"\ndropped = \">= 0\"";
    let rate = 180_000 * 8 / 20;
    let expected = exactly([0, 0, rate, 1_000_000, 3_000_000, 3_000_000, 1_800, 180_000]);
    assert_eq!(found(&made_again("a", "b"), &[keys]), expected);
    // In a window around the change, each of the two peerings has its own delay.
    let early = "peering = \"p\"\nfrom = \"a\"\nbetween = [\"3 s\", \"6500 ms\"]\ndelay_p50 = \"< 1 h\"";
    let late = "peering = \"p\"\nfrom = \"a\"\nbetween = [\"3500 ms\", \"7 s\"]\ndelay_p50 = \"< 1 h\"";
    assert_eq!(found(&made_again("a", "b"), &[early, late]), exactly([1_000_000, 3_000_000]));
}

#[test]
fn the_longest_queue_is_the_longest_of_all_peerings_of_a_name() {
    // Thirty packets at once, more than the bucket holds, wait only in the first peering.
    let burst = "[traffic.burst]\nfrom = \"a/h\"\nto = \"b/h\"\nrate = \"100 Gbps\"\npacket_size = \"1500 B\"\n\
                 phase = \"0 s\"\ncount = 30\n";
    let queue = "peering = \"p\"\nfrom = \"a\"\nlongest_queue = \">= 0 B\"";
    let alone = found(burst, &[queue]);
    assert!(alone[0].is_some_and(|(low, _)| low > 15_000), "{alone:?}");
    assert_eq!(found(&(burst.to_owned() + &made_again("a", "b")), &[queue]), alone);
}

/// Indices into the vendor's list of states.
const ACTIVE: u64 = 1;
const DELETED: u64 = 4;

#[test]
fn a_state_is_that_of_the_peering_of_then() {
    let state = |name: &str, at: &str| format!("peering = \"{name}\"\nat = \"{at}\"\nstate = \"ACTIVE\"");
    let states = ["1 s", "4 s", "5999 ms", "6 s", "20 s"].map(|at| state("p", at));
    let states = states.each_ref().map(String::as_str);
    assert_eq!(found(&made_again("a", "b"), &states), exactly([ACTIVE, DELETED, DELETED, ACTIVE, ACTIVE]));
    // Renamed, deleted by its new name, and a new one made with the old name.
    let again = ["name = \"p\"", "requester = \"a\"", "accepter = \"b\"", "bandwidth = \"20 Mbps\""];
    let renamed = at("4 s", "rename", &["peering = \"p\"", "name = \"q\""])
        + &at("6 s", "delete", &["peering = \"q\""])
        + &at("7 s", "create_peering", &again);
    let asked = [("p", "2 s"), ("p", "8 s"), ("q", "5 s"), ("q", "6 s"), ("q", "8 s")];
    let states = asked.map(|(name, at)| state(name, at));
    let states = states.each_ref().map(String::as_str);
    assert_eq!(found(&renamed, &states), exactly([ACTIVE, ACTIVE, ACTIVE, DELETED, DELETED]));
    // For a name that changes hands, whichever peering has it: `p` becomes `old`, and a peering with `c` becomes `p`.
    let of_c = ["name = \"x\"", "requester = \"a\"", "accepter = \"c\"", "bandwidth = \"1 Mbps\""];
    let handed = at("1 s", "create_peering", &of_c)
        + &at("4 s", "rename", &["peering = \"p\"", "name = \"old\""])
        + &at("5 s", "rename", &["peering = \"x\"", "name = \"p\""])
        + &at("6 s", "delete", &["peering = \"p\""]);
    let states = ["500 ms", "4500 ms", "5 s", "6 s"].map(|at| state("p", at));
    let states = states.each_ref().map(String::as_str);
    assert_eq!(found(&handed, &states), exactly([ACTIVE, ACTIVE, ACTIVE, DELETED]));
}

#[test]
fn a_peering_is_found_by_each_of_its_names_in_any_window() {
    let renamed = at("4 s", "rename", &["peering = \"p\"", "name = \"q\""]);
    let carried =
        |name: &str| format!("peering = \"{name}\"\nfrom = \"a\"\nbetween = [\"2 s\", \"6 s\"]\ncarried = \">= 0\"");
    assert_eq!(found(&renamed, &[&carried("p"), &carried("q")]), exactly([400, 400]));
}

/// 4 s and 14 s active, 2 s of these cut: 2 of 18 s. Between the two peerings nothing is promised.
#[test]
fn availability_is_that_of_all_peerings_of_a_name_together() {
    let cut = at("10 s", "link_down", &["peering = \"p\"", "for = \"2 s\""]);
    let availability = "peering = \"p\"\navailability = \"> 0 %\"";
    assert_eq!(found(&(made_again("a", "b") + &cut), &[availability]), exactly([888_888_889]));
    // Loss is not downtime, however large (S36 does not mention it).
    let lost = at("10 s", "link_loss", &["peering = \"p\"", "loss = \"100 %\""]);
    assert_eq!(found(&lost, &[availability]), exactly([1_000_000_000]));
}
