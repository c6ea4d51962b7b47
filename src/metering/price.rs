//! What a load costs (S41, S42, S44, S48): tier, unit price, free part. It does not know whose load it is.

use super::book::{PriceBook, Tier, Unpriced, tier_of};
use super::series::Load;
use super::subject::Subject;
use crate::model::plan::FreeBasis;
use crate::units::{BitRate, Money};
use rust_decimal::Decimal;

/// The free part of a load (S44), and what picks the tier then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Free {
    /// The free bandwidth.
    pub bandwidth: BitRate,
    /// Whether the excess or the whole picks the tier.
    pub basis: FreeBasis,
}

/// What a load costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// Nothing: there was no load, or all of it was free and had no published price (S42, S44).
    Nothing,
    /// A known price.
    Priced(Priced),
    /// Unknown, which is never 0 (S42).
    Unpriced(Unpriced),
}

/// A price and its parts: `amount = gross + credit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced {
    /// The tier whose price holds for the whole load (S41).
    pub tier: Tier,
    /// The price of one Mbps.
    pub unit_price: Decimal,
    /// The part of the load that is paid for.
    pub billed: Load,
    /// What the whole load would cost at the unit price.
    pub gross: Money,
    /// What is remitted, zero or negative (S44).
    pub credit: Money,
    /// What is to be paid.
    pub amount: Money,
}

/// The price of a day's peak (S40): the tier's price for all of it (S41), less the free part.
pub fn price_day(book: &PriceBook, subject: &Subject, peak: Load, free: Free) -> Charge {
    let tiers = book.between(&subject.requester.region, &subject.accepter.region).map(|group| &group.day);
    let tiers = match tiers {
        _ if peak == Load::ZERO => return Charge::Nothing,
        Ok(tiers) if tiers.is_empty() => return Charge::Unpriced(Unpriced::NotSold),
        Ok(tiers) => tiers,
        Err(reason) => return Charge::Unpriced(reason),
    };
    let billed = peak.above(Load::of(free.bandwidth));
    let deciding = if free.basis == FreeBasis::Excess && billed > Load::ZERO { billed } else { peak };
    match charge(tier_of(tiers, deciding), peak, billed, (1, 1)) {
        // A load that is entirely free needs no price.
        Charge::Unpriced(_) if billed == Load::ZERO => Charge::Nothing,
        charge => charge,
    }
}

/// The price of a month's 95th percentile (S48), of which `valid` of `days` days count.
pub fn price_month(book: &PriceBook, subject: &Subject, load: Load, valid: usize, days: usize) -> Charge {
    match book.between(&subject.requester.region, &subject.accepter.region) {
        _ if load == Load::ZERO || valid == 0 => Charge::Nothing,
        Err(reason) => Charge::Unpriced(reason),
        Ok(group) if group.month.is_empty() => Charge::Unpriced(Unpriced::NotSold),
        Ok(group) => charge(tier_of(&group.month, load), load, load, (valid, days)),
    }
}

fn charge(tier: Option<Tier>, load: Load, billed: Load, part: (usize, usize)) -> Charge {
    let Some(tier) = tier else { return Charge::Nothing };
    let Some(unit_price) = tier.price else { return Charge::Unpriced(Unpriced::NotPublished(tier)) };
    let gross = Money::rounded(load.times_part(unit_price, part));
    let amount = Money::rounded(billed.times_part(unit_price, part));
    Charge::Priced(Priced { tier, unit_price, billed, gross, credit: amount - gross, amount })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::subject::End;
    use crate::model::{Name, Rules};

    fn subject(a: &str, b: &str) -> Subject {
        let name = |text: &str| Name::new(text).expect("a name");
        let end = |region: &str| End { vpc: "V".into(), region: region.into(), account: name("acme") };
        Subject {
            peering: "P".into(),
            made_as: name("P"),
            label: None,
            requester: end(a),
            accepter: end(b),
            cross_region: a != b,
            home: Rules::guide().home.of([a, b]),
            made_on: jiff::civil::date(2017, 6, 1),
        }
    }

    fn kbps(kbps: u64) -> Load {
        Load::of(BitRate::from_bps(kbps * 1_000))
    }

    fn book(name: &str) -> PriceBook {
        PriceBook::shipped(name).expect("shipped")
    }

    fn pay(book_name: &str, load: Load, free: Free) -> String {
        match price_day(&book(book_name), &subject("shanghai", "guangzhou"), load, free) {
            Charge::Nothing => "nothing".into(),
            Charge::Priced(priced) => format!("{} at {}", priced.amount, priced.unit_price),
            Charge::Unpriced(why) => why.to_string(),
        }
    }

    #[test]
    fn the_tiers_price_holds_for_the_whole_peak() {
        for (load, paid) in [
            (30_000, "360.00 at 12"),
            (20_000, "400.00 at 20"),
            (20_001, "240.01 at 12"),
            (20_010, "240.12 at 12"),
            (100_000, "1200.00 at 12"),
            (0, "nothing"),
        ] {
            assert_eq!(pay("guide-2017", kbps(load), Free::default()), paid, "{load} kbps");
        }
        // One bit in 300 s above 20 Mbps is in the next tier: nothing is rounded before the comparison.
        let hair = Load::from_bits(kbps(20_000).bits() + 1);
        assert_eq!(pay("guide-2017", hair, Free::default()), "240.00 at 12");
    }

    #[test]
    fn a_day_may_cost_less_for_more() {
        assert_eq!(pay("cny-2022", kbps(100_000), Free::default()), "1200.00 at 12");
        assert_eq!(pay("cny-2022", kbps(100_010), Free::default()), "900.09 at 9");
        // Break-even of the first two tiers: 33.33 Mbps at 12 cost as much as 20 Mbps at 20.
        assert_eq!(pay("guide-2017", Load::from_bits(10_000_000_000), Free::default()), "400.00 at 12");
    }

    #[test]
    fn no_published_price_is_not_free() {
        let none = "price not published for (100, 500] Mbps";
        assert_eq!(pay("guide-2017", kbps(100_001), Free::default()), none);
        let price = |book_name, a, b| price_day(&book(book_name), &subject(a, b), kbps(30_000), Free::default());
        let tier = Tier { above: BitRate::from_mbps(20), to: Some(BitRate::from_mbps(100)), price: None };
        assert_eq!(price("guide-2017", "toronto", "beijing"), Charge::Unpriced(Unpriced::NotPublished(tier)));
        assert_eq!(price("usd-2018", "toronto", "singapore"), Charge::Unpriced(Unpriced::BothOutside));
        assert_eq!(price("usd-2018", "toronto", "mars"), Charge::Unpriced(Unpriced::UnknownRegion));
        let Charge::Priced(priced) = price("usd-2018", "toronto", "beijing") else { panic!("has a price") };
        assert_eq!((priced.unit_price, priced.amount.to_string()), (Decimal::from(12), "360.00".into()));
    }

    #[test]
    fn what_is_free_comes_off_the_peak_and_the_excess_picks_the_tier() {
        let vip = |basis| Free { bandwidth: BitRate::from_mbps(100), basis };
        assert_eq!(pay("guide-2017", kbps(130_000), vip(FreeBasis::Excess)), "360.00 at 12");
        assert_eq!(pay("cny-2022", kbps(130_000), vip(FreeBasis::Peak)), "270.00 at 9");
        assert_eq!(pay("guide-2017", kbps(110_000), vip(FreeBasis::Excess)), "200.00 at 20");
        assert_eq!(pay("guide-2017", kbps(100_000), vip(FreeBasis::Excess)), "0.00 at 12");
        let generous = Free { bandwidth: BitRate::from_mbps(500), basis: FreeBasis::Excess };
        assert_eq!(pay("guide-2017", kbps(130_000), generous), "nothing");
    }

    #[test]
    fn gross_and_credit_add_up() {
        let free = Free { bandwidth: BitRate::from_bps(10_000_001), basis: FreeBasis::Excess };
        let charge = price_day(&book("guide-2017"), &subject("shanghai", "beijing"), kbps(33_333), free);
        let Charge::Priced(priced) = charge else { panic!("has a price") };
        assert_eq!(priced.gross + priced.credit, priced.amount);
        assert!(priced.credit < Money::ZERO);
    }

    #[test]
    fn a_month_costs_its_share_of_valid_days() {
        let month = |load, valid| price_month(&book("cny-2022"), &subject("shanghai", "beijing"), load, valid, 30);
        let Charge::Priced(priced) = month(kbps(60_000), 15) else { panic!("has a price") };
        assert_eq!((priced.unit_price, priced.amount.to_string()), (Decimal::from(220), "6600.00".into()));
        assert_eq!(month(kbps(60_000), 0), Charge::Nothing);
        // 300 bps x 550 x 10 / 30 is half a cent more than 0.05: rounding the third first would lose it.
        let Charge::Priced(half) = month(Load::from_bits(90_000), 10) else { panic!("has a price") };
        assert_eq!(half.amount.to_string(), "0.06");
        let other = price_month(&book("guide-2017"), &subject("shanghai", "beijing"), kbps(60_000), 15, 30);
        assert_eq!(other, Charge::Unpriced(Unpriced::NotSold));
    }
}
