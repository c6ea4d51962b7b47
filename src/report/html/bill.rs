//! The page of a bill: what it is made of, and what of it can be read without script: who pays what.

use super::documents::{Document, WrongDocument};
use super::page::{Frame, text};
use crate::report::bill::{INVOICE_FORMAT, INVOICE_VERSION, LOADS_FORMAT, LOADS_VERSION};
use crate::report::format::words::counted;
use serde::Deserialize;

/// What the page of a bill is made of: documents that are complete without it.
#[derive(Debug, Clone)]
pub struct BillPage {
    /// The bill: [`crate::report::invoice_json`].
    pub bill: String,
    /// The 5-minute samples behind it: [`crate::report::loads_json`].
    pub loads: String,
    /// The invoice as text, in lines of any length, without colour: [`crate::report::invoice_text`].
    pub text: String,
}

/// What the page says in words.
#[derive(Deserialize)]
struct Said {
    scenario: String,
    file: String,
    partial: bool,
    charge_type: String,
    zone: String,
    book: Book,
    totals: Vec<Total>,
    unpriced: usize,
}

#[derive(Deserialize)]
struct Book {
    name: String,
    source: String,
    date: String,
}

#[derive(Deserialize)]
struct Total {
    account: String,
    currency: String,
    amount: String,
}

/// The page of a bill, as one HTML document. The same documents give the same bytes.
///
/// # Errors
/// A document is not of its format.
pub fn bill_page(page: &BillPage) -> Result<String, WrongDocument> {
    let bill = Document::read(&page.bill, "the bill", (INVOICE_FORMAT, INVOICE_VERSION))?;
    let loads = Document::read(&page.loads, "the samples", (LOADS_FORMAT, LOADS_VERSION))?;
    let said: Said = bill.said()?;
    let frame = Frame {
        title: &format!("{} - vpcsim bill", said.scenario),
        answer: answer(&said),
        sections: String::new(),
        text: &page.text,
        documents: vec![("bill", bill.embedded()), ("loads", loads.embedded())],
    };
    Ok(frame.page())
}

fn answer(said: &Said) -> String {
    let mut out = format!("<p class=\"eyebrow\">Bill</p>\n<h1>{}</h1>\n", text(&said.scenario));
    let mut sentences: Vec<String> = Vec::new();
    if said.partial {
        sentences.push("Partial: the run was interrupted.".into());
    }
    sentences.extend(said.totals.iter().map(|t| format!("{} pays {} {}.", t.account, t.amount, t.currency)));
    if said.totals.is_empty() {
        sentences.push("Nothing is billed.".into());
    }
    if said.unpriced > 0 {
        sentences.push(format!("{} without a published price.", counted(said.unpriced as u64, "line")));
    }
    let tone = if said.partial || said.unpriced > 0 { "caution" } else { "plain" };
    out += &format!("<p class=\"verdict {tone}\">{}</p>\n", text(&sentences.join(" ")));
    let Book { name, source, date } = &said.book;
    let facts =
        format!("{}, days of {}; prices {name} ({source}, {date}) ({})", said.charge_type, said.zone, said.file);
    out + &format!("<p class=\"facts\">{}</p>\n", text(&facts))
}
