//! Ways up to maxima: two that come together stay together, and the second need not be gone.

use super::posterior::PLACES;
use super::refine::Point;

/// Steps that are kept of each way.
const STEPS: usize = 12;
/// Ways that are within this many standard deviations of each other at the same step, squared, are one ...
const TOGETHER2: f64 = 0.02;
/// ... if the share of late arrivals differs by less than this.
const SHARE: f64 = 0.02;

/// The ways of earlier climbs.
pub(super) struct Trails<const P: usize> {
    /// By way and step: the unknowns and the share of late arrivals.
    points: [[([f64; P], f64); STEPS]; PLACES],
    /// Steps of each way.
    steps: [usize; PLACES],
    n: usize,
}

impl<const P: usize> Trails<P> {
    pub(super) fn new() -> Self {
        Self {
            points: [[([0.0; P], 0.0); STEPS]; PLACES],
            steps: [0; PLACES],
            n: 0,
        }
    }

    /// Begins a way; what it returns keeps each point of it and says whether an earlier way was there at the same
    /// step.
    pub(super) fn begin(&mut self) -> impl FnMut(Point<'_, P>) -> bool {
        let own = self.n.min(PLACES - 1);
        self.n = own + 1;
        let (points, steps) = (&mut self.points, &mut self.steps);
        move |(step, theta, late, info)| {
            if step >= STEPS {
                return false;
            }
            points[own][step] = (*theta, late);
            steps[own] = step + 1;
            (0..own).any(|other| {
                // One that has ended is where its last step was.
                let (there, their_late) = &points[other][step.min(steps[other] - 1)];
                (late - their_late).abs() < SHARE && distance2(theta, there, info) < TOGETHER2
            })
        }
    }
}

/// Squared distance in standard deviations, by the lower half of the information.
fn distance2<const P: usize>(a: &[f64; P], b: &[f64; P], info: &[[f64; P]; P]) -> f64 {
    let mut sum = 0.0;
    for i in 0..P {
        let di = a[i] - b[i];
        let mut row = 0.5 * info[i][i] * di;
        for j in 0..i {
            row += info[i][j] * (a[j] - b[j]);
        }
        sum += 2.0 * row * di;
    }
    sum
}
