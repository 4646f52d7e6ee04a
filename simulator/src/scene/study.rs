//! Many scenes from one file: a sweep of parameters, and draws with other seeds.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::SceneError;
use crate::scene::{Check, Scene, SceneFile, SceneSpec};

/// Most scenes of one file.
const MOST_RUNS: usize = 100_000;

/// `[[vary]]`: a key of the scene, or several, and the values it takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VarySpec {
    /// The key as refusals name it: `atmosphere.wind_east_m_s`, `layout.count`, `shot[0].east`.
    pub key: Option<String>,
    /// Several keys that change together, instead of `key`.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The values, one scene each; with `keys`, lists of one value a key. Several `[[vary]]`
    /// multiply.
    pub values: Vec<toml::Value>,
}

/// `[monte_carlo]`: how often every scene is drawn anew.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonteCarloSpec {
    /// Scenes with the seeds `seed`, `seed + 1` and so on.
    pub runs: usize,
}

/// Every scene that one file asks for.
#[derive(Clone, Debug)]
pub struct Study {
    /// The scenes, the last `[[vary]]` and then the seed changing fastest. Never empty.
    pub runs: Vec<Run>,
}

/// One scene of a study.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run {
    /// Folder name: `001`, `002` ...
    pub name: String,
    /// What sets it apart.
    pub settings: Vec<Setting>,
    /// The scene.
    pub scene: Scene,
}

/// A key and the value it has in one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// As in [`VarySpec::key`], or `seed`.
    pub key: String,
    /// The value.
    pub value: toml::Value,
}

impl Study {
    /// Reads a scene file with its sweeps; without any it is a study of one run.
    ///
    /// # Errors
    /// [`SceneError`] as [`Scene::from_toml`]; also for keys that do not exist or values that
    /// cannot be.
    pub fn from_toml(text: &str, file_name: &str) -> Result<Self, SceneError> {
        let spec = SceneSpec::from_toml(text, file_name)?;
        Self::expand(&spec, text, file_name).map_err(|error| error.in_text(text))
    }

    /// Loads a scene file with its sweeps, or the preset of that name if there is no such file.
    ///
    /// # Errors
    /// As [`Study::from_toml`], or [`SceneError::Read`].
    pub fn load(path_or_preset: impl AsRef<Path>) -> Result<Self, SceneError> {
        let file = SceneFile::open(path_or_preset.as_ref())?;
        Self::from_toml(&file.text, &file.name)
    }

    fn expand(spec: &SceneSpec, text: &str, file_name: &str) -> Result<Self, SceneError> {
        let check = Check { file: file_name };
        let draws = check.draws(spec)?;
        let count: usize = spec
            .vary
            .iter()
            .map(|vary| vary.values.len())
            .fold(draws, usize::saturating_mul);
        if count > MOST_RUNS {
            let remedy = format!("keep the product of all values and runs at or below {MOST_RUNS}");
            return check.refuse("vary", format!("{count} scenes are too many"), remedy);
        }
        let digits = count.to_string().len().max(3);
        let mut runs = Vec::with_capacity(count);
        for number in 0..count {
            let settings = settings(spec, number, draws);
            let scene = match settings.is_empty() {
                true => Scene::from_spec(spec.clone(), file_name)?,
                false => varied(text, file_name, &settings)?,
            };
            runs.push(Run {
                name: format!("{:0digits$}", number + 1),
                settings,
                scene,
            });
        }
        Ok(Self { runs })
    }
}

impl Check<'_> {
    /// How often each scene is drawn; refuses a `[[vary]]` that says too little or too much.
    fn draws(&self, spec: &SceneSpec) -> Result<usize, SceneError> {
        for (index, vary) in spec.vary.iter().enumerate() {
            let field = format!("vary[{index}]");
            if vary.key.is_some() != vary.keys.is_empty() {
                let remedy = "give either key or keys";
                return self.refuse(field, "it is not clear what varies", remedy);
            }
            let field = format!("{field}.values");
            if vary.values.is_empty() {
                return self.refuse(field, "there are none", "give at least one value");
            }
            let fits = |value: &toml::Value| {
                value
                    .as_array()
                    .is_some_and(|list| list.len() == vary.keys.len())
            };
            if vary.key.is_none() && !vary.values.iter().all(fits) {
                let remedy = format!("give lists of {}, one value a key", vary.keys.len());
                return self.refuse(field, "a value does not match the keys", remedy);
            }
        }
        let Some(monte_carlo) = spec.monte_carlo else {
            return Ok(1);
        };
        let runs = monte_carlo.runs;
        self.range(
            "monte_carlo.runs",
            runs as f64,
            1.0,
            MOST_RUNS as f64,
            "runs",
        )?;
        Ok(runs)
    }
}

/// What sets run `number` apart: mixed-radix digits, the seed as the last of them.
fn settings(spec: &SceneSpec, number: usize, draws: usize) -> Vec<Setting> {
    let mut rest = number / draws;
    let mut settings = Vec::new();
    for vary in spec.vary.iter().rev() {
        let value = &vary.values[rest % vary.values.len()];
        rest /= vary.values.len();
        let setting = |(key, value): (&String, &toml::Value)| Setting {
            key: key.clone(),
            value: value.clone(),
        };
        match (&vary.key, value.as_array()) {
            (Some(key), _) => settings.push(setting((key, value))),
            (None, Some(list)) => settings.extend(vary.keys.iter().zip(list).rev().map(setting)),
            (None, None) => {}
        }
    }
    settings.reverse();
    if spec.monte_carlo.is_some() {
        // Seeds of TOML are below 2^63; the sum stays in range by wrapping, as a seed may.
        let seed = spec.seed.wrapping_add((number % draws) as u64) as i64 & i64::MAX;
        settings.push(Setting {
            key: "seed".into(),
            value: toml::Value::Integer(seed),
        });
    }
    settings
}

/// The scene with other values at some keys.
fn varied(text: &str, file_name: &str, settings: &[Setting]) -> Result<Scene, SceneError> {
    let check = Check { file: file_name };
    let mut table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| SceneError::syntax(file_name, &error))?;
    for setting in settings {
        let Some(slot) = slot(&mut table, &setting.key) else {
            let field = format!("vary of {}", setting.key);
            let remedy = "name it as refusals do: layout.count, sensor[0].east";
            return check.refuse(field, "there is no such key in the scene", remedy);
        };
        *slot = setting.value.clone();
    }
    let spec: SceneSpec = table.try_into().map_err(|error: toml::de::Error| {
        let tried: Vec<String> = settings
            .iter()
            .map(|setting| format!("{} = {}", setting.key, setting.value))
            .collect();
        SceneError::Syntax {
            file: file_name.to_owned(),
            message: format!("with {}: {}", tried.join(", "), error.message()),
        }
    })?;
    Scene::from_spec(spec, file_name)
}

/// The value at a dotted key, made if only its last table exists.
fn slot<'a>(table: &'a mut toml::Table, key: &str) -> Option<&'a mut toml::Value> {
    let (part, rest) = match key.split_once('.') {
        Some((part, rest)) => (part, Some(rest)),
        None => (key, None),
    };
    let (name, index) = match part.split_once('[') {
        Some((name, index)) => (name, Some(index.strip_suffix(']')?.parse::<usize>().ok()?)),
        None => (part, None),
    };
    let missing = || toml::Value::Table(toml::Table::new());
    let value = match index {
        Some(index) => table.get_mut(name)?.as_array_mut()?.get_mut(index)?,
        None => table.entry(name).or_insert_with(missing),
    };
    match rest {
        Some(rest) => slot(value.as_table_mut()?, rest),
        None => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "seed = 7\n[[sensor]]\nid = \"A\"\neast = 100.0\nnorth = 0.0\n\
                        [[shot]]\ntime_s = 1.0\neast = 0.0\nnorth = 0.0\n";

    fn study(more: &str) -> Result<Study, SceneError> {
        Study::from_toml(&format!("{BASE}{more}"), "study.toml")
    }

    #[test]
    fn a_plain_scene_is_a_study_of_one() {
        let study = study("").unwrap();
        assert_eq!(study.runs.len(), 1);
        assert!(study.runs[0].settings.is_empty());
    }

    #[test]
    fn presets_and_files_load_and_others_say_what_there_is() {
        let preset = Study::load("quiet-night").unwrap();
        assert_eq!(preset.runs[0].scene.name(), "quiet-night");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("draws.toml");
        std::fs::write(&path, format!("{BASE}[monte_carlo]\nruns = 3\n")).unwrap();
        assert_eq!(Study::load(&path).unwrap().runs.len(), 3);
        assert_eq!(Scene::load(&path).unwrap().seed(), 7);
        let error = Study::load(dir.path().join("no.toml")).unwrap_err();
        assert!(error.to_string().contains("quiet-night"), "{error}");
    }

    #[test]
    fn values_multiply_and_every_scene_has_its_own() {
        let study = study(
            "[[vary]]\nkey = \"sensor[0].east\"\nvalues = [50.0, 60.0]\n\
             [[vary]]\nkey = \"atmosphere.temperature_c\"\nvalues = [0, 10, 20]\n\
             [monte_carlo]\nruns = 2\n",
        )
        .unwrap();
        assert_eq!(study.runs.len(), 12);
        let last = &study.runs[11];
        assert_eq!(last.name, "012");
        assert_eq!(last.scene.sensors()[0].position.east, 60.0);
        assert_eq!(last.scene.seed(), 8);
        assert_eq!(study.runs[0].scene.seed(), 7);
        // Warmer air is faster: the key of a table that the file does not hold was set.
        let speed = |run: usize| study.runs[run].scene.air().medium().speed_m_s();
        assert!(speed(4) > speed(0) + 10.0);
        assert_eq!(speed(0), speed(1));
    }

    #[test]
    fn keys_change_together() {
        let study = study(
            "[[vary]]\nkeys = [\"shot[0].east\", \"shot[0].north\"]\n\
             values = [[1.0, 2.0], [3.0, 4.0]]\n",
        )
        .unwrap();
        let places: Vec<_> = study
            .runs
            .iter()
            .map(|run| run.scene.shots()[0].position)
            .collect();
        assert_eq!((places[0].east, places[0].north), (1.0, 2.0));
        assert_eq!((places[1].east, places[1].north), (3.0, 4.0));
        assert_eq!(study.runs[1].settings[0].key, "shot[0].east");
    }

    #[test]
    fn what_cannot_be_varied_is_refused() {
        for (more, fragment) in [
            (
                "[[vary]]\nkey = \"sensor[3].east\"\nvalues = [1.0]\n",
                "no such key",
            ),
            (
                "[[vary]]\nkey = \"sensor[0].oest\"\nvalues = [1.0]\n",
                "oest",
            ),
            ("[[vary]]\nkey = \"seed\"\nvalues = []\n", "line 12"),
            (
                "[[vary]]\nkey = \"seed\"\nvalues = [\"x\"]\n",
                "seed = \"x\"",
            ),
            ("[[vary]]\nvalues = [1]\n", "either key or keys"),
            ("[[vary]]\nkeys = [\"seed\"]\nvalues = [1]\n", "lists of 1"),
            ("[monte_carlo]\nruns = 0\n", "monte_carlo.runs"),
            ("[monte_carlo]\nruns = 1000000000\n", "monte_carlo.runs"),
        ] {
            let message = study(more).unwrap_err().to_string();
            assert!(message.contains(fragment), "no {fragment:?} in {message}");
        }
    }
}
