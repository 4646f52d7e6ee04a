//! The crack of a bullet at one sensor: its shock wave, by the first way and off the ground.

use crate::city::{City, Scratch};
use crate::point::Point;
use crate::render::barrier;
use crate::render::filter::PathFilter;
use crate::scene::{Scene, SceneSensor};
use crate::source::{Bullet, NWave};

/// A bullet is followed this far if nothing stops it, metres: rifle bullets are subsonic by then.
const FARTHEST_M: f64 = 1_500.0;

/// One arrival of a shock wave.
pub(crate) struct Crack {
    pub(crate) wave: NWave,
    /// Seconds from the discharge to the wavefront, without gusts.
    pub(crate) delay_s: f64,
    /// Pressure over that of the wave, without what follows.
    pub(crate) gain: f64,
    /// Metres of air passed since it left the bullet.
    pub(crate) air_m: f64,
    pub(crate) filter: Option<PathFilter>,
    /// By how much the bullet misses the sensor, metres.
    pub(crate) miss_m: f64,
    /// Speed of the bullet over that of sound where the wave left it.
    pub(crate) mach: f64,
}

/// The bullet of a shot with its flight ended by the first wall, roof or ground in its way.
pub(crate) fn stopped(scene: &Scene, bullet: Bullet, scratch: &mut Scratch) -> Bullet {
    let end = bullet.point(FARTHEST_M);
    let hit_m = match scene.city.as_deref() {
        Some(city) => city.first_hit_m(bullet.muzzle, end, scratch),
        None => ground_hit_m(scene, &bullet),
    };
    let reach_m = hit_m.unwrap_or(FARTHEST_M);
    Bullet { reach_m, ..bullet }
}

/// On level ground without buildings.
fn ground_hit_m(scene: &Scene, bullet: &Bullet) -> Option<f64> {
    let over_m = bullet.muzzle.up - scene.ground.as_ref()?.up_m;
    let fall = -bullet.direction[2];
    (fall > 0.0).then(|| over_m / fall)
}

/// The crack at a sensor, and its reflection off the ground in front of the sensor, by which the
/// sensor is mirrored; the earlier first. Empty where no Mach cone passes.
///
/// Buildings bend and weaken it as they do a blast from the point at which it left the bullet.
/// Not modelled: its echoes off walls, and what bends round the edge of the cone.
pub(crate) fn cracks(
    scene: &Scene,
    sensor: &SceneSensor,
    bullet: &Bullet,
    scratch: &mut Scratch,
) -> Vec<Crack> {
    let direct = crack(scene, sensor.position, bullet, 1.0, scratch);
    let bounced = scene.ground.as_ref().and_then(|ground| {
        let image = Point {
            up: 2.0 * scene.ground_up_m(sensor.position) - sensor.position.up,
            ..sensor.position
        };
        crack(scene, image, bullet, ground.reflection, scratch)
    });
    direct.into_iter().chain(bounced).collect()
}

fn crack(
    scene: &Scene,
    receiver: Point,
    bullet: &Bullet,
    gain: f64,
    scratch: &mut Scratch,
) -> Option<Crack> {
    let medium = scene.air.medium();
    let (c, pressure_pa) = (medium.speed_m_s(), scene.atmosphere.pressure_pa);
    let shock = bullet.shock_at(receiver, c, pressure_pa)?;
    let ground_up_m = scene.ground_up_m(receiver);
    // A receiver mirrored below the ground stands for the real one, which the city knows.
    let real = Point {
        up: ground_up_m + (receiver.up - ground_up_m).abs(),
        ..receiver
    };
    let (extra_m, filter) = match scene.city.as_deref() {
        Some(city) => bent(
            city,
            shock.emission,
            real,
            scene.wall_reflection,
            c,
            scratch,
        ),
        None => (0.0, None),
    };
    let loss = 10f64.powf(-scene.atmosphere.excess_loss_db / 20.0);
    // Wind carries the wave; the straight line in still air is what the cone gives.
    let carried_s = scene.straight_s(shock.emission, real) - shock.emission.range_m(real) / c;
    Some(Crack {
        wave: shock.wave,
        delay_s: shock.emission_time_s + shock.range_m / c + carried_s + extra_m / c,
        gain: gain * loss,
        air_m: shock.range_m + extra_m,
        filter,
        miss_m: shock.miss_m,
        mach: shock.mach,
    })
}

fn bent(
    city: &City,
    from: Point,
    to: Point,
    wall_reflection: f64,
    speed_m_s: f64,
    scratch: &mut Scratch,
) -> (f64, Option<PathFilter>) {
    let way = city.first_way(from, to, scratch);
    let extra_m = way.length_m - way.straight_m;
    let detours: Vec<_> = way.detour.into_iter().collect();
    let filter = barrier::filter(&detours, 0, wall_reflection, speed_m_s, None);
    (extra_m, filter)
}
