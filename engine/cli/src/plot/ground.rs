//! The map: grid, sensors, shots, ellipses and how far a hundred metres are.

use shotfix_core::{ArrivalStatus, Enu, LocateReport, SensorIdx};

use super::canvas::{Anchor, Canvas, Rect, Type, short};
use super::labels::Labels;
use super::scale::{View, multiples, round_step, tick_words};
use super::{explained, marks, palette};
use crate::findings::Findings;
use crate::{ellipse, status};

/// The view that shows every sensor, incident and true place, and the ellipses as far as they
/// leave the rest readable.
pub(super) fn view(frame: Rect, report: &LocateReport, truth: &[Enu]) -> View {
    let sensors = report.array.sensors().iter().map(|s| s.position);
    let found = report.incidents.iter().map(|i| i.position);
    let mut points: Vec<Enu> = sensors.chain(found).chain(truth.iter().copied()).collect();
    let [west, east, south, north] = View::of_points(frame, &points).edges_m();
    // An ellipse of kilometres must not shrink the array to a dot: it may double the map.
    let (w, h) = ((east - west) / 2.0, (north - south) / 2.0);
    let outlines = report
        .incidents
        .iter()
        .flat_map(|i| ellipse::outline(i.position, &i.ellipse95, 32));
    points.extend(outlines.map(|p| {
        Enu::new(
            p.east_m.clamp(west - w, east + w),
            p.north_m.clamp(south - h, north + h),
            0.0,
        )
    }));
    View::of_points(frame, &points)
}

/// Metres between grid lines.
fn grid_step(view: &View) -> f64 {
    round_step(150.0 / view.px_per_m)
}

/// Grid lines without their coordinates.
pub(super) fn grid_lines(canvas: &mut Canvas, view: &View) {
    let step = grid_step(view);
    let [west, east, south, north] = view.edges_m();
    let line = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
    let f = view.frame;
    for value in multiples(west, east, step) {
        let (x, _) = view.px(Enu::new(value, south, 0.0));
        canvas.line((x, f.y), (x, f.bottom()), &line);
    }
    for value in multiples(south, north, step) {
        let (_, y) = view.px(Enu::new(west, value, 0.0));
        canvas.line((f.x, y), (f.right(), y), &line);
    }
}

/// The grid's coordinates inside the frame's lower and left edge.
pub(super) fn coordinates(canvas: &mut Canvas, view: &View) {
    let step = grid_step(view);
    let [west, east, south, north] = view.edges_m();
    let small = Type::new(10.0).fill(palette::MUTED).halo();
    let f = view.frame;
    for value in multiples(west, east, step) {
        let (x, _) = view.px(Enu::new(value, south, 0.0));
        if x > f.x + 50.0 && x < f.right() - 30.0 {
            let look = small.anchor(Anchor::Middle);
            canvas.text((x, f.bottom() - 5.0), look, &tick_words(value, step));
        }
    }
    for value in multiples(south, north, step) {
        let (_, y) = view.px(Enu::new(west, value, 0.0));
        if y > f.y + 12.0 && y < f.bottom() - 22.0 {
            canvas.text((f.x + 5.0, y - 3.0), small, &tick_words(value, step));
        }
    }
}

/// The first of `rooms` that covers none of `marks`; the first of all if every one does.
fn free_room<const N: usize>(rooms: [Rect; N], marks: &[(f64, f64)]) -> Rect {
    let free = |room: &Rect| {
        !marks
            .iter()
            .any(|(x, y)| room.overlaps(Rect::around(*x, *y, 7.0)))
    };
    rooms.into_iter().find(free).unwrap_or(rooms[0])
}

/// A bar of round length in a lower corner that hides no mark; the room it takes.
pub(super) fn scale_bar(
    canvas: &mut Canvas,
    view: &View,
    most_px: f64,
    marks: &[(f64, f64)],
) -> Rect {
    let length_m = round_step(most_px / view.px_per_m);
    let w = length_m * view.px_per_m;
    let words = format!("{} m", tick_words(length_m, length_m.min(1.0)));
    let room_w = w.max(Type::new(11.0).width(&words)) + 16.0;
    let f = view.frame;
    let room = |x, y| Rect::new(x, y, room_w, 30.0);
    let (left, right) = (f.x + 44.0, f.right() - room_w - 8.0);
    let rooms = [
        room(right, f.bottom() - 52.0),
        room(left, f.bottom() - 52.0),
        room(left, f.y + 8.0),
    ];
    let room = free_room(rooms, marks);
    canvas.rect(room, "fill=\"#ffffff\" fill-opacity=\"0.85\" rx=\"3\"");
    let (x, y) = (room.x + (room_w - w) / 2.0, room.bottom() - 6.0);
    let style = format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"",
        palette::INK
    );
    canvas.line((x, y), (x + w, y), &style);
    canvas.line((x, y - 5.0), (x, y), &style);
    canvas.line((x + w, y - 5.0), (x + w, y), &style);
    let look = Type::new(11.0).anchor(Anchor::Middle);
    canvas.text((x + w / 2.0, y - 8.0), look, &words);
    room
}

/// North, or the input's y where nothing says that y is north; the room it takes.
pub(super) fn north_arrow(
    canvas: &mut Canvas,
    view: &View,
    geodetic: bool,
    marks: &[(f64, f64)],
) -> Rect {
    let f = view.frame;
    let room = |x| Rect::new(x, f.y + 8.0, 38.0, 58.0);
    let rooms = [
        room(f.right() - 46.0),
        room(f.x + 44.0),
        room(f.x + f.w / 2.0),
    ];
    let room = free_room(rooms, marks);
    canvas.rect(room, "fill=\"#ffffff\" fill-opacity=\"0.85\" rx=\"3\"");
    let (x, y) = (room.x + 19.0, room.y + 20.0);
    let ink = format!("fill=\"{}\"", palette::INK);
    let tips = [
        (x, y),
        (x + 7.0, y + 30.0),
        (x, y + 24.0),
        (x - 7.0, y + 30.0),
    ];
    canvas.polygon(tips, &ink);
    let look = Type::new(13.0).bold().anchor(Anchor::Middle);
    canvas.text((x, y - 5.0), look, if geodetic { "N" } else { "y" });
    room
}

/// Thin lines from every shot to the sensors that placed it.
fn rays(canvas: &mut Canvas, view: &View, report: &LocateReport) {
    for incident in &report.incidents {
        // Many rounds lie on one another: together they are as strong as one.
        let opacity = (0.45 / incident.shots.len() as f64).max(0.04);
        let style = format!(
            "stroke=\"{}\" stroke-width=\"0.9\" stroke-opacity=\"{opacity:.3}\"",
            palette::USED
        );
        for shot in &incident.shots {
            for arrival in &shot.arrivals {
                if arrival.status == ArrivalStatus::Used {
                    let sensor = report.array.sensor(arrival.sensor);
                    canvas.line(view.px(shot.position), view.px(sensor.position), &style);
                }
            }
        }
    }
}

/// The letter of an incident, where there are several.
pub(super) fn letter(index: usize, of: usize) -> Option<String> {
    let letter = u8::try_from(index)
        .ok()
        .filter(|k| *k < 26)
        .map(|k| char::from(b'A' + k));
    match letter {
        _ if of < 2 => None,
        Some(letter) => Some(letter.to_string()),
        None => Some((index + 1).to_string()),
    }
}

/// Draws the map into `view`'s frame.
pub(super) fn draw(canvas: &mut Canvas, view: &View, findings: &Findings<'_>, truth: &[Enu]) {
    let report = findings.report;
    let f = view.frame;
    canvas.rect(f, &format!("fill=\"{}\"", palette::GROUND));
    let mut labels = Labels::new(f);
    canvas.clipped(f, |canvas| {
        grid_lines(canvas, view);
        coordinates(canvas, view);
        rays(canvas, view, report);
        for incident in &report.incidents {
            marks::ellipse95(canvas, view, incident.position, &incident.ellipse95);
        }
        for k in 0..report.incidents.len() {
            explained::draw(canvas, view, findings, k);
        }
        for shot in report.incidents.iter().flat_map(|i| &i.shots) {
            marks::shot(canvas, view.px(shot.position), 3.5);
        }
        for (k, sensor) in report.array.sensors().iter().enumerate() {
            let status = status::over_all(&report.incidents, SensorIdx(k));
            let (x, y) = view.px(sensor.position);
            marks::status(canvas, (x, y), 6.0, status);
            labels.keep_free(Rect::around(x, y, 6.0));
        }
        for incident in &report.incidents {
            let (x, y) = view.px(incident.position);
            marks::incident(canvas, (x, y), 11.0);
            labels.keep_free(Rect::around(x, y, 11.0));
        }
        for p in truth {
            let (x, y) = view.px(*p);
            marks::truth(canvas, (x, y), 5.0);
            labels.keep_free(Rect::around(x, y, 5.0));
        }
    });
    let sensors = report.array.sensors().iter().map(|s| s.position);
    let found = report.incidents.iter().map(|i| i.position);
    let marks: Vec<(f64, f64)> = sensors
        .chain(found)
        .chain(truth.iter().copied())
        .map(|p| view.px(p))
        .collect();
    labels.keep_free(scale_bar(canvas, view, 160.0, &marks));
    let geodetic = report.array.frame().is_some();
    labels.keep_free(north_arrow(canvas, view, geodetic, &marks));
    // The coordinates along two edges.
    labels.keep_free(Rect::new(f.x, f.bottom() - 18.0, f.w, 18.0));
    for (k, incident) in report.incidents.iter().enumerate() {
        if let Some(letter) = letter(k, report.incidents.len()) {
            let look = Type::new(17.0).bold().fill(palette::FIX).halo();
            labels.put(canvas, view.px(incident.position), 11.0, look, &letter);
        }
    }
    for sensor in report.array.sensors() {
        let look = Type::new(11.5).halo();
        labels.put(
            canvas,
            view.px(sensor.position),
            6.0,
            look,
            &short(&sensor.id, 18),
        );
    }
    canvas.frame(f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_huge_ellipse_does_not_shrink_the_array_to_a_dot() {
        let frame = Rect::new(0.0, 0.0, 800.0, 500.0);
        let mut report = fixture::town_report();
        let before = view(frame, &report, &[]).px_per_m;
        report.incidents[0].ellipse95.semi_major_m = 1e6;
        let after = view(frame, &report, &[]).px_per_m;
        assert!(after > before / 3.0, "{before} {after}");
    }

    #[test]
    fn incidents_have_letters_only_in_company() {
        assert_eq!(letter(0, 1), None);
        assert_eq!(letter(1, 2).as_deref(), Some("B"));
        assert_eq!(letter(26, 30).as_deref(), Some("27"));
    }
}
