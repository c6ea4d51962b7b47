//! Declaring regions (S50) and stating the delays inside and between them (S35b).

use crate::model::ids::RegionId;
use crate::model::name::Name;
use crate::model::network::Network;
use crate::model::refusal::Refusal;
use crate::units::SimDuration;

/// The smallest one-way delay: 200 m of fibre (S35b).
pub const DELAY_MIN: SimDuration = SimDuration::from_micros(1);
/// The largest one-way delay, far beyond any path on Earth: a hop over a geostationary satellite is 0.27 s. If packets
/// are answered, all packets sent within the delay are kept, at 70 bytes each.
pub const DELAY_MAX: SimDuration = SimDuration::from_secs(10);

impl Network {
    /// The region called `name`, created if it is new (S50).
    pub fn declare_region(&mut self, name: &Name) -> RegionId {
        self.regions.declare(name.as_str())
    }

    /// States the one-way delay from host to host inside a region.
    ///
    /// # Errors
    /// [`Refusal::DelayTooSmall`] and [`Refusal::DelayTooLarge`] (S35b).
    pub fn set_local_delay(&mut self, delay: SimDuration) -> Result<(), Refusal> {
        check_delay(delay)?;
        self.rules.local_delay = delay;
        Ok(())
    }

    /// States the one-way delay between two regions.
    ///
    /// # Errors
    /// [`Refusal::DelayTooSmall`] and [`Refusal::DelayTooLarge`] (S35b).
    pub fn set_region_delay(&mut self, a: RegionId, b: RegionId, delay: SimDuration) -> Result<(), Refusal> {
        check_delay(delay)?;
        self.regions.set_delay(a, b, delay);
        Ok(())
    }
}

/// Whether a one-way delay is within its bounds (S35b).
///
/// # Errors
/// Below [`DELAY_MIN`], above [`DELAY_MAX`].
pub fn check_delay(delay: SimDuration) -> Result<(), Refusal> {
    match delay {
        _ if delay < DELAY_MIN => Err(Refusal::DelayTooSmall { delay, least: DELAY_MIN }),
        _ if delay > DELAY_MAX => Err(Refusal::DelayTooLarge { delay, most: DELAY_MAX }),
        _ => Ok(()),
    }
}
