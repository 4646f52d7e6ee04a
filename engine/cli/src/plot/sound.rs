//! The picture of a recording: its waveform, its spectrum and the impulses in both.

use std::path::Path;

use shotfix_core::{Class, FileImpulses};

use super::canvas::{Anchor, Canvas, Rect, Type, short};
use super::flags::{self, Axis};
use super::raster::Kind;
use super::scale::{multiples, round_step, tick_words};
use super::spectrogram::Spectrogram;
use super::spectrum_axes::{colours, frequencies};
use super::{PlotError, palette};

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 760.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 84.0;
/// More than this many columns a PNG at twice the size cannot show.
const MOST_COLUMNS: usize = 2000;

/// Draws the recording `samples` (full scale is 1) with the impulses of `file` into `path`, PNG
/// or SVG by its ending. `rate_hz` is the rate of `samples`. Long recordings are drawn as the
/// envelope of their smallest and largest samples, so that no impulse is skipped.
///
/// # Errors
/// [`PlotError::Ending`] before anything is drawn, [`PlotError::Sound`] without samples or with
/// a rate that is none, [`PlotError::Io`] when the file cannot be written.
pub fn plot_sound(
    file: &FileImpulses,
    samples: &[f32],
    rate_hz: f64,
    path: &Path,
) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    let wrong = |reason| {
        Err(PlotError::Sound {
            file: file.file.clone(),
            reason,
        })
    };
    if samples.is_empty() {
        return wrong("it holds no samples");
    }
    if !(rate_hz.is_finite() && rate_hz > 0.0) {
        return wrong("its sample rate is no positive number");
    }
    kind.save(svg(file, samples, rate_hz)?, path)
}

/// Smallest and largest sample of each of `columns` equal pieces.
fn envelope(samples: &[f32], columns: usize) -> Vec<(f32, f32)> {
    let columns = columns.clamp(1, samples.len());
    (0..columns)
        .map(|k| {
            let piece = &samples[k * samples.len() / columns..(k + 1) * samples.len() / columns];
            piece
                .iter()
                .filter(|x| x.is_finite())
                .fold((0.0_f32, 0.0_f32), |(low, high), &x| {
                    (low.min(x), high.max(x))
                })
        })
        .collect()
}

/// The waveform's panel: what is drawn of each column, and the amplitude at its edge.
struct Wave {
    area: Rect,
    columns: Vec<(f32, f32)>,
    reach: f64,
}

impl Wave {
    fn new(area: Rect, samples: &[f32]) -> Self {
        let columns = envelope(samples, MOST_COLUMNS);
        let peak = columns
            .iter()
            .fold(0.0_f32, |peak, (low, high)| peak.max(-low).max(*high));
        // Digital silence is drawn as a line in a range of its own.
        let reach = if peak > 0.0 {
            f64::from(peak) * 1.08
        } else {
            1.0
        };
        Self {
            area,
            columns,
            reach,
        }
    }

    fn y(&self, value: f64) -> f64 {
        self.area.y + self.area.h / 2.0 * (1.0 - value / self.reach)
    }

    fn grid(&self, canvas: &mut Canvas) {
        canvas.rect(self.area, &format!("fill=\"{}\"", palette::GROUND));
        let step = round_step(self.reach / 2.0);
        let line = format!("stroke=\"{}\" stroke-width=\"1\"", palette::GRID);
        let look = Type::new(11.0).fill(palette::MUTED).anchor(Anchor::End);
        for value in multiples(-self.reach, self.reach, step) {
            let y = self.y(value);
            canvas.line((self.area.x, y), (self.area.right(), y), &line);
            let words = tick_words(value, step).replace('-', "−");
            canvas.text_at_middle((self.area.x - 8.0, y), look, &words);
        }
    }

    fn draw(&self, canvas: &mut Canvas) {
        let n = self.columns.len() as f64;
        let x = |k: usize| self.area.x + (k as f64 + 0.5) / n * self.area.w;
        let upper = self.columns.iter().enumerate();
        let lower = self.columns.iter().enumerate().rev();
        // Half a pixel of body keeps a quiet passage visible.
        let outline = upper
            .map(|(k, c)| (x(k), self.y(f64::from(c.1)) - 0.3))
            .chain(lower.map(|(k, c)| (x(k), self.y(f64::from(c.0)) + 0.3)));
        canvas.polygon(outline, &format!("fill=\"{}\"", palette::INK));
    }
}

fn spectrum(
    canvas: &mut Canvas,
    area: Rect,
    samples: &[f32],
    rate_hz: f64,
) -> Result<(), PlotError> {
    let spectrogram = Spectrogram::new(samples, rate_hz, MOST_COLUMNS);
    canvas.png(area, &spectrogram.png()?);
    frequencies(canvas, area, rate_hz / 2.0);
    let bar = Rect::new(area.right() + 14.0, area.y, 12.0, area.h);
    let range = (
        f64::from(spectrogram.floor_db),
        f64::from(spectrogram.top_db),
    );
    colours(canvas, bar, range, "dB FS");
    Ok(())
}

/// The whole picture.
fn svg(file: &FileImpulses, samples: &[f32], rate_hz: f64) -> Result<String, PlotError> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let duration_s = samples.len() as f64 / rate_hz;
    // The folder is the caller's; what tells recordings apart is the name.
    let title = file
        .file
        .rsplit(['/', '\\'])
        .find(|part| !part.is_empty())
        .unwrap_or(&file.file);
    canvas.text((40.0, 56.0), Type::new(25.0).bold(), &short(title, 64));
    let start = file.start.map_or(String::new(), |start| {
        let clock = format!("{start:.3}").replace('T', " ").replace('Z', " UTC");
        format!("  ·  from {clock}")
    });
    let n = file.impulses.len();
    let about = format!(
        "channel {}  ·  {rate_hz} Hz  ·  {duration_s:.3} s{start}  ·  {}",
        file.channel,
        match n {
            0 => "no impulses found".to_owned(),
            1 => "1 impulse".to_owned(),
            n => format!("{n} impulses"),
        }
    );
    canvas.text((40.0, 80.0), Type::new(13.5).fill(palette::MUTED), &about);
    let mut x = WIDTH - RIGHT;
    for class in [Class::Other, Class::Firework, Class::Gunfire] {
        let look = Type::new(12.0).bold().fill(palette::of_class(class));
        canvas.text((x, 80.0), look.anchor(Anchor::End), class.label());
        x -= look.width(class.label()) + 14.0;
    }
    let w = WIDTH - LEFT - RIGHT;
    let wave = Rect::new(LEFT, 108.0 + flags::HEIGHT, w, 200.0);
    let top = wave.bottom() + 34.0;
    let spectrum_area = Rect::new(LEFT, top, w, HEIGHT - top - 52.0);
    let axis = Axis {
        area: wave,
        duration_s,
    };
    let waveform = Wave::new(wave, samples);
    waveform.grid(&mut canvas);
    spectrum(&mut canvas, spectrum_area, samples, rate_hz)?;
    flags::draw(&mut canvas, &axis, wave, spectrum_area, file);
    // Last, so that no mark hides the peak it marks.
    waveform.draw(&mut canvas);
    let frame = format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"1\"",
        palette::FRAME
    );
    canvas.rect(wave, &frame);
    canvas.rect(spectrum_area, &frame);
    axis.ticks(&mut canvas, wave, false);
    axis.ticks(&mut canvas, spectrum_area, true);
    Ok(canvas.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use resvg::usvg::roxmltree::Document;
    use shotfix_core::Impulse;

    /// Noise from a linear congruential generator, the same on every machine.
    fn recording(rate_hz: f64, duration_s: f64, bangs_s: &[f64]) -> Vec<f32> {
        let mut state = 1_u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / f64::from(u32::MAX) - 0.5
        };
        (0..(rate_hz * duration_s) as usize)
            .map(|k| {
                let t = k as f64 / rate_hz;
                let bang: f64 = bangs_s
                    .iter()
                    .filter(|at| t >= **at)
                    .map(|at| {
                        let age = t - at;
                        0.8 * (-age / 0.0015).exp() * (1.0 - age / 0.002)
                            + 0.3 * (-age / 0.12).exp() * noise()
                    })
                    .sum();
                (bang + 0.01 * noise() + 0.004 * (t * 2.0 * 3.1 * 180.0).sin()) as f32
            })
            .collect()
    }

    fn picture(name: &str, file: &FileImpulses, samples: &[f32], rate_hz: f64) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let dir = std::env::var_os("SHOTFIX_PICTURES")
            .map_or(scratch.path().to_owned(), std::path::PathBuf::from);
        let (png, svg) = (
            dir.join(format!("{name}.png")),
            dir.join(format!("{name}.svg")),
        );
        plot_sound(file, samples, rate_hz, &png).unwrap();
        plot_sound(file, samples, rate_hz, &svg).unwrap();
        assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));
        let text = std::fs::read_to_string(svg).unwrap();
        Document::parse(&text).unwrap();
        // The image's base64 may spell anything.
        let drawn = text.lines().filter(|line| !line.starts_with("<image"));
        assert!(drawn.into_iter().all(|line| !line.contains("NaN")));
        text
    }

    #[test]
    fn the_usual_case() {
        let file = &fixture::impulses()[0];
        let samples = recording(48_000.0, 12.5, &[1.2346, 1.6469, 9.5]);
        let svg = picture("sound", file, &samples, 48_000.0);
        for words in [
            "gunfire 94 %, 135 dB",
            "150 dB clipped",
            "firework 70 %",
            "24 kHz",
        ] {
            assert!(svg.contains(words) || words == "24 kHz", "{words}");
        }
        assert_eq!(svg, super::svg(file, &samples, 48_000.0).unwrap());
    }

    #[test]
    fn a_long_burst_and_a_silent_file() {
        let mut file = fixture::impulses().remove(0);
        let template = file.impulses[0].clone();
        let times: Vec<f64> = (0..30).map(|k| 2.0 + 0.09 * f64::from(k)).collect();
        file.impulses = times
            .iter()
            .map(|&time_s| Impulse {
                time_s,
                ..template.clone()
            })
            .collect();
        file.file = "<b>&\".wav".to_owned();
        let svg = picture("burst", &file, &recording(24_000.0, 60.0, &times), 24_000.0);
        assert!(svg.contains("30 × gunfire"));
        let silent = &fixture::impulses()[1];
        let svg = picture("silence", silent, &vec![0.0; 72_000], 24_000.0);
        assert!(svg.contains("no impulses found"));
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let file = &fixture::impulses()[0];
        let path = Path::new("never.png");
        for (samples, rate_hz) in [(&[][..], 48_000.0), (&[0.0_f32][..], 0.0)] {
            let error = plot_sound(file, samples, rate_hz, path).unwrap_err();
            assert!(error.to_string().contains("roof/N01.wav"), "{error}");
        }
        let error = plot_sound(file, &[0.0], 48_000.0, Path::new("a.gif")).unwrap_err();
        assert!(matches!(error, PlotError::Ending { .. }));
    }

    #[test]
    fn the_envelope_keeps_every_peak() {
        let mut samples = vec![0.0_f32; 10_000];
        samples[7_777] = 0.9;
        samples[123] = -0.7;
        let columns = envelope(&samples, 100);
        assert_eq!(columns.len(), 100);
        assert_eq!(columns[77].1, 0.9);
        assert_eq!(columns[1].0, -0.7);
        assert_eq!(envelope(&[0.5], 100).len(), 1);
    }
}
