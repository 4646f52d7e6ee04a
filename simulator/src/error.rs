//! What can go wrong: a scene that makes no sense, a disk that does not take the result.

use std::path::PathBuf;

use crate::scene::line_of;

/// Why a scene is refused. Every message names the file, the place in it and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// The scene is neither a readable file nor the name of a preset.
    #[error(
        "{path}: cannot be read as a scene file ({source}) and is no preset; \
         give a path to a scene in TOML, or one of: {presets}"
    )]
    Read {
        /// What was asked for.
        path: String,
        /// Names of the presets, with commas.
        presets: String,
        /// Why the file did not open.
        source: std::io::Error,
    },
    /// The name of a preset that does not exist.
    #[error("no preset is called `{name}`; there are: {presets}")]
    UnknownPreset {
        /// What was asked for.
        name: String,
        /// Names of the presets, with commas.
        presets: String,
    },
    /// Not TOML, an unknown key, or a value of the wrong type; the message shows line and column.
    #[error(
        "{file}: {message}\nremedy: correct the line shown; simulator/README.md lists every key"
    )]
    Syntax {
        /// The scene file.
        file: String,
        /// Line, column, the line itself and what was expected there.
        message: String,
    },
    /// A value that is well written and impossible.
    #[error("{file}: {}{field}: {problem}; {remedy}", line_words(*line))]
    Field {
        /// The scene file.
        file: String,
        /// Line of the file, from 1, if the field is written there.
        line: Option<usize>,
        /// The key, such as `sensor[2].east`; elements count from 0.
        field: String,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        remedy: String,
    },
    /// Shots were to be drawn outdoors and there is no outdoors.
    #[error(
        "{scene}: no place outdoors among the sensors in {tries} draws; give sensors a wider layout or the city gaps"
    )]
    NoRoom {
        /// The scene.
        scene: String,
        /// How many places were tried for one shot.
        tries: usize,
    },
}

impl SceneError {
    /// The refusal of a file that is no scene as far as TOML goes.
    pub(crate) fn syntax(file_name: &str, error: &toml::de::Error) -> Self {
        Self::Syntax {
            file: file_name.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        }
    }

    /// The same refusal, with the line of `text` on which the field stands.
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        if let Self::Field { line, field, .. } = &mut self {
            *line = line_of(text, field);
        }
        self
    }
}

fn line_words(line: Option<usize>) -> String {
    line.map_or(String::new(), |line| format!("line {line}: "))
}

/// Why a simulation could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The directory or a text file in it was refused.
    #[error("{path}: {source}; choose a directory that can be written and has room")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A recording was refused.
    #[error("{path}: {source}; choose a directory that can be written and has room")]
    Wav {
        /// The file.
        path: PathBuf,
        /// Why.
        source: hound::Error,
    },
    /// A recording of something else lies there, and would be taken for a part of this scene.
    #[error(
        "{path}: is no recording of this scene, and a locator that reads the folder would mix the two; \
         choose another folder, or move the file away"
    )]
    Stranger {
        /// The file.
        path: PathBuf,
    },
    /// The truth does not turn into JSON, which would be a fault of this crate.
    #[error("{path}: {source}; this is a fault of the simulator, please report the scene")]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}
