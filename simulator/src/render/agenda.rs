//! What is still to be played, in an order that does not depend on how time is cut into blocks.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::scene::Scene;

/// Something that makes a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Index of a shot.
    Shot(usize),
    /// Index of another sound.
    Emission(usize),
}

/// A piece of a sound, short enough to be one pulse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Seconds after the start of the scene at which it begins to leave its source.
    pub(crate) time_s: f64,
    pub(crate) event: Event,
    /// Number of the piece within its sound.
    pub(crate) number: usize,
}

impl Piece {
    fn key(&self, other: &Self) -> Ordering {
        let by_time = self.time_s.total_cmp(&other.time_s);
        by_time.then((self.event, self.number).cmp(&(other.event, other.number)))
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.key(other).is_eq()
    }
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Piece {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key(other)
    }
}

/// Pieces in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    waiting: BinaryHeap<Reverse<Piece>>,
}

impl Agenda {
    /// Every sound of a scene that stands still.
    pub(crate) fn of(scene: &Scene) -> Self {
        let first = |time_s, event| Piece {
            time_s,
            event,
            number: 0,
        };
        let shots = scene.shots.iter().enumerate();
        let shots = shots.map(|(idx, shot)| first(shot.time_s, Event::Shot(idx)));
        let others = scene.emissions.iter().enumerate();
        let others = others
            .filter(|(_, emission)| emission.track.is_none())
            .map(|(idx, emission)| first(emission.time_s, Event::Emission(idx)));
        Self {
            waiting: shots.chain(others).map(Reverse).collect(),
        }
    }

    pub(crate) fn add(&mut self, piece: Piece) {
        self.waiting.push(Reverse(piece));
    }

    /// The earliest piece, if it leaves before `time_s`.
    pub(crate) fn next_before(&mut self, time_s: f64) -> Option<Piece> {
        match self.waiting.peek() {
            Some(Reverse(piece)) if piece.time_s < time_s => self.waiting.pop().map(|p| p.0),
            _ => None,
        }
    }
}
