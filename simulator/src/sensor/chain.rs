//! placeholder
use crate::scene::{Scene, SceneSensor};
pub(crate) struct Chain {
    full: f64,
    format: crate::scene::SampleFormat,
}
impl Chain {
    pub(crate) fn new(scene: &Scene, sensor: &SceneSensor) -> Self {
        Self {
            full: crate::source::pascals(sensor.full_scale_db_spl),
            format: scene.format,
        }
    }
    pub(crate) fn process(&mut self, pressure_pa: &mut [f64], out: &mut [f32]) -> usize {
        let (s, c) = super::recording::convert(pressure_pa, self.full, self.format);
        out.copy_from_slice(&s);
        c
    }
}
