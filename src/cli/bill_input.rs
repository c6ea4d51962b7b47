//! What `vpcsim bill` reads beside the scenario: price books and measured samples. Finds and opens the files; complaints about them
//! look like those about scenarios.

use super::args::{BillArgs, FreeBasisArg};
use super::files::Disk;
use crate::metering::{Complaint, Handled, Method, PriceBook, Series, Subject, Terms, read_samples};
use crate::model::plan::{BookChoice, FreeBasis};
use crate::scenario::{self, Diagnostic, Files, Scenario, Source};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The guide's prices hold unless somebody says otherwise (S42).
const DEFAULT_BOOK: &str = "guide-2017";

/// What the bill depends on: the arguments come before the file.
pub(super) fn terms(args: &BillArgs, scenario: &Scenario) -> Result<Terms, Vec<Diagnostic>> {
    let (plan, network) = (&scenario.plan, &scenario.network);
    let book = book(args, scenario)?;
    let name = |id| network.account(id).name.clone();
    let mut terms = Terms::new(book, &plan.billing, plan.start.time_zone().clone(), name);
    if args.month_95 {
        terms.method = Method::Month95;
    }
    if let Some(basis) = args.free_basis {
        terms.free_basis = if basis == FreeBasisArg::Peak { FreeBasis::Peak } else { FreeBasis::Excess };
    }
    Ok(terms)
}

fn book(args: &BillArgs, scenario: &Scenario) -> Result<PriceBook, Vec<Diagnostic>> {
    let choice = match (&args.book, &scenario.plan.billing.book) {
        (Some(name), _) if PriceBook::shipped_names().any(|known| known == name) => BookChoice::Shipped(name.clone()),
        (Some(file), _) => BookChoice::Own { file: file.clone(), text: read_book(file)? },
        (None, Some(choice)) => choice.clone(),
        (None, None) => BookChoice::Shipped(DEFAULT_BOOK.into()),
    };
    match choice {
        BookChoice::Shipped(name) => PriceBook::shipped(&name).ok_or_else(|| {
            vec![Diagnostic::plain(&scenario.file, format!("there is no price book `{name}`"), Some(shipped_hint()))]
        }),
        BookChoice::Own { file, text } => {
            let is_region = |name: &str| scenario.network.regions().find(name).is_some();
            PriceBook::parse(&text, &is_region).map_err(|complaints| diagnostics(&file, text, complaints))
        }
    }
}

fn shipped_hint() -> String {
    let names: Vec<&str> = PriceBook::shipped_names().collect();
    format!("the books that come with vpcsim are {}", names.join(", "))
}

fn read_book(file: &str) -> Result<String, Vec<Diagnostic>> {
    read(Path::new(file)).map_err(|wrong| vec![Diagnostic::plain(file, wrong, Some(shipped_hint()))])
}

/// The measured series of `file`, and how its rows were handled.
pub(super) fn samples(file: &Path, scenario: &Scenario) -> Result<(Vec<Series>, Handled), Vec<Diagnostic>> {
    let (network, start) = (&scenario.network, &scenario.plan.start);
    let subjects: Vec<Subject> = network.peerings().map(|(id, _)| Subject::of(network, id, start)).collect();
    let name = file.display().to_string();
    let text = read(file).map_err(|wrong| vec![Diagnostic::plain(&name, wrong, None)])?;
    let found = read_samples(&text, &subjects, start.time_zone());
    found.map_err(|complaints| diagnostics(&name, text, complaints))
}

/// What stands for a scenario's name where there is none.
pub(super) const NO_FILE: &str = "no scenario";

/// A scenario for measured samples that come without one: each peering of the column `peering` joins two VPCs of its own on the
/// mainland.
pub(super) fn stand_in(samples: &Path) -> Result<Scenario, Vec<Diagnostic>> {
    let file = samples.display().to_string();
    let complain = |message: String, hint: &str| vec![Diagnostic::plain(&file, message, Some(hint.into()))];
    let text = read(samples).map_err(|wrong| complain(wrong, "give a CSV file of samples"))?;
    let head = text.lines().next().unwrap_or_default();
    let Some(column) = head.split(',').position(|name| name.trim() == "peering") else {
        let hint = "add one, or give the scenario file that knows the VPCs";
        return Err(complain("there is no column `peering`".into(), hint));
    };
    let rows = text.lines().skip(1).filter_map(|row| row.split(',').nth(column));
    let names: BTreeSet<&str> = rows.map(str::trim).filter(|name| !name.is_empty()).collect();
    let mut made = String::from("name = \"measured samples\"\nduration = \"1 d\"\n");
    for (at, name) in names.iter().enumerate() {
        made += &format!(
            "[vpc.from-{at}]\nregion = \"shanghai\"\ncidr = \"10.1.0.0/16\"\n\
             [vpc.to-{at}]\nregion = \"guangzhou\"\ncidr = \"10.2.0.0/16\"\n\
             [peering.{name:?}]\nrequester = \"from-{at}\"\naccepter = \"to-{at}\"\nbandwidth = \"1 Gbps\"\n"
        );
    }
    scenario::load(Path::new(NO_FILE), &Made(made), &[])
}

/// A scenario that is made, not read.
struct Made(String);

impl Files for Made {
    fn read(&self, _path: &Path) -> std::io::Result<Bytes> {
        Ok(Bytes::from(self.0.clone()))
    }
}

fn read(file: &Path) -> Result<String, String> {
    let bytes = Disk.read(file).map_err(|wrong| format!("cannot read {}: {wrong}", file.display()))?;
    String::from_utf8(bytes.into()).map_err(|wrong| {
        format!("{} is not text: byte {} is not UTF-8", file.display(), wrong.utf8_error().valid_up_to())
    })
}

fn diagnostics(file: &str, text: String, complaints: Vec<Complaint>) -> Vec<Diagnostic> {
    let source = Arc::new(Source::new(file, text));
    let diagnostic = |complaint: Complaint| {
        let mut diagnostic = Diagnostic::plain(file, complaint.message, complaint.hint);
        diagnostic.source = source.clone();
        diagnostic.labels = vec![(complaint.span, String::new())];
        diagnostic
    };
    complaints.into_iter().map(diagnostic).collect()
}
