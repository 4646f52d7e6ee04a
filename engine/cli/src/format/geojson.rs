//! RFC 7946 features: incidents, shots, their ellipses and probability regions, and the sensors.
//!
//! Written with `serde_json` alone: the `geojson` crate would add a second model of the same
//! four geometries and no check that we need.

use std::io::Write;

use serde_json::{Value, json};
use shotfix_core::{
    Array, ArrivalStatus, Ellipse, Enu, Geodetic, Incident, LocalFrame, SensorIdx, solve::Region,
};

use super::numbers::{metres, rfc_3339, round, seconds};
use super::{Format, FormatError};
use crate::findings::Findings;
use crate::{ellipse, status};

/// Corners of an ellipse: the polygon stays within 0.06 % of the half-axis, millimetres here.
const CORNERS: usize = 96;

/// RFC 7946 order: longitude, latitude, height above the ellipsoid.
fn coordinates(p: Geodetic) -> Value {
    json!([
        round(p.longitude_deg, 7),
        round(p.latitude_deg, 7),
        metres(p.height_m)
    ])
}

fn feature(geometry: &Value, properties: Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn point(frame: &LocalFrame, position: Enu) -> Value {
    json!({"type": "Point", "coordinates": coordinates(frame.to_geodetic(position))})
}

/// A closed ring, counter-clockwise as RFC 7946 section 3.1.6 asks of outer rings.
fn polygon(frame: &LocalFrame, centre: Enu, ellipse: &Ellipse) -> Value {
    let mut ring: Vec<Value> = ellipse::outline(centre, ellipse, CORNERS)
        .into_iter()
        .map(|p| {
            let p = frame.to_geodetic(p);
            // Two dimensions, nine decimals (0.1 mm): rounding to centimetres would show as
            // steps on an ellipse of decimetres.
            json!([round(p.longitude_deg, 9), round(p.latitude_deg, 9)])
        })
        .collect();
    ring.extend(ring.first().cloned());
    json!({"type": "Polygon", "coordinates": [ring]})
}

/// Every piece of a region with its holes.
fn multi_polygon(frame: &LocalFrame, height: Enu, region: &Region) -> Value {
    let ring = |points: &[[f64; 2]]| -> Vec<Value> {
        points
            .iter()
            .chain(points.first())
            .map(|[east_m, north_m]| {
                let p = frame.to_geodetic(Enu::new(*east_m, *north_m, height.up_m));
                json!([round(p.longitude_deg, 9), round(p.latitude_deg, 9)])
            })
            .collect()
    };
    let pieces: Vec<Vec<Vec<Value>>> = region
        .polygons
        .iter()
        .map(|p| {
            let holes = p.holes.iter().map(|h| ring(h));
            std::iter::once(ring(&p.outer)).chain(holes).collect()
        })
        .collect();
    json!({"type": "MultiPolygon", "coordinates": pieces})
}

fn incident_features(frame: &LocalFrame, findings: &Findings<'_>, n: usize, out: &mut Vec<Value>) {
    let incident = &findings.report.incidents[n];
    let (class, probability) = incident.class.best();
    let mut about = json!({
        "incident": incident.id,
        "time": rfc_3339(incident.time),
        "class": class.label(),
        "probability": round(probability, 4),
        "rounds": incident.shots.len(),
        "semi_major_m": metres(incident.ellipse95.semi_major_m),
        "semi_minor_m": metres(incident.ellipse95.semi_minor_m),
        "azimuth_deg": round(incident.ellipse95.azimuth_deg, 2),
    });
    if let Some(motion) = &incident.motion {
        let (speed, azimuth) = (motion.speed_m_s(), motion.azimuth_deg());
        about["source_speed_m_s"] = round(speed.mean, 2).into();
        about["source_speed_sigma_m_s"] = round(speed.sigma, 2).into();
        about["source_azimuth_deg"] = round(azimuth.mean, 1).into();
        about["source_azimuth_sigma_deg"] = round(azimuth.sigma, 1).into();
    }
    let kind = |kind: &str| {
        let mut properties = about.clone();
        properties["kind"] = kind.into();
        properties
    };
    out.push(feature(&point(frame, incident.position), kind("incident")));
    out.push(feature(
        &polygon(frame, incident.position, &incident.ellipse95),
        kind("incident_ellipse95"),
    ));
    out.push(feature(
        &polygon(frame, incident.position, &incident.ellipse95.of_half()),
        kind("incident_ellipse50"),
    ));
    for (k, shot) in incident.shots.iter().enumerate() {
        let (class, probability) = shot.class.best();
        let properties = |kind: &str| {
            let mut about = json!({
                "kind": kind,
                "incident": incident.id,
                "round": k + 1,
                "time": rfc_3339(shot.time),
                "time_sigma_s": seconds(shot.time_sigma.0),
                "class": class.label(),
                "probability": round(probability, 4),
                "sensors_used": shot.n_used(),
            });
            if let Some(flight) = &shot.trajectory {
                about["fire_azimuth_deg"] = round(flight.azimuth_deg, 2).into();
                about["fire_azimuth_sigma_deg"] = round(flight.azimuth_sigma_deg, 2).into();
                about["bullet_speed_m_s"] = round(flight.speed_m_s, 1).into();
            }
            about
        };
        out.push(feature(&point(frame, shot.position), properties("shot")));
        out.push(feature(
            &polygon(frame, shot.position, &shot.ellipse95),
            properties("shot_ellipse95"),
        ));
        out.push(feature(
            &polygon(frame, shot.position, &shot.ellipse95.of_half()),
            properties("shot_ellipse50"),
        ));
        if let Some(map) = findings.map(n, k) {
            for (region, kind) in [
                (&map.region95, "shot_region95"),
                (&map.region50, "shot_region50"),
            ] {
                let mut about = properties(kind);
                about["area_m2"] = metres(region.area_m2).into();
                out.push(feature(&multi_polygon(frame, shot.position, region), about));
            }
        }
    }
}

fn sensor_features(
    frame: &LocalFrame,
    array: &Array,
    incidents: &[Incident],
    out: &mut Vec<Value>,
) {
    for (k, sensor) in array.sensors().iter().enumerate() {
        let status = status::over_all(incidents, SensorIdx(k)).map(ArrivalStatus::label);
        out.push(feature(
            &point(frame, sensor.position),
            json!({"kind": "sensor", "sensor": sensor.id, "status": status}),
        ));
    }
}

/// One feature a line inside the collection, so that a diff of two runs is readable.
pub(super) fn write(findings: &Findings<'_>, out: &mut dyn Write) -> Result<(), FormatError> {
    let report = findings.report;
    let frame = report.array.frame().ok_or(FormatError::NeedsFrame {
        format: Format::GeoJson,
    })?;
    let mut features = Vec::new();
    for n in 0..report.incidents.len() {
        incident_features(frame, findings, n, &mut features);
    }
    sensor_features(frame, &report.array, &report.incidents, &mut features);
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (k, feature) in features.iter().enumerate() {
        out.write_all(if k == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, feature)?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use shotfix_core::LocateReport;

    fn features(report: &LocateReport) -> Vec<Value> {
        let mut out = Vec::new();
        write(&Findings::plain(report), &mut out).unwrap();
        let collection: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(collection["type"], "FeatureCollection");
        collection["features"].as_array().unwrap().clone()
    }

    fn of_kind<'a>(features: &'a [Value], kind: &str) -> Vec<&'a Value> {
        features
            .iter()
            .filter(|f| f["properties"]["kind"] == kind)
            .collect()
    }

    #[test]
    fn holds_incidents_shots_ellipses_and_sensors() {
        let all = features(&fixture::town_report());
        assert_eq!(of_kind(&all, "incident").len(), 1);
        assert_eq!(of_kind(&all, "shot").len(), 4);
        assert_eq!(of_kind(&all, "shot_ellipse95").len(), 4);
        let sensors = of_kind(&all, "sensor");
        assert_eq!(sensors.len(), 12);
        assert_eq!(sensors[3]["properties"]["status"], "rejected");
        assert_eq!(sensors[6]["properties"]["status"], "missing");
        let deaf = features(&fixture::empty_report());
        assert!(of_kind(&deaf, "sensor")[0]["properties"]["status"].is_null());
    }

    #[test]
    fn verif_rings_are_closed_counter_clockwise_and_on_the_ellipse() {
        let report = fixture::town_report();
        let frame = fixture::frame();
        let shot = &report.incidents[0].shots[0];
        let all = features(&report);
        let ring = of_kind(&all, "shot_ellipse95")[0]["geometry"]["coordinates"][0]
            .as_array()
            .unwrap();
        assert!(ring.len() > 64);
        assert_eq!(ring.first(), ring.last());
        let height = frame.to_geodetic(shot.position).height_m;
        let corners: Vec<Enu> = ring
            .iter()
            .map(|c| {
                frame.to_enu(Geodetic {
                    latitude_deg: c[1].as_f64().unwrap(),
                    longitude_deg: c[0].as_f64().unwrap(),
                    height_m: height,
                })
            })
            .collect();
        let twice_area: f64 = corners
            .windows(2)
            .map(|w| w[0].east_m * w[1].north_m - w[1].east_m * w[0].north_m)
            .sum();
        assert!(twice_area > 0.0);
        let [[a, b], [_, d]] = shot.covariance_m2;
        for p in corners {
            let (x, y) = (
                p.east_m - shot.position.east_m,
                p.north_m - shot.position.north_m,
            );
            let form = (d * x * x - 2.0 * b * x * y + a * y * y) / (a * d - b * b);
            // 0.1 mm of rounding on a half-axis of 3 m changes the form by 2 * 6 * 1e-4 / 3.
            assert!((form - 5.991_464_5).abs() < 2e-3, "{form}");
        }
    }

    #[test]
    fn hostile_names_are_strings_like_others() {
        let all = features(&fixture::hostile_report());
        let names: Vec<_> = of_kind(&all, "sensor")
            .iter()
            .map(|s| s["properties"]["sensor"].as_str().unwrap())
            .collect();
        assert_eq!(names[..2], ["<b>&\"'", "line\nbreak"]);
    }

    #[test]
    fn a_source_that_moves_says_how_fast_and_where_to() {
        let text = fixture::written(write, &fixture::moving_report());
        let document: Value = serde_json::from_str(&text).unwrap();
        let incident = &document["features"][0]["properties"];
        assert_eq!(incident["source_speed_m_s"], 13.0);
        assert_eq!(incident["source_azimuth_deg"], 67.4);
    }

    #[test]
    fn anonymous_arrays_are_refused_with_the_remedy() {
        let report = fixture::anonymous_report();
        let error = write(&Findings::plain(&report), &mut Vec::new()).unwrap_err();
        let words = error.to_string();
        assert!(
            words.contains("geojson needs geodetic positions"),
            "{words}"
        );
        assert!(words.contains("json or csv"), "{words}");
    }
}
