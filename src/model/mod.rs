//! What the network *is*: accounts, regions, VPCs, subnets, route tables, hosts, peering connections;
//! the control plane that changes it; and the plan of a run (traffic, timeline, expectations).
//! Plain, valid data: whatever is in a [`Network`] passed the rules (S1…S52). It forwards nothing and knows no time.
//!
//! The only way in is the control plane ([`control`]): one typed operation per thing a user can do, each answering
//! with an id or a [`Refusal`]. A scenario file is loaded through the same operations that a timeline uses.

mod account;
mod action;
mod availability;
pub mod change;
pub mod control;
mod counted;
mod direction;
mod faults;
mod flows;
mod hosts;
mod ids;
mod lesson;
mod limits;
mod menu;
pub mod metric;
mod name;
mod namesakes;
mod network;
mod nodes;
mod notice;
mod pattern;
mod peering;
pub mod plan;
mod playback;
mod prefixes;
mod probe;
mod receivers;
mod refusal;
mod region;
mod replay;
mod rules;
mod series;
mod state;
mod thing;
mod titles;
mod traffic;
mod transfers;
mod vendors;
mod verdict;
mod volume;
mod vpc;

pub use account::Account;
pub use availability::Availability;
pub use change::{Change, Via};
pub use control::{HostSpec, PeeringSpec, RouteSpec, Step, check_delay};
pub use direction::Direction;
pub use hosts::{HostName, numbered};
pub use ids::{AccountId, HostId, LinkId, PeeringId, RegionId, SubnetId, TableId, TrafficId, VpcId};
pub use lesson::{Hint, Lesson, Quiz, Stage, Track};
pub use limits::{RATE_MAX, TIME_MAX, YEARS};
pub use menu::Menu;
pub use name::{Name, NameError};
pub use namesakes::Namesakes;
pub use network::{Network, Touched};
pub use nodes::{Node, Nodes};
pub use notice::{Notice, Outcome};
pub use peering::{Peering, QueueLimit, Shaping};
pub use playback::network_at;
pub use probe::{Probe, Protocol};
pub use refusal::Refusal;
pub use region::{Region, Regions};
pub use replay::{REPLAYED_MAX, Replay, ReplayFlow, ReplayFrame};
pub use rules::{Home, OverlapPolicy, Rules};
pub use series::{Grid, RateSeries};
pub use state::PeeringState;
pub use thing::Thing;
pub use titles::peering_titles;
pub use verdict::{DropReason, Verdict};
pub use volume::Volume;
pub use vpc::{Host, NextHop, Route, RouteTable, Subnet, Vpc};
