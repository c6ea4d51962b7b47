//! The meaning of cells in a measured series: times and rates. A scenario's tables and rows and imported tables share
//! this code, so that all accept the same input.

use super::dialect::Dialect;
use super::numeral::numeral;
use super::stamp::{Epoch, Shown, Stamp, is_stamp};
use super::wrong::Wrong;
use crate::units::{BitRate, Factor, RateUnit, SimDuration, UnitError};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The time of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// This long after the start of the run.
    After(SimDuration),
    /// At an instant.
    At(Timestamp, Shown),
}

/// What the cells mean.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'a> {
    /// How they are written.
    pub dialect: &'a Dialect,
    /// The zone of civil stamps.
    pub zone: &'a TimeZone,
    /// What 1 means as a time.
    pub step: SimDuration,
    /// What 1 means as a rate.
    pub unit: Option<RateUnit>,
    /// The factor applied to every rate.
    pub scale: Factor,
    /// The latest time allowed after the start.
    pub latest: SimDuration,
    /// The highest rate allowed.
    pub fastest: BitRate,
}

impl Meaning<'_> {
    /// The time in a cell: a number of steps, or of a unit since 1970 if the dialect has an epoch; a duration; or a
    /// stamp, read as in [`Stamp::instant`].
    ///
    /// # Errors
    /// The cell holds no time, or one that no run reaches.
    pub fn time(&self, said: &str, previous: Option<Timestamp>) -> Result<Time, Wrong> {
        if is_stamp(said) {
            let instant = said.parse::<Stamp>()?.instant(self.zone, previous);
            let far = || Wrong::new(format!("{said} is beyond the calendar")).hint("write a year such as 2017");
            return instant.map(|(at, shown)| Time::At(at, shown)).ok_or_else(far);
        }
        if said.is_empty() {
            return Err(Wrong::new("this row has no time").hint("fill the cell in, or remove the row"));
        }
        if !said.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.no_time(said));
        }
        let (number, unit) = numeral(said, self.dialect)?;
        let time = match (unit, self.dialect.epoch) {
            ("", Some(epoch)) => {
                let instant = epoch.instant(&number).map_err(|_| self.too_late(said, &number))?;
                return Ok(Time::At(instant, Shown::Once));
            }
            ("", None) => self.step.times(&number),
            (unit, _) => format!("{number} {unit}").parse(),
        };
        match time {
            Ok(time) if time <= self.latest => Ok(Time::After(time)),
            Ok(_) | Err(UnitError::TooLarge { .. }) if unit.is_empty() => Err(self.too_late(said, &number)),
            Ok(time) => Err(Wrong::new(format!("a row at {time} is too late")).hint(self.in_reach())),
            Err(_) => Err(self.no_time(said)),
        }
    }

    /// The instant that a cell says, if it says one.
    pub fn instant(&self, said: &str) -> Option<Timestamp> {
        match self.time(said, None) {
            Ok(Time::At(instant, _)) => Some(instant),
            Ok(Time::After(_)) | Err(_) => None,
        }
    }

    /// Whether a cell holds a rate without a unit, and no unit is given elsewhere.
    pub fn lacks_unit(&self, said: &str) -> bool {
        self.unit.is_none() && numeral(said, self.dialect).is_ok_and(|(_, unit)| unit.is_empty())
    }

    fn too_late(&self, said: &str, number: &str) -> Wrong {
        let message = match self.step.times(number) {
            Ok(time) if self.dialect.epoch.is_none() => format!("a row at {time} is too late"),
            _ => format!("a row at {said} is too late"),
        };
        let hint = match Epoch::guess(number) {
            Some(epoch) if self.dialect.epoch != Some(epoch) => {
                let option = self.dialect.option("epoch", epoch.name());
                format!("if {said} counts {} since 1970, say {option}", epoch.word())
            }
            _ => format!("{}; {} says what 1 means", self.in_reach(), self.dialect.name("step")),
        };
        Wrong::new(message).hint(hint)
    }

    /// The rate in a cell: a number of the unit, or a rate with its own unit; `None` if the cell has no value. Rounded
    /// once, half up to 1 bit/s.
    ///
    /// # Errors
    /// The cell holds no rate, a negative one, or one that no traffic entry may have.
    pub fn rate(&self, said: &str) -> Result<Option<BitRate>, Wrong> {
        if said.is_empty() || self.dialect.is_missing(said) {
            return Ok(None);
        }
        if let Some(positive) = said.strip_prefix('-')
            && positive.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            // Programs write this for values rounded to zero.
            if numeral(positive, self.dialect).is_ok_and(|(number, _)| number.bytes().all(|b| b"0.".contains(&b))) {
                return self.rate(positive);
            }
            return Err(Wrong::new(format!("a rate cannot be negative: {said}")).hint("0 is silence"));
        }
        let mark = self.dialect.decimal().letter();
        if let Some(fraction) = said.strip_prefix(mark).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            let hint = format!("write the 0 before the fraction: 0{mark}{fraction}");
            return Err(Wrong::new(format!("`{said}` is not a rate")).hint(hint));
        }
        if !said.starts_with(|c: char| c.is_ascii_digit()) {
            let hint = format!(
                "write a number and say its {}, or a rate such as \"10 Mbps\"; if it stands for no value, say {}",
                self.dialect.name("unit"),
                self.dialect.option("missing", said)
            );
            return Err(Wrong::new(format!("`{said}` is not a rate")).hint(hint));
        }
        let (number, unit) = numeral(said, self.dialect)?;
        let unit = match (unit, self.unit) {
            ("", Some(unit)) => unit,
            ("", None) => {
                let [rate, bytes] = ["Mbps", "100 B/5 min"].map(|unit| self.dialect.option("unit", unit));
                let hint = format!("say what the numbers mean, for example {rate} or {bytes}");
                return Err(Wrong::new(format!("the rate {said} has no unit")).hint(hint));
            }
            (text, _) => text.parse()?,
        };
        let rate = unit.rate(&number, self.scale).map_err(|wrong| Wrong::from(wrong).hint(self.see()))?;
        if rate > self.fastest {
            return Err(Wrong::new(format!("a rate of {rate} is too high")).hint(format!(
                "it may be up to {}; {}",
                self.fastest,
                self.see()
            )));
        }
        Ok(Some(rate))
    }

    fn see(&self) -> String {
        format!("see {} and {}", self.dialect.name("unit"), self.dialect.name("scale"))
    }

    fn no_time(&self, said: &str) -> Wrong {
        let step = self.dialect.name("step");
        Wrong::new(format!("`{said}` is not a time")).hint(format!(
            "a time is a number of {step}s, a time such as \"5 min\" or a stamp such as 2017-06-01T08:00:00"
        ))
    }

    fn in_reach(&self) -> String {
        format!("times count from the start of the run, up to {}", self.latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::{DecimalMark, Spelling};

    static UTC: TimeZone = TimeZone::UTC;

    fn meaning<'a>(dialect: &'a Dialect, unit: &str) -> Meaning<'a> {
        let (step, unit) = (SimDuration::from_secs(300), unit.parse().ok());
        let (latest, fastest) = (SimDuration::from_secs(400 * 86_400), BitRate::from_mbps(100_000));
        Meaning { dialect, zone: &UTC, step, unit, scale: Factor::ONE, latest, fastest }
    }

    #[test]
    fn a_rate_has_its_own_unit_or_the_columns() {
        let (point, comma) = (Dialect::default(), Dialect { decimal: Some(DecimalMark::Comma), ..Dialect::default() });
        let rate = |dialect: &Dialect, said: &str| {
            meaning(dialect, "kbps").rate(said).map(|rate| rate.map(BitRate::as_bps)).ok()
        };
        for (said, bps) in [
            ("1.5", 1_500),
            ("1.6 Mbit/s", 1_600_000),
            ("100 kB/s", 800_000),
            ("10 Mbps", 10_000_000),
            ("5Gbit/s", 5_000_000_000),
            ("100 B/5 min", 3),
        ] {
            assert_eq!(rate(&point, said), Some(Some(bps)), "{said}");
            assert_eq!(rate(&comma, &said.replace('.', ",")), Some(Some(bps)), "{said}");
        }
        assert_eq!(rate(&point, ""), Some(None));
        // Programs write this for values rounded to zero.
        assert_eq!([rate(&point, "-0.0"), rate(&point, "-0"), rate(&comma, "-0,0")], [Some(Some(0)); 3]);
        for wrong in
            ["1,6 Mbit/s", "NaN", "-1", "800,000", "7 apples", "200 Gbps", "1e30", "1 234", ".5", "-0.1", "-.5"]
        {
            assert_eq!(rate(&point, wrong), None, "{wrong}");
        }
        let missing = Dialect { missing: vec!["NaN".into(), "-".into()], ..Dialect::default() };
        assert_eq!([rate(&missing, "NaN"), rate(&missing, "-"), rate(&missing, "nan")], [Some(None), Some(None), None]);
    }

    #[test]
    fn hints_name_what_to_write_where_it_is_written() {
        let flags = Dialect { spelling: Spelling::Flag, ..Dialect::default() };
        let hint = |dialect: &Dialect, said: &str| meaning(dialect, "").rate(said).expect_err(said).hint.expect(said);
        assert!(hint(&flags, "5").contains("--unit 'Mbps'") && hint(&flags, "x").contains("`--unit`"));
        assert!(hint(&Dialect::default(), "5").contains("unit = \"Mbps\""));
        assert_eq!(hint(&flags, ".5 Mbps"), "write the 0 before the fraction: 0.5 Mbps");
        let late = meaning(&flags, "bps").time("34560300", None).expect_err("it is too late");
        assert!(late.hint.is_some_and(|hint| hint.contains("`--step` says what 1 means")));
    }

    #[test]
    fn a_time_is_a_number_of_steps_a_duration_a_stamp_or_a_count_since_1970() {
        let (steps, epoch) = (Dialect::default(), Dialect { epoch: Some(Epoch::Seconds), ..Dialect::default() });
        let at = Ok(Time::At("2017-06-01T00:00:00Z".parse().expect("sound"), Shown::Once));
        let time = |dialect: &Dialect, said: &str| meaning(dialect, "bps").time(said, None);
        assert_eq!(time(&steps, "2"), Ok(Time::After(SimDuration::from_secs(600))));
        assert_eq!(time(&epoch, "5 min"), Ok(Time::After(SimDuration::from_secs(300))));
        assert_eq!([time(&steps, "2017-06-01"), time(&epoch, "1496275200")], [at.clone(), at]);
        for (said, hint) in [
            ("1496275200", "epoch = \"s\""),
            ("1496275200000", "epoch = \"ms\""),
            ("1496275200000000000", "epoch = \"ns\""),
            ("34560300", "`step`"),
            ("1e99", "`step`"),
            ("500 d", "up to 400 d"),
            ("1,5", "decimal = \",\""),
            ("NaN", "a time is"),
            ("-5", "a time is"),
            ("", "remove the row"),
            ("2017-02-30", "2017-06-01"),
            ("5 moons", "a time is"),
        ] {
            let wrong = time(&steps, said).expect_err(said);
            assert!(wrong.hint.as_deref().is_some_and(|told| told.contains(hint)), "{said}: {wrong:?}");
        }
    }
}
