//! Colours that colour-blind readers can tell apart.
//!
//! M. Okabe and K. Ito, Color Universal Design, 2008. Status is also told by shape, so a
//! black-and-white print of the picture says the same.

use shotfix_core::{ArrivalStatus, Class};

pub(super) const INK: &str = "#1f2933";
pub(super) const MUTED: &str = "#5f6c7b";
pub(super) const GRID: &str = "#e4e8ed";
pub(super) const FRAME: &str = "#b8c2cc";
pub(super) const PAPER: &str = "#ffffff";
pub(super) const GROUND: &str = "#f8f9fb";

pub(super) const USED: &str = "#0072b2";
pub(super) const REJECTED: &str = "#cc3d8f";
pub(super) const MISSING: &str = "#8a94a0";
pub(super) const SHOT: &str = "#e69f00";
pub(super) const FIX: &str = "#d55e00";
pub(super) const TRUTH: &str = "#009e73";

/// The colour of an arrival or of the sensor that made it.
pub(super) const fn of_status(status: ArrivalStatus) -> &'static str {
    match status {
        ArrivalStatus::Used => USED,
        ArrivalStatus::Rejected => REJECTED,
        ArrivalStatus::Missing => MISSING,
    }
}

/// The colour of a class of impulses.
pub(super) const fn of_class(class: Class) -> &'static str {
    match class {
        Class::Gunfire => FIX,
        Class::Firework => USED,
        Class::Other => MUTED,
    }
}

/// Magma at 17 equidistant points, from silence to loud (S. van der Walt and N. Smith, CC0).
const MAGMA: [[u8; 3]; 17] = [
    [0, 0, 4],
    [9, 7, 32],
    [22, 15, 61],
    [41, 17, 91],
    [62, 15, 114],
    [82, 19, 125],
    [101, 26, 128],
    [122, 35, 130],
    [143, 42, 129],
    [165, 49, 126],
    [187, 57, 118],
    [207, 69, 107],
    [227, 89, 96],
    [243, 118, 92],
    [251, 152, 103],
    [254, 190, 133],
    [252, 253, 191],
];

/// Magma between 0 (silence) and 1 (loud); what lies outside takes the end's colour.
pub(super) fn magma(value: f32) -> [u8; 3] {
    let at = value.clamp(0.0, 1.0) * (MAGMA.len() - 1) as f32;
    let k = (at as usize).min(MAGMA.len() - 2);
    let share = at - k as f32;
    [0, 1, 2].map(|c| {
        let (a, b) = (f32::from(MAGMA[k][c]), f32::from(MAGMA[k + 1][c]));
        (a + (b - a) * share).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magma_runs_from_dark_to_light() {
        assert_eq!(magma(-1.0), MAGMA[0]);
        assert_eq!(magma(2.0), MAGMA[16]);
        assert_eq!(magma(f32::NEG_INFINITY), MAGMA[0]);
        let light = |v| magma(v).iter().map(|&c| u32::from(c)).sum::<u32>();
        assert!((0..20).all(|k| light(k as f32 / 20.0) < light((k + 1) as f32 / 20.0)));
    }
}
