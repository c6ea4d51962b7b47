//! What was found lately, by what was asked: a small table without chains, in which a new answer replaces an old one in
//! its place. It grows while answers collide, up to a limit. Not a store: anything may be forgotten.

/// The least and the most answers that are remembered.
const FEW: usize = 1 << 3;
const MOST: usize = 1 << 12;

/// Answers by question.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    /// As many as a power of two, or none.
    places: Vec<Option<(K, V)>>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Recent<K, V> {
        Recent { places: Vec::new() }
    }
}

impl<K: Copy + Eq, V: Copy> Recent<K, V> {
    /// The answer to `asked`, if it is remembered; questions with different `bits` seldom share a place.
    #[inline]
    pub(super) fn get(&self, asked: K, bits: u64) -> Option<V> {
        match self.places.get(self.place(bits)) {
            Some(Some((known, answer))) if *known == asked => Some(*answer),
            _ => None,
        }
    }

    /// Remembers the answer to `asked`.
    pub(super) fn learn(&mut self, asked: K, bits: u64, answer: V) {
        let is_taken = self.places.get(self.place(bits)).is_none_or(Option::is_some);
        if is_taken && self.places.len() < MOST {
            let more = (self.places.len() * 2).max(FEW);
            self.places.clear();
            self.places.resize(more, None);
        }
        let place = self.place(bits);
        self.places[place] = Some((asked, answer));
    }

    /// Fibonacci hashing: the upper bits of a product depend on all bits of the factor; as many as [`MOST`] needs.
    #[inline]
    fn place(&self, bits: u64) -> usize {
        (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize & self.places.len().wrapping_sub(1)
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_what_was_found_and_stays_small() {
        let mut recent = Recent::default();
        let mut found = 0;
        for n in (0..20_000u64).chain(19_000..20_000) {
            match recent.get(n, n % 7_000) {
                Some(answer) => assert_eq!(answer, n * 3),
                None => {
                    found += 1;
                    recent.learn(n, n % 7_000, n * 3);
                }
            }
        }
        assert_eq!(recent.places.len(), MOST);
        assert!((20_000..20_900).contains(&found), "{found}");
    }
}
