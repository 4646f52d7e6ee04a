//! Sites from case files: which sensor of one case is which of another.

use std::collections::BTreeMap;

use shotfix_core::Enu;
use shotfix_core::solve::Dimensions;

use super::site::{Site, SiteShot};
use crate::solve::{Case, CaseFile, Truth};
use crate::stats::quantile;

/// Sensors without a name are the same if they stand within this of each other, metres: single fixes of
/// satellites differ by several metres, and no two sensors share a roof.
const SAME_SENSOR_M: f64 = 8.0;

/// The arrays of a case file with their shots; cases without truth are left out.
///
/// A sensor is known by its name or, in anonymous cases, whose origins may differ, by where it stands
/// among the others. It stands where most cases say, and all its shots are solved with that.
pub fn sites(file: &CaseFile) -> Vec<Site> {
    let mut by_name: BTreeMap<&str, Vec<(&Case, &Truth)>> = BTreeMap::new();
    for (case, truth) in &file.cases {
        if let Some(truth) = truth {
            let site = by_name.entry(&case.labels.site).or_default();
            site.push((case, truth));
        }
    }
    (by_name.into_iter())
        .map(|(name, cases)| site(name, &cases))
        .collect()
}

fn site(name: &str, cases: &[(&Case, &Truth)]) -> Site {
    let mut seen = Seen::default();
    // A second look knows where most of the cases see each sensor.
    for _ in 0..2 {
        seen.refine();
        for (case, _) in cases {
            seen.look(case);
        }
    }
    seen.refine();
    let shots = cases.iter().map(|(case, truth)| shot(&seen, case, truth));
    Site {
        name: name.to_owned(),
        shots: shots.collect(),
        ids: seen.ids,
        sensors: seen.sensors,
    }
}

fn shot(seen: &Seen, case: &Case, truth: &Truth) -> SiteShot {
    let problem = case.problem();
    let shift_m = seen.shift_m(case);
    let mut heard: Vec<(usize, f64)> = (places(case).iter().enumerate())
        .filter_map(|(k, at)| Some((seen.find(case, k, *at, shift_m)?, problem.arrivals[k].0)))
        .collect();
    // Of two pulses of a sensor the first is the direct one.
    heard.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    heard.dedup_by_key(|h| h.0);
    let [east_m, north_m] = truth.place_m;
    SiteShot {
        id: case.id.clone(),
        firearm: case.labels.firearm.clone(),
        time: None,
        place: Enu::new(east_m + shift_m[0], north_m + shift_m[1], truth.up_m),
        known: heard.iter().map(|h| Some(h.0)).collect(),
        sensors: heard.iter().map(|h| seen.sensors[h.0]).collect(),
        arrivals: heard.iter().map(|h| shotfix_core::Seconds(h.1)).collect(),
        sigma: problem.sigma,
        survey_sigma_m: problem.survey_sigma_m,
        dimensions: problem.dimensions,
        air: problem.air,
        up_m: None,
    }
}

/// Where the case says its sensors stand; two dimensions share one height.
fn places(case: &Case) -> Vec<Enu> {
    let problem = case.problem();
    let flat = problem.dimensions == Dimensions::Two;
    let level = |s: &Enu| Enu::new(s.east_m, s.north_m, if flat { 0.0 } else { s.up_m });
    problem.sensors.iter().map(level).collect()
}

/// The sensors met so far.
#[derive(Default)]
struct Seen {
    ids: Vec<String>,
    sensors: Vec<Enu>,
    sightings: Vec<Vec<Enu>>,
}

impl Seen {
    /// Adds what a case says of its sensors.
    fn look(&mut self, case: &Case) {
        let shift_m = self.shift_m(case);
        for (k, at) in places(case).into_iter().enumerate() {
            let moved = Enu::new(at.east_m + shift_m[0], at.north_m + shift_m[1], at.up_m);
            let index = self.find(case, k, at, shift_m).unwrap_or_else(|| {
                let made_up = format!("S{:02}", self.ids.len() + 1);
                let id = case.labels.sensor_ids.get(k).cloned().unwrap_or(made_up);
                self.ids.push(id);
                self.sensors.push(moved);
                self.sightings.push(Vec::new());
                self.ids.len() - 1
            });
            self.sightings[index].push(moved);
        }
    }

    /// Each sensor at the median of its sightings, which are then forgotten.
    fn refine(&mut self) {
        for (sensor, sightings) in self.sensors.iter_mut().zip(&mut self.sightings) {
            let middle = |of: fn(&Enu) -> f64| {
                let values: Vec<f64> = sightings.iter().map(of).collect();
                quantile(&values, 0.5)
            };
            if let (Some(e), Some(n), Some(u)) = (
                middle(|s| s.east_m),
                middle(|s| s.north_m),
                middle(|s| s.up_m),
            ) {
                *sensor = Enu::new(e, n, u);
            }
            sightings.clear();
        }
    }

    /// The sensor that a case's `k`-th is.
    fn find(&self, case: &Case, k: usize, at: Enu, shift_m: [f64; 2]) -> Option<usize> {
        match case.labels.sensor_ids.get(k) {
            Some(id) => self.ids.iter().position(|other| other == id),
            None => self.at(at, shift_m),
        }
    }

    fn at(&self, at: Enu, shift_m: [f64; 2]) -> Option<usize> {
        let moved = Enu::new(at.east_m + shift_m[0], at.north_m + shift_m[1], at.up_m);
        let near = |s: &Enu| s.horizontal_distance_m(moved) < SAME_SENSOR_M;
        self.sensors.iter().position(near)
    }

    /// What to add (east, north) to bring a case's sensors to where the known ones stand: the shift
    /// under which most of them coincide, then the median of what is left. Zero for a case whose
    /// sensors have names, or of which fewer than three are known.
    fn shift_m(&self, case: &Case) -> [f64; 2] {
        if !case.labels.sensor_ids.is_empty() {
            return [0.0; 2];
        }
        let own = places(case);
        let matching = |shift_m| {
            own.iter()
                .filter(|s| self.at(**s, shift_m).is_some())
                .count()
        };
        let mut best = (matching([0.0; 2]).max(2), [0.0; 2]);
        for a in &own {
            for b in &self.sensors {
                let shift_m = [b.east_m - a.east_m, b.north_m - a.north_m];
                let n = matching(shift_m);
                if n > best.0 {
                    best = (n, shift_m);
                }
            }
        }
        let mut shift_m = best.1;
        let pairs: Vec<(Enu, Enu)> = (own.iter())
            .filter_map(|a| Some((*a, self.sensors[self.at(*a, shift_m)?])))
            .collect();
        let east: Vec<f64> = pairs.iter().map(|(a, b)| b.east_m - a.east_m).collect();
        let north: Vec<f64> = pairs.iter().map(|(a, b)| b.north_m - a.north_m).collect();
        if let (Some(e), Some(n)) = (quantile(&east, 0.5), quantile(&north, 0.5)) {
            shift_m = [e, n];
        }
        shift_m
    }
}
