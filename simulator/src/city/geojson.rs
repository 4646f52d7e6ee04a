//! Buildings from GeoJSON, as OpenStreetMap extracts and city open data give them.

use serde_json::Value;

use crate::city::building::{MOST_CORNERS, footprint};
use crate::city::model::MOST_BUILDINGS;
use crate::city::plane::Plane;
use crate::city::{CityError, Outline};
use crate::scene::Origin;

/// Height of a storey, metres.
const STOREY_M: f64 = 3.0;

/// Height of a building that says nothing: two storeys, metres.
const HEIGHT_M: f64 = 6.0;

/// No building is higher, metres.
const HIGHEST_M: f64 = 1_000.0;

/// What a collection holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GeoJson {
    /// Every polygon; a multipolygon gives several.
    pub(crate) outlines: Vec<Outline>,
    /// Features without an area, such as trees and roads, which were left out.
    pub(crate) without_area: usize,
    /// Courtyards, which were filled.
    pub(crate) holes: usize,
}

/// Reads a `FeatureCollection` of polygons and multipolygons.
///
/// Heights are `height` in metres, a number or such a string, else `building:levels` of 3 m, else
/// 6 m. Coordinates are longitude and latitude in degrees, or metres east and north of the scene's
/// origin if the collection says `"crs_metres": true`. Only outer rings count: a courtyard is as
/// solid as its building. Third coordinates are ignored.
///
/// # Errors
/// [`CityError`] with the index of the feature.
pub(crate) fn read_geojson(text: &str, origin: Option<&Origin>) -> Result<GeoJson, CityError> {
    let root: Value = serde_json::from_str(text).map_err(|error| {
        CityError::new("geojson", error.to_string(), "give a file of valid JSON")
    })?;
    let features = match root.get("features").and_then(Value::as_array) {
        Some(features) if root["type"] == "FeatureCollection" => features,
        _ => {
            let remedy = "wrap the features as {\"type\":\"FeatureCollection\",\"features\":[..]}";
            return Err(CityError::new("geojson", "no FeatureCollection", remedy));
        }
    };
    let metres = root.get("crs_metres") == Some(&Value::Bool(true));
    let reader = Reader {
        plane: origin.filter(|_| !metres).map(Plane::new),
        metres,
    };
    let mut found = GeoJson::default();
    for (idx, feature) in features.iter().enumerate() {
        let place = format!("features[{idx}]");
        reader.feature(feature, &place, &mut found)?;
        if found.outlines.len() > MOST_BUILDINGS {
            let problem = format!("more than {MOST_BUILDINGS} buildings");
            return Err(CityError::new(
                place,
                problem,
                "cut the file to the scene's surroundings",
            ));
        }
    }
    Ok(found)
}

struct Reader {
    plane: Option<Plane>,
    metres: bool,
}

impl Reader {
    fn feature(&self, feature: &Value, place: &str, found: &mut GeoJson) -> Result<(), CityError> {
        let geometry = feature.get("geometry").unwrap_or(&Value::Null);
        let shape = geometry.get("type").and_then(Value::as_str);
        let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
        let polygons: Vec<&Value> = match shape {
            Some("Polygon") => vec![coordinates],
            Some("MultiPolygon") => list(coordinates, place)?.iter().collect(),
            _ => {
                found.without_area += 1;
                return Ok(());
            }
        };
        let height_m = height(feature.get("properties").unwrap_or(&Value::Null), place)?;
        for polygon in polygons {
            let rings = list(polygon, place)?;
            let Some(outer) = rings.first() else {
                return Err(not_a_ring(place));
            };
            found.holes += rings.len() - 1;
            let positions = list(outer, place)?;
            if positions.len() > MOST_CORNERS {
                let problem = format!("{} corners, more than {MOST_CORNERS}", positions.len());
                return Err(CityError::new(place, problem, "simplify the outline"));
            }
            let ring: Result<Vec<[f64; 2]>, CityError> = positions
                .iter()
                .map(|position| self.position(position, place))
                .collect();
            found.outlines.push(Outline {
                footprint: footprint(&ring?, place)?,
                height_m,
            });
        }
        Ok(())
    }

    fn position(&self, position: &Value, place: &str) -> Result<[f64; 2], CityError> {
        let number = |at: usize| position.get(at).and_then(Value::as_f64);
        let (Some(x), Some(y)) = (number(0), number(1)) else {
            return Err(not_a_ring(place));
        };
        if self.metres {
            return Ok([x, y]);
        }
        if x.abs() > 180.0 || y.abs() > 90.0 {
            let problem = format!("[{x}, {y}] is no longitude and latitude");
            let remedy = "give degrees, or write \"crs_metres\": true in the collection if these \
                          are metres east and north of the scene's origin";
            return Err(CityError::new(place, problem, remedy));
        }
        match &self.plane {
            Some(plane) => Ok(plane.metres(x, y)),
            None => Err(CityError::new(
                place,
                "degrees in a scene that does not say where it is",
                "give the scene an origin, or write \"crs_metres\": true in the collection if \
                 these are metres",
            )),
        }
    }
}

fn list<'a>(value: &'a Value, place: &str) -> Result<&'a Vec<Value>, CityError> {
    value.as_array().ok_or_else(|| not_a_ring(place))
}

fn not_a_ring(place: &str) -> CityError {
    let remedy = "give rings of positions such as [[[-79.9, 40.4], ..]]";
    CityError::new(
        format!("{place}.geometry"),
        "coordinates of no polygon",
        remedy,
    )
}

fn height(properties: &Value, place: &str) -> Result<f64, CityError> {
    for (key, unit_m) in [("height", 1.0), ("building:levels", STOREY_M)] {
        let value = match properties.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().trim_end_matches('m').trim().parse().ok(),
            Some(_) => None,
        };
        return match value.map(|value: f64| value * unit_m) {
            Some(metres) if metres > 0.0 && metres <= HIGHEST_M => Ok(metres),
            _ => {
                let problem = format!("{} is no height", properties[key]);
                let remedy = format!("give a positive number up to {HIGHEST_M} m, or no {key}");
                Err(CityError::new(
                    format!("{place}.properties.{key}"),
                    problem,
                    remedy,
                ))
            }
        };
    }
    Ok(HEIGHT_M)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SQUARE: &str = "[[[0,0],[10,0],[10,10],[0,10],[0,0]]]";

    fn collection(features: &[(&str, &str, &str)], extra: &str) -> String {
        let features: Vec<String> = features
            .iter()
            .map(|(kind, coordinates, properties)| {
                format!(
                    r#"{{"type":"Feature","properties":{properties},
                    "geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
                )
            })
            .collect();
        let features = features.join(",");
        format!(r#"{{"type":"FeatureCollection"{extra},"features":[{features}]}}"#)
    }

    #[test]
    fn heights_come_from_metres_then_levels_then_the_default() {
        let text = collection(
            &[
                (
                    "Polygon",
                    SQUARE,
                    r#"{"height":"12.5 m","building:levels":9}"#,
                ),
                ("Polygon", SQUARE, r#"{"building:levels":"4"}"#),
                ("MultiPolygon", &format!("[{SQUARE},{SQUARE}]"), "{}"),
                ("Point", "[0,0]", "{}"),
            ],
            r#","crs_metres":true"#,
        );
        let found = read_geojson(&text, None).unwrap();
        let heights: Vec<f64> = found.outlines.iter().map(|o| o.height_m).collect();
        assert_eq!(heights, [12.5, 12.0, 6.0, 6.0]);
        assert_eq!(found.without_area, 1);
        assert_eq!(found.outlines[0].footprint.len(), 4);
    }

    #[test]
    fn errors_name_the_feature_and_the_remedy() {
        let metres = r#","crs_metres":true"#;
        let origin = Origin {
            latitude: 40.0,
            longitude: -80.0,
            height: 0.0,
        };
        let far = "[[[500,0],[510,0],[510,10]]]";
        for (text, origin, says) in [
            (
                collection(&[("Polygon", far, "{}")], ""),
                None,
                "crs_metres",
            ),
            (
                collection(&[("Polygon", far, "{}")], ""),
                Some(&origin),
                "crs_metres",
            ),
            (collection(&[("Polygon", SQUARE, "{}")], ""), None, "origin"),
            (
                collection(&[("Polygon", "[[[1,1],[2,2]]]", "{}")], metres),
                None,
                "features[0]",
            ),
            (
                collection(&[("Polygon", "7", "{}")], metres),
                None,
                "features[0].geometry",
            ),
            (
                collection(&[("Polygon", SQUARE, r#"{"height":"tall"}"#)], metres),
                None,
                "height",
            ),
            ("[]".into(), None, "FeatureCollection"),
            ("{".into(), None, "valid JSON"),
        ] {
            let error = read_geojson(&text, origin).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn degrees_are_laid_about_the_origin() {
        let origin = Origin {
            latitude: 45.0,
            longitude: 7.0,
            height: 200.0,
        };
        let text = collection(
            &[(
                "Polygon",
                "[[[7,45],[7.001,45],[7.001,45.001],[7,45.001]]]",
                "{}",
            )],
            "",
        );
        let found = read_geojson(&text, Some(&origin)).unwrap();
        let [east, north] = found.outlines[0].footprint[2];
        // A thousandth of a degree at 45 N: 78.847 m and 111.132 m, raised by 200 m / 6380 km.
        assert!((east - 78.849).abs() < 0.01 && (north - 111.135).abs() < 0.01);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-99..99i64).prop_map(Value::from),
            "[a-z0-9 .m-]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop::collection::vec(inner, 0..6).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn no_json_panics(
            coordinates in any_json(), height in any_json(), multi: bool, metres: bool,
            text in "[\\[\\]{}\",:a-z0-9.e-]{0,40}",
        ) {
            let kind = if multi { "MultiPolygon" } else { "Polygon" };
            let root = json!({"type": "FeatureCollection", "crs_metres": metres, "features": [
                {"geometry": {"type": kind, "coordinates": coordinates},
                 "properties": {"height": height}}, height]});
            let origin = Origin { latitude: 40.0, longitude: -80.0, height: 0.0 };
            let _ = read_geojson(&root.to_string(), Some(&origin));
            let _ = read_geojson(&root.to_string(), None);
            let _ = read_geojson(&text, None);
        }
    }
}
