//! The regions of the probability map beside the ellipse.

use std::fmt::Write;
use std::time::Instant;

use rayon::prelude::*;
use shotfix_core::Enu;
use shotfix_core::locate::ellipse::{CHI2_95, squared_sigmas};
use shotfix_core::solve::{ProbabilityMap, Settings, Solution, probability_map, solve};

use super::case::CaseFile;
use crate::stats::quantile;

/// Figures of the maps of one file; the crate's page defines them.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The names say it, the crate's page defines it.
pub struct MapScore {
    pub name: String,
    pub scored: usize,
    pub in_map50: f64,
    pub in_map95: f64,
    pub in_ellipse95: f64,
    pub map95_m2: f64,
    pub ellipse95_m2: f64,
    /// Median of area of the map's region over that of the ellipse.
    pub area_ratio: Option<f64>,
    pub not_ellipse: f64,
    pub s_per_map: f64,
}

struct One {
    in_map: [bool; 2],
    in_ellipse: bool,
    map_m2: f64,
    ellipse_m2: f64,
    not_ellipse: bool,
}

impl MapScore {
    /// Maps every case of `file` that has truth.
    pub fn of(file: &CaseFile, settings: &Settings) -> Self {
        let clock = Instant::now();
        let each: Vec<One> = file
            .cases
            .par_iter()
            .filter_map(|(case, truth)| {
                let place = truth.as_ref()?.place_m;
                let truth = Enu::new(place[0], place[1], 0.0);
                let solution = solve(&case.problem(), settings).ok()?;
                let map = probability_map(&case.problem(), settings).ok()?;
                Some(One::of(truth, &solution, &map))
            })
            .collect();
        let busy_s = clock.elapsed().as_secs_f64() * rayon::current_num_threads() as f64;
        let n = each.len().max(1) as f64;
        let share = |of: fn(&One) -> bool| each.iter().filter(|o| of(o)).count() as f64 / n;
        let mean = |of: fn(&One) -> f64| each.iter().map(of).sum::<f64>() / n;
        let ratios: Vec<f64> = each.iter().map(|o| o.map_m2 / o.ellipse_m2).collect();
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        Self {
            name: name.trim_end_matches(".jsonl").to_owned(),
            scored: each.len(),
            in_map50: share(|o| o.in_map[0]),
            in_map95: share(|o| o.in_map[1]),
            in_ellipse95: share(|o| o.in_ellipse),
            map95_m2: mean(|o| o.map_m2),
            ellipse95_m2: mean(|o| o.ellipse_m2),
            area_ratio: quantile(&ratios, 0.5),
            not_ellipse: share(|o| o.not_ellipse),
            s_per_map: busy_s / n,
        }
    }
}

impl One {
    fn of(truth: Enu, solution: &Solution, map: &ProbabilityMap) -> Self {
        let [[xx, xy, _], [_, yy, _], _] = solution.covariance_m2;
        let determinant = xx * yy - xy * xy;
        let x = truth.east_m - solution.position.east_m;
        let y = truth.north_m - solution.position.north_m;
        let d2 = squared_sigmas([[xx, xy], [xy, yy]], x, y);
        Self {
            in_map: [map.region50.contains(truth), map.region95.contains(truth)],
            in_ellipse: d2 <= CHI2_95,
            map_m2: map.region95.area_m2,
            ellipse_m2: std::f64::consts::PI * CHI2_95 * determinant.sqrt(),
            not_ellipse: !map.is_ellipse(),
        }
    }
}

/// One line a file.
pub fn map_table(scores: &[MapScore]) -> String {
    let mut out = format!(
        "{:<20} {:>5} {:>7} {:>7} {:>8} {:>10} {:>10} {:>9} {:>11} {:>6}\n",
        "file",
        "cases",
        "in50map",
        "in95map",
        "in95ell",
        "map m2",
        "ellipse m2",
        "med.ratio",
        "not ellipse",
        "ms"
    );
    for s in scores {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<20} {:>5} {:>6.1}% {:>6.1}% {:>7.1}% {:>10.1} {:>10.1} {:>9} {:>10.0}% {:>6.1}",
            s.name,
            s.scored,
            100.0 * s.in_map50,
            100.0 * s.in_map95,
            100.0 * s.in_ellipse95,
            s.map95_m2,
            s.ellipse95_m2,
            s.area_ratio
                .map_or_else(|| "-".to_owned(), |r| format!("{r:.2}")),
            100.0 * s.not_ellipse,
            1e3 * s.s_per_map,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{KINDS, generate, parse_cases};
    use super::*;

    #[test]
    fn regions_hold_what_they_say_in_less_area_than_ellipses() {
        let kind = KINDS.iter().find(|k| k.name == "nlos2d_40pct").unwrap();
        // Every fourteenth case: all layouts and numbers of sensors.
        let lines: Vec<String> = generate(kind, 21).into_iter().step_by(14).collect();
        let score = MapScore::of(&parse_cases(kind.name, &lines), &Settings::default());
        assert_eq!(score.scored, lines.len());
        // 108 cases: two standard deviations are 4 % and 10 %.
        assert!((0.91..0.995).contains(&score.in_map95), "{score:?}");
        assert!((0.40..0.64).contains(&score.in_map50), "{score:?}");
        assert!(score.map95_m2 < score.ellipse95_m2, "{score:?}");
    }
}
