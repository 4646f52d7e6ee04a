//! The first break: where an impulse begins, even when its strongest part comes later.

use crate::aic;

/// Times that an earlier break is looked for before the one found.
const ROUNDS: usize = 4;

/// Least step of the variance of an earlier break: 10 dB. A lesser one costs more of the true
/// breaks than it finds: backgrounds are never quite stationary.
const STEP: f32 = 10.0;
/// Least gain of the log likelihood by splitting at an earlier break. Noise of one variance stays
/// below 15 in stretches of 10 ms.
const GAIN: f32 = 30.0;
/// Quieter than this share of the largest square is silence: 60 dB. In digital silence the step from
/// nothing to the skirts of filters is greater, in logarithms, than that from there to the wave.
const SILENT: f32 = 1e-6;

/// Errors over the width of the criterion, measured on blasts of 10 to 30 dB at 8 to 96 kHz: the
/// criterion knows variances alone, and a front tells more than a step of variance.
const SIGMA_SCALE: f64 = 0.65;

/// The first break within samples `from..to` of `x`, as a fractional index, and its sigma.
///
/// The criterion splits where the *largest* change is. A direct wave that came round a corner is
/// weaker than what follows it; so the stretch before the split is split again, as long as that
/// explains it much better than noise of one variance; `guard` samples before the split are left
/// out.
pub(crate) fn first_break(
    x: impl Fn(u64) -> f32 + Copy,
    from: u64,
    to: u64,
    floor: f32,
    guard: u64,
) -> Option<(f64, f64)> {
    let largest = (from..to).map(|i| x(i) * x(i)).fold(0.0, f32::max);
    let floor = floor.max(SILENT * largest);
    let split_of = |to: u64| {
        let n = to.checked_sub(from)? as usize;
        aic::onset((from..to).map(x), n, floor)
    };
    let mut found = split_of(to)?;
    for _ in 0..ROUNDS {
        let end = (from + found.at.max(0.0) as u64).saturating_sub(guard);
        let Some(earlier) = split_of(end) else { break };
        if earlier.step < STEP || earlier.gain < GAIN {
            break;
        }
        found = earlier;
    }
    Some((
        from as f64 + f64::from(found.at),
        SIGMA_SCALE * f64::from(found.sigma),
    ))
}
