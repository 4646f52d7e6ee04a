//! Travel times of `Air` against a ray tracer that shares nothing with it but the profile.
//!
//! The tracer integrates the ray equations of a moving medium by fourth-order Runge-Kutta
//! (A. D. Pierce, Acoustics, 1981, eq. 8-1.10, for layers):
//! `dx/dt = c^2 s / W + w`, `ds_z/dt = -(W/c) dc/dz - s.dw/dz`, `W = 1 - s.w`,
//! with the horizontal slowness constant, and shoots in elevation and azimuth at the receiver.

use shotfix_simulator::{Air, AirSpec, Point, Profile};

/// Position, m, along x to the receiver, y across and z up; slowness, s/m.
#[derive(Clone, Copy)]
struct State {
    position: [f64; 3],
    slowness: [f64; 3],
}

struct Tracer<'a> {
    profile: &'a Profile,
    /// Towards the receiver, east and north.
    towards: [f64; 2],
    range_m: f64,
}

struct Hit {
    time_s: f64,
    across_m: f64,
    height_m: f64,
}

impl Tracer<'_> {
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

    /// Follows a ray until it is above or below the receiver; `None` if it meets the ground.
    fn shoot(&self, height_m: f64, elevation: f64, azimuth: f64) -> Option<Hit> {
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
                return None;
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
            return Some(Hit {
                time_s: time_s + part,
                across_m: end.position[1],
                height_m: end.position[2],
            });
        }
    }

    /// As `shoot`, aimed across the wind; `azimuth` is the first guess and then the result.
    fn aimed(&self, height_m: f64, elevation: f64, azimuth: &mut f64, times: u32) -> Option<Hit> {
        let mut hit = self.shoot(height_m, elevation, *azimuth)?;
        for _ in 0..times {
            *azimuth -= hit.across_m / self.range_m;
            hit = self.shoot(height_m, elevation, *azimuth)?;
        }
        Some(hit)
    }

    /// The first of all direct rays.
    fn first(&self, source_m: f64, receiver_m: f64) -> Option<f64> {
        let over = |hit: &Option<Hit>| hit.as_ref().map_or(-1.0, |hit| hit.height_m - receiver_m);
        // Finer near the horizontal, where rays of a kilometre start.
        let elevations: Vec<f64> = (-90..=90)
            .map(|k| f64::from(k) / 90.0)
            .map(|x| 0.12 * x + 0.5 * x.powi(3))
            .collect();
        let mut azimuth = 0.0;
        let misses: Vec<f64> = elevations
            .iter()
            .map(|elevation| over(&self.aimed(source_m, *elevation, &mut azimuth, 1)))
            .collect();
        let mut best: Option<f64> = None;
        for k in 1..elevations.len() {
            if (misses[k - 1] < 0.0) == (misses[k] < 0.0) {
                continue;
            }
            let (mut low, mut high) = (elevations[k - 1], elevations[k]);
            for _ in 0..34 {
                let middle = 0.5 * (low + high);
                let miss = over(&self.aimed(source_m, middle, &mut azimuth, 2));
                if (miss < 0.0) == (misses[k - 1] < 0.0) {
                    low = middle
                } else {
                    high = middle
                }
            }
            for elevation in [low, high] {
                let Some(hit) = self.aimed(source_m, elevation, &mut azimuth, 3) else {
                    continue;
                };
                // A change of sign at the ground is no hit.
                if (hit.height_m - receiver_m).abs() < 0.01 && hit.across_m.abs() < 0.01 {
                    best = Some(best.map_or(hit.time_s, |time_s| time_s.min(hit.time_s)));
                }
            }
        }
        best
    }
}

#[test]
fn val_travel_times_against_a_ray_tracer() {
    let weathers = [
        ("calm lapse", 0.0, 0.1, -0.05),
        ("calm inversion", 0.0, 0.1, 0.1),
        ("5 m/s grass", 5.0, 0.03, 0.0),
        ("15 m/s", 15.0, 0.1, 0.0),
        ("15 m/s suburb", 15.0, 0.5, 0.0),
        ("10 m/s inversion", 10.0, 0.1, 0.05),
        ("10 m/s lapse", 10.0, 0.1, -0.03),
    ];
    let places = [
        (1.0, 8.0, 150.0),
        (1.5, 25.0, 400.0),
        (10.0, 40.0, 1_000.0),
        (1.5, 1.0, 700.0),
        (5.0, 12.0, 1_000.0),
    ];
    println!("weather            way    hs   hr  range   tracer s     ours s   us off");
    let (mut errors_us, mut dark, mut odd): (Vec<f64>, u32, Vec<String>) =
        (Vec::new(), 0, Vec::new());
    for (weather, wind_m_s, roughness_m, gradient) in weathers {
        let air = Air::new(&AirSpec {
            wind_east_m_s: wind_m_s,
            roughness_m: Some(roughness_m),
            temperature_gradient_c_per_m: gradient,
            ..AirSpec::default()
        });
        for (source_m, receiver_m, range_m) in places {
            for (name, degrees) in [
                ("down", 0.0f64),
                ("cross", 90.0),
                ("skew", 130.0),
                ("up", 180.0),
            ] {
                if wind_m_s == 0.0 && degrees > 0.0 {
                    continue;
                }
                let (sin, cos) = degrees.to_radians().sin_cos();
                let tracer = Tracer {
                    profile: air.profile(),
                    towards: [cos, sin],
                    range_m,
                };
                let truth = tracer.first(source_m, receiver_m);
                let source = Point {
                    east: 0.0,
                    north: 0.0,
                    up: source_m,
                };
                let receiver = Point {
                    east: range_m * cos,
                    north: range_m * sin,
                    up: receiver_m,
                };
                let travel = air.travel(source, receiver, 0.0);
                let case =
                    format!("{weather:<18} {name:<5} {source_m:>4} {receiver_m:>4} {range_m:>6}");
                match (truth, travel.shadow) {
                    (Some(time_s), None) => {
                        let off_us = 1e6 * (travel.time_s - time_s);
                        println!(
                            "{case} {time_s:>10.6} {:>10.6} {off_us:>8.2}",
                            travel.time_s
                        );
                        errors_us.push(off_us.abs());
                    }
                    (None, Some(shadow)) => {
                        println!(
                            "{case}     shadow {:>10.6}  {:.0} m in",
                            travel.time_s, shadow.beyond_m
                        );
                        dark += 1;
                    }
                    (truth, shadow) => {
                        println!("{case} {truth:?} {:.6} {shadow:?}", travel.time_s);
                        odd.push(case);
                    }
                }
            }
        }
    }
    errors_us.sort_by(f64::total_cmp);
    let largest_us = errors_us.last().copied().unwrap_or(f64::NAN);
    let median_us = errors_us[errors_us.len() / 2];
    println!(
        "{} rays: median {median_us:.2} us, largest {largest_us:.2} us; {dark} shadows",
        errors_us.len()
    );
    assert!(odd.is_empty(), "light and shadow disagree: {odd:?}");
    assert!(errors_us.len() > 60 && dark > 5);
    assert!(largest_us < 20.0, "{largest_us} us");
}

/// Prints nanoseconds a call; run it with `--ignored --nocapture` and `--release`.
#[test]
#[ignore = "a figure for the reader, not a test"]
fn speed_of_travel() {
    for (name, wind_m_s, gradient) in [
        ("uniform", 0.0, 0.0),
        ("wind", 10.0, 0.0),
        ("inversion", 0.0, 0.05),
        ("wind and inversion", 10.0, 0.05),
        ("wind and lapse", 10.0, -0.02),
    ] {
        let air = Air::new(&AirSpec {
            wind_east_m_s: wind_m_s,
            roughness_m: Some(0.3),
            temperature_gradient_c_per_m: gradient,
            ..AirSpec::default()
        });
        let source = Point {
            east: 0.0,
            north: 0.0,
            up: 1.5,
        };
        for degrees in [0.0f64, 60.0, 120.0, 180.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let (start, n) = (std::time::Instant::now(), 20_000);
            let sum: f64 = (0..n)
                .map(|k| {
                    let range_m = 50.0 + 950.0 * f64::from(k) / f64::from(n);
                    let receiver = Point {
                        east: range_m * cos,
                        north: range_m * sin,
                        up: 4.0 + f64::from(k % 20),
                    };
                    air.travel(source, receiver, 0.0).time_s
                })
                .sum();
            let ns = start.elapsed().as_secs_f64() * 1e9 / f64::from(n);
            println!("{name}, {degrees} degrees off: {ns:.0} ns a call ({sum:.1})");
        }
    }
    let turbulence = *Air::new(&AirSpec {
        turbulence_m_s: 1.0,
        ..AirSpec::default()
    })
    .turbulence();
    let (start, n) = (std::time::Instant::now(), 20_000);
    let sum: f64 = (0..n)
        .map(|k| turbulence.sample(1, "S01", k, 1.0, 300.0).delay_s)
        .sum();
    println!(
        "wander: {:.0} ns a call ({sum:.3})",
        start.elapsed().as_secs_f64() * 1e9 / n as f64
    );
}
