//! Bills against a second, dull way to compute them, and what a bill says of itself: which windows count, what it
//! covers, what another cap would have cost. Days of unusual length and the prices themselves are in
//! `tests/metering.rs`.

#[path = "../kept/mod.rs"]
mod kept;
#[path = "../loading/mod.rs"]
mod loading;
mod measured;
#[path = "../program/mod.rs"]
mod program;
mod simulated;
mod twin;
mod what_if;
mod words;

use loading::loaded;
use program::{folder, vpcsim};
use serde_json::Value;
use vpcsim::metering::{PriceBook, Terms};
use vpcsim::model::AccountId;
use vpcsim::scenario::Scenario;

/// Zones whose clocks change by an hour, by an hour at midnight, by half an hour, and never.
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/Toronto", "America/Sao_Paulo", "Asia/Shanghai", "Australia/Lord_Howe"];

/// Two VPCs, `R` in Shanghai and `S` in Guangzhou, with a host each, followed by `rest`.
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
    loaded(&[("t.toml", text)], &[])
}

fn terms(scenario: &Scenario) -> Terms {
    let name = |id: AccountId| scenario.network.account(id).name.clone();
    let book = PriceBook::shipped("cny-2022").expect("a shipped book");
    Terms::new(book, &scenario.network.rules, &scenario.plan.billing, scenario.plan.start.time_zone().clone(), name)
}

/// The output of `vpcsim bill` for a file with this text, with these arguments.
#[track_caller]
fn bill(text: &str, args: &[&str]) -> String {
    let folder = folder(&[("t.toml", text)]);
    vpcsim(folder.path(), &[&["bill", "t.toml"], args].concat()).ended(0).out
}

fn bill_json(text: &str, args: &[&str]) -> Value {
    serde_json::from_str(&bill(text, &[args, &["--json"]].concat())).expect("a bill as JSON")
}
