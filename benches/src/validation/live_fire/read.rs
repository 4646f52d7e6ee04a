//! The released pulses of the Pittsburgh live fire: every pulse, and which belong to which shot.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use shotfix_core::Timestamp;
use shotfix_datasets::{Error, find_tests};

use super::CLIP_DB_SPL;
use super::observations::{Observations, ObservedArrival, ObservedPlace, ObservedShot};
use crate::json;

#[derive(Deserialize)]
struct Pulse {
    pulse_uuid: String,
    serial_number: String,
    arrival_time_utc: String,
    location: Location,
    #[serde(rename = "signal_to_noise_dB", default)]
    snr_db: f64,
    #[serde(rename = "power_dB_SPL")]
    power_db_spl: f64,
}

#[derive(Clone, Copy, Deserialize)]
struct Location {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(Deserialize)]
struct Tuple {
    pulse_uuids: Vec<String>,
}

#[derive(Deserialize)]
struct Survey {
    firing_position: String,
    survey_location: Location,
    #[serde(default)]
    firearm: String,
    #[serde(default)]
    approximate_time_utc: Option<String>,
    num_rounds: usize,
}

#[derive(Deserialize)]
struct Weather {
    temperature: f64,
}

/// One pulse of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedPulse {
    /// Serial number of the sensor.
    pub sensor: String,
    /// When it began.
    pub time: Timestamp,
    /// Its strength over the background, dB.
    pub snr_db: f64,
    /// Where the sensor says that it stands, metres.
    pub place_m: [f64; 3],
}

/// The pulses of one test and its truth.
#[derive(Clone, Debug, PartialEq)]
pub struct PulseTest {
    /// The folder.
    pub path: String,
    /// Where the shooter stood, by name ...
    pub firing_position: String,
    /// ... and by survey, metres.
    pub truth_m: [f64; 3],
    /// Rounds fired.
    pub rounds: usize,
    /// Speed of sound by the weather report, m/s.
    pub speed_m_s: f64,
    /// Every pulse of every sensor.
    pub pulses: Vec<ReleasedPulse>,
}

/// Reads the pulses of one test, not the vendor's choice among them; `None` if it has none.
///
/// # Errors
/// [`Error`], naming the file: one that cannot be read or does not hold what it should.
pub fn read_pulses(folder: &Path) -> Result<Option<PulseTest>, Error> {
    let Some(test) = read_test(folder)? else {
        return Ok(None);
    };
    let pulses = test
        .pulses
        .iter()
        .map(|pulse| {
            Ok(ReleasedPulse {
                sensor: pulse.serial_number.clone(),
                time: time(pulse, folder)?,
                snr_db: pulse.snr_db,
                place_m: [pulse.location.x, pulse.location.y, pulse.location.z],
            })
        })
        .collect::<Result<_, _>>()?;
    let Location { x, y, z } = test.survey.survey_location;
    Ok(Some(PulseTest {
        path: folder.display().to_string(),
        firing_position: test.survey.firing_position,
        truth_m: [x, y, z],
        rounds: test.survey.num_rounds,
        speed_m_s: test.speed_m_s,
        pulses,
    }))
}

fn time(pulse: &Pulse, folder: &Path) -> Result<Timestamp, Error> {
    (pulse.arrival_time_utc.parse()).map_err(|error| Error::Field {
        path: folder.to_owned(),
        field: format!("pulse {}", pulse.pulse_uuid),
        reason: format!("{error}"),
    })
}

/// The released files of one test.
struct Test {
    name: String,
    survey: Survey,
    speed_m_s: f64,
    pulses: Vec<Pulse>,
    tuples: Vec<Tuple>,
}

/// Reads every test below `dir` that has its list of pulses.
///
/// A sensor stands at the median of the positions that its pulses give over the tests of a firing
/// position; it listened if it reported anything there.
///
/// # Errors
/// [`Error`], naming the file: one that cannot be read or does not hold what it should.
pub fn read_released(dir: &Path) -> Result<Observations, Error> {
    let mut by_place: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    for folder in find_tests(dir)? {
        if let Some(test) = read_test(&folder)? {
            let name = test.survey.firing_position.clone();
            by_place.entry(name).or_default().push(test);
        }
    }
    let pulses = by_place.values().flatten().map(|t| t.pulses.len()).sum();
    let places = by_place
        .into_iter()
        .map(|(name, tests)| place(name, &tests, dir))
        .collect::<Result<_, _>>()?;
    Ok(Observations {
        places,
        pulses,
        clip_db_spl: CLIP_DB_SPL,
    })
}

fn read_test(folder: &Path) -> Result<Option<Test>, Error> {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
        return Ok(None);
    };
    let file = |part: &str| folder.join(format!("{name}.{part}.json"));
    if !file("allpulses").is_file() {
        return Ok(None);
    }
    let weather: Weather = json::read(&file("weather"))?;
    Ok(Some(Test {
        name: name.to_owned(),
        survey: json::read(&file("survey"))?,
        // Tech Note 098, eq. 8: dry air.
        speed_m_s: 20.03 * (weather.temperature + 273.15).sqrt(),
        pulses: json::read(&file("allpulses"))?,
        tuples: json::read(&file("nlos-tuples"))?,
    }))
}

fn place(name: String, tests: &[Test], dir: &Path) -> Result<ObservedPlace, Error> {
    let mut positions: BTreeMap<&str, Vec<[f64; 3]>> = BTreeMap::new();
    for pulse in tests.iter().flat_map(|test| &test.pulses) {
        let found = positions.entry(&pulse.serial_number).or_default();
        let Location { x, y, z } = pulse.location;
        found.push([x, y, z]);
    }
    let sensors_m = positions.values().map(|found| median(found)).collect();
    let index: BTreeMap<&str, usize> = positions.keys().copied().zip(0..).collect();
    let mut shots = Vec::new();
    for test in tests {
        let by_uuid: BTreeMap<&str, &Pulse> = (test.pulses.iter())
            .map(|pulse| (pulse.pulse_uuid.as_str(), pulse))
            .collect();
        for tuple in &test.tuples {
            // The release of 2022 took bad pulses back, but not out of every tuple.
            let pulses = (tuple.pulse_uuids.iter()).filter_map(|uuid| by_uuid.get(uuid.as_str()));
            shots.push(ObservedShot {
                test: test.name.clone(),
                firearm: test.survey.firearm.clone(),
                time: (test.survey.approximate_time_utc.as_deref()).and_then(|t| t.parse().ok()),
                speed_m_s: test.speed_m_s,
                arrivals: arrivals(pulses.copied(), &index, dir)?,
            });
        }
    }
    // Tests of one firing position share its survey.
    let truth_m = tests.first().map_or([0.0; 3], |test| {
        let Location { x, y, z } = test.survey.survey_location;
        [x, y, z]
    });
    Ok(ObservedPlace {
        name,
        truth_m,
        sensors_m,
        ids: positions.keys().map(|id| (*id).to_owned()).collect(),
        shots,
    })
}

/// The earliest pulse of each sensor.
fn arrivals<'a>(
    pulses: impl Iterator<Item = &'a Pulse>,
    index: &BTreeMap<&str, usize>,
    dir: &Path,
) -> Result<Vec<ObservedArrival>, Error> {
    let mut first: Option<Timestamp> = None;
    let mut earliest: BTreeMap<usize, ObservedArrival> = BTreeMap::new();
    for pulse in pulses {
        let time = time(pulse, dir)?;
        let arrival = ObservedArrival {
            sensor_idx: index[pulse.serial_number.as_str()],
            time_s: time.since(*first.get_or_insert(time)).0,
            level_db_spl: pulse.power_db_spl,
        };
        let best = earliest.entry(arrival.sensor_idx).or_insert(arrival);
        if arrival.time_s < best.time_s {
            *best = arrival;
        }
    }
    Ok(earliest.into_values().collect())
}

/// The median of each coordinate.
pub fn median(places: &[[f64; 3]]) -> [f64; 3] {
    [0, 1, 2].map(|axis| {
        let values: Vec<f64> = places.iter().map(|place| place[axis]).collect();
        crate::stats::quantile(&values, 0.5).unwrap_or(f64::NAN)
    })
}
