//! Hypotheses for one anchor onset: a scan of the whole map, then fits of its best places.

use super::episode::Episode;
use super::evidence;
use super::site::Site;
use crate::geodesy::Enu;
use crate::locate::fit::{Observation, Round, fit};

/// A supposed shot.
#[derive(Clone, Debug)]
pub(super) struct Hypothesis {
    pub(super) position: Enu,
    /// Time of firing, seconds after the episode's epoch.
    pub(super) time_s: f64,
    /// Log likelihood ratio against clutter.
    pub(super) evidence: f64,
    /// Index of the onset of each sensor that heard it.
    pub(super) picks: Vec<Option<usize>>,
}

impl Hypothesis {
    pub(super) fn n_heard(&self) -> usize {
        self.picks.iter().flatten().count()
    }
}

/// Resolution of the scan in time, seconds.
const SLOT_S: f64 = 0.004;
/// Places of one anchor that are fitted.
const MAX_FITS: usize = 6;
/// Fits and re-picks until the arrivals no longer change, at most.
const MAX_ROUNDS: usize = 4;

/// Onsets farther than this from an anchor in time do not bear on its hypotheses, seconds.
pub(super) fn search_reach_s(site: &Site) -> f64 {
    // A fit may leave the cell it started from, and forerunners and echoes reach a little farther.
    site.longest_baseline_s() + 1.0
}

/// The supposed shots whose arrival at one sensor is the onset `anchor`, best first.
pub(super) fn hypotheses(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    anchor: usize,
) -> Vec<Hypothesis> {
    let mut found: Vec<Hypothesis> = Vec::new();
    for (cell, _) in best_cells(site, episode, taken, anchor) {
        let position = site.place(cell);
        let pick = &episode.picks()[anchor];
        let delay_s = site
            .medium
            .delay_s(position, site.sensors[pick.sensor].position);
        let start = assess(
            site,
            episode,
            taken,
            position,
            pick.time_s - delay_s,
            0.5 * site.step_m,
        );
        if let Some(fitted) = refine(site, episode, taken, start)
            && !found.iter().any(|h| h.picks == fitted.picks)
        {
            found.push(fitted);
        }
    }
    found.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    found
}

/// Cells where the scan is best, one per neighbourhood, with their scores.
fn best_cells(site: &Site, episode: &Episode, taken: &[bool], anchor: usize) -> Vec<(usize, f32)> {
    /// Neighbourhood from which one cell is kept, cells on a side.
    const BLOCK: usize = 6;
    let pick = episode.picks()[anchor];
    let longest_s = site.longest_baseline_s() + 0.2;
    // Timing error within a cell: half a diagonal, towards one sensor and away from another.
    let cell_s = 0.7 * site.step_m / site.medium.speed_m_s;
    let anchor_delays = site.delays_s(pick.sensor);
    let n_cells = anchor_delays.len();
    let mut scores = vec![0.0_f32; n_cells];
    let mut in_reach = 0;
    for sensor in 0..episode.n_sensors() {
        if sensor == pick.sensor {
            continue;
        }
        let reach = episode.between(sensor, pick.time_s - longest_s, pick.time_s + longest_s);
        if reach.iter().any(|&i| !taken[i]) {
            in_reach += 1;
        }
        let strip = Strip::new(site, episode, taken, sensor, pick.time_s, longest_s, cell_s);
        for ((score, &delay), &anchor_delay) in scores
            .iter_mut()
            .zip(site.delays_s(sensor))
            .zip(anchor_delays)
        {
            *score += strip.at(delay - anchor_delay);
        }
    }
    if in_reach + 2 < site.settings.min_sensors {
        return Vec::new();
    }
    let blocks_wide = site.columns.div_ceil(BLOCK);
    let mut best = vec![(0_usize, f32::NEG_INFINITY); blocks_wide * site.rows.div_ceil(BLOCK)];
    for (cell, &score) in scores.iter().enumerate() {
        let (row, column) = (cell / site.columns, cell % site.columns);
        let block = &mut best[row / BLOCK * blocks_wide + column / BLOCK];
        if score > block.1 {
            *block = (cell, score);
        }
    }
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    best.truncate(MAX_FITS);
    best.retain(|b| b.1 > 0.0);
    best
}

/// Evidence of one sensor as a function of when it should hear the shot, in slots.
struct Strip {
    first_s: f32,
    slots: Vec<f32>,
}

impl Strip {
    /// Times are relative to the anchor's.
    fn new(
        site: &Site,
        episode: &Episode,
        taken: &[bool],
        sensor: usize,
        anchor_s: f64,
        longest_s: f64,
        cell_s: f64,
    ) -> Self {
        let n = (2.0 * longest_s / SLOT_S) as usize + 1;
        // Range decides little here; the middle of a city stands for all.
        let typical_delay_s = 0.8;
        let sigma_s = site.arrival_sigma_s(sensor, typical_delay_s).hypot(cell_s);
        let slots = (0..n)
            .map(|slot| {
                let predicted_s = anchor_s - longest_s + slot as f64 * SLOT_S;
                if episode.is_covered(sensor, predicted_s) {
                    evidence::of_silence(typical_delay_s) as f32
                } else {
                    0.0
                }
            })
            .collect();
        let mut strip = Self {
            first_s: -longest_s as f32,
            slots,
        };
        // An onset speaks for slots from `late` before it (it may be an echo) to `early` after.
        let late = ((4.0 * sigma_s + 2.5 * site.settings.late_mean_s) / SLOT_S) as i64;
        let early = (4.0 * sigma_s / SLOT_S) as i64;
        let timing: Vec<f32> = (-late..=early)
            .map(|slot| evidence::of_timing(-slot as f64 * SLOT_S, sigma_s, &site.settings) as f32)
            .collect();
        let (from_s, to_s) = (
            anchor_s - longest_s - early as f64 * SLOT_S,
            anchor_s + longest_s + late as f64 * SLOT_S,
        );
        for &i in episode.between(sensor, from_s, to_s) {
            if taken[i] {
                continue;
            }
            let pick = &episode.picks()[i];
            let strength = evidence::of_strength(pick, episode.company(i), typical_delay_s) as f32;
            let own_slot = ((pick.time_s - anchor_s + longest_s) / SLOT_S).round() as i64;
            for (slot, timing) in (own_slot - late..).zip(&timing) {
                if let Some(best) = usize::try_from(slot)
                    .ok()
                    .and_then(|k| strip.slots.get_mut(k))
                {
                    *best = best.max(strength + timing);
                }
            }
        }
        strip
    }

    #[inline]
    fn at(&self, lag_s: f32) -> f32 {
        // A cast saturates: lags before the first slot read the first, beyond the last nothing.
        let slot = ((lag_s - self.first_s) * (1.0 / SLOT_S as f32) + 0.5) as usize;
        self.slots.get(slot).copied().unwrap_or(0.0)
    }
}

/// What every sensor says of a shot at `position` at `time_s`; `blur_m` widens the timing for a position that
/// is not yet fitted.
pub(super) fn assess(
    site: &Site,
    episode: &Episode,
    taken: &[bool],
    position: Enu,
    time_s: f64,
    blur_m: f64,
) -> Hypothesis {
    let blur_s = blur_m / site.medium.speed_m_s;
    let mut evidence = 0.0;
    let mut picks = vec![None; episode.n_sensors()];
    let mut levels = Vec::with_capacity(episode.n_sensors());
    for (sensor, pick) in picks.iter_mut().enumerate() {
        let delay_s = site.medium.delay_s(position, site.sensors[sensor].position);
        let sigma_s = site.arrival_sigma_s(sensor, delay_s).hypot(blur_s);
        let (score, index) = evidence::of_sensor(
            episode,
            taken,
            sensor,
            time_s + delay_s,
            delay_s,
            sigma_s,
            &site.settings,
        );
        evidence += score;
        *pick = index;
        if let Some(heard) = index.map(|i| episode.picks()[i]) {
            evidence += evidence::of_forerunners(episode, taken, sensor, heard.time_s);
            if let Some(level) = heard.level_db_spl {
                levels.push((delay_s * site.medium.speed_m_s, level, heard.clipped));
            }
        }
    }
    Hypothesis {
        position,
        time_s,
        evidence: evidence + evidence::of_levels(&levels),
        picks,
    }
}

/// Fits the arrivals, picks again at the fitted place, and so on until nothing changes.
fn refine(site: &Site, episode: &Episode, taken: &[bool], start: Hypothesis) -> Option<Hypothesis> {
    let mut current = start;
    for round in 0..MAX_ROUNDS {
        if current.n_heard() + 1 < site.settings.min_sensors {
            return None;
        }
        let fix = fit(
            &[as_round(episode, &current.picks, current.time_s)],
            current.position,
            &site.assumptions(),
        )
        .ok()?;
        let position = fix.positions[0];
        if !site.holds(position) {
            return None;
        }
        let blur_m = if round == 0 { 0.2 * site.step_m } else { 0.0 };
        let next = assess(site, episode, taken, position, fix.times_s[0], blur_m);
        let settled = next.picks == current.picks;
        current = next;
        if settled && round > 0 {
            break;
        }
    }
    let strong_db = site.settings.anchor_snr_db;
    let heard = current.picks.iter().flatten();
    let n_strong = heard
        .filter(|&&i| episode.picks()[i].snr_db >= strong_db)
        .count();
    site.settings
        .is_shot(current.evidence, current.n_heard(), n_strong)
        .then_some(current)
}

/// The arrivals of one round as a fit wants them.
pub(super) fn as_round(episode: &Episode, picks: &[Option<usize>], time_s: f64) -> Round {
    Round {
        time_s,
        observations: picks
            .iter()
            .flatten()
            .map(|&i| {
                let pick = &episode.picks()[i];
                Observation {
                    sensor: pick.sensor,
                    time_s: pick.time_s,
                    sigma_s: pick.sigma_s,
                }
            })
            .collect(),
    }
}
