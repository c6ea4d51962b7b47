//! Which cap a peering may have, given its bucket and queue (S27, S29–S33).

use super::PeeringSpec;
use crate::model::ids::PeeringId;
use crate::model::network::Network;
use crate::model::notice::Notice;
use crate::model::peering::{Peering, QueueLimit};
use crate::model::refusal::Refusal;
use crate::units::{BitRate, ByteSize, SimTime};

/// Bucket and queue together stay below this, so that the exact token arithmetic fits 64 bits (see
/// `dataplane::shaper`).
pub const BUFFER_MAX: ByteSize = ByteSize::from_bytes(500_000_000);

impl Network {
    /// S27, S29–S31: whether a peering may have this `bandwidth`.
    pub(super) fn check_bandwidth(&self, peering: &Peering, bandwidth: Option<BitRate>) -> Result<(), Refusal> {
        let max = self.rules.bandwidth_max;
        match bandwidth {
            None if peering.cross_region && self.rules.cap_mandatory => Err(Refusal::BandwidthMissing),
            None => Ok(()),
            Some(_) if !peering.cross_region => Err(Refusal::BandwidthNotSettable),
            Some(bandwidth) if bandwidth.as_bps() == 0 || bandwidth.as_bps() % 1_000_000 != 0 => {
                Err(Refusal::BandwidthNotWhole { bandwidth, menu: self.rules.menu })
            }
            Some(bandwidth) if bandwidth > max && !peering.ticket => Err(Refusal::BandwidthTooHigh { bandwidth, max }),
            Some(_) => Ok(()),
        }
    }

    /// Whether `peering` may have `cap` (S30, S31), given its burst and queue (S33). Its state does not matter.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check_cap(&self, peering: &Peering, cap: BitRate) -> Result<(), Refusal> {
        self.check_bandwidth(peering, Some(cap))?;
        self.check_buffers(peering, Some(cap))
    }

    /// Changes the network before time 0 as if `id` had been declared with `cap`; not a change by a user (S34).
    ///
    /// # Errors
    /// What [`Network::check_cap`] refuses; the peering then keeps its cap.
    pub fn redeclare_cap(&mut self, id: PeeringId, cap: BitRate) -> Result<(), Refusal> {
        self.check_cap(self.peering(id), cap)?;
        self.peerings[id.index()].set_cap(cap, SimTime::ZERO);
        self.note_change(id);
        Ok(())
    }

    /// Makes `spec` ask for `cap`. A request whose own cap is refused stays as it is.
    ///
    /// # Errors
    /// What [`Network::check_cap`] refuses; the request then stays as it is.
    pub fn respecify_cap(&self, spec: &mut PeeringSpec, cap: BitRate) -> Result<(), Refusal> {
        let peering = self.peering_of(spec.clone(), SimTime::ZERO)?;
        if let Some(asked) = spec.bandwidth.filter(|_| peering.cross_region)
            && self.check_cap(&peering, asked).is_ok()
        {
            self.check_cap(&peering, cap)?;
            spec.bandwidth = Some(cap);
        }
        Ok(())
    }

    /// S33: at a cap of `bandwidth` the bucket must hold the largest packet, and bucket and queue must be exactly
    /// countable.
    pub(super) fn check_buffers(&self, peering: &Peering, bandwidth: Option<BitRate>) -> Result<(), Refusal> {
        let Some(shaping) = peering.shaping_with(bandwidth, &self.rules) else {
            return Ok(());
        };
        if shaping.burst.as_u64() < u64::from(peering.mtu) {
            let (burst, mtu) = (shaping.burst, peering.mtu);
            return Err(Refusal::BurstTooSmall { burst, mtu });
        }
        let waiting = match shaping.queue {
            QueueLimit::Time(t) => shaping.rate.bytes_in(t),
            QueueLimit::Bytes(b) => b,
            QueueLimit::Packets(p) => ByteSize::from_bytes(u64::from(p) * u64::from(peering.mtu)),
        };
        for (what, size) in [("a burst", shaping.burst), ("a queue", waiting)] {
            if size > BUFFER_MAX {
                return Err(Refusal::BufferTooLarge { what, size, max: BUFFER_MAX });
            }
        }
        Ok(())
    }

    pub(in crate::model) fn note_bandwidth(&mut self, bandwidth: BitRate) {
        let menu = self.rules.menu;
        if !menu.offers(bandwidth) && bandwidth <= self.rules.bandwidth_max {
            self.notices.push(Notice::UnusualBandwidth { bandwidth, menu });
        }
    }
}
