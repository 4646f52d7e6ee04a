//! Learned path terms, scored on shots that taught nothing (`shotfix bench calibrate`).

mod gather;
mod held_out;
mod site;

pub use gather::sites;
pub use held_out::{CalibrateBench, Row};
pub use site::{Site, SiteShot};
