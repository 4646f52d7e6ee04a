//! A sensor's clock: led by GPS, left alone in outages, wrong by whole seconds.

use std::f64::consts::TAU;

use super::clock_spec::ClockSpec;
use crate::random::{Purpose, Random};

/// Steps of all random walks of one clock at most: 32 KB a sensor. They are a second long unless
/// outages are many or long.
const MOST_STEPS: usize = 4_096;

/// Seconds in a day.
const DAY_S: f64 = 86_400.0;

/// Seconds in an hour.
const HOUR_S: f64 = 3_600.0;

/// How far a sensor's clock is ahead of UTC, as a function of time.
///
/// Four parts are added up: a constant; whole seconds from the slip on; while GPS is there, the
/// jitter of its pulses, drawn anew every second and linear in between; and what an outage does.
///
/// In an outage the clock runs by its crystal, which is fast by a constant, by what the
/// temperature has changed since GPS was lost, and by a random walk. Afterwards it jumps back, or
/// is slewed. All is drawn when the clock is made, from its own streams.
///
/// Not modelled: ageing, the loop that steers the crystal (its wander while GPS is there is below
/// the jitter), leap seconds other than as a slip.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clock {
    constant_s: f64,
    drift_ppm: f64,
    spec: ClockSpec,
    /// Names the jitter's numbers.
    jitter_key: u64,
    holdovers: Vec<Holdover>,
}

/// One outage.
#[derive(Clone, Debug, PartialEq)]
struct Holdover {
    from_s: f64,
    to_s: f64,
    /// Seconds ahead when GPS is lost.
    base_s: f64,
    /// The random walk at evenly spaced times from `from_s` to `to_s`, seconds.
    walk_s: Vec<f64>,
    /// Seconds ahead, beyond the jitter, when GPS comes back.
    left_s: f64,
}

impl Clock {
    /// The clock of sensor `id`, `constant_s` ahead of UTC when all is well.
    ///
    /// `spec` has been checked: its outages are in order and apart.
    pub(crate) fn new(spec: ClockSpec, constant_s: f64, seed: u64, id: &str) -> Self {
        // Stream 0 belongs to the crystal, later ones to the outages.
        let mut random = Random::stream(seed, Purpose::Holdover, id, 0);
        let mut clock = Self {
            constant_s,
            drift_ppm: spec.drift_ppm * random.normal(),
            jitter_key: random.bits(),
            holdovers: Vec::with_capacity(spec.outage.len()),
            spec,
        };
        let most_steps = (MOST_STEPS / clock.spec.outage.len().max(1)).max(1);
        for (index, [from_s, to_s]) in clock.spec.outage.clone().into_iter().enumerate() {
            let base_s = clock.led_s(from_s);
            let mut random = Random::stream(seed, Purpose::Holdover, id, index + 1);
            let mut holdover = Holdover {
                from_s,
                to_s,
                base_s,
                walk_s: walk(clock.spec.wander_s, to_s - from_s, most_steps, &mut random),
                left_s: 0.0,
            };
            holdover.left_s = clock.free_s(&holdover, to_s) - clock.jitter_s(to_s);
            clock.holdovers.push(holdover);
        }
        clock
    }

    /// Seconds the clock is ahead of UTC at `true_s` seconds of UTC after the scene's start.
    ///
    /// Continuous, but for slips and for the ends of outages without `slew_ppm`. A clock that
    /// jumps back shows some times twice and one that jumps on leaves some out.
    pub(crate) fn offset_s(&self, true_s: f64) -> f64 {
        let slipped = true_s >= self.spec.slip_at_s.unwrap_or(f64::NEG_INFINITY);
        let slip_s = if slipped { self.spec.slip_s } else { 0.0 };
        self.constant_s + slip_s + self.wandering_s(true_s)
    }

    /// The least that the clock is ahead in the first `duration_s` seconds of the scene.
    pub(crate) fn least_offset_s(&self, duration_s: f64) -> f64 {
        // Between steps a crystal goes astray by far less than a sample.
        let steps = MOST_STEPS as f64;
        let evenly = (0..=MOST_STEPS).map(|step| duration_s * step as f64 / steps);
        let jumps = self.spec.outage.iter().map(|[_, to_s]| *to_s);
        let times_s = evenly.chain(jumps).chain(self.spec.slip_at_s);
        times_s
            .filter(|time_s| *time_s <= duration_s)
            .map(|time_s| self.offset_s(time_s))
            .fold(f64::INFINITY, f64::min)
    }

    /// Times that the clock never shows because it slips ahead, from and to, seconds after the
    /// start; of a slip backwards there are none, but times that it shows twice, and what was
    /// recorded then lies in one place.
    pub(crate) fn skipped(&self) -> Option<[f64; 2]> {
        let slip_at_s = self.spec.slip_at_s.filter(|_| self.spec.slip_s > 0.0)?;
        let to_s = slip_at_s + self.offset_s(slip_at_s);
        Some([to_s - self.spec.slip_s, to_s])
    }

    /// Parts of a million by which the crystal is fast.
    pub(crate) fn drift_ppm(&self) -> f64 {
        self.drift_ppm
    }

    /// What was asked of the clock: outages and slips.
    pub(crate) fn spec(&self) -> &ClockSpec {
        &self.spec
    }

    fn wandering_s(&self, true_s: f64) -> f64 {
        let begun = self.holdovers.partition_point(|h| h.from_s <= true_s);
        match self.holdovers[..begun].last() {
            Some(holdover) if true_s < holdover.to_s => self.free_s(holdover, true_s),
            _ => self.led_s(true_s),
        }
    }

    /// With GPS: the jitter, and what slewing has left of the last outage.
    fn led_s(&self, true_s: f64) -> f64 {
        let begun = self.holdovers.partition_point(|h| h.from_s <= true_s);
        let left_s = match (self.holdovers[..begun].last(), self.spec.slew_ppm) {
            (Some(holdover), Some(slew_ppm)) => {
                let taken_s = 1e-6 * slew_ppm * (true_s - holdover.to_s);
                (holdover.left_s.abs() - taken_s)
                    .max(0.0)
                    .copysign(holdover.left_s)
            }
            _ => 0.0,
        };
        self.jitter_s(true_s) + left_s
    }

    /// Without GPS.
    fn free_s(&self, holdover: &Holdover, true_s: f64) -> f64 {
        let elapsed_s = true_s - holdover.from_s;
        let warmth = self.warmth_c_s(holdover.from_s, elapsed_s);
        holdover.base_s
            + 1e-6 * (self.drift_ppm * elapsed_s + self.spec.temperature_ppm_per_c * warmth)
            + between(
                &holdover.walk_s,
                elapsed_s / (holdover.to_s - holdover.from_s),
            )
    }

    /// Integral of the temperature above that at `from_s`, over `elapsed_s` from there on.
    fn warmth_c_s(&self, from_s: f64, elapsed_s: f64) -> f64 {
        let turn = TAU / DAY_S;
        let (sin, cos) = (turn * from_s).sin_cos();
        let (sin_of, cos_of) = (turn * elapsed_s).sin_cos();
        // sin(a + x) - sin a, integrated over x.
        let daily = (cos * (1.0 - cos_of) + sin * sin_of) / turn - sin * elapsed_s;
        0.5 * self.spec.temperature_ramp_c_per_h / HOUR_S * elapsed_s * elapsed_s
            + self.spec.temperature_swing_c * daily
    }

    fn jitter_s(&self, true_s: f64) -> f64 {
        if self.spec.pps_jitter_s == 0.0 {
            return 0.0;
        }
        let second = true_s.floor();
        let (now, next) = (self.pulse(second as i64), self.pulse(second as i64 + 1));
        self.spec.pps_jitter_s * (now + (next - now) * (true_s - second))
    }

    /// The error of the pulse at a second, normal with standard deviation 1 (Box and Muller), by
    /// hashing: a table would grow with the scene.
    fn pulse(&self, second: i64) -> f64 {
        let bits = mix(self.jitter_key ^ mix(second as u64));
        let unit = |bits: u64| (bits as f64 + 1.0) / 4_294_967_297.0;
        let (u, v) = (unit(bits >> 32), unit(bits & 0xffff_ffff));
        (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
    }
}

/// The finaliser of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A random walk from 0 with standard deviation `sigma_s` after an hour, in whole seconds or in
/// `most_steps` longer steps.
fn walk(sigma_s: f64, length_s: f64, most_steps: usize, random: &mut Random) -> Vec<f64> {
    if sigma_s == 0.0 {
        return Vec::new();
    }
    let steps = length_s.ceil().clamp(1.0, most_steps as f64);
    let step_s = sigma_s * (length_s / steps / HOUR_S).sqrt();
    let mut at_s = 0.0;
    let mut nodes = vec![at_s];
    for _ in 0..steps as usize {
        at_s += step_s * random.normal();
        nodes.push(at_s);
    }
    nodes
}

/// Linear between nodes; `share` runs from 0 at the first to 1 at the last. 0 without nodes.
fn between(nodes: &[f64], share: f64) -> f64 {
    if nodes.is_empty() {
        return 0.0;
    }
    let place = share.clamp(0.0, 1.0) * (nodes.len() - 1) as f64;
    let below = (place as usize).min(nodes.len() - 2);
    nodes[below] + (nodes[below + 1] - nodes[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crystal fast by 20 ppm, whatever was drawn.
    fn fast(spec: ClockSpec) -> Clock {
        let drawn = Random::stream(1, Purpose::Holdover, "S1", 0).normal();
        let spec = ClockSpec {
            drift_ppm: 20.0 / drawn,
            ..spec
        };
        Clock::new(spec, 0.0, 1, "S1")
    }

    fn outage(from_s: f64, to_s: f64) -> ClockSpec {
        ClockSpec {
            outage: vec![[from_s, to_s]],
            ..ClockSpec::default()
        }
    }

    #[test]
    fn an_ideal_clock_is_off_by_its_constant_alone() {
        let clock = Clock::new(ClockSpec::default(), 3e-7, 1, "S1");
        for true_s in [-10.0, 0.0, 0.3, 1e6] {
            assert_eq!(clock.offset_s(true_s), 3e-7);
        }
    }

    #[test]
    fn val_a_minute_of_holdover() {
        // 20 ppm of 60 s are 1.2 ms; then GPS is back and the clock jumps.
        let clock = fast(outage(10.0, 70.0));
        assert_eq!(clock.offset_s(9.9), 0.0);
        assert!((clock.offset_s(40.0) - 0.6e-3).abs() < 1e-12);
        assert!((clock.offset_s(70.0 - 1e-9) - 1.2e-3).abs() < 1e-10);
        assert_eq!(clock.offset_s(70.0), 0.0);
        // Without outage no drift; lost an hour before the scene, 72 ms at its start.
        assert_eq!(fast(ClockSpec::default()).offset_s(60.0), 0.0);
        let early = fast(outage(-3_600.0, 60.0));
        assert!((early.offset_s(0.0) - 72e-3).abs() < 1e-9);
    }

    #[test]
    fn val_slewing_takes_its_time_even_into_the_next_outage() {
        // 1.2 ms at 100 ppm take 12 s. The next outage begins 6 s on, with 0.6 ms left.
        let mut spec = outage(0.0, 60.0);
        spec.slew_ppm = Some(100.0);
        spec.outage.push([66.0, 76.0]);
        let clock = fast(spec);
        assert!((clock.offset_s(60.0) - 1.2e-3).abs() < 1e-12);
        assert!((clock.offset_s(63.0) - 0.9e-3).abs() < 1e-12);
        assert!((clock.offset_s(66.0) - 0.6e-3).abs() < 1e-12);
        assert!((clock.offset_s(76.0) - 0.8e-3).abs() < 1e-12);
        assert!((clock.offset_s(84.0)).abs() < 1e-12);
        for edge in [60.0, 66.0, 76.0, 84.0] {
            let step = clock.offset_s(edge) - clock.offset_s(edge - 1e-7);
            assert!(step.abs() < 1e-10, "{edge}: {step}");
        }
    }

    #[test]
    fn val_temperature() {
        // 0.1 ppm/C and 6 C/h: 0.1e-6 6/3600 3600^2/2 = 1.08 ms after an hour.
        let ramp = ClockSpec {
            temperature_ppm_per_c: 0.1,
            temperature_ramp_c_per_h: 6.0,
            ..outage(0.0, 1e5)
        };
        let clock = Clock::new(ramp, 0.0, 1, "S1");
        assert!((clock.offset_s(3_600.0) - 1.08e-3).abs() < 1e-9);
        // A day's swing of 10 C from its mean on is a whole wave of offset: half a day on it has
        // gained 0.1e-6 10 2/w = 0.1e-6 10 86400/pi = 27.5 ms, a day on nothing.
        let swing = ClockSpec {
            temperature_ppm_per_c: 0.1,
            temperature_swing_c: 10.0,
            ..outage(0.0, 1e5)
        };
        let clock = Clock::new(swing.clone(), 0.0, 1, "S1");
        assert!((clock.offset_s(43_200.0) - 27.502e-3).abs() < 1e-6);
        assert!(clock.offset_s(86_400.0).abs() < 1e-12);
        // Lost at the warmest, a quarter of a day on: below that from then on.
        let warm = ClockSpec {
            outage: vec![[21_600.0, 1e5]],
            ..swing
        };
        let clock = Clock::new(warm, 0.0, 1, "S1");
        // Integral of cos - 1 over half a day: -43200 s, times 10 C 0.1e-6.
        assert!((clock.offset_s(64_800.0) + 43.2e-3).abs() < 1e-9);
    }

    #[test]
    fn a_slip_is_whole_and_comes_when_told() {
        let slip = |slip_at_s| ClockSpec {
            slip_s: -1.0,
            slip_at_s,
            ..ClockSpec::default()
        };
        let clock = Clock::new(slip(None), 0.25, 1, "S1");
        assert_eq!(clock.offset_s(0.0), -0.75);
        let clock = Clock::new(slip(Some(5.0)), 0.25, 1, "S1");
        assert_eq!((clock.offset_s(4.999), clock.offset_s(5.0)), (0.25, -0.75));
    }

    #[test]
    fn jitter_has_its_spread_and_no_jumps() {
        let spec = ClockSpec {
            pps_jitter_s: 30e-9,
            ..ClockSpec::default()
        };
        let clock = Clock::new(spec.clone(), 0.0, 1, "S1");
        let n = 20_000;
        let square: f64 = (0..n).map(|s| clock.offset_s(f64::from(s)).powi(2)).sum();
        // Standard error of a deviation: 1/sqrt(2 n) = 0.5 %; four of them.
        assert!(((square / f64::from(n)).sqrt() / 30e-9 - 1.0).abs() < 0.02);
        let step = clock.offset_s(7.0) - clock.offset_s(7.0 - 1e-9);
        assert!(step.abs() < 1e-15);
        // Others differ; it holds still in an outage.
        assert_ne!(
            clock.offset_s(3.0),
            Clock::new(spec.clone(), 0.0, 1, "S2").offset_s(3.0)
        );
        let lost = ClockSpec {
            outage: vec![[2.5, 9.0]],
            ..spec
        };
        let lost = Clock::new(lost, 0.0, 1, "S1");
        assert_eq!(lost.offset_s(3.0), clock.offset_s(2.5));
        assert_eq!(lost.offset_s(9.0), clock.offset_s(9.0));
    }

    #[test]
    fn crystals_and_walks_have_their_spread() {
        let spec = ClockSpec {
            drift_ppm: 20.0,
            ..outage(0.0, 3_600.0)
        };
        let walk = ClockSpec {
            wander_s: 1e-3,
            ..outage(0.0, 3_600.0)
        };
        let n = 1_000;
        let rms = |spec: &ClockSpec, at_s: f64| {
            let square: f64 = (0..n)
                .map(|i| {
                    Clock::new(spec.clone(), 0.0, 1, &format!("S{i}"))
                        .offset_s(at_s)
                        .powi(2)
                })
                .sum();
            (square / f64::from(n)).sqrt()
        };
        // Standard error 1/sqrt(2 n) = 2.2 %; four of them. The walk grows with the root of time.
        assert!((rms(&spec, 60.0) / 1.2e-3 - 1.0).abs() < 0.09);
        assert!((rms(&walk, 3_600.0 - 1e-6) / 1e-3 - 1.0).abs() < 0.09);
        assert!((rms(&walk, 900.0) / 0.5e-3 - 1.0).abs() < 0.09);
    }
}
