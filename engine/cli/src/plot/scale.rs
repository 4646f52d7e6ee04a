//! From metres and seconds to pixels.

use shotfix_core::Enu;

use super::canvas::Rect;

/// The largest of 1, 2 and 5 times a power of ten that is not above `most`.
pub(super) fn round_step(most: f64) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(most.log10().floor());
    // The slack lets 4.999999 count as 5 after the logarithm's rounding.
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step <= most * (1.0 + 1e-9))
        .unwrap_or(power)
}

/// Multiples of `step` within `[low, high]`, at most a thousand.
pub(super) fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil();
    (0..1000)
        .map(|k| (first + f64::from(k)) * step)
        .take_while(|v| *v <= high + step * 1e-9)
        // Zero without a sign.
        .map(|v| v + 0.0)
        .collect()
}

/// A number with no more decimals than its step needs.
pub(super) fn tick_words(value: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

/// A map in metres with equal scales in both directions.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) frame: Rect,
    centre: Enu,
    pub(super) px_per_m: f64,
}

impl View {
    /// `centre` in the middle of `frame`, at least `half_width_m` and `half_height_m` around it.
    pub(super) fn new(frame: Rect, centre: Enu, half_width_m: f64, half_height_m: f64) -> Self {
        let px_per_m =
            (frame.w / 2.0 / half_width_m.max(1e-3)).min(frame.h / 2.0 / half_height_m.max(1e-3));
        Self {
            frame,
            centre,
            px_per_m,
        }
    }

    /// All of `points` in `frame`, with a rim of a tenth.
    pub(super) fn of_points(frame: Rect, points: &[Enu]) -> Self {
        let range = |of: fn(&Enu) -> f64| {
            points
                .iter()
                .map(of)
                .filter(|v| v.is_finite())
                .fold(None, |range: Option<(f64, f64)>, v| {
                    let (low, high) = range.unwrap_or((v, v));
                    Some((low.min(v), high.max(v)))
                })
                .unwrap_or((-100.0, 100.0))
        };
        let (west, east) = range(|p| p.east_m);
        let (south, north) = range(|p| p.north_m);
        let centre = Enu::new((west + east) / 2.0, (south + north) / 2.0, 0.0);
        // One lonely point gets 20 m around it.
        let reach = |low: f64, high: f64| ((high - low) / 2.0 * 1.2).max(10.0);
        Self::new(frame, centre, reach(west, east), reach(south, north))
    }

    pub(super) fn px(&self, p: Enu) -> (f64, f64) {
        (
            self.frame.x + self.frame.w / 2.0 + (p.east_m - self.centre.east_m) * self.px_per_m,
            self.frame.y + self.frame.h / 2.0 - (p.north_m - self.centre.north_m) * self.px_per_m,
        )
    }

    /// West, east, south and north edges, metres.
    pub(super) fn edges_m(&self) -> [f64; 4] {
        let (w, h) = (
            self.frame.w / 2.0 / self.px_per_m,
            self.frame.h / 2.0 / self.px_per_m,
        );
        [
            self.centre.east_m - w,
            self.centre.east_m + w,
            self.centre.north_m - h,
            self.centre.north_m + h,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (most, step) in [
            (1.0, 1.0),
            (0.7, 0.5),
            (499.0, 200.0),
            (500.0, 500.0),
            (3e-4, 2e-4),
        ] {
            assert!((round_step(most) / step - 1.0).abs() < 1e-9, "{most}");
        }
        assert_eq!(multiples(-1.0, 1.0, 0.5), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(tick_words(0.5, 0.5), "0.5");
        assert_eq!(tick_words(-11_400.0, 100.0), "-11400");
    }

    #[test]
    fn a_view_is_not_distorted_and_holds_its_points() {
        let frame = Rect::new(40.0, 100.0, 700.0, 500.0);
        let points = [
            Enu::new(-11_450.0, 3_653.0, 0.0),
            Enu::new(-11_150.0, 3_390.0, 0.0),
        ];
        let view = View::of_points(frame, &points);
        let (a, b) = (view.px(points[0]), view.px(points[1]));
        for (x, y) in [a, b] {
            assert!(frame.holds(Rect::around(x, y, 0.0)));
        }
        assert!(((b.0 - a.0) / 300.0 - (b.1 - a.1) / 263.0).abs() < 1e-9);
        assert!(b.1 > a.1, "north is up");
    }

    #[test]
    fn no_points_and_equal_points_still_make_a_view() {
        let frame = Rect::new(0.0, 0.0, 10.0, 10.0);
        for points in [vec![], vec![Enu::default(); 3]] {
            assert!(View::of_points(frame, &points).px_per_m > 0.0);
        }
    }
}
