//! The map of a scene.

use shotfix_core::Enu;
use shotfix_simulator::Scene;

use super::ways::{self, Way};
use super::{city, enu, relief};
use crate::plot::canvas::{Canvas, Rect, Type, short};
use crate::plot::labels::Labels;
use crate::plot::scale::View;
use crate::plot::{PlotError, ground, marks, palette};

const SENSOR: f64 = 6.5;
const SHOT: f64 = 7.0;
const SOUND: f64 = 6.0;

/// Draws the map into `frame`; the names of the sensors in `shown` stand out.
pub(super) fn draw(
    canvas: &mut Canvas,
    frame: Rect,
    scene: &Scene,
    ways: &[Way],
    shown: &[usize],
) -> Result<(), PlotError> {
    let sensors: Vec<Enu> = scene.sensors().iter().map(|s| enu(s.position)).collect();
    let shots: Vec<Enu> = scene.shots().iter().map(|s| enu(s.position)).collect();
    let sounds = sounds(scene);
    let points: Vec<Enu> = sensors.iter().chain(&shots).copied().collect();
    let [west, east, south, north] = View::of_points(frame, &points).edges_m();
    // Thunder miles off must not shrink the array to a dot: what is shown may double the map.
    let (w, h) = (0.5 * (east - west), 0.5 * (north - south));
    let others = sounds.iter().map(|(place, _)| *place).filter(|place| {
        (west - w..east + w).contains(&place.east_m)
            && (south - h..north + h).contains(&place.north_m)
    });
    let points: Vec<Enu> = sensors
        .iter()
        .chain(&shots)
        .copied()
        .chain(others)
        .collect();
    let view = View::of_points(frame, &points);
    canvas.rect(frame, &format!("fill=\"{}\"", palette::GROUND));
    let mut labels = Labels::new(frame);
    let mut relief = Ok(());
    for (from, to) in ways::legs(&view, ways) {
        labels.avoid_line(from, to);
    }
    canvas.clipped(frame, |canvas| {
        relief = relief::draw(canvas, &view, scene);
        ground::grid_lines(canvas, &view);
        city::draw(canvas, &view, scene);
        ways::draw(canvas, &view, ways);
        for sensor in &sensors {
            let (x, y) = view.px(*sensor);
            marks::status(canvas, (x, y), SENSOR, None);
            labels.keep_free(Rect::around(x, y, SENSOR));
        }
        for sound in &sounds {
            let (x, y) = view.px(sound.0);
            marks::sound(canvas, (x, y), SOUND);
            labels.keep_free(Rect::around(x, y, SOUND));
        }
        for shot in &shots {
            let (x, y) = view.px(*shot);
            marks::shot(canvas, (x, y), SHOT);
            labels.keep_free(Rect::around(x, y, SHOT));
        }
        ground::coordinates(canvas, &view);
    });
    relief?;
    let taken: Vec<(f64, f64)> = points.iter().map(|point| view.px(*point)).collect();
    labels.keep_free(ground::scale_bar(canvas, &view, 160.0, &taken));
    labels.keep_free(ground::north_arrow(canvas, &view, true, &taken));
    // The coordinates along two edges.
    labels.keep_free(Rect::new(frame.x, frame.bottom() - 18.0, frame.w, 18.0));
    for (idx, sensor) in scene.sensors().iter().enumerate() {
        let look = match shown.contains(&idx) {
            true => Type::new(12.5).bold().halo(),
            false => Type::new(11.5).halo(),
        };
        labels.put(
            canvas,
            view.px(sensors[idx]),
            SENSOR,
            look,
            &short(&sensor.id, 18),
        );
    }
    for sound in &sounds {
        let look = Type::new(10.5).fill(palette::REJECTED).halo();
        let words = sound.1.replace('_', " ");
        labels.put(canvas, view.px(sound.0), SOUND, look, &words);
    }
    canvas.frame(frame);
    Ok(())
}

/// Each place and kind once: a hammer strikes thirty times.
fn sounds(scene: &Scene) -> Vec<(Enu, &'static str)> {
    let mut sounds: Vec<(Enu, &'static str)> = Vec::new();
    for sound in scene.sounds() {
        let entry = (enu(sound.position), sound.kind);
        if !sounds.contains(&entry) {
            sounds.push(entry);
        }
    }
    sounds
}
