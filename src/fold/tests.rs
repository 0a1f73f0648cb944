use super::*;
use proptest::prelude::*;

fn slow(text: &str) -> Tokens {
    let table = Table::get();
    let mut normalized = String::new();
    normalize(table, text, &mut normalized);
    let mut out = Tokens::default();
    let mut writer = Writer {
        out: &mut out,
        open: None,
    };
    Folder::default().run_trusted(table, &normalized, &mut writer);
    writer.close();
    out
}

#[test]
fn every_code_point_folds_alike_on_both_paths() {
    for c in '\0'..=char::MAX {
        for text in [
            c.to_string(),
            format!("a{c}"),
            format!("{c}{c}"),
            format!("9{c}9 ка{c}"),
        ] {
            assert_eq!(fold(&text), slow(&text), "U+{:04X} in {text:?}", c as u32);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_text_folds_alike_on_both_paths(text in "\\PC{0,40}|[a-zÀ-ÿ0-9 .,'’\u{300}-\u{320}\u{345}ᄀ-ᇿ가-힣]{0,30}|[0-9., ²٬٫'-]{0,20}") {
        prop_assert_eq!(fold(&text), slow(&text));
    }

    #[test]
    fn folding_is_blind_to_normal_forms(text in "\\PC{0,40}") {
        let d: String = text.nfd().collect();
        let c: String = text.nfc().collect();
        prop_assert_eq!(fold(&d), fold(&c));
    }

    #[test]
    fn a_fold_is_its_own_fold_but_for_numbers(text in "[\\PC--\\p{N}]{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(once.as_str()), once);
    }

    #[test]
    fn pieces_are_slices_of_the_whole(texts in prop::collection::vec("\\PC{0,12}", 0..6)) {
        let mut folder = Folder::default();
        let mut all = Tokens::default();
        for text in &texts {
            let piece = folder.fold(text, &mut all);
            let alone = fold(text);
            prop_assert_eq!(&all.as_str()[piece.text], alone.as_str());
            prop_assert_eq!(&all.hashes()[piece.tokens], alone.hashes());
            prop_assert_eq!(piece.weight, alone.weight());
        }
        prop_assert_eq!(all.iter().count(), all.hashes().len());
    }
}

fn tokens(text: &str) -> String {
    fold(text).as_str().to_owned()
}

#[test]
fn the_same_number_in_another_dress() {
    let same = [
        &[
            "1500",
            "1.500",
            "1,500",
            "1 500",
            "1\u{a0}500",
            "1\u{202f}500",
            "1\u{2009}500",
            "1'500",
            "1’500",
            "１５００",
            "１，５００",
            "١٥٠٠",
            "١٬٥٠٠",
            "१,५००",
            "𝟏𝟓𝟎𝟎",
        ][..],
        &[
            "1234567.5",
            "1.234.567,5",
            "1,234,567.5",
            "1 234 567,5",
            "12,34,567.5",
            "1'234'567.5",
        ],
        &["1.5", "1,5", "١٫٥", "１．５"],
        &["12.05.2017", "12,05,2017"],
        &["-5", "−5", "‐5", "‑5"],
        &["0.5", "0,5", "٠٫٥"],
    ];
    for dresses in same {
        for dress in dresses {
            assert_eq!(tokens(dress), dresses[0], "{dress}");
            assert_eq!(
                tokens(&format!("vor {dress} nach")),
                format!("vor {} nach", dresses[0]),
                "{dress}"
            );
        }
    }
}

#[test]
fn other_numbers_stay_other_numbers() {
    for (a, b) in [
        ("1500", "2800"),
        ("1.5", "15"),
        ("1.2.3", "1.23"),
        ("1.2.3", "123"),
        ("1.12.3", "11.2.3"),
        ("10²", "102"),
        ("5 °C", "-5 °C"),
        ("3.10", "3.1"),
        ("1.500,5", "1.5005"),
        ("0,500", "500"),
    ] {
        assert_ne!(tokens(a), tokens(b), "{a} {b}");
    }
    assert_eq!(tokens("en 2017 150 personnes"), "en 2017 150 personnes");
    assert_eq!(tokens("2017-05-12"), "2017 05 12");
    assert_eq!(tokens("192.168.1.1"), "192.168.1.1");
    assert_eq!(tokens("12.05.2,017"), "12.05.2017");
    assert_eq!(
        tokens("le 7e, 21st, №5, 5%, $5, H2O"),
        "le 7 e 21 st no 5 5 % $ 5 h 2 o"
    );
    assert_eq!(tokens("1 500.200.300"), "1 500200300");
    assert_eq!(tokens("3½ ⑽ ㈱"), "3 1 2 10 株");
    assert_eq!(tokens("1998-2000 (-3) a-3"), "1998 2000 -3 a 3");
}

#[test]
fn marks_survive_and_scripts_are_at_home() {
    assert_eq!(tokens("हिन्दी में"), "हिन्दी में");
    assert_eq!(tokens("ภาษาไทย"), "ภ า ษ า ไ ท ย");
    assert_eq!(tokens("ที่นี่"), "ที่ นี่");
    assert_eq!(tokens("東京タワー、行く。"), "東 京 タ ワ ー 行 く");
    assert_eq!(tokens("ｶﾞｷﾞ"), "ガ ギ");
    assert_eq!(tokens("한국어 텍스트"), "한국어 텍스트");
    assert_eq!(tokens("한국어"), "한국어");
    assert_eq!(tokens("שָׁלוֹם"), "שָׁלוֹם".nfc().collect::<String>());
    assert_eq!(tokens("می\u{200c}روم"), "میروم");
    assert_eq!(
        tokens("Straße STRASSE ΣΊΣΥΦΟΣ Σίσυφος"),
        "strasse strasse σίσυφοσ σίσυφοσ"
    );
    assert_eq!(
        tokens("co\u{ad}operate ze\u{200b}ro \u{202a}bidi\u{202c}"),
        "cooperate zero bidi"
    );
    assert_eq!(tokens("don’t п’ять пʼять"), "don t п ять п ять");
    assert_eq!(tokens("\u{10ffff}\u{e000}"), "\u{10ffff}\u{e000}");
}
