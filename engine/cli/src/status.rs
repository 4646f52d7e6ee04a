//! What one sensor did over several shots, for outputs that draw each sensor once.

use shotfix_core::{ArrivalStatus, Incident, SensorIdx};

/// Used if it was used in any shot, else rejected if it was rejected in any, else missing;
/// `None` if no shot speaks of it.
pub(crate) fn over_all(incidents: &[Incident], sensor: SensorIdx) -> Option<ArrivalStatus> {
    let rank = |status: &ArrivalStatus| match status {
        ArrivalStatus::Used => 0,
        ArrivalStatus::Rejected => 1,
        ArrivalStatus::Missing => 2,
    };
    incidents
        .iter()
        .flat_map(|incident| &incident.shots)
        .flat_map(|shot| &shot.arrivals)
        .filter(|arrival| arrival.sensor == sensor)
        .map(|arrival| arrival.status)
        .min_by_key(rank)
}

/// How many sensors were used by at least one of the incident's shots, and how many recorded.
pub(crate) fn used_of(incident: &Incident) -> (usize, usize) {
    let mut used = std::collections::BTreeSet::new();
    let mut all = std::collections::BTreeSet::new();
    for arrival in incident.shots.iter().flat_map(|shot| &shot.arrivals) {
        all.insert(arrival.sensor);
        if arrival.status == ArrivalStatus::Used {
            used.insert(arrival.sensor);
        }
    }
    (used.len(), all.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_best_of_all_shots_counts() {
        let mut report = fixture::town_report();
        assert_eq!(used_of(&report.incidents[0]), (10, 12));
        let missing = SensorIdx(6);
        assert_eq!(
            over_all(&report.incidents, missing),
            Some(ArrivalStatus::Missing)
        );
        report.incidents[0].shots[2].arrivals[6].status = ArrivalStatus::Used;
        assert_eq!(
            over_all(&report.incidents, missing),
            Some(ArrivalStatus::Used)
        );
        assert_eq!(used_of(&report.incidents[0]), (11, 12));
        assert_eq!(over_all(&[], missing), None);
    }
}
