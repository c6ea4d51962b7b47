//! `vpcsim run --pcap`: what stands in the file, by a dull reader; that analysers read it, where they are installed;
//! filters, outputs, interruption; and that a capture, replayed, arrives as it did.
#![cfg(target_os = "linux")]

mod pcapng;
mod program;
mod texts;

use pcapng::{File, Packet, Statistics};
use program::{Said, bare, folder, read, root, said, vpcsim, write};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;

/// A bucket that is too small, drops and delays; a host that is not there; 1 s of packets of two sizes.
fn scenario() -> String {
    let rest = r#"bandwidth = "10 Mbps"
burst = "20 kB"
queue = "30 ms"
delay = "7 ms"
[traffic.t]
from = "a/h"
to = "b/h"
pattern = "poisson"
rate = "11 Mbps"
packet_size = "1000 B"
[traffic.small]
from = "a/h"
to = "b/h"
interval = "1.3 ms"
packet_size = "61 B"
[traffic.lost]
from = "a/h"
to = "10.1.1.77"
interval = "100 ms"
packet_size = "100 B"
[traffic.away]
from = "a/h"
to = "10.9.9.9"
interval = "250 ms"
packet_size = "1500 B"
"#;
    format!("name = \"pair\"\nduration = \"1 s\"\nstart = \"2024-02-29T12:00:00\"\n{PAIR}{rest}")
}

fn pair() -> TempDir {
    folder(&[("s.toml", scenario())])
}

fn file(folder: &Path, name: &str) -> File {
    pcapng::read(&fs::read(folder.join(name)).expect("it was written"))
}

/// Runs the pair's scenario with these options, and reads the capture.
fn captured(args: &[&str]) -> File {
    let folder = pair();
    vpcsim(folder.path(), &[&["run", "s.toml", "--pcap", "out.pcapng"], args].concat()).ended(0);
    file(folder.path(), "out.pcapng")
}

/// An analyser's answer about a file; none if it is not installed.
fn asked(program: &str, args: &[&str]) -> Option<Said> {
    let found = bare("sh").args(["-c", &format!("command -v {program}")]).output().expect("a shell");
    if !found.status.success() {
        println!("skipped: {program} is not installed");
        return None;
    }
    Some(said(bare(program).args(args)).ended(0))
}

#[test]
fn places_have_names_and_every_drop_says_why() {
    let file = captured(&[]);
    assert!(file.application.starts_with("vpcsim "));
    let names: Vec<&str> = file.interfaces.iter().map(|interface| interface.name.as_str()).collect();
    assert_eq!(names, ["a@router", "p@a", "b@router", "p@b"]);
    let speeds: Vec<Option<u64>> = file.interfaces.iter().map(|interface| interface.speed).collect();
    assert_eq!(speeds, [None, Some(10_000_000), None, Some(10_000_000)]);
    assert!(file.interfaces.iter().all(|of| (of.link, of.snap, of.resolution) == (228, 0, 9)));
    let hosts: Vec<String> = file.names.values().flatten().cloned().collect();
    assert_eq!(hosts, ["a/h", "b/h"]);
    let drops = |at: &str, verdict: &str| {
        let of = |packet: &&Packet| packet.verdict.as_deref() == Some(verdict);
        file.at(at).filter(of).map(|packet| packet.comment.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let away = "no_route: the source subnet's route table has no route to the destination";
    assert_eq!(drops("a@router", "no_route"), [away; 4]);
    assert_eq!(drops("b@router", "dst_no_host"), ["dst_no_host: no host has the destination address"; 10]);
    assert!(drops("p@a", "shaper_queue_full").len() > 10);
    let first = file.packets[0].stamp / 1_000_000_000;
    let start = "2024-02-29T12:00:00+08:00".parse::<jiff::Timestamp>().expect("an instant").as_second();
    assert_eq!(first, start as u64, "the civil start in the billing zone");
}

#[test]
fn at_a_peering_both_ends_are_seen_and_what_concerns_it_at_the_routers() {
    let more = "[vpc.c]\nregion = \"beijing\"\ncidr = \"10.3.0.0/16\"\n[vpc.c.subnet.s]\ncidr = \"10.3.1.0/24\"\n\
                [vpc.c.host.h]\n[peering.q]\nrequester = \"c\"\naccepter = \"a\"\n";
    let folder = folder(&[("s.toml", scenario() + more)]);
    let captured = |name: &str, args: &[&str]| {
        vpcsim(folder.path(), &[&["run", "s.toml", "--pcap", name], args].concat()).ended(0);
        file(folder.path(), name)
    };
    let (all, one) = (captured("all.pcapng", &[]), captured("one.pcapng", &["--pcap-on", "peering:p"]));
    let names = |file: &File| file.interfaces.iter().map(|of| of.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), ["a@router", "p@a", "b@router", "p@b"]);
    assert!(names(&all).contains(&"q@a".to_owned()));
    let at = |file: &File, name: &str| file.at(name).cloned().collect::<Vec<Packet>>();
    for end in ["p@a", "p@b"] {
        assert!(at(&one, end).len() > 1_000 && at(&one, end) == at(&all, end), "{end}");
    }
    // Who is not there was to be reached over the peering; what no route leads to was not.
    assert_eq!((at(&all, "b@router").len(), at(&all, "a@router").len()), (10, 4));
    assert_eq!((at(&one, "b@router"), at(&one, "a@router")), (at(&all, "b@router"), Vec::new()));
}

#[test]
fn the_statistics_of_an_interface_are_the_packets_that_were_seen_there() {
    let file = captured(&["--pcap-on", "vpc:a", "--pcap-on", "vpc:b"]);
    assert_eq!(file.statistics.len(), file.interfaces.len());
    let mut all = 0;
    for (interface, statistics) in file.interfaces.iter().zip(&file.statistics) {
        let seen = file.at(&interface.name).count() as u64;
        let is_dropped = |packet: &&Packet| packet.verdict.as_deref().is_some_and(|verdict| verdict != "delivered");
        let dropped = file.at(&interface.name).filter(is_dropped).count() as u64;
        let Statistics { start, end, received, accepted, written, .. } = *statistics;
        assert_eq!([received, accepted, written], [seen; 3], "{}", interface.name);
        assert_eq!((statistics.dropped, end - start), (dropped, 1_000_000_000), "{}", interface.name);
        all += dropped;
    }
    let dropped: u64 = file.verdicts().iter().filter(|(verdict, _)| *verdict != "delivered").map(|(_, n)| n).sum();
    assert!(all > 10 && all == dropped, "{all} {dropped}");
}

#[test]
fn a_packet_keeps_its_id_and_waits_where_it_waited() {
    let file = captured(&["--pcap-on", "vpc:a", "--pcap-on", "vpc:b"]);
    let sent: Vec<&Packet> = file.at("a/h").collect();
    let at = |place: &str, id: u64| file.at(place).find(|packet| packet.id == id).cloned();
    let mut waited = 0;
    for packet in sent.iter().step_by(17) {
        let Some(left) = at("p@a", packet.id).filter(|left| left.verdict.is_none()) else { continue };
        waited += u64::from(left.stamp > packet.stamp);
        let Some(came) = at("p@b", packet.id) else { continue };
        assert_eq!((came.stamp, came.way, &came.bytes), (left.stamp + 7_000_000, "in", &packet.bytes));
        let ended = at("b/h", packet.id).or_else(|| at("b@router", packet.id)).expect("it ended there");
        assert_eq!((ended.stamp, ended.way), (came.stamp, "in"));
    }
    assert!(waited > 10, "some wait");
    let ids: std::collections::BTreeSet<u64> = sent.iter().map(|packet| packet.id).collect();
    assert_eq!(ids.len(), sent.len());
}

#[test]
fn filters_leave_out_what_is_not_asked_for_and_the_statistics_count_it() {
    let all = captured(&[]);
    let dropped = captured(&["--pcap-verdict", "dropped"]);
    assert!(dropped.packets.iter().all(|packet| packet.comment.is_some()));
    assert_eq!(dropped.verdicts(), all.verdicts());
    let one = captured(&["--pcap-verdict", "no_route", "--pcap-snap", "30", "--pcap-first", "3"]);
    let of_three: Vec<(u32, usize)> = one.packets.iter().map(|packet| (packet.length, packet.bytes.len())).collect();
    assert_eq!(of_three.len(), 3);
    assert!(of_three.iter().all(|(length, kept)| *length > 30 && *kept == 30), "{of_three:?}");
    assert!(one.interfaces.iter().all(|interface| interface.snap == 30));
    for (filtered, whole) in one.statistics.iter().zip(&all.statistics) {
        assert_eq!((filtered.received, filtered.dropped), (whole.received, whole.dropped));
        assert_eq!(whole.received, whole.written);
    }
    assert_eq!((one.statistics[0].accepted, one.statistics[0].written), (4, 3));
}

#[test]
fn the_report_is_the_same_with_a_capture_and_goes_to_stderr_beside_one() {
    let folder = pair();
    let plain = vpcsim(folder.path(), &["run", "s.toml"]).ended(0);
    let beside = vpcsim(folder.path(), &["run", "s.toml", "--pcap", "out.pcapng"]).ended(0);
    assert_eq!(plain.out, beside.out);
    let mut command = program::command(folder.path(), &["run", "s.toml", "--pcap", "-"]);
    let output = command.output().expect("it runs");
    assert!(output.stdout == fs::read(folder.path().join("out.pcapng")).expect("it was written"), "the same bytes");
    assert!(String::from_utf8_lossy(&output.stderr).contains("pair"), "the report");
}

#[test]
fn only_captures_of_ours_are_replaced_and_no_input() {
    let folder = pair();
    write(folder.path(), "mine.pcapng", "not a capture");
    let refused = |args: &[&str], why: &str| {
        let said = vpcsim(folder.path(), &[&["run", "s.toml"], args].concat()).ended(2);
        assert!(said.talk.contains(why), "{}", said.talk);
    };
    refused(&["--pcap", "mine.pcapng"], "is there already and is not a capture of vpcsim");
    refused(&["--pcap", "s.toml"], "is an input of this command");
    refused(&["--pcap", "s.toml", "--force"], "is an input of this command");
    refused(&["--pcap", "o", "--pcap-on", "host:a/g"], "no host of a is called `g`");
    refused(&["--pcap", "o", "--pcap-on", "peering:q"], "no peering is ever called `q`");
    refused(&["--pcap", "o", "--pcap-on", "vpc:ab"], "no VPC is called `ab`");
    refused(&["--pcap", "o", "--pcap-on", "h"], "write peering:NAME, host:VPC/NAME or vpc:NAME");
    refused(&["--pcap", "o", "--pcap-verdict", "no_rout"], "did you mean no_route?");
    refused(&["--pcap-first", "1"], "--pcap <FILE>");
    refused(&["s.toml", "--pcap", "o"], "--pcap takes a single scenario");
    assert_eq!(read(folder.path(), "mine.pcapng"), "not a capture");
    assert!(!folder.path().join("o").exists());
    for _ in 0..2 {
        vpcsim(folder.path(), &["run", "s.toml", "--pcap", "again.pcapng"]).ended(0);
    }
    vpcsim(folder.path(), &["run", "s.toml", "--pcap", "mine.pcapng", "--force"]).ended(0);
    assert!(!file(folder.path(), "mine.pcapng").packets.is_empty());
}

#[test]
fn a_full_disk_is_said_and_the_report_stands() {
    let folder = pair();
    let said = vpcsim(folder.path(), &["run", "s.toml", "--pcap", "/dev/full"]).ended(2);
    assert!(said.talk.contains("/dev/full cannot be written: No space left on device"), "{}", said.talk);
    assert!(!said.out.is_empty(), "the report");
}

#[test]
fn an_interrupted_run_leaves_a_part_that_says_so() {
    let folder = folder(&[("s.toml", scenario().replace("\"1 s\"", "\"30 d\""))]);
    let args = ["5", "env", "--default-signal=INT", env!("CARGO_BIN_EXE_vpcsim")];
    let mut command = bare("timeout");
    command.args(["--signal=INT"]).args(args).args(["run", "s.toml", "--pcap", "out.pcapng", "--pcap-snap", "20"]);
    let run = said(command.args(["--pcap-verdict", "no_route"]).current_dir(folder.path()));
    assert!(run.out.contains("PARTIAL"), "{}{}", run.out, run.talk);
    let file = file(folder.path(), "out.pcapng");
    let is_marked =
        |comment: &Option<String>| comment.as_ref().is_some_and(|c| c.starts_with("PARTIAL: interrupted at "));
    assert!(file.statistics.iter().all(|of| is_marked(&of.comment)), "{:?}", file.statistics);
    assert!(!file.packets.is_empty());
}

/// When what came to `b/h`, and its bytes.
fn arrivals(file: &File) -> Vec<(u64, &[u8])> {
    file.at("b/h").filter(|packet| packet.way == "in").map(|packet| (packet.stamp, packet.bytes.as_slice())).collect()
}

#[test]
fn what_one_host_sent_replayed_arrives_as_it_did() {
    // What no route leads to could not be replayed: to whom?
    let text = scenario();
    let (sent, _) = text.split_once("[traffic.away]").expect("an entry");
    let (network, _) = sent.split_once("[traffic.t]").expect("an entry");
    let folder = folder(&[("s.toml", sent)]);
    let on = ["--pcap-on", "host:a/h", "--pcap-on", "host:b/h"];
    vpcsim(folder.path(), &[&["run", "s.toml", "--pcap", "first.pcapng"][..], &on].concat()).ended(0);
    let first = file(folder.path(), "first.pcapng");
    let begun = first.at("a/h").next().expect("it sent").stamp - first.statistics[0].start;
    assert!(begun > 0, "to the nanosecond");
    // What went to nobody is played too, to a host that is down.
    let replay = format!(
        "[vpc.b.host.none]\n[[at]]\ntime = \"0 s\"\ndo = \"host_down\"\nhost = \"b/none\"\n\
         [traffic.again]\npattern = \"replay\"\nfile = \"first.pcapng\"\ninterface = \"a/h\"\nfrom = \"a/h\"\n\
         to = \"b/h\"\nstart = \"{begun} ns\"\nmap = {{ \"10.1.1.77\" = \"b/none\" }}\n"
    );
    write(folder.path(), "again.toml", format!("{network}{replay}"));
    vpcsim(folder.path(), &[&["run", "again.toml", "--pcap", "second.pcapng"][..], &on].concat()).ended(0);
    let second = file(folder.path(), "second.pcapng");
    assert!(arrivals(&first).len() > 1_000);
    assert_eq!(arrivals(&first), arrivals(&second));
}

#[test]
fn a_replay_names_an_interface_that_is_there() {
    let folder = pair();
    vpcsim(folder.path(), &["run", "s.toml", "--pcap", "out.pcapng"]).ended(0);
    let replay =
        "[traffic.r]\npattern = \"replay\"\nfile = \"out.pcapng\"\nfrom = \"a/h\"\nto = \"b/h\"\ninterface = \"p@c\"\n";
    let with = |replay: &str| scenario().replace("[traffic.lost]", &format!("{replay}[traffic.lost]"));
    write(folder.path(), "wrong.toml", with(replay));
    let said = vpcsim(folder.path(), &["check", "wrong.toml"]).ended(2);
    assert!(said.talk.contains("the capture has no interface `p@c`"), "{}", said.talk);
    assert!(said.talk.contains("it has a@router, b@router, p@a, p@b"), "{}", said.talk);
    write(folder.path(), "all.toml", with(&replay.replace("interface = \"p@c\"\n", "")));
    let said = vpcsim(folder.path(), &["check", "all.toml"]).ended(0);
    assert!(said.talk.contains("interfaces are replayed: one that was seen at several is sent again"), "{}", said.talk);
    write(folder.path(), "right.toml", with(&replay.replace("p@c", "p@b")));
    let said = vpcsim(folder.path(), &["check", "right.toml"]).ended(0);
    assert!(!said.talk.contains("are replayed"), "{}", said.talk);
    let json = vpcsim(folder.path(), &["run", "right.toml", "--json"]).ended(0).out;
    assert!(json.contains("of other interfaces, left out"), "{json}");
}

/// A shipped scenario, captured into a folder.
fn shipped(name: &str, args: &[&str]) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("out.pcapng").display().to_string();
    let scenario = format!("scenarios/{name}.toml");
    vpcsim(root(), &[&["run", &scenario, "--pcap", &path], args].concat()).ended(0);
    (folder, path)
}

const CHECKED: [&str; 6] =
    ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];

#[test]
fn analysers_read_every_kind_of_packet_without_a_complaint() {
    for name in ["quick-start", "ttl-steps", "tcp-path-mtu", "delete-in-flight", "non-transitive", "path-mtu"] {
        let (_folder, path) = shipped(name, &["--pcap-first", "20000"]);
        let bad = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || \
                   icmp.checksum.status == 0 || _ws.expert.severity == error";
        let tshark = asked("tshark", &[&["-r", &path, "-Y", bad][..], &CHECKED].concat());
        assert!(tshark.is_none_or(|said| said.out.is_empty()), "{name}");
        let packets = pcapng::read(&fs::read(&path).expect("it was written")).packets.len();
        if let Some(said) = asked("capinfos", &["-M", "-c", "-o", &path]) {
            assert!(said.out.contains(&format!("Number of packets:   {packets}\n")), "{name}: {}", said.out);
            assert!(said.out.contains("Strict time order:   True"), "{name}: {}", said.out);
        }
        if let Some(said) = asked("tcpdump", &["-n", "-vv", "-r", &path]) {
            // What it says of payload that it takes for a protocol of that port does not count.
            let complaints = ["bad cksum", "bad udp cksum", "wrong icmp cksum", "(incorrect"];
            let found = said.out.lines().find(|line| complaints.iter().any(|word| line.contains(word)));
            assert_eq!((found, said.talk.lines().count()), (None, 1), "{name}: {}", said.talk);
            assert_eq!(said.out.lines().filter(|line| line.contains(" IP (")).count(), packets, "{name}");
        }
    }
}

#[test]
fn an_analyser_sees_as_many_retransmissions_as_tcp_made() {
    let (_folder, path) = shipped("tcp-cut", &["--pcap-on", "host:office/store"]);
    let json = vpcsim(root(), &["run", "scenarios/tcp-cut.toml", "--json"]).ended(0).json();
    let made = json["traffic"][0]["tcp"]["retransmissions"].as_u64().expect("a count");
    assert_eq!(made, 5);
    let Some(said) = asked("tshark", &["-r", &path, "-Y", "tcp.analysis.retransmission"]) else { return };
    assert_eq!(said.out.lines().count() as u64, made, "{}", said.out);
    let lost = ["-r", &path, "-Y", "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment"];
    assert_eq!(asked("tshark", &lost).map(|said| said.out), Some(String::new()));
    let followed = asked("tshark", &["-r", &path, "-q", "-z", "follow,tcp,raw,0"]).expect("it is installed");
    // The stream in hexadecimal, of one direction: 50 MB, two digits each.
    let digits: usize =
        followed.out.lines().filter(|line| line.bytes().all(|b| b.is_ascii_hexdigit())).map(str::len).sum();
    assert_eq!(digits, 100_000_000);
}
