//! Learned path terms, scored on shots that taught nothing (`shotfix bench calibrate`).

mod gather;
mod held_out;
mod live_fire;
mod site;
mod table;

pub use gather::sites;
pub use held_out::{CalibrateBench, Row};
pub use live_fire::live_fire_sites;
pub use site::{Site, SiteShot};
pub use table::table;
