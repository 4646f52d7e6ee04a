//! Pulses set back by their delays: where many sensors coincide, a round was fired.

/// Two rounds of one weapon are at least this far apart, seconds: 1 500 rounds a minute.
pub(super) const CLOSEST_S: f64 = 0.04;

/// A supposed time of firing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    pub(super) time_s: f64,
    pub(super) score: f64,
    pub(super) heard: usize,
}

/// Times at which sensors coincide within `width_s`, best first, at least [`CLOSEST_S`] apart.
///
/// `pulses_s`, the times of pulses in order, `delays_s` and `weights` are by sensor; a sensor without delay has no
/// part. The score is the sum of the weights of the sensors that coincide.
pub(super) fn peaks(
    pulses_s: &[Vec<f64>],
    delays_s: &[Option<f64>],
    weights: &[f64],
    width_s: f64,
    least: f64,
) -> Vec<Peak> {
    let fired = fired(pulses_s, delays_s);
    let mut counts = vec![0_u16; delays_s.len()];
    let (mut score, mut heard, mut sum_s, mut to) = (0.0, 0_usize, 0.0, 0);
    let mut found: Vec<Peak> = Vec::new();
    for from in 0..fired.len() {
        let (first_s, sensor) = fired[from];
        while to < fired.len() && fired[to].0 <= first_s + width_s {
            let s = fired[to].1 as usize;
            if counts[s] == 0 {
                score += weights[s];
                heard += 1;
            }
            counts[s] += 1;
            sum_s += fired[to].0 - fired[0].0;
            to += 1;
        }
        if score >= least {
            found.push(Peak {
                time_s: fired[0].0 + sum_s / (to - from) as f64,
                score,
                heard,
            });
        }
        let s = sensor as usize;
        counts[s] -= 1;
        if counts[s] == 0 {
            score -= weights[s];
            heard -= 1;
        }
        sum_s -= first_s - fired[0].0;
    }
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.time_s.total_cmp(&b.time_s))
    });
    let mut kept: Vec<Peak> = Vec::new();
    for peak in found {
        if kept.len() == MOST_PEAKS {
            break;
        }
        if !kept
            .iter()
            .any(|k| (k.time_s - peak.time_s).abs() < CLOSEST_S)
        {
            kept.push(peak);
        }
    }
    kept
}

/// A stack yields at most so many times.
const MOST_PEAKS: usize = 64;

/// When each pulse would have been fired and its sensor, in order.
fn fired(pulses_s: &[Vec<f64>], delays_s: &[Option<f64>]) -> Vec<(f64, u32)> {
    let heard = || {
        let delayed = pulses_s.iter().zip(delays_s).enumerate();
        delayed.filter_map(|(s, (own_s, delay_s))| Some((s as u32, own_s, (*delay_s)?)))
    };
    let (mut n, mut first_s, mut last_s) = (0, f64::INFINITY, f64::NEG_INFINITY);
    for (_, own_s, delay_s) in heard() {
        if let (Some(first), Some(last)) = (own_s.first(), own_s.last()) {
            first_s = first_s.min(first - delay_s);
            last_s = last_s.max(last - delay_s);
            n += own_s.len();
        }
    }
    // Times are spread rather evenly: first into steps, then in order in each.
    let per_s = n as f64 / (last_s - first_s).max(1e-9);
    let mut ends = vec![0_u32; n + 2];
    let mut fired: Vec<(f64, u32, u32)> = Vec::with_capacity(n);
    for (sensor, own_s, delay_s) in heard() {
        for time_s in own_s {
            let time_s = time_s - delay_s;
            let step = ((time_s - first_s) * per_s) as u32;
            let step = step.min(n as u32);
            ends[step as usize + 1] += 1;
            fired.push((time_s, sensor, step));
        }
    }
    // Where each step begins, and as it fills where its next one goes.
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut sorted = vec![(0.0, 0); fired.len()];
    for (time_s, sensor, step) in fired {
        let end = &mut ends[step as usize];
        sorted[*end as usize] = (time_s, sensor);
        *end += 1;
    }
    let mut begin = 0;
    for end in ends {
        let end = end as usize;
        if end > begin + 1 {
            sorted[begin..end].sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        begin = end;
    }
    sorted
}
