//! Buildings and terrain, and the ways that sound takes among them.
//!
//! Pure geometry: lengths and detours, no acoustics.

// Until the scene plays it.
#![allow(dead_code, unused_imports)]

mod around;
mod building;
mod error;
mod generate;
mod geojson;
mod grid;
mod leg;
mod model;
mod over;
mod plane;
mod reflect;
mod route;
mod scratch;
mod spec;
mod terrain;
mod ways;

#[cfg(test)]
mod contract;

pub(crate) use building::{Building, Outline};
pub(crate) use error::CityError;
pub(crate) use generate::{GenerateSpec, generate};
pub(crate) use geojson::{GeoJson, read_geojson};
pub(crate) use model::City;
pub(crate) use route::{Detour, FirstWay, Route, RouteKind, RouteOptions};
pub(crate) use scratch::Scratch;
pub(crate) use spec::{CitySpec, HeightGridSpec, TerrainSpec};
pub(crate) use terrain::Terrain;
