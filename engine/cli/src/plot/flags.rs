//! The impulses of a recording over its sound: a stem at each, a label where there is room.

use shotfix_core::{FileImpulses, Impulse};

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

/// Where labels go: for each impulse at `x` with a label of `width`, its tier (0 is lowest), or
/// `None` where it would cover another label or be crossed by another's stem.
///
/// From right to left, each label stands above every label that begins within its width, so
/// that no stem, which runs down from its label, cuts a text.
fn tiers(labels: &[(f64, f64)], sheet_w: f64) -> Vec<Option<usize>> {
    let mut tiers: Vec<Option<usize>> = vec![None; labels.len()];
    for k in (0..labels.len()).rev() {
        let (x, width) = labels[k];
        let end = x + width + 12.0;
        let below = labels[k + 1..]
            .iter()
            .zip(&tiers[k + 1..])
            .take_while(|(other, _)| other.0 < end)
            .filter_map(|(_, tier)| *tier)
            .max();
        let tier = below.map_or(0, |t| t + 1);
        tiers[k] = (tier < TIERS && end < sheet_w).then_some(tier);
    }
    tiers
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
    let places: Vec<(f64, f64)> = groups
        .iter()
        .zip(&words)
        .map(|(group, words)| (group[0].0, look.width(words)))
        .collect();
    let mut impulses = file.impulses.iter();
    for ((group, words), tier) in groups
        .iter()
        .zip(&words)
        .zip(tiers(&places, canvas.width()))
    {
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
            if let (0, Some(tier)) = (k, tier) {
                let y = wave.y - 8.0 - TIER * tier as f64;
                canvas.text((x + 4.0, y), look.fill(colour), words);
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

    #[test]
    fn no_stem_cuts_a_label() {
        // Three close together, one alone, one whose label would leave the sheet.
        let labels = [
            (100.0, 90.0),
            (120.0, 90.0),
            (150.0, 90.0),
            (600.0, 90.0),
            (1150.0, 90.0),
        ];
        assert_eq!(
            tiers(&labels, 1200.0),
            [Some(2), Some(1), Some(0), Some(0), None]
        );
        let burst: Vec<(f64, f64)> = (0..40)
            .map(|k| (100.0 + 9.0 * f64::from(k), 90.0))
            .collect();
        let tiers = tiers(&burst, 1200.0);
        assert!(tiers.iter().flatten().count() >= 3);
        for (k, tier) in tiers.iter().enumerate() {
            for (other, other_tier) in burst.iter().zip(&tiers).skip(k + 1) {
                if tier.is_some() && other.0 < burst[k].0 + 90.0 {
                    assert!(other_tier < tier);
                }
            }
        }
    }
}
