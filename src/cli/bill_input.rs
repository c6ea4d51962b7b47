//! The inputs of `vpcsim bill` besides the scenario: price books and measured samples. Finds and opens the files;
//! complaints about them have the form of complaints about scenarios.

use super::args::{BillArgs, FreeBasisArg};
use super::files::Disk;
use super::tables;
use crate::metering::{Handled, Method, PriceBook, SampleTable, Series, Subject, Terms};
use crate::model::plan::{BookChoice, FreeBasis};
use crate::notation::{Complaints, Source};
use crate::scenario::{self, Diagnostic, Files, Scenario};
use bytes::Bytes;
use std::path::Path;

/// The terms of the bill: arguments take precedence over the file.
pub(super) fn terms(args: &BillArgs, scenario: &Scenario, disk: &Disk) -> Result<Terms, Vec<Diagnostic>> {
    let mut terms = terms_by(args.book.as_deref(), scenario, disk)?;
    if args.month_95 {
        terms.method = Method::Month95;
    }
    if let Some(basis) = args.free_basis {
        terms.free_basis = if basis == FreeBasisArg::Peak { FreeBasis::Peak } else { FreeBasis::Excess };
    }
    Ok(terms)
}

/// The terms that the file states, with the prices of this book if one is given.
pub(super) fn terms_by(book: Option<&str>, scenario: &Scenario, disk: &Disk) -> Result<Terms, Vec<Diagnostic>> {
    let book = book.map(|name| chosen(name, disk)).transpose()?;
    Terms::of(&scenario.network, &scenario.plan, book)
}

/// The book of this name that comes with the program, or else the file.
fn chosen(name: &str, disk: &Disk) -> Result<BookChoice, Vec<Diagnostic>> {
    if PriceBook::shipped_names().any(|known| known == name) {
        return Ok(BookChoice::Shipped(name.into()));
    }
    let source = read_book(name, disk)?;
    Ok(BookChoice::Own { file: source.name().to_owned(), text: source.text().to_owned() })
}

fn shipped_hint() -> String {
    let names: Vec<&str> = PriceBook::shipped_names().collect();
    format!("the books that come with vpcsim are {}", names.join(", "))
}

fn read_book(file: &str, disk: &Disk) -> Result<Source, Vec<Diagnostic>> {
    tables::read(Path::new(file), disk).map_err(|mut wrong| {
        wrong.iter_mut().for_each(|complaint| complaint.hint = complaint.hint.take().or_else(|| Some(shipped_hint())));
        wrong
    })
}

/// The measured series of the file of samples, and how its rows were handled. Without a scenario, the peerings are
/// taken from the rows.
pub(super) fn samples(
    file: &Path,
    args: &BillArgs,
    scenario: &Scenario,
    disk: &Disk,
) -> Result<(Vec<Series>, Handled), Vec<Diagnostic>> {
    let (network, start) = (&scenario.network, &scenario.plan.start);
    let (source, dialect) = (tables::read(file, disk)?, args.table.dialect());
    let mut out = Complaints::default();
    let read = SampleTable::read(&source, &dialect, &mut out).and_then(|table| {
        let subjects = match network.accounts().next() {
            Some(payer) if scenario.file == NO_FILE => {
                table.subjects(&network.rules.home, &payer.name, start.date(), &mut out)
            }
            _ => network.peerings().map(|(id, _)| Subject::of(network, id, start)).collect(),
        };
        table.series(&subjects, start.time_zone(), &mut out)
    });
    read.ok_or_else(|| out.finish())
}

/// The placeholder for the name of a missing scenario.
pub(super) const NO_FILE: &str = "no scenario";

/// A scenario for measured samples without one: an account that pays, and the civil days of the guide.
pub(super) fn stand_in() -> Result<Scenario, Vec<Diagnostic>> {
    const NOBODYS: &str = "name = \"measured samples\"\nduration = \"1 d\"\n\
                           [vpc.nobodys]\nregion = \"shanghai\"\ncidr = \"10.0.0.0/16\"\n";
    scenario::load(Path::new(NO_FILE), &Made(NOBODYS), &[])
}

/// A scenario that is built, not read.
struct Made(&'static str);

impl Files for Made {
    fn read(&self, _path: &Path) -> std::io::Result<Bytes> {
        Ok(Bytes::from(self.0))
    }
}
