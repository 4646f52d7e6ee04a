//! Microphones: where they are, how well that and their clocks are known.

use crate::geodesy::{Enu, LocalFrame};

/// Index of a sensor in its [`Array`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensorIdx(pub usize);

/// One microphone with its own clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    /// Name, unique in its array.
    pub id: String,
    /// Position in the array's frame.
    pub position: Enu,
    /// Standard deviation of each coordinate of the position, metres.
    pub position_sigma_m: f64,
    /// Standard deviation of the clock's offset from UTC, seconds.
    pub clock_sigma_s: f64,
    /// Peak sound pressure level that a full-scale sample stands for, dB re 20 uPa.
    /// `None`: not calibrated, levels in dB SPL are then unknown.
    pub full_scale_db_spl: Option<f64>,
}

impl Sensor {
    /// A surveyed, GPS-disciplined, uncalibrated sensor: 0.1 m, 1 us.
    pub fn new(id: impl Into<String>, position: Enu) -> Self {
        Self {
            id: id.into(),
            position,
            position_sigma_m: 0.1,
            clock_sigma_s: 1e-6,
            full_scale_db_spl: None,
        }
    }
}

/// The sensors of one installation, all in one frame, and where that frame lies if it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    sensors: Vec<Sensor>,
    frame: Option<LocalFrame>,
}

/// Why sensors do not make an [`Array`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// Two sensors share a name.
    #[error("sensor `{id}` is given twice: every sensor needs a name of its own")]
    Duplicate {
        /// The name.
        id: String,
    },
    /// A coordinate or sigma is NaN, infinite or, for a sigma, negative.
    #[error(
        "sensor `{id}`: {field} is {value}, which is no usable number; give a finite one, for a sigma 0 or more"
    )]
    NotFinite {
        /// The sensor's name.
        id: String,
        /// Which field.
        field: &'static str,
        /// What it holds.
        value: f64,
    },
}

impl Array {
    /// An array of `sensors`; `frame` places it on the globe, `None` keeps it anonymous.
    ///
    /// # Errors
    /// [`ArrayError`] for a name given twice or a number that is none.
    pub fn try_new(sensors: Vec<Sensor>, frame: Option<LocalFrame>) -> Result<Self, ArrayError> {
        let mut names = std::collections::HashSet::new();
        for sensor in &sensors {
            if !names.insert(sensor.id.as_str()) {
                return Err(ArrayError::Duplicate {
                    id: sensor.id.clone(),
                });
            }
            let p = sensor.position;
            for (field, value, least) in [
                ("east", p.east_m, f64::MIN),
                ("north", p.north_m, f64::MIN),
                ("up", p.up_m, f64::MIN),
                ("position_sigma_m", sensor.position_sigma_m, 0.0),
                ("clock_sigma_s", sensor.clock_sigma_s, 0.0),
                (
                    "full_scale_db_spl",
                    sensor.full_scale_db_spl.unwrap_or(0.0),
                    f64::MIN,
                ),
            ] {
                if !value.is_finite() || value < least {
                    return Err(ArrayError::NotFinite {
                        id: sensor.id.clone(),
                        field,
                        value,
                    });
                }
            }
        }
        Ok(Self { sensors, frame })
    }

    /// The sensors in the order of their indices.
    pub fn sensors(&self) -> &[Sensor] {
        &self.sensors
    }

    /// The frame of all positions, if the array is placed on the globe.
    pub fn frame(&self) -> Option<&LocalFrame> {
        self.frame.as_ref()
    }

    /// The sensor of an index that this array gave out.
    ///
    /// # Panics
    /// If `idx` belongs to another array and is out of range.
    pub fn sensor(&self, idx: SensorIdx) -> &Sensor {
        &self.sensors[idx.0]
    }

    /// The index of the sensor called `id`.
    pub fn find(&self, id: &str) -> Option<SensorIdx> {
        self.sensors.iter().position(|s| s.id == id).map(SensorIdx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_twins_and_non_numbers() {
        let a = Sensor::new("A", Enu::default());
        let twice = Array::try_new(vec![a.clone(), a.clone()], None);
        assert_eq!(twice, Err(ArrayError::Duplicate { id: "A".into() }));
        let nan = Sensor::new("B", Enu::new(f64::NAN, 0.0, 0.0));
        assert!(matches!(
            Array::try_new(vec![a, nan], None),
            Err(ArrayError::NotFinite { field: "east", .. })
        ));
    }
}
