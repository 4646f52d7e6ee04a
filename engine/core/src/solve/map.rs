//! The probability of every place, for shots whose place is not well told by an ellipse.
//!
//! Outside the array, with few sensors or with several possible places the posterior is a banana, a
//! ray or several spots. Its density is evaluated about every place the arrivals allow
//! (`density`, `lattice`); the region of highest density that holds 50 or 95 % is given as polygons
//! (`contour`).

use super::alternatives::{Candidate, candidates};
use super::contour::{Polygon, region_above};
use super::density::log_density;
use super::lattice::{Lattice, moments};
use super::problem::{Problem, Settings, SolveError};
use super::scene::Scene;
use crate::geodesy::Enu;
use crate::locate::ellipse::CHI2_95;

/// Candidates with less than this have no place on the map.
const LEAST: f64 = 2e-4;
/// Candidates within so many standard deviations share a lattice ...
const NEAR: f64 = 6.0;
/// ... unless one is so many times as wide as the other.
const ALIKE: f64 = 4.0;
/// An ellipse tells the place well if it holds 95 % within this ...
const CONTENT: f64 = 0.03;
/// ... and is not larger than the region by more than this factor.
const WASTE: f64 = 1.3;

/// The smallest region that holds a probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What it holds.
    pub probability: f64,
    /// Its area, square metres.
    pub area_m2: f64,
    /// Its pieces, in metres of the problem's frame.
    pub polygons: Vec<Polygon>,
}

impl Region {
    /// Is a place inside?
    pub fn contains(&self, place: Enu) -> bool {
        let point = [place.east_m, place.north_m];
        self.polygons.iter().any(|p| p.contains(point))
    }
}

/// Where the shot may have been, as a density over the map.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilityMap {
    /// The smallest region with half of the probability.
    pub region50: Region,
    /// The smallest region with 95 %.
    pub region95: Region,
    /// Separate places on it.
    pub places: usize,
    /// (east, north) and probability of every cell.
    cells: Vec<([f64; 2], f64)>,
}

impl ProbabilityMap {
    /// The probability that an ellipse holds: that of `covariance_m2` about `centre`, drawn
    /// for 95 % of a normal distribution.
    pub fn within_ellipse95(&self, centre: Enu, covariance_m2: [[f64; 2]; 2]) -> f64 {
        let [[ee, en], [_, nn]] = covariance_m2;
        let determinant = ee * nn - en * en;
        let inside = self.cells.iter().filter(|([east_m, north_m], _)| {
            let (x, y) = (east_m - centre.east_m, north_m - centre.north_m);
            nn * x * x - 2.0 * en * x * y + ee * y * y <= CHI2_95 * determinant
        });
        inside.map(|(_, probability)| probability).sum()
    }

    /// Would an ellipse tell the place as well as this map?
    ///
    /// It would if the region is in one piece and the ellipse of the map's own mean and covariance holds
    /// 92 to 98 % of the probability in hardly more area than needed.
    pub fn is_ellipse(&self) -> bool {
        let mut mean = [0.0; 2];
        for (place, probability) in &self.cells {
            for a in 0..2 {
                mean[a] += probability * place[a];
            }
        }
        let mut covariance_m2 = [[0.0; 2]; 2];
        for (place, probability) in &self.cells {
            for a in 0..2 {
                for b in 0..2 {
                    covariance_m2[a][b] +=
                        probability * (place[a] - mean[a]) * (place[b] - mean[b]);
                }
            }
        }
        let [[ee, en], [_, nn]] = covariance_m2;
        let area_m2 = std::f64::consts::PI * CHI2_95 * (ee * nn - en * en).max(0.0).sqrt();
        let centre = Enu::new(mean[0], mean[1], 0.0);
        let content = self.within_ellipse95(centre, covariance_m2);
        self.region95.polygons.len() == 1
            && (content - 0.95).abs() <= CONTENT
            && area_m2 <= WASTE * self.region95.area_m2
    }
}

/// The probability map of one shot.
///
/// # Errors
/// As [`super::solve`].
pub fn probability_map(
    problem: &Problem<'_>,
    settings: &Settings,
) -> Result<ProbabilityMap, SolveError> {
    let scene = Scene::try_new(problem, settings)?;
    let mut found = candidates(problem, settings)?;
    found.retain(|c| c.probability > LEAST);
    match (scene.three, scene.known_air()) {
        (false, true) => sample::<2, 3>(&scene, settings, &found),
        (true, true) => sample::<3, 4>(&scene, settings, &found),
        (false, false) => sample::<2, 6>(&scene, settings, &found),
        (true, false) => sample::<3, 7>(&scene, settings, &found),
    }
}

fn sample<const D: usize, const P: usize>(
    scene: &Scene,
    settings: &Settings,
    found: &[Candidate],
) -> Result<ProbabilityMap, SolveError> {
    let mut near = [0.0; P];
    if D == 3 {
        near[2] = scene.height[0];
    }
    if P > D + 1 {
        [near[D + 1], near[D + 2], near[D + 3]] = [scene.wind[0], scene.wind[1], scene.speed];
    }
    let density = |east_m: f64, north_m: f64| {
        let place = (east_m - scene.origin[0], north_m - scene.origin[1]);
        log_density::<D, P>(scene, settings, place, &near)
    };
    let mut groups = group(found);
    // The narrow ones first: where lattices overlap, the finer one counts.
    groups.sort_by(|a, b| width_m2(a).total_cmp(&width_m2(b)));
    let mut lattices: Vec<Lattice> = groups.iter().map(|g| Lattice::about(g, &density)).collect();
    for k in 1..lattices.len() {
        let (finer, rest) = lattices.split_at_mut(k);
        let lattice = &mut rest[0];
        for cell in 0..lattice.values.len() {
            let place = lattice.cell(cell);
            if finer.iter().any(|l| l.holds(place)) {
                lattice.values[cell] = f64::NEG_INFINITY;
            }
        }
    }
    normalise(lattices).ok_or(SolveError::Degenerate)
}

/// Shares of probability by cell, and the two regions.
fn normalise(mut lattices: Vec<Lattice>) -> Option<ProbabilityMap> {
    let all = lattices.iter().flat_map(|l| &l.values).copied();
    let most = all.fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return None;
    }
    // Density relative to the most, area, place.
    let mut cells = Vec::new();
    for lattice in &mut lattices {
        for k in 0..lattice.values.len() {
            lattice.values[k] -= most;
            cells.push((lattice.values[k], lattice.cell_m2(), lattice.cell(k)));
        }
    }
    cells.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total: f64 = cells.iter().map(|(v, area, _)| v.exp() * area).sum();
    let region = |probability: f64| {
        let (mut held, mut area_m2, mut level) = (0.0, 0.0, 0.0);
        for (value, cell_m2, _) in &cells {
            if held >= probability {
                break;
            }
            held += value.exp() * cell_m2 / total;
            area_m2 += cell_m2;
            level = *value;
        }
        let polygons = lattices.iter().flat_map(|l| {
            region_above(&l.values, l.columns, level, |column, row| {
                l.place(column, row)
            })
        });
        Region {
            probability,
            area_m2,
            polygons: polygons.collect(),
        }
    };
    Some(ProbabilityMap {
        region50: region(0.5),
        region95: region(0.95),
        places: lattices.len(),
        cells: cells
            .iter()
            .map(|(value, area, place)| (*place, value.exp() * area / total))
            .filter(|(_, probability)| *probability > 1e-9)
            .collect(),
    })
}

/// Puts candidates near one another and of like width together.
fn group(found: &[Candidate]) -> Vec<Vec<Candidate>> {
    let mut groups: Vec<Vec<Candidate>> = found.iter().map(|c| vec![*c]).collect();
    'merge: loop {
        for a in 0..groups.len() {
            for b in a + 1..groups.len() {
                if belong_together(&groups[a], &groups[b]) {
                    let other = groups.remove(b);
                    groups[a].extend(other);
                    continue 'merge;
                }
            }
        }
        return groups;
    }
}

fn belong_together(a: &[Candidate], b: &[Candidate]) -> bool {
    let ((p, c), (q, d)) = (moments(a), moments(b));
    let (wide, narrow) = (width_m2(a).max(width_m2(b)), width_m2(a).min(width_m2(b)));
    let (x, y) = (p[0] - q[0], p[1] - q[1]);
    let sum = |i: usize, j: usize| c[i][j] + d[i][j];
    let form = sum(1, 1) * x * x - 2.0 * sum(0, 1) * x * y + sum(0, 0) * y * y;
    let d2 = form / (sum(0, 0) * sum(1, 1) - sum(0, 1) * sum(0, 1));
    d2 < NEAR * NEAR && wide < ALIKE * ALIKE * narrow
}

/// Variance along the main axis.
fn width_m2(group: &[Candidate]) -> f64 {
    let (_, [[ee, en], [_, nn]]) = moments(group);
    0.5 * (ee + nn) + (0.5 * (ee - nn)).hypot(en)
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Air, Dimensions};
    use super::*;
    use crate::atmosphere::{Uncertain, Wind};
    use crate::solve::solve;
    use crate::units::Seconds;

    fn still() -> Air {
        Air {
            speed_m_s: Uncertain::new(340.0, 0.0),
            wind: Wind::default(),
        }
    }

    fn map_of(
        sensors: &[Enu],
        shooter: Enu,
        sigma_s: f64,
    ) -> (ProbabilityMap, crate::solve::Solution) {
        let arrivals: Vec<Seconds> = sensors
            .iter()
            .map(|s| Seconds(1.0 + s.distance_m(shooter) / 340.0))
            .collect();
        let problem = Problem {
            sensors,
            arrivals: &arrivals,
            sigma: Seconds(sigma_s),
            survey_sigma_m: 0.0,
            dimensions: Dimensions::Two,
            air: still(),
            up_m: None,
            paths: &[],
        };
        let settings = Settings::default();
        (
            probability_map(&problem, &settings).unwrap(),
            solve(&problem, &settings).unwrap(),
        )
    }

    #[test]
    fn amid_many_sensors_it_is_the_ellipse() {
        let sensors = [
            (0.0, 0.0),
            (700.0, 40.0),
            (650.0, 620.0),
            (60.0, 580.0),
            (330.0, 300.0),
            (350.0, -200.0),
            (-200.0, 250.0),
            (900.0, 330.0),
        ]
        .map(|(e, n)| Enu::new(e, n, 0.0));
        let shooter = Enu::new(400.0, 410.0, 0.0);
        let (map, solution) = map_of(&sensors, shooter, 0.001);
        let [[ee, en, _], [_, nn, _], _] = solution.covariance_m2;
        let covariance = [[ee, en], [en, nn]];
        let content = map.within_ellipse95(solution.position, covariance);
        assert!((0.92..0.98).contains(&content), "{content}");
        assert!(map.region95.contains(shooter) && map.region50.contains(shooter));
        let ratio = map.region95.area_m2 / map.region50.area_m2;
        // 5.99 / 1.386 for a normal distribution.
        assert!((3.9..5.5).contains(&ratio), "{ratio}");
        // The polygons are the region.
        let drawn: f64 = map.region95.polygons.iter().map(Polygon::area_m2).sum();
        assert!(
            (drawn / map.region95.area_m2 - 1.0).abs() < 0.05,
            "{drawn} {map:?}"
        );
    }

    #[test]
    fn four_sensors_in_a_row_have_a_place_on_either_side() {
        let sensors = [(0.0, 0.0), (200.0, 1.0), (400.0, -1.0), (600.0, 1.0)]
            .map(|(e, n)| Enu::new(e, n, 0.0));
        let shooter = Enu::new(250.0, 180.0, 0.0);
        let (map, _) = map_of(&sensors, shooter, 0.005);
        assert!(map.region95.contains(shooter));
        assert!(map.region95.contains(Enu::new(250.0, -180.0, 0.0)));
        assert!(!map.region95.contains(Enu::new(250.0, 0.0, 0.0)));
        assert!(!map.is_ellipse());
    }
}
