//! The text of a scene, wherever it comes from.

use std::borrow::Cow;
use std::path::Path;

use crate::error::SceneError;
use crate::scene::presets;

/// A scene file as read, or a preset.
pub(crate) struct SceneFile {
    /// TOML.
    pub(crate) text: Cow<'static, str>,
    /// What messages call it; paths in the scene are relative to it.
    pub(crate) name: String,
}

impl SceneFile {
    /// Reads a file, or takes the preset of that name if there is no such file.
    ///
    /// # Errors
    /// [`SceneError::Read`], which lists the presets.
    pub(crate) fn open(path_or_preset: &Path) -> Result<Self, SceneError> {
        match std::fs::read_to_string(path_or_preset) {
            Ok(text) => Ok(Self {
                text: text.into(),
                name: path_or_preset.to_string_lossy().into_owned(),
            }),
            Err(source) => match path_or_preset.to_str().and_then(presets::find) {
                Some(preset) => Ok(Self {
                    text: preset.toml.into(),
                    name: preset.file_name(),
                }),
                None => Err(SceneError::Read {
                    path: path_or_preset.to_string_lossy().into_owned(),
                    presets: presets::names(),
                    source,
                }),
            },
        }
    }
}
