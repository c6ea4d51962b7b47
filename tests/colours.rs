//! What the program tells a person besides the report, and how it is marked: colours where a terminal supports them, in
//! reports, complaints, logs and help alike, and the duration of a run. Neither reaches a pipe without being requested,
//! nor a document or a quiet run.

mod program;

use program::{Said, command, folder, root, said, vpcsim};

/// A scenario whose expectation fails.
fn failing() -> String {
    let text = std::fs::read_to_string(root().join("scenarios/missing-return-route.toml")).expect("a shipped file");
    text + "\n[[expect]]\ntraffic = \"one-way\"\nloss = \"5 %\"\n"
}

/// The output of the program with these environment variables.
fn told(args: &[&str], environment: &[(&str, &str)]) -> Said {
    let folder = folder(&[("failing.toml", failing()), ("wrong.toml", "name = 1\n".into())]);
    said(command(folder.path(), args).envs(environment.iter().copied()))
}

/// Commands with something to mark, on either stream: a report, a log, a complaint, help, a wrong argument.
const MARKED: [&[&str]; 5] =
    [&["run", "failing.toml"], &["run", "-v", "failing.toml"], &["check", "wrong.toml"], &["run", "--help"], &["rum"]];

fn is_marked(said: &Said) -> bool {
    said.all().contains('\u{1b}')
}

#[test]
fn a_pipe_has_no_colour_unless_it_is_forced() {
    for args in MARKED {
        assert!(!is_marked(&told(args, &[])), "{args:?}");
        assert!(is_marked(&told(args, &[("CLICOLOR_FORCE", "1")])), "{args:?}");
        assert!(is_marked(&told(&[args, &["--color", "always"]].concat(), &[("NO_COLOR", "1")])), "{args:?}");
        let never = told(&[&["--color=never"], args].concat(), &[("CLICOLOR_FORCE", "1")]);
        assert!(!is_marked(&never), "{args:?}: {}", never.all());
    }
}

#[test]
fn a_coloured_report_is_the_same_report() {
    let plain = told(&["run", "failing.toml"], &[]).ended(1).out;
    let coloured = told(&["run", "failing.toml", "--color", "always"], &[]).ended(1).out;
    let (red, reset) = ("\u{1b}[1m\u{1b}[31m", "\u{1b}[0m");
    assert!(coloured.contains(&format!("{red}FAILED{reset}")), "{coloured}");
    let mut stripped = String::new();
    for part in coloured.split('\u{1b}') {
        stripped += part.split_once('m').filter(|(mark, _)| mark.starts_with('[')).map_or(part, |(_, rest)| rest);
    }
    assert_eq!(stripped, plain);
}

#[test]
fn documents_are_never_coloured() {
    for args in [&["run", "failing.toml", "--json"][..], &["check", "wrong.toml", "--json"], &["schema"]] {
        assert!(!told(&[args, &["--color", "always"]].concat(), &[]).out.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn what_a_run_took_is_told_aside_and_not_to_the_quiet() {
    let carried = "carried 1,290 packets in ";
    for args in [&["run", "failing.toml"][..], &["bill", "failing.toml"], &["run", "failing.toml", "--json"]] {
        let said = told(args, &[]);
        let took = said.took.unwrap_or_default();
        assert!(took.starts_with(carried) && took.ends_with(" packets a second"), "{args:?}: {took}");
        assert!(!said.out.contains("packets a second"), "{args:?}: {}", said.out);
        let quiet = told(&[args, &["-q"]].concat(), &[]);
        assert_eq!((quiet.took, quiet.talk.as_str()), (None, ""), "{args:?}");
    }
}

#[test]
fn a_quiet_bill_says_who_pays_what() {
    let said = vpcsim(root(), &["bill", "-q", "scenarios/bill-guide.toml"]).ended(0);
    assert_eq!((said.out.as_str(), said.talk.as_str()), ("initiator pays 360.00 CNY.\n", ""));
}
