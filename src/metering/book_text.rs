//! The text form of a price book: TOML, read strictly. Complaints say where and what to write instead; nothing is
//! guessed.
//!
//! ```toml
//! name     = "my-book"
//! source   = "our contract"
//! date     = "2024-03"
//! currency = "CNY"
//! home     = "mainland"          # between two of its regions its own prices hold, to another group that one's
//!
//! [group.mainland]
//! regions = ["beijing", "shanghai"]
//! day     = [{ above = "0 Mbps", to = "20 Mbps", price = "20" }, { above = "20 Mbps", price = "consult" }]
//! month   = [{ above = "0 Mbps", price = "550 CNY" }]
//! ```

use super::book::{Group, PriceBook, Tier};
use crate::notation::Complaint;
use crate::units::{BitRate, Currency};
use rust_decimal::Decimal;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Prices beyond this, or finer, could not be multiplied exactly.
const PRICE_MAX: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);
const DECIMALS_MAX: u32 = 6;

type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a book; `is_region` says whether a region exists.
pub(super) fn parse(text: &str, is_region: &dyn Fn(&str) -> bool) -> Result<PriceBook, Vec<Complaint>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let complaint = |error: &toml::de::Error| {
            let span = error.span().unwrap_or(text.len()..text.len());
            Complaint::new(span, format!("not TOML: {}", error.message()))
        };
        return Err(errors.iter().map(complaint).collect());
    }
    let mut reader = Reader { complaints: Vec::new(), is_region, currency: None };
    let book = reader.book(table.get_ref());
    reader.complaints.sort_by_key(|complaint| complaint.span.start);
    match book {
        Some(book) if reader.complaints.is_empty() => Ok(book),
        _ => Err(reader.complaints),
    }
}

struct Reader<'a> {
    complaints: Vec<Complaint>,
    is_region: &'a dyn Fn(&str) -> bool,
    currency: Option<Currency>,
}

impl Reader<'_> {
    fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
    }

    fn book(&mut self, top: &DeTable<'_>) -> Option<PriceBook> {
        self.check_keys(top, &["name", "source", "date", "currency", "home", "group"]);
        let whole = 0..0;
        let name = self.text(top, "name", &whole);
        let source = self.text(top, "source", &whole);
        let date = self.text(top, "date", &whole);
        let currency = self.text(top, "currency", &whole).and_then(|(text, span)| match text.parse::<Currency>() {
            Ok(currency) => Some(currency),
            Err(wrong) => {
                self.complain(with_hint(span, &wrong));
                None
            }
        });
        self.currency = currency;
        let groups = self.groups(top)?;
        let (home, span) = self.text(top, "home", &whole)?;
        if !groups.iter().any(|group| group.name == home) {
            self.complain(Complaint::new(span, format!("`{home}` is no group of this book")).hint("name a [group.…]"));
        }
        Some(PriceBook { name: name?.0, source: source?.0, date: date?.0, currency: currency?, home, groups })
    }

    fn groups(&mut self, top: &DeTable<'_>) -> Option<Vec<Group>> {
        let Some(DeValue::Table(tables)) = top.get("group").map(Spanned::get_ref) else {
            self.complain(
                Complaint::new(0..0, "the book has no prices").hint("add a [group.NAME] with `regions` and `day`"),
            );
            return None;
        };
        let mut groups = Vec::new();
        let mut taken: Vec<(String, String)> = Vec::new();
        let mut tables: Vec<_> = tables.iter().collect();
        tables.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in tables {
            let name = key.get_ref().to_string();
            let DeValue::Table(table) = value.get_ref() else {
                self.complain(Complaint::new(value.span(), format!("`{name}` is not a table")));
                continue;
            };
            self.check_keys(table, &["regions", "day", "month"]);
            let regions = self.regions(table, &name, &key.span(), &mut taken);
            let (day, month) = (self.tiers(table, "day"), self.tiers(table, "month"));
            if table.get("day").or(table.get("month")).is_none() {
                let hint = "add `day = [{ above = \"0 Mbps\", price = \"20\" }]`, or `month`";
                self.complain(Complaint::new(key.span(), format!("group `{name}` has no prices")).hint(hint));
            }
            groups.push(Group { name, regions, day, month });
        }
        Some(groups)
    }

    fn regions(
        &mut self,
        table: &DeTable<'_>,
        group: &str,
        at: &Range<usize>,
        taken: &mut Vec<(String, String)>,
    ) -> Vec<String> {
        let Some(DeValue::Array(list)) = table.get("regions").map(Spanned::get_ref) else {
            self.complain(Complaint::new(at.clone(), format!("group `{group}` has no list of `regions`")));
            return Vec::new();
        };
        let mut regions = Vec::new();
        for value in list.iter() {
            let Some(name) = value.get_ref().as_str() else {
                self.complain(Complaint::new(value.span(), "a region is a text"));
                continue;
            };
            if !(self.is_region)(name) {
                let hint = "use a region of the guide or of the scenario";
                self.complain(Complaint::new(value.span(), format!("there is no region `{name}`")).hint(hint));
            } else if let Some((_, other)) = taken.iter().find(|(region, _)| region == name) {
                let message = format!("region `{name}` is already in group `{other}`");
                self.complain(Complaint::new(value.span(), message).hint("a region has one price"));
            }
            taken.push((name.to_owned(), group.to_owned()));
            regions.push(name.to_owned());
        }
        regions
    }

    /// Tiers must lie end to end, from 0 up to an open end: then every load has exactly one.
    fn tiers(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Tier> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.complain(Complaint::new(value.span(), format!("`{key}` is not a list of tiers")));
            return Vec::new();
        };
        let mut tiers: Vec<Tier> = Vec::new();
        let mut reached = Some(BitRate::default());
        for value in list.iter() {
            let Some(tier) = self.tier(value) else { return tiers };
            self.check_joint(reached, tier, value.span());
            reached = tier.to;
            tiers.push(tier);
        }
        if let Some(reached) = reached {
            let message = format!("nothing says what more than {reached} costs");
            let hint = "leave `to` out of the last tier; where no price is published write price = \"consult\"";
            self.complain(Complaint::new(value.span(), message).hint(hint));
        }
        tiers
    }

    fn check_joint(&mut self, reached: Option<BitRate>, tier: Tier, span: Range<usize>) {
        let above = tier.above;
        let message = match reached {
            None => "a tier after one that is open at the top".to_owned(),
            Some(reached) if above > reached => format!("gap: nothing says what {reached} to {above} costs"),
            Some(reached) if above < reached => format!("overlap: {above} to {reached} has two prices"),
            _ if tier.to.is_some_and(|to| to <= above) => "the tier ends before it starts".to_owned(),
            _ => return,
        };
        let hint = match reached {
            Some(reached) if above != reached => format!("start it with above = \"{reached}\""),
            _ => "order tiers from 0 Mbps upwards; only the last has no `to`".into(),
        };
        self.complain(Complaint::new(span, message).hint(hint));
    }

    fn tier(&mut self, value: &Value<'_>) -> Option<Tier> {
        let DeValue::Table(table) = value.get_ref() else {
            let hint = "write { above = \"0 Mbps\", to = \"20 Mbps\", price = \"20\" }";
            self.complain(Complaint::new(value.span(), "a tier is a table").hint(hint));
            return None;
        };
        self.check_keys(table, &["above", "to", "price"]);
        let above = self.rate(table, "above", &value.span())?;
        let to = match table.contains_key("to") {
            true => Some(self.rate(table, "to", &value.span())?),
            false => None,
        };
        let Some(price) = table.get("price") else {
            self.complain(Complaint::new(value.span(), "the tier has no `price`"));
            return None;
        };
        Some(Tier { above, to, price: self.price(price)? })
    }

    /// A decimal, perhaps with the book's currency; "-" or "consult" where none is published.
    fn price(&mut self, value: &Value<'_>) -> Option<Option<Decimal>> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.as_str().to_owned(),
            _ => String::new(),
        };
        if text == "-" || text == "consult" {
            return Some(None);
        }
        let (number, unit) = text.split_once(' ').map_or((text.as_str(), None), |(n, unit)| (n, Some(unit.trim())));
        if let (Some(unit), Some(currency)) = (unit, self.currency)
            && unit != currency.to_string()
        {
            let message = format!("a price in {unit} in a book in {currency}");
            self.complain(Complaint::new(value.span(), message).hint("a book has one currency: make a second book"));
            return None;
        }
        let message = match Decimal::from_str_exact(number) {
            Err(_) => format!("`{text}` is not a price"),
            Ok(price) if price.is_sign_negative() => format!("the price {price} is negative"),
            Ok(price) if price > PRICE_MAX => format!("the price {price} is above {PRICE_MAX}"),
            Ok(price) if price.scale() > DECIMALS_MAX => {
                format!("the price {price} has more than {DECIMALS_MAX} decimals")
            }
            Ok(price) => return Some(Some(price)),
        };
        let hint = "write a decimal number such as \"3.19\", or \"consult\" where none is published";
        self.complain(Complaint::new(value.span(), message).hint(hint));
        None
    }

    fn rate(&mut self, table: &DeTable<'_>, key: &str, at: &Range<usize>) -> Option<BitRate> {
        let (text, span) = self.text(table, key, at)?;
        match text.parse() {
            Ok(rate) => Some(rate),
            Err(wrong) => {
                self.complain(with_hint(span, &wrong));
                None
            }
        }
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str, at: &Range<usize>) -> Option<(String, Range<usize>)> {
        match table.get(key).map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::String(text), span)) if !text.trim().is_empty() => Some((text.to_string(), span)),
            Some((_, span)) => {
                self.complain(Complaint::new(span, format!("`{key}` is a text between quotes")));
                None
            }
            None => {
                self.complain(Complaint::new(at.clone(), format!("`{key}` is missing")));
                None
            }
        }
    }

    fn check_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            let nearest = known.iter().min_by_key(|k| strsim::levenshtein(k, key.get_ref()));
            let hint = format!("known here: {}; did you mean `{}`?", known.join(", "), nearest.unwrap_or(&""));
            self.complain(Complaint::new(key.span(), format!("unknown key `{}`", key.get_ref())).hint(hint));
        }
    }
}

fn with_hint(span: Range<usize>, wrong: &crate::units::UnitError) -> Complaint {
    let complaint = Complaint::new(span, wrong.to_string());
    match wrong.hint() {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "name = \"b\"\nsource = \"s\"\ndate = \"2024\"\ncurrency = \"CNY\"\nhome = \"m\"\n[group.m]\n\
     regions = [\"beijing\"]\n";

    fn complaints(text: &str) -> Vec<String> {
        let found = PriceBook::parse(text, &|region| region == "mars").err().unwrap_or_default();
        let place = |complaint: &Complaint| {
            let (line, column) = complaint.line_column(text);
            format!("{line}:{column} {}", complaint.message)
        };
        found.iter().map(place).collect()
    }

    #[test]
    fn every_shipped_book_is_sound_and_says_where_it_is_from() {
        for name in PriceBook::shipped_names() {
            let book = PriceBook::shipped(name).expect("it is there");
            assert_eq!(book.name, name);
            assert!(!book.source.is_empty() && book.date.starts_with("20"));
        }
    }

    #[test]
    fn a_sound_book_has_no_complaints() {
        let text = format!(
            "{HEAD}day = [{{ above = \"0 Mbps\", to = \"1.5 Mbps\", price = 3.5 }}, {{ above = \"1500 kbps\", \
             price = \"2 CNY\" }}]"
        );
        assert_eq!(complaints(&text), [""; 0]);
        assert!(complaints(&text.replace("beijing", "mars")).is_empty());
    }

    #[test]
    fn complaints_say_where_and_what() {
        for (tiers, wrong) in [
            (
                "{ above = \"0 Mbps\", to = \"20 Mbps\", price = 1 }, { above = \"30 Mbps\", price = 1 }",
                "8:57 gap: nothing says what 20 Mbps to 30 Mbps costs",
            ),
            (
                "{ above = \"0 Mbps\", to = \"20 Mbps\", price = 1 }, { above = \"10 Mbps\", price = 1 }",
                "8:57 overlap: 10 Mbps to 20 Mbps has two prices",
            ),
            ("{ above = \"0 Mbps\", to = \"20 Mbps\", price = 1 }", "8:7 nothing says what more than 20 Mbps costs"),
            (
                "{ above = \"0 Mbps\", price = 1 }, { above = \"20 Mbps\", price = 1 }",
                "8:41 a tier after one that is open at the top",
            ),
            ("{ above = \"0 Mbps\", price = \"-3\" }", "8:36 the price -3 is negative"),
            ("{ above = \"0 Mbps\", price = \"cheap\" }", "8:36 `cheap` is not a price"),
            ("{ above = \"0 Mbps\", price = \"1e3\" }", "8:36 `1e3` is not a price"),
            ("{ above = \"0 Mbps\", price = inf }", "8:36 `inf` is not a price"),
            ("{ above = \"0 Mbps\", price = \"3 USD\" }", "8:36 a price in USD in a book in CNY"),
            ("{ above = \"0\", price = 1 }", "8:18 `0` has no unit"),
            ("{ above = \"0 Mbps\", prize = 1 }", "8:28 unknown key `prize`"),
        ] {
            let found = complaints(&format!("{HEAD}day = [{tiers}]"));
            assert!(found.contains(&wrong.to_owned()), "{tiers}: {found:?}");
        }
    }

    #[test]
    fn unknown_and_repeated_regions_are_told() {
        let tiers = "day = [{ above = \"0 Mbps\", price = 1 }]\n";
        let text = format!("{HEAD}{tiers}[group.x]\nregions = [\"beijing\", \"venus\"]\n{tiers}");
        assert_eq!(
            complaints(&text),
            ["10:12 region `beijing` is already in group `m`", "10:23 there is no region `venus`"]
        );
        assert_eq!(complaints(&HEAD.replace("home = \"m\"", "home = \"z\"")).len(), 2);
        assert_eq!(complaints("a = ").len(), 1);
    }
}
