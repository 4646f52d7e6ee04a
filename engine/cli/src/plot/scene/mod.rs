//! The picture of a scene: a map with the ways of the sound, and what some sensors hear.

mod city;
mod key;
mod map;
mod relief;
mod strips;
mod ways;

use std::path::Path;

use shotfix_core::Enu;
use shotfix_simulator::{Point, Scene};

use super::canvas::{Canvas, Rect, Type, short};
use super::raster::Kind;
use super::{PlotError, palette};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 40.0;
/// Layouts are squares more often than not.
const MAP_SIDE: f64 = 640.0;
const MAP_TOP: f64 = 124.0;
/// Room for the frequencies between map and strips.
const GAP: f64 = 76.0;
/// Room for the scale of colours right of the strips.
const COLOURS: f64 = 64.0;

/// Draws `scene` into the file `path`, PNG or SVG by its ending: buildings and ground, sensors,
/// shots, other sounds and the ways from the first places of shots to the sensors; beside it
/// spectrograms of the nearest, a middle and the farthest sensor with the true first arrivals.
///
/// Plays the scene for those three sensors, as far as it is shown.
///
/// # Errors
/// [`PlotError::Ending`] before anything is drawn, [`PlotError::Io`] when the file cannot be
/// written.
pub fn plot_scene(scene: &Scene, path: &Path) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    kind.save(svg(scene)?, path)
}

/// The frames of the simulator and of the pictures are the same.
fn enu(place: Point) -> Enu {
    Enu::new(place.east, place.north, place.up)
}

/// `12 sensors`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn about(scene: &Scene) -> String {
    let air = scene.atmosphere();
    let wind = air.wind_east_m_s.hypot(air.wind_north_m_s);
    let mut parts = vec![
        count(scene.sensors().len(), "sensor"),
        count(scene.shots().len(), "shot"),
    ];
    match scene.sounds().len() {
        0 => {}
        n => parts.push(count(n, "other sound")),
    }
    if let Some(city) = scene.city() {
        parts.push(count(city.buildings().len(), "building"));
    }
    parts.push(format!("{:.0} °C, wind {wind:.1} m/s", air.temperature_c));
    parts.push(format!("seed {}", scene.seed()));
    parts.join("  ·  ")
}

fn svg(scene: &Scene) -> Result<String, PlotError> {
    let legend_y = MAP_TOP + MAP_SIDE + 26.0;
    let mut canvas = Canvas::new(WIDTH, legend_y + 58.0);
    let title = match scene.description() {
        "" => scene.name().to_owned(),
        said => format!("{}: {said}", scene.name()),
    };
    canvas.text((MARGIN, 52.0), Type::new(22.0).bold(), &short(&title, 92));
    let small = Type::new(13.5).fill(palette::MUTED);
    canvas.text((MARGIN, 76.0), small, &about(scene));

    let map = Rect::new(MARGIN, MAP_TOP, MAP_SIDE, MAP_SIDE);
    let left = map.right() + GAP;
    let right = Rect::new(left, MAP_TOP, WIDTH - MARGIN - COLOURS - left, MAP_SIDE);
    let shown = strips::choose(scene);
    let ways = ways::of(scene);
    panel(
        &mut canvas,
        map,
        "a",
        "Sensors, shots and the ways of the sound",
    );
    map::draw(&mut canvas, map, scene, &ways, &shown)?;
    let heard = match shown.len() < scene.sensors().len() {
        true => "What the nearest, a middle and the farthest sensor hear",
        false => "What the sensors hear",
    };
    panel(&mut canvas, right, "b", heard);
    strips::draw(&mut canvas, right, scene, &shown)?;
    key::draw_onsets(&mut canvas, (right.x + 6.0, legend_y), scene);
    key::draw(&mut canvas, (MARGIN + 10.0, legend_y), scene, &ways);
    Ok(canvas.finish())
}

/// The letter and the title above a panel.
fn panel(canvas: &mut Canvas, area: Rect, letter: &str, title: &str) {
    let y = area.y - 10.0;
    canvas.text((area.x, y), Type::new(14.0).bold(), letter);
    canvas.text((area.x + 16.0, y), Type::new(14.0), title);
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::Document;

    /// Writes both kinds and returns the SVG; `SHOTFIX_PICTURES=DIR` keeps them for the eye.
    fn picture(name: &str, scene: &Scene) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let dir = std::env::var_os("SHOTFIX_PICTURES")
            .map_or(scratch.path().to_owned(), std::path::PathBuf::from);
        plot_scene(scene, &dir.join(format!("{name}.png"))).unwrap();
        let svg = dir.join(format!("{name}.svg"));
        plot_scene(scene, &svg).unwrap();
        let text = std::fs::read_to_string(svg).unwrap();
        Document::parse(&text).unwrap();
        let drawn = text.lines().filter(|line| !line.starts_with("<image"));
        assert!(drawn.into_iter().all(|line| !line.contains("NaN")));
        text
    }

    fn scene(text: &str) -> Scene {
        Scene::from_toml(text, "drawn.toml").unwrap()
    }

    #[test]
    fn a_city_shows_houses_and_ways() {
        let scene = scene(
            "duration_s = 3.0\nsample_rate_hz = 8000\n\
             city = { generate = { extent_m = 600.0 }, terrain = { relief_m = 30.0 } }\n\
             layout = { count = 5, side_m = 500.0, height_m = 40.0 }\n\
             shot = [{ time_s = 0.5, east = 3.0, north = 4.0, up = 45.0 }]\n",
        );
        let svg = picture("city", &scene);
        for words in ["S05", ">N<", "in sight", "building height", "100 m"] {
            assert!(svg.contains(words), "{words}");
        }
        assert_eq!(svg, super::svg(&scene).unwrap());
    }

    #[test]
    fn one_sensor_without_a_shot_is_a_picture_too() {
        let text = "duration_s = 1.0\nsample_rate_hz = 8000\n\
                    sensor = [{ id = \"A\", east = 0.0, north = 0.0 }]\n";
        let svg = picture("silence", &scene(text));
        assert!(svg.contains("0 shots") && !svg.contains("in sight"));
    }

    #[test]
    fn other_endings_are_refused() {
        let text = "sensor = [{ id = \"A\", east = 0.0, north = 0.0 }]\n";
        let error = plot_scene(&scene(text), Path::new("map.jpg")).unwrap_err();
        assert!(matches!(error, PlotError::Ending { .. }));
    }
}
