//! Footprints of buildings, the darker the higher.

use shotfix_core::Enu;
use shotfix_simulator::{Building, Scene};

use crate::plot::canvas::Canvas;
use crate::plot::scale::View;

/// A hut and a tower block.
const LIGHT: [f64; 3] = [226.0, 219.0, 209.0];
const DARK: [f64; 3] = [104.0, 95.0, 88.0];

/// Lowest and highest building, metres from foot to roof; `None` without buildings.
pub(super) fn heights_m(scene: &Scene) -> Option<(f64, f64)> {
    let buildings = scene.city().map_or(&[][..], |city| city.buildings());
    buildings
        .iter()
        .map(height_m)
        .fold(None, |range, height_m| {
            let (low, high) = range.unwrap_or((height_m, height_m));
            Some((low.min(height_m), high.max(height_m)))
        })
}

fn height_m(building: &Building) -> f64 {
    building.roof_up_m - building.base_up_m
}

/// The colour at `share` of the range of heights. One tower must not make all houses look alike:
/// the root tells low ones apart.
pub(super) fn shade(share: f64) -> String {
    let share = share.sqrt();
    let [r, g, b] = [0, 1, 2].map(|k| (LIGHT[k] + (DARK[k] - LIGHT[k]) * share).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

pub(super) fn draw(canvas: &mut Canvas, view: &View, scene: &Scene) {
    let (Some(city), Some((low_m, high_m))) = (scene.city(), heights_m(scene)) else {
        return;
    };
    let [west, east, south, north] = view.edges_m();
    let in_view = |building: &&Building| {
        let corners = &building.footprint;
        corners.iter().any(|c| c[0] > west)
            && corners.iter().any(|c| c[0] < east)
            && corners.iter().any(|c| c[1] > south)
            && corners.iter().any(|c| c[1] < north)
    };
    for building in city.buildings().iter().filter(in_view) {
        // Of towers alone every one is middling.
        let share = match high_m > low_m {
            true => (height_m(building) - low_m) / (high_m - low_m),
            false => 0.5,
        };
        let style = format!(
            "fill=\"{}\" stroke=\"#8b8379\" stroke-width=\"0.5\"",
            shade(share)
        );
        let corners = building.footprint.iter();
        canvas.polygon(corners.map(|c| view.px(Enu::new(c[0], c[1], 0.0))), &style);
    }
}
