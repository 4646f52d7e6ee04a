//! A simulated trial, observed as the recorded one was: by pulses of the samples.

use shotfix_simulator::{Point, Scene, Truth};

use super::observations::{Observations, ObservedArrival, ObservedPlace, ObservedShot};
use super::picker::{Picker, Pulse};

/// A trial that was played.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What its sensors reported.
    pub observations: Observations,
    /// What really happened.
    pub truth: Truth,
}

/// Sensors farther from the muzzle than this are not of a place, metres: none is in the release.
const FARTHEST_M: f64 = 1_000.0;

/// Shots closer to each other than this are one test, seconds.
const TEST_S: f64 = 3.0;

/// Pulses of a test are those from so long before its first shot to so long after its last,
/// seconds; both as released.
const BEFORE_S: f64 = 1.0;
const AFTER_S: f64 = 7.0;

/// A pulse belongs to a shot if it is within this of the time of the straight line, seconds: the
/// gate of the vendor's selection.
const GATE_S: f64 = 0.04;

/// Seconds played at once.
const BLOCK_S: f64 = 5.0;

impl Trial {
    /// Plays a scene and picks the pulses of every sensor.
    ///
    /// The pulse of a shot at a sensor is the one nearest in time to the straight line from the
    /// muzzle in air of the reported temperature, by no more than the 40 ms that the vendor's
    /// selection allows. That selection does not know the muzzle and looks for the largest set of
    /// pulses that agree within 40 ms; where echoes are scarcer than that, both are the same.
    pub fn play(scene: &Scene) -> Self {
        let sensors = scene.sensors();
        let mut pickers: Vec<(Picker, Vec<Pulse>)> = (sensors.iter())
            .map(|s| Picker::new(f64::from(s.sample_rate_hz), s.full_scale_db_spl))
            .map(|picker| (picker, Vec::new()))
            .collect();
        let mut stream = scene.stream(BLOCK_S);
        for block in stream.by_ref().flatten() {
            let (picker, found) = &mut pickers[block.sensor_idx];
            picker.hear(&block.samples, found);
        }
        let truth = stream.into_truth();
        let pulses: Vec<Vec<Pulse>> = pickers.into_iter().map(|(_, found)| found).collect();
        Self {
            observations: observe(scene, &truth, &pulses),
            truth,
        }
    }

    /// Root mean square of what the true ways of a path share beyond the straight line, about its
    /// mean over the sensors of a shot, and of what differs from shot to shot, seconds. No
    /// picker, no clock and no fit enters.
    pub fn true_rms_s(&self) -> [f64; 2] {
        let (mut constant, mut jitter) = (Vec::new(), Vec::new());
        for place in &self.observations.places {
            let shots: Vec<Vec<f64>> = (self.truth.shots.iter())
                .filter(|shot| metres(shot.position) == place.truth_m)
                .map(|shot| {
                    let near = shot.arrivals.iter().filter(|a| a.range_m < 800.0);
                    let extra_s: Vec<f64> = near.map(|a| a.extra_s).collect();
                    let mean_s = mean(&extra_s);
                    extra_s.iter().map(|extra_s| extra_s - mean_s).collect()
                })
                .collect();
            for path in 0..shots.first().map_or(0, Vec::len) {
                let of_path: Vec<f64> = shots.iter().map(|shot| shot[path]).collect();
                let mean_s = mean(&of_path);
                constant.push(mean_s);
                jitter.extend(of_path.iter().map(|extra_s| extra_s - mean_s));
            }
        }
        [constant, jitter]
            .map(|values| mean(&values.iter().map(|v| v * v).collect::<Vec<_>>()).sqrt())
    }
}

fn observe(scene: &Scene, truth: &Truth, pulses: &[Vec<Pulse>]) -> Observations {
    // Tech Note 098, eq. 8: dry air.
    let speed_m_s = 20.03 * (truth.atmosphere.temperature_c + 273.15).sqrt();
    let mut seen = Observations {
        clip_db_spl: super::CLIP_DB_SPL,
        ..Observations::default()
    };
    let shots = scene.shots();
    let mut first = 0;
    while first < shots.len() {
        let position = shots[first].position;
        let mut next = first + 1;
        while next < shots.len() && shots[next].position == position {
            next += 1;
        }
        let times_s: Vec<f64> = shots[first..next].iter().map(|shot| shot.time_s).collect();
        let during: Vec<Vec<Pulse>> = (scene.sensors().iter().zip(pulses))
            .map(
                |(sensor, pulses)| match sensor.position.range_m(position) <= FARTHEST_M {
                    true => within_tests(pulses, &times_s),
                    false => Vec::new(),
                },
            )
            .collect();
        // As in the release, a sensor listened if it reported anything.
        let (sensors_m, during): (Vec<_>, Vec<_>) = (scene.sensors().iter().zip(during))
            .filter(|(_, during)| !during.is_empty())
            .map(|(sensor, during)| (metres(sensor.surveyed), during))
            .unzip();
        seen.pulses += during.iter().map(Vec::len).sum::<usize>();
        let mut place = ObservedPlace {
            name: format!("P{}", seen.places.len() + 1),
            truth_m: metres(position),
            sensors_m,
            ..ObservedPlace::default()
        };
        for fired_s in times_s {
            let arrivals = during
                .iter()
                .enumerate()
                .filter_map(|(sensor_idx, pulses)| {
                    let straight_s = fired_s + place.range_m(sensor_idx) / speed_m_s;
                    let off_s = |pulse: &Pulse| (pulse.time_s - straight_s).abs();
                    let best = pulses.iter().min_by(|a, b| off_s(a).total_cmp(&off_s(b)))?;
                    (off_s(best) <= GATE_S).then_some(ObservedArrival {
                        sensor_idx,
                        time_s: best.time_s,
                        level_db_spl: best.level_db_spl,
                    })
                });
            let shot = ObservedShot {
                speed_m_s,
                arrivals: arrivals.collect(),
                ..ObservedShot::default()
            };
            place.shots.push(shot);
        }
        seen.places.push(place);
        first = next;
    }
    seen
}

/// The pulses that a test of the place would have been released with.
fn within_tests(pulses: &[Pulse], times_s: &[f64]) -> Vec<Pulse> {
    let is_within = |pulse: &&Pulse| {
        times_s.iter().enumerate().any(|(k, time_s)| {
            let since_s = pulse.time_s - time_s;
            let next_s = times_s
                .get(k + 1)
                .map_or(f64::INFINITY, |next| next - time_s);
            let is_last = next_s > TEST_S;
            let until_s = if is_last {
                AFTER_S.min(next_s - BEFORE_S)
            } else {
                next_s
            };
            (-BEFORE_S..until_s).contains(&since_s)
        })
    };
    pulses.iter().filter(is_within).copied().collect()
}

fn metres(point: Point) -> [f64; 3] {
    [point.east, point.north, point.up]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
