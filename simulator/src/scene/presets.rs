//! Scenes that come with the crate.

use crate::error::SceneError;
use crate::scene::Scene;

/// A scene that comes with the crate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// What [`Scene::preset`] and [`Scene::load`] know it by.
    pub name: &'static str,
    /// One line about it.
    pub description: &'static str,
    /// The scene file, to print or to start one's own from.
    pub toml: &'static str,
}

/// Every preset. A new one is a file in `presets/` and an entry here.
pub(crate) const PRESETS: &[Preset] = &[
    Preset {
        name: "free-field",
        description: "One shot, six sensors, lossless air, no noise, no errors: for exact checks",
        toml: include_str!("../../presets/free-field.toml"),
    },
    Preset {
        name: "quiet-night",
        description: "Single shots among eight roofs on a still night, no echoes",
        toml: include_str!("../../presets/quiet-night.toml"),
    },
    Preset {
        name: "neighbourhood",
        description: "Four rounds of 9 mm among twelve roofs of a city, with echoes and wind",
        toml: include_str!("../../presets/neighbourhood.toml"),
    },
    Preset {
        name: "city-day",
        description: "A minute at noon: 20 roofs, traffic, builders, a helicopter, 12 rounds",
        toml: include_str!("../../presets/city-day.toml"),
    },
    Preset {
        name: "fourth-of-july",
        description: "A minute of 4 July: shells, crackers and whistles, 9 rounds among them",
        toml: include_str!("../../presets/fourth-of-july.toml"),
    },
    Preset {
        name: "windy",
        description: "Six shots in 9 m/s of gusty wind: shadow zones, wandering times, roaring microphones",
        toml: include_str!("../../presets/windy.toml"),
    },
    Preset {
        name: "rifle",
        description: "Rifles along streets: Mach cones before the blasts at twelve sensors, 96 kHz",
        toml: include_str!("../../presets/rifle.toml"),
    },
    Preset {
        name: "sparse",
        description: "Six sensors over 1 km2: one dead, one without GPS, one a second off",
        toml: include_str!("../../presets/sparse.toml"),
    },
    Preset {
        name: "pittsburgh-like",
        description: "Three pistols at eight places of a hilly city at night, forty sensors on \
                      roofs",
        toml: include_str!("../../presets/pittsburgh-like.toml"),
    },
];

impl Preset {
    pub(crate) fn scene(&self) -> Result<Scene, SceneError> {
        Scene::from_toml(self.toml, &self.file_name())
    }

    /// What messages call it.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.toml", self.name)
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

pub(crate) fn names() -> String {
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_scene_that_says_the_same() {
        for preset in PRESETS {
            let scene = preset.scene().unwrap();
            assert_eq!(scene.name(), preset.name);
            assert_eq!(scene.description(), preset.description);
            assert!(!scene.shots().is_empty());
        }
        let error = Scene::preset("moon").unwrap_err().to_string();
        assert!(
            error.contains("moon") && error.contains("quiet-night"),
            "{error}"
        );
    }
}
