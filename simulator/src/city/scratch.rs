//! Memory that one thread uses again for every pair.

use crate::city::leg::Stretches;

/// A place along an unfolded way: `u` metres along the plan, `up` metres high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) u: f64,
    pub(crate) up: f64,
}

/// Working memory of the searches. Make one for each thread and hand it to every call: results
/// never depend on what it was used for before, also not if it served another city.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    seen: Vec<u32>,
    leg: u32,
    /// Roof edges and ground above the straight way.
    pub(crate) profile: Vec<Edge>,
    /// The rubber band over them, without its ends.
    pub(crate) band: Vec<Edge>,
    /// Buildings in the straight way.
    pub(crate) blockers: Vec<u32>,
    /// Blockers that a search round corners has met, and their corners beside the way.
    pub(crate) rounded: Vec<u32>,
    pub(crate) corners: Vec<[f64; 2]>,
    /// Corners of the way round, in the plan.
    pub(crate) chain: Vec<[f64; 2]>,
    pub(crate) best_chain: Vec<[f64; 2]>,
    pub(crate) stretches: Stretches,
}

impl Scratch {
    pub(crate) fn begin_leg(&mut self, buildings: usize) {
        if self.leg == u32::MAX {
            self.seen.fill(0);
            self.leg = 0;
        }
        self.leg += 1;
        if self.seen.len() < buildings {
            self.seen.resize(buildings, 0);
        }
    }

    pub(crate) fn seen(&self, idx: u32) -> bool {
        self.seen[idx as usize] == self.leg
    }

    pub(crate) fn mark(&mut self, idx: u32) {
        self.seen[idx as usize] = self.leg;
    }
}
