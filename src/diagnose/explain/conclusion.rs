//! What both directions together come to: one code, one sentence, one rule. Codes of packets come from
//! [`Stop`]; those that only both directions together show are made here.

use super::Question;
use crate::dataplane::router::Exit;
use crate::diagnose::way::{Stop, Trip, Way};
use crate::model::{DropReason, Network};

/// The verdict on a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// The lower-cased code of rules.md B3.
    pub code: &'static str,
    /// For a person.
    pub sentence: String,
    /// The rules behind it: `S4, S5`; empty where none is.
    pub rules: &'static str,
}

impl Conclusion {
    /// What the trip of a question comes to.
    pub(super) fn of(network: &Network, question: &Question, trip: &Trip) -> Conclusion {
        match (trip.request.end, trip.reply) {
            (Err(stop), _) => of_request(network, question, stop),
            (Ok(landed), _) if question.to.is_some_and(|to| to != landed) => elsewhere(network, trip),
            (Ok(_), Some(reply)) => of_reply(network, trip, &reply),
            (Ok(_), None) => new("delivered", "it arrives", ""),
        }
    }
}

fn new(code: &'static str, sentence: impl Into<String>, rules: &'static str) -> Conclusion {
    Conclusion { code, sentence: sentence.into(), rules }
}

/// The request stops on its way.
fn of_request(network: &Network, question: &Question, stop: Stop) -> Conclusion {
    use DropReason::*;
    let near = network.host(question.from).vpc;
    let goal = question.goal(network).filter(|goal| *goal != near);
    let is_unpeered = |goal| {
        network.peerings_of(near).all(|(_, peering)| peering.peer_of(near) != Some(goal) || peering.state.is_gone())
    };
    if let (Stop::Dropped(NoRoute), Some(goal)) = (stop, goal.filter(|goal| is_unpeered(*goal))) {
        let [near, goal] = [near, goal].map(|vpc| &network.vpc(vpc).name);
        return new(
            "not_peered",
            format!("{near} and {goal} are not peered, so that no route can lead there"),
            "S3, S4",
        );
    }
    new(stop.code(), stop.sentence(), stop.rules())
}

/// The request lands on another host than the one that was meant.
fn elsewhere(network: &Network, trip: &Trip) -> Conclusion {
    let landed = trip.request.end.map(|host| network.host_name(host)).unwrap_or_default();
    match trip.request.path.leave {
        Ok(Exit::Local(vpc)) => new(
            "local_route_wins",
            format!("{landed} has the same address inside {}, and the local route always wins", network.vpc(vpc).name),
            "S8",
        ),
        _ => new(
            "ambiguous_overlapping_peers",
            format!("it lands on {landed}, which has the same address behind another peering"),
            "S5, S12",
        ),
    }
}

/// The request arrives.
fn of_reply(network: &Network, trip: &Trip, reply: &Way) -> Conclusion {
    use DropReason::*;
    let link = |way: &Way| way.path.leave.ok().and_then(Exit::link).map(|link| link.peering());
    match reply.end {
        Ok(home) if home != trip.request.from => new(
            "return_path_diverges",
            format!(
                "the reply lands on {}, which has the sender's address behind another peering",
                network.host_name(home)
            ),
            "S5, S12",
        ),
        Ok(_) if link(reply) != link(&trip.request) => {
            new("return_path_diverges", "it arrives, and the reply comes home over another peering", "S5")
        }
        Ok(_) => new("delivered", "it arrives, and the reply comes home the same way", ""),
        Err(Stop::Dropped(NoRoute)) => {
            new("no_return_route", "it arrives, and the far side has no route back for the reply", "S4, S5")
        }
        Err(stop) => new(stop.code(), format!("it arrives, and the reply is lost: {}", stop.sentence()), stop.rules()),
    }
}
