//! What else a sensor heard within seconds: one bang, steady fire, a train of knocks, rain.

use std::borrow::Borrow;

use crate::onset::Onset;

/// Numbers of [`context`].
pub(super) const CONTEXT: usize = 9;
/// How far to either side is listened, seconds.
const REACH_S: f64 = 2.0;
/// Neighbours so much weaker say nothing, dB.
const WEAKER_DB: f64 = 15.0;

/// Neighbours of onset `k`: how many before and after, seconds to the nearest before and after, level of the loudest
/// before and after over this one (dB), how alike the spectra of the likest before and after are (dB RMS), and
/// the spread of the levels of the like (dB). NaN where there is none.
pub(super) fn context<'a, O: Borrow<Onset>>(
    onsets: &[O],
    k: usize,
    spectrum: impl Fn(usize) -> &'a [f32],
) -> [f32; CONTEXT] {
    let own = onsets[k].borrow();
    let mut sides = [Side::new(), Side::new()];
    let at = |j: usize| onsets[j].borrow();
    let gap_s = |j: usize| at(j).time.since(own.time).0;
    let before = (0..k).rev().take_while(|&j| -gap_s(j) < REACH_S);
    let after = (k + 1..onsets.len()).take_while(|&j| gap_s(j) < REACH_S);
    let (mut n, mut sum, mut squares) = (1.0_f64, 0.0, 0.0);
    let neighbours = before.map(|j| (0, j)).chain(after.map(|j| (1, j)));
    for (side, j) in neighbours {
        let over_db = at(j).peak_dbfs - own.peak_dbfs;
        if over_db < -WEAKER_DB {
            continue;
        }
        let unlike_db = difference_db(spectrum(j), spectrum(k));
        sides[side].add(gap_s(j).abs() as f32, over_db as f32, unlike_db);
        if unlike_db < LIKE_DB {
            n += 1.0;
            sum += over_db;
            squares += over_db * over_db;
        }
    }
    let spread = if n > 1.0 {
        ((squares - sum * sum / n) / n).max(0.0).sqrt() as f32
    } else {
        f32::NAN
    };
    let [b, a] = sides;
    [
        b.n,
        a.n,
        b.gap_s,
        a.gap_s,
        b.over_db,
        a.over_db,
        b.unlike_db,
        a.unlike_db,
        spread,
    ]
}

/// Spectra no further apart than this may come from one source, dB RMS over bands.
const LIKE_DB: f32 = 5.0;

struct Side {
    n: f32,
    gap_s: f32,
    over_db: f32,
    unlike_db: f32,
}

impl Side {
    fn new() -> Self {
        Self {
            n: 0.0,
            gap_s: f32::NAN,
            over_db: f32::NAN,
            unlike_db: f32::NAN,
        }
    }

    /// Neighbours come from the nearest on.
    fn add(&mut self, gap_s: f32, over_db: f32, unlike_db: f32) {
        self.n += 1.0;
        self.gap_s = self.gap_s.min(gap_s);
        self.over_db = self.over_db.max(over_db);
        self.unlike_db = self.unlike_db.min(unlike_db);
    }
}

/// Root mean square difference over the bands that both have.
fn difference_db(a: &[f32], b: &[f32]) -> f32 {
    let (mut n, mut sum) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let d = a - b;
        if d.is_finite() {
            n += 1.0;
            sum += d * d;
        }
    }
    if n > 0.0 {
        (sum / n).sqrt()
    } else {
        f32::INFINITY
    }
}
