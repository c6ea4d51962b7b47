//! The text form of a price book, described in `book.md`: TOML with its own keys, read as strictly as scenarios;
//! nothing is guessed. The meaning of a book is defined in `book`.

use super::book::{Group, PriceBook, Tier};
use crate::notation::Kind::{List, Named, Rate, Text, Texts, Written};
use crate::notation::{self, At, Complaints, Diagnostic, Entity, Language, Section, Source, TextSpan, Wrong};
use crate::notation::{optional, required};
use crate::units::{BitRate, Currency};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The shipped books, oldest source first; each gives the source of its numbers.
const SHIPPED: [(&str, &str); 4] = [
    ("cny-2016", include_str!("books/cny-2016.toml")),
    ("guide-2017", include_str!("books/guide-2017.toml")),
    ("usd-2018", include_str!("books/usd-2018.toml")),
    ("cny-2022", include_str!("books/cny-2022.toml")),
];

/// Larger or finer prices could not be multiplied exactly.
const PRICE_MAX: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);
const DECIMALS_MAX: u32 = 6;

const LANGUAGE: Language = Language { section: &BOOK, whole: "the book", check_name: |_| Ok(()), actions: None };

static BOOK: Section = Section {
    name: "book",
    doc: "Prices and where they are from.",
    fields: &[&[
        required("name", Text, "What the book is called."),
        required("source", Text, "Who published the numbers."),
        required("date", Text, "When, as closely as is known."),
        required("currency", Text, "What the prices are in, such as \"CNY\"."),
        required("home", Text, "The group whose prices hold between two of its own regions."),
        required("group", Named(&GROUP), "Regions that share their prices, with `regions` and `day` or `month`."),
    ]],
    variants: None,
};

static GROUP: Section = Section {
    name: "group",
    doc: "Regions that share their prices.",
    fields: &[&[
        required("regions", Texts, "Their names."),
        optional("day", List(&TIER), "Per Mbps and day."),
        optional("month", List(&TIER), "Per Mbps and month."),
    ]],
    variants: None,
};

static TIER: Section = Section {
    name: "tier",
    doc: "such as { above = \"0 Mbps\", to = \"20 Mbps\", price = \"20\" }",
    fields: &[&[
        required("above", Rate(0, u64::MAX), "Not included."),
        optional("to", Rate(0, u64::MAX), "Included; the last tier has none."),
        required("price", Written, "Of one Mbps, or \"consult\" where none is published."),
    ]],
    variants: None,
};

impl PriceBook {
    /// The names of the shipped books.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The shipped book called `name`, if there is one.
    pub fn shipped(name: &str) -> Option<PriceBook> {
        let (name, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Some(read(&Source::new(*name, (*text).to_owned()), &|_| true).expect("tests read every shipped book"))
    }

    /// A book written by a user. `is_region` knows the scenario's regions; those of the shipped books are always known.
    ///
    /// # Errors
    /// Everything that is wrong with it, in order of position.
    pub fn parse(source: &Source, is_region: &dyn Fn(&str) -> bool) -> Result<PriceBook, Vec<Diagnostic>> {
        let shipped: Vec<PriceBook> = PriceBook::shipped_names().filter_map(PriceBook::shipped).collect();
        let known = |name: &str| is_region(name) || shipped.iter().any(|book| book.group_of(name).is_some());
        read(source, &known)
    }
}

fn read(source: &Source, is_region: &dyn Fn(&str) -> bool) -> Result<PriceBook, Vec<Diagnostic>> {
    let mut out = Complaints::default();
    let text = out.add(source.clone());
    let book = notation::read(&LANGUAGE, text, &[], &mut out);
    let book = book.and_then(|top| Loader { out: &mut out, is_region, currency: None }.book(&top));
    book.filter(|_| !out.has_errors()).ok_or_else(|| out.finish())
}

/// Builds a book from its entities.
struct Loader<'a> {
    out: &'a mut Complaints,
    is_region: &'a dyn Fn(&str) -> bool,
    currency: Option<Currency>,
}

impl Loader<'_> {
    fn book(&mut self, top: &Entity) -> Option<PriceBook> {
        let [name, source, date] = ["name", "source", "date"].map(|key| self.filled(top, key));
        self.currency = self.filled(top, "currency").and_then(|text| {
            let currency = text.parse::<Currency>();
            currency.map_err(|wrong| self.out.wrong(top.span("currency"), Wrong::from(wrong))).ok()
        });
        let mut taken = BTreeMap::new();
        let named = top.named("group").iter();
        let groups: Vec<Group> = named.map(|(name, entity)| self.group(name, entity, &mut taken)).collect();
        let home = self.filled(top, "home")?;
        if top.has("group") && !groups.iter().any(|group| group.name == home) {
            let message = format!("`{home}` is no group of this book");
            self.out.error(top.span("home"), message).hint("name a [group.…]");
        }
        Some(PriceBook { name: name?, source: source?, date: date?, currency: self.currency?, home, groups })
    }

    /// The text under `key`, which must not be empty.
    fn filled(&mut self, entity: &Entity, key: &'static str) -> Option<String> {
        let text = entity.get::<String>(key)?;
        if text.trim().is_empty() {
            self.out.error(entity.span(key), format!("`{key}` is empty")).hint("write something between the quotes");
            return None;
        }
        Some(text.clone())
    }

    fn group(&mut self, name: &str, entity: &Entity, taken: &mut BTreeMap<String, String>) -> Group {
        let mut regions = Vec::new();
        for At { value: region, span } in entity.get::<Vec<At<String>>>("regions").into_iter().flatten() {
            if !(self.is_region)(region) {
                let hint = "use a region of the guide or of the scenario";
                self.out.error(*span, format!("there is no region `{region}`")).hint(hint);
            } else if let Some(other) = taken.get(region) {
                let message = format!("region `{region}` is already in group `{other}`");
                self.out.error(*span, message).hint("a region has one price");
            }
            taken.insert(region.clone(), name.to_owned());
            regions.push(region.clone());
        }
        if !entity.broken && !entity.has("day") && !entity.has("month") {
            let hint = "add `day = [{ above = \"0 Mbps\", price = \"20\" }]`, or `month`";
            self.out.error(entity.at, format!("group `{name}` has no prices")).hint(hint);
        }
        Group { name: name.to_owned(), regions, day: self.tiers(entity, "day"), month: self.tiers(entity, "month") }
    }

    /// Tiers must be contiguous, from 0 up to an open end: then every load has exactly one.
    fn tiers(&mut self, group: &Entity, key: &'static str) -> Vec<Tier> {
        let mut tiers: Vec<Tier> = Vec::new();
        let mut reached = Some(BitRate::default());
        for entity in group.list(key) {
            let price = self.price(entity);
            // Without its bounds, it is unknown whether its neighbours fit.
            if entity.broken {
                return tiers;
            }
            let (Some(above), Some(price)) = (entity.get("above").copied(), price) else { return tiers };
            let tier = Tier { above, to: entity.get("to").copied(), price };
            self.check_joint(reached, tier, entity.at);
            reached = tier.to;
            tiers.push(tier);
        }
        if let Some(reached) = reached.filter(|_| group.has(key)) {
            let message = format!("nothing says what more than {reached} costs");
            let hint = "leave `to` out of the last tier; where no price is published write price = \"consult\"";
            self.out.error(group.span(key), message).hint(hint);
        }
        tiers
    }

    fn check_joint(&mut self, reached: Option<BitRate>, tier: Tier, span: TextSpan) {
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
        self.out.error(span, message).hint(hint);
    }

    /// A decimal, optionally with the book's currency; the inner value is none if no price is published.
    fn price(&mut self, tier: &Entity) -> Option<Option<Decimal>> {
        let price = price(tier.get::<String>("price")?, self.currency);
        price.map_err(|wrong| self.out.wrong(tier.span("price"), wrong)).ok()
    }
}

/// A decimal, optionally with the book's currency; none for "-" or "consult".
fn price(text: &str, currency: Option<Currency>) -> Result<Option<Decimal>, Wrong> {
    if text == "-" || text == "consult" {
        return Ok(None);
    }
    let (number, unit) = text.split_once(' ').map_or((text, None), |(n, unit)| (n, Some(unit.trim())));
    if let (Some(unit), Some(currency)) = (unit, currency)
        && unit != currency.to_string()
    {
        let message = format!("a price in {unit} in a book in {currency}");
        return Err(Wrong::new(message).hint("a book has one currency: make a second book"));
    }
    let message = match Decimal::from_str_exact(number) {
        Err(_) => format!("`{text}` is not a price"),
        Ok(price) if price.is_sign_negative() => format!("the price {price} is negative"),
        Ok(price) if price > PRICE_MAX => format!("the price {price} is above {PRICE_MAX}"),
        Ok(price) if price.scale() > DECIMALS_MAX => {
            format!("the price {price} has more than {DECIMALS_MAX} decimals")
        }
        Ok(price) => return Ok(Some(price)),
    };
    Err(Wrong::new(message).hint("write a decimal number such as \"3.19\", or \"consult\" where none is published"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::book::tier_of;
    use crate::metering::series::Load;
    use crate::model::plan::SHIPPED_BOOKS;
    use std::collections::BTreeSet;

    const HEAD: &str = "name = \"b\"\nsource = \"s\"\ndate = \"2024\"\ncurrency = \"CNY\"\nhome = \"m\"\n[group.m]\n\
     regions = [\"beijing\"]\n";

    fn complaints(text: &str) -> Vec<String> {
        let source = Source::new("b.toml", text.into());
        let found = PriceBook::parse(&source, &|region| region == "mars").err().unwrap_or_default();
        let place = |complaint: &Diagnostic| {
            let (line, column) = complaint.line_column().unwrap_or_default();
            format!("{line}:{column} {}", complaint.message)
        };
        found.iter().map(place).collect()
    }

    #[test]
    fn every_shipped_book_is_sound_and_says_where_it_is_from() {
        // Those that a scenario may name.
        assert_eq!(BTreeSet::from_iter(PriceBook::shipped_names()), BTreeSet::from(SHIPPED_BOOKS));
        for name in PriceBook::shipped_names() {
            let book = PriceBook::shipped(name).expect("it is there");
            assert_eq!(book.name, name);
            assert!(!book.source.is_empty() && book.date.starts_with("20"));
        }
    }

    /// The example in the description of the format is a valid book.
    #[test]
    fn the_documented_book_is_read_as_it_is_described() {
        let documented = include_str!("book.md").split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
        let source = Source::new("my-book.toml", documented.expect("an example").to_owned());
        let book = PriceBook::parse(&source, &|_| false).expect("it is sound");
        let price = |a, b, method: fn(&Group) -> &Vec<Tier>, mbps| {
            let group = book.between(a, b).expect("it knows both");
            tier_of(method(group), Load::of(BitRate::from_mbps(mbps))).and_then(|tier| tier.price)
        };
        assert_eq!(price("beijing", "shanghai", |group| &group.day, 20), Some(Decimal::new(1950, 2)));
        assert_eq!(price("beijing", "shanghai", |group| &group.day, 100), Some(Decimal::from(11)));
        assert_eq!(price("beijing", "shanghai", |group| &group.day, 101), None);
        assert_eq!(price("beijing", "shanghai", |group| &group.month, 101), Some(Decimal::from(550)));
        assert_eq!(price("beijing", "toronto", |group| &group.day, 1), Some(Decimal::from(31)));
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
            ("{ above = \"0\", price = 1 }", "8:18 `above`: `0` has no unit"),
            ("{ above = \"0 Mbps\", prize = 1 }", "8:28 unknown key `prize` in a tier of [group.m]"),
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
