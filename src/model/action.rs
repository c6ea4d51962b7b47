//! One entry of a timeline: what is done when, by whom, and whether it is to be refused. It does nothing.

use super::change::Change;
use super::ids::AccountId;
use crate::units::SimTime;

/// One entry of the timeline.
#[derive(Debug, Clone)]
pub struct Action {
    /// When.
    pub time: SimTime,
    /// The change, as stated in the file: `change_bandwidth PeerConn 50 Mbps`.
    pub text: String,
    /// The account that asks; none stands for any account that may.
    pub by: Option<AccountId>,
    /// What to do.
    pub change: Change,
    /// The expected refusal, by its code or the last part of it; another outcome fails the run.
    pub refused: Option<String>,
}
