//! The shade of hills, lit from the north-west.

use resvg::tiny_skia;
use shotfix_simulator::Scene;

use crate::plot::PlotError;
use crate::plot::canvas::Canvas;
use crate::plot::scale::View;

/// Cells along an edge of the map: hills are smooth.
const CELLS: u32 = 160;

/// A full slope of this much is black or white: streets are seldom steeper.
const STEEPEST: f64 = 0.25;

/// Draws nothing on level ground.
pub(super) fn draw(canvas: &mut Canvas, view: &View, scene: &Scene) -> Result<(), PlotError> {
    let Some(city) = scene.city() else {
        return Ok(());
    };
    let [west, east, south, north] = view.edges_m();
    let step_m = (east - west) / f64::from(CELLS);
    let rows = ((north - south) / step_m)
        .ceil()
        .clamp(1.0, 4.0 * f64::from(CELLS)) as u32;
    let up_m = |east_m: f64, north_m: f64| city.ground_up_m(east_m, north_m);
    let mut pixels = tiny_skia::Pixmap::new(CELLS, rows)
        .ok_or_else(|| PlotError::Draw("the map has no size".to_owned()))?;
    let mut is_level = true;
    for (k, rgba) in pixels.data_mut().chunks_exact_mut(4).enumerate() {
        let (column, row) = (k as u32 % CELLS, k as u32 / CELLS);
        let east_m = west + (f64::from(column) + 0.5) * step_m;
        let north_m = north - (f64::from(row) + 0.5) * step_m;
        // Rises towards the south-east, away from the light.
        let rise =
            up_m(east_m + step_m, north_m - step_m) - up_m(east_m - step_m, north_m + step_m);
        let slope = rise / (8f64.sqrt() * step_m);
        is_level &= slope == 0.0;
        let share = (0.5 + 0.5 * slope / STEEPEST).clamp(0.0, 1.0);
        // From dusk to paper; hills must not hide what stands on them.
        let grey = (218.0 + 35.0 * share).round() as u8;
        rgba.copy_from_slice(&[grey, grey, grey.saturating_sub(5), 255]);
    }
    if is_level {
        return Ok(());
    }
    let png = pixels.encode_png();
    canvas.png(
        view.frame,
        &png.map_err(|error| PlotError::Draw(error.to_string()))?,
    );
    Ok(())
}
