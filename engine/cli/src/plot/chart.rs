//! Lines over two axes: one panel of a sheet of figures.

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::palette;
use super::scale::{multiples, round_step, tick_words};

/// Colours of lines, told apart by colour-blind readers too.
pub(super) const COLOURS: [&str; 6] = [
    palette::USED,
    palette::FIX,
    palette::TRUTH,
    palette::REJECTED,
    palette::INK,
    palette::SHOT,
];

/// One line of a chart: its name and its points.
pub(super) type Series = (String, Vec<(f64, f64)>);

/// How numbers become lengths, the same on both axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As they are.
    Linear,
    /// Shares, by the normal deviate below which so many lie: two normal distributions make a straight line of their
    /// misses over their false alarms (Martin et al., The DET curve, Eurospeech 1997). Shares outside of
    /// [`SHARES`] are left out.
    Deviate,
}

/// Ticks of shares.
const SHARES: [f64; 13] = [
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8,
];

/// A chart before it is drawn.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) across: &'static str,
    pub(super) up: &'static str,
    pub(super) scale: Scale,
    pub(super) series: Vec<Series>,
}

/// Least and greatest, apart.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low < high {
        (low, high)
    } else if low.is_finite() {
        (low - 1.0, low + 1.0)
    } else {
        (0.0, 1.0)
    }
}

impl Chart {
    /// The point on scale, if it can be drawn.
    fn on_scale(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        match self.scale {
            Scale::Linear => Some((x, y)),
            Scale::Deviate => {
                let drawn = SHARES[0]..=SHARES[SHARES.len() - 1];
                (drawn.contains(&x) && drawn.contains(&y)).then(|| (deviate(x), deviate(y)))
            }
        }
    }

    /// Where ticks are between `low` and `high`, and their words, which `unit` follows.
    fn ticks(&self, low: f64, high: f64, unit: &str) -> Vec<(f64, String)> {
        match self.scale {
            Scale::Linear => {
                let step = round_step((high - low) / 4.0);
                let at = multiples(low, high, step).into_iter();
                at.map(|value| (value, format!("{} {unit}", tick_words(value, step))))
                    .collect()
            }
            Scale::Deviate => {
                let at = SHARES.iter().map(|&share| (deviate(share), share));
                at.filter(|(at, _)| (low..=high).contains(at))
                    .map(|(at, share)| (at, format!("{} {unit}", 100.0 * share)))
                    .collect()
            }
        }
    }

    /// The range of an axis: of `values`, or of all ticks that enclose them.
    fn range(&self, values: impl Iterator<Item = f64>) -> (f64, f64) {
        let (low, high) = range(values);
        match self.scale {
            Scale::Linear => (low, high),
            Scale::Deviate => {
                let ticks = SHARES.map(deviate);
                let below = ticks.iter().rfind(|&&t| t <= low + 1e-9);
                let above = ticks.iter().find(|&&t| t >= high - 1e-9);
                (*below.unwrap_or(&low), *above.unwrap_or(&high))
            }
        }
    }
}

/// The normal deviate below which `share` of a normal distribution lies, good to 0.0005 (Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 26.2.23).
fn deviate(share: f64) -> f64 {
    let tail = share.min(1.0 - share);
    let t = (-2.0 * tail.ln()).sqrt();
    let x = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    if share < 0.5 { -x } else { x }
}

/// Draws `chart` into `area`; titles and ticks lie outside of it.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, area: Rect) {
    let series: Vec<Vec<(f64, f64)>> = (chart.series.iter())
        .map(|(_, points)| points.iter().filter_map(|p| chart.on_scale(*p)).collect())
        .collect();
    let points = || series.iter().flatten();
    let (left, right) = chart.range(points().map(|p| p.0));
    // Linear ones are seen from zero.
    let zero = (chart.scale == Scale::Linear).then_some(0.0);
    let (low, high) = chart.range(points().map(|p| p.1).chain(zero));
    let px = |(x, y): (f64, f64)| {
        (
            area.x + (x - left) / (right - left) * area.w,
            area.bottom() - (y - low) / (high - low) * area.h,
        )
    };
    canvas.text((area.x, area.y - 12.0), Type::new(13.0).bold(), chart.title);
    let grid = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
    let muted = Type::new(11.0).fill(palette::MUTED);
    for (value, words) in chart.ticks(low, high, chart.up) {
        let (_, y) = px((left, value));
        canvas.line((area.x, y), (area.right(), y), &grid);
        canvas.text_at_middle((area.x - 6.0, y), muted.anchor(Anchor::End), &words);
    }
    for (value, words) in chart.ticks(left, right, "") {
        let (x, _) = px((value, low));
        canvas.line((x, area.y), (x, area.bottom()), &grid);
        canvas.text(
            (x, area.bottom() + 16.0),
            muted.anchor(Anchor::Middle),
            words.trim_end(),
        );
    }
    canvas.frame(area);
    let middle = muted.anchor(Anchor::Middle);
    let below = (area.x + 0.5 * area.w, area.bottom() + 34.0);
    canvas.text(below, middle, chart.across);
    let named = chart.series.iter().map(|(name, _)| name).zip(&series);
    for (k, ((name, points), colour)) in named.zip(COLOURS).enumerate() {
        let style = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"");
        canvas.polyline(points.iter().map(|p| px(*p)), &style);
        for point in points {
            canvas.circle(px(*point), 2.5, &format!("fill=\"{colour}\""));
        }
        let row = 15.0 * k as f64;
        let y = match chart.scale {
            Scale::Linear => area.bottom() - 12.0 - row,
            // Where nobody errs as much.
            Scale::Deviate => area.y + 20.0 + row,
        };
        let at = (area.right() - 8.0, y);
        let look = Type::new(11.0).fill(colour).anchor(Anchor::End).halo();
        canvas.text(at, look, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_of_the_tables() {
        for (share, x) in [
            (0.5, 0.0),
            (0.025, -1.959_964),
            (0.95, 1.644_854),
            (0.001, -3.090_232),
        ] {
            assert!((deviate(share) - x).abs() < 5e-4, "{share}");
        }
    }

    #[test]
    fn shares_have_ticks_of_their_own_and_none_at_all_is_not_drawn() {
        let chart = Chart {
            title: "",
            across: "",
            up: "%",
            scale: Scale::Deviate,
            series: Vec::new(),
        };
        assert_eq!(chart.on_scale((0.0, 0.1)), None);
        assert_eq!(chart.on_scale((0.1, 1.0)), None);
        assert!(chart.on_scale((0.5, 0.001)).is_some());
        let (low, high) = chart.range([0.003, 0.15].map(deviate).into_iter());
        let words: Vec<String> = (chart.ticks(low, high, "%").into_iter())
            .map(|tick| tick.1)
            .collect();
        assert_eq!(
            words,
            ["0.2 %", "0.5 %", "1 %", "2 %", "5 %", "10 %", "20 %"]
        );
    }
}
