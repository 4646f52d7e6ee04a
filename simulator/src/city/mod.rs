//! Buildings and terrain, and the ways that sound takes among them.
//!
//! Pure geometry: lengths and detours, no acoustics.

mod around;
mod building;
mod error;
mod generate;
mod geojson;
mod grid;
mod hit;
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

pub use building::Building;
pub(crate) use building::Outline;
pub(crate) use error::CityError;
pub use generate::GenerateSpec;
pub(crate) use generate::generate;
pub(crate) use geojson::read_geojson;
pub use model::City;
pub(crate) use route::{Detour, FirstWay, Route, RouteKind, RouteOptions};
pub(crate) use scratch::Scratch;
pub use spec::{CitySpec, HeightGridSpec, TerrainSpec};
pub(crate) use terrain::Terrain;
