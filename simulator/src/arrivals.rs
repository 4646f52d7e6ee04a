//! Arrivals without sound: when and how loud a sensor hears the first of a shot, for solver work.
//!
//! The geometry and the air are those of the recordings; what a detector would make of the
//! sound is a model: [`PickSpec`].

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;

use crate::city::Scratch;
use crate::error::SceneError;
use crate::point::Point;
use crate::random::{Purpose, Random};
use crate::render::{PathKind, PeakLoss, barrier, kind};
use crate::scene::{Check, Scene, SceneShot};
use crate::sensor::{Losses, losses};
use crate::source::{Aim, Directivity};

/// The frequency whose loss by edges and shadows the peak takes, over that at which the spectrum is
/// strongest: a front is made of higher ones. Chosen so that levels agree with rendered peaks in
/// the mean.
const FRONT: f64 = 2.0;

/// `[picks]`: what a detector makes of the sounds that reach it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PickSpec {
    /// Least signal-to-noise ratio of a pick, peak over RMS noise in the band of shots, dB.
    pub threshold_db: f64,
    /// Level of that noise, RMS, dB SPL.
    pub noise_db_spl: f64,
    /// Standard deviation of a pick's time at 20 dB, seconds; it doubles with every 6 dB less.
    pub sigma_s: f64,
    /// Share of picks that are worse: a later peak of the same pulse.
    pub tail_share: f64,
    /// Standard deviation of those, seconds.
    pub tail_sigma_s: f64,
    /// Standard deviation of the level of a path about what geometry says, dB; constant for a
    /// pair of place and sensor: foliage, vehicles, the roof about the microphone.
    pub level_sigma_db: f64,
}

impl Default for PickSpec {
    /// Jitter as measured from shot to shot in Pittsburgh: 1.3 ms, one in ten 6 ms.
    fn default() -> Self {
        Self {
            threshold_db: 10.0,
            noise_db_spl: 45.0,
            sigma_s: 1.0e-3,
            tail_share: 0.1,
            tail_sigma_s: 6.0e-3,
            level_sigma_db: 6.0,
        }
    }
}

impl Check<'_> {
    pub(crate) fn picks(&self, picks: &PickSpec) -> Result<(), SceneError> {
        self.range(
            "picks.threshold_db",
            picks.threshold_db,
            -20.0,
            100.0,
            "decibels",
        )?;
        self.level("picks.noise_db_spl", picks.noise_db_spl)?;
        self.range("picks.sigma_s", picks.sigma_s, 0.0, 0.1, "seconds")?;
        self.range(
            "picks.tail_share",
            picks.tail_share,
            0.0,
            1.0,
            "of the picks",
        )?;
        self.range(
            "picks.tail_sigma_s",
            picks.tail_sigma_s,
            0.0,
            1.0,
            "seconds",
        )?;
        self.range(
            "picks.level_sigma_db",
            picks.level_sigma_db,
            0.0,
            40.0,
            "decibels",
        )
    }
}

/// A shot to be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShotAt {
    /// Seconds after the start of the scene.
    pub time_s: f64,
    /// Where.
    pub position: Point,
    /// Peak level at 1 m, dB SPL.
    pub level_db_spl: f64,
    /// Frequency at which its loss is reckoned, Hz: that of its spectral peak.
    pub frequency_hz: f64,
    /// Shots with the same number share what is drawn for a path.
    pub place_idx: usize,
    /// Where the barrel points, and how much that matters. `None`: the same all round.
    pub barrel: Option<(Aim, Directivity)>,
}

impl ShotAt {
    /// Level along a unit vector over that at right angles to the barrel, dB.
    fn towards_db(&self, departure: [f64; 3]) -> f64 {
        self.barrel.map_or(0.0, |(aim, directivity)| {
            20.0 * directivity.gain(aim.angle_rad(departure)).log10()
        })
    }

    /// The most that [`ShotAt::towards_db`] can be.
    fn ahead_db(&self) -> f64 {
        self.barrel
            .map_or(0.0, |(_, directivity)| 20.0 * directivity.gain(0.0).log10())
    }
}

impl From<&SceneShot> for ShotAt {
    fn from(shot: &SceneShot) -> Self {
        Self {
            time_s: shot.time_s,
            position: shot.position,
            level_db_spl: shot.blast.level_db_spl(),
            frequency_hz: shot.blast.peak_frequency_hz(),
            place_idx: shot.place_idx,
            barrel: shot.aim.map(|aim| (aim, shot.arm.directivity())),
        }
    }
}

/// What one sensor hears first of one shot.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FirstArrival {
    /// Index of the sensor in the scene.
    pub sensor_idx: usize,
    /// Seconds after the start of the scene on the sensor's clock, with the error of the pick.
    pub time_s: f64,
    /// Seconds from the shot to the wavefront, without any error.
    pub delay_s: f64,
    /// How much of that is not the straight line through the same air, seconds.
    pub extra_s: f64,
    /// Peak level, dB SPL.
    pub level_db_spl: f64,
    /// Peak over RMS noise, dB.
    pub snr_db: f64,
    /// What the sound did on its way.
    pub kind: PathKind,
}

/// Hears shots at every sensor of a scene.
///
/// In buildings' shadows the first wavefront is the one that counts, even if an echo is louder;
/// echoes and clutter are not made here. Levels are those of rendered peaks to a few decibels; a
/// refractive shadow behind the last roof of a way is left out.
pub struct ArrivalModel<'a> {
    scene: &'a Scene,
    picks: PickSpec,
    loss_db: f64,
    /// What each sensor does not record.
    losses: Vec<Losses>,
}

impl<'a> ArrivalModel<'a> {
    /// A model of the scene's sensors, air and city; its own shots do not matter.
    pub fn new(scene: &'a Scene) -> Self {
        Self {
            scene,
            picks: scene.picks,
            loss_db: scene.atmosphere.excess_loss_db,
            losses: scene
                .sensors
                .iter()
                .map(|sensor| losses(scene, sensor))
                .collect(),
        }
    }

    /// The arrivals of the scene's own shots: [`ArrivalModel::hear`] of them.
    pub fn hear_scene(&self) -> Vec<Vec<FirstArrival>> {
        let shots: Vec<ShotAt> = self.scene.shots.iter().map(ShotAt::from).collect();
        self.hear(&shots)
    }

    /// The arrivals of every shot, in the order of the shots and then of the sensors that hear
    /// it. Shots are worked out in parallel; the result is the same for any number of threads.
    pub fn hear(&self, shots: &[ShotAt]) -> Vec<Vec<FirstArrival>> {
        self.hear_with(shots, &|| ())
    }

    /// [`ArrivalModel::hear`] that calls `done`, from any thread, after every shot.
    pub fn hear_with(&self, shots: &[ShotAt], done: &(dyn Fn() + Sync)) -> Vec<Vec<FirstArrival>> {
        let peaks = self.peaks(shots);
        shots
            .par_iter()
            .enumerate()
            .map_init(Scratch::default, |scratch, (shot_idx, shot)| {
                let peaks = &peaks[&shot.frequency_hz.to_bits()];
                let heard = (0..self.scene.sensors.len())
                    .filter_map(|sensor_idx| self.at(shot_idx, shot, sensor_idx, peaks, scratch))
                    .collect();
                done();
                heard
            })
            .collect()
    }

    /// What is left of the peaks of every kind of shot at each sensor, by the bits of the kind's
    /// frequency.
    fn peaks(&self, shots: &[ShotAt]) -> HashMap<u64, Vec<Arc<PeakLoss>>> {
        let medium = *self.scene.air.medium();
        let mut kinds = HashMap::new();
        for shot in shots {
            kinds.entry(shot.frequency_hz.to_bits()).or_insert_with(|| {
                let mut rates: HashMap<u32, Arc<PeakLoss>> = HashMap::new();
                let sensors = self.scene.sensors.iter();
                let peak = sensors.map(|sensor| {
                    let rate_hz = sensor.sample_rate_hz;
                    let loss = rates.entry(rate_hz).or_insert_with(|| {
                        let rate_hz = f64::from(rate_hz);
                        Arc::new(PeakLoss::new(medium, shot.frequency_hz, rate_hz))
                    });
                    Arc::clone(loss)
                });
                peak.collect()
            });
        }
        kinds
    }

    /// `None` where the sound drowns in the noise, or is lost.
    fn at(
        &self,
        shot_idx: usize,
        shot: &ShotAt,
        sensor_idx: usize,
        peaks: &[Arc<PeakLoss>],
        scratch: &mut Scratch,
    ) -> Option<FirstArrival> {
        let scene = self.scene;
        let (sensor, peak) = (&scene.sensors[sensor_idx], &peaks[sensor_idx]);
        let mut path = Random::stream(scene.seed, Purpose::Pick, &sensor.id, shot.place_idx);
        let level_error_db = self.picks.level_sigma_db * path.normal();
        let range_m = shot.position.range_m(sensor.position);
        // Spreading alone decides for most of the sensors that are too far off.
        let open_db = shot.level_db_spl - 20.0 * range_m.log10() - self.loss_db + level_error_db;
        let least_db = self.picks.noise_db_spl + self.picks.threshold_db;
        if open_db + shot.ahead_db() - peak.db(range_m) < least_db {
            return None;
        }
        let ground_up_m = scene.air_ground_up_m(shot.position, sensor.position);
        let travel = scene
            .air
            .travel(shot.position, sensor.position, ground_up_m);
        let (extra_m, detour, kind, departure) = match scene.city.as_deref() {
            None => {
                let straight = shot.position.direction_to(sensor.position);
                (0.0, None, PathKind::Sight, straight)
            }
            Some(city) => {
                let way = city.first_way(shot.position, sensor.position, scratch);
                let extra_m = way.length_m - way.straight_m;
                (extra_m, way.detour, kind(way.kind), way.departure)
            }
        };
        let speed_m_s = scene.air.medium().speed_m_s();
        let barrier_db = detour.map_or(0.0, |detour| {
            barrier::loss_db(detour, FRONT * shot.frequency_hz, speed_m_s)
        });
        let shadow_db = match (&travel.shadow, kind) {
            (Some(shadow), PathKind::Sight) => shadow.loss_db(FRONT * shot.frequency_hz),
            _ => 0.0,
        };
        let wander = scene.air.turbulence().sample(
            scene.seed,
            &sensor.id,
            shot.place_idx,
            shot.time_s,
            range_m,
        );
        let level_db_spl = open_db + shot.towards_db(departure)
            - barrier_db
            - shadow_db
            - peak.db(range_m + extra_m)
            + wander.level_db;
        let snr_db = level_db_spl - self.picks.noise_db_spl;
        if snr_db < self.picks.threshold_db {
            return None;
        }
        let extra_s = extra_m / speed_m_s;
        let delay_s = travel.time_s + extra_s + wander.delay_s;
        let mut random = Random::stream(scene.seed, Purpose::PickTime, &sensor.id, shot_idx);
        let shown_s = sensor.clock_shows_s(shot.time_s + delay_s);
        if self.losses[sensor_idx].has(shown_s) {
            return None;
        }
        Some(FirstArrival {
            sensor_idx,
            time_s: shown_s + self.pick_error_s(snr_db, &mut random),
            delay_s,
            extra_s,
            level_db_spl,
            snr_db,
            kind,
        })
    }

    fn pick_error_s(&self, snr_db: f64, random: &mut Random) -> f64 {
        let picks = &self.picks;
        let good_s = picks.sigma_s * 10f64.powf(((20.0 - snr_db) / 20.0).max(0.0));
        let sigma_s = match random.uniform() < picks.tail_share {
            true => picks.tail_sigma_s.max(good_s),
            false => good_s,
        };
        sigma_s * random.normal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenes_own_shots_are_heard_when_and_as_loud_as_they_should() {
        let text = "atmosphere = { temperature_c = 20.0, absorption = false }\n\
                    microphone = { clock_sigma_s = 0.0 }\n\
                    picks = { sigma_s = 0.0, tail_share = 0.0, level_sigma_db = 0.0 }\n\
                    sensor = [{ id = \"A\", east = 100.0, north = 0.0, up = 1.5 },\n\
                    { id = \"B\", east = 90000.0, north = 0.0 }]\n\
                    shot = [{ time_s = 2.0, east = 0.0, north = 0.0 }]\n";
        let scene = Scene::from_toml(text, "heard.toml").unwrap();
        let heard = ArrivalModel::new(&scene).hear_scene();
        assert_eq!((heard.len(), heard[0].len()), (1, 1), "B is too far off");
        let first = &heard[0][0];
        // 153 dB at 1 m, 40 dB less at 100 m, and what the converter rounds off: two samples at
        // 48 kHz, in which the wave falls by 2 * 2 * 20.8/354 = 24 %, at most 2.4 dB. 343 to
        // 344 m/s at 20 degrees, by humidity.
        assert!((110.6..113.0).contains(&first.level_db_spl), "{first:?}");
        assert!((first.delay_s - 100.0 / 343.5).abs() < 0.001 && first.extra_s == 0.0);
        assert_eq!(first.time_s, 2.0 + first.delay_s);
        let again = ArrivalModel::new(&scene);
        let shots: Vec<ShotAt> = scene.shots().iter().map(ShotAt::from).collect();
        assert_eq!(again.hear(&shots), heard);
    }
}
