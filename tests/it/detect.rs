//! The decisions of the whole pipeline.

use redite::{Detector, Reason};

#[test]
fn a_lead_that_comes_back_is_found() {
    let text = "Il y a une semaine, la commune et les associations ont lancé le chantier du mont d'Aval où se \
        trouvaient selon le parc 1.500 marcheurs. Les équipes progressaient hier sur le versant nord. \
        Il y a une semaine, la commune et les associations ont lancé le chantier du mont d'Aval, où se \
        trouvaient selon le parc 1 500 marcheurs. La vallée compte 150 000 habitants.";
    let repeats = Detector::new().repeats(text);
    assert_eq!(repeats.len(), 1);
    assert!(text[repeats[0].removed.span.range()].contains("1 500"));
    assert!(text[repeats[0].kept.span.range()].contains("1.500"));
    assert_eq!(repeats[0].reason, Reason::Equal);
    assert!(
        Detector::new()
            .clean(text)
            .ends_with("sur le versant nord. La vallée compte 150 000 habitants.")
    );
}
