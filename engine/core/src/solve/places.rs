//! A probability distribution made of normal ones, and the answer it gives.

/// More than this never carry weight; what comes after is left out.
const MOST: usize = 128;

/// A normal distribution over east, north, up and time of firing with its weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: [f64; 4],
    covariance: [[f64; 3]; 3],
    weight: f64,
}

impl Place {
    /// Of the unknowns in their usual order.
    pub(super) fn of<const D: usize, const P: usize>(
        theta: &[f64; P],
        full: &[[f64; P]; P],
        weight: f64,
    ) -> Self {
        let mut at = [0.0; 4];
        let mut covariance = [[0.0; 3]; 3];
        at[3] = theta[D];
        for a in 0..D {
            at[a] = theta[a];
            covariance[a][..D].copy_from_slice(&full[a][..D]);
        }
        Self {
            at,
            covariance,
            weight,
        }
    }
}

/// Up to [`MOST`] places.
pub(super) struct Places {
    list: [Place; MOST],
    n: usize,
    /// The first so many decide the answer.
    deciding: usize,
}

impl Places {
    pub(super) fn new() -> Self {
        let none = Place {
            at: [0.0; 4],
            covariance: [[0.0; 3]; 3],
            weight: 0.0,
        };
        Self {
            list: [none; MOST],
            n: 0,
            deciding: 0,
        }
    }

    pub(super) fn push(&mut self, place: Place) {
        if self.n < MOST {
            self.list[self.n] = place;
            self.n += 1;
        }
    }

    /// What is pushed from now on widens the answer but does not move it.
    pub(super) fn end_deciding(&mut self) {
        self.deciding = self.n;
    }

    /// The answer, the covariance of the truth about it, and the probability of the heaviest place.
    pub(super) fn summary(&self) -> ([f64; 4], [[f64; 3]; 3], f64) {
        let list = &self.list[..self.n];
        let total: f64 = list.iter().map(|p| p.weight).sum();
        let at = self.least_expected_error();
        let mut covariance = [[0.0; 3]; 3];
        let mut most = 0.0_f64;
        for place in list {
            let share = place.weight / total;
            most = most.max(share);
            for a in 0..3 {
                for b in 0..3 {
                    let off = (place.at[a] - at[a]) * (place.at[b] - at[b]);
                    covariance[a][b] += share * (place.covariance[a][b] + off);
                }
            }
        }
        (at, covariance, most)
    }

    /// The place whose expected distance to the true one is least (Weiszfeld's iteration for the
    /// median of points, each with its spread): a mean would lie between places far apart, at none
    /// of them, and the heaviest alone forgets a good second beside it.
    fn least_expected_error(&self) -> [f64; 4] {
        let list = &self.list[..self.deciding];
        let heaviest = list.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
        let Some(mut at) = heaviest.map(|p| p.at) else {
            return [0.0; 4];
        };
        if list.len() == 1 {
            return at;
        }
        for _ in 0..8 {
            let mut sum = [0.0; 4];
            let mut total = 0.0;
            for place in list {
                let (dx, dy) = (place.at[0] - at[0], place.at[1] - at[1]);
                let spread2 = place.covariance[0][0] + place.covariance[1][1];
                let pull = place.weight / (dx * dx + dy * dy + spread2).max(1e-12).sqrt();
                total += pull;
                for (sum, at) in sum.iter_mut().zip(place.at) {
                    *sum += pull * at;
                }
            }
            at = sum.map(|s| s / total);
        }
        at
    }
}
