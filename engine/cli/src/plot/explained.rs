//! What is known beyond places, on the map: the way of a bullet and of a source that moves; and what was asked of the shots: regions of
//! probability, the place without each sensor, and other places.

use shotfix_core::Enu;
use shotfix_core::solve::Region;

use super::canvas::{Canvas, Type};
use super::scale::View;
use super::{marks, palette};
use crate::findings::Findings;

/// Less probable places are told in words only.
const LEAST: f64 = 0.02;

/// Every other place worth drawing.
pub(super) fn places<'a>(findings: &'a Findings<'_>) -> impl Iterator<Item = Enu> + 'a {
    let incidents = findings.report.incidents.iter().enumerate();
    incidents.flat_map(move |(n, incident)| {
        (0..incident.shots.len())
            .filter_map(move |k| findings.explanation(n, k))
            .flat_map(|e| &e.alternatives)
            .filter(|a| a.probability >= LEAST)
            .map(|a| a.position)
    })
}

/// Draws what is known beyond the report of the shots of one incident.
pub(super) fn draw(canvas: &mut Canvas, view: &View, findings: &Findings<'_>, incident: usize) {
    let found = &findings.report.incidents[incident];
    let shots = &found.shots;
    let motion = (found.motion).or(found.track.map(|track| track.motion));
    if let (Some(motion), Some(last)) = (motion, shots.last()) {
        let (x, y) = view.px(last.position);
        let azimuth_deg = motion.azimuth_deg().mean;
        arrow(canvas, (x, y), azimuth_deg, palette::FIX);
        let look = Type::new(11.0).fill(palette::FIX).bold().halo();
        let (sin, cos) = azimuth_deg.to_radians().sin_cos();
        let words = format!("{:.0} m/s", motion.speed_m_s().mean);
        canvas.text_at_middle((x + 62.0 * sin + 6.0, y - 62.0 * cos), look, &words);
    }
    for (k, shot) in shots.iter().enumerate() {
        if let Some(map) = findings.map(incident, k) {
            region(canvas, view, &map.region95, 0.10);
            region(canvas, view, &map.region50, 0.18);
        }
        if let Some(flight) = &shot.trajectory {
            arrow(
                canvas,
                view.px(shot.position),
                flight.azimuth_deg,
                palette::INK,
            );
        }
        let Some(explanation) = findings.explanation(incident, k) else {
            continue;
        };
        let here = view.px(shot.position);
        let line = format!(
            "stroke=\"{}\" stroke-width=\"0.8\" stroke-opacity=\"0.7\"",
            palette::MUTED
        );
        for without in explanation.accounts.iter().filter_map(|a| a.without) {
            let moved = view.px(Enu::new(
                shot.position.east_m + without.east_m,
                shot.position.north_m + without.north_m,
                shot.position.up_m,
            ));
            canvas.line(here, moved, &line);
            canvas.circle(moved, 2.0, &format!("fill=\"{}\"", palette::MUTED));
        }
        for other in &explanation.alternatives {
            if other.probability >= LEAST {
                let (x, y) = view.px(other.position);
                marks::alternative(canvas, (x, y), 7.0);
                let look = Type::new(11.0).fill(palette::REJECTED).bold().halo();
                let words = format!("{:.0} %", 100.0 * other.probability);
                canvas.text_at_middle((x + 11.0, y), look, &words);
            }
        }
    }
}

/// An arrow the way a bullet went or a source goes.
fn arrow(canvas: &mut Canvas, (x, y): (f64, f64), azimuth_deg: f64, colour: &str) {
    const LENGTH: f64 = 46.0;
    let (sin, cos) = azimuth_deg.to_radians().sin_cos();
    let at =
        |along: f64, aside: f64| (x + along * sin + aside * cos, y - along * cos + aside * sin);
    let style = format!("stroke=\"{colour}\" stroke-width=\"2\"");
    canvas.line(at(14.0, 0.0), at(LENGTH, 0.0), &style);
    let fill = format!("fill=\"{colour}\"");
    canvas.polygon(
        [at(LENGTH + 10.0, 0.0), at(LENGTH, 4.5), at(LENGTH, -4.5)],
        &fill,
    );
}

fn region(canvas: &mut Canvas, view: &View, region: &Region, opacity: f64) {
    let px = |ring: &Vec<[f64; 2]>| -> Vec<(f64, f64)> {
        let each = ring.iter().map(|[e, n]| view.px(Enu::new(*e, *n, 0.0)));
        each.collect()
    };
    let rings: Vec<Vec<(f64, f64)>> = region
        .polygons
        .iter()
        .flat_map(|p| std::iter::once(&p.outer).chain(&p.holes))
        .map(px)
        .collect();
    let style = format!(
        "fill=\"{0}\" fill-opacity=\"{opacity}\" stroke=\"{0}\" stroke-width=\"1\" \
         stroke-opacity=\"0.6\"",
        palette::REJECTED
    );
    canvas.rings(&rings, &style);
}
