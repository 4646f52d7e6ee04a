//! What a path does to a sound beyond delay, spreading and air: a filter without precursor.
//!
//! Losses by barriers, walls and shadows are published as levels over frequency. A level alone
//! is no filter: given zero phase it would ring before its own wavefront and an onset would be
//! found early. The phase that belongs to a causal, minimum-phase system follows from the level
//! by Bode's integral, so every such loss becomes a filter that starts at its wavefront.

use rustfft::num_complex::Complex64;

/// Lowest frequency of the grid, Hz: losses are constant below.
const LOWEST_HZ: f64 = 5.0;

/// Logarithm of the frequency ratio from one node to the next: 4 nodes an octave.
const STEP: f64 = std::f64::consts::LN_2 / 4.0;

/// Nodes: 16 octaves, to 328 kHz; losses are constant above.
const NODES: usize = 65;

/// A causal filter, known at frequencies spaced evenly in their logarithm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathFilter {
    nodes: Vec<Complex64>,
}

impl PathFilter {
    /// The minimum-phase filter whose loss at `f` hertz is `loss_db(f)`, decibels.
    ///
    /// Between nodes the level is taken as linear in the logarithm of frequency. Bode's integral
    /// `phase(w) = 1/pi integral dA/du ln coth |u/2| du`, with `A = ln |H|` and
    /// `u = ln(w'/w)`, is then a sum of slopes with weights known beforehand.
    ///
    /// # Source
    /// H. W. Bode, Network Analysis and Feedback Amplifier Design, 1945, ch. XIV.
    pub(crate) fn from_loss(loss_db: impl Fn(f64) -> f64) -> Self {
        let level: Vec<f64> = (0..NODES)
            .map(|node| -loss_db(frequency_hz(node)) / NEPER_DB)
            .collect();
        let weights = bode_weights();
        let nodes = (0..NODES)
            .map(|node| {
                let phase: f64 = level
                    .windows(2)
                    .enumerate()
                    .map(|(interval, pair)| (pair[1] - pair[0]) * weights[interval + NODES - node])
                    .sum();
                Complex64::from_polar(level[node].exp(), phase)
            })
            .collect();
        Self { nodes }
    }

    /// The factor at `frequency_hz`; of negative frequencies it is the conjugate.
    pub(crate) fn at(&self, frequency_hz: f64) -> Complex64 {
        let place = ((frequency_hz.abs() / LOWEST_HZ).ln() / STEP).clamp(0.0, LAST);
        let factor = self.between(place);
        if frequency_hz < 0.0 {
            factor.conj()
        } else {
            factor
        }
    }

    /// The factor at a place on the grid, in steps from its start, that [`places()`] worked out.
    pub(crate) fn between(&self, place: f64) -> Complex64 {
        let below = place as usize;
        let share = place - below as f64;
        let low = self.nodes[below];
        low + (self.nodes[below + 1] - low) * share
    }
}

/// Decibels of one neper.
const NEPER_DB: f64 = 8.685_889_638_065_036;

/// Just short of the last node, so that there is always one above.
const LAST: f64 = (NODES - 1) as f64 - 1e-9;

fn frequency_hz(node: usize) -> f64 {
    LOWEST_HZ * (node as f64 * STEP).exp()
}

/// Places on the grid of the frequencies `spacing_hz * 0, 1, 2 ...`, for [`PathFilter::between`].
pub(crate) fn places(spacing_hz: f64, count: usize) -> Vec<f64> {
    (0..count)
        .map(|bin| ((bin as f64 * spacing_hz / LOWEST_HZ).max(1.0).ln() / STEP).clamp(0.0, LAST))
        .collect()
}

/// `1/(pi STEP)` times the integral of `ln coth |u/2|` over each step from `-NODES STEP` on.
fn bode_weights() -> &'static [f64] {
    static WEIGHTS: std::sync::OnceLock<Vec<f64>> = std::sync::OnceLock::new();
    WEIGHTS.get_or_init(|| {
        (0..2 * NODES)
            .map(|interval| {
                let from = (interval as f64 - NODES as f64) * STEP;
                bode_integral(from, from + STEP) / (std::f64::consts::PI * STEP)
            })
            .collect()
    })
}

/// Integral of `ln coth |u/2|` over an interval that has 0 at most as an end.
///
/// `ln coth(u/2) = 2 sum_k exp(-(2k+1) u)/(2k+1)` integrates term by term to
/// `2 sum_k exp(-(2k+1) u)/(2k+1)^2`, which converges like 1/k^2 even at u = 0; there the tail
/// of the sum is added as its integral, 1/(2 K).
fn bode_integral(from: f64, to: f64) -> f64 {
    let beyond = |u: f64| {
        let terms = 2_000;
        let sum: f64 = (0..terms)
            .map(|k| f64::from(2 * k + 1))
            .map(|odd| (-odd * u).exp() / (odd * odd))
            .take_while(|term| *term > 1e-12)
            .sum();
        let tail = if u == 0.0 {
            1.0 / (4.0 * f64::from(terms))
        } else {
            0.0
        };
        2.0 * (sum + tail)
    };
    let (near, far) = (from.abs().min(to.abs()), from.abs().max(to.abs()));
    beyond(if near < 1e-9 { 0.0 } else { near }) - beyond(far)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_a_one_pole_low_pass_gets_its_own_phase() {
        // |1/(1 + i f/fc)| belongs to the phase -atan(f/fc) and to no other causal one without
        // zeros. The grid is constant beyond its ends, so the slope of the top is cut off there.
        let corner_hz = 500.0;
        let loss = |f: f64| 10.0 * (1.0 + (f / corner_hz).powi(2)).log10();
        let filter = PathFilter::from_loss(loss);
        for f in [20.0f64, 100.0, 500.0, 2_000.0, 8_000.0] {
            let exact = Complex64::new(1.0, f / corner_hz).inv();
            let got = filter.at(f);
            assert!((got.arg() - exact.arg()).abs() < 0.03, "{f} Hz: {got}");
            assert!((got.norm() / exact.norm()).log10().abs() * 20.0 < 0.05);
        }
    }

    #[test]
    fn a_flat_loss_has_no_phase() {
        let filter = PathFilter::from_loss(|_| 6.0);
        for f in [0.0, 1.0, 77.7, 1e4, 1e7] {
            assert!((filter.at(f) - Complex64::new(0.501_187_2, 0.0)).norm() < 1e-6);
        }
        assert_eq!(filter.at(-300.0), filter.at(300.0).conj());
    }

    #[test]
    fn the_whole_integral_is_half_pi_squared() {
        let sum: f64 = bode_weights().iter().sum::<f64>() * std::f64::consts::PI * STEP;
        assert!(
            (sum - std::f64::consts::PI.powi(2) / 2.0).abs() < 1e-3,
            "{sum}"
        );
    }

    #[test]
    fn places_agree_with_at() {
        let filter = PathFilter::from_loss(|f| 10.0 * (3.0 + f / 100.0).log10());
        for (bin, place) in places(93.75, 600).into_iter().enumerate() {
            let difference = filter.between(place) - filter.at(bin as f64 * 93.75);
            assert!(difference.norm() < 1e-12, "{bin}");
        }
    }
}
