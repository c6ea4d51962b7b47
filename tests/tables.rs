//! Tables as real programs write them, through the whole program: what is read, what is refused where, and what is
//! reported. How cells are found is tested beside the reader, against the `csv` crate.

mod program;

use program::{Said, folder, read, vpcsim};

/// The program in a folder with these files.
fn vpcsim_with(files: &[(&str, &[u8])], args: &[&str]) -> Said {
    vpcsim(folder(files).path(), args)
}

/// A host that sends 1000-byte packets to another, at the rates of a table; `top` continues the top level, `keys` the
/// entry.
fn scenario(top: &str, keys: &str) -> String {
    format!(
        r#"name = "t"
{top}
[vpc.a]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.a.subnet.s]
cidr = "10.1.1.0/24"
[vpc.a.host.h]
[vpc.a.host.i]
[traffic.t]
from = "a/h"
to = "a/i"
pattern = "series"
file = "rates.csv"
packet_size = "1000 B"
{keys}
"#
    )
}

/// Packets sent in 10 s at the rates of `table`, or the complaint instead.
fn packets(table: &[u8], keys: &str) -> Result<u64, String> {
    let text = scenario("duration = \"10 s\"", keys);
    let said = vpcsim_with(&[("t.toml", text.as_bytes()), ("rates.csv", table)], &["run", "t.toml", "--json"]);
    match said.code {
        Some(0) => Ok(said.json()["packets"]["emitted"].as_u64().expect("a count")),
        _ => Err(said.ended(2).talk),
    }
}

const BPS: &str = "column = \"r\"\nunit = \"bps\"";

/// 5 s of 0.8 Mbps and 5 s of 1.6 Mbps.
const SENT: u64 = 1_500;

#[test]
fn a_rate_is_read_whatever_program_wrote_its_table() {
    let utf16: Vec<u8> =
        "\u{feff}t\tr\r\n0\t800000\r\n5\t1600000\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (table, keys) in [
        (&b"t,r\n0,800000\n5,1600000\n"[..], BPS),
        (b"\"t\",\"in, WAN\",\"r\",\"errors\"\n\"0\",\"1\",\"800000\",\"8\"\n\"5\",\"1\",\"1600000\",\"8\"\n", BPS),
        (b"\"t\",\"in, \"\"WAN\"\"\"\n0,800000\n5,1600000\n", "column = 'in, \"WAN\"'\nunit = \"bps\""),
        (b"sep=;\r\nt;r\r\n0;800000\r\n5;1600000\r\n", BPS),
        (b"t,r\r0,800000\r5,1600000\r", BPS),
        (b"\xef\xbb\xbft|r\n0|800000\n5|1600000", BPS),
        (&utf16, BPS),
        (b"t,r,,\n0,800000,,\n\n# a remark, with commas\n5,1600000\n", BPS),
        (b",r\n0,800000\n5,1600000\n", BPS),
        (b"t,r\n0,0.8 Mbit/s\n5,200 kB/s\n", "column = \"r\""),
        (b"t;r\n0;800000,0\n5;1,6 Mbit/s\n", "unit = \"bps\"\ndecimal = \",\""),
        (b"t,r\n0,\"0,8\"\n5,\"1,6\"\n", "unit = \"Mbps\"\ndecimal = \",\""),
        (b"t;x\tr\n0\t800000\n5\t1600000\n", "unit = \"bps\"\ndelimiter = \"tab\""),
        (b"t,r\n0,800000\n3,NaN\n4,-\n5,1600000\n6,\n", "unit = \"bps\"\nmissing = [\"NaN\", \"-\"]"),
    ] {
        assert_eq!(packets(table, keys), Ok(SENT), "{}", String::from_utf8_lossy(table));
    }
}

#[test]
fn what_means_two_things_is_refused_where_it_stands() {
    for (table, keys, place, said) in [
        (&b"\"t\",\"r\"\n\"0\",\"800,000\"\n"[..], BPS, "2:5", "decimal = \",\""),
        (b"t;r\n0;800000\n5;1.600.000\n", BPS, "3:3", "thousands"),
        (b"t;r\n0;1.234,5\n", BPS, "2:3", "thousands"),
        (b"t,r\n0,1 234\n", BPS, "2:3", "thousands"),
        (b"t,r\n0,1'234\n", BPS, "2:3", "thousands"),
        (b"t,r\n0,1\xc2\xa0234\n", BPS, "2:3", "thousands"),
        (b"t;r\n0;1.600\n", "unit = \"bps\"\ndecimal = \",\"", "2:3", "the decimal mark is a comma"),
        (b"t,r\n0,800,000\n", BPS, "2:1", "3 cells, the first line 2"),
        (b"t,r\n0\n", BPS, "2:1", "1 cell, the first line 2"),
        (b"t,r,r\n0,800000,8\n", BPS, "1:5", "given twice"),
        (b"t,r,x,x\n0,800000,8,8\n", BPS, "1:7", "given twice"),
        (b"t,r,\n0,800000,8\n", BPS, "1:5", "column 3 has no name"),
        (b"t,r\n0,\"800000\n5,1600000\n", BPS, "2:3", "not closed"),
        (b"t,r\n0,NaN\n", BPS, "2:3", "missing = \"NaN\""),
        (b"\xc3\xa4\xc3\xa4,r\nnoon,1\n", BPS, "2:1", "`noon` is not a time"),
        (b"t,r\n,1\n", BPS, "2:1", "this row has no time"),
        (b"t,r\n1496275200,800000\n", BPS, "2:1", "epoch = \"s\""),
        (b"t,r\n1496275200000,800000\n", BPS, "2:1", "epoch = \"ms\""),
        (b"t,r\n0,1\n5,7 apples\n", BPS, "3:3", "is not a unit"),
        (b"t,r\n0,5\n", "column = \"t\"\nunit = \"bps\"", "t.toml:16:10", "holds the times"),
        (b"t;r,x\n0;1,2\n", "unit = \"bps\"", "1:1", "delimiter = \","),
        (b"t,r\n0,\xe4\n", BPS, "t.toml:14:8", "line 2, column 3 is not UTF-8"),
    ] {
        let told = packets(table, keys).expect_err(said);
        let place = if place.contains("toml") { place.to_owned() } else { format!("rates.csv:{place}]") };
        assert!(told.contains(&place) && told.contains(said), "{}:\n{told}", String::from_utf8_lossy(table));
    }
}

#[test]
fn all_wrong_cells_are_told_up_to_twenty_of_a_file() {
    let rows: String = (0..30).map(|row| format!("{row},x,y\n")).collect();
    let two = "unit = \"bps\"\ncolumn = 2\n[traffic.u]\nfrom = \"a/h\"\nto = \"a/i\"\npattern = \"series\"\n\
               file = \"rates.csv\"\npacket_size = \"1000 B\"\ncolumn = 3\nunit = \"bps\"";
    let told = packets(format!("t,r,s\n{rows}").as_bytes(), two).expect_err("x is no rate");
    assert_eq!(told.matches(" is not a rate").count(), 20, "{told}");
    assert!(told.contains("… and 40 more places of this text are wrong"), "{told}");
    // A wrong time is reported once, however many readers it has.
    let told = packets(b"t,r,s\n0,1,2\nnoon,1,2\n", two).expect_err("noon is no time");
    assert_eq!(told.matches("`noon` is not a time").count(), 1, "{told}");
}

#[test]
fn points_that_may_separate_thousands_are_remarked_on() {
    let remark = |table: &str, keys: &str| {
        let text = scenario("duration = \"10 s\"", keys);
        let files = [("t.toml", text.as_bytes()), ("rates.csv", table.as_bytes())];
        vpcsim_with(&files, &["check", "t.toml"]).ended(0).all().contains("three digits behind it")
    };
    assert!(remark("t;r\n0;800.000\n5;0\n", BPS));
    assert!(!remark("t;r\n0;800.000\n5;1600.000\n", BPS));
    assert!(!remark("t;r\n0;800.000\n5;0\n", &format!("{BPS}\ndecimal = \".\"")));
    assert!(!remark("t,r\n0,800.000\n5,0\n", BPS));
}

/// Packets in an hour at 8 kbps.
const HOUR: u64 = 3_600;

#[test]
fn an_hour_that_clocks_show_twice_is_sent_twice() {
    // 01:00 to 04:00 in Berlin's civil time are 4 hours.
    let hours = [("01:00", 1), ("02:00", 2), ("02:30", 3), ("02:00", 4), ("02:30", 5), ("03:00", 1)];
    let sent = |hours: &[(&str, u64)]| {
        let rows: String = hours.iter().map(|(time, kbps)| format!("2017-10-29T{time}:00,{}\n", kbps * 8)).collect();
        let top = "duration = \"4 h\"\nstart = \"2017-10-29T01:00:00\"\nzone = \"Europe/Berlin\"";
        let text = scenario(top, "unit = \"kbps\"");
        let files = [("t.toml", text.as_bytes()), ("rates.csv", &format!("t,r\n{rows}").into_bytes())];
        let stdout = vpcsim_with(&files, &["run", "t.toml"]).ended(0).out;
        let emitted = stdout.split("Packets: ").nth(1).and_then(|rest| rest.split(' ').next()).expect("told");
        (emitted.replace(',', "").parse::<u64>().expect("a count"), stdout)
    };
    let (packets, told) = sent(&hours);
    assert_eq!(packets, HOUR + (2 + 3 + 4 + 5) * HOUR / 2 + HOUR);
    assert!(told.contains("taken as the later by their order"), "{told}");
    let mut newest_first = hours;
    newest_first.reverse();
    assert_eq!(sent(&newest_first).0, packets);
    // A single row may be either of the two: it is read as the earlier.
    assert_eq!(sent(&[("01:00", 1), ("02:00", 2), ("03:00", 1)]).0, HOUR + 2 * 2 * HOUR + HOUR);
}

#[test]
fn times_since_1970_are_instants() {
    let top = "duration = \"10 s\"\nstart = \"2017-06-01T00:00:00\"\nzone = \"UTC\"";
    for (unit, zeros) in [("s", ""), ("ms", "000"), ("us", "000000"), ("ns", "000000000")] {
        let text = scenario(top, &format!("{BPS}\nepoch = \"{unit}\""));
        let table = format!("Time,r\n1496275200{zeros},800000\n1496275205{zeros},1600000\n");
        let folder = folder(&[("t.toml", text), ("rates.csv", table)]);
        let said = vpcsim(folder.path(), &["run", "t.toml"]).ended(0);
        assert!(said.out.contains("Packets: 1,500 emitted"), "{unit}: {}", said.out);
        let said = vpcsim(folder.path(), &["run", "t.toml", "--set", "traffic.t.step=1 s"]).ended(2);
        assert!(said.talk.contains("keep one of them"), "{}", said.talk);
    }
}

#[test]
fn rows_in_the_scenario_are_read_like_those_of_a_file() {
    let sent = |series: &str| {
        let text =
            scenario("duration = \"10 s\"", &format!("{series}\nunit = \"bps\"")).replace("file = \"rates.csv\"\n", "");
        let said = vpcsim_with(&[("t.toml", text.as_bytes())], &["run", "t.toml"]);
        (said.code, said.out.contains("Packets: 1,500 emitted"), said.talk)
    };
    assert_eq!(sent("series = [[\"0\", \"800000\"], [\"5\", \"1.6 Mbit/s\"]]"), (Some(0), true, String::new()));
    assert_eq!(
        sent("series = [[\"0\", \"0,8 Mbps\"], [\"5 s\", \"1,6 Mbps\"]]\ndecimal = \",\""),
        (Some(0), true, String::new())
    );
    let (code, _, told) = sent("series = [[\"0\", \"800,000\"], [\"5\", \"x\"]]");
    assert!(code == Some(2) && told.contains("t.toml:15:11") && told.contains("t.toml:15:29"), "{told}");
}

/// The first line of a bill of `samples` that says who pays, or the complaint instead.
fn billed(samples: &[u8], more: &[&str]) -> Result<String, String> {
    let said = vpcsim_with(&[("s.csv", samples)], &[&["bill", "--samples", "s.csv"], more].concat());
    match said.code {
        Some(0) => Ok(said.out.lines().find(|line| line.contains(" pays ")).unwrap_or_default().to_owned()),
        _ => Err(said.ended(2).talk),
    }
}

#[test]
fn samples_without_a_scenario_are_billed_from_what_they_say() {
    for (samples, more) in [
        (&b"time,peering,direction,bps\n2017-06-01 00:00:00,P,out,20000000\n"[..], &[][..]),
        (b"\"time\",\"peering\",\"direction\",\"bps\"\n\"2017-06-01 00:00:00\",\"P\",\"out\",\"20000000\"\n", &[]),
        (b"\xef\xbb\xbfsep=;\r\ntime;peering;direction;bps\r\n2017-06-01 00:00:00;\"P\";out;20000000\r\n", &[]),
        (
            b"time,peering,from,to,bps\n2017-06-01T00:00:00,hub-app,app,hub,20000000\n2017-06-01,hub-app,hub,app,1\n",
            &[],
        ),
        (b"time,from,to,bps\n2017-06-01T00:00:00,app,hub,20000000\n2017-06-01T00:00:00,hub,app,5000000\n", &[]),
        (
            b"time,peering,direction,bps\n1496246400,P,out,2E7\n1496246700,P,out,null\n",
            &["--epoch", "s", "--missing", "null"],
        ),
        (b"time;peering;direction;bps\n2017-06-01;P;out;20000000,0\n", &["--decimal", ","]),
        (b"a;b;time\tpeering\tdirection\tbps\n", &["--delimiter", "tab"]),
    ] {
        if more.contains(&"--delimiter") {
            assert!(billed(samples, more).expect_err("no such column").contains("unknown column `a;b;time`"));
            continue;
        }
        assert_eq!(
            billed(samples, more).as_deref(),
            Ok("default pays 400.00 CNY."),
            "{}",
            String::from_utf8_lossy(samples)
        );
    }
    let minutes: String = (0..5).map(|m| format!("2017-06-01 00:0{m}:00,P,out,150000000\n")).collect();
    let bytes = format!("time,peering,direction,bytes\n{minutes}");
    assert_eq!(billed(bytes.as_bytes(), &[]).as_deref(), Ok("default pays 400.00 CNY."));
}

#[test]
fn complaints_about_samples_are_about_their_file() {
    for (samples, more, place, said) in [
        (&b"time,peering,direction,bps\n2017-06-01,my link,out,1\n"[..], &[][..], "2:12", "my link"),
        (b"time,from,to,bps\n2017-06-01,app,a b,1\n", &[], "2:16", "a b"),
        (b"time,from,to,bps\n2017-06-01,app,app,1\n", &[], "2:16", "itself"),
        (b"time,direction,bps\n2017-06-01,out,1\n", &[], "1:1", "`from` and `to`"),
        (b"time,from,to,bps\n", &[], "1:1", "no samples"),
        (b"time,peering,direction,bps\n1496246400,P,out,1\n", &[], "2:1", "--epoch 's'"),
        (b"time,peering,direction,bps\n2017-06-01,P,out,\"20,5\"\n", &[], "2:18", "--decimal ','"),
        (b"time,peering,direction,bps\n2017-06-01,P,out,null\n", &[], "2:18", "--missing 'null'"),
        (b"time,peering,direction,bps\n2017-06-01,P,out\n", &[], "2:1", "3 cells, the first line 4"),
    ] {
        let told = billed(samples, more).expect_err(said);
        assert!(told.contains(&format!("s.csv:{place}]")) && told.contains(said), "{told}");
        assert!(!told.contains("no scenario"), "{told}");
    }
    let wrong: String = (0..30).map(|_| "never,P,out,1\n").collect();
    let told = billed(format!("time,peering,direction,bps\n{wrong}").as_bytes(), &[]).expect_err("never is no time");
    assert!(told.matches("`never` is not a time").count() == 20 && told.contains("… and 10 more"), "{told}");
    let files = [("t.toml", scenario("duration = \"1 s\"", BPS).into_bytes()), ("rates.csv", b"t,r\n0,1\n".into())];
    let told = vpcsim(folder(&files).path(), &["bill", "t.toml", "--decimal", ","]).ended(2).talk;
    assert!(told.contains("--samples"), "{told}");
}

#[test]
fn samples_by_vpc_names_are_billed_to_the_peering_of_the_scenario() {
    let text = r#"name = "t"
duration = "1 s"
[vpc.app]
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.hub]
region = "beijing"
cidr = "10.2.0.0/16"
[peering.line]
requester = "hub"
accepter = "app"
bandwidth = "100 Mbps"
"#;
    let rows = "time,from,to,bps\n2017-06-01,app,hub,20000000\n";
    let folder = folder(&[("t.toml", text), ("s.csv", rows)]);
    let said = vpcsim(folder.path(), &["bill", "t.toml", "--samples", "s.csv"]).ended(0);
    assert!(said.out.contains("line") && said.out.contains("00:00 in"), "{}", said.out);
}

#[test]
fn what_import_takes_check_takes() {
    for (table, more, said) in [
        (&b"time,A_B,B_A\n0,1,2\n5,3,4\n"[..], &[][..], "duration = \"50 min\""),
        (b"sep=;\ntime;\"A_B\";B_A;\n5 min;1;2;\n10 min;;4 Mbit/s;\n", &[], "duration = \"15 min\""),
        (
            b"time,A_B\n2017-10-29 02:30,1\n2017-10-29 02:00,1\n2017-10-29 02:30,2\n",
            &["--zone", "Europe/Berlin"],
            "start = \"2017-10-29T02:30:00+02:00\"",
        ),
        (b"time,A_B\n2017-06-01T08:00,1\n2017-06-01T08:05,1\n", &[], "start = \"2017-06-01T08:00:00+08:00\""),
        (b"time,A_B\n1496275200,1\n1496275260,2\n", &["--epoch", "s"], "duration = \"2 min\""),
        (
            b"time;A_B;B_A\n0;1,5;NaN\n1;-;2\n",
            &["--decimal", ",", "--missing", "NaN", "--missing", "-"],
            "missing = [\"NaN\", \"-\"]",
        ),
        (b"time\tA_B|\n0\t1\n", &["--delimiter", "tab"], ""),
        (b"time,A_B\n0,1\n0,2\n", &[], "duration = \"5 min\""),
        (b"time,A_B\n0,100000\n1,1\n", &[], "ticket = true"),
    ] {
        let folder = folder(&[("m.csv", table)]);
        let import = [&["import", "series", "m.csv", "--unit", "Mbps", "-o", "out"], more].concat();
        let imported = vpcsim(folder.path(), &import);
        if said.is_empty() {
            let told = imported.ended(2).talk;
            assert!(told.contains("m.csv:1:6]"), "{told}");
            continue;
        }
        imported.ended(0);
        let written = read(folder.path(), "out/m.toml");
        assert!(written.contains(said), "{written}");
        let check = vpcsim(folder.path(), &["check", "out/m.toml"]).ended(0);
        assert_eq!(check.talk, "", "{}", String::from_utf8_lossy(table));
    }
}

#[test]
fn what_import_cannot_take_is_told_at_the_first_place() {
    for (table, place, said) in [
        (&b"time,A_B,B_A\nNaN,1,2\nnoon,3,4\n"[..], "2:1", "`NaN` is not a time"),
        (b"time,A_B\n0,200000\n", "2:3", "too high"),
        (b"time,A_B,A_B\n0,1,2\n", "1:10", "given twice"),
        (b"time,A_B\n0,NaN\n", "2:3", "--missing 'NaN'"),
        (b"time,A_B\n1496275200,1\n", "2:1", "--epoch 's'"),
        (b"time,A_B\n0,1\n1,2,3\n", "3:1", "3 cells, the first line 2"),
        (b"time,A_B\n0,1\n399 d,1\n", "3:1", "longer than 400 d"),
    ] {
        let import = ["import", "series", "m.csv", "--unit", "Mbps"];
        let Said { out, talk: told, .. } = vpcsim_with(&[("m.csv", table)], &import).ended(2);
        assert_eq!(out, "", "{told}");
        let first = told.find("m.csv:").map(|at| &told[at..]).unwrap_or_default();
        assert!(first.starts_with(&format!("m.csv:{place}]")) && told.contains(said), "{told}");
    }
}

#[test]
fn a_prefix_is_written_one_way() {
    let told = |cidr: &str, more: &[&str]| {
        let text = scenario("duration = \"1 s\"", BPS).replace("10.1.0.0/16", cidr);
        let files = [("t.toml", text.as_bytes()), ("rates.csv", b"t,r\n0,1\n")];
        vpcsim_with(&files, &[&["check", "t.toml"], more].concat()).ended(2).talk
    };
    for (cidr, hint) in [
        ("010.1.0.0/16", "leading zeros"),
        ("10.1.0.0/016", "leading zeros"),
        ("10.01.0.0/16", "leading zeros"),
        ("10.1.0.0 /16", "10.0.0.0/16"),
        ("10.1.0.0/+16", "10.0.0.0/16"),
        ("::ffff:10.1.0.0/112", "only IPv4"),
        ("10.1.0.0", "add a prefix length"),
    ] {
        let told = told(cidr, &[]);
        assert!(told.contains("is not a prefix") && told.contains(hint), "{cidr}: {told}");
    }
    let told = told("10.1.0.0/16", &["--set", "vpc.a.subnet.s.cidr=10.1.01.0/24"]);
    assert!(told.contains("leading zeros"), "{told}");
}

#[test]
fn lists_of_routes_and_sizes_are_texts_like_tables() {
    let text = |keys: &str| {
        scenario("duration = \"1 s\"", "")
            .replace(
                "cidr = \"10.1.1.0/24\"\n",
                "cidr = \"10.1.1.0/24\"\nroutes_file = \"routes.txt\"\nvia = { blackhole = true }\n",
            )
            .replace("pattern = \"series\"\nfile = \"rates.csv\"\npacket_size = \"1000 B\"", keys)
    };
    let sizes = text("rate = \"8 kbps\"\nsizes_file = \"sizes.txt\"");
    let checked = |routes: &[u8], sizes_of: &[u8]| {
        let files = [("t.toml", sizes.as_bytes()), ("routes.txt", routes), ("sizes.txt", sizes_of)];
        let said = vpcsim_with(&files, &["check", "t.toml"]);
        (said.code, said.talk)
    };
    let utf16: Vec<u8> = "\u{feff}10.2.0.0/16\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for routes in [&b"\xef\xbb\xbf10.2.0.0/16\r\n"[..], b"# all\r10.2.0.0/16\r10.3.0.0/16 # more\r", &utf16] {
        assert_eq!(checked(routes, b"\xef\xbb\xbf1000 1\r\n"), (Some(0), String::new()));
    }
    let (code, told) = checked(b"10.2.0.0/16\r10.03.0.0/16\r", b"1000 1\rx 1\r70000 1\r");
    assert!(code == Some(2) && told.contains("routes.txt:2:1]"), "{told}");
    assert!(told.contains("sizes.txt:2:1]") && told.contains("sizes.txt:3:1]"), "{told}");
}
