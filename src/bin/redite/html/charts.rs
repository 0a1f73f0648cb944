//! Bars and columns, drawn as SVG without a style of their own; the figures stand beside them as text.

use super::count::Tally;
use maud::{Markup, html};

/// Width of a whole bar, in units of the drawing.
const WHOLE: u64 = 1000;

/// A bar of equal, near and other units, as long as their share of `most`.
pub(super) fn bar(tally: &Tally, [bytes, most]: [u64; 2]) -> Markup {
    let mut at = 0;
    let parts = [("equal", tally.equal), ("near", tally.near), ("other", tally.other)].map(|(class, units)| {
        let width = scaled(bytes, most) * units / tally.units().max(1);
        at += width;
        (class, at - width, width)
    });
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (class, x, width) in parts {
                @if width > 0 { rect class=(class) x=(x) y="0" width=(width) height="10" {} }
            }
        }
    }
}

fn scaled(part: u64, most: u64) -> u64 {
    let scaled = u128::from(part) * u128::from(WHOLE) / u128::from(most.max(1));
    u64::try_from(scaled)
        .unwrap_or(WHOLE)
        .clamp(u64::from(part > 0) * 4, WHOLE)
}

/// Columns over a scale. `ticks`: what stands below the left edge of some of them.
pub(super) fn columns(counts: &[u64], ticks: &[(usize, String)], title: &str) -> Markup {
    const HEIGHT: u64 = 150;
    let most = counts.iter().copied().max().unwrap_or_default();
    let width = 480 / counts.len().max(1) as u64;
    let all = width * counts.len() as u64;
    html! {
        svg.columns viewBox=(format!("-14 -6 {} {}", all + 28, HEIGHT + 34)) role="img" aria-label=(title) {
            @for (i, count) in counts.iter().enumerate() {
                @let height = u64::try_from(u128::from(*count) * u128::from(HEIGHT) / u128::from(most.max(1))).unwrap_or_default();
                @let height = height.max(u64::from(*count > 0) * 2);
                rect.near x=(i as u64 * width + 1) y=(HEIGHT - height) width=(width.saturating_sub(2).max(1)) height=(height) {}
            }
            line x1="0" x2=(all) y1=(HEIGHT) y2=(HEIGHT) {}
            @for (column, label) in ticks {
                text x=(*column as u64 * width) y=(HEIGHT + 22) { (label) }
            }
        }
    }
}
