//! Small scenes, played, and what their recordings hold: figures come from samples.

use std::fmt::Write;

use shotfix_simulator::{Point, Recording, Scene, SceneError, Simulation, simulate};

/// Reference pressure of dB SPL, pascals.
const REFERENCE_PA: f64 = 20e-6;

/// One shot at the origin, heard without noise, rounding, clipping or errors of clocks.
pub(super) struct Stage<'a> {
    /// Of every recording, Hz.
    pub(super) sample_rate_hz: u32,
    /// Name of the firearm.
    pub(super) firearm: &'a str,
    /// Height of the muzzle, metres.
    pub(super) source_up_m: f64,
    /// More lines of the shot.
    pub(super) shot: &'a str,
    /// Lines of `[atmosphere]`.
    pub(super) air: &'a str,
    /// Other tables.
    pub(super) more: &'a str,
    /// Where it is heard.
    pub(super) sensors: &'a [Point],
}

/// What one sensor recorded.
pub(super) struct Heard {
    sample_rate_hz: f64,
    pressure_pa: Vec<f64>,
    /// Index of the first sample that is not zero.
    start: usize,
}

/// The shot is fired so long after the first sample, seconds.
const FIRED_S: f64 = 0.1;

/// Recordings last this much longer than the sound needs, seconds.
const REST_S: f64 = 0.2;

/// The slowest that sound gets along any way of these scenes, m/s.
const SLOWEST_M_S: f64 = 290.0;

impl Stage<'_> {
    /// Plays the scene; one entry a sensor, in their order.
    ///
    /// # Errors
    /// [`SceneError`] for a scene that the simulator refuses.
    pub(super) fn play(&self) -> Result<Vec<Heard>, SceneError> {
        let recordings = self.simulation()?.recordings;
        Ok(recordings.iter().map(Heard::new).collect())
    }

    /// Recordings with their truth.
    ///
    /// # Errors
    /// As [`Stage::play`].
    pub(super) fn simulation(&self) -> Result<Simulation, SceneError> {
        let scene = Scene::from_toml(&self.toml(), "validation.toml")?;
        Ok(simulate(&scene))
    }

    fn toml(&self) -> String {
        let source = at(0.0, 0.0, self.source_up_m);
        let farthest_m = (self.sensors.iter()).fold(0.0, |m, s| f64::max(m, range_m(source, *s)));
        let duration_s = FIRED_S + farthest_m / SLOWEST_M_S + REST_S;
        let mut text = format!(
            "format = \"float32\"\nsample_rate_hz = {}\nduration_s = {duration_s:.3}\n\
             [microphone]\nclock_sigma_s = 0.0\nposition_sigma_m = 0.0\n\
             [atmosphere]\n{}\n{}\n\
             [[shot]]\ntime_s = {FIRED_S:?}\neast = 0.0\nnorth = 0.0\nup = {:?}\nfirearm = {:?}\n{}\n",
            self.sample_rate_hz, self.air, self.more, self.source_up_m, self.firearm, self.shot
        );
        for (idx, Point { east, north, up }) in self.sensors.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "[[sensor]]\nid = \"S{idx}\"\neast = {east:?}\nnorth = {north:?}\nup = {up:?}"
            );
        }
        text
    }
}

impl Heard {
    fn new(recording: &Recording) -> Self {
        let full_scale_pa = pascals(recording.station.full_scale_db_spl);
        let (samples, silent) = (&recording.samples, |x: &f32| *x == 0.0);
        let start = samples.iter().take_while(|x| silent(x)).count();
        let end = samples.len() - samples.iter().rev().take_while(|x| silent(x)).count();
        let sounding = samples.get(start..end).unwrap_or_default();
        Self {
            sample_rate_hz: f64::from(recording.sample_rate_hz),
            pressure_pa: (sounding.iter())
                .map(|x| f64::from(*x) * full_scale_pa)
                .collect(),
            start,
        }
    }

    /// Level of the front, dB SPL, before sampling rounded it: the parabola through three samples
    /// behind it, carried back to its time.
    pub(super) fn front_db_spl(&self) -> f64 {
        let level_pa = 0.5 * self.peak_pa();
        let front = self.crossing(0, |pressure_pa| pressure_pa >= level_pa, level_pa);
        // The anti-alias filter is four samples long; three behind the front the wave is itself.
        let first = front as usize + 4;
        let at = [first, first + 3, first + 6];
        let age = at.map(|n| n as f64 - front);
        let sum: f64 = (0..3)
            .map(|k| {
                let (a, b) = (age[(k + 1) % 3], age[(k + 2) % 3]);
                let pressure_pa = self.pressure_pa.get(at[k]).copied().unwrap_or(f64::NAN);
                pressure_pa * a * b / ((age[k] - a) * (age[k] - b))
            })
            .sum();
        db_spl(sum)
    }

    /// What was heard from `from_s` to `to_s`, seconds after the shot.
    pub(super) fn between(&self, from_s: f64, to_s: f64) -> Self {
        let sample = |time_s: f64| {
            let sample = ((time_s + FIRED_S) * self.sample_rate_hz) as usize;
            sample.clamp(self.start, self.start + self.pressure_pa.len())
        };
        let (start, end) = (sample(from_s), sample(to_s));
        Self {
            sample_rate_hz: self.sample_rate_hz,
            pressure_pa: self.pressure_pa[start - self.start..end - self.start].to_vec(),
            start,
        }
    }

    /// From the first front, half-way up, to the last, half-way back from the deepest sample,
    /// seconds: the length of an N.
    pub(super) fn between_shocks_s(&self) -> f64 {
        let level_pa = 0.5 * self.peak_pa();
        let front = self.crossing(0, |pressure_pa| pressure_pa >= level_pa, level_pa);
        let numbered = self.pressure_pa.iter().enumerate();
        let deepest = numbered.min_by(|a, b| a.1.total_cmp(b.1));
        let (deepest, depth_pa) = deepest.map_or((0, 0.0), |(n, pa)| (n, *pa));
        let end = self.crossing(deepest, |pa| pa >= 0.5 * depth_pa, 0.5 * depth_pa);
        (end - front) / self.sample_rate_hz
    }

    fn peak_pa(&self) -> f64 {
        self.pressure_pa.iter().copied().fold(0.0, f64::max)
    }

    /// Level of the Fourier transform at `frequency_hz`, dB re 20 uPa s.
    pub(super) fn level_db(&self, frequency_hz: f64) -> f64 {
        let step = std::f64::consts::TAU * frequency_hz / self.sample_rate_hz;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, pressure_pa) in self.pressure_pa.iter().enumerate() {
            let (sin, cos) = (step * n as f64).sin_cos();
            re += pressure_pa * cos;
            im -= pressure_pa * sin;
        }
        db_spl(re.hypot(im) / self.sample_rate_hz)
    }

    /// When the front stands at `share` of the largest sample, seconds after the shot; linear
    /// between samples.
    pub(super) fn front_s(&self, share: f64) -> f64 {
        let level_pa = share * self.peak_pa();
        let sample = self.crossing(0, |pressure_pa| pressure_pa >= level_pa, level_pa);
        (self.start as f64 + sample) / self.sample_rate_hz - FIRED_S
    }

    /// From the front, half-way up, to the first zero after it, seconds.
    pub(super) fn positive_s(&self) -> f64 {
        let level_pa = 0.5 * self.peak_pa();
        let front = self.crossing(0, |pressure_pa| pressure_pa >= level_pa, level_pa);
        let zero = self.crossing(front as usize + 2, |pressure_pa| pressure_pa <= 0.0, 0.0);
        (zero - front) / self.sample_rate_hz
    }

    /// Sum of the samples over time, pascal seconds.
    pub(super) fn impulse_pa_s(&self) -> f64 {
        self.pressure_pa.iter().sum::<f64>() / self.sample_rate_hz
    }

    /// The place, in samples, at which the straight line to the first sample from `from` on that
    /// is `beyond` passes `level_pa`; NaN if there is none.
    fn crossing(&self, from: usize, beyond: impl Fn(f64) -> bool, level_pa: f64) -> f64 {
        let after = (from..self.pressure_pa.len()).find(|n| beyond(self.pressure_pa[*n]));
        after.map_or(f64::NAN, |n| {
            let before = n.checked_sub(1).map_or(0.0, |n| self.pressure_pa[n]);
            n as f64 - (self.pressure_pa[n] - level_pa) / (self.pressure_pa[n] - before)
        })
    }
}

/// A point.
pub(super) fn at(east: f64, north: f64, up: f64) -> Point {
    Point { east, north, up }
}

/// Distance of two points, metres; the simulator's own is not asked.
pub(super) fn range_m(a: Point, b: Point) -> f64 {
    (a.east - b.east)
        .hypot(a.north - b.north)
        .hypot(a.up - b.up)
}

/// Pressure of a level, pascals.
pub(super) fn pascals(level_db_spl: f64) -> f64 {
    REFERENCE_PA * 10f64.powf(level_db_spl / 20.0)
}

fn db_spl(pressure_pa: f64) -> f64 {
    20.0 * (pressure_pa / REFERENCE_PA).log10()
}
