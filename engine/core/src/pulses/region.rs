//! Where the rounds of a burst were fired and how surely, once it is known which pulses are theirs.

use super::explain::{Shot, associate as explain, in_order_of_time};
use super::network::Network;
use super::pulse::Pulse;
use super::settle::{USUAL_JITTER_S, USUAL_PULSES};
use crate::atmosphere::Uncertain;
use crate::geodesy::Enu;
use crate::solve::{
    Dimensions, MAX_SENSORS, Problem, Settings, Solution, joint_covariance_m2, solve,
};
use crate::units::Seconds;

/// Spread of the constant delays of a city that live fire shows, seconds ([`crate::Settings::path_sigma_s`]).
pub(super) const CITY_S: f64 = 0.0085;
/// Spreads of the paths that are tried, seconds: straight rays and a city.
const PATHS_S: [f64; 2] = [0.0, CITY_S];
/// What the delays scatter by where many are those of other sounds, seconds. That widens an answer but gives
/// none.
const STRAY_S: f64 = 0.020;
/// Log of its odds. The search has chosen the pulses of a burst so that they agree, which speaks for the narrow
/// readings more than the same delays unchosen would. Set on generated cases of seeds 301 to 305.
const STRAY_ODDS: f64 = 3.0;
/// So often delays and times of firing are taken from one another.
const PASSES: usize = 4;
/// So often the height of a source is taken anew where it was found at most ...
const HEIGHTS: usize = 4;
/// ... or until it moves by less than this, metres.
const STANDS_M: f64 = 0.05;

/// Explains `pulses` by shots, in order of time, and locates them.
pub fn associate(network: &Network, pulses: &[Pulse]) -> Vec<Shot> {
    let mut shots = explain(network, pulses);
    for mut burst in by_burst(shots.iter_mut()) {
        place(network, pulses, &mut burst);
    }
    in_order_of_time(&mut shots);
    shots
}

/// The rounds of each burst, which share its place to the last bit, bursts in order of their first.
pub(super) fn by_burst<'a>(shots: impl Iterator<Item = &'a mut Shot>) -> Vec<Vec<&'a mut Shot>> {
    let mut bursts: Vec<Vec<&mut Shot>> = Vec::new();
    for shot in shots {
        let own = bursts
            .iter_mut()
            .find(|burst| burst[0].position == shot.position);
        match own {
            Some(burst) => burst.push(shot),
            None => bursts.push(vec![shot]),
        }
    }
    bursts
}

/// Locates the rounds of one burst anew, as one shot whose arrivals are the delays they share: each on time or
/// late, sensors, wind and speed of sound as uncertain as stated. How straight the paths are is not known
/// beforehand; the description under which the delays are likeliest gives the place, all of them the covariance.
///
/// Fewer than four delays leave a burst as it is.
fn place(network: &Network, pulses: &[Pulse], burst: &mut [&mut Shot]) {
    let paths = Paths::of(network, pulses, burst);
    let locate = |sigma_s, odds| {
        let found = paths.locate(network, sigma_s, burst[0].position)?;
        Some((found.log_evidence + odds, found))
    };
    let mut known: Vec<(f64, Solution)> = PATHS_S
        .iter()
        .filter_map(|&sigma_s| locate(sigma_s, 0.0))
        .collect();
    let likeliest = known.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((most, best)) = likeliest else {
        return;
    };
    known.extend(locate(STRAY_S, STRAY_ODDS));
    let covariance_m2 = joint_covariance_m2(best.position, most, &known);
    let position = network.place(best.position.east_m, best.position.north_m);
    for (shot, fired_s) in burst.iter_mut().zip(&paths.fired_s) {
        shot.position = position;
        shot.time_s = fired_s + best.t0.0;
        shot.covariance_m2 = covariance_m2;
    }
}

/// What the rounds of a burst say of the paths from its place.
pub(super) struct Paths {
    /// Sensors, their delays and the error of each by jitter, seconds.
    pub(super) heard: Vec<(usize, f64, f64)>,
    /// When each round was fired, on the scale of the delays.
    pub(super) fired_s: Vec<f64>,
}

impl Paths {
    pub(super) fn of(network: &Network, pulses: &[Pulse], burst: &[&mut Shot]) -> Self {
        let mut fired_s: Vec<f64> = burst.iter().map(|s| s.time_s).collect();
        let heard: Vec<(usize, usize, f64)> = burst
            .iter()
            .enumerate()
            .flat_map(|(k, shot)| {
                shot.pulses
                    .iter()
                    .map(move |&i| (k, pulses[i].sensor, pulses[i].time_s))
            })
            .collect();
        let n_sensors = network.sensors.len();
        let (mut delays_s, mut rounds) = (Vec::new(), Vec::new());
        for _ in 0..PASSES {
            (delays_s, rounds) = means(
                n_sensors,
                heard.iter().map(|&(k, s, time_s)| (s, time_s - fired_s[k])),
            );
            let (shifts_s, _) = means(
                burst.len(),
                heard
                    .iter()
                    .map(|&(k, s, time_s)| (k, time_s - fired_s[k] - delays_s[s])),
            );
            for (fired_s, shift_s) in fired_s.iter_mut().zip(shifts_s) {
                *fired_s += shift_s;
            }
        }
        let unknowns = burst.len() + rounds.iter().filter(|n| **n > 0).count();
        let free = heard.len().saturating_sub(unknowns) as f64;
        let sum: f64 = heard
            .iter()
            .map(|&(k, s, time_s)| (time_s - fired_s[k] - delays_s[s]).powi(2))
            .sum();
        let jitter2 =
            (sum + USUAL_PULSES * USUAL_JITTER_S * USUAL_JITTER_S) / (free + USUAL_PULSES);
        let with = |least: usize| -> Vec<usize> {
            (0..n_sensors).filter(|&s| rounds[s] >= least).collect()
        };
        // A delay read once may be another sound's.
        let sure = with(2);
        let mut used = if sure.len() >= 5 { sure } else { with(1) };
        used.sort_by(|&a, &b| delays_s[a].total_cmp(&delays_s[b]));
        used.truncate(MAX_SENSORS);
        Self {
            heard: (used.into_iter())
                .map(|s| (s, delays_s[s], (jitter2 / rounds[s] as f64).sqrt()))
                .collect(),
            fired_s,
        }
    }

    fn locate(&self, network: &Network, path_sigma_s: f64, near: Enu) -> Option<Solution> {
        let sensors: Vec<Enu> = (self.heard.iter())
            .map(|path| network.sensors[path.0])
            .collect();
        let arrivals: Vec<Seconds> = self.heard.iter().map(|path| Seconds(path.1)).collect();
        let paths: Vec<Uncertain> = (self.heard.iter())
            .map(|path| Uncertain::new(0.0, path.2.hypot(path_sigma_s)))
            .collect();
        let mut problem = Problem {
            sensors: &sensors,
            arrivals: &arrivals,
            sigma: Seconds(0.0),
            survey_sigma_m: network.survey_sigma_m,
            dimensions: Dimensions::Two,
            air: network.air,
            up_m: None,
            paths: &paths,
        };
        let settings = Settings::default();
        if network.is_flat() {
            return solve(&problem, &settings).ok();
        }
        problem.dimensions = Dimensions::Three;
        let mut at = near;
        let mut last = None;
        for _ in 0..HEIGHTS {
            problem.up_m = network.up_m(at);
            let found = solve(&problem, &settings).ok()?;
            let moved_m = found.position.horizontal_distance_m(at);
            at = found.position;
            last = Some(found);
            if moved_m < STANDS_M {
                break;
            }
        }
        last
    }
}

/// Mean of the values of each of `n` indices, and how many there are of each.
fn means(n: usize, values: impl Iterator<Item = (usize, f64)>) -> (Vec<f64>, Vec<usize>) {
    let (mut sums, mut counts) = (vec![0.0; n], vec![0; n]);
    for (k, value) in values {
        sums[k] += value;
        counts[k] += 1;
    }
    for (sum, count) in sums.iter_mut().zip(&counts) {
        *sum /= (*count).max(1) as f64;
    }
    (sums, counts)
}
