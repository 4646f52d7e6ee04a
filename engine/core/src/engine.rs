//! The state machine that live, replay and offline runs share.

use std::cell::LazyCell;

use crate::aloft::Aloft;
use crate::associate::{Burst, Episode, Pick, Site, associate};
use crate::atmosphere::Atmosphere;
use crate::ballistic;
use crate::carried_air::CarriedAir;
use crate::classify::{self, Row, ShotEvidence};
use crate::geodesy::Enu;
use crate::group::group;
use crate::incident::{ArrivalStatus, Incident, Shot, ShotArrival};
use crate::locate::ellipse95;
use crate::median::median;
use crate::memory::Memory;
use crate::motion::Motion;
use crate::onset::Onset;
use crate::paths::PathTerms;
use crate::sensor::{Array, SensorIdx};
use crate::settings::Settings;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// Why an array cannot locate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Fewer sensors than unknowns.
    #[error(
        "only {got} of the sensors can be used, and locating a shot takes at least {need}: two \
         coordinates, the time and one to check them; add recordings of other sensors"
    )]
    TooFewSensors {
        /// Least number.
        need: usize,
        /// Sensors given.
        got: usize,
    },
    /// All sensors stand on one line.
    #[error(
        "the sensors stand in one line (they spread {across_m:.1} m across and {along_m:.0} m along \
         it): every shot would have a mirror image that fits as well; add a sensor off the line"
    )]
    Collinear {
        /// Standard deviation across the line, metres.
        across_m: f64,
        /// Standard deviation along the line, metres.
        along_m: f64,
    },
}

/// Longest stretch that is associated at once, seconds. Longer activity is cut, with overlap.
const LONGEST_EPISODE_S: f64 = 20.0;
/// Onsets without any company this old cannot join a shot any more and are dropped.
const LONELY_S: f64 = 1.0;

/// Turns onsets into incidents: push what sensors hear, advance the watermark, take the incidents.
///
/// A function of its inputs: no clock, no randomness. The order of `push` does not matter as long as
/// everything before a watermark is pushed before it.
#[derive(Debug)]
pub struct Engine {
    site: Site,
    air: CarriedAir,
    pending: Vec<Onset>,
    covered: Vec<Vec<(Timestamp, Timestamp)>>,
    memory: Memory,
}

impl Engine {
    /// Uses path terms learned for the engine's array, by its indices.
    #[must_use]
    pub fn with_path_terms(mut self, terms: PathTerms) -> Self {
        self.site.paths = Some(terms);
        self
    }

    /// An engine for `array` in air of which `atmosphere` is the report. Every burst that five sensors hear on
    /// time sharpens wind and speed of sound for the next, within the sigmas that the report states
    /// ([`crate::air_filter`]); [`Shot::atmosphere`] says what a shot was located with. Sigmas of 0 hold the air.
    ///
    /// # Errors
    /// [`EngineError`] when the array cannot locate at all.
    pub fn try_new(
        array: Array,
        atmosphere: Atmosphere,
        settings: Settings,
    ) -> Result<Self, EngineError> {
        let (need, got) = (settings.min_sensors, array.sensors().len());
        if got < need {
            return Err(EngineError::TooFewSensors { need, got });
        }
        let (along_m, across_m) = spread(&array);
        if across_m <= 0.01 * along_m {
            return Err(EngineError::Collinear { across_m, along_m });
        }
        Ok(Self {
            covered: vec![Vec::new(); got],
            site: Site::new(array, atmosphere, settings),
            air: CarriedAir::new(atmosphere),
            pending: Vec::new(),
            memory: Memory::default(),
        })
    }

    /// The sensors.
    pub fn array(&self) -> &Array {
        self.site.array()
    }

    /// States that `sensor` was recording between two times, so that its silence counts.
    ///
    /// # Panics
    /// If `sensor` is not of this engine's array.
    pub fn cover(&mut self, sensor: SensorIdx, from: Timestamp, to: Timestamp) {
        self.covered[sensor.0].push((from, to));
    }

    /// Takes an onset.
    ///
    /// # Panics
    /// If its sensor is not of this engine's array.
    pub fn push(&mut self, onset: Onset) {
        assert!(
            onset.sensor.0 < self.covered.len(),
            "onset of an unknown sensor"
        );
        self.pending.push(onset);
    }

    /// Declares that every onset before `watermark` has been pushed, and returns the incidents that
    /// can no longer change.
    pub fn advance(&mut self, watermark: Timestamp) -> Vec<Incident> {
        self.run(Some(watermark))
    }

    /// Declares that no onset will follow.
    pub fn finish(&mut self) -> Vec<Incident> {
        self.run(None)
    }

    fn run(&mut self, watermark: Option<Timestamp>) -> Vec<Incident> {
        // Strength too: of one sensor's onsets at one instant the order of pushing must not decide.
        self.pending.sort_by(|a, b| {
            (a.time, a.sensor)
                .cmp(&(b.time, b.sensor))
                .then(b.snr_db.total_cmp(&a.snr_db))
                .then(b.peak_dbfs.total_cmp(&a.peak_dbfs))
                .then(a.sigma.0.total_cmp(&b.sigma.0))
        });
        let mut shots = Vec::new();
        while let Some(cut) = self.next_cut(watermark) {
            shots.extend(self.solve(cut));
        }
        let mut incidents = group(shots, &self.site.settings);
        for incident in &mut incidents {
            incident.motion = Motion::of_shots(&self.site, &incident.shots);
            self.memory.weigh(incident, &self.site.settings);
        }
        incidents
    }

    /// Time within which sounds can belong to one burst.
    fn reach_s(&self) -> f64 {
        self.site.longest_baseline_s() + self.site.settings.burst_gap_s
    }

    /// Where the next episode ends, if it can be told by now.
    fn next_cut(&mut self, watermark: Option<Timestamp>) -> Option<Cut> {
        let anchor_db = self.site.settings.anchor_snr_db;
        let reach = Seconds(self.reach_s());
        let mut strong = self
            .pending
            .iter()
            .filter(|o| o.snr_db >= anchor_db)
            .map(|o| o.time);
        let Some(first) = strong.next() else {
            // Nothing to start from: weak onsets wait for company, but not for ever.
            if let Some(mark) = watermark {
                let old = mark - reach - Seconds(LONELY_S);
                self.pending.retain(|o| o.time >= old);
            } else {
                self.pending.clear();
            }
            return None;
        };
        let start = first - reach;
        let mut last = first;
        for time in strong {
            if time.since(last).0 > reach.0 || time.since(first).0 > LONGEST_EPISODE_S {
                break;
            }
            last = time;
        }
        let end = last + reach;
        if watermark.is_some_and(|mark| mark < end) {
            return None;
        }
        let whole = last.since(first).0 + reach.0 < LONGEST_EPISODE_S;
        // A cut episode keeps only what began early enough to be complete.
        let accept_until = if whole {
            end
        } else {
            first + Seconds((LONGEST_EPISODE_S - 2.0 * reach.0).max(1.0))
        };
        Some(Cut {
            start,
            end,
            accept_until,
        })
    }

    /// Takes the air as it is known by `time`.
    fn set_air(&mut self, time: Timestamp) {
        let air = self.air.at(time);
        if air != *self.site.atmosphere() {
            let paths = self.site.paths.take();
            self.site = Site::new(self.site.array.clone(), air, self.site.settings);
            self.site.paths = paths;
        }
        self.site.time = Some(time);
    }

    /// Associates one episode, removes what it explains or can no longer use, returns its shots.
    fn solve(&mut self, cut: Cut) -> Vec<Shot> {
        let inside: Vec<usize> = (0..self.pending.len())
            .filter(|&i| (cut.start..=cut.end).contains(&self.pending[i].time))
            .collect();
        let epoch = cut.start;
        self.set_air(epoch);
        // `inside` is in order of (time, sensor), as is the episode: indices agree.
        let picks = inside
            .iter()
            .map(|&i| pick(&self.pending[i], epoch))
            .collect();
        let covered = self
            .covered
            .iter()
            .map(|spans| {
                spans
                    .iter()
                    .map(|(from, to)| (from.since(epoch).0, to.since(epoch).0))
                    .collect()
            })
            .collect();
        let episode = Episode::new(picks, covered);
        let onsets: Vec<&Onset> = inside.iter().map(|&i| &self.pending[i]).collect();
        // The same for every burst, and most episodes have none.
        let features = LazyCell::new(|| classify::features_by_sensor(&onsets));
        let mut used = vec![false; self.pending.len()];
        let mut shots = Vec::new();
        for burst in associate(&self.site, &episode) {
            let began = epoch + Seconds(burst.fix.times_s[0]);
            if began > cut.accept_until {
                continue;
            }
            for index in burst.explains(&episode) {
                used[inside[index]] = true;
            }
            self.air.hear(&self.site, &burst, &episode, epoch);
            let mut found = self.shots(&burst, &episode, &onsets, &features, epoch);
            ballistic::look_for_bullets(&mut found, &self.site.array, &self.site.settings, &onsets);
            shots.extend(found);
        }
        let mut index = 0;
        self.pending.retain(|onset| {
            let keep = !used[index] && onset.time > cut.accept_until;
            index += 1;
            keep
        });
        shots
    }

    fn shots(
        &self,
        burst: &Burst,
        episode: &Episode,
        onsets: &[&Onset],
        features: &[Row],
        epoch: Timestamp,
    ) -> Vec<Shot> {
        let fix = &burst.fix;
        (0..burst.rounds.len())
            .map(|k| {
                let heard = burst.rounds[k].picks.iter().flatten();
                let aloft = Aloft::of_round(&self.site, burst, k, episode);
                let evidence = ShotEvidence {
                    is_aloft: aloft.is_some(),
                    ..self.evidence(burst, k, onsets)
                };
                Shot {
                    time: epoch + Seconds(fix.times_s[k]),
                    time_sigma: Seconds(fix.time_sigmas_s[k]),
                    position: fix.positions[k],
                    covariance_m2: fix.covariances_m2[k],
                    ellipse95: ellipse95(fix.covariances_m2[k]),
                    atmosphere: *self.site.atmosphere(),
                    arrivals: self.arrivals(burst, k, episode, onsets, epoch),
                    class: classify::classify_shot(heard.map(|&i| &features[i]), &evidence),
                    trajectory: None,
                    aloft,
                }
            })
            .collect()
    }

    /// What the sensors' levels and number say of round `k`.
    fn evidence(&self, burst: &Burst, k: usize, onsets: &[&Onset]) -> ShotEvidence {
        let heard = burst.rounds[k].picks.iter().enumerate();
        let heard: Vec<(usize, &Onset)> = heard
            .filter_map(|(sensor, pick)| Some((sensor, onsets[(*pick)?])))
            .collect();
        let levels = heard.iter().filter_map(|&(sensor, onset)| {
            // Clipped levels are bounds from below.
            let place = self.site.sensors[sensor].position;
            let range_m = burst.fix.positions[k].distance_m(place).max(1.0);
            Some(onset.level_db_spl? + 20.0 * range_m.log10())
        });
        let mut levels: Vec<f64> = levels.collect();
        ShotEvidence {
            n_sensors: heard.len(),
            source_level_db_spl: (!levels.is_empty()).then(|| median(&mut levels)),
            is_aloft: false,
        }
    }

    /// The part of every recording sensor in round `k`.
    fn arrivals(
        &self,
        burst: &Burst,
        k: usize,
        episode: &Episode,
        onsets: &[&Onset],
        epoch: Timestamp,
    ) -> Vec<ShotArrival> {
        let fix = &burst.fix;
        let position: Enu = fix.positions[k];
        let assumptions = self.site.assumptions();
        let learned = assumptions.learned(position);
        let mut solved = fix.residuals_s[k].iter().zip(&fix.direct[k]);
        let mut arrivals = Vec::new();
        for (sensor, chosen) in burst.rounds[k].picks.iter().enumerate() {
            let place = self.site.sensors[sensor].position;
            let straight_s = self.site.medium.delay_s(position, place);
            let extra_s = assumptions.city(learned.as_ref(), sensor, straight_s).mean;
            let expected_s = fix.times_s[k] + straight_s + extra_s;
            let arrival = |index: usize, residual_s: f64, status, reason: String| ShotArrival {
                sensor: SensorIdx(sensor),
                time: onsets[index].time,
                residual: Some(Seconds(residual_s)),
                status,
                reason,
                level_db_spl: onsets[index].level_db_spl,
            };
            if let Some(index) = *chosen {
                // Residuals stand in the order of the chosen onsets.
                let Some((&residual_s, &direct)) = solved.next() else {
                    continue;
                };
                arrivals.push(if direct >= 0.5 {
                    arrival(
                        index,
                        residual_s,
                        ArrivalStatus::Used,
                        "direct arrival".to_owned(),
                    )
                } else {
                    let reason = format!(
                        "{:.0} ms late: an echo whose direct wave was not heard",
                        1e3 * residual_s
                    );
                    arrival(index, residual_s, ArrivalStatus::Rejected, reason)
                });
                continue;
            }
            if !episode.is_covered(sensor, expected_s) {
                continue;
            }
            let near = episode
                .between(sensor, expected_s - 0.1, expected_s + 0.1)
                .iter()
                .copied()
                .min_by(|&a, &b| {
                    let off = |i: usize| (episode.picks()[i].time_s - expected_s).abs();
                    off(a).total_cmp(&off(b))
                });
            arrivals.push(match near {
                Some(index) => {
                    let residual_s = episode.picks()[index].time_s - expected_s;
                    let reason = format!(
                        "{:.0} ms {} the expected time: another sound or an echo",
                        1e3 * residual_s.abs(),
                        if residual_s < 0.0 { "before" } else { "after" }
                    );
                    arrival(index, residual_s, ArrivalStatus::Rejected, reason)
                }
                None => ShotArrival {
                    sensor: SensorIdx(sensor),
                    time: epoch + Seconds(expected_s),
                    residual: None,
                    status: ArrivalStatus::Missing,
                    reason: format!(
                        "nothing heard within 100 ms of the expected time, {:.0} m away",
                        position.distance_m(place)
                    ),
                    level_db_spl: None,
                },
            });
        }
        arrivals
    }
}

struct Cut {
    start: Timestamp,
    end: Timestamp,
    accept_until: Timestamp,
}

fn pick(onset: &Onset, epoch: Timestamp) -> Pick {
    Pick {
        sensor: onset.sensor.0,
        time_s: onset.time.since(epoch).0,
        sigma_s: onset.sigma.0,
        snr_db: onset.snr_db,
        peak_dbfs: onset.peak_dbfs,
        level_db_spl: onset.level_db_spl,
        clipped: onset.clipped,
    }
}

/// Standard deviations of the sensors along and across the line that fits them best, metres.
fn spread(array: &Array) -> (f64, f64) {
    let n = array.sensors().len() as f64;
    let mean = |f: fn(Enu) -> f64| array.sensors().iter().map(|s| f(s.position)).sum::<f64>() / n;
    let (east, north) = (mean(|p| p.east_m), mean(|p| p.north_m));
    let (mut ee, mut en, mut nn) = (0.0, 0.0, 0.0);
    for s in array.sensors() {
        let (e, n) = (s.position.east_m - east, s.position.north_m - north);
        ee += e * e;
        en += e * n;
        nn += n * n;
    }
    let (half, turn) = (0.5 * (ee + nn) / n, (0.5 * (ee - nn) / n).hypot(en / n));
    ((half + turn).sqrt(), (half - turn).max(0.0).sqrt())
}
