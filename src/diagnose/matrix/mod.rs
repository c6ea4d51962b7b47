//! Who reaches whom: every ordered pair of hosts, subnets or VPCs. Hosts that the network treats alike form classes
//! ([`Classes`]), and one pair of each two classes is asked; the twin in the tests asks all pairs. It draws nothing.

mod cell;
mod classes;
mod signature;
mod tables;
mod units;

pub use cell::{Cell, Landed, Pair};
pub use classes::Classes;
pub use units::{By, Kind, Matrix, Unit, stand_ins};
