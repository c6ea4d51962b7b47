//! Pages of runs and bills as files: one file that asks nobody for anything, made of the documents that other programs
//! get, whatever stands in a scenario; and when it is written. What it looks like is tested in a browser
//! (`tests/browser/`).

mod program;
mod shipped;
mod texts;

use program::{Said, command, read, root, said, vpcsim, write};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use texts::PAIR;
use vpcsim::report::{RunPage, run_page};

/// 2 s of 8 Mbps over a cap of 5 Mbps; after 1 s the cap rises.
fn scenario(name: &str) -> String {
    let rest = r#"bandwidth = "5 Mbps"
[traffic.t]
from = "a/h"
to = "b/h"
rate = "8 Mbps"
packet_size = "1000 B"
[traffic.echo]
from = "b/h"
to = "a/h"
pattern = "ping"
interval = "100 ms"
[[at]]
time = "1 s"
do = "change_bandwidth"
peering = "p"
bandwidth = "10 Mbps"
[[expect]]
traffic = "t"
loss = "< 50 %"
"#;
    format!("# Question: {name}: is it enough?\nname = {name:?}\nduration = \"2 s\"\n{PAIR}{rest}")
}

fn folder() -> TempDir {
    program::folder(&[("s.toml", scenario("a pair"))])
}

/// The document that a page holds under a name.
#[track_caller]
fn document(page: &str, name: &str) -> Value {
    let begin = format!("<script type=\"application/json\" id=\"{name}\">");
    let text = page.split_once(&begin).and_then(|(_, rest)| rest.split_once("</script>"));
    serde_json::from_str(text.unwrap_or_else(|| panic!("the page has no {name}")).0).expect("it is JSON")
}

#[track_caller]
fn run_with_page(folder: &Path, more: &[&str]) -> (Said, String) {
    let args = [&["run", "s.toml", "--json", "--html", "page.html"], more].concat();
    (vpcsim(folder, &args).ended(0), read(folder, "page.html"))
}

/// All that could make a browser ask somebody: addresses, sources, imports. What scripts could do, the policy forbids.
#[track_caller]
fn asks_nobody(page: &str) {
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(page.contains("content=\"default-src 'none';"));
    for bad in [" src=", "src =", "@import", "url(http", "<link", "<img", "<iframe", "<object", "<base", "srcset"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "an address");
    let elsewhere = page.split("href=\"").skip(1).find(|rest| !rest.starts_with('#'));
    assert!(elsewhere.is_none(), "a link to {:?}", elsewhere.map(|rest| &rest[..40]));
}

#[test]
fn a_page_is_one_file_of_the_documents_that_others_get() {
    let folder = folder();
    let (told, page) = run_with_page(folder.path(), &[]);
    asks_nobody(&page);
    assert_eq!(document(&page, "report"), told.json());
    let course = document(&page, "course");
    let sum = |list: &Value| list.as_array().expect("a list").iter().filter_map(Value::as_u64).sum::<u64>();
    assert_eq!(sum(&course["links"][0]["carried_bytes"]), told.json()["links"][0]["carried"]["bytes"]);
    assert_eq!(sum(&course["traffic"][1]["ping"]["answered"]), told.json()["traffic"][1]["ping"]["answered"]);
    let caps = serde_json::json!([[0, 5_000_000], [1_000_000_000, 10_000_000]]);
    assert_eq!(course["links"][0]["cap_bps"], caps);
    let bill = vpcsim(folder.path(), &["bill", "s.toml", "--json"]).ended(0).json();
    assert_eq!(document(&page, "bill"), bill);
}

#[test]
fn question_answer_network_and_text_need_no_script() {
    let folder = folder();
    let (_, page) = run_with_page(folder.path(), &[]);
    let plain = page.split("<script").next().expect("something comes before it");
    assert!(plain.contains("<h1>a pair: is it enough?</h1>"));
    assert!(plain.contains("<p class=\"verdict good\">1 of 1 expectation holds.</p>"));
    let text = vpcsim(folder.path(), &["run", "s.toml"]).ended(0).out;
    let line = text.lines().find(|line| line.starts_with("Packets: ")).expect("the last line");
    assert!(plain.contains(line), "{line}");
    let (begin, end) = (plain.find("<svg").expect("a picture"), plain.find("</svg>").expect("its end"));
    let picture = &plain[begin..end + 6];
    let parsed = roxmltree::Document::parse(picture).expect("it is well formed");
    let titles: Vec<&str> = parsed.descendants().filter(|n| n.has_tag_name("title")).filter_map(|n| n.text()).collect();
    assert!(titles.iter().any(|title| title.starts_with("VPC a in ")), "{titles:?}");
    // The very drawing of `graph`: only the comment and the name space are gone.
    let drawn = vpcsim(folder.path(), &["run", "s.toml", "--graph", "-"]).ended(0).out;
    assert!(drawn.contains(&picture[picture.find("<title>").expect("its title")..]));
}

/// What failed is said in the words of the report, and each failure is listed.
#[test]
fn the_verdict_is_that_of_the_report() {
    let folder = folder();
    let expected = "[[expect]]\ntraffic = \"echo\"\nloss = \"0 %\"\n";
    let rest = format!("{expected}[[at]]\ntime = \"1500 ms\"\ndo = \"accept\"\npeering = \"p\"\n");
    write(folder.path(), "s.toml", scenario("a pair").replace("\"< 50 %\"", "\"0 %\"") + &rest);
    let report = vpcsim(folder.path(), &["run", "s.toml", "--html", "page.html"]).ended(1).out;
    let page = read(folder.path(), "page.html");
    let shown = page.split("<p class=\"verdict bad\">").nth(1).and_then(|rest| rest.split("</p>").next());
    let sentences: Vec<&str> = shown.expect("a verdict").split_inclusive(". ").collect();
    assert_eq!(sentences.len(), 2, "{sentences:?}");
    for sentence in sentences {
        let sentence = sentence.trim_end().trim_end_matches('.');
        assert!(report.lines().any(|line| line.starts_with(sentence)), "{sentence}:\n{report}");
    }
    let listed: Vec<&str> = page.split("<li>").skip(1).filter_map(|rest| rest.split("</li>").next()).collect();
    assert_eq!(listed.len(), 3, "{listed:?}");
    for failure in &listed[..2] {
        assert!(report.contains(&plain(failure)), "{failure}:\n{report}");
    }
    assert!(listed[2].starts_with("accept p at 1.5 s: peering `p` is ACTIVE"), "{listed:?}");
}

#[test]
fn names_are_texts_wherever_they_stand() {
    let bad = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--";
    let folder = program::folder(&[("s.toml", scenario(bad))]);
    let page = vpcsim(folder.path(), &["run", "s.toml", "--html", "-"]).ended(0).out;
    let scripts = page.matches("<script").count();
    assert_eq!((scripts, page.matches("</script>").count()), (4, 4), "three documents and a script");
    assert!(!page.contains("<img") && page.contains("&lt;img src=x onerror=alert(2)&gt;"));
    assert_eq!(document(&page, "report")["scenario"], bad);
}

#[test]
fn the_same_run_is_the_same_page_however_it_is_computed() {
    let folder = folder();
    let pages: Vec<String> = [&[][..], &["--packets"], &["--workers", "3"], &["--pcap", "p.pcapng"]]
        .into_iter()
        .map(|more| run_with_page(folder.path(), more).1)
        .collect();
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_series_stays_out_of_a_report_that_did_not_ask_for_it() {
    let folder = folder();
    let alone = vpcsim(folder.path(), &["run", "s.toml", "--json"]).ended(0);
    let (told, _) = run_with_page(folder.path(), &[]);
    assert_eq!(told.out, alone.out);
    let (told, page) = run_with_page(folder.path(), &["--interval", "500ms"]);
    let (rows, course) = (&told.json()["intervals"]["links"][0]["rows"], document(&page, "course"));
    assert_eq!((course["points"].as_u64(), rows.as_array().map(Vec::len)), (Some(4), Some(4)));
    for (at, row) in rows.as_array().expect("rows").iter().enumerate() {
        // Zeros at the end are left out.
        let of = |list: &str| course["links"][0][list].get(at).and_then(Value::as_u64).unwrap_or(0);
        assert_eq!(row["offered"]["bytes"], of("offered_bytes"));
        assert_eq!(row["longest_queue_bytes"], of("longest_queue_bytes"));
    }
    assert!(document(&page, "report")["intervals"].is_null());
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_runs() {
    let folder = folder();
    write(folder.path(), "mine.html", "<!doctype html>\n<title>mine</title>\n");
    let refused = |args: &[&str], why: &str| {
        let said = vpcsim(folder.path(), args).ended(2);
        assert!(said.out.is_empty() && said.talk.contains(why), "{args:?}: {}", said.talk);
    };
    refused(&["run", "s.toml", "--html", "s.toml"], "is an input of this command");
    refused(&["run", "s.toml", "--html", "mine.html"], "is there already and is not a page of vpcsim");
    refused(&["run", "s.toml", "s.toml", "--html", "page.html"], "--html takes a single scenario");
    refused(&["run", "s.toml", "--html", "x", "--graph", "x"], "is named for two outputs");
    refused(&["bill", "s.toml", "--html", "mine.html"], "is not a page of vpcsim");
    refused(&["run", "s.toml", "--html", "x", "--set", "duration=1000 s", "--interval", "1ms"], "a page has at most");
    vpcsim(folder.path(), &["run", "s.toml", "--html", "mine.html", "--force"]).ended(0);
    vpcsim(folder.path(), &["run", "s.toml", "--html", "mine.html"]).ended(0);
    vpcsim(folder.path(), &["bill", "s.toml", "--html", "mine.html"]).ended(0);
    let beside = vpcsim(folder.path(), &["run", "s.toml", "--html", "-"]).ended(0);
    assert!(beside.out.starts_with("<!doctype html>") && beside.talk.contains("1 of 1 expectation holds."));
}

#[test]
fn a_bill_is_a_page_of_its_documents() {
    let folder = folder();
    let told = vpcsim(folder.path(), &["bill", "s.toml", "--json", "--html", "bill.html"]).ended(0);
    let page = read(folder.path(), "bill.html");
    asks_nobody(&page);
    assert_eq!(document(&page, "bill"), told.json());
    let loads = &document(&page, "loads")["peerings"][0];
    let largest = loads["out_bits"].as_array().expect("a list").iter().filter_map(Value::as_u64).max();
    assert_eq!(largest, told.json()["lines"][0]["measured_bits"].as_u64());
    let total = &told.json()["totals"][0];
    let answer =
        format!("{} pays {} ", total["account"].as_str().expect("a name"), total["amount"].as_str().expect("a sum"));
    assert!(page.contains(&answer), "{answer}");
}

/// The text that stands in markup.
fn plain(markup: &str) -> String {
    markup.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn a_stored_run_becomes_the_same_page_and_a_foreign_document_none() {
    let folder = folder();
    let (_, page) = run_with_page(folder.path(), &[]);
    let text = |value: &Value| value.to_string();
    let begin = page.find("<pre").expect("the text");
    let stored = RunPage {
        report: text(&document(&page, "report")),
        course: text(&document(&page, "course")),
        bill: Some(text(&document(&page, "bill"))),
        network: vpcsim(folder.path(), &["run", "s.toml", "--graph", "-"]).ended(0).out,
        text: plain(page[begin..].split_once('>').and_then(|(_, rest)| rest.split_once("</pre>")).expect("a text").0),
    };
    assert_eq!(run_page(&stored).expect("they are documents"), page);
    let wrong = |change: fn(&mut RunPage), why: &str| {
        let mut other = stored.clone();
        change(&mut other);
        let said = run_page(&other).expect_err("it is refused").to_string();
        assert!(said.contains(why), "{said}");
    };
    wrong(|page| page.report = "{".into(), "the report: it is damaged");
    wrong(|page| page.course = page.report.clone(), "the course: it is not a document `vpcsim-course`");
    wrong(|page| page.report = r#"{"format": "vpcsim-report", "version": 1}"#.into(), "missing field");
}

/// Every shipped scenario, in a size that can be sent.
#[test]
fn shipped_scenarios_make_small_pages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut pages = 0;
    for file in shipped::scenarios() {
        let page = folder.path().join("page.html");
        let args = ["run", "-q", &file.to_string_lossy(), "--html", &page.to_string_lossy()].map(str::to_owned);
        said(command(root(), &[]).args(args)).ended(0);
        let size = std::fs::metadata(&page).expect("it was written").len();
        assert!(size <= 300_000, "{}: {size} B", file.display());
        asks_nobody(&read(folder.path(), "page.html"));
        pages += 1;
    }
    assert!(pages >= 30, "only {pages}");
}
