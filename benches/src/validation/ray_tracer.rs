//! Rays through layered, moving air by numerical integration: a second opinion on travel times.

use shotfix_simulator::Profile;

/// Position, m, along x to the receiver, y across and z up; slowness, s/m.
#[derive(Clone, Copy)]
struct State {
    position: [f64; 3],
    slowness: [f64; 3],
}

/// Shoots rays at a receiver; it shares nothing with the simulator's own rays but the profile.
///
/// The ray equations of a moving medium of level layers,
/// `dx/dt = c^2 s / W + w`, `ds_z/dt = -(W/c) dc/dz - s.dw/dz`, `W = 1 - s.w`,
/// with the horizontal slowness constant, are integrated by the Runge-Kutta method of fourth
/// order. Elevation and azimuth at the source are varied until the ray meets the receiver.
///
/// # Source
/// A. D. Pierce, Acoustics, 1981, eq. 8-1.10.
#[derive(Clone, Copy, Debug)]
pub struct RayTracer<'a> {
    /// The air.
    pub profile: &'a Profile,
    /// Unit vector from source to receiver in the plan: east, north.
    pub towards: [f64; 2],
    /// Horizontal distance from source to receiver, metres.
    pub range_m: f64,
}

/// Most corrections of a ray's azimuth; near the ground of a strong crosswind it takes five.
const MOST_AIMS: u32 = 8;

/// Where a ray ends: above or below the receiver, or on the ground.
struct Hit {
    time_s: f64,
    position: [f64; 3],
}

impl RayTracer<'_> {
    /// c, wind along, wind across at a height.
    fn air(&self, z: f64) -> [f64; 3] {
        let (east, north) = self.profile.wind_m_s(z);
        let [a, b] = self.towards;
        [
            self.profile.speed_m_s(z),
            east * a + north * b,
            north * a - east * b,
        ]
    }

    fn rate(&self, state: &State) -> ([f64; 3], f64) {
        let z = state.position[2];
        let s = state.slowness;
        let [c, u, v] = self.air(z);
        let step = 1e-4 * z.max(0.1);
        let (high, low) = (self.air(z + step), self.air(z - step));
        let slope = |i: usize| (high[i] - low[i]) / (2.0 * step);
        let w = 1.0 - s[0] * u - s[1] * v;
        let velocity = [c * c * s[0] / w + u, c * c * s[1] / w + v, c * c * s[2] / w];
        (
            velocity,
            -w / c * slope(0) - s[0] * slope(1) - s[1] * slope(2),
        )
    }

    fn step(&self, state: &State, dt: f64) -> State {
        let moved = |(velocity, bend): &([f64; 3], f64), dt: f64| {
            let mut next = *state;
            for (x, v) in next.position.iter_mut().zip(velocity) {
                *x += dt * v;
            }
            next.slowness[2] += dt * bend;
            next
        };
        let k1 = self.rate(state);
        let k2 = self.rate(&moved(&k1, 0.5 * dt));
        let k3 = self.rate(&moved(&k2, 0.5 * dt));
        let k4 = self.rate(&moved(&k3, dt));
        let mean = |a: f64, b: f64, c: f64, d: f64| (a + 2.0 * b + 2.0 * c + d) / 6.0;
        let velocity = [0, 1, 2].map(|i| mean(k1.0[i], k2.0[i], k3.0[i], k4.0[i]));
        moved(&(velocity, mean(k1.1, k2.1, k3.1, k4.1)), dt)
    }

    /// Follows a ray until it is above or below the receiver, or meets the ground before that.
    fn shoot(&self, height_m: f64, elevation: f64, azimuth: f64) -> Hit {
        let n = [
            elevation.cos() * azimuth.cos(),
            elevation.cos() * azimuth.sin(),
            elevation.sin(),
        ];
        let [c, u, v] = self.air(height_m);
        let phase_m_s = c + n[0] * u + n[1] * v;
        let mut state = State {
            position: [0.0, 0.0, height_m],
            slowness: n.map(|x| x / phase_m_s),
        };
        let mut time_s = 0.0;
        loop {
            let dt = (0.08 * state.position[2].max(0.05) / c).clamp(3e-5, 4e-3);
            let next = self.step(&state, dt);
            if next.position[2] <= 0.0 {
                return Hit {
                    time_s: time_s + dt,
                    position: next.position,
                };
            }
            if next.position[0] < self.range_m && time_s < 30.0 {
                state = next;
                time_s += dt;
                continue;
            }
            // The part of the step that is left, by secants.
            let mut part =
                dt * (self.range_m - state.position[0]) / (next.position[0] - state.position[0]);
            for _ in 0..4 {
                let short = self.range_m - self.step(&state, part).position[0];
                part += dt * short / (next.position[0] - state.position[0]);
            }
            let end = self.step(&state, part);
            return Hit {
                time_s: time_s + part,
                position: end.position,
            };
        }
    }

    /// As `shoot`, aimed across the wind until it ends within so many metres of the plane; `azimuth`
    /// is the first guess and then the result. Rays that meet the ground are aimed too: with the
    /// right lean they may not meet it.
    fn aimed(&self, height_m: f64, elevation: f64, azimuth: &mut f64, within_m: f64) -> Hit {
        let mut hit = self.shoot(height_m, elevation, *azimuth);
        for _ in 0..MOST_AIMS {
            if hit.position[1].abs() < within_m {
                break;
            }
            *azimuth -= hit.position[1] / hit.position[0].max(1.0);
            hit = self.shoot(height_m, elevation, *azimuth);
        }
        hit
    }

    /// Travel time of the first of all rays that do not touch the ground, seconds, between these
    /// heights above it, metres; `None` in the shadow.
    pub fn first_s(&self, source_m: f64, receiver_m: f64) -> Option<f64> {
        let over = |hit: &Hit| hit.position[2] - receiver_m;
        // Finer near the horizontal, where rays of a kilometre start.
        let elevations: Vec<f64> = (-90..=90)
            .map(|k| f64::from(k) / 90.0)
            .map(|x| 0.12 * x + 0.5 * x.powi(3))
            .collect();
        let mut azimuth = 0.0;
        let misses: Vec<f64> = elevations
            .iter()
            .map(|elevation| over(&self.aimed(source_m, *elevation, &mut azimuth, 0.1)))
            .collect();
        let mut best: Option<f64> = None;
        for k in 1..elevations.len() {
            if (misses[k - 1] < 0.0) == (misses[k] < 0.0) {
                continue;
            }
            let (mut low, mut high) = (elevations[k - 1], elevations[k]);
            for _ in 0..34 {
                let middle = 0.5 * (low + high);
                let miss = over(&self.aimed(source_m, middle, &mut azimuth, 0.02));
                if (miss < 0.0) == (misses[k - 1] < 0.0) {
                    low = middle
                } else {
                    high = middle
                }
            }
            for elevation in [low, high] {
                let hit = self.aimed(source_m, elevation, &mut azimuth, 1e-3);
                // A change of sign between a ray above the receiver and one on the ground is no hit.
                if over(&hit).abs() < 0.01 && hit.position[1].abs() < 0.01 {
                    best = Some(best.map_or(hit.time_s, |time_s| time_s.min(hit.time_s)));
                }
            }
        }
        best
    }
}
