//! The one exchange between cells, whether they are carried here or by another partition ([`Exchange`]). Not a
//! transport: implementers of the trait move mail to other processes or machines.

use super::arrival::Mail;
use super::cell::Cell;
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
        let mut mailbox = std::mem::take(cells[from].borrow_mut().mailbox());
        mailbox.retain_mut(|mail| {
            let is_away = !others.holds(mail.to);
            if !is_away {
                deliver(cells, mail);
            }
            is_away
        });
        away.append(&mut mailbox);
        *cells[from].borrow_mut().mailbox() = mailbox; // with its memory
    }
    others.swap(away).iter_mut().for_each(|mail| deliver(cells, mail));
}

fn deliver<C: BorrowMut<Cell>>(cells: &mut [C], mail: &mut Mail) {
    // If all cells are here, each is at its place.
    let to = match cells.get(mail.to.index()) {
        Some(cell) if cell.borrow().vpc == mail.to => mail.to.index(),
        _ => cells
            .binary_search_by_key(&mail.to, |cell| cell.borrow().vpc)
            .expect("whoever sends what is answered runs in windows with its peers"),
    };
    cells[to].borrow_mut().receive(mail);
}
