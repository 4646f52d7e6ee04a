//! Explanation, probability map and trajectory in the JSON of `locate`.

use serde::Serialize;
use shotfix_core::aloft::Aloft;
use shotfix_core::explain::{Account, Alternative, Explanation, Requirement};
use shotfix_core::solve::{Polygon, ProbabilityMap, Region};
use shotfix_core::{Array, Enu, Trajectory};

use super::numbers::{Place, metres, rfc_3339, round, seconds};

/// Direction of fire and speed of a bullet; degrees clockwise from north.
#[derive(Serialize)]
pub(super) struct TrajectoryJson {
    azimuth_deg: f64,
    sigma_deg: f64,
    speed_m_s: f64,
    speed_sigma_m_s: f64,
    shock_waves: usize,
}

impl From<&Trajectory> for TrajectoryJson {
    fn from(t: &Trajectory) -> Self {
        Self {
            azimuth_deg: round(t.azimuth_deg, 2),
            sigma_deg: round(t.azimuth_sigma_deg, 2),
            speed_m_s: round(t.speed_m_s, 1),
            speed_sigma_m_s: round(t.speed_sigma_m_s, 1),
            shock_waves: t.shock_waves,
        }
    }
}

/// Height of a source that was not on the ground.
#[derive(Serialize)]
pub(super) struct AloftJson {
    over_ground_m: f64,
    sigma_m: f64,
    log_odds: f64,
    words: String,
}

impl From<&Aloft> for AloftJson {
    fn from(aloft: &Aloft) -> Self {
        Self {
            over_ground_m: round(aloft.over_ground_m.mean, 1),
            sigma_m: round(aloft.over_ground_m.sigma, 1),
            log_odds: round(aloft.log_odds, 2),
            words: aloft.words(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct MapJson {
    places: usize,
    regions: [RegionJson; 2],
}

/// Polygons as in GeoJSON: an outer ring and its holes, closed; `[longitude, latitude]` where the array
/// is on the globe, else `[east, north]`.
#[derive(Serialize)]
struct RegionJson {
    probability: f64,
    area_m2: f64,
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

impl MapJson {
    pub(super) fn new(array: &Array, height: Enu, map: &ProbabilityMap) -> Self {
        Self {
            places: map.places,
            regions: [&map.region50, &map.region95].map(|r| region(array, height, r)),
        }
    }
}

fn region(array: &Array, height: Enu, region: &Region) -> RegionJson {
    let point = |[east_m, north_m]: &[f64; 2]| match array.frame() {
        Some(frame) => {
            let p = frame.to_geodetic(Enu::new(*east_m, *north_m, height.up_m));
            [round(p.longitude_deg, 9), round(p.latitude_deg, 9)]
        }
        None => [metres(*east_m), metres(*north_m)],
    };
    let ring = |r: &[[f64; 2]]| r.iter().chain(r.first()).map(point).collect::<Vec<_>>();
    let rings = |p: &Polygon| {
        let holes = p.holes.iter().map(|h| ring(h));
        std::iter::once(ring(&p.outer)).chain(holes).collect()
    };
    RegionJson {
        probability: region.probability,
        area_m2: metres(region.area_m2),
        polygons: region.polygons.iter().map(rings).collect(),
    }
}

#[derive(Serialize)]
pub(super) struct ExplanationJson<'a> {
    summary: &'a [String],
    /// Of the place reported, by arrival times alone.
    probability: Option<f64>,
    most_influential: Option<&'a str>,
    sensors: Vec<AccountJson<'a>>,
    alternatives: Vec<AlternativeJson<'a>>,
}

#[derive(Serialize)]
struct AccountJson<'a> {
    sensor: &'a str,
    verdict: &'static str,
    range_m: f64,
    expected: String,
    residual_s: Option<f64>,
    sigma_s: f64,
    weight: f64,
    hearing_probability: f64,
    shift_without: Option<ShiftJson>,
    words: &'a str,
}

#[derive(Serialize)]
struct ShiftJson {
    east_m: f64,
    north_m: f64,
    distance_m: f64,
}

#[derive(Serialize)]
struct AlternativeJson<'a> {
    position: Place,
    covariance_m2: [[f64; 2]; 2],
    probability: f64,
    distance_m: f64,
    azimuth_deg: f64,
    requires: Vec<RequirementJson<'a>>,
    words: &'a str,
}

/// `late_by_s` null: the arrival would be the direct wave.
#[derive(Serialize)]
struct RequirementJson<'a> {
    sensor: &'a str,
    late_by_s: Option<f64>,
}

impl<'a> ExplanationJson<'a> {
    pub(super) fn new(array: &'a Array, explanation: &'a Explanation) -> Self {
        let sensor = |a: &Account| &*array.sensor(a.sensor).id;
        Self {
            summary: &explanation.summary,
            probability: explanation.probability.map(|p| round(p, 4)),
            most_influential: explanation
                .most_influential
                .map(|k| sensor(&explanation.accounts[k])),
            sensors: explanation
                .accounts
                .iter()
                .map(|a| account(array, a))
                .collect(),
            alternatives: explanation
                .alternatives
                .iter()
                .map(|a| alternative(array, a))
                .collect(),
        }
    }
}

fn account<'a>(array: &'a Array, account: &'a Account) -> AccountJson<'a> {
    AccountJson {
        sensor: &array.sensor(account.sensor).id,
        verdict: account.verdict.label(),
        range_m: metres(account.range_m),
        expected: rfc_3339(account.expected),
        residual_s: account.residual.map(|r| seconds(r.0)),
        sigma_s: seconds(account.sigma.0),
        weight: round(account.weight, 4),
        hearing_probability: round(account.hearing, 3),
        shift_without: account.without.map(|shift| ShiftJson {
            east_m: metres(shift.east_m),
            north_m: metres(shift.north_m),
            distance_m: metres(shift.length_m()),
        }),
        words: &account.words,
    }
}

fn alternative<'a>(array: &'a Array, alternative: &'a Alternative) -> AlternativeJson<'a> {
    let requirement = |r: &Requirement| RequirementJson {
        sensor: &array.sensor(r.sensor).id,
        late_by_s: r.late_by.map(|late| seconds(late.0)),
    };
    AlternativeJson {
        position: Place::new(array, alternative.position),
        covariance_m2: alternative
            .covariance_m2
            .map(|row| row.map(|v| round(v, 6))),
        probability: round(alternative.probability, 4),
        distance_m: metres(alternative.distance_m),
        azimuth_deg: round(alternative.azimuth_deg, 1),
        requires: alternative.requires.iter().map(requirement).collect(),
        words: &alternative.words,
    }
}

#[cfg(test)]
mod tests {
    use crate::findings::Findings;
    use crate::fixture;
    use crate::format::{Format, write_report};
    use serde_json::Value;
    use shotfix_core::{LocateReport, Settings};

    fn shots(report: &LocateReport, explained: bool) -> Vec<Value> {
        let findings = Findings::detailed(report, &Settings::default(), explained);
        let mut out = Vec::new();
        write_report(Format::Json, &findings, &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        document["incidents"][0]["shots"]
            .as_array()
            .unwrap()
            .clone()
    }

    #[test]
    fn every_sensor_is_accounted_for_when_asked() {
        let report = fixture::town_report();
        assert!(shots(&report, false)[0].get("explanation").is_none());
        let told = &shots(&report, true)[0]["explanation"];
        let sensors = told["sensors"].as_array().unwrap();
        assert_eq!(sensors.len(), 12);
        assert_eq!(sensors[3]["verdict"], "late");
        assert_eq!(sensors[6]["verdict"], "silent");
        assert!(sensors[0]["shift_without"]["distance_m"].as_f64().unwrap() > 0.0);
        assert!(told["summary"].as_array().unwrap().len() >= 3);
        let weights: f64 = sensors.iter().map(|s| s["weight"].as_f64().unwrap()).sum();
        assert!((weights - 1.0).abs() < 0.01);
    }

    #[test]
    fn four_sensors_get_a_map_whose_rings_are_closed() {
        let shot = &shots(&fixture::anonymous_report(), false)[0];
        let map = &shot["probability_map"];
        for region in map["regions"].as_array().unwrap() {
            for ring in region["polygons"][0].as_array().unwrap() {
                let ring = ring.as_array().unwrap();
                assert_eq!(ring.first(), ring.last());
                assert!(ring.len() > 8);
            }
        }
        let area = |k: usize| map["regions"][k]["area_m2"].as_f64().unwrap();
        assert!(area(0) < area(1));
    }
}
