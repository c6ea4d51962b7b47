//! Packs stretches into as few parallel tracks as the order allows: no two on a track touch.

/// A stretch of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: i32,
    pub to: i32,
}

impl Stretch {
    /// Between two positions in either order.
    pub fn between(a: i32, b: i32) -> Stretch {
        Stretch { from: a.min(b), to: a.max(b) }
    }

    /// Long enough for the other too.
    pub fn with(self, other: Stretch) -> Stretch {
        Stretch { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// Its length.
    pub fn length(self) -> i32 {
        self.to - self.from
    }

    fn touches(self, other: Stretch, gap: i32) -> bool {
        self.from < other.to + gap && other.from < self.to + gap
    }
}

/// The track of each stretch, the first that is free, taken in order; and how many there are. Stretches on one track
/// are at least `gap` apart.
pub fn pack(stretches: &[Stretch], gap: i32) -> (Vec<usize>, usize) {
    let mut tracks: Vec<Vec<Stretch>> = Vec::new();
    let place = |stretch: &Stretch| {
        let free = tracks.iter().position(|track| !track.iter().any(|other| stretch.touches(*other, gap)));
        let track = free.unwrap_or(tracks.len());
        if track == tracks.len() {
            tracks.push(Vec::new());
        }
        tracks[track].push(*stretch);
        track
    };
    let places = stretches.iter().map(place).collect();
    (places, tracks.len())
}
