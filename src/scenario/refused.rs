//! Reports refusals and remarks of the control plane at the key that caused them, with labels at the other things they
//! name.

use super::Loader;
use crate::model::Refusal;
use crate::notation::{Entity, TextSpan};

impl Loader<'_> {
    /// Complains about a refusal at `span`.
    pub(super) fn refuse(&mut self, span: TextSpan, refusal: &Refusal) {
        let others: Vec<(TextSpan, String)> = others(refusal)
            .into_iter()
            .filter_map(|(kind, name, text)| Some((self.names.places.find(kind, &name)?, text)))
            .collect();
        let complaint = self.out.error(span, refusal.to_string()).code(self.network.rules.code(refusal));
        if let Some(hint) = refusal.hint() {
            complaint.hint(hint);
        }
        for (place, text) in others {
            complaint.label(place, text);
        }
    }

    /// Turns the control plane's remarks on the last operation into warnings at `span`, at most `room` of them; returns
    /// how many remarks there were.
    pub(super) fn remark(&mut self, span: TextSpan, room: usize) -> usize {
        let notices = self.network.take_notices();
        for notice in notices.iter().take(room) {
            let remark = self.out.warning(span, notice.message());
            if let Some(code) = notice.code() {
                remark.code(code);
            }
        }
        notices.len()
    }

    /// Records where a thing was declared.
    pub(super) fn note_place(&mut self, kind: &'static str, full: impl Into<String>, span: TextSpan) {
        self.names.places.note(kind, full.into(), span);
    }
}

/// The other declared things that a refusal names: kind, full name, label text.
fn others(refusal: &Refusal) -> Vec<(&'static str, String, String)> {
    let vpc = |name: &String, cidr: &dyn std::fmt::Display| ("vpc", name.clone(), format!("`{name}`: {cidr}"));
    match refusal {
        Refusal::SubnetOutsideVpc { vpc: name, cidrs, .. } => vec![vpc(name, cidrs)],
        Refusal::RouteInsideVpc { vpc: name, cidr, .. } => vec![vpc(name, cidr)],
        Refusal::SubnetOverlap { other, .. } => vec![("subnet", other.clone(), format!("subnet `{other}`"))],
        Refusal::HostOutsideSubnet { subnet, .. } | Refusal::AddressReserved { subnet, .. } => {
            vec![("subnet", subnet.clone(), format!("subnet `{subnet}`"))]
        }
        Refusal::AddressTaken { other, .. } => vec![("host", other.clone(), format!("host `{other}`"))],
        Refusal::AlreadyPeered { existing, .. } => vec![("peering", existing.clone(), "the first one".into())],
        Refusal::ForeignPeering { peering, .. } => vec![("peering", peering.clone(), format!("`{peering}`"))],
        Refusal::EndsOverlap { vpc: name, cidr, other, other_cidr } => vec![vpc(name, cidr), vpc(other, other_cidr)],
        Refusal::PeersOverlap { peer, cidr, other, other_cidr, .. } => vec![vpc(peer, cidr), vpc(other, other_cidr)],
        Refusal::Ecmp { table, to } => vec![("route", format!("{table} {to}"), "the first one".into())],
        _ => Vec::new(),
    }
}

/// The place of the key that caused a refusal to make a peering.
pub(super) fn culprit(refusal: &Refusal, peering: &Entity) -> TextSpan {
    let key = match refusal {
        Refusal::BandwidthNotSettable | Refusal::BandwidthTooHigh { .. } | Refusal::BandwidthNotWhole { .. } => {
            "bandwidth"
        }
        Refusal::BurstTooSmall { .. } => "burst",
        Refusal::BufferTooLarge { what: "a queue", .. } => "queue",
        Refusal::BufferTooLarge { .. } => "burst",
        Refusal::DelayTooSmall { .. } | Refusal::DelayTooLarge { .. } => "delay",
        Refusal::PeeredWithItself { .. } => "accepter",
        _ => return peering.at,
    };
    // An unset burst or queue is derived from the bandwidth.
    if peering.has(key) { peering.span(key) } else { peering.span("bandwidth") }
}
