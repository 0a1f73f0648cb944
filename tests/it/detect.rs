//! The decisions of the whole pipeline.

use redite::{Detector, Reason};

#[test]
fn a_lead_that_comes_back_is_found() {
    let text = "Il y a une semaine, les forces gouvernementales ont lancé la bataille pour la région d'al-Qaïm où se \
        trouvaient selon la coalition 1.500 jihadistes. Les forces irakiennes progressaient hier dans al-Qaïm. \
        Il y a une semaine, les forces gouvernementales ont lancé la bataille pour la région d'al-Qaïm, où se \
        trouvaient selon la coalition 1 500 jihadistes. La région compte 150 000 habitants.";
    let repeats = Detector::new().repeats(text);
    assert_eq!(repeats.len(), 1);
    assert!(text[repeats[0].removed.span.range()].contains("1 500"));
    assert!(text[repeats[0].kept.span.range()].contains("1.500"));
    assert_eq!(repeats[0].reason, Reason::Equal);
    assert!(
        Detector::new()
            .clean(text)
            .ends_with("dans al-Qaïm. La région compte 150 000 habitants.")
    );
}
