//! Whole routing tables of the Internet as `routes_file`: read, looked up against a scan of all prefixes, and edited.
//! The data is not part of the repository: without it there is nothing to test.

mod loading;

use flate2::read::GzDecoder;
use ipnet::Ipv4Net;
use loading::loaded;
use std::io::Read;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use vpcsim::dataplane::fib::{Fib, FibEntry};
use vpcsim::model::{Change, Network, NextHop, TableId};
use vpcsim::units::SimTime;

const TABLE: TableId = TableId(0);

const SCENARIO: &str = r#"
name     = "a table"
duration = "1 s"

[vpc.edge]
region = "guangzhou"
cidr   = "10.0.0.0/16"
[vpc.edge.subnet.a]
cidr        = "10.0.0.0/24"
routes_file = "prefixes.txt"
"#;

/// The prefixes of a table in the lpm folder, which also holds other things.
fn prefixes(name: &str) -> Option<Vec<Ipv4Net>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/lpm").join(name);
    let Ok(packed) = std::fs::File::open(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).expect("a packed text");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let first = lines.filter_map(|line| line.split('\t').next());
    Some(first.map(|word| word.parse().expect("a prefix")).collect())
}

/// A VPC with all of them as blackhole routes.
fn network(prefixes: &[Ipv4Net]) -> Network {
    let lines: String = prefixes.iter().map(|to| format!("{to} blackhole\n")).collect();
    loaded(&[("s.toml", SCENARIO.to_owned()), ("prefixes.txt", lines)], &[]).network
}

/// The longest of `prefixes`, except those in `without`, that contains the address.
fn scan(prefixes: &[Ipv4Net], without: &[Ipv4Net], address: Ipv4Addr) -> Option<(Ipv4Net, FibEntry)> {
    let own: Ipv4Net = "10.0.0.0/16".parse().expect("a prefix");
    if own.contains(&address) {
        return Some((own, FibEntry::Local));
    }
    let found = prefixes.iter().filter(|to| to.contains(&address) && !without.contains(to));
    found.max_by_key(|to| to.prefix_len()).map(|to| (*to, FibEntry::Via(NextHop::Blackhole)))
}

fn check(name: &str, count: usize) {
    let Some(prefixes) = prefixes(name) else { return };
    assert_eq!(prefixes.len(), count, "{name}");
    let mut network = network(&prefixes);
    assert_eq!(network.table(TABLE).routes.len(), count, "{name}: every prefix is a route");
    let mut fib = Fib::compile(&network, TABLE);
    // Spread over the table, and over the whole address space.
    let some: Vec<Ipv4Net> = prefixes.iter().copied().step_by(count / 20).collect();
    let spread = (0..20u32).map(|n| Ipv4Addr::from(n.wrapping_mul(0x9E37_79B1)));
    let addresses: Vec<Ipv4Addr> = some.iter().flat_map(|to| [to.network(), to.broadcast()]).chain(spread).collect();
    for &address in &addresses {
        assert_eq!(fib.lookup(address), scan(&prefixes, &[], address), "{address}");
    }
    let (gone, disabled) = some.split_at(some.len() / 2);
    let removed = gone.iter().map(|to| Change::RemoveRoute { table: TABLE, to: *to });
    let set_aside = disabled.iter().map(|to| Change::DisableRoute { table: TABLE, to: *to, disabled: true });
    for change in removed.chain(set_aside) {
        network.apply(None, &change, SimTime::ZERO).expect("the route is there");
    }
    fib.update(&network, TABLE);
    for &address in &addresses {
        assert_eq!(fib.lookup(address), scan(&prefixes, &some, address), "{address} after the edits");
        let aside = disabled.iter().any(|to| to.contains(&address));
        assert_eq!(fib.has_disabled(address), aside, "{address} after the edits");
    }
}

#[test]
fn the_table_of_2008_is_looked_up_as_a_scan_finds_it() {
    check("routeviews-20080501.prefix-asn.txt.gz", 270_849);
}

#[test]
fn the_table_of_2014_is_looked_up_as_a_scan_finds_it() {
    check("routeviews-20140513.prefix-asn.txt.gz", 512_621);
}
