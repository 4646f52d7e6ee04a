//! Which ways of the sound are drawn, and how.

use rayon::prelude::*;
use shotfix_simulator::{Path, PathKind, Scene};

use super::enu;
use crate::plot::canvas::Canvas;
use crate::plot::palette;
use crate::plot::scale::View;

/// More places of shots than this make a tangle; the others have their mark alone.
const MOST_PLACES: usize = 2;
/// Reflections at each sensor, from the first place.
const MOST_REFLECTIONS: usize = 2;
/// With more sensors than this reflections hide the map.
const MOST_REFLECTED: usize = 24;
/// Reflections are compared at the middle of the band of gunfire, Hz.
const BAND_HZ: f64 = 500.0;

/// One line on the map.
pub(super) struct Way {
    pub(super) kind: PathKind,
    points: Vec<shotfix_core::Enu>,
}

impl Way {
    fn new(path: &Path) -> Self {
        Self {
            kind: path.kind,
            points: path.points.iter().map(|point| enu(*point)).collect(),
        }
    }
}

/// The first way from each place to each sensor, and the strongest reflections; reflections come
/// first, to be drawn below.
pub(super) fn of(scene: &Scene) -> Vec<Way> {
    let mut places: Vec<usize> = Vec::new();
    for (idx, shot) in scene.shots().iter().enumerate() {
        let known = |other: &usize| scene.shots()[*other].position == shot.position;
        if places.len() < MOST_PLACES && !places.iter().any(known) {
            places.push(idx);
        }
    }
    let pairs: Vec<(usize, usize)> = places
        .into_iter()
        .flat_map(|shot| (0..scene.sensors().len()).map(move |sensor| (shot, sensor)))
        .collect();
    let reflected = pairs
        .first()
        .filter(|_| scene.sensors().len() <= MOST_REFLECTED);
    let reflected = reflected.map(|(shot, _)| *shot);
    let found: Vec<(Vec<Way>, Option<Way>)> = pairs
        .into_par_iter()
        .map(|(shot, sensor)| {
            let paths = scene.paths(shot, sensor);
            let first = paths.iter().find(|path| !path.points.is_empty());
            let mut walls: Vec<&Path> = paths
                .iter()
                .filter(|path| is_reflection(path.kind) && !path.off_ground)
                .collect();
            let level = |path: &Path| path.level_db(scene.air(), BAND_HZ);
            walls.sort_by(|a, b| level(b).total_cmp(&level(a)));
            let most = match Some(shot) == reflected {
                true => MOST_REFLECTIONS,
                false => 0,
            };
            let walls = walls.into_iter().take(most).map(Way::new).collect();
            (walls, first.map(Way::new))
        })
        .collect();
    let (walls, firsts): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    walls
        .into_iter()
        .flatten()
        .chain(firsts.into_iter().flatten())
        .collect()
}

fn is_reflection(kind: PathKind) -> bool {
    matches!(kind, PathKind::Wall | PathKind::TwoWalls)
}

/// Every kind by colour and by dashes.
pub(super) fn style(kind: PathKind) -> String {
    let (colour, width, more) = match kind {
        PathKind::Sight => (palette::USED, 1.8, ""),
        PathKind::OverRoofs => (palette::FIX, 1.8, " stroke-dasharray=\"8 3\""),
        PathKind::RoundCorner => (palette::TRUTH, 2.0, " stroke-dasharray=\"2 3\""),
        _ => (palette::REJECTED, 0.9, " stroke-opacity=\"0.55\""),
    };
    format!(
        "fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{more}"
    )
}

/// The straight pieces of the first ways, pixels; reflections are too faint to keep off.
pub(super) fn legs(view: &View, ways: &[Way]) -> Vec<((f64, f64), (f64, f64))> {
    ways.iter()
        .filter(|way| !is_reflection(way.kind))
        .flat_map(|way| way.points.windows(2))
        .map(|leg| (view.px(leg[0]), view.px(leg[1])))
        .collect()
}

pub(super) fn draw(canvas: &mut Canvas, view: &View, ways: &[Way]) {
    for way in ways {
        let line = way.points.iter().map(|point| view.px(*point));
        canvas.polyline(line, &style(way.kind));
    }
}
