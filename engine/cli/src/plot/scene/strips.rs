//! What the nearest, a middle and the farthest sensor hear, with the true first arrivals.

use rayon::prelude::*;
use shotfix_simulator::{PathKind, Scene, simulate_some};

use crate::plot::canvas::{Anchor, Canvas, Rect, Type, short};
use crate::plot::scale::{multiples, round_step, tick_words};
use crate::plot::spectrogram::Spectrogram;
use crate::plot::spectrum_axes::{colours, frequencies};
use crate::plot::{PlotError, marks, palette};

/// Sensors shown.
const MOST: usize = 3;
/// Longest stretch of the scene, seconds; of more no onset is seen.
const LONGEST_S: f64 = 20.0;
/// Before the first shot and after the last arrival, seconds.
const LEAD_S: f64 = 0.25;
const TRAIL_S: f64 = 0.75;
/// Highest frequency shown, Hz: at range gunfire holds little above.
const TOP_HZ: f64 = 6_000.0;
/// What is farther below the loudest is black, dB.
const RANGE_DB: f32 = 70.0;
/// Diamonds above all strips, where shots are fired.
const FIRED: f64 = 16.0;
/// Words and triangles above each strip.
const HEAD: f64 = 30.0;
/// Axis below the last.
const FOOT: f64 = 42.0;
/// More columns a PNG at twice the size cannot show.
const MOST_COLUMNS: usize = 900;

/// The nearest, a middle and the farthest sensor of the first shot; the first sensors without.
pub(super) fn choose(scene: &Scene) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scene.sensors().len()).collect();
    if let Some(shot) = scene.shots().first() {
        let range = |idx: usize| scene.sensors()[idx].position.range_m(shot.position);
        order.sort_by(|a, b| range(*a).total_cmp(&range(*b)));
    }
    if order.len() > MOST {
        order = vec![order[0], order[order.len() / 2], order[order.len() - 1]];
    }
    order
}

/// The first wavefront of one shot.
struct Onset {
    /// On the sensor's clock, seconds after the start.
    time_s: f64,
    kind: PathKind,
}

fn onsets(scene: &Scene, sensor_idx: usize) -> Vec<Onset> {
    let clock_s = scene.sensors()[sensor_idx].clock_offset_s;
    let shots = scene.shots();
    let end_s = shots.first().map_or(0.0, |first| first.time_s + LONGEST_S);
    shots
        .par_iter()
        .enumerate()
        .filter(|(_, shot)| shot.time_s <= end_s)
        .filter_map(|(shot_idx, shot)| {
            let paths = scene.paths(shot_idx, sensor_idx);
            let first = paths.first()?;
            Some(Onset {
                time_s: shot.time_s + first.delay_s + clock_s,
                kind: first.kind,
            })
        })
        .collect()
}

/// Seconds to pixels.
struct Axis {
    x: f64,
    w: f64,
    from_s: f64,
    to_s: f64,
}

impl Axis {
    fn new(area: Rect, scene: &Scene, heard: &[Vec<Onset>]) -> Self {
        let last_s = heard.iter().flatten().map(|onset| onset.time_s);
        let last_s = last_s.fold(f64::NEG_INFINITY, f64::max);
        let first_s = scene.shots().first().map_or(0.0, |shot| shot.time_s);
        let from_s = (first_s - LEAD_S).max(0.0);
        let to_s = match last_s.is_finite() {
            true => last_s + TRAIL_S,
            false => scene.duration_s(),
        };
        let to_s = to_s.min(from_s + LONGEST_S).min(scene.duration_s());
        Self {
            x: area.x,
            w: area.w,
            from_s,
            // A shot after the end of the recordings has a picture too.
            to_s: to_s.max(from_s + 0.1),
        }
    }

    fn px(&self, time_s: f64) -> f64 {
        self.x + (time_s - self.from_s) / (self.to_s - self.from_s) * self.w
    }

    fn holds(&self, time_s: f64) -> bool {
        (self.from_s..=self.to_s).contains(&time_s)
    }

    fn ticks(&self, canvas: &mut Canvas, strip: Rect, words: bool) {
        let step = round_step((self.to_s - self.from_s) / self.w * 90.0);
        let line = format!("stroke=\"{}\" stroke-width=\"1\"", palette::FRAME);
        let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::Middle);
        for time_s in multiples(self.from_s, self.to_s, step) {
            let x = self.px(time_s);
            let (top, bottom) = (strip.bottom(), strip.bottom() + 4.0);
            canvas.line((x, top), (x, bottom), &line);
            if words {
                canvas.text((x, bottom + 12.0), look, &tick_words(time_s, step));
            }
        }
    }
}

/// Draws the strips of the sensors `shown` into `area`, and their colours right of it.
pub(super) fn draw(
    canvas: &mut Canvas,
    area: Rect,
    scene: &Scene,
    shown: &[usize],
) -> Result<(), PlotError> {
    if shown.is_empty() {
        return Ok(());
    }
    let heard: Vec<Vec<Onset>> = shown.iter().map(|idx| onsets(scene, *idx)).collect();
    let axis = Axis::new(area, scene, &heard);
    let mut pictures = spectra(scene, shown, &axis);
    // One scale for all: how much fainter the farthest hears it is part of the picture.
    let top_db = pictures.iter().map(|p| p.top_db).fold(f32::MIN, f32::max);
    let floor_db = pictures.iter().map(|p| p.floor_db).fold(f32::MAX, f32::min);
    let floor_db = floor_db.max(top_db - RANGE_DB);
    let each = (area.h - FIRED - FOOT) / shown.len() as f64;
    for sound in scene.sounds() {
        if axis.holds(sound.time_s) {
            marks::sound(canvas, (axis.px(sound.time_s), area.y + 6.0), 4.0);
        }
    }
    for shot in scene.shots().iter().filter(|shot| axis.holds(shot.time_s)) {
        marks::shot(canvas, (axis.px(shot.time_s), area.y + 6.0), 4.5);
    }
    for (k, picture) in pictures.iter_mut().enumerate() {
        (picture.top_db, picture.floor_db) = (top_db, floor_db);
        let y = area.y + FIRED + each * k as f64 + HEAD;
        let strip = Rect::new(area.x, y, area.w, each - HEAD);
        canvas.png(strip, &picture.png()?);
        frequencies(canvas, strip, picture.top_hz);
        head(canvas, strip, scene, shown[k], &heard[k]);
        canvas.frame(strip);
        onsets_of(canvas, strip, &axis, &heard[k]);
        axis.ticks(canvas, strip, k + 1 == shown.len());
    }
    let bottom = area.bottom() - FOOT;
    let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::Middle);
    let start = scene.start().strftime("%Y-%m-%d %H:%M:%S%.f UTC");
    let words = format!("seconds after {start}");
    canvas.text((area.x + area.w / 2.0, bottom + 34.0), look, &words);
    let bar = Rect::new(
        area.right() + 14.0,
        area.y + FIRED + HEAD,
        12.0,
        bottom - area.y - FIRED - HEAD,
    );
    colours(
        canvas,
        bar,
        (f64::from(floor_db), f64::from(top_db)),
        "dB SPL",
    );
    Ok(())
}

/// The spectrograms of the stretch that is shown, in dB SPL.
fn spectra(scene: &Scene, shown: &[usize], axis: &Axis) -> Vec<Spectrogram> {
    simulate_some(scene, shown, axis.to_s)
        .iter()
        .zip(shown)
        .map(|(recording, idx)| {
            let rate_hz = f64::from(recording.sample_rate_hz);
            let first = ((axis.from_s * rate_hz) as usize).min(recording.samples.len());
            // So that a sample of 1 is a peak of 0 dB SPL.
            let scale = 10f64.powf(scene.sensors()[*idx].full_scale_db_spl / 20.0) as f32;
            let samples: Vec<f32> = recording.samples[first..]
                .iter()
                .map(|x| x * scale)
                .collect();
            Spectrogram::new(&samples, rate_hz, MOST_COLUMNS).below(TOP_HZ)
        })
        .collect()
}

/// `S04   61 m, over roofs`.
fn head(canvas: &mut Canvas, strip: Rect, scene: &Scene, sensor_idx: usize, heard: &[Onset]) {
    let sensor = &scene.sensors()[sensor_idx];
    let y = strip.y - 13.0;
    let look = Type::new(12.5).bold();
    let name = short(&sensor.id, 18);
    canvas.text((strip.x, y), look, &name);
    if let (Some(shot), Some(first)) = (scene.shots().first(), heard.first()) {
        let range_m = sensor.position.range_m(shot.position);
        let words = format!("{range_m:.0} m, {}", kind_words(first.kind));
        let x = strip.x + look.width(&name) + 10.0;
        canvas.text((x, y), Type::new(12.0).fill(palette::MUTED), &words);
    }
}

fn kind_words(kind: PathKind) -> &'static str {
    match kind {
        PathKind::Sight => "in sight",
        PathKind::OverRoofs => "over roofs",
        PathKind::RoundCorner => "round a corner",
        PathKind::Wall | PathKind::TwoWalls => "off a wall",
        _ => "echo",
    }
}

/// A triangle and a tick where each first wavefront arrives; a line would hide the sound.
fn onsets_of(canvas: &mut Canvas, strip: Rect, axis: &Axis, heard: &[Onset]) {
    for onset in heard.iter().filter(|onset| axis.holds(onset.time_s)) {
        let x = axis.px(onset.time_s);
        self::onset(canvas, (x, strip.y));
        let white = "stroke=\"#ffffff\" stroke-width=\"1\"";
        canvas.line((x, strip.bottom() - 8.0), (x, strip.bottom()), white);
    }
}

/// A triangle with its tip at `tip`.
pub(super) fn onset(canvas: &mut Canvas, tip: (f64, f64)) {
    let (x, y) = tip;
    let corners = [(x, y), (x - 4.0, y - 8.0), (x + 4.0, y - 8.0)];
    canvas.polygon(corners, &format!("fill=\"{}\"", palette::INK));
}
