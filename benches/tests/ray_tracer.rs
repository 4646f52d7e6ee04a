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
