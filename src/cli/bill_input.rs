//! What `vpcsim bill` reads beside the scenario: price books and measured samples. Finds and opens the files; complaints about them
//! look like those about scenarios.

use super::args::{BillArgs, FreeBasisArg};
use super::files::Disk;
use crate::metering::{Complaint, Handled, Method, PriceBook, Series, Subject, Terms, read_samples};
use crate::model::plan::{BookChoice, FreeBasis};
use crate::scenario::{Diagnostic, Files, Scenario};
use miette::NamedSource;
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

fn read(file: &Path) -> Result<String, String> {
    let bytes = Disk.read(file).map_err(|wrong| format!("cannot read {}: {wrong}", file.display()))?;
    String::from_utf8(bytes.into()).map_err(|wrong| {
        format!("{} is not text: byte {} is not UTF-8", file.display(), wrong.utf8_error().valid_up_to())
    })
}

fn diagnostics(file: &str, text: String, complaints: Vec<Complaint>) -> Vec<Diagnostic> {
    let source = Arc::new(NamedSource::new(file, text));
    let diagnostic = |complaint: Complaint| {
        let mut diagnostic = Diagnostic::plain(file, complaint.message, complaint.hint);
        diagnostic.source = source.clone();
        diagnostic.labels = vec![(complaint.span, String::new())];
        diagnostic
    };
    complaints.into_iter().map(diagnostic).collect()
}
