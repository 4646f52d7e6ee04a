//! Sums over stretches of samples in lanes, which processors with vectors take at once.

/// Samples taken at once.
pub(crate) const LANES: usize = 8;

/// `out[j] = sum over k of taps[k] x[j + k]` for every `j` of `out`.
///
/// `out` is a whole number of [`LANES`]; `x` is at least as long as `out` and `taps` together.
pub(crate) fn add_filtered(taps: &[f32], x: &[f32], out: &mut [f32]) {
    for (c, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let x = &x[c * LANES..c * LANES + LANES + taps.len() - 1];
        let mut sums = *out;
        for (tap, x) in taps.iter().zip(x.windows(LANES)) {
            for (sum, v) in sums.iter_mut().zip(x) {
                *sum += tap * v;
            }
        }
        *out = sums;
    }
}

/// Sum of products of two stretches of equal length.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    rest + total(sums)
}

/// Sum of a stretch.
pub(crate) fn sum(x: &[f32]) -> f32 {
    let (lanes, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for x in lanes {
        for lane in 0..LANES {
            sums[lane] += x[lane];
        }
    }
    rest.iter().sum::<f32>() + total(sums)
}

/// Largest magnitude of a stretch of finite numbers; zero if it is empty.
pub(crate) fn largest(x: &[f32]) -> f32 {
    let (lanes, rest) = x.as_chunks::<LANES>();
    // Not `f32::max`, which takes time to look for NaN.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let mut tops = [0.0_f32; LANES];
    for x in lanes {
        for lane in 0..LANES {
            tops[lane] = larger(x[lane].abs(), tops[lane]);
        }
    }
    let top = rest.iter().fold(0.0, |top, v| larger(v.abs(), top));
    tops.into_iter().fold(top, larger)
}

fn total(s: [f32; LANES]) -> f32 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn as_plain_sums() {
        for n in [0, 1, 7, 8, 9, 31, 33] {
            let a: Vec<f32> = (0..n).map(|i| (i * 5 % 7) as f32 - 3.0).collect();
            let b: Vec<f32> = (0..n).map(|i| (i * 3 % 11) as f32 - 5.0).collect();
            let plain: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
            assert_eq!(dot(&a, &b), plain);
            assert_eq!(sum(&a), a.iter().sum::<f32>());
            assert_eq!(largest(&a), a.iter().fold(0.0, |m: f32, x| m.max(x.abs())));
        }
    }

    #[test]
    fn as_a_plain_filter() {
        let taps = [1.0, -2.0, 3.0];
        let x: Vec<f32> = (0..18).map(|i| (i * i % 13) as f32).collect();
        let mut out = [1.0; 16];
        add_filtered(&taps, &x, &mut out);
        for (j, y) in out.iter().enumerate() {
            assert_eq!(*y, 1.0 + x[j] - 2.0 * x[j + 1] + 3.0 * x[j + 2]);
        }
    }
}
