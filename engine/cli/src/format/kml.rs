//! KML 2.2 for Google Earth: a folder an incident, a folder of sensors, times for its slider.
//!
//! Everything is clamped to the ground: our heights are ellipsoidal and KML's are above the
//! geoid, so a point with its height would float or sink by tens of metres.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use shotfix_core::{
    ArrivalStatus, Ellipse, Enu, LocalFrame, LocateReport, SensorIdx, Shot, Timestamp,
    solve::{ProbabilityMap, Region},
};

use super::numbers::{percent, rfc_3339, round};
use super::{Format, FormatError, told};
use crate::findings::Findings;
use crate::{ellipse, status};

/// Corners of an ellipse, as in GeoJSON.
const CORNERS: usize = 96;

/// Style name, colour of the icon or line as KML writes it (aabbggrr), scale of the icon.
const STYLES: [(&str, &str, &str); 6] = [
    ("incident", "ff005ed5", "1.2"),
    ("shot", "ff009fe6", "0.7"),
    ("sensor-used", "ffb27200", "0.8"),
    ("sensor-rejected", "ffa779cc", "0.8"),
    ("sensor-missing", "ff999999", "0.8"),
    ("sensor-idle", "ffb27200", "0.6"),
];

type Xml<'a> = Writer<&'a mut dyn Write>;

/// The document so far. Elements are written in the order that KML's schema demands.
struct Kml<'a, 'b> {
    xml: Xml<'a>,
    frame: &'b LocalFrame,
}

/// Text without the control characters that XML 1.0 cannot hold even when escaped.
fn legal(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => c,
            '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect()
}

impl Kml<'_, '_> {
    fn text(&mut self, tag: &str, text: &str) -> io::Result<()> {
        self.xml
            .create_element(tag)
            .write_text_content(BytesText::new(&legal(text)))?;
        Ok(())
    }

    fn within(
        &mut self,
        tag: &str,
        attributes: &[(&str, &str)],
        inner: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut start = quick_xml::events::BytesStart::new(tag);
        for attribute in attributes {
            start.push_attribute(*attribute);
        }
        let end = start.to_end().into_owned();
        self.xml.write_event(Event::Start(start.borrow()))?;
        inner(self)?;
        self.xml.write_event(Event::End(end))
    }

    /// Name, description, time and style of a placemark, before its geometry.
    fn about(
        &mut self,
        name: &str,
        description: &str,
        time: Option<Timestamp>,
        style: &str,
    ) -> io::Result<()> {
        self.text("name", name)?;
        if !description.is_empty() {
            self.text("description", description)?;
        }
        if let Some(time) = time {
            self.within("TimeStamp", &[], |k| k.text("when", &rfc_3339(time)))?;
        }
        self.text("styleUrl", &format!("#{style}"))
    }

    fn point(&mut self, position: Enu) -> io::Result<()> {
        let p = self.frame.to_geodetic(position);
        let coordinates = format!("{},{}", round(p.longitude_deg, 7), round(p.latitude_deg, 7));
        self.within("Point", &[], |k| k.text("coordinates", &coordinates))
    }

    fn polygon(&mut self, centre: Enu, ellipse: &Ellipse) -> io::Result<()> {
        let outline = ellipse::outline(centre, ellipse, CORNERS);
        self.within("Polygon", &[], |k| {
            k.text("tessellate", "1")?;
            k.ring("outerBoundaryIs", &outline)
        })
    }

    /// Every piece of a region with its holes.
    fn region(&mut self, height: Enu, region: &Region) -> io::Result<()> {
        let lifted = |ring: &[[f64; 2]]| -> Vec<Enu> {
            let each = ring.iter().map(|[e, n]| Enu::new(*e, *n, height.up_m));
            each.collect()
        };
        self.within("MultiGeometry", &[], |k| {
            for piece in &region.polygons {
                k.within("Polygon", &[], |k| {
                    k.text("tessellate", "1")?;
                    k.ring("outerBoundaryIs", &lifted(&piece.outer))?;
                    for hole in &piece.holes {
                        k.ring("innerBoundaryIs", &lifted(hole))?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })
    }

    /// A closed ring.
    fn ring(&mut self, tag: &str, points: &[Enu]) -> io::Result<()> {
        let ring: Vec<String> = points
            .iter()
            .chain(points.first())
            .map(|&p| {
                let p = self.frame.to_geodetic(p);
                format!("{},{}", round(p.longitude_deg, 9), round(p.latitude_deg, 9))
            })
            .collect();
        self.within(tag, &[], |k| {
            k.within("LinearRing", &[], |k| {
                k.text("coordinates", &ring.join(" "))
            })
        })
    }

    fn style(&mut self, (id, colour, scale): (&str, &str, &str)) -> io::Result<()> {
        self.within("Style", &[("id", id)], |k| {
            k.within("IconStyle", &[], |k| {
                k.text("color", colour)?;
                k.text("scale", scale)
            })?;
            k.within("LabelStyle", &[], |k| k.text("scale", scale))?;
            k.within("LineStyle", &[], |k| {
                k.text("color", colour)?;
                k.text("width", "2")
            })?;
            // The same colour at a quarter of its strength, so that the ground shows through.
            let fill = format!("40{}", colour.get(2..).unwrap_or_default());
            k.within("PolyStyle", &[], |k| k.text("color", &fill))
        })
    }

    fn shot(&mut self, round: usize, shot: &Shot, map: Option<&ProbabilityMap>) -> io::Result<()> {
        let (class, probability) = shot.class.best();
        let mut description = format!(
            "{} {}, {} sensors, 95 % ellipse {}",
            class.label(),
            percent(probability),
            shot.n_used(),
            ellipse::words(&shot.ellipse95),
        );
        if let Some(flight) = &shot.trajectory {
            description += &told::trajectory(flight);
        }
        self.within("Placemark", &[], |k| {
            k.about(
                &format!("Round {round}"),
                &description,
                Some(shot.time),
                "shot",
            )?;
            k.point(shot.position)
        })?;
        let name = format!("Round {round}, 95 % ellipse");
        self.within("Placemark", &[], |k| {
            k.about(&name, "", Some(shot.time), "shot")?;
            k.polygon(shot.position, &shot.ellipse95)
        })?;
        let name = format!("Round {round}, 50 % ellipse");
        self.within("Placemark", &[], |k| {
            k.about(&name, "", Some(shot.time), "shot")?;
            k.polygon(shot.position, &shot.ellipse95.of_half())
        })?;
        for region in map.iter().flat_map(|m| [&m.region95, &m.region50]) {
            let (percent, area_m2) = (100.0 * region.probability, region.area_m2);
            let name = format!("Round {round}, {percent:.0} % region, {area_m2:.0} m2");
            self.within("Placemark", &[], |k| {
                k.about(&name, "", Some(shot.time), "shot")?;
                k.region(shot.position, region)
            })?;
        }
        Ok(())
    }

    fn incident(&mut self, findings: &Findings<'_>, index: usize) -> io::Result<()> {
        let incident = &findings.report.incidents[index];
        let (class, probability) = incident.class.best();
        let (used, of) = status::used_of(incident);
        let name = format!("{}, rounds: {}", class.label(), incident.shots.len());
        let mut description = format!(
            "{}: {} {}, rounds: {}, 95 % ellipse {}, {used} of {of} sensors",
            incident.id,
            class.label(),
            percent(probability),
            incident.shots.len(),
            ellipse::words(&incident.ellipse95),
        );
        for motion in [incident.motion, incident.track.map(|t| t.motion)]
            .into_iter()
            .flatten()
        {
            description += &format!(", {}", motion.words());
        }
        self.within("Folder", &[], |k| {
            k.text("name", &incident.id)?;
            k.within("Placemark", &[], |k| {
                k.about(&name, &description, Some(incident.time), "incident")?;
                k.point(incident.position)
            })?;
            k.within("Placemark", &[], |k| {
                k.about("95 % ellipse", "", Some(incident.time), "incident")?;
                k.polygon(incident.position, &incident.ellipse95)
            })?;
            k.within("Placemark", &[], |k| {
                k.about("50 % ellipse", "", Some(incident.time), "incident")?;
                k.polygon(incident.position, &incident.ellipse95.of_half())
            })?;
            for (n, shot) in incident.shots.iter().enumerate() {
                k.shot(n + 1, shot, findings.map(index, n))?;
            }
            Ok(())
        })
    }

    fn sensors(&mut self, report: &LocateReport) -> io::Result<()> {
        self.within("Folder", &[], |k| {
            k.text("name", "Sensors")?;
            for (n, sensor) in report.array.sensors().iter().enumerate() {
                let status = status::over_all(&report.incidents, SensorIdx(n));
                let word = status.map_or("idle", ArrivalStatus::label);
                k.within("Placemark", &[], |k| {
                    k.about(&sensor.id, word, None, &format!("sensor-{word}"))?;
                    k.point(sensor.position)
                })?;
            }
            Ok(())
        })
    }
}

pub(super) fn write(findings: &Findings<'_>, out: &mut dyn Write) -> Result<(), FormatError> {
    let report = findings.report;
    let frame = report.array.frame().ok_or(FormatError::NeedsFrame {
        format: Format::Kml,
    })?;
    let mut kml = Kml {
        xml: Writer::new_with_indent(out, b' ', 1),
        frame,
    };
    kml.xml
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let namespace = [("xmlns", "http://www.opengis.net/kml/2.2")];
    kml.within("kml", &namespace, |k| {
        k.within("Document", &[], |k| {
            k.text("name", "Located shots")?;
            for style in STYLES {
                k.style(style)?;
            }
            for index in 0..report.incidents.len() {
                k.incident(findings, index)?;
            }
            k.sensors(report)
        })
    })?;
    kml.xml.get_mut().write_all(b"\n")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use resvg::usvg::roxmltree::{Document, Node};

    fn text(report: &LocateReport) -> String {
        fixture::written(write, report)
    }

    fn all<'a>(document: &'a Document<'_>, tag: &str) -> Vec<Node<'a, 'a>> {
        document
            .descendants()
            .filter(|n| n.has_tag_name(("http://www.opengis.net/kml/2.2", tag)))
            .collect()
    }

    #[test]
    fn is_well_formed_and_complete() {
        let text = text(&fixture::town_report());
        let document = Document::parse(&text).unwrap();
        // One incident and four rounds, a point and two ellipses each, and twelve sensors.
        assert_eq!(all(&document, "Placemark").len(), 3 + 12 + 12);
        assert_eq!(all(&document, "Polygon").len(), 10);
        let whens = all(&document, "when");
        assert_eq!(whens[0].text(), Some("2026-11-24T02:10:05.123456Z"));
        let first = all(&document, "coordinates")[0].text().unwrap().to_owned();
        assert!(
            first.starts_with("-79.98") && first.contains(",40.44"),
            "{first}"
        );
        for url in all(&document, "styleUrl") {
            let id = url.text().unwrap().trim_start_matches('#');
            assert!(STYLES.iter().any(|style| style.0 == id), "{id}");
        }
    }

    #[test]
    fn rings_are_closed() {
        let text = text(&fixture::town_report());
        let document = Document::parse(&text).unwrap();
        for ring in all(&document, "LinearRing") {
            let points: Vec<_> = ring
                .descendants()
                .filter_map(|n| n.text())
                .flat_map(str::split_whitespace)
                .collect();
            assert!(points.len() > 64);
            assert_eq!(points.first(), points.last());
        }
    }

    #[test]
    fn hostile_names_are_text_and_nothing_else() {
        let text = text(&fixture::hostile_report());
        let document = Document::parse(&text).unwrap();
        let names: Vec<_> = all(&document, "name")
            .iter()
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect();
        assert!(names.contains(&"<b>&\"'".to_owned()), "{names:?}");
        assert!(names.contains(&"line\nbreak".to_owned()), "{names:?}");
        assert!(names.contains(&"nul\u{FFFD}bell\u{FFFD}".to_owned()));
        assert!(all(&document, "b").is_empty());
    }

    #[test]
    fn a_source_that_moves_says_so() {
        let text = fixture::written(write, &fixture::moving_report());
        assert!(text.contains("moves at 13.0 +- 0.6 m/s towards 67 +- 3 deg: a vehicle"));
    }

    #[test]
    fn anonymous_arrays_are_refused_with_the_remedy() {
        let report = fixture::anonymous_report();
        let error = write(&Findings::plain(&report), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("kml needs geodetic"), "{error}");
    }
}
