//! Plausible reports for the tests of every output.

use crate::findings::Findings;
use shotfix_core::motion::Motion;
use shotfix_core::rhythm::Rhythm;
use shotfix_core::track::Track;
use shotfix_core::{
    Array, ArrivalStatus, Atmosphere, ClassPosterior, Ellipse, Enu, FileImpulses, Geodetic,
    Impulse, Incident, LocalFrame, LocateReport, Onset, OnsetFeatures, Seconds, Sensor, SensorIdx,
    Shot, ShotArrival, Timestamp, Uncertain, Wind,
};

/// Speed of sound of the fixture, m/s.
const SPEED_M_S: f64 = 340.0;

/// 95 % ellipse of a covariance, by the eigenvalues of a symmetric 2x2 matrix.
pub(crate) fn ellipse95(c: [[f64; 2]; 2]) -> Ellipse {
    let chi2 = -2.0 * 0.05_f64.ln();
    let (mean, half) = ((c[0][0] + c[1][1]) / 2.0, (c[0][0] - c[1][1]) / 2.0);
    let root = half.hypot(c[0][1]);
    // Angle of the longer axis counter-clockwise from east is atan2(2 c01, c00 - c11) / 2.
    let from_east = 0.5 * (2.0 * c[0][1]).atan2(c[0][0] - c[1][1]);
    Ellipse {
        semi_major_m: (chi2 * (mean + root)).sqrt(),
        semi_minor_m: (chi2 * (mean - root)).sqrt(),
        azimuth_deg: (90.0 - from_east.to_degrees()).rem_euclid(180.0),
    }
}

pub(crate) fn frame() -> LocalFrame {
    LocalFrame::new(Geodetic {
        latitude_deg: 40.44,
        longitude_deg: -79.99,
        height_m: 230.0,
    })
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a fixture time")
}

fn gunfire() -> ClassPosterior {
    ClassPosterior {
        gunfire: 0.94,
        firework: 0.05,
        other: 0.01,
        unknown: 0.08,
    }
}

fn air() -> Atmosphere {
    Atmosphere {
        temperature_c: Uncertain::new(14.5, 1.0),
        relative_humidity_percent: Uncertain::new(60.0, 5.0),
        pressure_pa: Uncertain::new(98_600.0, 100.0),
        wind: Wind {
            east: Uncertain::new(1.5, 0.5),
            north: Uncertain::new(-0.25, 0.5),
        },
    }
}

/// A wobble of the order of one, the same on every machine.
fn wobble(k: usize) -> f64 {
    (k as f64 * 12.9898).sin()
}

/// One shot at `position`, with an arrival of every sensor: `bad` rejected, `deaf` missing.
pub(crate) fn shot(
    array: &Array,
    at: Timestamp,
    position: Enu,
    covariance_m2: [[f64; 2]; 2],
    bad: &[usize],
    deaf: &[usize],
) -> Shot {
    let arrivals = (0..array.sensors().len())
        .map(|k| {
            let sensor = &array.sensors()[k];
            let range_m = sensor.position.distance_m(position);
            let (status, residual_s, reason) = if deaf.contains(&k) {
                (
                    ArrivalStatus::Missing,
                    0.0,
                    "nothing within 60 ms of the expected time",
                )
            } else if bad.contains(&k) {
                (
                    ArrivalStatus::Rejected,
                    0.187,
                    "187 ms late: likely an echo",
                )
            } else {
                (ArrivalStatus::Used, 0.0023 * wobble(k + 1), "fits the fix")
            };
            ShotArrival {
                sensor: SensorIdx(k),
                time: at + Seconds(range_m / SPEED_M_S + residual_s),
                residual: (status != ArrivalStatus::Missing).then_some(Seconds(residual_s)),
                status,
                reason: reason.to_owned(),
                level_db_spl: (status != ArrivalStatus::Missing && k % 3 != 2)
                    .then(|| 155.0 - 20.0 * range_m.max(1.0).log10()),
            }
        })
        .collect();
    Shot {
        time: at,
        time_sigma: Seconds(0.0042),
        position,
        covariance_m2,
        ellipse95: ellipse95(covariance_m2),
        atmosphere: air(),
        arrivals,
        class: gunfire(),
        trajectory: None,
        aloft: None,
    }
}

/// `offsets_s.len()` rounds around `centre`; all reject the sensors `bad` and miss `deaf`.
pub(crate) fn incident(
    array: &Array,
    id: &str,
    at: Timestamp,
    centre: Enu,
    covariance_m2: [[f64; 2]; 2],
    offsets_s: &[f64],
    (bad, deaf): (&[usize], &[usize]),
) -> Incident {
    let scale = covariance_m2[0][0].max(covariance_m2[1][1]).sqrt();
    let shots = offsets_s
        .iter()
        .enumerate()
        .map(|(k, &offset_s)| {
            let position = Enu::new(
                centre.east_m + scale * wobble(3 * k + 5),
                centre.north_m + scale * 0.5 * wobble(7 * k + 2),
                centre.up_m,
            );
            shot(
                array,
                at + Seconds(offset_s),
                position,
                covariance_m2,
                bad,
                deaf,
            )
        })
        .collect();
    let pooled = covariance_m2.map(|row| row.map(|v| v / offsets_s.len() as f64));
    Incident {
        id: id.to_owned(),
        time: at,
        position: centre,
        ellipse95: ellipse95(pooled),
        class: gunfire(),
        repetition: None,
        motion: None,
        track: None,
        shots,
    }
}

/// Twelve roof sensors in a town, named N01 to N12.
pub(crate) fn town(frame: Option<LocalFrame>) -> Array {
    let places = [
        [-410.0, 380.0],
        [-60.0, 455.0],
        [330.0, 410.0],
        [520.0, 120.0],
        [455.0, -260.0],
        [130.0, -420.0],
        [-250.0, -390.0],
        [-520.0, -150.0],
        [-180.0, 110.0],
        [190.0, 160.0],
        [60.0, -150.0],
        [-330.0, 60.0],
    ];
    let sensors = places
        .iter()
        .enumerate()
        .map(|(k, p)| Sensor::new(format!("N{:02}", k + 1), Enu::new(p[0], p[1], 12.0)))
        .collect();
    Array::try_new(sensors, frame).expect("a fixture array")
}

/// The usual case: 12 sensors, 4 rounds, geodetic.
pub(crate) fn town_report() -> LocateReport {
    let array = town(Some(frame()));
    let found = incident(
        &array,
        "20261124T021005Z-40.4405-79.9886",
        time("2026-11-24T02:10:05.123456Z"),
        Enu::new(120.0, 55.0, 1.5),
        [[6.0, 2.5], [2.5, 2.2]],
        &[0.0, 0.412, 0.815, 1.404],
        (&[3], &[6]),
    );
    LocateReport {
        path_terms: None,
        array,
        incidents: vec![found],
        warnings: vec!["N07 was silent for the whole recording".to_owned()],
    }
}

/// The same from a car, the last of several incidents along its way.
pub(crate) fn moving_report() -> LocateReport {
    // 12 m/s towards east and 5 m/s towards north are 13 m/s; the same sigma on both axes.
    let motion = Motion {
        velocity_m_s: [12.0, 5.0],
        covariance_m2_s2: [[0.36, 0.0], [0.0, 0.36]],
        of: 4,
        over: Seconds(1.404),
    };
    let mut report = town_report();
    let incident = &mut report.incidents[0];
    incident.motion = Some(motion);
    incident.track = Some(Track {
        motion: Motion {
            of: 6,
            over: Seconds(240.0),
            ..motion
        },
        rhythm: Rhythm {
            interval: Seconds(40.0),
            steady: true,
        },
    });
    report
}

/// Four sensors of an anonymised data set far from its origin, one shot.
pub(crate) fn anonymous_report() -> LocateReport {
    let sensors = [
        ("alpha", [-11_450.0, 3_653.0]),
        ("bravo", [-11_212.0, 3_702.0]),
        ("charlie", [-11_380.0, 3_390.0]),
        ("delta", [-11_150.0, 3_455.0]),
    ]
    .map(|(id, p)| Sensor::new(id, Enu::new(p[0], p[1], 0.0)));
    let array = Array::try_new(sensors.to_vec(), None).expect("a fixture array");
    let found = incident(
        &array,
        "20181219T004926Z",
        time("2018-12-19T00:49:26.5Z"),
        Enu::new(-11_305.0, 3_560.0, 0.0),
        [[0.3, 0.05], [0.05, 0.2]],
        &[0.0],
        (&[], &[]),
    );
    LocateReport {
        path_terms: None,
        array,
        incidents: vec![found],
        warnings: vec![],
    }
}

/// Sensors whose names try to break out of every format.
pub(crate) fn hostile_report() -> LocateReport {
    let sensors = [
        ("<b>&\"'", [0.0, 0.0]),
        ("line\nbreak", [500.0, 20.0]),
        ("a,b;c\t]]>", [250.0, 430.0]),
        ("nul\u{0}bell\u{7}", [10.0, 400.0]),
    ]
    .map(|(id, p)| Sensor::new(id, Enu::new(p[0], p[1], 3.0)));
    let array = Array::try_new(sensors.to_vec(), Some(frame())).expect("a fixture array");
    let found = incident(
        &array,
        "<id>&\n\",",
        time("2018-12-19T00:49:26.5Z"),
        Enu::new(200.0, 200.0, 0.0),
        [[9.0, 0.0], [0.0, 4.0]],
        &[0.0, 0.3],
        (&[1], &[3]),
    );
    LocateReport {
        path_terms: None,
        array,
        incidents: vec![found],
        warnings: vec!["<script>".to_owned()],
    }
}

/// Sensors and nothing heard.
pub(crate) fn empty_report() -> LocateReport {
    LocateReport {
        path_terms: None,
        array: town(Some(frame())),
        incidents: vec![],
        warnings: vec![],
    }
}

/// Two recordings: one with a start and three impulses, one without either.
pub(crate) fn impulses() -> Vec<FileImpulses> {
    let start = time("2018-12-19T00:49:26Z");
    let impulse = |time_s: f64, level, clipped, class| Impulse {
        time_s,
        onset: Onset {
            sensor: SensorIdx(0),
            time: start + Seconds(time_s),
            sigma: Seconds(12e-6),
            peak_dbfs: -3.5,
            level_db_spl: level,
            snr_db: 41.26,
            clipped,
            features: OnsetFeatures::default(),
        },
        class,
    };
    let firework = ClassPosterior {
        gunfire: 0.2,
        firework: 0.7,
        other: 0.1,
        unknown: 0.75,
    };
    let heard = FileImpulses {
        file: "roof/N01.wav".to_owned(),
        channel: 0,
        sample_rate_hz: 48_000.0,
        duration_s: 12.5,
        start: Some(start),
        impulses: vec![
            impulse(1.234_567_8, Some(134.52), false, gunfire()),
            impulse(1.646_9, Some(150.0), true, gunfire()),
            impulse(9.5, None, false, firework),
        ],
    };
    let silent = FileImpulses {
        file: "roof/silence.wav".to_owned(),
        channel: 1,
        sample_rate_hz: 24_000.0,
        duration_s: 3.0,
        start: None,
        impulses: vec![],
    };
    vec![heard, silent]
}

/// Compares `text` with `tests/data/NAME`; `SHOTFIX_BLESS=1` writes the file instead.
pub(crate) fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    if std::env::var_os("SHOTFIX_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file is written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is there");
    assert!(
        golden == text,
        "{name} differs; if that is meant, run with SHOTFIX_BLESS=1. Now:\n{text}"
    );
}

/// What a format's `write` makes of `report`.
pub(crate) fn written(
    write: fn(&Findings<'_>, &mut dyn std::io::Write) -> Result<(), crate::format::FormatError>,
    report: &LocateReport,
) -> String {
    let mut out = Vec::new();
    write(&Findings::plain(report), &mut out).expect("memory takes every byte");
    String::from_utf8(out).expect("formats are UTF-8")
}
