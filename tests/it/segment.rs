//! What `redite::segment` promises for any text, and what it does with typical ones.

use proptest::prelude::*;
use redite::model::Span;
use redite::segment::{Language, Paragraphs, paragraphs, sentences};

/// Sentences joined by `|`, white space between them left out.
fn cut(text: &str, tag: &str) -> String {
    let mut out = Vec::new();
    sentences(text, Language::from_tag(tag), &mut out);
    out.iter().map(|s| &text[s.range()]).collect::<Vec<_>>().join("|")
}

/// Each row is a language and a text in which `|` marks every cut; a space may stand beside it.
fn check(rows: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (tag, marked) in rows {
        let text = marked.replace('|', "");
        let want: Vec<&str> = marked.split('|').map(str::trim).collect();
        let found = cut(&text, tag);
        if found != want.join("|") {
            wrong += &format!("{tag}: want  {}\n    found {found}\n", want.join("|"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn scripts() {
    check(&[
        (
            "en",
            "It rained. |Nobody came! |Why? |\"Who knows.\" |He left (at last).",
        ),
        ("ru", "Шёл дождь. |Никто не пришёл! |Почему? |«Кто знает». |Он ушёл."),
        ("el", "Έβρεχε. |Γιατί; |Κανείς δεν ήρθε! |Έφυγε."),
        ("hy", "Անձրև էր գալիս։ |Ոչ ոք չեկավ: |Նա գնաց:"),
        ("ka", "წვიმდა. |არავინ მოვიდა! |რატომ? |წავიდა."),
        ("he", "ירד גשם. |איש לא בא! |למה? |הוא הלך."),
        ("ar", "هطل المطر. |لم يأت أحد! |لماذا؟ |ذهب."),
        ("fa", "باران بارید. |کسی نیامد! |چرا؟ |او رفت."),
        ("ur", "بارش ہوئی۔ |کوئی نہیں آیا! |کیوں؟ |وہ چلا گیا۔"),
        ("hi", "बारिश हुई। |कोई नहीं आया! |क्यों? |वह चला गया॥"),
        ("bn", "বৃষ্টি হলো। |কেউ আসেনি! |কেন? |সে চলে গেল।"),
        ("ta", "மழை பெய்தது. |யாரும் வரவில்லை! |ஏன்? |அவர் போனார்."),
        ("ml", "മഴ പെയ്തു. |ആരും വന്നില്ല! |എന്തുകൊണ്ട്? |അവൻ പോയി."),
        ("am", "ዝናብ ዘነበ። |ማንም አልመጣም! |ለምን፧|ሄደ።"),
        ("my", "မိုးရွာသည်။ |ဘယ်သူမှမလာ။|သူသွားသည်။"),
        ("km", "ភ្លៀងធ្លាក់។ |គ្មាននរណាមកទេ។ |គាត់ទៅហើយ។"),
        ("bo", "ཆར་པ་བབས། |སུ་ཡང་མ་ཡོང་། |ཁོ་སོང་།"),
        ("zh", "下雨了。|没有人来！|为什么？|“谁知道。”|他走了。"),
        ("ja", "雨が降った。|誰も来なかった！|なぜ？|「誰が知る。」|彼は去った。"),
        ("ko", "비가 왔다. |아무도 오지 않았다! |왜? |그는 떠났다."),
        ("mn", "ᠪᠣᠷᠤᠭᠠ ᠣᠷᠣᠪᠠ᠃ |ᠬᠡᠨ ᠴᠦ ᠢᠷᠡᠭᠰᠡᠨ ᠦᠭᠡᠢ᠃"),
        ("und", "Rain. |雨。|बारिश। |Дождь. |بارش۔ |ዝናብ።"),
    ]);
}

#[test]
fn what_is_no_stop() {
    check(&[
        (
            "en",
            "Dr. Smith paid $3.50 to Acme Inc. on Jan. 5, at 5.30 p.m. in the U.S. Senate. |It was cheap.",
        ),
        ("en", "We met J. R. R. Tolkien. |He lives in the U.S. |They know him."),
        ("en", "See www.example.com/a.b?c=D!E or mail A.B@example.org. |Thanks."),
        ("en", "\"Stop!\" he cried. |\"Why?\" |She left."),
        ("en", "Wait ... what? |I never. . . . |So be it…"),
        ("en", "Its use[1] is known.[2][3] |Leaves are used.4 |This too."),
        ("en", "Two: one; two, three - and so on."),
        (
            "fr",
            "« Viens ! » dit-il. |« Non ! » |M. Dupont et Mme Durand, etc., sont partis.",
        ),
        (
            "de",
            "Am 3. Oktober 1990 traf Prof. Dr. Müller z. B. Ludwig XIV. von Bayern. |Das war im 18. Jahrhundert. |Es gab 1990. |So war es.",
        ),
        ("de", "»Komm!« |»Nein.« |„Ja.“ |Er ging."),
        ("cs", "Dne 5. května přijel Karel IV. Lucemburský. |Byl to např. král."),
        ("da", "Den 4. juni kom dronning Margrethe 2. til byen. |Det regnede."),
        ("pl", "W dn. 3 maja prof. Nowak, ul. Długa 5, przyszedł. |To był on."),
        (
            "ru",
            "В 1990 г. писатель А. С. Пушкин и т. д. жил на ул. Ленина. |Он уехал.",
        ),
        ("es", "El Sr. Pérez llegó a EE. UU. en 1990. |¿Por qué? |¡No sé!"),
        ("it", "L'avv. Rossi e il dott. Bianchi, ecc., sono qui. |Ecco."),
        (
            "ja",
            "「はい。」と言った。|３．５パーセント。|「いいえ。」|彼は笑った。",
        ),
        ("zh", "他说：“好。”|然后……走了。"),
        ("th", "ราคา 3.50 บาท"),
        ("ur", "یو۔ایس کی خبر۔ |وہ آیا۔"),
    ]);
}

#[test]
fn lists() {
    check(&[
        ("en", "1) The first |2) The second |3) The third"),
        ("en", "1. The first item |2. The second item"),
        ("en", "a) The first |b) The second"),
        ("en", "1.) The first |2.) The second"),
        ("en", "• First |• Second"),
        ("en", "1. This is one item."),
    ]);
}

#[test]
fn line_breaks() {
    check(&[
        ("en", "A heading\n|The text goes\non here. |And ends"),
        ("en", "Apples, pears,\nPlums\n|Milk\n|- bread\n|- salt"),
        ("en", "He met Mr.\nSmith there.\n|All was well."),
        ("en", "one\n\n|two\u{2029}|three"),
        (
            "en",
            "The minister said on Tuesday that the reform of the\npension system would be discussed in Berlin and in\n\
                Paris before the summer. |Nobody should expect\nanything.",
        ),
        ("zh", "标题\n|正文。|完"),
    ]);
}

#[test]
fn thai_is_cut_at_a_space_after_sixty_characters() {
    let phrase = "ประเทศไทยมีประชากรมากกว่าหกสิบล้านคน";
    let text = [phrase; 6].join(" ");
    let mut out = Vec::new();
    sentences(&text, Language::from_tag("th"), &mut out);
    assert_eq!(out.len(), 3);
    sentences(
        "Thai written in Latin letters has no such rule, however long it may become.",
        Language::from_tag("th"),
        &mut out,
    );
    assert_eq!(out.len(), 4);
}

/// The three promises: in order and trimmed, on character boundaries, nothing lost.
fn assert_whole(text: &str, out: &[Span]) {
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

const TAGS: &[&str] = &["und", "en", "de", "hy", "ja", "th", "ur", "bo", "qtx"];

/// Texts that are mostly made of what the scanner looks at.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" "),
        Just("\n"),
        Just("\r\n"),
        Just("."),
        Just("..."),
        Just("!"),
        Just("?"),
        Just("…"),
        Just("。"),
        Just("।"),
        Just("۔"),
        Just("։"),
        Just(":"),
        Just("།"),
        Just("\u{2029}"),
        Just("\u{85}"),
        Just("\u{a0}"),
        Just("\""),
        Just("«"),
        Just("»"),
        Just("“"),
        Just("”"),
        Just("("),
        Just(")"),
        Just("["),
        Just("]"),
        Just("「"),
        Just("」"),
        Just("•"),
        Just("-"),
        Just("1"),
        Just("2"),
        Just("12"),
        Just("a"),
        Just("b"),
        Just("U.S"),
        Just("Dr"),
        Just("etc"),
        Just("The"),
        Just("so"),
        Just("IV"),
        Just("é"),
        Just("Ж"),
        Just("と"),
        Just("中"),
        Just("ก"),
        Just("क"),
        Just("\u{300}"),
        Just("\u{200d}"),
        Just("😀"),
        Just("\u{1da88}"),
        Just("\0"),
    ];
    prop_oneof![
        proptest::collection::vec(piece, 0..40).prop_map(|v| v.concat()),
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost(text in texts(), tag in proptest::sample::select(TAGS)) {
        let mut out = Vec::new();
        sentences(&text, Language::from_tag(tag), &mut out);
        assert_whole(&text, &out);
        for mode in [Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line] {
            let mut paras = Vec::new();
            paragraphs(&text, mode, &mut paras);
            assert_whole(&text, &paras);
        }
        let _ = Language::detect(&text);
        let _ = Language::from_tag(&text);
    }
}

/// If any of these took quadratic time, the test would take hours.
#[test]
fn hostile_texts() {
    const N: usize = 200_000;
    for (piece, tag, want) in [
        ("a", "en", 1),
        ("a ", "en", 1),
        (".", "en", 1),
        (". ", "en", 1),
        ("! ", "en", 1),
        ("! A ", "en", N + 1),
        ("(", "en", 1),
        (")", "en", 1),
        ("1) ", "en", 1),
        ("« (\"", "fr", 1),
        ("” ", "en", 1),
        (".\" ", "en", 1),
        ("a.\"", "en", 1),
        ("a. ", "en", 1),
        ("- a. ", "en", 1),
        ("中。", "zh", N),
        ("「。」", "ja", N),
        ("。」と", "ja", 1),
        ("ก ", "th", N / 60 + 1),
        (" \n", "th", 0),
        ("\n", "en", 0),
        ("a\n", "en", N),
        ("A a\n", "en", N),
        ("*", "en", 1),
        ("* ", "en", 1),
        ("= A ", "en", 1),
        (":) ", "en", 1),
        (":) A ", "en", N + 1),
        ("A\n", "en", N),
        ("\r\n- ", "en", N),
        ("[1]", "en", 1),
        (".[1]", "en", 1),
        ("J.", "en", 1),
        ("é", "fr", 1),
        ("\u{300}.", "und", 1),
        ("\u{2028}", "und", 0),
        ("U.S. ", "en", 1),
    ] {
        let text = piece.repeat(N);
        let mut out = Vec::new();
        sentences(&text, Language::from_tag(tag), &mut out);
        assert_whole(&text, &out);
        assert_eq!(out.len(), want, "{piece:?} in {tag}");
        for mode in [Paragraphs::Auto, Paragraphs::Line] {
            out.clear();
            paragraphs(&text, mode, &mut out);
            assert_whole(&text, &out);
        }
    }
}
