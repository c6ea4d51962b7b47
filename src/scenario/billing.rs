//! How the run is billed: `[billing]` and each peering's `free` -> plan. Prices are not read here: a user's own price
//! book is passed on as text, and the metering room reports errors in it.

use super::Loader;
use super::names::unknown;
use crate::model::plan::{Billing, BookChoice, FreeBandwidth, FreeBasis, SHIPPED_BOOKS};
use crate::model::{AccountId, Name};
use crate::notation::{At, Entity, TextSpan, list_some, nearest};
use crate::units::BitRate;
use jiff::civil::Date;

impl Loader<'_> {
    /// The billing settings of the scenario.
    pub(super) fn billing(&mut self, top: &Entity) -> Billing {
        let mut billing = Billing::default();
        if let Some(entity) = top.get::<Entity>("billing") {
            billing.book = self.book(entity);
            if entity.get::<String>("free_basis").is_some_and(|basis| basis == "peak") {
                billing.free_basis = FreeBasis::Peak;
            }
            let names = entity.get::<Vec<At<String>>>("vip").into_iter().flatten();
            billing.vip = names.filter_map(|name| self.known_account(&name.value, name.span)).collect();
        }
        for (name, entity) in top.named("peering") {
            let free = entity.get::<Entity>("free").and_then(|free| self.free(name, free));
            billing.free.extend(free);
        }
        billing
    }

    /// A built-in price book, or a file.
    fn book(&mut self, entity: &Entity) -> Option<BookChoice> {
        let name = entity.get::<String>("book")?;
        if SHIPPED_BOOKS.contains(&name.as_str()) {
            return Some(BookChoice::Shipped(name.clone()));
        }
        if name.ends_with(".toml") {
            let source = self.read_text_file(entity, "book")?;
            let file = self.folder.join(name).display().to_string();
            return Some(BookChoice::Own { file, text: self.out.source(source).text().to_owned() });
        }
        let hint = match nearest(name, SHIPPED_BOOKS.into_iter()) {
            Some(near) => format!("did you mean `{near}`? A book of your own is a file NAME.toml"),
            None => {
                format!("there are {}; a book of your own is a file NAME.toml", list_some(SHIPPED_BOOKS.into_iter()))
            }
        };
        self.out.error(entity.span("book"), format!("no price book is called `{name}`")).hint(hint);
        None
    }

    fn free(&mut self, peering: &str, entity: &Entity) -> Option<FreeBandwidth> {
        let from = self.date(entity, "from");
        let until = self.date(entity, "until")?;
        if from.is_some_and(|from| from > until) {
            self.out.error(entity.span("until"), "`until` lies before `from`").hint("both days are included");
            return None;
        }
        let bandwidth = entity.get::<BitRate>("bandwidth").copied()?;
        Some(FreeBandwidth { peering: Name::new(peering).ok()?, bandwidth, from, until })
    }

    fn date(&mut self, entity: &Entity, key: &'static str) -> Option<Date> {
        let parsed = entity.get::<String>(key)?.parse::<Date>();
        parsed
            .map_err(|_| {
                self.out
                    .error(entity.span(key), format!("`{key}` is no day of the calendar"))
                    .hint("write it as \"2017-12-31\"");
            })
            .ok()
    }

    /// An account that is declared or that owns a VPC.
    pub(super) fn known_account(&mut self, name: &str, span: TextSpan) -> Option<AccountId> {
        if let Some(account) = self.network.find_account(name) {
            return Some(account);
        }
        let accounts = self.network.accounts();
        let known = self.out.affords(accounts.len()).then(|| accounts.map(|account| account.name.as_str()));
        unknown("account", name, known, span, &mut self.out);
        None
    }
}
