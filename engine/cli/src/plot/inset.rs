//! The place itself, enlarged: shots, ellipses and the ten feet that the fix aims at.

use shotfix_core::{Enu, Incident};

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::ground::scale_bar;
use super::labels::Labels;
use super::scale::View;
use super::{explained, marks, palette};
use crate::findings::Findings;

/// Ten feet: the accuracy a shot is promised with.
pub(super) const TEN_FEET_M: f64 = 3.048;

/// The true place nearest to the incident, if one is near enough to be its own.
pub(super) fn nearest_truth(incident: &Incident, truth: &[Enu]) -> Option<(Enu, f64)> {
    truth
        .iter()
        .map(|p| (*p, p.horizontal_distance_m(incident.position)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The view around one incident: its ellipse, its shots, ten feet, and the truth if it is near.
pub(super) fn view(frame: Rect, incident: &Incident, truth: &[Enu]) -> View {
    let reach_m = incident
        .shots
        .iter()
        .map(|shot| shot.position.horizontal_distance_m(incident.position) * 1.1)
        .chain([incident.ellipse95.semi_major_m * 1.25, TEN_FEET_M * 1.35])
        .fold(0.0, f64::max);
    let reach_m = match nearest_truth(incident, truth) {
        Some((_, away_m)) if away_m < 4.0 * reach_m => reach_m.max(away_m * 1.2),
        _ => reach_m,
    };
    View::new(frame, incident.position, reach_m, reach_m)
}

/// Whether the inset shows more than the map does.
pub(super) fn is_worth_it(inset: &View, map: &View) -> bool {
    inset.px_per_m > 1.5 * map.px_per_m
}

/// Draws the inset of one incident of the findings; `name` is its letter.
pub(super) fn draw(
    canvas: &mut Canvas,
    view: &View,
    (findings, index): (&Findings<'_>, usize),
    truth: &[Enu],
    name: Option<&str>,
) {
    let incident = &findings.report.incidents[index];
    let f = view.frame;
    canvas.rect(f, &format!("fill=\"{}\"", palette::GROUND));
    let mut labels = Labels::new(f);
    canvas.clipped(f, |canvas| {
        marks::ellipse95(canvas, view, incident.position, &incident.ellipse95);
        marks::ellipse50(
            canvas,
            view,
            incident.position,
            &incident.ellipse95.of_half(),
        );
        for shot in &incident.shots {
            // One shot's ellipse is the incident's: two lines on each other say nothing.
            if incident.shots.len() > 1 {
                marks::shot_ellipse95(canvas, view, shot.position, &shot.ellipse95);
            }
        }
        explained::draw(canvas, view, findings, index);
        let centre = view.px(incident.position);
        let ten_feet_px = TEN_FEET_M * view.px_per_m;
        if ten_feet_px > 4.0 {
            canvas.circle(centre, ten_feet_px, marks::TEN_FEET);
        }
        labels.keep_free(Rect::around(centre.0, centre.1, 11.0));
        for shot in &incident.shots {
            let at = view.px(shot.position);
            marks::shot(canvas, at, 5.5);
            labels.keep_free(Rect::around(at.0, at.1, 5.5));
        }
        marks::incident(canvas, centre, 11.0);
        for p in truth {
            marks::truth(canvas, view.px(*p), 6.0);
            let (x, y) = view.px(*p);
            labels.keep_free(Rect::around(x, y, 6.0));
        }
        if incident.shots.len() > 1 {
            for (k, shot) in incident.shots.iter().enumerate() {
                let look = Type::new(11.0).bold().halo();
                let at = view.px(shot.position);
                labels.put(canvas, at, 6.0, look, &(k + 1).to_string());
            }
        }
    });
    let marks: Vec<(f64, f64)> = incident
        .shots
        .iter()
        .map(|shot| view.px(shot.position))
        .collect();
    scale_bar(canvas, view, f.w / 4.0, &marks);
    if let Some(name) = name {
        let look = Type::new(17.0).bold().fill(palette::FIX).halo();
        canvas.text((f.x + 9.0, f.y + 21.0), look, name);
    }
    if let Some((_, away_m)) = nearest_truth(incident, truth) {
        let words = format!("{away_m:.1} m from the truth");
        let look = Type::new(11.5).fill(palette::TRUTH).bold().halo();
        let corner = (f.right() - 9.0, f.y + 18.0);
        canvas.text(corner, look.anchor(Anchor::End), &words);
    }
    canvas.frame(f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn shows_ten_feet_even_around_a_tiny_ellipse() {
        let report = fixture::anonymous_report();
        let frame = Rect::new(0.0, 0.0, 300.0, 300.0);
        let view = view(frame, &report.incidents[0], &[]);
        assert!(TEN_FEET_M * view.px_per_m < 150.0);
        assert!(TEN_FEET_M * view.px_per_m > 100.0);
    }

    #[test]
    fn a_far_truth_does_not_spoil_the_zoom() {
        let report = fixture::anonymous_report();
        let frame = Rect::new(0.0, 0.0, 300.0, 300.0);
        let alone = view(frame, &report.incidents[0], &[]);
        let far = view(frame, &report.incidents[0], &[Enu::default()]);
        assert_eq!(alone.px_per_m, far.px_per_m);
    }
}
