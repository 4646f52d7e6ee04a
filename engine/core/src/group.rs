//! Shots close in space and time make one incident.

use crate::classify;
use crate::incident::{Incident, Shot};
use crate::settings::Settings;

/// Groups `shots` into incidents, both in order of time.
///
/// A shot joins the latest incident whose last shot is at most `burst_gap_s` earlier and whose
/// place is within `incident_radius_m`.
pub fn group(mut shots: Vec<Shot>, settings: &Settings) -> Vec<Incident> {
    shots.sort_by_key(|s| s.time);
    let mut groups: Vec<Vec<Shot>> = Vec::new();
    for shot in shots {
        let home = groups.iter_mut().rev().find(|g| {
            g.last().is_some_and(|last| {
                shot.time.since(last.time).0 <= settings.burst_gap_s
                    && shot.position.horizontal_distance_m(last.position)
                        <= settings.incident_radius_m
            })
        });
        match home {
            Some(group) => group.push(shot),
            None => groups.push(vec![shot]),
        }
    }
    groups.into_iter().filter_map(incident).collect()
}

fn incident(shots: Vec<Shot>) -> Option<Incident> {
    let area = |s: &Shot| s.covariance_m2[0][0] + s.covariance_m2[1][1];
    let best = shots.iter().min_by(|a, b| area(a).total_cmp(&area(b)))?;
    // Rounds share the errors of paths and air: averaging them does not shrink the ellipse.
    let (ellipse95, mut position) = (best.ellipse95, best.position);
    let weights: Vec<f64> = shots.iter().map(|s| 1.0 / area(s).max(1e-6)).collect();
    let total: f64 = weights.iter().sum();
    let mean = |f: fn(&Shot) -> f64| {
        shots
            .iter()
            .zip(&weights)
            .map(|(s, w)| w * f(s))
            .sum::<f64>()
            / total
    };
    position.east_m = mean(|s| s.position.east_m);
    position.north_m = mean(|s| s.position.north_m);
    let time = shots.first()?.time;
    let rounds: Vec<_> = shots.iter().map(|shot| (shot.time, shot.class)).collect();
    Some(Incident {
        id: name(time, position.east_m, position.north_m),
        time,
        position,
        ellipse95,
        class: classify::pool(&rounds),
        repetition: None,
        motion: None,
        track: None,
        shots,
    })
}

/// `20181219T004927.433Z-3f1c`: the time to a millisecond and a hash of the place to a metre, so
/// that two incidents of one instant differ.
fn name(time: crate::timestamp::Timestamp, east_m: f64, north_m: f64) -> String {
    let compact: String = format!("{time:.3}")
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    // FNV-1a, 32 bit, folded to 16.
    let mut hash = 0x811c_9dc5_u32;
    for byte in [east_m, north_m]
        .into_iter()
        .flat_map(|v| (v.round() as i64).to_le_bytes())
    {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    format!("{compact}-{:04x}", (hash >> 16) ^ (hash & 0xffff))
}
