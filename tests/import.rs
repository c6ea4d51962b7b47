//! Measured traffic becomes a scenario and is sent as it was measured: the Abilene week and the transatlantic link of
//! the data folder outside the repository (skipped without it), and the command with its files.

mod loading;
mod program;

use flate2::read::GzDecoder;
use loading::{loaded, played};
use program::{folder, read, root, vpcsim};
use std::io::Read;
use vpcsim::import::{SeriesOptions, series};
use vpcsim::notation::{Dialect, Source};
use vpcsim::report::Snapshot;
use vpcsim::scenario::{Edit, Override, Scenario};
use vpcsim::units::SimDuration;

/// An unpacked file of the bandwidth folder.
fn unpacked(name: &str) -> Option<String> {
    let path = root().join("../shared/data/bandwidth").join(name);
    let Ok(packed) = std::fs::File::open(&path) else {
        println!("skipped: no {}", path.display());
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).expect("a packed text");
    Some(text)
}

fn load(scenario: &str, csv: &str, duration: &str) -> Scenario {
    let files = [("s/s.toml", scenario.to_owned()), ("s/data.csv", csv.to_owned())];
    loaded(&files, &[Edit::Set(Override { key: "duration".into(), value: duration.into() })])
}

fn snapshot(scenario: &Scenario) -> Snapshot {
    Snapshot::of(&played(scenario), "s", Vec::new(), None)
}

#[test]
fn an_hour_of_the_abilene_week_is_sent_as_measured() {
    let Some(csv) = unpacked("abilene-od-5min.csv.gz") else { return };
    let options = SeriesOptions {
        unit: "100 B/5 min".parse().expect("a unit"),
        unit_text: "100 B/5 min".into(),
        step: SimDuration::from_secs(300),
        scale: "0.001".parse().expect("a factor"),
        delay: SimDuration::from_millis(10),
        zone: None,
        dialect: Dialect::default(),
    };
    let text = series("abilene", "data.csv", &Source::new("data.csv", csv.clone()), &options).expect("a matrix");
    let scenario = load(&text, &csv, "1 h");
    assert!(scenario.warnings.is_empty());
    assert_eq!((scenario.network.vpcs().len(), scenario.network.peerings().len()), (12, 66));
    let snapshot = snapshot(&scenario);
    assert_eq!(snapshot.traffic.len(), 132);
    assert_eq!(snapshot.packets.dropped, 0);
    let names: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
    for entry in &snapshot.traffic {
        let column = names.iter().position(|name| *name == entry.name).expect("a column");
        let cells = csv.lines().skip(1).take(12).map(|line| line.split(',').nth(column).expect("a cell"));
        let hundreds: u64 = cells.map(|cell| cell.parse::<u64>().expect("a number")).sum();
        // A thousandth of `hundreds` times 100 bytes, in packets of 1500; rates are rounded to 1 bit/s, and the last
        // packet is started.
        let packets = hundreds / 10 / 1500;
        assert!(entry.sent.packets.abs_diff(packets) <= 1, "{}: {} of {packets}", entry.name, entry.sent.packets);
    }
}

const LINK: &str = r#"
name = "transatlantic"
start = "2005-06-07T07:00:00"
duration = "51 d"

[vpc.V]
region = "beijing"
cidr = "10.0.0.0/16"

[vpc.V.subnet.A]
cidr = "10.0.1.0/24"

[vpc.V.host.a]

[vpc.V.host.b]

[traffic.t]
from = "a"
to = "b"
pattern = "series"
file = "data.csv"
unit = "bit/5 min"
scale = "0.01 %"
packet_size = "1500 B"
"#;

#[test]
fn seven_weeks_of_civil_stamps_are_sent_as_measured() {
    let Some(csv) = unpacked("eu-isp-transatlantic-5min.csv.gz") else { return };
    let days = 7;
    let sent = &snapshot(&load(LINK, &csv, "7 d")).traffic[0];
    assert_eq!(sent.handled, [("rows".to_owned(), 14_772)], "gap-free");
    let bits = csv.lines().skip(1).take(days * 288).map(|line| line.split(',').nth(1).expect("a cell"));
    let bits: u64 = bits.map(|cell| cell.parse::<u64>().expect("a number")).sum();
    // Rounding each rate to 1 bit/s changes it by at most half a bit per second.
    let rounding = days as u64 * 86_400 / 2 / 12_000 + 1;
    assert!(sent.sent.packets.abs_diff(bits / 10_000 / 12_000) <= rounding, "{}", sent.sent.packets);
}

#[test]
fn what_the_command_writes_can_be_run() {
    let csv = "step,a_b,b_a,a_a\n0,4,1,9\n1,0.5,2,9\n";
    let folder = folder(&[("m.csv", csv)]);
    let vpcsim = |args: &[&str]| vpcsim(folder.path(), args).ended(0).out;
    let import = ["import", "series", "m.csv", "--unit", "kbps", "--step", "1 min"];
    let printed = vpcsim(&import);
    assert_eq!(vpcsim(&[&import[..], &["-o", "out"]].concat()), "");
    assert_eq!(read(folder.path(), "out/m.toml"), printed);
    assert_eq!(read(folder.path(), "out/m.csv"), csv);
    let run = vpcsim(&["run", "out/m.toml"]);
    // 60 s of 4 kbps and 60 s of 0.5 kbps in packets of 12 kbit; 60 s of 1 kbps and 60 s of 2 kbps.
    assert!(run.contains("Packets: 38 emitted"), "{run}");
    // Into the folder of the file itself, which is not overwritten.
    vpcsim(&[&import[..], &["-o", "."]].concat());
    assert_eq!(read(folder.path(), "m.csv"), csv);
}

#[test]
fn what_cannot_be_imported_ends_with_2() {
    let folder = folder(&[("m.csv", "step,a_b\n0,-1\n")]);
    for args in [
        &["m.csv", "--unit", "Mbps"][..],
        &["m.csv"],
        &["m.csv", "--unit", "Mb"],
        &["none.csv", "--unit", "Mbps"],
        &["m.csv", "m.csv", "--unit", "Mbps"],
        &["m.csv", "--unit", "Mbps", "--scale", "-1"],
    ] {
        let said = vpcsim(folder.path(), &[&["import", "series"], args].concat()).ended(2);
        assert!(said.out.is_empty() && !said.talk.is_empty(), "{args:?}");
    }
}
