//! Wind noise: eddies that press on the microphone as they are carried past.

use super::bank::{Bank, LowPass, power_gain};
use super::slow::{NodeGain, Slow};
use crate::normals::Normals;
use crate::random::{Purpose, Random};
use crate::scene::AirSpec;

/// Density of air, kg/m3; a tenth more or less is 1 dB.
const AIR_KG_M3: f64 = 1.2;

/// Von Karman's constant.
const KARMAN: f64 = 0.4;

/// Roughness length where the scene gives none, metres: a suburb.
const ROUGHNESS_M: f64 = 0.5;

/// Standard deviation of the wind along its direction over the friction velocity (H. A. Panofsky,
/// J. A. Dutton, Atmospheric Turbulence, 1984).
const GUST_OVER_FRICTION: f64 = 2.4;

/// Size of a sensor without a screen, metres. Eddies smaller than about three times that press on
/// its sides by turns and cancel.
const BODY_M: f64 = 0.01;

/// Below this the spectrum is flat, Hz: less than microphones pass on.
const LOWEST_HZ: f64 = 10.0;

/// Frequency at which the level is set, Hz: the middle of the first decade.
const LEVEL_HZ: f64 = 31.6;

/// Share of the mean that a lull leaves at least.
const LULL: f64 = 0.1;

/// Wind noise at one sensor, from block to block.
///
/// An eddy that changes the wind V by u changes the pressure at the microphone by `rho V u`. The
/// power of u per hertz at height z is `0.3 u*^2 (z/V)^(-2/3) f^(-5/3)`, u* being the friction
/// velocity, so that pressure per hertz falls as f^(-5/3); above `V/(3 D)` small eddies cancel
/// over the sensor of size D and it falls as f^(-11/3). With u* in proportion to V the level
/// rises as `46.7 log10 V`. Gusts move V about its mean.
///
/// Each sensor has its own. Not modelled: a screen that changes the spectrum (it lowers all of
/// it), wind noise of the sensor's mounting, leaves, gusts that reach one sensor after another.
///
/// # Source
/// J. C. Kaimal, J. C. Wyngaard, Y. Izumi, O. R. Cote, Spectral characteristics of surface-layer
/// turbulence, Q. J. R. Meteorol. Soc. 98, 1972 (the 0.3). G. P. van den Berg, Wind-induced noise
/// in a screened microphone, J. Acoust. Soc. Am. 119(2), 2006 (pressure, V/(3 D)). Compare M.
/// Strasberg, Dimensional analysis of windscreen noise, J. Acoust. Soc. Am. 83(2), 1988.
#[derive(Clone, Debug)]
pub(crate) struct Wind {
    bank: Bank,
    sample_rate_hz: f64,
    /// Standard deviation of the wind over its mean.
    intensity: f64,
    course: Slow,
    gain: NodeGain,
}

/// The wind at a microphone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WindAt {
    /// Mean speed, m/s.
    pub(crate) speed_m_s: f64,
    /// Metres above the ground.
    pub(crate) height_m: f64,
}

impl WindAt {
    fn friction_m_s(self, air: &AirSpec) -> f64 {
        if air.turbulence_m_s > 0.0 {
            return air.turbulence_m_s / GUST_OVER_FRICTION;
        }
        let z0 = air.roughness_m.unwrap_or(ROUGHNESS_M);
        KARMAN * self.speed_m_s / (self.height_m / z0).ln_1p()
    }

    /// Power of the pressure at a frequency below `V/(3 D)`, Pa^2/Hz.
    fn pascals_sqr_per_hz(self, friction_m_s: f64, frequency_hz: f64) -> f64 {
        let passing_s = self.height_m / self.speed_m_s;
        (AIR_KG_M3 * self.speed_m_s * friction_m_s).powi(2)
            * 0.3
            * passing_s.powf(-2.0 / 3.0)
            * frequency_hz.powf(-5.0 / 3.0)
    }
}

impl Wind {
    /// The noise of the wind `at` a microphone behind a screen of `screen_db`; `None` in a calm.
    pub(crate) fn new(
        at: WindAt,
        air: &AirSpec,
        screen_db: f64,
        sample_rate_hz: f64,
        seed: u64,
        id: &str,
    ) -> Option<Self> {
        // Less than a breath is no wind, and neither has anything a height of nought.
        if at.speed_m_s < 0.1 {
            return None;
        }
        let at = WindAt {
            height_m: at.height_m.max(1.0),
            ..at
        };
        let friction_m_s = at.friction_m_s(air);
        let filters = filters(at.speed_m_s / (3.0 * BODY_M), sample_rate_hz);
        let (level, cut) = (
            at.pascals_sqr_per_hz(friction_m_s, LEVEL_HZ),
            1.0 + (LEVEL_HZ * 3.0 * BODY_M / at.speed_m_s).powi(2),
        );
        // White noise of unit variance has a power of 2/rate per hertz.
        let made = power_gain(&filters, sample_rate_hz, LEVEL_HZ) * 2.0 / sample_rate_hz;
        let scale = (level / cut / made).sqrt() * 10f64.powf(-screen_db / 20.0);
        let white = Normals::new(&mut Random::stream(seed, Purpose::WindNoise, id, 0));
        // Gusts of the scene's size, and trains of them, drift past.
        let passing_s = (air.turbulence_scale_m / at.speed_m_s).max(0.5);
        Some(Self {
            bank: Bank::new(&filters, scale, sample_rate_hz, white),
            sample_rate_hz,
            intensity: GUST_OVER_FRICTION * friction_m_s / at.speed_m_s,
            course: Slow::new(
                passing_s,
                20.0 * passing_s,
                &mut Random::stream(seed, Purpose::WindNoise, id, 1),
            ),
            gain: NodeGain::new(passing_s / 20.0, sample_rate_hz),
        })
    }

    /// Adds the noise to a block, which follows the one before.
    pub(crate) fn add(&mut self, first_sample: i64, pressure_pa: &mut [f64]) {
        let (rate_hz, intensity, course) = (self.sample_rate_hz, self.intensity, &self.course);
        let at_node = |sample: i64| {
            let gust = 1.0 + intensity * course.at(sample as f64 / rate_hz);
            // Half of 4.67: pressure, not power.
            gust.max(LULL).powf(7.0 / 3.0)
        };
        let (mut sample, mut rest) = (first_sample, pressure_pa);
        while !rest.is_empty() {
            let line = self.gain.line(sample, at_node);
            let (now, later) = rest.split_at_mut(line.samples.min(rest.len()));
            self.bank.add_along(&line, now);
            sample += now.len() as i64;
            rest = later;
        }
    }
}

/// Filters whose power falls as f^(-5/3) from 10 Hz on and as f^(-11/3) above `cut_hz`.
///
/// A pole at the start of each decade and a zero 5/6 of a decade above it lower the pressure by
/// 5/6 of a decade a decade, in steps that stay within 0.7 dB of the line. One more pole is the
/// cut. Partial fractions then put all poles side by side: `1/(1 + s/p)` has the weight
/// `product over zeros of (1 - p/z) / product over the other poles q of (1 - p/q)`.
fn filters(cut_hz: f64, sample_rate_hz: f64) -> Vec<LowPass> {
    let decades = [1.0, 10.0, 100.0, 1_000.0].map(|factor| LOWEST_HZ * factor);
    let within: Vec<f64> = decades
        .into_iter()
        .filter(|pole| *pole < 0.2 * sample_rate_hz)
        .collect();
    let zeros: Vec<f64> = within.iter().map(|p| p * 10f64.powf(5.0 / 6.0)).collect();
    // Two poles in one place have no partial fractions; a hundredth apart nobody hears.
    let apart = |cut: f64| within.iter().all(|pole| (cut / pole - 1.0).abs() > 0.01);
    let cut_hz = if apart(cut_hz) { cut_hz } else { 1.02 * cut_hz };
    let poles: Vec<f64> = within.iter().copied().chain([cut_hz]).collect();
    let weight = |index: usize| {
        let pole = poles[index];
        let above: f64 = zeros.iter().map(|zero| 1.0 - pole / zero).product();
        let below: f64 = (0..poles.len())
            .filter(|other| *other != index)
            .map(|other| 1.0 - pole / poles[other])
            .product();
        above / below
    };
    (0..poles.len())
        .map(|index| LowPass {
            corner_hz: poles[index],
            weight: weight(index),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HILL: WindAt = WindAt {
        speed_m_s: 5.0,
        height_m: 8.0,
    };

    fn steady() -> AirSpec {
        AirSpec {
            roughness_m: Some(0.5),
            ..AirSpec::default()
        }
    }

    #[test]
    fn val_spectrum_falls_as_it_should() {
        let filters = filters(1_000.0 / 6.0, 48_000.0);
        let db = |f: f64| 10.0 * power_gain(&filters, 48_000.0, f).log10();
        // f^(-5/3) over the octave from 25 Hz, 5.0 dB, less by little of the cut; f^(-11/3), 11.0
        // dB, far above it. Steps of the poles and zeros are 0.7 dB to either side.
        assert!(
            (db(25.0) - db(50.0) - 5.0).abs() < 1.5,
            "{}",
            db(25.0) - db(50.0)
        );
        let fall = db(1_000.0) - db(4_000.0);
        assert!((fall - 22.1).abs() < 1.5, "{fall}");
    }

    #[test]
    fn val_level_of_a_breeze() {
        // 5 m/s at 8 m over z0 = 0.5 m: u* = 0.4 5/ln 17 = 0.706 m/s, and at 50 Hz
        // (1.2 5 0.706)^2 0.3 1.6^(-2/3) 50^(-5/3) = 5.80e-3 Pa^2/Hz, less the cut at 167 Hz,
        // 1.09: 5.32e-3 times the 11.6 Hz of a third octave is 62e-3 Pa^2, 81.9 dB.
        let air = steady();
        let friction = HILL.friction_m_s(&air);
        assert!((friction - 0.706).abs() < 1e-3);
        let spectrum = HILL.pascals_sqr_per_hz(friction, 50.0);
        assert!((spectrum / 5.80e-3 - 1.0).abs() < 0.01, "{spectrum}");
        // Made by the bank: power in the third octave by differences of a measured spectrum.
        let n = 1 << 20;
        let mut noise = vec![0.0; n];
        let mut wind = Wind::new(HILL, &air, 0.0, 48_000.0, 1, "S1").unwrap();
        wind.intensity = 0.0;
        wind.add(0, &mut noise);
        let mut spectrum: Vec<_> = noise
            .iter()
            .map(|x| rustfft::num_complex::Complex64::new(*x, 0.0))
            .collect();
        rustfft::FftPlanner::new()
            .plan_fft_forward(n)
            .process(&mut spectrum);
        let bin = |f: f64| (f / 48_000.0 * n as f64) as usize;
        let power: f64 = spectrum[bin(44.5)..bin(56.1)]
            .iter()
            .map(|x| x.norm_sqr())
            .sum();
        let mean_square = 2.0 * power / (n as f64).powi(2);
        // 253 bins: 0.27 dB of scatter, and the steps of the poles.
        let level_db = crate::source::db_spl(mean_square.sqrt());
        assert!((level_db - 81.9).abs() < 1.5, "{level_db}");
    }

    #[test]
    fn val_level_rises_with_the_wind_and_falls_behind_a_screen() {
        let rms_db = |speed_m_s: f64, screen_db: f64| {
            let at = WindAt { speed_m_s, ..HILL };
            let mut noise = vec![0.0; 800_000];
            let mut wind = Wind::new(at, &steady(), screen_db, 8_000.0, 1, "S1").unwrap();
            wind.intensity = 0.0;
            wind.add(0, &mut noise);
            crate::source::db_spl(
                (noise.iter().map(|x| x * x).sum::<f64>() / noise.len() as f64).sqrt(),
            )
        };
        // 46.7 log10 2 = 14.0 dB, and some tenths as the cut moves up.
        let rise = rms_db(8.0, 0.0) - rms_db(4.0, 0.0);
        assert!((14.0..15.5).contains(&rise), "{rise}");
        let screened = rms_db(4.0, 0.0) - rms_db(4.0, 20.0);
        assert!((screened - 20.0).abs() < 1e-3, "{screened}");
        let calm = WindAt {
            speed_m_s: 0.0,
            ..HILL
        };
        assert!(Wind::new(calm, &steady(), 0.0, 8_000.0, 1, "S1").is_none());
    }

    #[test]
    fn gusts_come_and_go() {
        let mut noise = vec![0.0; 4_000 * 120];
        let mut wind = Wind::new(HILL, &steady(), 0.0, 4_000.0, 2, "S1").unwrap();
        // 2.4 0.706/5.
        assert!((wind.intensity - 0.339).abs() < 1e-3);
        wind.add(0, &mut noise);
        let levels: Vec<f64> = noise
            .chunks(4_000)
            .map(|second| 10.0 * second.iter().map(|x| x * x).sum::<f64>().log10())
            .collect();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        let spread =
            (levels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / levels.len() as f64).sqrt();
        // 46.7/ln 10 0.339 = 6.9 dB to first order; a second averages over part of it.
        assert!((3.5..11.0).contains(&spread), "{spread}");
    }
}
