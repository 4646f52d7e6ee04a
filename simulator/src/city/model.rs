//! The city: buildings on their ground, ready to be asked what stands where.

use crate::city::building::{FARTHEST_M, centroid, contains, footprint};
use crate::city::grid::{Grid, bounds, convex_walls};
use crate::city::leg::{Leg, SKIN_M};
use crate::city::{Building, CityError, Scratch, Terrain};
use crate::point::Point;

/// Most buildings of a city.
pub(crate) const MOST_BUILDINGS: usize = 200_000;

/// Buildings on a terrain, with an index that finds those on a way.
///
/// Prisms are solid from the roof downwards, the ground is solid. Whether footprints overlap is
/// not looked at: overlapping ones act as their union.
#[derive(Clone, Debug)]
pub struct City {
    buildings: Vec<Building>,
    terrain: Terrain,
    shapes: Vec<Shape>,
    walls: Vec<[f64; 3]>,
    grid: Grid,
}

/// What a walk needs of a building, in one cache line.
#[derive(Clone, Copy, Debug)]
struct Shape {
    centre: [f64; 2],
    half: [f64; 2],
    roof_up_m: f64,
    /// Where its walls begin in the common list, and how many; 0 if it is not convex.
    first: u32,
    walls: u32,
}

impl City {
    /// A city of `buildings` on `terrain`; footprints are made counter-clockwise.
    ///
    /// # Errors
    /// [`CityError`] that names the building if its outline encloses nothing or its roof is not
    /// above its base, and if there are more than 200 000.
    pub(crate) fn new(buildings: Vec<Building>, terrain: Terrain) -> Result<Self, CityError> {
        if buildings.len() > MOST_BUILDINGS {
            let problem = format!("{} of them", buildings.len());
            let remedy = format!("keep to {MOST_BUILDINGS}, those near sources and sensors");
            return Err(CityError::new("buildings", problem, remedy));
        }
        let mut city = Self {
            buildings,
            terrain,
            shapes: Vec::new(),
            walls: Vec::new(),
            grid: Grid::new(&[]),
        };
        let mut boxes = Vec::with_capacity(city.buildings.len());
        for (idx, building) in city.buildings.iter_mut().enumerate() {
            let place = format!("buildings[{idx}]");
            building.footprint = footprint(&building.footprint, &place)?;
            let (base, roof) = (building.base_up_m, building.roof_up_m);
            if !(roof > base && roof <= FARTHEST_M && base >= -FARTHEST_M) {
                let problem = format!("a roof at {roof} m over a base at {base} m");
                return Err(CityError::new(
                    place,
                    problem,
                    "put the roof above the base",
                ));
            }
            let b = bounds(&building.footprint);
            let walls = convex_walls(&building.footprint).unwrap_or_default();
            city.shapes.push(Shape {
                centre: [(b[0] + b[2]) / 2.0, (b[1] + b[3]) / 2.0],
                half: [(b[2] - b[0]) / 2.0, (b[3] - b[1]) / 2.0],
                roof_up_m: roof,
                first: city.walls.len() as u32,
                walls: walls.len() as u32,
            });
            city.walls.extend(walls);
            boxes.push(b);
        }
        city.grid = Grid::new(&boxes);
        Ok(city)
    }

    /// All buildings, in the order given.
    pub fn buildings(&self) -> &[Building] {
        &self.buildings
    }

    /// The middle of every building that has it within its footprint.
    pub(crate) fn roof_middles(&self) -> impl Iterator<Item = [f64; 2]> {
        let footprints = self.buildings.iter().map(|building| &building.footprint);
        footprints.filter_map(|footprint| {
            let [east, north] = centroid(footprint);
            contains(footprint, east, north).then_some([east, north])
        })
    }

    pub(crate) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Height of the ground, under buildings too, metres.
    pub fn ground_up_m(&self, east: f64, north: f64) -> f64 {
        self.terrain.up_m(east, north)
    }

    /// Height of the highest roof over a place, or of the ground, metres.
    pub(crate) fn roof_or_ground_up_m(&self, east: f64, north: f64) -> f64 {
        let roof = self.highest_at(east, north);
        let ground = self.ground_up_m(east, north);
        roof.map_or(ground, |idx| ground.max(self.buildings[idx].roof_up_m))
    }

    /// The building that a point is inside of, by its place in [`City::buildings`]; of several
    /// that overlap the highest.
    pub fn solid_at(&self, point: Point) -> Option<usize> {
        self.highest_at(point.east, point.north)
            .filter(|&idx| point.up < self.buildings[idx].roof_up_m)
    }

    fn highest_at(&self, east: f64, north: f64) -> Option<usize> {
        let items = self.grid.at(east, north).iter().map(|&idx| idx as usize);
        items
            .filter(|&idx| self.holds(idx, east, north))
            .max_by(|&a, &b| {
                let roofs = (self.shapes[a].roof_up_m, self.shapes[b].roof_up_m);
                roofs.0.total_cmp(&roofs.1)
            })
    }

    /// Whether a building stands over a place.
    pub(crate) fn holds(&self, idx: usize, east: f64, north: f64) -> bool {
        let shape = &self.shapes[idx];
        (east - shape.centre[0]).abs() <= shape.half[0]
            && (north - shape.centre[1]).abs() <= shape.half[1]
            && contains(&self.buildings[idx].footprint, east, north)
    }

    /// Calls `hit(building, u_in, u_out, roof_up_m)` for every stretch of a leg over which it is
    /// below the roof of a building, somewhere, until `hit` returns `false`.
    pub(crate) fn crossings(
        &self,
        leg: &Leg,
        scratch: &mut Scratch,
        mut hit: impl FnMut(&mut Scratch, u32, f64, f64, f64) -> bool,
    ) {
        scratch.begin_leg(self.shapes.len());
        self.grid.walk(leg, |u_in, u_out, items| {
            let lowest = leg.up_at(u_in).min(leg.up_at(u_out)) + SKIN_M;
            for &idx in items {
                let shape = &self.shapes[idx as usize];
                if shape.roof_up_m <= lowest || scratch.seen(idx) {
                    continue;
                }
                let (east, north) = (shape.centre[0] - leg.from[0], shape.centre[1] - leg.from[1]);
                let aside = (leg.along[0] * north - leg.along[1] * east).abs();
                let reach = leg.along[0].abs() * shape.half[1] + leg.along[1].abs() * shape.half[0];
                if aside > reach {
                    scratch.mark(idx);
                    continue;
                }
                scratch.mark(idx);
                if shape.walls > 0 {
                    let first = shape.first as usize;
                    let walls = &self.walls[first..first + shape.walls as usize];
                    if let Some((low, high)) = leg.inside_convex(walls)
                        && below(leg, low, high, shape.roof_up_m)
                        && !hit(scratch, idx, low, high, shape.roof_up_m)
                    {
                        return false;
                    }
                    continue;
                }
                let mut work = std::mem::take(&mut scratch.stretches);
                leg.inside_any(&self.buildings[idx as usize].footprint, &mut work);
                let go_on = work.found.iter().all(|&(low, high)| {
                    !below(leg, low, high, shape.roof_up_m)
                        || hit(scratch, idx, low, high, shape.roof_up_m)
                });
                scratch.stretches = work;
                if !go_on {
                    return false;
                }
            }
            true
        });
    }

    /// Calls `hit(u, up)` for every sample of the ground that stands above a leg, until it returns
    /// `false`. Sampled at even distances of at most half a step of the height grid.
    pub(crate) fn rises(&self, leg: &Leg, mut hit: impl FnMut(f64, f64) -> bool) {
        let lowest = leg.up_m.min(leg.up_at(leg.length_m));
        if self.terrain.highest_m() <= lowest + SKIN_M {
            return;
        }
        // Level ground needs a look at the ends alone: only a point below it is in its way.
        let every_m = self.terrain.sampling_m().unwrap_or(f64::INFINITY);
        let pieces = (leg.length_m / every_m).ceil().max(1.0) as usize;
        for piece in 0..=pieces {
            let u = leg.length_m * piece as f64 / pieces as f64;
            let [east, north] = leg.plan_at(u);
            let up = self.terrain.up_m(east, north);
            if up > leg.up_at(u) + SKIN_M && !hit(u, up) {
                return;
            }
        }
    }

    /// Whether nothing stands between two points: no prism and no ground.
    ///
    /// Touching a wall, a corner or the edge of a roof is clear, to within a micrometre.
    #[cfg(test)]
    pub(crate) fn clear(&self, a: Point, b: Point, scratch: &mut Scratch) -> bool {
        let leg = Leg::new([a.east, a.north], a.up, [b.east, b.north], b.up);
        if leg.length_m <= 1e-9 {
            let lower = if a.up < b.up { a } else { b };
            return lower.up + SKIN_M >= self.roof_or_ground_up_m(lower.east, lower.north);
        }
        let mut clear = true;
        self.rises(&leg, |_, _| {
            clear = false;
            false
        });
        if clear {
            self.crossings(&leg, scratch, |_, _, _, _, _| {
                clear = false;
                false
            });
        }
        clear
    }
}

fn below(leg: &Leg, low: f64, high: f64, roof_up_m: f64) -> bool {
    leg.up_at(low).min(leg.up_at(high)) + SKIN_M < roof_up_m
}
