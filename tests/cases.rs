//! Inputs that once went wrong, from an optional folder outside the repository: each gets its right answer. Without the
//! folder, the test says that it tried nothing. The other tests cover the same kinds of input with inputs of their own.

mod program;

use program::{command, root, said};
use std::path::Path;

/// A command, run in its case's folder, with the exit code and what it must say, on stdout or stderr.
struct Case {
    folder: &'static str,
    args: &'static str,
    code: i32,
    says: &'static [&'static str],
}

const fn case(folder: &'static str, args: &'static str, code: i32, says: &'static [&'static str]) -> Case {
    Case { folder, args, code, says }
}

const CASES: &[Case] = &[
    case("01-series-number-with-comma", "run run.toml", 2, &["rates.csv:2:5", "decimal = \",\""]),
    case("02-series-quoted-header-shifts-columns", "run run.toml", 0, &["1,500"]),
    case("03-series-same-column-twice", "run run.toml", 2, &["the column `r` is given twice", "rates.csv:1:5"]),
    case("04-replay-zero-padding-kills-it", "run run.toml", 0, &["empty (zero padding), left out", "3 emitted"]),
    case("05-replay-rest-lies-behind-the-end", "run run.toml", 0, &["behind the end of the run, not sent      2"]),
    case(
        "06-quantile-above-every-delay",
        "run run.toml",
        0,
        &["18.4 ms  18.4 ms  30.3 ms", "2 of 2 expectations hold"],
    ),
    case("07-replayed-pings-are-answered-twice", "run run.toml", 0, &["8 emitted = 8 delivered"]),
    case("08-replay-mpls-and-nothing-left", "run run.toml", 0, &["MPLS labels removed", "2 emitted = 2 delivered"]),
    case("09-replay-offloaded-segments-lost", "run run.toml", 0, &["larger than the MTU"]),
    case("09-replay-offloaded-segments-lost", "run run.toml --set traffic.t.segment_size=1500B", 0, &["5 emitted"]),
    case("10-replay-cut-capture-all-or-nothing", "run run.toml", 0, &["cut off at the end", "2 emitted = 2 delivered"]),
    case("11-bill-samples-quoted", "bill --samples samples.csv", 0, &["pays 400.00 CNY"]),
    case("11-bill-samples-quoted", "bill --samples samples-names.csv", 0, &["pays 400.00 CNY"]),
    case("11-bill-samples-quoted", "bill --samples samples-semicolon.csv", 0, &["pays 400.00 CNY"]),
    case("12-cidr-with-leading-zeros", "check run.toml", 2, &["run.toml:6:8", "RFC 6943"]),
    case("13-routes-file-with-bom", "check run.toml", 0, &["ok"]),
    case("14-repeated-hour-in-file-order", "run run.toml", 0, &["32,400 emitted"]),
    case("15-map-names-an-address-not-in-the-capture", "run run.toml", 0, &["does not occur in the capture"]),
    case("16-run-json-of-one-broken-file", "run run.toml --json", 2, &["\"complaints\": [", "\"line\": 2"]),
    case("17-epoch-stamps", "run run.toml", 2, &["epoch = \"s\"", "rates.csv:2:1"]),
    case("17-epoch-stamps", "run run.toml --set traffic.t.epoch=s", 0, &["1,500 emitted"]),
    case("18-nothing-to-measure", "run run.toml", 1, &["no packets, expected < 1 %"]),
    case("19-minute-samples-of-bytes", "bill --samples samples.csv", 0, &["pays 400.00 CNY"]),
    case("20-odd-tables", "run run.toml", 0, &["1,500 emitted"]),
    case("20-odd-tables", "run run.toml --set traffic.t.file=cr.csv", 0, &["1,500 emitted"]),
    case("20-odd-tables", "run run.toml --set traffic.t.file=decimal-comma.csv", 2, &["decimal = \",\""]),
    case("21-escape-in-a-name", "run run.toml", 0, &["a\\u001b[31mred"]),
    case(
        "22-month-95-forgets-silence",
        "bill --samples samples.csv --month-95",
        0,
        &["SILENCE: 286 of 288", "pays 0.00"],
    ),
    case("02-rows-cap-bypassed", "run latepeer.toml --interval 1ms", 2, &["rows, at most"]),
    case("03-byte-counter-wraps", "check bytes-wrap.toml", 2, &["more than can be counted"]),
    case("04-diurnal-without-duration", "check d.toml", 2, &["needs `duration`"]),
    case("06-diagnostics-quadratic", "check unknown-2000.toml", 2, &["did you mean `packet_size`?", "more"]),
    case("07-exit-code-lost-on-broken-pipe", "run failing.toml", 1, &["FAILED"]),
    case("11-create-delete-quadratic", "run cre-4000.toml", 0, &["0 emitted"]),
    case("12-expect-windows-quadratic", "check exw-4000.toml", 0, &["ok"]),
    case("17-escape-in-name", "check esc.toml", 0, &["ok"]),
    case("18-import-bad-times", "import series m.csv --unit Mbps", 2, &["`NaN` is not a time", "m.csv:2:1"]),
    case("people", "run mini.toml", 1, &["loss is 100 %, expected 0 %", "6 emitted"]),
    case("people", "run estate.toml", 0, &["hub/proxy -> app/web-1 (+9)"]),
    case("people", "run lf.toml", 0, &["75 %"]),
    case("people", "run lf2.toml", 0, &["45 %"]),
    case("people", "run p50.toml", 0, &["1 of 1 expectation holds"]),
    case("people", "bill --samples month.csv", 0, &["pays 32400.00 CNY"]),
    case("people", "bill --samples ft.csv", 0, &["pays 100.00 CNY"]),
];

#[test]
fn what_once_went_wrong_gets_its_right_answer() {
    let all = root().join("../shared/cases");
    if !all.is_dir() {
        return println!("skipped: there is no folder {}", all.display());
    }
    let wrong: Vec<String> = CASES.iter().filter_map(|case| complaint(&all, case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the answer to a case.
fn complaint(all: &Path, case: &Case) -> Option<String> {
    let parts = ["tables-and-captures", "faults", "."];
    let Some(folder) = parts.map(|part| all.join(part).join(case.folder)).into_iter().find(|path| path.is_dir()) else {
        return Some(format!("there is no case {}", case.folder));
    };
    let args: Vec<&str> = case.args.split(' ').collect();
    let said = said(command(&folder, &args).env("COLUMNS", "160"));
    let is_right = said.code == Some(case.code) && case.says.iter().all(|words| said.all().contains(words));
    (!is_right).then(|| format!("{}: vpcsim {}: {:?}\n{}", case.folder, case.args, said.code, said.all()))
}
