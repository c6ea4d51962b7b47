//! What a run leaves for notebooks: that the example of the guide runs, that a log of delays says what the report says,
//! and that a Parquet file holds what the CSV holds. Python and pandas are not needed: without them, their part is
//! skipped.

mod program;
mod python;

use program::{Said, bare, read, root, said, vpcsim};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

const BUILT: bool = cfg!(feature = "notebooks");

fn empty() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn run(folder: &Path, scenario: &str, args: &[&str]) -> Said {
    let file = root().join("scenarios").join(scenario).display().to_string();
    vpcsim(folder, &[&["run", &file], args].concat()).ended(0)
}

/// What Python says to this, if it can import these.
fn asked(folder: &Path, program: &str, modules: &str) -> Option<Said> {
    python::with(modules).map(|python| said(bare(python).args(["-c", program]).current_dir(folder)))
}

#[test]
fn the_example_of_the_guide_runs_on_both_files_and_says_what_the_report_says() {
    let guide = read(root(), "src/guide/notebooks.md");
    let example = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    assert!(example.trim().lines().count() <= 11, "{example}");
    let folder = empty();
    let series = ["--interval", "1s", "--csv", "series.csv", "--json"];
    let report = run(folder.path(), "change-bandwidth.toml", &series).json();
    let Some(told) = asked(folder.path(), example, "pandas") else { return };
    let told = told.ended(0).out;
    let used = |link: &&Value| link["offered"]["packets"] != 0;
    for link in report["links"].as_array().expect("links").iter().filter(used) {
        let counts = [&link["offered"]["packets"], &link["carried"]["packets"]].map(Value::to_string);
        let names = [&link["from"], &link["to"]].map(|name| name.as_str().expect("a name").to_owned());
        let line = told.lines().find(|line| line.contains(&counts[0]) && line.contains(&counts[1]));
        let line = line.unwrap_or_else(|| panic!("{counts:?} in {told}"));
        assert!(names.iter().all(|name| line.contains(name)), "{line}");
        assert!(told.contains(&format!("PeerConn from {}: at most ", names[0])), "{told}");
    }
    if BUILT {
        let series = ["--interval", "1s", "--parquet", "series.parquet"];
        run(folder.path(), "change-bandwidth.toml", &series);
        let of_parquet = example.replace("read_csv(\"series.csv\")", "read_parquet(\"series.parquet\")");
        assert_ne!(of_parquet, example);
        let same = asked(folder.path(), &of_parquet, "pandas, pyarrow");
        assert!(same.as_ref().is_none_or(|same| same.out == told), "{same:?} {told}");
    }
}

#[test]
fn a_build_without_the_feature_says_how_to_get_it() {
    let folder = empty();
    let file = root().join("scenarios/quick-start.toml").display().to_string();
    for option in [&["--hgrm", "out"][..], &["--interval", "1s", "--parquet", "out"]] {
        let said = vpcsim(folder.path(), &[&["run", &file], option].concat());
        if BUILT {
            said.ended(0);
            std::fs::remove_file(folder.path().join("out")).expect("it was written");
        } else {
            let said = said.ended(2);
            assert!(said.out.is_empty() && said.talk.contains("--features lab,notebooks"), "{}", said.talk);
        }
    }
}

#[cfg(feature = "notebooks")]
mod built {
    use super::*;
    use base64::Engine;
    use bytes::Bytes;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    use program::write;
    use std::collections::BTreeMap;

    /// Every histogram of a log by its tag, and the log's start in seconds.
    fn logged(log: &str) -> (BTreeMap<String, Histogram<u64>>, f64) {
        let (mut all, mut start) = (BTreeMap::new(), 0.0);
        for entry in IntervalLogIterator::new(log.as_bytes()) {
            match entry.expect("a line of a log") {
                LogEntry::StartTime(at) => start = at.as_secs_f64(),
                LogEntry::BaseTime(_) => panic!("there is none"),
                LogEntry::Interval(line) => {
                    let coded = base64::engine::general_purpose::STANDARD.decode(line.encoded_histogram());
                    let coded = coded.expect("base64");
                    let histogram = Deserializer::new().deserialize(&mut &coded[..]).expect("a histogram");
                    let tag = line.tag().expect("a tag").as_str().to_owned();
                    assert!((line.max() * 1e6 - histogram.max() as f64).abs() < 1_000.0 + line.max() * 1e3);
                    assert!(all.insert(tag.clone(), histogram).is_none(), "{tag} twice");
                }
            }
        }
        (all, start)
    }

    /// Takes the distribution of this tag out of the log, which agrees with the report's.
    #[track_caller]
    fn agree(all: &mut BTreeMap<String, Histogram<u64>>, tag: &str, report: &Value) {
        if report.is_null() {
            return assert!(!all.contains_key(tag), "{tag}");
        }
        let histogram = all.remove(tag).unwrap_or_else(|| panic!("no {tag}"));
        let number = |key: &str| report[key].as_u64().expect("a number");
        assert_eq!(histogram.len(), number("packets"), "{tag}");
        let stated = [("min", 0.0, 0), ("p50", 0.5, number("p50_precision_ns"))];
        for (name, at, precision) in
            [&stated[..], &[("p99", 0.99, number("p99_precision_ns")), ("max", 1.0, 0)]].concat()
        {
            let (told, stated) = (histogram.value_at_quantile(at), number(&format!("{name}_ns")));
            let most = precision + stated / 1_000 + 1;
            assert!(told.abs_diff(stated) <= most, "{tag} {name}: {told} {stated} {precision}");
        }
    }

    #[test]
    fn a_log_of_delays_says_what_the_report_says() {
        let folder = empty();
        // Few delays, and many; pings, and connections with and without an end.
        for scenario in ["quick-start.toml", "bandwidth-cap.toml", "tcp-two-copies.toml", "tcp-incast.toml"] {
            let report = run(folder.path(), scenario, &["--json", "--hgrm", "log"]).json();
            let log = read(folder.path(), "log");
            assert!(
                log.starts_with("#[Logged with vpcsim ") && log.contains("\n#[Histogram log format version 1.2]\n")
            );
            let (mut all, start) = logged(&log);
            assert!(start > 1e9, "{start} is a civil instant");
            assert!(!all.is_empty(), "{scenario}");
            for entry in report["traffic"].as_array().expect("entries") {
                let name = entry["name"].as_str().expect("a name");
                agree(&mut all, &format!("{name}/delay"), &entry["delay"]);
                let (ping, tcp) = (&entry["ping"]["round_trip"], &entry["tcp"]["round_trip"]);
                agree(&mut all, &format!("{name}/round_trip"), if ping.is_null() { tcp } else { ping });
                agree(&mut all, &format!("{name}/completion"), &entry["tcp"]["completion"]);
            }
            assert!(all.is_empty(), "{:?} are not in the report", all.keys());
        }
    }

    /// The cells of a Parquet file, as the CSV writes them.
    fn cells(bytes: Vec<u8>) -> (Vec<Vec<String>>, bool) {
        let file = SerializedFileReader::new(Bytes::from(bytes)).expect("a Parquet file");
        let metadata = file.metadata().file_metadata();
        let is_partial = metadata.key_value_metadata().is_some_and(|all| all.iter().any(|pair| pair.key == "partial"));
        let columns = metadata.schema_descr().columns();
        let mut rows = vec![columns.iter().map(|column| column.name().to_owned()).collect::<Vec<_>>()];
        for row in file.get_row_iter(None).expect("rows") {
            let text = |field: &Field| match field {
                Field::Null => String::new(),
                Field::Double(seconds) => seconds.to_string(),
                Field::ULong(count) => count.to_string(),
                Field::Str(text) => text.clone(),
                other => panic!("{other:?}"),
            };
            rows.push(row.expect("a row").get_column_iter().map(|(_, field)| text(field)).collect());
        }
        (rows, is_partial)
    }

    #[test]
    fn a_parquet_file_holds_what_the_csv_holds() {
        let folder = empty();
        let both = ["--csv", "s.csv", "--parquet", "s.parquet"];
        for (scenario, args) in [
            ("change-bandwidth.toml", &["--interval", "300ms"][..]),
            ("tcp-two-copies.toml", &["--interval", "100ms", "--tcp-rows", "copies#2"]),
            ("non-transitive.toml", &["--interval", "1s"]),
        ] {
            run(folder.path(), scenario, &[args, &both].concat());
            let table = read(folder.path(), "s.csv");
            let rows: Vec<Vec<String>> =
                table.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
            let bytes = std::fs::read(folder.path().join("s.parquet")).expect("it is there");
            assert_eq!(cells(bytes), (rows, false), "{scenario}");
        }
    }

    #[test]
    fn they_replace_their_kind_and_nothing_else() {
        let folder = empty();
        let file = root().join("scenarios/quick-start.toml").display().to_string();
        let write_both = || {
            let both = ["--interval", "1s", "--hgrm", "log", "--parquet", "series"];
            vpcsim(folder.path(), &[&["run", &file], &both[..]].concat())
        };
        write_both().ended(0);
        let [log, series] = ["log", "series"].map(|name| std::fs::read(folder.path().join(name)).expect("written"));
        write_both().ended(0);
        write(folder.path(), "log", "#[Histogram log format version 1.2]\n");
        assert!(write_both().ended(2).talk.contains("is there already and is not a log of delays of vpcsim"));
        write(folder.path(), "log", &log);
        let foreign = String::from_utf8_lossy(&series).replace("vpcsim interval", "others interval");
        write(folder.path(), "series", foreign);
        assert!(write_both().ended(2).talk.contains("is there already and is not an interval Parquet file"));
        assert_eq!(std::fs::read(folder.path().join("log")).expect("written"), log, "the same bytes each time");
    }
}
