//! Daily curves: a `diurnal` entry -> a series of the plan, one rate per 5 civil minutes. The steps of the run are
//! walked once, however many entries there are; the units room computes the curve.

use super::Loader;
use crate::model::plan::Pattern;
use crate::model::{Grid, RateSeries};
use crate::notation::Entity;
use crate::units::{BitRate, NANOS_PER_SECOND, SimDuration, SimTime, daily_share};
use jiff::Zoned;
use jiff::civil::Time;
use std::sync::Arc;

/// The length of a step, in civil seconds.
const STEP: i64 = 300;
/// The number of steps in a civil day.
const STEPS: i64 = 86_400 / STEP;

impl Loader<'_> {
    /// The pattern of a `diurnal` entry: each step has the curve's value at the middle of the step.
    pub(super) fn diurnal(&mut self, entity: &Entity) -> Option<Pattern> {
        let (low, high) = (*entity.get::<BitRate>("low")?, *entity.get::<BitRate>("high")?);
        if low > high {
            self.out
                .error(entity.span("low"), format!("`low` ({low}) is above `high` ({high})"))
                .label(entity.span("high"), "the high one")
                .hint("exchange them");
            return None;
        }
        let text = entity.get::<String>("peak_at").map_or("14:00", |text| text.trim());
        let Ok(peak) = text.parse::<Time>() else {
            self.out
                .error(entity.span("peak_at"), format!("`peak_at`: `{text}` is not a time of day"))
                .hint("write for example \"09:30\"");
            return None;
        };
        let middle = |step: i64| step * STEP + STEP / 2 - seconds(peak);
        let rates = (0..STEPS).map(|step| BitRate::between(low, high, daily_share(middle(step))));
        Some(Pattern::Diurnal(Arc::new(RateSeries::on_grid(self.civil_steps()?, rates.collect()))))
    }

    /// Every step of the run, with its number within its civil day; `None` if the end of the run is unknown.
    fn civil_steps(&mut self) -> Option<Grid> {
        if self.civil_steps.is_none() {
            self.civil_steps = Some(civil_steps(&self.start, self.end?)?);
        }
        self.civil_steps.clone()
    }
}

fn civil_steps(start: &Zoned, end: SimTime) -> Option<Grid> {
    let mut steps = Vec::new();
    let mut at = SimTime::ZERO;
    while at < end {
        let since = jiff::SignedDuration::from_nanos(i64::try_from(at.as_nanos()).ok()?);
        let civil = start.checked_add(since).ok()?.time();
        steps.push((at, (seconds(civil) / STEP) as u32));
        let left = (STEP - seconds(civil) % STEP) as u64 * NANOS_PER_SECOND - civil.subsec_nanosecond() as u64;
        at += SimDuration::from_nanos(left);
    }
    Some(steps.into())
}

/// Whole seconds since the start of the civil day.
fn seconds(time: Time) -> i64 {
    time.duration_since(Time::MIN).as_secs()
}
