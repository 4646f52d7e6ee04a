//! `shotfix.incidents/1`: the stable JSON of `locate`.
//!
//! Engine types are not serialisable on purpose: what a script outside this repository reads is
//! fixed here, whatever the engine renames. Keys are only ever added.

use std::io::Write;

use serde::Serialize;
use shotfix_core::repetition::Repetition;
use shotfix_core::{Array, Atmosphere, ClassPosterior, Ellipse, ShotArrival, Uncertain};

use super::FormatError;
use super::explained::{AloftJson, ExplanationJson, MapJson, TrajectoryJson};
use super::moving::{MotionJson, TrackJson};
use super::numbers::{Place, metres, rfc_3339, round, seconds};
use crate::findings::Findings;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    incidents: Vec<IncidentJson<'a>>,
    warnings: &'a [String],
    array: ArrayJson<'a>,
}

/// The sensors in metres of their own frame, and where on the globe that lies.
#[derive(Serialize)]
struct ArrayJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Place>,
    sensors: Vec<SensorJson<'a>>,
}

#[derive(Serialize)]
struct SensorJson<'a> {
    id: &'a str,
    position: Place,
}

impl<'a> From<&'a Array> for ArrayJson<'a> {
    fn from(array: &'a Array) -> Self {
        let sensors = array.sensors().iter();
        Self {
            origin: array.frame().map(|frame| Place::whole(frame.origin())),
            sensors: sensors
                .map(|s| SensorJson {
                    id: &s.id,
                    position: Place::local(s.position),
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct IncidentJson<'a> {
    id: &'a str,
    time: String,
    class: ClassJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repetition: Option<RepetitionJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    motion: Option<MotionJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<TrackJson>,
    rounds: usize,
    position: Place,
    ellipse95: EllipseJson,
    ellipse50: EllipseJson,
    shots: Vec<ShotJson<'a>>,
}

#[derive(Serialize)]
struct ShotJson<'a> {
    time: String,
    time_sigma_s: f64,
    class: ClassJson,
    position: Place,
    covariance_m2: [[f64; 2]; 2],
    ellipse95: EllipseJson,
    ellipse50: EllipseJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability_map: Option<MapJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trajectory: Option<TrajectoryJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aloft: Option<AloftJson>,
    atmosphere: AtmosphereJson,
    arrivals: Vec<ArrivalJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationJson<'a>>,
}

#[derive(Serialize)]
struct ArrivalJson<'a> {
    sensor: &'a str,
    time: String,
    residual_s: Option<f64>,
    status: &'static str,
    reason: &'a str,
    level_db_spl: Option<f64>,
}

#[derive(Serialize)]
struct ClassJson {
    label: &'static str,
    probability: f64,
}

#[derive(Serialize)]
struct EllipseJson {
    semi_major_m: f64,
    semi_minor_m: f64,
    azimuth_deg: f64,
}

/// What an incident repeats from one place.
#[derive(Serialize)]
struct RepetitionJson {
    earlier: usize,
    over_s: f64,
    interval_s: f64,
    steady: bool,
    words: String,
}

impl From<&Repetition> for RepetitionJson {
    fn from(repetition: &Repetition) -> Self {
        Self {
            earlier: repetition.earlier,
            over_s: seconds(repetition.over.0),
            interval_s: seconds(repetition.rhythm.interval.0),
            steady: repetition.rhythm.steady,
            words: repetition.words(),
        }
    }
}

/// The air with its standard deviations; the wind is the direction it blows towards.
#[derive(Serialize)]
struct AtmosphereJson {
    temperature_c: UncertainJson,
    relative_humidity_percent: UncertainJson,
    pressure_pa: UncertainJson,
    wind_east_m_s: UncertainJson,
    wind_north_m_s: UncertainJson,
    speed_of_sound_m_s: UncertainJson,
}

#[derive(Serialize)]
struct UncertainJson {
    mean: f64,
    sigma: f64,
}

impl From<Uncertain> for UncertainJson {
    fn from(value: Uncertain) -> Self {
        Self {
            mean: metres(value.mean),
            sigma: metres(value.sigma),
        }
    }
}

impl From<&ClassPosterior> for ClassJson {
    fn from(class: &ClassPosterior) -> Self {
        let (best, probability) = class.best();
        Self {
            label: best.label(),
            probability: round(probability, 4),
        }
    }
}

impl From<&Ellipse> for EllipseJson {
    fn from(ellipse: &Ellipse) -> Self {
        Self {
            semi_major_m: metres(ellipse.semi_major_m),
            semi_minor_m: metres(ellipse.semi_minor_m),
            azimuth_deg: round(ellipse.azimuth_deg, 2),
        }
    }
}

impl From<&Atmosphere> for AtmosphereJson {
    fn from(air: &Atmosphere) -> Self {
        Self {
            temperature_c: air.temperature_c.into(),
            relative_humidity_percent: air.relative_humidity_percent.into(),
            pressure_pa: air.pressure_pa.into(),
            wind_east_m_s: air.wind.east.into(),
            wind_north_m_s: air.wind.north.into(),
            speed_of_sound_m_s: Uncertain::new(
                air.speed_of_sound().0,
                air.speed_of_sound_sigma().0,
            )
            .into(),
        }
    }
}

fn arrival<'a>(array: &'a Array, arrival: &'a ShotArrival) -> ArrivalJson<'a> {
    ArrivalJson {
        sensor: &array.sensor(arrival.sensor).id,
        time: rfc_3339(arrival.time),
        residual_s: arrival.residual.map(|r| seconds(r.0)),
        status: arrival.status.label(),
        reason: &arrival.reason,
        level_db_spl: arrival.level_db_spl.map(|level| round(level, 2)),
    }
}

fn shot<'a>(findings: &'a Findings<'_>, n: usize, k: usize) -> ShotJson<'a> {
    let array = &findings.report.array;
    let shot = &findings.report.incidents[n].shots[k];
    ShotJson {
        time: rfc_3339(shot.time),
        time_sigma_s: seconds(shot.time_sigma.0),
        class: (&shot.class).into(),
        position: Place::new(array, shot.position),
        // Square metres: six decimals, the square of a millimetre.
        covariance_m2: shot.covariance_m2.map(|row| row.map(|v| round(v, 6))),
        ellipse95: (&shot.ellipse95).into(),
        ellipse50: (&shot.ellipse95.of_half()).into(),
        probability_map: findings
            .map(n, k)
            .map(|map| MapJson::new(array, shot.position, map)),
        trajectory: shot.trajectory.as_ref().map(TrajectoryJson::from),
        aloft: shot.aloft.as_ref().map(AloftJson::from),
        atmosphere: (&shot.atmosphere).into(),
        arrivals: shot.arrivals.iter().map(|a| arrival(array, a)).collect(),
        explanation: findings
            .explanation(n, k)
            .map(|e| ExplanationJson::new(array, e)),
    }
}

fn incident<'a>(findings: &'a Findings<'_>, n: usize) -> IncidentJson<'a> {
    let array = &findings.report.array;
    let incident = &findings.report.incidents[n];
    IncidentJson {
        id: &incident.id,
        time: rfc_3339(incident.time),
        class: (&incident.class).into(),
        kinds: incident.kinds(),
        repetition: incident.repetition.as_ref().map(RepetitionJson::from),
        motion: incident.motion.as_ref().map(MotionJson::from),
        track: incident.track.as_ref().map(TrackJson::from),
        rounds: incident.shots.len(),
        position: Place::new(array, incident.position),
        ellipse95: (&incident.ellipse95).into(),
        ellipse50: (&incident.ellipse95.of_half()).into(),
        shots: (0..incident.shots.len())
            .map(|k| shot(findings, n, k))
            .collect(),
    }
}

/// One document, keys in the order above, two spaces a level, a newline at the end.
pub(super) fn write(findings: &Findings<'_>, out: &mut dyn Write) -> Result<(), FormatError> {
    let report = findings.report;
    let document = Document {
        schema: "shotfix.incidents/1",
        incidents: (0..report.incidents.len())
            .map(|n| incident(findings, n))
            .collect(),
        warnings: &report.warnings,
        array: (&report.array).into(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use serde_json::Value;
    use shotfix_core::LocateReport;

    fn text(report: &LocateReport) -> String {
        fixture::written(write, report)
    }

    fn keys(value: &Value) -> Vec<&str> {
        value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    fn contains(value: &Value, wanted: &[&str]) {
        for key in wanted {
            assert!(keys(value).contains(key), "{key} is in {value}");
        }
    }

    #[test]
    fn regress_golden_anonymous() {
        fixture::golden("anonymous.json", &text(&fixture::anonymous_report()));
    }

    #[test]
    fn a_source_that_moves_says_how_fast_where_to_and_since_when() {
        let document: Value = serde_json::from_str(&text(&fixture::moving_report())).unwrap();
        let incident = &document["incidents"][0];
        // 12 and 5 m/s are 13 m/s towards atan2(12, 5) = 67.4 degrees; 0.6 m/s across are 2.6 degrees.
        assert_eq!(incident["motion"]["speed_m_s"], 13.0);
        assert_eq!(incident["motion"]["azimuth_deg"], 67.4);
        assert_eq!(incident["motion"]["azimuth_sigma_deg"], 2.6);
        assert_eq!(incident["motion"]["of"], 4);
        assert_eq!(incident["track"]["motion"]["of"], 6);
        assert_eq!(incident["track"]["interval_s"], 40.0);
    }

    #[test]
    fn every_key_of_the_contract_is_there() {
        let document: Value = serde_json::from_str(&text(&fixture::town_report())).unwrap();
        contains(&document, &["schema", "incidents", "warnings", "array"]);
        contains(&document["array"], &["origin", "sensors"]);
        assert_eq!(document["schema"], "shotfix.incidents/1");
        let incident = &document["incidents"][0];
        contains(
            incident,
            &[
                "id",
                "time",
                "class",
                "rounds",
                "position",
                "ellipse95",
                "shots",
            ],
        );
        assert_eq!(incident["rounds"], 4);
        contains(&incident["class"], &["label", "probability"]);
        contains(&incident["position"], &["latitude", "longitude"]);
        let ellipse = ["semi_major_m", "semi_minor_m", "azimuth_deg"];
        contains(&incident["ellipse95"], &ellipse);
        let shot = &incident["shots"][3];
        contains(
            shot,
            &[
                "time",
                "position",
                "covariance_m2",
                "ellipse95",
                "ellipse50",
                "atmosphere",
                "arrivals",
            ],
        );
        contains(&shot["ellipse95"], &ellipse);
        assert_eq!(shot["covariance_m2"][1][0], 2.5);
        for arrival in shot["arrivals"].as_array().unwrap() {
            contains(
                arrival,
                &[
                    "sensor",
                    "time",
                    "residual_s",
                    "status",
                    "reason",
                    "level_db_spl",
                ],
            );
        }
        let statuses: Vec<_> = (0..12)
            .map(|k| shot["arrivals"][k]["status"].as_str().unwrap())
            .collect();
        assert_eq!(statuses.iter().filter(|s| **s == "used").count(), 10);
        assert_eq!((statuses[3], statuses[6]), ("rejected", "missing"));
        assert!(shot["arrivals"][6]["residual_s"].is_null());
    }

    #[test]
    fn positions_are_geodetic_only_with_a_frame() {
        let town: Value = serde_json::from_str(&text(&fixture::town_report())).unwrap();
        let place = &town["incidents"][0]["position"];
        contains(place, &["latitude", "longitude", "height"]);
        assert!(place.get("east").is_none());
        // 55 m north of 40.44 N at 111 km a degree is 0.0005 degrees.
        assert!((place["latitude"].as_f64().unwrap() - 40.4405).abs() < 2e-5);
        let local: Value = serde_json::from_str(&text(&fixture::anonymous_report())).unwrap();
        assert_eq!(local["incidents"][0]["position"]["east"], -11_305.0);
        assert_eq!(local["incidents"][0]["position"]["north"], 3_560.0);
    }

    #[test]
    fn hostile_names_and_emptiness_survive() {
        let hostile: Value = serde_json::from_str(&text(&fixture::hostile_report())).unwrap();
        let arrivals = &hostile["incidents"][0]["shots"][0]["arrivals"];
        assert_eq!(arrivals[0]["sensor"], "<b>&\"'");
        assert_eq!(arrivals[1]["sensor"], "line\nbreak");
        let empty: Value = serde_json::from_str(&text(&fixture::empty_report())).unwrap();
        assert_eq!(empty["incidents"].as_array().unwrap().len(), 0);
        assert_eq!(empty["warnings"].as_array().unwrap().len(), 0);
    }
}
