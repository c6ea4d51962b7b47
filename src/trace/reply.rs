//! Why a packet has no reply. It looks for none.

use super::follow::Seen;
use crate::dataplane::packet::PacketKind;
use crate::engine::Record;
use crate::model::Rules;
use crate::wire::icmp;

/// Why there is no reply to a packet, if there is none.
pub(super) fn why_none(seen: &Seen, rules: &Rules) -> Option<String> {
    let is_answer = |record: &&Record| !record.kind.is_of_source();
    if seen.own.iter().any(|record| is_answer(&record)) || !seen.acknowledgment.is_empty() {
        return None;
    }
    let ended = seen.own.iter().find_map(|record| record.verdict().map(|verdict| (record, verdict)));
    let why = match ended {
        None => "it is still under way when the run ends",
        Some((record, Err(reason))) => match (rules.routers_visible, reason.icmp_error()) {
            _ if icmp::is_error(&record.head) => "it was dropped, and no error tells of an error",
            (false, _) => "it was dropped, and the routers, which are not visible, tell nobody",
            (true, None) => "it was dropped for a reason that routers tell nobody",
            (true, Some(_)) => "it was dropped, and the router's error is not sent before the run ends",
        },
        Some((record, Ok(_))) => match record.kind {
            PacketKind::Segment if seen.is_to_be_acknowledged() => "no acknowledgment of it was sent",
            PacketKind::Segment => "it carries no data, and asks for none",
            _ if icmp::is_echo_request(&record.head) => "the capture holds no reply to it, or the run ends before",
            _ => "hosts answer only echo requests and TCP segments",
        },
    };
    Some(why.to_owned())
}
