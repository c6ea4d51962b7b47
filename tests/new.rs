//! `vpcsim new`: its output is right, runs, and has the requested size; existing files stay.

mod program;

use program::{read, vpcsim};
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    program::folder::<&str>(&[])
}

/// Checks and runs `s.toml`: no complaint, no remark, and every expectation holds. Returns what the check says of its
/// size.
fn sound(folder: &Path) -> String {
    let check = vpcsim(folder, &["check", "s.toml"]);
    assert_eq!((check.code, check.talk.as_str()), (Some(0), ""), "{}", check.out);
    let run = vpcsim(folder, &["run", "--json", "s.toml"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.talk);
    check.out.trim_start_matches("s.toml: ok, ").trim_end().to_owned()
}

#[test]
fn the_starter_is_sound_and_goes_to_standard_output_too() {
    let folder = folder();
    assert_eq!(vpcsim(folder.path(), &["new", "-o", "s.toml"]).code, Some(0));
    assert_eq!(sound(folder.path()), "2 VPCs, 4 hosts, 1 peering, 2 traffic entries");
    assert_eq!(vpcsim(folder.path(), &["new"]).out, read(folder.path(), "s.toml"));
}

#[test]
fn a_scale_is_what_was_asked_for() {
    for (scale, size) in [
        ("250", "3 VPCs, 250 hosts, 3 peerings, 3 traffic entries"),
        ("vpcs=1,hosts=3,sources=3", "1 VPC, 3 hosts, 0 peerings, 1 traffic entry"),
        ("vpcs=2,hosts=9,sources=4", "2 VPCs, 9 hosts, 1 peering, 2 traffic entries"),
        ("vpcs=20,hosts=70,sources=100", "20 VPCs, 70 hosts, 20 peerings, 60 traffic entries"),
        ("vpcs=1,hosts=1,sources=0", "1 VPC, 1 host, 0 peerings, 0 traffic entries"),
        ("vpcs=1,hosts=2,sources=5", "1 VPC, 2 hosts, 0 peerings, 5 traffic entries"),
        ("vpcs=5,hosts=0", "5 VPCs, 0 hosts, 5 peerings, 0 traffic entries"),
    ] {
        let folder = folder();
        let new = vpcsim(folder.path(), &["new", "--scale", scale, "-o", "s.toml"]);
        assert_eq!((new.code, new.talk.as_str()), (Some(0), ""), "{scale}");
        assert_eq!(sound(folder.path()), size, "{scale}");
    }
}

#[test]
fn every_source_sends_ten_packets_and_all_arrive() {
    let folder = folder();
    vpcsim(folder.path(), &["new", "--scale", "vpcs=4,hosts=10,sources=33", "-o", "s.toml"]);
    let report = vpcsim(folder.path(), &["run", "--json", "s.toml"]).json();
    let packets = &report["packets"];
    assert_eq!(packets["emitted"], 330, "{packets}");
    assert_eq!(packets["dropped"], 0, "{packets}");
}

#[test]
fn a_file_is_written_over_only_by_force() {
    let folder = program::folder(&[("s.toml", "precious")]);
    let refused = vpcsim(folder.path(), &["new", "-o", "s.toml"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(refused.talk.contains("s.toml is there already"), "{}", refused.talk);
    assert_eq!(read(folder.path(), "s.toml"), "precious");
    assert_eq!(vpcsim(folder.path(), &["new", "-o", "s.toml", "--force"]).code, Some(0));
    sound(folder.path());
}

#[test]
fn a_scale_that_cannot_be_is_refused() {
    for (scale, why) in [
        ("many", "`many` is not a count"),
        ("cells=3", "`cells=3` is no part of a scale"),
        ("vpcs=0", "at least one VPC"),
        ("vpcs=10,hosts=9", "too few for 10 VPCs"),
        ("1", "nobody to send to"),
        ("vpcs=1,hosts=2M", "a VPC of 2000000 hosts is too large"),
        ("vpcs=1M,hosts=100M", "do not fit"),
    ] {
        let said = vpcsim(folder().path(), &["new", "--scale", scale]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{scale}");
        assert!(said.talk.contains(why), "{scale}: {}", said.talk);
    }
}
