//! The impulses of a recording over its sound: a stem at each, a label where there is room.

use std::cmp::Ordering;

use shotfix_core::{Class, FileImpulses, Impulse};

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::palette;
use super::scale::{multiples, round_step, tick_words};
use crate::format::percent;

/// Lines of labels above the waveform; an impulse that finds no room in them keeps its stem.
const TIERS: usize = 3;
/// Height of one of them.
const TIER: f64 = 17.0;
/// Impulses of one class nearer to each other than this, in pixels, are a crowd.
const CROWD: f64 = 6.0;
/// Room the labels need above the waveform.
pub(super) const HEIGHT: f64 = TIER * TIERS as f64;

/// Seconds from the start to pixels.
pub(super) struct Axis {
    pub(super) area: Rect,
    pub(super) duration_s: f64,
}

impl Axis {
    fn px(&self, t_s: f64) -> f64 {
        self.area.x + t_s / self.duration_s * self.area.w
    }

    /// Grid lines, and the seconds below `panel` if `words`.
    pub(super) fn ticks(&self, canvas: &mut Canvas, panel: Rect, words: bool) {
        let step = round_step(self.duration_s / self.area.w * 120.0);
        let line = format!("stroke=\"{}\" stroke-width=\"1\"", palette::FRAME);
        for t in multiples(0.0, self.duration_s, step) {
            let x = self.px(t);
            let (top, bottom) = (panel.bottom(), panel.bottom() + 5.0);
            canvas.line((x, top), (x, bottom), &line);
            if words {
                let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::Middle);
                canvas.text(
                    (x, bottom + 13.0),
                    look,
                    &format!("{} s", tick_words(t, step)),
                );
            }
        }
    }
}

/// `gunfire 94 %`, with what a reader should know about the level.
fn label(impulse: &Impulse) -> String {
    let (class, probability) = impulse.class.best();
    let level = match impulse.onset.level_db_spl {
        Some(level) => format!(", {level:.0} dB"),
        None => String::new(),
    };
    let clipped = if impulse.onset.clipped {
        " clipped"
    } else {
        ""
    };
    format!("{} {}{level}{clipped}", class.label(), percent(probability))
}

/// A label before it has a place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wish {
    /// Of the stem.
    x: f64,
    width: f64,
    /// The greater, the earlier it may choose.
    weight: f64,
}

/// Where a label stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    /// 0 is lowest.
    tier: usize,
    /// Left of its stem, where there is no room to the right.
    is_left: bool,
}

impl Spot {
    /// From its left to its right, with some room.
    fn span(self, wish: &Wish) -> (f64, f64) {
        let reach = wish.width + 10.0;
        if self.is_left {
            (wish.x - reach, wish.x)
        } else {
            (wish.x, wish.x + reach)
        }
    }

    /// Do the two keep clear of each other's text and, where one's stem comes down from above, of that?
    fn is_clear_of(self, wish: &Wish, other: Self, others: &Wish) -> bool {
        let ((left, right), (from, to)) = (self.span(wish), other.span(others));
        match self.tier.cmp(&other.tier) {
            Ordering::Equal => right < from || to < left,
            Ordering::Greater => !(from..=to).contains(&wish.x),
            Ordering::Less => !(left..=right).contains(&others.x),
        }
    }
}

/// A spot for each of `wishes` up to `right`, or `None` where there is none: the weightiest are chosen first, each that fits among
/// those chosen before.
fn spots(wishes: &[Wish], right: f64) -> Vec<Option<Spot>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| {
        wishes[b]
            .weight
            .total_cmp(&wishes[a].weight)
            .then(a.cmp(&b))
    });
    let mut chosen: Vec<(usize, Spot)> = Vec::new();
    for k in order {
        let all = chosen.iter().map(|c| c.0).chain([k]).collect();
        if let Some(fits) = laid_out(wishes, all, right) {
            chosen = fits;
        }
    }
    let mut spots = vec![None; wishes.len()];
    for (k, spot) in chosen {
        spots[k] = Some(spot);
    }
    spots
}

/// Spots for all of `chosen`, if there are. From right to left each stands on the lowest tier that is clear, so that it is above
/// those that begin within its width; what hangs to the left at the right edge, the other way round.
fn laid_out(wishes: &[Wish], mut chosen: Vec<usize>, right: f64) -> Option<Vec<(usize, Spot)>> {
    let is_left = |k: usize| {
        let spot = Spot {
            tier: 0,
            is_left: false,
        };
        spot.span(&wishes[k]).1 > right
    };
    chosen.sort_by(|&a, &b| {
        let by_place = wishes[b].x.total_cmp(&wishes[a].x);
        match (is_left(a), is_left(b)) {
            (true, true) => by_place.reverse(),
            (false, false) => by_place,
            (a, b) => a.cmp(&b),
        }
    });
    let mut placed: Vec<(usize, Spot)> = Vec::with_capacity(chosen.len());
    for k in chosen {
        let is_left = is_left(k);
        let spot = (0..TIERS).map(|tier| Spot { tier, is_left }).find(|spot| {
            let mut others = placed.iter();
            others.all(|(j, other)| spot.is_clear_of(&wishes[k], *other, &wishes[*j]))
        })?;
        placed.push((k, spot));
    }
    Some(placed)
}

/// What could send somebody out comes first, then what is loud.
fn weight(impulse: &Impulse) -> f64 {
    let class = match impulse.class.best().0 {
        Class::Gunfire => 2e3,
        Class::Firework => 1e3,
        Class::Other => 0.0,
    };
    class + impulse.onset.snr_db.clamp(-400.0, 400.0)
}

/// Impulses of one class too close together to be told apart in this picture: one label.
fn groups(axis: &Axis, file: &FileImpulses) -> Vec<Vec<(f64, &'static str)>> {
    let mut groups: Vec<Vec<(f64, &'static str)>> = Vec::new();
    for impulse in &file.impulses {
        let mark = (axis.px(impulse.time_s), impulse.class.best().0.label());
        match groups
            .last_mut()
            .and_then(|g| g.last().copied().zip(Some(g)))
        {
            Some((last, group)) if last.1 == mark.1 && mark.0 - last.0 < CROWD => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    groups
}

/// A line through both panels at every impulse, and labels above where they fit.
///
/// In a crowd only the first and the last have a line, the others a short tick: thirty lines
/// side by side would hide the sound.
pub(super) fn draw(
    canvas: &mut Canvas,
    axis: &Axis,
    wave: Rect,
    spectrum: Rect,
    file: &FileImpulses,
) {
    let look = Type::new(11.5).bold();
    let groups = groups(axis, file);
    let mut first = 0;
    let words: Vec<String> = groups
        .iter()
        .map(|group| {
            let impulse = &file.impulses[first];
            first += group.len();
            match group.len() {
                1 => label(impulse),
                n => format!("{n} × {}", impulse.class.best().0.label()),
            }
        })
        .collect();
    let mut first = 0;
    let wishes: Vec<Wish> = (groups.iter().zip(&words))
        .map(|(group, words)| {
            let own = &file.impulses[first..first + group.len()];
            first += group.len();
            Wish {
                x: group[0].0,
                width: look.width(words),
                weight: own.iter().map(weight).fold(f64::NEG_INFINITY, f64::max),
            }
        })
        .collect();
    let spots = spots(&wishes, axis.area.right());
    let mut impulses = file.impulses.iter();
    for ((group, words), spot) in groups.iter().zip(&words).zip(spots) {
        for (k, (x, _)) in group.iter().enumerate() {
            let Some(impulse) = impulses.next() else {
                return;
            };
            if !(axis.area.x..=axis.area.right()).contains(x) {
                continue;
            }
            let colour = palette::of_class(impulse.class.best().0);
            let stem = format!("stroke=\"{colour}\" stroke-width=\"1.2\"");
            let mut top = wave.y - 5.0;
            if let (0, Some(spot)) = (k, spot) {
                let y = wave.y - 8.0 - TIER * spot.tier as f64;
                let (x, anchor) = if spot.is_left {
                    (x - 4.0, Anchor::End)
                } else {
                    (x + 4.0, Anchor::Start)
                };
                canvas.text((x, y), look.fill(colour).anchor(anchor), words);
                top = y - 10.0;
            }
            canvas.line((*x, top), (*x, wave.y), &stem);
            if k == 0 || k + 1 == group.len() {
                canvas.line((*x, wave.y), (*x, wave.bottom()), &stem);
                // Magma swallows dark lines.
                let white = "stroke=\"#ffffff\" stroke-width=\"1\" stroke-opacity=\"0.7\" \
                             stroke-dasharray=\"3 4\"";
                canvas.line((*x, spectrum.y), (*x, spectrum.bottom()), white);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn crowds_share_a_label() {
        let mut file = fixture::impulses().remove(0);
        file.impulses[1].time_s = file.impulses[0].time_s + 0.02;
        let area = Rect::new(0.0, 0.0, 1000.0, 100.0);
        let axis = Axis {
            area,
            duration_s: 10.0,
        };
        let sizes: Vec<usize> = groups(&axis, &file).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1]);
    }

    /// Pixels that a text covers, from its left to its right.
    fn text(wish: &Wish, spot: Spot) -> (f64, f64) {
        if spot.is_left {
            (wish.x - 4.0 - wish.width, wish.x - 4.0)
        } else {
            (wish.x + 4.0, wish.x + 4.0 + wish.width)
        }
    }

    fn wish(x: f64, weight: f64) -> Wish {
        Wish {
            x,
            width: 90.0,
            weight,
        }
    }

    #[test]
    fn no_label_leaves_the_panel_or_is_cut_by_a_stem_or_covers_another() {
        let crowd = |n: usize, step: f64| -> Vec<Wish> {
            (0..n)
                .map(|k| wish(95.0 + step * k as f64, ((k * 7) % 11) as f64))
                .collect()
        };
        for wishes in [crowd(40, 9.0), crowd(25, 42.0), crowd(100, 10.2)] {
            let spots = spots(&wishes, 1116.0);
            assert!(spots.iter().flatten().count() >= 3);
            for (k, spot) in spots.iter().enumerate() {
                let Some(spot) = *spot else { continue };
                let (left, right) = text(&wishes[k], spot);
                assert!(right <= 1116.0 && left >= 0.0, "{left} {right}");
                for (j, other) in spots.iter().enumerate().filter(|(j, _)| *j != k) {
                    let Some(other) = *other else { continue };
                    let (from, to) = text(&wishes[j], other);
                    if other.tier == spot.tier {
                        assert!(right <= from || to <= left);
                    }
                    // The other's stem comes down past this one.
                    if other.tier > spot.tier {
                        assert!(!(left..=right).contains(&wishes[j].x));
                    }
                }
            }
        }
    }

    #[test]
    fn a_shot_among_echoes_and_one_at_the_end_are_named() {
        let mut wishes: Vec<Wish> = (0..30)
            .map(|k| wish(300.0 + 8.0 * f64::from(k), 5.0))
            .collect();
        wishes[9].weight = 2040.0;
        wishes.push(wish(1110.0, 0.0));
        let spots = spots(&wishes, 1116.0);
        assert!(spots[9].is_some());
        assert!(spots[30].is_some_and(|s| s.is_left));
    }
}
