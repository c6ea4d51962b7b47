//! Bills against a second, dull way to compute them, and what a bill says of itself: which windows count, what it
//! covers, what another cap would have cost. Windows of odd days and prices as such are in `tests/metering.rs`.

mod measured;
mod simulated;
mod twin;
mod what_if;
mod words;

use assert_cmd::Command;
use bytes::Bytes;
use serde_json::Value;
use std::io::{Error, ErrorKind};
use std::path::Path;
use vpcsim::metering::{PriceBook, Terms};
use vpcsim::model::AccountId;
use vpcsim::scenario::{self, Files, Scenario};

/// Zones whose clocks change by an hour, by an hour at midnight, by half an hour, and never.
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/Toronto", "America/Sao_Paulo", "Asia/Shanghai", "Australia/Lord_Howe"];

struct Memory(String);

impl Files for Memory {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        match path.to_str() {
            Some("t.toml") => Ok(Bytes::from(self.0.clone())),
            _ => Err(Error::from(ErrorKind::NotFound)),
        }
    }
}

/// Two VPCs, `R` in Shanghai and `S` in Guangzhou, with a host each, and `rest`.
fn scenario_text(head: &str, rest: &str) -> String {
    let vpc = |name: &str, region: &str, net: u8, far: u8| {
        format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{net}.0.0/16\"\n[vpc.{name}.host.h]\n\
             [vpc.{name}.subnet.A]\ncidr = \"10.{net}.1.0/24\"\n\
             routes = [{{ to = \"10.{far}.0.0/16\", via = \"P\" }}]\n"
        )
    };
    format!("name = \"t\"\n{head}{}{}{rest}", vpc("R", "shanghai", 1, 2), vpc("S", "guangzhou", 2, 1))
}

fn load(text: String) -> Scenario {
    let complaints = |all: Vec<scenario::Diagnostic>| all.iter().map(|d| d.render(100)).collect::<String>();
    let loaded = scenario::load(Path::new("t.toml"), &Memory(text), &[]).map_err(complaints);
    loaded.unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn terms(scenario: &Scenario) -> Terms {
    let name = |id: AccountId| scenario.network.account(id).name.clone();
    let book = PriceBook::shipped("cny-2022").expect("a shipped book");
    Terms::new(book, &scenario.network.rules, &scenario.plan.billing, scenario.plan.start.time_zone().clone(), name)
}

/// What `vpcsim bill` prints about a file with this text, with these arguments.
fn bill(text: &str, args: &[&str]) -> String {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a temporary file");
    std::fs::write(file.path(), text).expect("it can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vpcsim"));
    let output = command.arg("bill").arg(file.path()).args(args).output().expect("vpcsim runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a bill is text")
}

fn bill_json(text: &str, args: &[&str]) -> Value {
    serde_json::from_str(&bill(text, &[args, &["--json"]].concat())).expect("a bill as JSON")
}
