//! When each sensor heard an incident, nearest sensor on top, and how well that fits.

use shotfix_core::{Array, ArrivalStatus, Incident, SensorIdx, ShotArrival};

use super::canvas::{Anchor, Canvas, Rect, Type, short};
use super::scale::{multiples, round_step, tick_words};
use super::{marks, palette};

/// Height of a sensor's row.
const ROW: f64 = 18.0;
/// More rows than this make a picture nobody reads; the nearest are kept.
const MOST_ROWS: usize = 40;
/// Title above and axis below the rows.
const HEAD: f64 = 44.0;
const FOOT: f64 = 40.0;

/// The incident's sensors by distance, at most [`MOST_ROWS`].
fn rows(array: &Array, incident: &Incident) -> Vec<(SensorIdx, f64)> {
    let mut seen = std::collections::BTreeSet::new();
    for arrival in incident.shots.iter().flat_map(|shot| &shot.arrivals) {
        seen.insert(arrival.sensor);
    }
    let mut rows: Vec<(SensorIdx, f64)> = seen
        .into_iter()
        .map(|k| {
            let place = array.sensor(k).position;
            (k, place.horizontal_distance_m(incident.position))
        })
        .collect();
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    rows.truncate(MOST_ROWS);
    rows
}

/// Height of the panel that [`draw`] needs for these incidents.
pub(super) fn height(array: &Array, incidents: &[Incident]) -> f64 {
    let most = incidents
        .iter()
        .map(|i| rows(array, i).len())
        .max()
        .unwrap_or(0);
    HEAD + FOOT + ROW * most as f64
}

/// The axis of one incident's panel: pixels of seconds after its first shot.
struct Axis {
    x: f64,
    w: f64,
    low_s: f64,
    high_s: f64,
}

impl Axis {
    /// From the first shot to the last arrival of the sensors in `rows`.
    fn new(x: f64, w: f64, incident: &Incident, rows: &[(SensorIdx, f64)]) -> Self {
        let times = incident.shots.iter().flat_map(|shot| {
            let heard = shot
                .arrivals
                .iter()
                .filter(|a| rows.iter().any(|row| row.0 == a.sensor))
                .map(|a| a.time);
            heard.chain([shot.time])
        });
        let (low, high) = times
            .map(|t| t.since(incident.time).0)
            .fold((0.0_f64, 0.1_f64), |(l, h), t| (l.min(t), h.max(t)));
        // Room for a mark on the left and for the last residual on the right.
        let (left_px, right_px) = (12.0, 58.0);
        let s_per_px = (high - low) / (w - left_px - right_px).max(1.0);
        Self {
            x,
            w,
            low_s: low - left_px * s_per_px,
            high_s: high + right_px * s_per_px,
        }
    }

    fn px(&self, t_s: f64) -> f64 {
        self.x + (t_s - self.low_s) / (self.high_s - self.low_s) * self.w
    }
}

/// `+1.7`, `−0.3`, `+187`: milliseconds with the digits that matter.
fn ms_words(residual_s: f64) -> String {
    let ms = residual_s * 1e3;
    let words = if ms.abs() < 99.95 {
        format!("{ms:+.1}")
    } else {
        format!("{ms:+.0}")
    };
    words.replace('-', "−")
}

/// The marks of one row: each with its residual where all fit, else one value for the row.
fn row(canvas: &mut Canvas, axis: &Axis, y: f64, marks: &[(f64, &ShotArrival)]) {
    let look = |status: ArrivalStatus| {
        Type::new(10.0).halo().fill(match status {
            ArrivalStatus::Used => palette::MUTED,
            status => palette::of_status(status),
        })
    };
    let words: Vec<Option<String>> = marks
        .iter()
        .map(|(_, a)| a.residual.map(|r| ms_words(r.0)))
        .collect();
    let px: Vec<f64> = marks.iter().map(|mark| axis.px(mark.0)).collect();
    let fits = px.windows(2).zip(&words).all(|(pair, words)| {
        let width = words
            .as_ref()
            .map_or(0.0, |w| look(ArrivalStatus::Used).width(w) + 8.0);
        pair[0] + width < pair[1] - 5.0
    });
    for ((x, (_, arrival)), words) in px.iter().zip(marks).zip(&words) {
        let radius = if fits { 4.2 } else { 3.2 };
        marks::status(canvas, (*x, y), radius, Some(arrival.status));
        if let (true, Some(words)) = (fits, words) {
            canvas.text_at_middle((x + 7.0, y), look(arrival.status), words);
        }
    }
    let squares: Vec<f64> = marks
        .iter()
        .filter_map(|(_, a)| a.residual.map(|r| r.0 * r.0))
        .collect();
    if let (false, false, Some(x), Some((_, last))) =
        (fits, squares.is_empty(), px.last(), marks.last())
    {
        let rms_s = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        let words = format!("rms {}", ms_words(rms_s).trim_start_matches('+'));
        canvas.text_at_middle((x + 7.0, y), look(last.status), &words);
    }
}

/// Draws the panel of one incident into `area`, whose height [`height`] gave.
pub(super) fn draw(
    canvas: &mut Canvas,
    area: Rect,
    array: &Array,
    incident: &Incident,
    name: Option<&str>,
) {
    let rows = rows(array, incident);
    let name_look = Type::new(11.5);
    let labels: Vec<(String, String)> = rows
        .iter()
        .map(|(k, away_m)| (short(&array.sensor(*k).id, 18), format!("{away_m:.0} m")))
        .collect();
    let widest = |of: fn(&(String, String)) -> &str, look: Type| {
        labels.iter().map(|l| look.width(of(l))).fold(0.0, f64::max)
    };
    let far_look = Type::new(10.5).fill(palette::MUTED).anchor(Anchor::End);
    let names_w = widest(|l| &l.0, name_look);
    let gutter = names_w + widest(|l| &l.1, far_look) + 26.0;
    let axis = Axis::new(area.x + gutter, area.w - gutter, incident, &rows);
    let title = match name {
        Some(name) => format!("Arrivals of {name}"),
        None => "Arrivals".to_owned(),
    };
    let title_look = Type::new(14.0).bold();
    canvas.text((area.x, area.y + 14.0), title_look, &title);
    let plot = Rect::new(axis.x, area.y + HEAD, axis.w, ROW * rows.len() as f64);
    let heard_by = incident
        .shots
        .iter()
        .map(|shot| shot.arrivals.len())
        .max()
        .unwrap_or(0);
    let about = Type::new(11.5).fill(palette::MUTED);
    let long = if heard_by > rows.len() {
        format!(
            "seconds after the first shot, the nearest {} of {heard_by} sensors; residuals in ms",
            rows.len()
        )
    } else {
        "seconds after the first shot, nearest sensor on top; residuals in ms".to_owned()
    };
    let about_x = area.x + title_look.width(&title) + 12.0;
    let words = if about_x + about.width(&long) < area.right() {
        long.as_str()
    } else {
        "residuals in ms"
    };
    canvas.text((about_x, area.y + 14.0), about, words);

    for k in (0..rows.len()).step_by(2) {
        let stripe = Rect::new(area.x, plot.y + ROW * k as f64, area.w, ROW);
        canvas.rect(stripe, &format!("fill=\"{}\"", palette::GROUND));
    }
    let step = round_step((axis.high_s - axis.low_s) / axis.w * 110.0);
    let line = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
    for t in multiples(axis.low_s, axis.high_s, step) {
        let x = axis.px(t);
        canvas.line((x, plot.y), (x, plot.bottom() + 4.0), &line);
        let look = Type::new(10.5).fill(palette::MUTED).anchor(Anchor::Middle);
        let words = format!("{} s", tick_words(t, step));
        if x + look.width(&words) / 2.0 < area.right() {
            canvas.text((x, plot.bottom() + 17.0), look, &words);
        }
    }
    let shots_px: Vec<f64> = incident
        .shots
        .iter()
        .map(|shot| axis.px(shot.time.since(incident.time).0))
        .collect();
    for (k, &x) in shots_px.iter().enumerate() {
        let style = format!(
            "stroke=\"{}\" stroke-width=\"1.2\" stroke-dasharray=\"3 3\"",
            palette::SHOT
        );
        canvas.line((x, plot.y - 4.0), (x, plot.bottom()), &style);
        marks::shot(canvas, (x, plot.y - 8.0), 4.0);
        let look = Type::new(10.5).bold();
        let words = (k + 1).to_string();
        let next = shots_px.get(k + 1).copied().unwrap_or(f64::MAX);
        if shots_px.len() > 1 && x + 12.0 + look.width(&words) < next {
            canvas.text_at_middle((x + 7.0, plot.y - 8.0), look, &words);
        }
    }
    for (k, ((sensor, _), (name, far))) in rows.iter().zip(&labels).enumerate() {
        let y = plot.y + ROW * (k as f64 + 0.5);
        canvas.text_at_middle((area.x + 4.0, y), name_look, name);
        canvas.text_at_middle((axis.x - 10.0, y), far_look, far);
        let mut heard: Vec<(f64, &ShotArrival)> = incident
            .shots
            .iter()
            .flat_map(|shot| &shot.arrivals)
            .filter(|a| a.sensor == *sensor)
            .map(|a| (a.time.since(incident.time).0, a))
            .collect();
        heard.sort_by(|a, b| a.0.total_cmp(&b.0));
        row(canvas, &axis, y, &heard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn rows_are_the_nearest_sensors_first() {
        let report = fixture::town_report();
        let rows = rows(&report.array, &report.incidents[0]);
        assert_eq!(rows.len(), 12);
        assert!(rows.windows(2).all(|w| w[0].1 <= w[1].1));
        // N10 at (190, 160) is the nearest to (120, 55).
        assert_eq!(rows[0].0, SensorIdx(9));
    }

    #[test]
    fn every_arrival_lies_on_the_axis() {
        let report = fixture::town_report();
        let incident = &report.incidents[0];
        let axis = Axis::new(100.0, 900.0, incident, &rows(&report.array, incident));
        for arrival in incident.shots.iter().flat_map(|s| &s.arrivals) {
            let x = axis.px(arrival.time.since(incident.time).0);
            assert!((100.0..=1000.0).contains(&x));
        }
    }
}
