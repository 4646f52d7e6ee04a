//! Travel times of `Air` against a ray tracer that shares nothing with it but the profile.

use shotfix_benches::validation::RayTracer;
use shotfix_simulator::{Air, AirSpec, Point};

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
                let tracer = RayTracer {
                    profile: air.profile(),
                    towards: [cos, sin],
                    range_m,
                };
                let truth = tracer.first_s(source_m, receiver_m);
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
    // About half of the 110 ways lie in shadow: most of those upwind, and the longest across.
    assert!(errors_us.len() > 45 && dark > 45);
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
