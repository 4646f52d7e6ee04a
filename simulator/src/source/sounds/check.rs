//! From the `[[sound]]` tables of a scene to emissions.

use super::kind::Sound;
use super::{KINDS, SoundSpec};
use crate::error::SceneError;
use crate::random::{Purpose, Random};
use crate::scene::{Check, Site};
use crate::source::Emission;

/// Most emissions of a whole scene: each is rendered at every sensor.
const MOST_EMISSIONS: usize = 100_000;

impl Check<'_> {
    /// Every sound of a scene that is no shot, in the order of the file.
    ///
    /// What is drawn for a sound depends on the seed, its kind and its index alone.
    ///
    /// # Arguments
    /// * `duration_s` - length of the recording.
    ///
    /// # Returns
    /// Emissions with `place_idx` 0. Those of moving sources may begin before the scene does,
    /// since they are heard later.
    ///
    /// # Errors
    /// [`SceneError::Field`] for the first value that cannot be.
    pub(crate) fn sounds(
        &self,
        sounds: &[SoundSpec],
        seed: u64,
        duration_s: f64,
        site: Site<'_>,
    ) -> Result<Vec<Emission>, SceneError> {
        let mut emissions = Vec::new();
        for (index, spec) in sounds.iter().enumerate() {
            emissions.extend(self.sound(spec, index, seed, duration_s, site)?);
            if emissions.len() > MOST_EMISSIONS {
                let problem = format!("the scene has more than {MOST_EMISSIONS} sounds");
                let remedy = "lower counts and rates, or shorten the scene";
                return self.refuse(format!("sound[{index}]"), problem, remedy);
            }
        }
        Ok(emissions)
    }

    fn sound(
        &self,
        spec: &SoundSpec,
        index: usize,
        seed: u64,
        duration_s: f64,
        site: Site<'_>,
    ) -> Result<Vec<Emission>, SceneError> {
        let Some(kind) = KINDS.iter().find(|kind| kind.name == spec.kind) else {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            let problem = format!("`{}` is unknown", spec.kind);
            let remedy = format!("use one of {}", known.join(", "));
            return self.refuse(format!("sound[{index}].kind"), problem, remedy);
        };
        let sound = Sound {
            check: self,
            spec,
            kind,
            index,
            duration_s,
            site,
        };
        self.common(&sound)?;
        let mut random = Random::stream(seed, Purpose::Source, kind.name, index);
        let emissions = (kind.make)(&sound, &mut random)?;
        // What moves may come from anywhere; a road may begin behind a house.
        for still in emissions.iter().filter(|emission| emission.track.is_none()) {
            self.open(&format!("sound[{index}]"), site, still.position)?;
        }
        Ok(emissions)
    }

    /// The keys that all kinds share.
    fn common(&self, sound: &Sound<'_>) -> Result<(), SceneError> {
        let (spec, kind, duration_s) = (sound.spec, sound.kind, sound.duration_s);
        match spec.time_s {
            Some(time_s) if !(0.0..duration_s).contains(&time_s) => {
                let problem = format!("a sound at {time_s} s is outside the recording");
                let remedy = format!("keep it from 0 to {duration_s} s or raise duration_s");
                return self.refuse(sound.field("time_s"), problem, remedy);
            }
            None if kind.timed => {
                let remedy = "give the seconds after the start of the scene";
                return self.refuse(sound.field("time_s"), "it is missing", remedy);
            }
            _ => {}
        }
        self.point(&format!("sound[{}]", sound.index), sound.place())?;
        if let Some(level) = spec.level_db_spl {
            self.level(sound.field("level_db_spl"), level)?;
        }
        let repeats = [
            ("count", spec.count.is_some()),
            ("interval_s", spec.interval_s.is_some()),
            ("interval_spread_s", spec.interval_spread_s.is_some()),
        ];
        for (key, given) in repeats {
            if given && kind.cadence.is_none() {
                let problem = format!("`{}` comes once", kind.name);
                let remedy = "leave it out, or write several [[sound]]";
                return self.refuse(sound.field(key), problem, remedy);
            }
        }
        Ok(())
    }
}
