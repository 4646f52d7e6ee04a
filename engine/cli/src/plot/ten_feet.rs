//! Shots within ten feet after so many events, and what a calibration is worth so far away.

use std::path::Path;

use shotfix_benches::city_trial::{DistanceRow, TenFeetRow};

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::raster::Kind;
use super::{PlotError, palette};

const WIDTH: f64 = 1100.0;
const HEIGHT: f64 = 470.0;
const AREA: Rect = Rect::new(70.0, 70.0, 560.0, 320.0);
const GAIN: Rect = Rect::new(730.0, 70.0, 330.0, 320.0);
/// Colours of what is known of paths, in the order of the table.
const WAYS: [&str; 3] = [palette::MUTED, palette::USED, palette::FIX];

/// Draws both tables of the study of cities into `path`, PNG or SVG by its ending.
///
/// # Errors
/// [`PlotError::Ending`] before anything is drawn, [`PlotError::Io`] when the file cannot be written.
pub fn plot_ten_feet(
    ten_feet: &[TenFeetRow],
    distance: &[DistanceRow],
    path: &Path,
) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    shares(&mut canvas, ten_feet);
    gains(&mut canvas, distance);
    kind.save(canvas.finish(), path)
}

/// A panel for each density: share against events, one line for each way, the bound dashed.
fn shares(canvas: &mut Canvas, rows: &[TenFeetRow]) {
    canvas.text(
        (AREA.x, 32.0),
        Type::new(15.0).bold(),
        "Shots within 3.05 m (10 ft)",
    );
    let (mut densities, mut ways, mut steps) = (vec![], vec![], vec![]);
    for row in rows {
        if !densities.contains(&row.density_per_km2) {
            densities.push(row.density_per_km2);
        }
        if !ways.contains(&row.way) {
            ways.push(row.way);
        }
        if !steps.contains(&row.after_events) {
            steps.push(row.after_events);
        }
    }
    let small = Type::new(11.0).fill(palette::MUTED);
    let n = densities.len().max(1) as f64;
    let width = (AREA.w - 16.0 * (n - 1.0)) / n;
    for (panel, density) in densities.iter().enumerate() {
        let r = Rect::new(
            AREA.x + panel as f64 * (width + 16.0),
            AREA.y,
            width,
            AREA.h,
        );
        // From 50 % up; less is drawn at the bottom.
        let y = |share: f64| r.bottom() - ((share - 0.5) / 0.5).clamp(0.0, 1.0) * r.h;
        let x =
            |step: usize| r.x + 22.0 + (r.w - 44.0) * step as f64 / (steps.len().max(2) - 1) as f64;
        percents(canvas, r, y, panel == 0);
        canvas.text(
            (r.x, r.y - 8.0),
            Type::new(12.0),
            &format!("{density} sensors per km²"),
        );
        for (step, events) in steps.iter().enumerate() {
            let at = (x(step), r.bottom() + 16.0);
            canvas.text(at, small.anchor(Anchor::Middle), &events.to_string());
        }
        for (way, colour) in ways.iter().zip(WAYS) {
            let of = |value: fn(&TenFeetRow) -> Option<f64>| -> Vec<(f64, f64)> {
                let mine = rows
                    .iter()
                    .filter(|r| r.way == *way && r.density_per_km2 == *density);
                (mine.enumerate())
                    .filter_map(|(step, row)| Some((x(step), y(value(row)?))))
                    .collect()
            };
            let line = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"");
            let dashed = format!("{line} stroke-dasharray=\"4 4\" opacity=\"0.6\"");
            canvas.polyline(of(|r| r.bound_within_3_05_m), &dashed);
            let found = of(|r| r.within_3_05_m);
            for at in &found {
                canvas.circle(*at, 3.5, &format!("fill=\"{colour}\""));
            }
            canvas.polyline(found, &line);
        }
    }
    let middle = (AREA.x + 0.5 * AREA.w, AREA.bottom() + 34.0);
    canvas.text(
        middle,
        small.anchor(Anchor::Middle),
        "events located before",
    );
    let mut at = AREA.x;
    for (way, colour) in ways.iter().zip(WAYS) {
        let y = HEIGHT - 18.0;
        canvas.line(
            (at, y),
            (at + 18.0, y),
            &format!("stroke=\"{colour}\" stroke-width=\"2\""),
        );
        let look = Type::new(12.0);
        canvas.text_at_middle((at + 24.0, y), look, way);
        at += 24.0 + look.width(way) + 22.0;
    }
    canvas.text_at_middle(
        (at, HEIGHT - 18.0),
        small,
        "dashed: bound with the locator's priors",
    );
}

/// Frame, grid and, where asked for, names of 50 to 100 %.
fn percents(canvas: &mut Canvas, r: Rect, y: impl Fn(f64) -> f64, named: bool) {
    let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::End);
    for percent in [50, 60, 70, 80, 90, 100] {
        let y = y(f64::from(percent) / 100.0);
        canvas.line(
            (r.x, y),
            (r.right(), y),
            &format!("stroke=\"{}\"", palette::GRID),
        );
        if named {
            canvas.text_at_middle((r.x - 8.0, y), look, &format!("{percent} %"));
        }
    }
    canvas.frame(r);
}

/// Root mean square error over that without calibration, against distance.
fn gains(canvas: &mut Canvas, rows: &[DistanceRow]) {
    canvas.text(
        (GAIN.x, 32.0),
        Type::new(15.0).bold(),
        "RMS error with one calibration",
    );
    canvas.text(
        (GAIN.x, GAIN.y - 8.0),
        Type::new(12.0),
        "over that without, by distance of the calibrated place",
    );
    let small = Type::new(11.0).fill(palette::MUTED);
    let y = |ratio: f64| GAIN.bottom() - (ratio / 1.2).clamp(0.0, 1.0) * GAIN.h;
    for tenths in [0, 2, 4, 6, 8, 10, 12] {
        let ratio = f64::from(tenths) / 10.0;
        let strong = if tenths == 10 {
            palette::INK
        } else {
            palette::GRID
        };
        canvas.line(
            (GAIN.x, y(ratio)),
            (GAIN.right(), y(ratio)),
            &format!("stroke=\"{strong}\""),
        );
        canvas.text_at_middle(
            (GAIN.x - 8.0, y(ratio)),
            small.anchor(Anchor::End),
            &format!("{ratio:.1}"),
        );
    }
    canvas.frame(GAIN);
    let x = |k: usize| GAIN.x + 24.0 + (GAIN.w - 48.0) * k as f64 / (rows.len().max(2) - 1) as f64;
    let points: Vec<(f64, f64)> = (rows.iter().enumerate())
        .filter_map(|(k, row)| Some((x(k), y(row.rms_ratio?))))
        .collect();
    for (k, row) in rows.iter().enumerate() {
        let at = (x(k), GAIN.bottom() + 16.0);
        canvas.text(
            at,
            small.anchor(Anchor::Middle),
            &format!("{} m", row.distance_m),
        );
    }
    for at in &points {
        canvas.circle(*at, 4.0, &format!("fill=\"{}\"", palette::USED));
    }
    canvas.polyline(
        points,
        &format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"2\"",
            palette::USED
        ),
    );
}
