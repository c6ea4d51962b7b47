//! What a bill says of itself: what it covers, which windows are silent, what is not priced; and the picture of a
//! month.

use super::program::{Said, folder, read, vpcsim};
use super::{bill, bill_json, load, scenario_text, terms};
use vpcsim::engine::{Options, Run};
use vpcsim::metering::{Bill, Monitoring, Period, measure};
use vpcsim::report::{Invoice, Page, Snapshot, details, invoice_text, monitoring_csv};
use vpcsim::units::SimTime;

fn run(head: &str, regions: Option<(&str, &str)>) -> String {
    let peering = "[peering.P]\nrequester = \"R\"\naccepter = \"S\"\nbandwidth = \"50 Mbps\"\n";
    let traffic = "[traffic.t]\nfrom = \"R/h\"\nto = \"S/h\"\nrate = \"8 Mbps\"\npacket_size = \"1500 B\"\n";
    let text = scenario_text(head, &format!("{peering}{traffic}"));
    match regions {
        Some((from, to)) => text.replace(from, to),
        None => text,
    }
}

#[test]
fn a_bill_of_a_part_of_a_day_says_so_in_its_head() {
    let head = |text: &str, args: &[&str]| bill(text, args).split("\n\n").next().expect("a head").replace('\n', " ");
    let minute = head(&run("duration = \"60 s\"\n", None), &[]);
    assert!(minute.contains("PARTIAL DAY: the bill covers 60 s of 2017-06-01;"), "{minute}");
    let night = run("start = \"2017-06-01T23:58:00\"\nduration = \"301 s\"\n", None);
    let said = head(&night, &[]);
    assert!(said.contains("PARTIAL DAYS: the bill covers 2 min of 2017-06-01 and 181 s of 2017-06-02;"), "{said}");
    let json = bill_json(&night, &[]);
    assert_eq!((json["partial"].as_bool(), json["partial_lines"].as_u64()), (Some(false), Some(2)));
    assert_eq!(json["lines"][0]["covers_start_utc"], "2017-06-01T15:58:00Z");
    assert_eq!(json["lines"][1]["covers_end_utc"], "2017-06-01T16:03:01Z");
    // Whole days, one of which has 23 hours, and a whole month of 31 days, one of which has 25.
    let whole = "zone = \"Europe/Berlin\"\nstart = \"2017-03-25T00:00:00\"\nduration = \"47 h\"\n";
    assert!(!head(&run(whole, None), &[]).contains("PARTIAL"));
    let october =
        |hours: u32| format!("zone = \"Europe/Berlin\"\nstart = \"2017-10-01T00:00:00\"\nduration = \"{hours} h\"\n");
    let month = |hours| head(&run(&october(hours), None), &["--month-95", "--book", "cny-2022"]);
    assert!(!month(31 * 24 + 1).contains("PARTIAL"));
    assert!(month(31 * 24).contains("PARTIAL MONTH: the bill covers 31 d of 2017-10;"), "{}", month(31 * 24));
}

/// Stopped on the way: the run is interrupted, and the day in which it stopped is partial.
#[test]
fn an_interrupted_bill_says_both() {
    let scenario = load(run("duration = \"2 d\"\n", None));
    let terms = terms(&scenario);
    let mut stopped = Run::new(scenario.network, scenario.plan, Options::default());
    stopped.advance(SimTime::from_nanos(90_000 * 1_000_000_000));
    stopped.finish().expect("the books balance");
    let bill = Bill::of(&measure(&stopped), &terms);
    let mut invoice = Invoice::of(&bill, &terms, "t", "t.toml");
    invoice.partial = !stopped.is_done();
    let text = invoice_text(&invoice, &Page::PIPE);
    assert!(text.contains("PARTIAL: interrupted before the end of the run.\n"), "{text}");
    assert!(text.contains("PARTIAL DAY: the bill covers 1 h of 2017-06-02;"), "{text}");
}

#[test]
fn what_is_not_priced_is_not_called_partial() {
    let far = bill(&run("duration = \"1 d\"\n", Some(("shanghai", "toronto"))), &[]);
    assert!(far.contains("\ndefault: its 1 line is NOT PRICED, since its price is not published.\n"), "{far}");
    assert!(!far.contains("PARTIAL") && !far.contains(" pays "), "{far}");
    let days = bill(&run("duration = \"2 d\"\n", Some(("shanghai", "toronto"))), &[]);
    assert!(days.contains("\ndefault: all 2 lines are NOT PRICED, since their prices are not published.\n"), "{days}");
}

/// The payer is told what the charge is for and where to get the price, and never that it is zero.
#[test]
fn a_price_that_is_not_published_is_named_where_it_is() {
    let far = run("duration = \"1 d\"\n", Some(("shanghai", "toronto")));
    let said = bill(&far, &["--book", "guide-2017"]);
    assert!(
        said.contains("NOT PRICED")
            && said.contains("\nOther books have that price: --book cny-2016 and --book usd-2018.\n"),
        "{said}"
    );
    assert_eq!(bill_json(&far, &["--book", "guide-2017"])["priced_elsewhere"][0]["book"], "cny-2016");
    let nowhere =
        run("duration = \"1 d\"\n[region.moon]\ndelay = { guangzhou = \"1 s\" }\n", Some(("shanghai", "moon")));
    assert!(bill(&nowhere, &[]).contains("No book that comes with vpcsim has that price; --book FILE"));
    // A day without load costs nothing, which does not mean that it has a price.
    let stop = "rate = \"8 Mbps\"\nstop = \"1 h\"\n";
    let idle = run("duration = \"3 d\"\n", Some(("shanghai", "toronto"))).replace("rate = \"8 Mbps\"\n", stop);
    let said = bill(&idle, &[]);
    assert!(said.contains("1 line is NOT PRICED") && !said.contains(" pays "), "{said}");
}

#[test]
fn days_without_load_are_folded_and_each_peering_is_summed_up() {
    let stop = "rate = \"8 Mbps\"\nstop = \"30 h\"\n";
    let month = run("duration = \"30 d\"\n", None).replace("rate = \"8 Mbps\"\n", stop);
    let said = bill(&month, &[]);
    let totals = said.split("\n\n").find(|part| part.starts_with("Totals")).expect("several days have a sum");
    let row: Vec<&str> = totals.lines().last().expect("a row").split_whitespace().collect();
    assert_eq!(row[..3], ["P", "30", "2"], "{totals}");
    assert!(said.contains("  … and 28 days without load, at 0.00 (-v shows all)\n"), "{said}");
    assert!(!said.contains("2017-06-03") && bill(&month, &["-v"]).contains("2017-06-30"), "{said}");
}

/// Deleted and made again within minutes: each row says which of the two peerings it belongs to.
#[test]
fn peerings_of_one_name_are_told_apart() {
    let at = |time: &str, what: &str, rest: &str| format!("[[at]]\ntime = \"{time}\"\ndo = \"{what}\"\n{rest}\n");
    let made = "requester = \"R\"\naccepter = \"S\"\nbandwidth = \"50 Mbps\"";
    let text = run("duration = \"3 min\"\n", None)
        + &at("60 s", "delete", "peering = \"P\"")
        + &at("120 s", "create_peering", &format!("name = \"P\"\n{made}"))
        + &at("120 s", "add_route", "table = \"R/A\"\nto = \"10.2.0.0/16\"\nvia = \"P\"");
    let scenario = load(text);
    let mut played = Run::new(scenario.network, scenario.plan, Options::default());
    played.advance(played.plan.duration);
    played.finish().expect("the books balance");
    let names: Vec<String> = measure(&played).into_iter().map(|series| series.subject.peering).collect();
    assert_eq!(names, ["P", "P#2"]);
    let snapshot = Snapshot::of(&played, "t.toml", Vec::new(), None);
    let links: Vec<(&str, &str)> = snapshot.links.iter().map(|link| (&*link.peering, &*link.from)).collect();
    assert_eq!(links, [("P", "R"), ("P", "S"), ("P#2", "R"), ("P#2", "S")]);
    let monitored = monitoring_csv(&Monitoring::of(&played, Period::Minute));
    assert!(monitored.contains("Z,P,R,") && monitored.contains("Z,P#2,R,"), "{monitored}");
    let network = played.simulation.network();
    let shown: Vec<String> = details(network, |_| true).into_iter().map(|peering| peering.name).collect();
    assert_eq!(shown, ["P", "P#2"]);
}

fn samples(rows: &str, args: &[&str]) -> Said {
    let folder = folder(&[("samples.csv", format!("time,peering,direction,bps\n{rows}"))]);
    let bill = ["bill", "--book", "cny-2022", "--samples", "samples.csv"];
    vpcsim(folder.path(), &[&bill[..], args].concat()).ended(0)
}

#[test]
fn silent_windows_are_counted_and_told() {
    let rows = "2017-06-01T00:00:00,P,out,500000000\n2017-06-01T23:55:00,P,out,1000000\n";
    let month = samples(rows, &["--month-95"]).out;
    for words in
        ["default pays 0.00 CNY.", "SILENCE: 286 of 288 windows", "PARTIAL MONTH: the bill covers 1 d of 2017-06"]
    {
        assert!(month.contains(words), "{words}: {month}");
    }
    let json = samples(rows, &["--month-95", "--json"]).json();
    let line = &json["lines"][0];
    assert_eq!(
        [&line["samples"], &line["silent_windows"], &line["percentile_windows"]].map(|n| n.as_u64()),
        [Some(2), Some(286), Some(288)]
    );
    let day = samples(rows, &[]).out;
    assert!(day.contains("SILENCE: 286 of 288 windows") && day.contains("2 of 288 samples"), "{day}");
}

#[test]
fn what_is_free_by_the_day_is_not_silently_billed_by_the_month() {
    let free = run(
        "duration = \"1 d\"\n",
        Some((
            "bandwidth = \"50 Mbps\"\n",
            "bandwidth = \"50 Mbps\"\nfree = { bandwidth = \"10 Mbps\", until = \"2017-12-31\" }\n",
        )),
    );
    let sentence = "months are billed in full: P.";
    assert!(bill(&free, &["--month-95", "--book", "cny-2022"]).contains(sentence));
    assert!(!bill(&free, &["--book", "cny-2022"]).contains(sentence));
    assert!(!bill(&run("duration = \"1 d\"\n", None), &["--month-95", "--book", "cny-2022"]).contains(sentence));
}

#[test]
fn a_month_is_drawn_and_nothing_to_draw_is_told() {
    let draw = |text: &str, args: &[&str]| {
        let folder = folder(&[("t.toml", text)]);
        let said = vpcsim(folder.path(), &[&["bill", "t.toml", "--svg", "svg"], args].concat()).ended(0);
        (folder, said.talk)
    };
    let months = run("start = \"2017-06-29T00:00:00\"\nduration = \"5 d\"\n", None);
    let (drawn, said) = draw(&months, &["--month-95", "--book", "cny-2022"]);
    assert_eq!(said, "");
    let mut names: Vec<_> = std::fs::read_dir(drawn.path().join("svg"))
        .expect("a folder")
        .map(|f| f.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["P-2017-06.svg", "P-2017-07.svg"]);
    let july = read(drawn.path(), "svg/P-2017-07.svg");
    for text in ["95 %: 8 Mbps, 425.81 CNY", "07-01", "07-03"] {
        assert!(july.contains(text), "{text}");
    }
    assert!(!july.contains("06-30"));
    let regional = months.replace("guangzhou", "shanghai").replace("bandwidth = \"50 Mbps\"\n", "");
    for args in [&["--month-95"][..], &[]] {
        let (drawn, said) = draw(&regional, args);
        assert!(said.contains("nothing to draw") && !drawn.path().join("svg").exists(), "{said}");
    }
}
