//! Pulses as they come, shots as soon as they can no longer change.

use std::collections::VecDeque;

use super::explain::Shot;
use super::network::Network;
use super::pulse::Pulse;
use super::region::{associate, by_burst};
use super::session::Session;
use crate::geodesy::Enu;
use crate::solve::Air;
use crate::timestamp::Timestamp;
use crate::units::Seconds;

/// A window decides about the shots fired in this time, seconds.
const WINDOW_S: f64 = 10.0;
/// It hears what came this long before, for rounds of a burst tell of one another, seconds.
const BEFORE_S: f64 = 4.0;
/// And this long after beside the time that sound takes across the array, seconds.
const AFTER_S: f64 = 4.0;
/// A shot this near to the edge of two windows may be in either, or in both if they see it this near to one
/// another, seconds and metres.
const EDGE_S: f64 = 0.03;
const SAME_M: f64 = 30.0;
/// A sensor that reports more than this in one window is cut down to its strongest pulses: a flood
/// costs linear time.
const MOST_PULSES: usize = 600;

/// A shot with its absolute time.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamShot {
    /// When it was fired.
    pub time: Timestamp,
    /// The shot; its times and pulses count from the window that found it.
    pub shot: Shot,
}

/// Associates a stream of pulses: push what comes in any order, advance the watermark.
///
/// A function of its inputs. Windows lie on a grid of absolute time, so that neither the order of
/// pushing within the watermark nor the steps of the watermark change a byte.
#[derive(Clone, Debug)]
pub struct Stream {
    network: Network,
    reach_s: f64,
    pending: VecDeque<(Timestamp, usize, f64)>,
    /// Begin of the next window, once a pulse has come.
    next: Option<Timestamp>,
    /// Shots of the last window.
    last: Vec<(Timestamp, Enu)>,
    /// What earlier bursts have told of the paths from their places.
    session: Session,
}

impl Stream {
    /// A stream from the sensors of `network`.
    pub fn new(network: Network) -> Self {
        let reach_s = network.longest_delay_s();
        Self {
            network,
            reach_s,
            pending: VecDeque::new(),
            next: None,
            last: Vec::new(),
            session: Session::default(),
        }
    }

    /// The sensors.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Takes a new report of the air for what is associated from now on.
    pub fn set_air(&mut self, air: Air) {
        let survey_sigma_m = self.network.survey_sigma_m;
        let sensors = std::mem::take(&mut self.network.sensors);
        self.network = Network::new(sensors, air).with_survey_sigma_m(survey_sigma_m);
    }

    /// Takes a pulse of `sensor`; one of an unknown sensor is ignored.
    pub fn push(&mut self, sensor: usize, time: Timestamp, snr_db: f64) {
        if sensor < self.network.sensors().len() {
            self.pending.push_back((time, sensor, snr_db));
        }
    }

    /// Declares that every pulse before `watermark` has been pushed; returns the shots that can no longer
    /// change, in order of time.
    pub fn advance(&mut self, watermark: Timestamp) -> Vec<StreamShot> {
        self.run(Some(watermark))
    }

    /// Declares that no pulse will follow.
    pub fn finish(&mut self) -> Vec<StreamShot> {
        self.run(None)
    }

    fn run(&mut self, watermark: Option<Timestamp>) -> Vec<StreamShot> {
        self.pending
            .make_contiguous()
            .sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
        let mut shots = Vec::new();
        while let Some(&(first, ..)) = self.pending.front() {
            let begin = match self.next {
                Some(next) if next > first - Seconds(self.reach_s + BEFORE_S) => next,
                // Nothing to hear until then.
                _ => on_grid(first - Seconds(self.reach_s)),
            };
            let end = begin + Seconds(WINDOW_S);
            let hears = end + Seconds(self.reach_s + AFTER_S);
            if watermark.is_some_and(|mark| mark < hears) {
                break;
            }
            if watermark.is_none() && self.pending.back().is_some_and(|last| last.0 < begin) {
                self.pending.clear();
                break;
            }
            let found = self.window(begin, end, hears);
            self.last = found.iter().map(|s| (s.time, s.shot.position)).collect();
            shots.extend(found);
            self.next = Some(end);
            while self
                .pending
                .front()
                .is_some_and(|p| p.0 < end - Seconds(BEFORE_S))
            {
                self.pending.pop_front();
            }
        }
        shots
    }

    /// Shots fired from `begin` to before `end`, told by what came before `hears`.
    fn window(&mut self, begin: Timestamp, end: Timestamp, hears: Timestamp) -> Vec<StreamShot> {
        let from = begin - Seconds(BEFORE_S);
        let mut pulses: Vec<Pulse> = self
            .pending
            .iter()
            .filter(|p| p.0 >= from && p.0 < hears)
            .map(|&(time, sensor, snr_db)| Pulse {
                sensor,
                time_s: time.since(begin).0,
                snr_db,
            })
            .collect();
        limit(&mut pulses, self.network.sensors().len());
        let mut found: Vec<StreamShot> = associate(&self.network, &pulses)
            .into_iter()
            .map(|shot| StreamShot {
                time: begin + Seconds(shot.time_s),
                shot,
            })
            .filter(|shot| shot.time >= begin - Seconds(EDGE_S) && shot.time < end)
            .filter(|shot| {
                !self.last.iter().any(|(time, place)| {
                    shot.time.since(*time).0.abs() < EDGE_S
                        && place.horizontal_distance_m(shot.shot.position) < SAME_M
                })
            })
            .collect();
        for mut burst in by_burst(found.iter_mut().map(|shot| &mut shot.shot)) {
            let fired = begin + Seconds(burst[0].time_s);
            (self.session).place(&self.network, &pulses, fired, &mut burst);
        }
        for shot in &mut found {
            shot.time = begin + Seconds(shot.shot.time_s);
        }
        found
    }
}

/// The last point of the grid of windows that is not after `time`.
fn on_grid(time: Timestamp) -> Timestamp {
    let step_ns = (WINDOW_S * 1e9) as i64;
    Timestamp::from_unix_ns(time.unix_ns().div_euclid(step_ns) * step_ns)
}

/// Leaves every sensor at most [`MOST_PULSES`], the strongest.
fn limit(pulses: &mut Vec<Pulse>, n_sensors: usize) {
    let mut snr_db: Vec<Vec<f64>> = vec![Vec::new(); n_sensors];
    for pulse in pulses.iter() {
        snr_db[pulse.sensor].push(pulse.snr_db);
    }
    let least: Vec<f64> = snr_db
        .iter_mut()
        .map(|own| {
            if own.len() <= MOST_PULSES {
                return f64::NEG_INFINITY;
            }
            own.sort_by(|a, b| b.total_cmp(a));
            own[MOST_PULSES - 1]
        })
        .collect();
    let mut kept = vec![0; n_sensors];
    pulses.retain(|p| {
        let keep = least[p.sensor] == f64::NEG_INFINITY
            || (p.snr_db >= least[p.sensor] && kept[p.sensor] < MOST_PULSES);
        kept[p.sensor] += usize::from(keep);
        keep
    });
}
