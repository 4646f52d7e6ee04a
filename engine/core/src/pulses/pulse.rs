//! What the sensors reported.

use super::levels::densities;

/// A pulse that a sensor reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// Index of the sensor.
    pub sensor: usize,
    /// When it began, seconds after the caller's epoch.
    pub time_s: f64,
    /// Its strength over the background, dB.
    pub snr_db: f64,
}

/// Pulses in order of time, and by sensor.
#[derive(Clone, Debug)]
pub(super) struct Pulses {
    pub(super) list: Vec<Pulse>,
    /// Index of the caller.
    pub(super) index: Vec<usize>,
    /// Indices into `list` by sensor, in order of time.
    pub(super) by_sensor: Vec<Vec<u32>>,
    pub(super) span_s: f64,
    /// Density of the strength of each among all, per dB, if strengths differ.
    pub(super) strength_densities: Option<Vec<f64>>,
}

impl Pulses {
    /// Pulses of `n_sensors`; those of unknown sensors or without a usable time are left out.
    pub(super) fn new(pulses: &[Pulse], n_sensors: usize) -> Self {
        let mut index: Vec<usize> = (0..pulses.len())
            .filter(|&i| pulses[i].sensor < n_sensors && pulses[i].time_s.abs() < 1e9)
            .collect();
        index.sort_by(|&i, &j| {
            let (a, b) = (&pulses[i], &pulses[j]);
            a.time_s
                .total_cmp(&b.time_s)
                .then(a.sensor.cmp(&b.sensor))
                .then(b.snr_db.total_cmp(&a.snr_db))
        });
        let list: Vec<Pulse> = index.iter().map(|&i| pulses[i]).collect();
        let mut by_sensor = vec![Vec::new(); n_sensors];
        for (k, pulse) in list.iter().enumerate() {
            by_sensor[pulse.sensor].push(k as u32);
        }
        let span_s = match (list.first(), list.last()) {
            (Some(first), Some(last)) => (last.time_s - first.time_s).max(1.0),
            _ => 1.0,
        };
        let snr_db: Vec<f64> = list.iter().map(|p| p.snr_db).collect();
        Self {
            strength_densities: densities(&snr_db),
            list,
            index,
            by_sensor,
            span_s,
        }
    }

    /// Indices of the pulses of `sensor` from `from_s` to `to_s`, in order of time.
    pub(super) fn between(&self, sensor: usize, from_s: f64, to_s: f64) -> &[u32] {
        let own = &self.by_sensor[sensor];
        let first = own.partition_point(|&i| self.list[i as usize].time_s < from_s);
        let last = own.partition_point(|&i| self.list[i as usize].time_s <= to_s);
        &own[first..last.max(first)]
    }
}
