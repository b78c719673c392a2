//! The measurements as a picture: a panel for each thing that grows, both axes logarithmic.

use super::Row;
use super::trees::{LANGUAGES, Series};
use std::fmt::Write;

const COLUMNS: usize = 2;
const WIDTH: f64 = 470.0;
const HEIGHT: f64 = 250.0;
/// Around the curves, for what is written there.
const LEFT: f64 = 58.0;
const TOP: f64 = 34.0;
const RIGHT: f64 = 16.0;
const BOTTOM: f64 = 42.0;

/// Colours are told twice, for readers by day and by night; the page's own background is never relied upon.
const STYLE: &str = "\
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
text { fill: #24292f; } .small { font-size: 10px; fill: #57606a; } .title { font-weight: 600; }
.frame { fill: none; stroke: #d0d7de; } .guide { stroke: #8c959f; stroke-dasharray: 4 4; fill: none; }
.l0 { stroke: #0969da; fill: #0969da; } .l1 { stroke: #bc4c00; fill: #bc4c00; } .l2 { stroke: #1a7f37; fill: #1a7f37; }
polyline { fill: none !important; stroke-width: 1.6; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; } text { fill: #e6edf3; } .small { fill: #9198a1; }
.frame { stroke: #3d444d; } .guide { stroke: #656c76; }
.l0 { stroke: #58a6ff; fill: #58a6ff; } .l1 { stroke: #f0883e; fill: #f0883e; } .l2 { stroke: #3fb950; fill: #3fb950; }
}";

/// An axis: from which value to which, and where these are in the picture.
struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        self.start + (value / self.from).ln() / (self.to / self.from).ln() * (self.end - self.start)
    }
}

/// Draws them all.
pub(super) fn svg(rows: &[Row]) -> String {
    let lines = Series::ALL.len().div_ceil(COLUMNS);
    let (width, height) = (WIDTH * COLUMNS as f64, HEIGHT * lines as f64);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>Processor time against size, both axes logarithmic</title>\n<style>\n{STYLE}\n</style>\n"
    );
    for (number, series) in Series::ALL.into_iter().enumerate() {
        let (x, y) = ((number % COLUMNS) as f64 * WIDTH, (number / COLUMNS) as f64 * HEIGHT);
        panel(&mut text, rows, series, x, y);
    }
    let (x, y) = ((Series::ALL.len() % COLUMNS) as f64 * WIDTH + LEFT, (lines - 1) as f64 * HEIGHT + TOP + 10.0);
    for (number, lang) in LANGUAGES.into_iter().enumerate() {
        let y = y + 20.0 * number as f64;
        let _ = writeln!(text, "<circle class=\"l{number}\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>");
        let _ = writeln!(text, "<text x=\"{}\" y=\"{}\">{}</text>", x + 12.0, y + 4.0, lang.name());
    }
    let y = y + 20.0 * LANGUAGES.len() as f64;
    let _ = writeln!(text, "<path class=\"guide\" d=\"M{} {y}h16\"/>", x - 8.0);
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\">in proportion to the size, from the last point</text>",
        x + 12.0,
        y + 4.0
    );
    let _ = writeln!(
        text,
        "<text class=\"small\" x=\"{}\" y=\"{}\">milliseconds of the processor; size</text>",
        x - 5.0,
        y + 26.0
    );
    text + "</svg>\n"
}

fn panel(text: &mut String, rows: &[Row], series: Series, left: f64, top: f64) {
    let of: Vec<&Row> = rows.iter().filter(|row| row.series == series).collect();
    let sizes = series.sizes();
    let [Some(first), Some(last)] = [sizes.first(), sizes.last()] else { return };
    let costs = || of.iter().map(|row| row.took.processor);
    let (least, most) = (costs().fold(f64::MAX, f64::min), costs().fold(1.0, f64::max));
    let x = Axis { from: *first as f64, to: *last as f64, start: left + LEFT, end: left + WIDTH - RIGHT };
    let (low, high) = (10_f64.powf(least.log10().floor()), 10_f64.powf(most.log10().ceil()));
    let y = Axis { from: low, to: high, start: top + HEIGHT - BOTTOM, end: top + TOP };
    let _ = writeln!(text, "<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>", x.start, top + 22.0, series.name());
    let (wide, tall) = (x.end - x.start, y.start - y.end);
    let _ = writeln!(text, "<path class=\"frame\" d=\"M{} {}h{wide}v{tall}h-{wide}z\"/>", x.start, y.end);
    for size in &sizes {
        let (at, under) = (x.at(*size as f64), y.start + 14.0);
        let _ =
            writeln!(text, "<text class=\"small\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{under}\">{size}</text>");
    }
    let mut tick = low;
    while tick <= high * 1.001 {
        let at = y.at(tick);
        let (end, shown) = (x.start - 6.0, tick.round());
        let _ = writeln!(text, "<path class=\"frame\" d=\"M{} {at:.1}h{wide}\"/>", x.start);
        let _ = writeln!(
            text,
            "<text class=\"small\" text-anchor=\"end\" x=\"{end}\" y=\"{:.1}\">{shown}</text>",
            at + 3.5
        );
        tick *= 10.0;
    }
    for (number, lang) in LANGUAGES.into_iter().enumerate() {
        let points: Vec<(f64, f64)> =
            of.iter().filter(|row| row.lang == lang).map(|row| (row.size as f64, row.took.processor)).collect();
        let Some((size, cost)) = points.last() else { continue };
        // The line through the last point, as far as the panel reaches.
        let from = (low * size / cost).max(x.from);
        let guide = (x.at(from), y.at(cost * from / size), x.at(*size), y.at(*cost));
        let _ = writeln!(
            text,
            "<path class=\"guide\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
            guide.0, guide.1, guide.2, guide.3
        );
        let places: Vec<String> = points.iter().map(|(n, ms)| format!("{:.1},{:.1}", x.at(*n), y.at(*ms))).collect();
        let _ = writeln!(text, "<polyline class=\"l{number}\" points=\"{}\"/>", places.join(" "));
        for (n, ms) in points {
            let _ =
                writeln!(text, "<circle class=\"l{number}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.2\"/>", x.at(n), y.at(ms));
        }
    }
}
