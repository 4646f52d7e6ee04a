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

/// A map that is searched.
#[derive(Clone, Copy)]
struct Map {
    /// Its best places that lie this far apart are tried, metres, ...
    apart_m: f64,
    /// ... first those whose score is at least this share of the best, for others may be ghosts of it.
    dim: f32,
}

/// The map of the loud pulses ...
const LOUD: Map = Map {
    apart_m: 10.0,
    dim: 0.5,
};
/// ... and that of all.
const ALL: Map = Map {
    apart_m: 15.0,
    dim: 0.4,
};
/// This share of the pulses is not loud. Chosen with the rest of the maps on generated cases of seeds 1 to 4 and on the published
/// ones.
const QUIET: f64 = 0.65;
/// Places that are tried of each map, ...
const SEEDS: usize = 30;
/// ... and bright ones in any case.
const FEWEST_SEEDS: usize = 4;
/// If none of them is worth it, the places are tried that are left of so many, ...
const LAST_SEEDS: usize = 30;
/// ... nearer together, for late paths blur the map and a draft must begin within some 10 m, metres.
const LAST_APART_M: f64 = 7.0;
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
    shots(&pulses, &bursts(network, &pulses))
}

/// The bursts that explain `pulses` together.
fn bursts(network: &Network, pulses: &Pulses) -> Vec<Burst> {
    let mut free = vec![true; pulses.list.len()];
    let mut bursts: Vec<Burst> = Vec::new();
    let mut lags = Lags::new(network);
    let mut settled = false;
    for _ in 0..SCANS {
        let found = scan(network, pulses, &free, &bursts, &mut lags);
        if found.is_empty() {
            if settled {
                break;
            }
            bursts = sweep(network, pulses, bursts, &mut lags);
            settled = true;
        } else {
            bursts.extend(found);
            settled = false;
        }
        let left = left_by(pulses, &bursts);
        if left == free {
            break;
        }
        free = left;
    }
    bursts
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
    let scene = Scene::new(network, pulses, free, echoes);
    let (mut first, mut then, mut last) = (Vec::new(), Vec::new(), Vec::new());
    let loud = loud(pulses, &new);
    let maps = (loud != new).then_some((loud, LOUD));
    for (heard, map) in maps.into_iter().chain([(new, ALL)]) {
        lags.count(network, pulses, &heard, network.pairs.iter());
        let all = seeds(network, lags);
        let places = spread(&all, map.apart_m, SEEDS);
        let least = places.first().map_or(0.0, |best| map.dim * best.score);
        let bright = places.partition_point(|seed| seed.score >= least);
        let (bright, dim) = places.split_at(bright.max(FEWEST_SEEDS).min(places.len()));
        first.extend_from_slice(bright);
        then.extend_from_slice(dim);
        let more = spread(&all, LAST_APART_M, LAST_SEEDS);
        last.extend(more.into_iter().filter(|seed| !places.contains(seed)));
    }
    [first, then, last]
        .iter()
        .map(|places| grow(&scene, places))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The louder ones of the pulses `among`.
///
/// To the sensors near a shooter its shots are louder than most of what they hear else, and than their own
/// echoes and detours. With these alone the map shows shooters that all pulses together hide.
fn loud(pulses: &Pulses, among: &[bool]) -> Vec<bool> {
    let mut snr_db: Vec<f64> = (pulses.list.iter().zip(among))
        .filter(|(_, among)| **among)
        .map(|(pulse, _)| pulse.snr_db)
        .collect();
    snr_db.sort_unstable_by(f64::total_cmp);
    let least_db = snr_db.get((QUIET * snr_db.len() as f64) as usize);
    (pulses.list.iter().zip(among))
        .map(|(pulse, among)| *among && least_db.is_some_and(|least| pulse.snr_db >= *least))
        .collect()
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
    give_back(network, pulses, &mut bursts);
    for _ in 0..bursts.len() {
        let burst = bursts.remove(0);
        let free = left_by(pulses, &bursts);
        let echoes = rates(pulses, &free, &bursts);
        let scene = Scene::new(network, pulses, &free, echoes);
        let again = scene.again(burst.clone());
        let around = Around {
            at: burst.place.position,
            radius_m: AROUND_M,
        };
        lags.count(network, pulses, &free, around.pairs(network));
        let places = spread(&seeds_near(network, lags, around), AROUND_APART_M, AROUND);
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

/// Takes from each burst the rounds that are weak beside its others, for they may be made of the pulses of
/// another burst, and lets every burst complete the rest with them.
fn give_back(network: &Network, pulses: &Pulses, bursts: &mut Vec<Burst>) {
    let before: usize = bursts.iter().map(|burst| burst.rounds.len()).sum();
    for burst in bursts.iter_mut() {
        leave_strong(burst);
    }
    if bursts.iter().map(|burst| burst.rounds.len()).sum::<usize>() == before {
        return;
    }
    for _ in 0..bursts.len() {
        let burst = bursts.remove(0);
        let free = left_by(pulses, bursts);
        let echoes = rates(pulses, &free, bursts);
        let scene = Scene::new(network, pulses, &free, echoes);
        let mut again = scene.again(burst.clone()).unwrap_or(burst);
        leave_strong(&mut again);
        bursts.push(again);
    }
}

fn leave_strong(burst: &mut Burst) {
    let best = burst.rounds.iter().map(|r| r.evidence).fold(0.0, f64::max);
    burst.rounds.retain(|round| round.evidence >= WEAK * best);
}

/// A round with less than this share of the evidence of its burst's best is weak.
const WEAK: f64 = 0.4;

/// Pulses that `bursts` do not explain.
fn left_by(pulses: &Pulses, bursts: &[Burst]) -> Vec<bool> {
    let mut free = vec![true; pulses.list.len()];
    for i in bursts.iter().flat_map(Burst::picks) {
        free[i as usize] = false;
    }
    free
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
/// ... from so many places, this far apart, metres.
const AROUND: usize = 4;
const AROUND_APART_M: f64 = 10.0;

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
