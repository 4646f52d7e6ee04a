//! Power over time and frequency, as a PNG to put into a picture.

use resvg::tiny_skia;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::{PlotError, palette};

/// What one picture needs of a recording's spectrum.
#[derive(Debug)]
pub(super) struct Spectrogram {
    /// One column after the other, lowest frequency first; decibels.
    power_db: Vec<f32>,
    columns: usize,
    bins: usize,
    /// Frequency of the last bin, Hz.
    pub(super) top_hz: f64,
    /// The loudest cell, decibels re a full-scale sine.
    pub(super) top_db: f32,
    /// What is drawn black.
    pub(super) floor_db: f32,
}

/// Range of the colours: below it lie the leaks of the window and the noise of 16 bits.
const RANGE_DB: f32 = 80.0;

impl Spectrogram {
    /// The spectrum of `samples` in at most `most_columns` columns.
    ///
    /// Hann windows of 512 samples below 32 kHz and 1024 above (16 to 32 ms). Where a column
    /// spans several windows it keeps the loudest power of each frequency: a mean would hide a
    /// millisecond of gunfire in a minute of street.
    pub(super) fn new(samples: &[f32], rate_hz: f64, most_columns: usize) -> Self {
        let n: usize = if rate_hz < 32_000.0 { 512 } else { 1024 };
        let bins = n / 2 + 1;
        let hop = (samples.len() / most_columns.max(1)).clamp(1, n / 2);
        let frames = samples.len().div_ceil(hop).max(1);
        let columns = frames.min(most_columns.max(1));
        let fft = FftPlanner::new().plan_fft_forward(n);
        let mut scratch = vec![Complex::default(); fft.get_inplace_scratch_len()];
        let mut buffer = vec![Complex::default(); n];
        let window: Vec<f32> = (0..n)
            .map(|k| {
                let phase = std::f64::consts::TAU * k as f64 / n as f64;
                (0.5 - 0.5 * phase.cos()) as f32
            })
            .collect();
        let mut power = vec![0.0_f32; columns * bins];
        for frame in 0..frames {
            // The window is centred on its time; beyond the ends is silence.
            let start = (frame * hop) as i64 - (n / 2) as i64;
            for (k, value) in buffer.iter_mut().enumerate() {
                let sample = usize::try_from(start + k as i64)
                    .ok()
                    .and_then(|at| samples.get(at))
                    .copied()
                    .filter(|x| x.is_finite())
                    .unwrap_or(0.0);
                *value = Complex::new(sample * window[k], 0.0);
            }
            fft.process_with_scratch(&mut buffer, &mut scratch);
            let column = frame * columns / frames;
            let cells = &mut power[column * bins..(column + 1) * bins];
            for (cell, value) in cells.iter_mut().zip(&buffer) {
                *cell = cell.max(value.norm_sqr());
            }
        }
        // A full-scale sine has |X| = n / 4 under a Hann window: half its amplitude at the
        // positive frequency times the window's sum n / 2.
        let full = (n as f32 / 4.0).powi(2);
        let power_db: Vec<f32> = power
            .iter()
            .map(|p| 10.0 * (p / full).max(1e-20).log10())
            .collect();
        let top_db = power_db.iter().copied().fold(-200.0, f32::max);
        Self {
            floor_db: floor_db(&power_db, top_db),
            power_db,
            columns,
            bins,
            top_hz: rate_hz / 2.0,
            top_db,
        }
    }

    /// The same without the frequencies above `most_hz`.
    pub(super) fn below(self, most_hz: f64) -> Self {
        let step_hz = self.top_hz / (self.bins - 1) as f64;
        let bins = ((most_hz / step_hz) as usize + 1).clamp(2, self.bins);
        let columns = self.power_db.chunks(self.bins);
        let power_db: Vec<f32> = columns.flat_map(|column| column[..bins].to_vec()).collect();
        let top_db = power_db.iter().copied().fold(-200.0, f32::max);
        Self {
            floor_db: floor_db(&power_db, top_db),
            power_db,
            columns: self.columns,
            bins,
            top_hz: step_hz * (bins - 1) as f64,
            top_db,
        }
    }

    /// One pixel a cell, high frequencies on top, magma.
    pub(super) fn png(&self) -> Result<Vec<u8>, PlotError> {
        let fail = || PlotError::Draw("the spectrogram has no size".to_owned());
        let (w, h) = (self.columns, self.bins);
        let size = |v| u32::try_from(v).map_err(|_| fail());
        let mut pixels = tiny_skia::Pixmap::new(size(w)?, size(h)?).ok_or_else(fail)?;
        let range = (self.top_db - self.floor_db).max(1.0);
        for (k, rgba) in pixels.data_mut().chunks_exact_mut(4).enumerate() {
            let (column, bin) = (k % w, h - 1 - k / w);
            let db = self.power_db[column * h + bin];
            let [r, g, b] = palette::magma((db - self.floor_db) / range);
            rgba.copy_from_slice(&[r, g, b, 255]);
        }
        pixels
            .encode_png()
            .map_err(|error| PlotError::Draw(error.to_string()))
    }
}

/// Black at the median, so that half of what is no event stays dark, but within
/// [`RANGE_DB`] of the loudest cell and at least 20 dB below it.
fn floor_db(power_db: &[f32], top_db: f32) -> f32 {
    let mut sorted = power_db.to_vec();
    sorted.sort_by(f32::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(top_db);
    median.min(top_db - 20.0).max(top_db - RANGE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudest_bin(s: &Spectrogram, column: usize) -> (usize, f32) {
        let cells = &s.power_db[column * s.bins..(column + 1) * s.bins];
        let best = cells
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1));
        best.unwrap()
    }

    #[test]
    fn val_a_full_scale_sine_is_at_its_frequency_with_zero_decibels() {
        // 6 kHz at 48 kHz is an eighth of the rate: bin 128 of 1024 exactly.
        let sine: Vec<f32> = (0..48_000)
            .map(|k| (std::f64::consts::TAU * f64::from(k) / 8.0).sin() as f32)
            .collect();
        let s = Spectrogram::new(&sine, 48_000.0, 200);
        assert_eq!((s.columns, s.bins), (200, 513));
        let (bin, db) = loudest_bin(&s, 100);
        assert_eq!(bin, 128);
        assert!(db.abs() < 0.01, "{db}");
    }

    #[test]
    fn a_click_survives_a_long_recording() {
        let mut quiet = vec![0.0_f32; 4_000_000];
        quiet[2_000_000] = 1.0;
        let s = Spectrogram::new(&quiet, 48_000.0, 300);
        let click = loudest_bin(&s, 150).1;
        assert!(click > loudest_bin(&s, 20).1 + 60.0);
        assert_eq!(s.columns, 300);
    }

    #[test]
    fn a_short_or_broken_recording_still_makes_a_picture() {
        for samples in [&[0.0_f32, 1.0][..], &[f32::NAN; 700][..]] {
            let s = Spectrogram::new(samples, 8_000.0, 100);
            assert!(s.floor_db < s.top_db);
            assert!(s.png().unwrap().starts_with(b"\x89PNG"));
        }
    }
}
