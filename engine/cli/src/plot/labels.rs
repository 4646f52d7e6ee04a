//! Labels that keep out of each other's way.

use super::canvas::{Anchor, Canvas, Rect, Type};

/// What is already taken on one map.
#[derive(Debug)]
pub(super) struct Labels {
    bounds: Rect,
    taken: Vec<Rect>,
    /// Where a label would be crossed by a line.
    crossed: Vec<Rect>,
}

impl Labels {
    pub(super) fn new(bounds: Rect) -> Self {
        Self {
            bounds,
            taken: Vec::new(),
            crossed: Vec::new(),
        }
    }

    /// No label may cover `r`.
    pub(super) fn keep_free(&mut self, r: Rect) {
        self.taken.push(r);
    }

    /// Labels keep off the line if they can.
    pub(super) fn avoid_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        const STEP: f64 = 5.0;
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        // The ends of lines are on the map, so a line of many maps is none of ours.
        let steps = (length / STEP).ceil().clamp(1.0, 2_000.0);
        for k in 0..=steps as u32 {
            let share = f64::from(k) / steps;
            let at = |from: f64, to: f64| from + (to - from) * share;
            let dot = Rect::around(at(from.0, to.0), at(from.1, to.1), 1.0);
            if self.bounds.overlaps(dot) {
                self.crossed.push(dot);
            }
        }
    }

    /// Writes `text` beside the mark of radius `reach` at `at`, at the first of eight places
    /// that is free, one without lines if there is any. A label that fits nowhere is left out: a missing name is better than two
    /// unreadable ones. Returns whether it was written.
    pub(super) fn put(
        &mut self,
        canvas: &mut Canvas,
        at: (f64, f64),
        reach: f64,
        look: Type,
        text: &str,
    ) -> bool {
        let (w, h) = (look.width(text), look.size);
        let (x, y) = at;
        let (near, slant) = (reach + 3.0, reach * 0.7 + 2.0);
        let places = [
            (x + near, y - h / 2.0),
            (x - near - w, y - h / 2.0),
            (x - w / 2.0, y - near - h),
            (x - w / 2.0, y + near),
            (x + slant, y - slant - h),
            (x - slant - w, y - slant - h),
            (x + slant, y + slant),
            (x - slant - w, y + slant),
        ];
        let free = places
            .into_iter()
            .map(|(x, y)| Rect::new(x, y, w, h))
            .filter(|r| self.bounds.holds(*r) && !self.taken.iter().any(|t| t.overlaps(*r)));
        let crossed = |r: &Rect| self.crossed.iter().any(|dot| dot.overlaps(*r));
        // The first of the best: `min_by_key` keeps the earlier of equals.
        let Some(place) = free.min_by_key(crossed) else {
            return false;
        };
        self.taken.push(place);
        let middle = (place.x, place.y + place.h / 2.0);
        canvas.text_at_middle(middle, look.anchor(Anchor::Start), text);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowded_labels_do_not_overlap_and_the_last_ones_are_left_out() {
        let mut canvas = Canvas::new(200.0, 200.0);
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 200.0, 200.0));
        let written = (0..20)
            .filter(|_| labels.put(&mut canvas, (100.0, 100.0), 5.0, Type::new(11.0), "N01"))
            .count();
        assert!((4..=8).contains(&written), "{written}");
        for (k, a) in labels.taken.iter().enumerate() {
            assert!(labels.taken[..k].iter().all(|b| !a.overlaps(*b)));
        }
    }

    #[test]
    fn lines_are_avoided_where_there_is_room() {
        let mut canvas = Canvas::new(200.0, 200.0);
        let mut labels = Labels::new(Rect::new(0.0, 0.0, 200.0, 200.0));
        labels.avoid_line((100.0, 100.0), (1e3, 100.0));
        assert!(labels.put(&mut canvas, (100.0, 100.0), 5.0, Type::new(11.0), "N01"));
        assert!(labels.taken[0].right() < 100.0, "left of the mark");
    }

    #[test]
    fn labels_at_the_edge_turn_inwards() {
        let mut canvas = Canvas::new(100.0, 100.0);
        let bounds = Rect::new(0.0, 0.0, 100.0, 100.0);
        let mut labels = Labels::new(bounds);
        assert!(labels.put(&mut canvas, (98.0, 50.0), 4.0, Type::new(11.0), "edge"));
        assert!(bounds.holds(labels.taken[0]) && labels.taken[0].right() < 98.0);
    }
}
