//! The command as a user meets it: exit codes, what goes to stdout and to stderr, overrides, machine-readable output,
//! bad output.

mod program;
mod shipped;

use program::{Said, root};
use serde_json::Value;

/// Runs the program in the project's own folder.
fn vpcsim(args: &[&str]) -> Said {
    program::vpcsim(root(), args)
}

const QUICK: &str = "scenarios/quick-start.toml";

#[test]
fn a_run_that_meets_its_demands_ends_with_0_and_talks_on_stdout_only() {
    let run = vpcsim(&["run", QUICK]).ended(0);
    assert!(run.out.contains("3 of 3 expectations hold"));
    assert_eq!(run.talk, "");
}

#[test]
fn a_demand_that_is_not_met_ends_with_1() {
    let run = vpcsim(&["run", QUICK, "--set", "peering.PeerConn.bandwidth=50 Mbps"]).ended(1);
    assert!(run.out.contains("FAILED"), "{}", run.out);
    let quiet = vpcsim(&["run", QUICK, "-q"]).ended(0);
    assert_eq!(quiet.out, "");
}

#[test]
fn an_action_that_goes_otherwise_than_the_file_says_ends_with_1() {
    let other = "scenarios/change-bandwidth.toml";
    vpcsim(&["run", other, "-q"]).ended(0);
    let run = vpcsim(&["run", other, "--set", "at.3.refused=Ecmp"]).ended(1);
    assert!(run.out.contains("timeline FAILED"), "{}", run.out);
    // The expectation is reported beside the result.
    let report = vpcsim(&["run", other, "--set", "at.3.refused=Ecmp", "--json"]).ended(1).out;
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let outcomes = report["timeline"].as_array().expect("a list").iter().map(|action| action["outcome"].to_string());
    let told: Vec<String> = outcomes.filter(|outcome| outcome.contains("expected was the refusal Ecmp")).collect();
    assert!(matches!(&told[..], [only] if only.contains("above the")), "{told:?}");
}

#[test]
fn wrong_input_ends_with_2_and_complains_on_stderr() {
    for args in [
        &["run", "tests/broken/several.toml"][..],
        &["check", "tests/broken/several.toml"],
        &["run", "no-such-file.toml"],
        &["run", QUICK, "--set", "peering.PeerConn.bandwidht=50 Mbps"],
        &["run", QUICK, "--interval", "10us"],
        &["run", QUICK, "--interval", "fast"],
        &["run", QUICK, "--csv", "x.csv"],
        &["run", QUICK, "--interval", "1 ms", "--set", "duration=300 d"],
        &["run"],
        &["fly"],
    ] {
        let run = vpcsim(args).ended(2);
        assert_eq!(run.out, "", "{args:?}");
        assert!(!run.talk.is_empty(), "{args:?}");
    }
}

#[test]
fn one_bad_file_of_several_does_not_keep_the_good_ones_from_running() {
    let run = vpcsim(&["run", QUICK, "tests/broken/empty.toml", "scenarios/path-mtu.toml"]).ended(2);
    for part in ["quick start", "path MTU", "Comparison"] {
        assert!(run.out.contains(part), "{}", run.out);
    }
}

#[test]
fn json_is_the_documented_shape_and_the_seed_changes_it() {
    let report = |extra: &[&str]| -> Value {
        let run = vpcsim(&[&["run", "scenarios/hub-and-spokes.toml", "--json"], extra].concat()).ended(0);
        run.json()
    };
    let (first, again, other) = (report(&[]), report(&[]), report(&["--seed", "2"]));
    assert_eq!(first, again);
    assert_ne!(first["packets"], other["packets"]);
    assert_eq!((&first["format"], &first["version"]), (&"vpcsim-report".into(), &1.into()));
    let packets = |key: &str| first["packets"][key].as_u64().expect("a count");
    assert_eq!(packets("emitted"), packets("delivered") + packets("dropped") + packets("in_flight"));
    let several = vpcsim(&["run", QUICK, QUICK, "--json"]).ended(0);
    let several = several.json();
    assert_eq!(several.as_array().map(Vec::len), Some(2));
}

#[test]
fn intervals_add_up_to_the_books_in_csv_and_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let csv = folder.path().join("series.csv");
    let csv_name = csv.to_str().expect("a plain path");
    let run = vpcsim(&["run", "scenarios/bandwidth-cap.toml", "--interval", "30ms", "--csv", csv_name, "--json"]);
    let report = run.ended(0).json();
    let written = std::fs::read_to_string(csv).expect("the CSV was written");
    let mut lines = written.lines();
    let header = "start_s,peering,from,to,offered_packets,offered_bytes,carried_packets,carried_bytes,dropped_packets,\
                  longest_queue_bytes,tokens_bytes";
    assert_eq!(lines.next(), Some(header));
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    for (at, link) in report["links"].as_array().expect("links").iter().enumerate() {
        let series = &report["intervals"]["links"][at]["rows"];
        assert_eq!(series.as_array().map(Vec::len), Some(334), "10 s in steps of 30 ms");
        let sum = |column: usize| -> u64 {
            let of_link = rows.iter().filter(|r| link["from"] == r[2]);
            of_link.map(|r| r[column].parse::<u64>().expect("a count")).sum()
        };
        assert_eq!(link["offered"]["packets"], sum(4));
        assert_eq!(link["offered"]["bytes"], sum(5));
        assert_eq!(link["carried"]["packets"], sum(6));
        assert_eq!(link["carried"]["bytes"], sum(7));
        assert_eq!(link["shaper_drops"], sum(8));
    }
    // The bucket of 1 MB is full until traffic starts at 1 s, and holds fewer than two packets once the queue is full.
    let tokens = |start: &str| {
        let row = rows.iter().find(|r| r[0] == start && r[2] == "office").expect("a row");
        row[10].parse::<u64>().expect("tokens")
    };
    assert_eq!(tokens("0.9"), 1_000_000);
    assert!(tokens("6") < 3_000);
}

#[test]
fn check_says_what_is_there_or_what_is_wrong() {
    let good = vpcsim(&["check", QUICK]).ended(0);
    assert_eq!(good.out, "scenarios/quick-start.toml: ok, 2 VPCs, 2 hosts, 1 peering, 2 traffic entries\n");
    let bad = vpcsim(&["check", "tests/broken/several.toml", "--json"]).ended(2);
    let complaints = bad.json();
    let complaints = complaints["complaints"].as_array().expect("a list");
    assert!(complaints.len() >= 5);
    assert!(complaints.iter().all(|c| c["line"].is_u64() && c["message"].is_string()));
}

#[test]
fn every_shipped_scenario_obeys_the_schema() {
    let schema = vpcsim(&["schema"]).ended(0);
    let schema = schema.json();
    assert_eq!(schema["additionalProperties"], false);
    let known = schema["properties"].as_object().expect("properties");
    for path in shipped::scenarios() {
        let document: toml::Table = toml::from_str(&std::fs::read_to_string(&path).expect("text")).expect("TOML");
        let unknown = document.keys().find(|key| !known.contains_key(*key));
        assert_eq!(unknown, None, "{}", path.display());
    }
}

#[test]
fn show_has_both_ends_and_follows_the_timeline() {
    let show = |args: &[&str]| vpcsim(&[&["show"], args].concat()).ended(0).out;
    let missing = "scenarios/missing-return-route.toml";
    assert!(show(&[missing]).contains("no route of VPC2 leads over it"));
    assert!(!show(&[missing, "--at", "5s"]).contains("no route of"), "the route is added at 5 s");
    let expires = "scenarios/request-expires.toml";
    assert!(show(&[expires, "--at", "604799s"]).contains("PENDING since 0 s, expires at 7 d"));
    assert!(show(&[expires, "--at", "7d"]).contains("EXPIRED since 7 d"));
    let gone = "scenarios/routes-go-too.toml";
    let json = vpcsim(&["show", gone, "--peering", "peer", "--at", "2s", "--json"]).ended(0);
    let document = json.json();
    let states: Vec<&str> =
        document["peerings"].as_array().expect("a list").iter().filter_map(|p| p["state"].as_str()).collect();
    assert_eq!(states, ["DELETED", "ACTIVE"]);
    assert!(document["peerings"][1]["ends"][0]["routes"].as_array().is_some_and(Vec::is_empty));
    let unknown = vpcsim(&["show", gone, "--peering", "peeer"]).ended(2);
    assert!(unknown.talk.contains("there are: peer"), "{}", unknown.talk);
}

#[test]
fn a_bill_says_who_pays_and_what_has_no_price() {
    let bill = vpcsim(&["bill", QUICK]).ended(0);
    assert!(bill.out.contains("default pays 53.24 CNY."), "{}", bill.out);
    let abroad = ["bill", QUICK, "--json", "--require-priced", "--set", "vpc.VPC2.region=toronto"];
    let bill = vpcsim(&abroad).ended(1);
    let invoice = bill.json();
    assert_eq!((invoice["unpriced"].as_u64(), &invoice["lines"][0]["amount"]), (Some(1), &Value::Null));
}

#[test]
fn measured_samples_are_billed_with_a_book_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (samples, book, csv) = (path("samples.csv"), path("book.toml"), path("focus.csv"));
    let rows = "time,peering,direction,bps\n2017-06-01 00:05:00,PeerConn,in,30000000\n";
    std::fs::write(&samples, rows).expect("writable");
    let prices = "name = \"mine\"\nsource = \"me\"\ndate = \"2024\"\ncurrency = \"EUR\"\nhome = \"all\"\n[group.all]\n\
                  regions = [\"beijing\", \"guangzhou\"]\nday = [{ above = \"0 Mbps\", price = 1.5 }]\n";
    std::fs::write(&book, prices).expect("writable");
    let args = ["bill", QUICK, "--samples", &samples, "--book", &book, "--csv", &csv];
    let bill = vpcsim(&args).ended(0);
    assert!(bill.out.contains("default pays 45.00 EUR."), "{}", bill.out);
    let focus = std::fs::read_to_string(&csv).expect("written");
    let columns: Vec<usize> = focus.lines().map(|line| line.split(',').count()).collect();
    assert!(focus.lines().nth(1).is_some_and(|row| row.starts_with("45.00,45.00,")), "{focus}");
    assert!(columns[0] == 40 && columns.len() == 2, "{focus}");
    std::fs::write(&book, prices.replace("1.5", "-1")).expect("writable");
    let wrong = vpcsim(&args).ended(2);
    assert!(wrong.talk.contains("book.toml:8:36"), "{}", wrong.talk);
    assert_eq!(wrong.out, "");
}

#[test]
fn a_bill_names_the_cheapest_cap_that_will_do() {
    let bill = vpcsim(&["bill", QUICK, "--what-if", "40 %"]).ended(0);
    assert!(bill.out.contains("50 Mbps is the cheapest cap"), "{}", bill.out);
}

#[test]
fn measured_samples_are_billed_with_or_without_a_scenario() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("samples.csv");
    let rows =
        "time,peering,direction,bps\n2017-06-01 09:00:00,line,out,20000000\n2017-06-01 14:00:00,line,in,30000000\n";
    std::fs::write(&file, rows).expect("it can be written");
    let name = file.to_str().expect("a plain path");
    let alone = vpcsim(&["bill", "--samples", name]).ended(0);
    assert!(alone.out.contains("default pays 360.00 CNY."), "{}", alone.out);
    assert!(alone.out.contains("between two mainland regions"));
    let known = vpcsim(&["bill", "scenarios/bill-guide.toml", "--samples", name]).ended(0);
    assert!(known.out.contains("initiator pays 360.00 CNY."), "{}", known.out);
    std::fs::write(&file, "time,from,to,bps\n").expect("it can be written");
    vpcsim(&["bill", "--samples", name]).ended(2);
    vpcsim(&["bill"]).ended(2);
}

#[test]
fn a_bill_can_be_drawn_and_monitored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (pictures, csv) = (folder.path().join("svg"), folder.path().join("monitoring.csv"));
    let (pictures_name, csv_name) = (pictures.to_str().expect("a plain path"), csv.to_str().expect("a plain path"));
    let args =
        ["bill", "scenarios/bill-tier-cliff.toml", "--svg", pictures_name, "--monitoring", csv_name, "--period", "60s"];
    vpcsim(&args).ended(0);
    let day = std::fs::read_to_string(pictures.join("cap-20-2017-06-01.svg")).expect("the day was drawn");
    assert!(day.starts_with("<svg") && day.contains("20 Mbps at 00:10, 400.00 CNY"), "{day}");
    let monitoring = std::fs::read_to_string(csv).expect("the metrics were written");
    // The fifth minute of the saturated ten-minute stretch, seen from both sides (S38).
    let row = |vpc: &str| {
        let found = monitoring.lines().find(|l| l.starts_with("2017-05-31T16:14:00Z,cap-20") && l.contains(vpc));
        found.unwrap_or_else(|| panic!("no row of {vpc}")).split(',').map(String::from).collect::<Vec<_>>()
    };
    let (near, far) = (row(",hub,"), row(",branch-20,"));
    assert_eq!((&near[4], &near[5]), (&far[5], &far[4]));
    let out: u64 = near[5].parse().expect("a rate");
    assert!((19_990_000..=20_010_000).contains(&out), "{out}");
    assert!(near[8].starts_with("9.0"), "a packet in eleven is dropped: {}", near[8]);
}

#[test]
fn the_loss_of_nothing_proves_nothing() {
    let silent = [
        "run",
        QUICK,
        "--set",
        "traffic.sync.start=9 s",
        "--set",
        "traffic.sync.rate=1 bps",
        "--set",
        "traffic.sync.phase=9 s",
    ];
    let run = vpcsim(&silent).ended(1);
    assert!(run.out.contains("FAILED: traffic sync loss"), "{}", run.out);
    vpcsim(&["show", QUICK, "--at", "99d"]).ended(2);
}

#[test]
fn how_a_run_is_computed_is_told_on_request_and_changes_nothing() {
    let several = [QUICK, "scenarios/path-mtu.toml"];
    let plain = vpcsim(&[&["run"], &several[..]].concat()).ended(0);
    for how in [&["--workers", "1"][..], &["--workers", "3"], &["--packets"], &["--packets", "--workers", "2"]] {
        let run = vpcsim(&[&["run"], &several[..], how].concat()).ended(0);
        assert_eq!((&run.out, run.talk.as_str()), (&plain.out, ""), "{how:?}");
    }
    let told = vpcsim(&[&["run", "-v", "--workers", "3"], &several[..]].concat()).ended(0);
    let lines = told.talk;
    for file in several {
        let line = lines.lines().find(|line| line.starts_with(&format!("how ({file}): ")));
        assert!(line.is_some_and(|line| line.contains("; 3 workers")), "{lines}");
    }
    assert!(!told.out.contains("workers"));
    let told = vpcsim(&["run", QUICK, "--packets", "-v", "--workers", "1"]).ended(0).talk;
    assert!(
        told.contains("; 1 worker; 2 VPCs wait for each other every 18.4 ms of simulated time, the delay of "),
        "{told}"
    );
    let bill = |how: &[&str]| vpcsim(&[&["bill", QUICK], how].concat()).ended(0).out;
    assert_eq!(bill(&[]), bill(&["--packets", "--workers", "2"]));
    vpcsim(&["run", QUICK, "--workers", "0"]).ended(2);
}

/// Two VPCs `a` and `b` of a host each, peered with a cap of 10 Mbps.
fn peered() -> String {
    let end = |vpc: &str, net: u8, region: &str, other: u8| {
        format!(
            "[vpc.{vpc}]\nregion = \"{region}\"\ncidr = \"10.{net}.0.0/16\"\n[vpc.{vpc}.subnet.s]\n\
             cidr = \"10.{net}.1.0/24\"\nroutes = [{{ to = \"10.{other}.0.0/16\", via = \"P\" }}]\n\
             [vpc.{vpc}.host.h]\n"
        )
    };
    let peering = "[peering.P]\nrequester = \"a\"\naccepter = \"b\"\nbandwidth = \"10 Mbps\"\n";
    end("a", 1, "beijing", 2) + &end("b", 2, "guangzhou", 1) + peering
}

/// A cap of 10 Mbps whose queue of 50 ms fills up, and that is raised afterwards.
#[test]
fn a_queue_drains_at_the_cap_behind_which_it_waited() {
    let scenario = peered()
        + "[traffic.t]\nfrom = \"a/h\"\n\
           to = \"b/h\"\nrate = \"20 Mbps\"\npacket_size = \"1250 B\"\n[[at]]\ntime = \"5 s\"\n\
           do = \"change_bandwidth\"\npeering = \"P\"\nbandwidth = \"100 Mbps\"\n";
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("name = \"q\"\nduration = \"10 s\"\n{scenario}")).expect("written");
    let told = vpcsim(&["run", file.path().to_str().expect("text")]).ended(0).out;
    let row = told.lines().find(|line| line.contains("P a -> b")).expect("a row");
    assert!(row.contains("62.5 kB") && row.trim_end().ends_with("50 ms"), "{told}");
}

/// A copy without a size ends when it stops, in the table and in what is demanded of it; and a window that is too small
/// is what limits it, though others fill the cap.
#[test]
fn a_copy_that_stops_has_one_goodput_and_one_limit() {
    let copy = |name: &str, rest: &str| {
        format!("[traffic.{name}]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"tcp\"\nstop = \"2 s\"\n{rest}\n")
    };
    let text = format!(
        "name = \"q\"\nduration = \"8 s\"\n{}{}{}[[expect]]\ntraffic = \"wide\"\n\
         goodput = \"> 8 Mbps\"\n",
        peered(),
        copy("wide", ""),
        copy("narrow", "window = \"3 kB\"\ndestination_port = 5002"),
    );
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let json = vpcsim(&["run", "--json", file.path().to_str().expect("text")]).ended(0).json();
    let tcp = |n: usize| &json["traffic"][n]["tcp"];
    assert!(tcp(0)["goodput_bps"].as_u64() > Some(8_000_000), "{json}");
    assert!(tcp(1)["limited_by"]["receive_window"].as_f64() > Some(0.9), "{json}");
}

/// Two VPCs of two hosts each without a peering, `traffic` between all hosts.
fn islands(traffic: &str) -> tempfile::NamedTempFile {
    let vpc = |name: &str, net: u8| {
        format!(
            "[vpc.{name}]\nregion = \"beijing\"\ncidr = \"10.{net}.0.0/16\"\n\
             [vpc.{name}.subnet.s]\ncidr = \"10.{net}.1.0/24\"\n[vpc.{name}.host.h]\ncount = 2\n"
        )
    };
    let text = format!(
        "name = \"islands\"\nduration = \"10 s\"\n{}{}[traffic.t]\nfrom = \"*/*\"\nto = \"*/*\"\n{traffic}\n\
         [[expect]]\ntraffic = \"t\"\nloss = \"0 %\"\n",
        vpc("a", 1),
        vpc("b", 2)
    );
    let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a temporary file");
    std::fs::write(file.path(), text).expect("it can be written");
    file
}

/// Each host reaches the other host of its VPC and neither of the two in the other VPC.
#[test]
fn all_to_all_pings_every_pair_and_nobody_pings_himself() {
    for (traffic, path, sent, delivered) in [
        ("pattern = \"ping\"", "a/h-1 (+3) -> a/h-2 (+3), 12 flows", 120, 40),
        ("pattern = \"ping\"\npick = \"in_order\"", "a/h-1 (+3) -> a/h-2 (+3)", 40, 20),
        ("interval = \"1 s\"\npacket_size = \"100 B\"", "a/h-1 (+3) -> a/h-2 (+3)", 40, 20),
        (
            "interval = \"1 s\"\npacket_size = \"100 B\"\npick = \"every\"",
            "a/h-1 (+3) -> a/h-2 (+3), 12 flows",
            120,
            40,
        ),
    ] {
        let file = islands(traffic);
        let run = vpcsim(&["run", "--json", &file.path().display().to_string()]).ended(1);
        let report = run.json();
        let entry = &report["traffic"][0];
        assert_eq!(entry["path"], path, "{traffic}");
        assert_eq!(entry["sent"]["packets"], sent, "{traffic}");
        assert_eq!(entry["delivered"]["packets"], delivered, "{traffic}");
    }
}

/// The hub's own pings go to the others, and their pings go to the hub.
#[test]
fn labels_name_whom_packets_really_go_to() {
    for (from, to, path) in [
        ("a/h-1", "*/*", "a/h-1 -> a/h-2 (+2)"),
        ("*/*", "a/h-1", "a/h-2 (+2) -> a/h-1"),
        ("a/h-1", "a/h-*", "a/h-1 -> a/h-2"),
        ("*/*", "10.9.9.9", "a/h-1 (+3) -> 10.9.9.9"),
    ] {
        let file = islands("pattern = \"ping\"");
        let (from, to) = (format!("traffic.t.from={from}"), format!("traffic.t.to={to}"));
        let args = ["run", "--json", &file.path().display().to_string(), "--set", &from, "--set", &to];
        let run = vpcsim(&args);
        let report = run.json();
        assert_eq!(report["traffic"][0]["path"], path, "{from} {to}");
    }
}

#[test]
fn what_could_not_be_measured_says_what_was_missing() {
    let args = ["run", QUICK, "--set", "expect.1.between=['0 s', '1 ns']"];
    let run = vpcsim(&args).ended(1);
    let row = run.out.lines().find(|line| line.ends_with("FAILED")).map(str::to_owned);
    assert!(row.is_some_and(|row| row.contains("no packets")), "{}", run.out);
    let run = vpcsim(&[&args[..], &["--json"]].concat()).ended(1);
    let report = run.json();
    let check = &report["expectations"][0];
    assert_eq!((&check["found"], &check["missing"]), (&Value::Null, &Value::from("no packets")));
}

/// Which is the usual build: nobody should have to look for the line.
#[cfg(not(feature = "lab"))]
#[test]
fn a_build_without_the_lab_says_in_a_line_how_to_get_one() {
    let said = vpcsim(&["lab", QUICK]).ended(2);
    assert_eq!(said.out, "");
    let lines: Vec<&str> = said.talk.lines().filter(|line| line.contains("cargo install")).collect();
    assert!(
        matches!(lines[..], [only] if only.ends_with("--locked --path . --features lab,notebooks")),
        "{}",
        said.talk
    );
}
