use super::*;
use crate::atmosphere::Wind;

/// Onsets of a bullet that keeps its speed, by the closed form: the shock is heard
/// `(x + y sqrt(M^2 - 1)) / v` after firing, `x` along and `y` aside, ahead of Mach's cone.
fn heard(sensor: Enu, muzzle: Enu, azimuth_deg: f64, v: f64, c: f64) -> Vec<Seconds> {
    let (s, k) = azimuth_deg.to_radians().sin_cos();
    let (e, n) = (
        sensor.east_m - muzzle.east_m,
        sensor.north_m - muzzle.north_m,
    );
    let (along, aside) = (e * s + n * k, (e * k - n * s).abs());
    let root = ((v / c).powi(2) - 1.0).sqrt();
    let mut onsets = vec![Seconds(2.0 + e.hypot(n) / c)];
    if along > aside / root {
        onsets.push(Seconds(2.0 + (along + aside * root) / v));
    }
    onsets
}

fn problem_of<'a>(sensors: &'a [Heard<'a>]) -> RifleProblem<'a> {
    RifleProblem {
        sensors,
        up_m: Uncertain::new(0.0, 0.5),
        air: Air {
            speed_m_s: Uncertain::new(340.0, 0.0),
            wind: Wind::default(),
        },
        bullet: Bullet {
            ln_drag_m: Uncertain::new(13.0, 0.1),
            ..Bullet::default()
        },
    }
}

#[test]
fn four_sensors_tell_place_direction_and_speed_from_outside() {
    let places =
        [(0.0, 0.0), (30.0, 4.0), (26.0, 30.0), (3.0, 27.0)].map(|(e, n)| Enu::new(e, n, 0.0));
    let muzzle = Enu::new(-95.0, -20.0, 0.0);
    let onsets = places.map(|p| heard(p, muzzle, 72.0, 760.0, 340.0));
    let sensors: Vec<Heard<'_>> = places
        .iter()
        .zip(&onsets)
        .map(|(&position, onsets)| Heard {
            position,
            onsets,
            sigma: Seconds(2e-4),
        })
        .collect();
    assert!(onsets.iter().all(|o| o.len() == 2));
    let fix = locate_rifle(&problem_of(&sensors)).unwrap();
    let error_m = fix.position.horizontal_distance_m(muzzle);
    assert!(error_m < 2.0, "{error_m} {fix:?}");
    assert!((fix.azimuth_deg.mean - 72.0).abs() < 1.0, "{fix:?}");
    assert!(
        (fix.speed_m_s.mean - 760.0).abs() < 3.0 * fix.speed_m_s.sigma,
        "{fix:?}"
    );
    // The blast is the first in each list.
    assert!(fix.blasts.iter().all(|b| b.is_some_and(|b| b.onset == 0)));
    assert!(fix.shocks.iter().all(|s| s.is_some_and(|s| s.onset == 1)));
    assert!(fix.shock_evidence > 10.0);
}

#[test]
fn onsets_without_a_bullet_show_none() {
    let places = [
        (0.0, 0.0),
        (300.0, 40.0),
        (260.0, 300.0),
        (30.0, 270.0),
        (140.0, 150.0),
    ];
    let muzzle = Enu::new(90.0, 200.0, 0.0);
    let onsets = places.map(|(e, n)| {
        [Seconds(
            2.0 + Enu::new(e, n, 0.0).distance_m(muzzle) / 340.0,
        )]
    });
    let sensors: Vec<Heard<'_>> = places
        .iter()
        .zip(&onsets)
        .map(|(&(e, n), onsets)| Heard {
            position: Enu::new(e, n, 0.0),
            onsets,
            sigma: Seconds(1e-3),
        })
        .collect();
    let fix = locate_rifle(&problem_of(&sensors)).unwrap();
    assert!(fix.shock_evidence <= 0.0, "{fix:?}");
    assert!(fix.position.horizontal_distance_m(muzzle) < 2.0, "{fix:?}");
    assert!(matches!(
        locate_rifle(&problem_of(&sensors[..2])),
        Err(crate::solve::SolveError::TooFew { need: 3, got: 2 })
    ));
}
