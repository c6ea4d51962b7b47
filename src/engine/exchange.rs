//! The one exchange between cells, whether they are carried here or by another partition ([`Exchange`]). Not a
//! transport: implementers of the trait move mail to other processes or machines.

use super::cell::Cell;
use super::mail::{Content, Mail};
use crate::model::VpcId;
use crate::units::SimTime;
use std::borrow::BorrowMut;

/// How the partitions of one run meet. Every partition calls [`Exchange::swap`] and [`Exchange::least`] in the same
/// order; a call returns when all have made it.
pub trait Exchange: Send {
    /// Whether the cell of this VPC is carried here. True in exactly one partition.
    fn holds(&self, vpc: VpcId) -> bool;
    /// Hands over mail for cells carried elsewhere, and returns mail for cells carried here.
    fn swap(&mut self, mail: Vec<Mail>) -> Vec<Mail>;
    /// The earliest of the times that the partitions pass: when something next happens.
    fn least(&mut self, next: SimTime) -> SimTime;
}

/// All cells are carried here.
pub(super) struct Whole;

impl Exchange for Whole {
    fn holds(&self, _vpc: VpcId) -> bool {
        true
    }
    fn swap(&mut self, _mail: Vec<Mail>) -> Vec<Mail> {
        Vec::new()
    }
    fn least(&mut self, next: SimTime) -> SimTime {
        next
    }
}

/// The one exchange between cells: delivers the mail in every mailbox, here or elsewhere. The cells are in the order of
/// their VPCs; `senders` are the places of those that may have sent mail.
pub(super) fn exchange<C: BorrowMut<Cell>>(
    cells: &mut [C],
    senders: impl Iterator<Item = usize>,
    others: &mut dyn Exchange,
) {
    let mut away = Vec::new();
    for from in senders {
        let mut mailbox = std::mem::take(&mut cells[from].borrow_mut().contents.mailbox);
        mailbox.packets.retain_mut(|mail| {
            let is_away = !others.holds(mail.to);
            if !is_away {
                addressee(cells, mail.to).receive(&mut mail.content);
            }
            is_away
        });
        away.append(&mut mailbox.packets);
        for at in mailbox.lanes.drain(..) {
            let lane = &mut cells[from].borrow_mut().contents.lanes[at as usize];
            let (to, mut segments) = (lane.link.far, std::mem::take(&mut lane.outbox));
            if !others.holds(to) {
                away.push(Mail { to, content: Content::Segments(segments) });
                continue;
            }
            addressee(cells, to).receive_segments(&mut segments);
            cells[from].borrow_mut().contents.lanes[at as usize].outbox = segments; // with its memory
        }
        cells[from].borrow_mut().contents.mailbox = mailbox;
    }
    for mut mail in others.swap(away) {
        addressee(cells, mail.to).receive(&mut mail.content);
    }
}

fn addressee<C: BorrowMut<Cell>>(cells: &mut [C], vpc: VpcId) -> &mut Cell {
    // If all cells are here, each is at its place.
    let at = match cells.get(vpc.index()) {
        Some(cell) if cell.borrow().vpc == vpc => vpc.index(),
        _ => cells
            .binary_search_by_key(&vpc, |cell| cell.borrow().vpc)
            .expect("whoever sends what is answered runs in windows with its peers"),
    };
    cells[at].borrow_mut()
}
