//! Normal numbers by the million: a small generator and the ziggurat.

use std::sync::OnceLock;

use crate::random::Random;

/// Layers of the ziggurat, a power of two so that 8 bits choose one.
const LAYERS: usize = 256;

/// Where the tail begins: the only value for which 256 layers of one area fill the curve.
const TAIL: f64 = 3.654_152_885_361_009;

/// Area of each layer under `exp(-x^2/2)`, the tail counted with the lowest.
const AREA: f64 = 0.004_928_673_233_99;

/// Normal numbers with mean 0 and standard deviation 1, a few nanoseconds each.
///
/// A recording needs several for every sample, which [`Random`] would spend more time on than on
/// all filters together. So a ChaCha stream only seeds xoshiro256++, whose period of 2^256 and
/// equidistribution in 4 dimensions are plenty for noise. The ziggurat is exact: it
/// rejects, it does not approximate.
///
/// # Source
/// D. Blackman, S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 47(4), 2021.
/// G. Marsaglia, W. W. Tsang, The Ziggurat Method for Generating Random Variables, J. Stat.
/// Softw. 5(8), 2000. J. A. Doornik, An Improved Ziggurat Method to Generate Normal Random
/// Samples, 2005: layer and place within it from separate bits.
#[derive(Clone, Debug)]
pub(crate) struct Normals {
    state: [u64; 4],
    ziggurat: &'static Ziggurat,
}

#[derive(Debug)]
struct Ziggurat {
    /// Widths of the layers, from the bottom up; the lowest is as wide as its area asks for.
    width: [f64; LAYERS + 1],
    /// `exp(-x^2/2)` at each width.
    height: [f64; LAYERS + 1],
}

impl Normals {
    pub(crate) fn new(seed: &mut Random) -> Self {
        Self {
            // All zeros would stay zeros; the chance of 2^-256 is left to chance.
            state: std::array::from_fn(|_| seed.bits()),
            ziggurat: ziggurat(),
        }
    }

    fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform in (0, 1].
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let layer = bits as usize % LAYERS;
            // The upper 53 bits, signed: uniform in [-1, 1).
            let place = (bits as i64 >> 11) as f64 * (1.0 / (1u64 << 52) as f64);
            let x = place * self.ziggurat.width[layer];
            if x.abs() < self.ziggurat.width[layer + 1] {
                return x;
            }
            if let Some(x) = self.at_the_edge(layer, x) {
                return x;
            }
        }
    }

    /// The 1.5 % of draws that fall beside the layer above: in the tail or near the curve.
    #[cold]
    fn at_the_edge(&mut self, layer: usize, x: f64) -> Option<f64> {
        if layer == 0 {
            return Some(self.tail().copysign(x));
        }
        let (low, high) = (self.ziggurat.height[layer], self.ziggurat.height[layer + 1]);
        let height = high + (low - high) * self.uniform();
        (height < (-0.5 * x * x).exp()).then_some(x)
    }

    /// Beyond `TAIL`: exponential numbers, thinned to the normal's shape.
    fn tail(&mut self) -> f64 {
        loop {
            let beyond = -self.uniform().ln() / TAIL;
            if -2.0 * self.uniform().ln() >= beyond * beyond {
                return TAIL + beyond;
            }
        }
    }
}

fn ziggurat() -> &'static Ziggurat {
    static TABLE: OnceLock<Ziggurat> = OnceLock::new();
    TABLE.get_or_init(|| {
        let curve = |x: f64| (-0.5 * x * x).exp();
        let mut width = [0.0; LAYERS + 1];
        width[0] = AREA / curve(TAIL);
        width[1] = TAIL;
        for layer in 2..LAYERS {
            // Each layer is as high as makes its area: the next width is where the curve is.
            let height = AREA / width[layer - 1] + curve(width[layer - 1]);
            width[layer] = (-2.0 * height.ln()).sqrt();
        }
        Ziggurat {
            width,
            height: width.map(curve),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn normals(seed: u64) -> Normals {
        Normals::new(&mut Random::stream(seed, Purpose::Ambient, "", 0))
    }

    #[test]
    fn val_reference_sequence_of_the_generator() {
        // State 1, 2, 3, 4: rotl(1 + 4, 23) + 1 = 41943041. Then d = rotl(4^2, 45)
        // and a = 1^4^2 = 7: rotl(7 + 6 2^45, 23) + 7 = 7 2^23 + 6 2^(68-64) + 7 = 58720359.
        let mut generator = normals(1);
        generator.state = [1, 2, 3, 4];
        assert_eq!(generator.bits(), 41_943_041);
        assert_eq!(generator.bits(), 58_720_359);
    }

    #[test]
    fn layers_fill_the_curve() {
        // The top layer must end at the peak, which it does for the right tail and area alone.
        let table = ziggurat();
        let top = table.width[LAYERS - 1];
        let area = top * (1.0 - (-0.5 * top * top).exp());
        assert!((area / AREA - 1.0).abs() < 1e-8, "{area}");
        assert!(table.width.windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn val_moments_and_tails() {
        let mut normals = normals(3);
        let n = 4_000_000;
        let (mut sums, mut beyond) = ([0.0; 4], [0u32; 5]);
        let mut inner = 0;
        let mut pairs = 0.0;
        let mut last = 0.0;
        // 3.66 lies just inside the tail, 3.0 among the layers.
        let limits = [1.0, 2.0, 3.0, 3.66, 4.5];
        for _ in 0..n {
            let x = normals.next();
            for (power, sum) in sums.iter_mut().enumerate() {
                *sum += x.powi(power as i32 + 1);
            }
            for (count, limit) in beyond.iter_mut().zip(limits) {
                *count += u32::from(x.abs() > limit);
            }
            inner += u32::from(x.abs() < 0.1);
            pairs += x * last;
            last = x;
        }
        // Standard errors times sqrt(n): 1, sqrt 2, sqrt 15, sqrt 96; five of each.
        let n = f64::from(n);
        for ((sum, expected), sigma) in sums
            .iter()
            .zip([0.0, 1.0, 0.0, 3.0])
            .zip([1.0, 2.0, 15.0, 96.0f64])
        {
            assert!(
                (sum / n - expected).abs() < 5.0 * (sigma / n).sqrt(),
                "{sums:?}"
            );
        }
        assert!((pairs / n).abs() < 5.0 / n.sqrt());
        // Two-sided probabilities erfc(x / sqrt 2), and P(|x| < 0.1) = 0.0796557.
        let expected = [
            0.317_310_5,
            0.045_500_26,
            2.699_796e-3,
            2.522_5e-4,
            6.795_3e-6,
            0.079_655_7,
        ];
        for (count, p) in beyond.into_iter().chain([inner]).zip(expected) {
            let sigma = (p * n * (1.0 - p)).sqrt();
            assert!(
                (f64::from(count) - p * n).abs() < 5.0 * sigma,
                "{count} of {p}"
            );
        }
    }
}
