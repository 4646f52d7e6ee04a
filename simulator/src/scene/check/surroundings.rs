//! When, where and in what weather a scene plays, and what it reflects from.

use jiff::Timestamp;

use super::refuse::{Check, FARTHEST_M};
use crate::error::SceneError;
use crate::scene::{EchoSpec, GroundSpec, Origin};

impl Check<'_> {
    pub(super) fn start(&self, text: &str) -> Result<Timestamp, SceneError> {
        let remedy = "write it like \"2026-06-01T02:00:00.000Z\", on a whole millisecond";
        let start: Timestamp = match text.parse() {
            Ok(start) => start,
            Err(_) => return self.refuse("start", format!("`{text}` is no RFC 3339 time"), remedy),
        };
        // File names carry milliseconds; a finer start would be lost there.
        if start.subsec_nanosecond() % 1_000_000 != 0 {
            return self.refuse(
                "start",
                format!("`{text}` is finer than a millisecond"),
                remedy,
            );
        }
        // Keeps all arithmetic of the recording away from the ends of the calendar.
        let year = start.as_second() / 31_556_952 + 1970;
        if !(1900..2200).contains(&year) {
            return self.refuse("start", format!("the year of `{text}` is absurd"), remedy);
        }
        Ok(start)
    }

    pub(super) fn origin(&self, origin: &Origin) -> Result<(), SceneError> {
        self.range("origin.latitude", origin.latitude, -90.0, 90.0, "degrees")?;
        self.range(
            "origin.longitude",
            origin.longitude,
            -180.0,
            180.0,
            "degrees",
        )?;
        self.range("origin.height", origin.height, -500.0, 9_000.0, "metres")
    }

    pub(super) fn echoes(&self, echoes: &EchoSpec) -> Result<(), SceneError> {
        self.range(
            "echoes.count_max",
            echoes.count_max as f64,
            0.0,
            1_000.0,
            "echoes",
        )?;
        self.range(
            "echoes.delay_min_s",
            echoes.delay_min_s,
            0.0,
            60.0,
            "seconds",
        )?;
        self.range(
            "echoes.delay_mean_s",
            echoes.delay_mean_s,
            0.0,
            60.0,
            "seconds",
        )?;
        self.range(
            "echoes.level_min_db",
            echoes.level_min_db,
            0.0,
            200.0,
            "decibels",
        )?;
        self.range(
            "echoes.level_max_db",
            echoes.level_max_db,
            0.0,
            200.0,
            "decibels",
        )?;
        if echoes.count_min > echoes.count_max {
            return self.refuse("echoes.count_min", "is above count_max", "swap the two");
        }
        if echoes.level_min_db > echoes.level_max_db {
            return self.refuse(
                "echoes.level_min_db",
                "is above level_max_db",
                "swap the two",
            );
        }
        Ok(())
    }

    pub(super) fn ground(&self, ground: &GroundSpec) -> Result<(), SceneError> {
        self.range(
            "ground.reflection",
            ground.reflection,
            -1.0,
            1.0,
            "incident pressure",
        )?;
        self.range(
            "ground.up_m",
            ground.up_m,
            -FARTHEST_M,
            FARTHEST_M,
            "metres",
        )
    }
}
