//! Bursts that explain the pulses together.

use super::burst::Burst;
use super::echo::rates;
use super::lags::Lags;
use super::network::Network;
use super::pulse::{Pulse, Pulses};
use super::scan::{Around, Seed, seeds, seeds_near, spread};
use super::scene::Scene;
use crate::geodesy::Enu;

/// One located discharge.
#[derive(Clone, Debug, PartialEq)]
pub struct Shot {
    /// When it was fired, seconds after the caller's epoch.
    pub time_s: f64,
    /// Where.
    pub position: Enu,
    /// Covariance of (east, north), square metres.
    pub covariance_m2: [[f64; 2]; 2],
    /// The pulses that it explains, indices of the caller, in order of time.
    pub pulses: Vec<usize>,
    /// Log likelihood ratio against clutter.
    pub evidence: f64,
}

/// Places that are tried after each scan, ...
const SEEDS: usize = 30;
/// ... this far apart, metres, ...
const APART_M: f64 = 15.0;
/// ... first those whose score is at least this share of the best, for others may be ghosts of it, ...
const DIM: f32 = 0.4;
/// ... and so many in any case.
const FEWEST_SEEDS: usize = 4;
/// If none of them is worth it, so many more are, ...
const LAST_SEEDS: usize = 150;
/// ... nearer together, for late paths blur the map and a draft must begin within some 10 m, metres, ...
const LAST_APART_M: f64 = 7.0;
/// ... so many at a time.
const LAST_AT_ONCE: usize = 100;
/// Scans at most.
const SCANS: usize = 10;
/// The best drafts of a scan settle again, once and once more; most places lead to the same few.
const SETTLE_AGAIN: [usize; 2] = [24, 16];
/// Bursts of one scan that are looked at closely.
const FINISHED: usize = 8;
/// Bursts this near to one another are one, metres.
const SAME_M: f64 = 3.0;
/// Of two readings of the same pulses the one goes that is worth less than the other by this share of
/// it: a place from which the same rounds fit worse. But readings ...
const POORER: f64 = 0.1;
/// ... as near as this may still overtake, as they settle.
const LEAST_POORER: f64 = 10.0;
/// Readings are of the same pulses if they share this much of them. Not less: a mixture of two shooters
/// may be worth more than either.
const ALIKE: f64 = 0.65;
/// Evidence of the weakest burst taken from a scan as a share of the strongest's; weaker ones may be made
/// of what the strongest leaves over, and wait for the next scan.
const SURE: f64 = 0.4;
/// So much must its draft have, as a share of the best draft's and not below zero, to be looked at closely.
const LIKELY: f64 = 0.2;
/// A burst needs this much evidence: many places and readings are tried, the best of which is seen.
const LEAST_BURST: f64 = 8.0;

/// Explains `pulses` by shots, in order of time.
pub(super) fn associate(network: &Network, pulses: &[Pulse]) -> Vec<Shot> {
    let pulses = Pulses::new(pulses, network.sensors.len());
    let mut free = vec![true; pulses.list.len()];
    let mut bursts: Vec<Burst> = Vec::new();
    let mut lags = Lags::new(network);
    let mut settled = false;
    for _ in 0..SCANS {
        let found = scan(network, &pulses, &free, &bursts, &mut lags);
        if found.is_empty() {
            if settled {
                break;
            }
            bursts = sweep(network, &pulses, bursts, &mut lags);
            settled = true;
        } else {
            bursts.extend(found);
            settled = false;
        }
        let mut left = vec![true; pulses.list.len()];
        for i in bursts.iter().flat_map(Burst::picks) {
            left[i as usize] = false;
        }
        if left == free {
            break;
        }
        free = left;
    }
    shots(&pulses, &bursts)
}

fn shots(pulses: &Pulses, bursts: &[Burst]) -> Vec<Shot> {
    let mut shots: Vec<Shot> = bursts
        .iter()
        .flat_map(|burst| {
            burst.rounds.iter().map(|round| {
                let mut used: Vec<u32> = round.picks.iter().flatten().copied().collect();
                used.sort_unstable();
                Shot {
                    time_s: round.time_s,
                    position: burst.place.position,
                    covariance_m2: burst.place.covariance_m2,
                    pulses: used.iter().map(|&i| pulses.index[i as usize]).collect(),
                    evidence: round.evidence,
                }
            })
        })
        .collect();
    in_order_of_time(&mut shots);
    shots
}

/// Sorts `shots` by when, then where they were fired.
pub(super) fn in_order_of_time(shots: &mut [Shot]) {
    shots.sort_by(|a, b| {
        a.time_s
            .total_cmp(&b.time_s)
            .then(a.position.east_m.total_cmp(&b.position.east_m))
    });
}

/// Bursts among the free pulses that share none, best first.
fn scan(
    network: &Network,
    pulses: &Pulses,
    free: &[bool],
    known: &[Burst],
    lags: &mut Lags,
) -> Vec<Burst> {
    let echoes = rates(pulses, free, known);
    let new: Vec<bool> = free
        .iter()
        .zip(&echoes)
        .map(|(free, echoes)| *free && *echoes < SURE_ECHO)
        .collect();
    lags.count(network, pulses, &new, network.pairs.iter());
    let scene = Scene::new(network, pulses, free, echoes);
    let all = seeds(network, lags);
    let places = spread(&all, APART_M, SEEDS);
    let least = places.first().map_or(0.0, |best| DIM * best.score);
    let bright = places.partition_point(|seed| seed.score >= least);
    let (bright, dim) = places.split_at(bright.max(FEWEST_SEEDS).min(places.len()));
    for places in [bright, dim] {
        let found = grow(&scene, places);
        if !found.is_empty() {
            return found;
        }
    }
    let mut last = spread(&all, LAST_APART_M, LAST_SEEDS);
    last.retain(|seed| !places.contains(seed));
    last.chunks(LAST_AT_ONCE)
        .map(|places| grow(&scene, places))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Bursts grown from `places` that share no pulse, best first.
fn grow(scene: &Scene<'_>, places: &[Seed]) -> Vec<Burst> {
    let area_m2 = scene.network.area_m2();
    let drafts = drafts(scene, places, FINISHED);
    let likely = LIKELY
        * drafts
            .first()
            .map_or(0.0, |best| best.worth(area_m2))
            .max(0.0);
    let mut finished: Vec<(f64, Burst)> = drafts
        .into_iter()
        .filter(|draft| draft.worth(area_m2) >= likely)
        .map(|draft| scene.finish(draft))
        .map(|burst| (burst.worth(area_m2), burst))
        .filter(|(worth, _)| *worth >= LEAST_BURST)
        .collect();
    keep_different(&mut finished, FINISHED, |burst| burst);
    let least = SURE * finished.first().map_or(0.0, |f| f.0);
    let mut taken = vec![false; scene.free.len()];
    let mut found = Vec::new();
    for (worth, burst) in finished {
        if worth >= least && !burst.picks().any(|i| taken[i as usize]) {
            for i in burst.picks() {
                taken[i as usize] = true;
            }
            found.push(burst);
        }
    }
    found
}

/// The best drafts grown from `places` that lie apart.
fn drafts(scene: &Scene<'_>, places: &[Seed], most: usize) -> Vec<Burst> {
    let area_m2 = scene.network.area_m2();
    let weigh = |draft: Burst, open: bool| (draft.worth(area_m2), (draft, open));
    let mut drafts: Vec<(f64, (Burst, bool))> = places
        .iter()
        .filter_map(|seed| scene.draft_near(scene.network.place(seed.east_m, seed.north_m)))
        .map(|draft| weigh(draft, true))
        .collect();
    for few in SETTLE_AGAIN {
        keep_different(&mut drafts, few, |d| &d.0);
        drafts = drafts
            .into_iter()
            .filter_map(|(worth, (mut draft, open))| {
                if !open {
                    return Some((worth, (draft, open)));
                }
                let open = scene.improve(&mut draft)?;
                Some(weigh(draft, open))
            })
            .collect();
    }
    keep_different(&mut drafts, most, |d| &d.0);
    drafts.into_iter().map(|(_, (draft, _))| draft).collect()
}

/// Settles each burst again among what the others leave, the strongest first; those that are no longer
/// worth it go.
fn sweep(network: &Network, pulses: &Pulses, bursts: Vec<Burst>, lags: &mut Lags) -> Vec<Burst> {
    let area_m2 = network.area_m2();
    let mut order: Vec<(f64, Burst)> = bursts
        .into_iter()
        .map(|burst| (burst.worth(area_m2), burst))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut bursts: Vec<Burst> = order.into_iter().map(|o| o.1).collect();
    if bursts.len() == 1 {
        // The scan has seen it as it is.
        return bursts;
    }
    for _ in 0..bursts.len() {
        let burst = bursts.remove(0);
        let mut free = vec![true; pulses.list.len()];
        for i in bursts.iter().flat_map(Burst::picks) {
            free[i as usize] = false;
        }
        let echoes = rates(pulses, &free, &bursts);
        let scene = Scene::new(network, pulses, &free, echoes);
        let again = scene.again(burst.clone());
        let around = Around {
            at: burst.place.position,
            radius_m: AROUND_M,
        };
        lags.count(network, pulses, &free, around.pairs(network));
        let places = spread(&seeds_near(network, lags, around), APART_M, AROUND);
        // Each place by itself: two drafts within 3 m may have read their rounds differently.
        let anew = places
            .iter()
            .flat_map(|p| drafts(&scene, std::slice::from_ref(p), 1))
            .map(|draft| scene.finish(draft));
        let best = again
            .into_iter()
            .chain(anew)
            .map(|burst| (burst.worth(area_m2), burst))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((worth, burst)) = best
            && worth >= LEAST_BURST
            && !bursts
                .iter()
                .any(|b| b.worth(area_m2) > worth && is_split_from(&burst, b))
        {
            bursts.push(burst);
        }
    }
    bursts
}

/// Does `burst` look like another reading of the arrivals of `main`: all its rounds at one time with
/// rounds of that, from nearly its place?
fn is_split_from(burst: &Burst, main: &Burst) -> bool {
    let near = burst
        .place
        .position
        .horizontal_distance_m(main.place.position)
        < SPLIT_M;
    near && burst.rounds.iter().all(|round| {
        main.rounds
            .iter()
            .any(|other| (other.time_s - round.time_s).abs() < SPLIT_S)
    })
}

/// Two readings of one burst are this near, metres: a detour's worth ...
const SPLIT_M: f64 = 40.0;
/// ... and seconds.
const SPLIT_S: f64 = 0.06;

/// A burst is looked for again within this distance, metres, ...
const AROUND_M: f64 = 80.0;
/// ... from so many places.
const AROUND: usize = 4;

/// Where so many echoes a second are due, a pulse does not speak for a new place.
const SURE_ECHO: f64 = 20.0;

/// Keeps the best bursts that lie apart and are not poorer readings of better ones, best first.
fn keep_different<T>(bursts: &mut Vec<(f64, T)>, most: usize, burst: impl Fn(&T) -> &Burst) {
    bursts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<(f64, Enu, Vec<u32>)> = Vec::new();
    bursts.retain(|(worth, item)| {
        if kept.len() == most {
            return false;
        }
        let place = burst(item).place.position;
        let mut picks: Vec<u32> = burst(item).picks().collect();
        picks.sort_unstable();
        let known = kept.iter().any(|(better, at, theirs)| {
            at.horizontal_distance_m(place) < SAME_M
                || (*worth < better - f64::max(LEAST_POORER, POORER * better)
                    && are_alike(&picks, theirs))
        });
        if !known {
            kept.push((*worth, place, picks));
        }
        !known
    });
}

/// Are most pulses of either in both? Each in order.
fn are_alike(picks: &[u32], others: &[u32]) -> bool {
    let shared = picks.iter().filter(|i| others.binary_search(i).is_ok());
    shared.count() as f64 > ALIKE * picks.len().max(others.len()) as f64
}
