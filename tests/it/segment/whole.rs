//! What must be true of all spans into which a text is cut. The fuzz targets use it, too.

use redite::model::Span;

/// Panics unless the spans are order, trimmed, on character boundaries, and hold all that is not white space.
pub(crate) fn assert_whole(text: &str, out: &[Span]) {
    let mut at = 0;
    for span in out {
        let piece = &text[span.range()];
        assert!(!piece.is_empty() && piece == piece.trim(), "{piece:?}");
        assert!(span.start as usize >= at, "out of order");
        assert!(
            text[at..span.start as usize].trim().is_empty(),
            "lost {:?}",
            &text[at..span.start as usize]
        );
        at = span.end as usize;
    }
    assert!(text[at..].trim().is_empty(), "lost {:?}", &text[at..]);
}
