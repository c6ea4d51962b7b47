//! How a sum grew, or what a value was, interval by interval. Silence takes no memory. Knows neither how long the
//! intervals are nor what is counted.

/// What was added to a sum in each interval.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    total: u64,
    /// Until the last interval in which something was added.
    steps: Vec<u64>,
}

impl Column {
    /// Notes the sum at the end of interval `at`; intervals are told in order.
    pub(super) fn grew_to(&mut self, at: usize, total: u64) {
        self.set(at, total - self.total);
        self.total = total;
    }

    /// Notes a value of interval `at` that is no sum.
    pub(super) fn set(&mut self, at: usize, value: u64) {
        if value > 0 {
            self.steps.resize(at, 0);
            self.steps.push(value);
        }
    }

    /// By interval, without zeros at the end: empty if nothing was ever added.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_kept_as_its_steps() {
        let mut column = Column::default();
        [(0, 0), (1, 5), (2, 5), (4, 9), (5, 9)].into_iter().for_each(|(at, total)| column.grew_to(at, total));
        assert_eq!(column.steps(), [0, 5, 0, 0, 4]);
        assert_eq!(Column::default().steps(), [0; 0]);
    }
}
