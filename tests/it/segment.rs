//! What `redite::segment` promises for any text, and what it does with typical ones.

use crate::support;
use proptest::prelude::*;
use redite::segment::{Language, Paragraphs, paragraphs, parts, sentences};

// What must be true of every cut.
mod whole;

use whole::assert_whole;

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

/// What each kind of place asks for, one row a rule.
#[test]
fn places() {
    check(&[
        // after a full stop without a capital
        ("en", "we went to the harbour. |the boats were gone. |so we left."),
        (
            "en",
            "They were there approx. the whole day. |Nobody came (it rained). |but we stayed.",
        ),
        ("und", "Kaikki olivat paikalla. |mutta kukaan ei puhunut."),
        ("hy", "Նա ասաց. այսօր չեմ գալու։ |Եկավ։"),
        // faces and rules
        ("en", "I like it :-) |They do not ;) |We shall see :( |But when?"),
        ("en", "It ended well. :) |He left (see: 3) The end."),
        (
            "en",
            "The first part |*** |The second part |================ |The third",
        ),
        ("en", "Fill in ____ The Form and f*** Them."),
        // a phrase of time or place
        (
            "en",
            "By 9 p.m. Rome slept. |He came at 9 p.m. |He left. |At Acme Inc. |She was happy.",
        ),
        (
            "en",
            "The U.S. (New York) and Washington, D.C. - Maryland too. |Sony Corp. (Tokyo) won.",
        ),
        // numbers
        (
            "en",
            "He bought 5 ft. 3 in. 2 lb. of rope (cat. 42). |It was in 2019.|The next year, too. |At 1.5 or 12.05.2017 v. 3.",
        ),
        ("es", "Nació el 3 de mayo de 1990. |Pesa 3.5 kg. |Vive en la pág. 5."),
        ("pt", "O art. 5º da lei n.º 9.394. |O Sr. João leu."),
        ("cs", "V r. 1990 a 20. století. |To byl konec."),
        ("fi", "Hän tuli 5. toukokuuta klo 12.30. |Se oli hyvä."),
        ("hu", "1990. május 5. volt. |Jó nap."),
        ("sv", "Det var bl.a. i Sverige, dvs. norr. |Hon kom kl. 5."),
        ("nl", "Dhr. Jansen e.a. kwamen o.a. uit Gent. |Dat was goed."),
        ("da", "Det er f.eks. en by på ca. 5 km. |Han bor der."),
        // initials
        ("pl", "Pisał to J. R. R. Tolkien. |On żył w Anglii."),
        ("uk", "Поет Т. Г. Шевченко жив у м. Київ. |Він писав."),
        ("fr", "J.-P. Dupont est venu. |Il a vu M. X. |Elle non."),
        // quotes and direct speech
        ("es", "«¿Vienes?», dijo. |—No —respondió ella—. |Se fue."),
        ("ru", "— Да! — сказал он. |— Нет… |— Почему?"),
        ("de", "„Komm!“, rief er. |„Warum?“ |Sie ging. |‚Nein.‘ |So."),
        ("it", "«Vieni!» disse. |«Perché?» |Lei andò."),
        ("sv", "”Kom!” sade han. |”Varför?” |Hon gick."),
        ("zh", "他问：“你来吗？”|「不。」|她走了！！|真的？！|好……走吧。"),
        ("ja", "「来る？」と聞いた。|『いいえ。』|（笑）。|終わり！？|はい"),
        // three dots
        ("en", "Well... maybe. |He stopped... |Then he went on… and on…"),
        ("fa", "او رفت.... |باران بارید… و شب شد."),
        // addresses, files, versions
        (
            "en",
            "Read https://a.example/b.html?c=1&d. |Write to j.doe@example.org! |Run main.rs v1.2.3. |Use .NET or Node.js.",
        ),
        // brackets and notes
        (
            "en",
            "He left. |(She stayed.) |Then [it] rained.[12] |They slept.[3] [4] |All was well (at last!) that day. |[5] So it was.",
        ),
        ("de", "Er kam (vgl. S. 5). |(Sie nicht.) |Ende."),
        // stops of other scripts
        ("am", "ሰላም። |እንዴት ነህ፧ |ደህና።"),
        ("ur", "وہ آیا۔ |کیا؟ |ہاں! |ٹھیک ہے۔"),
        ("sa", "रामः वनं गच्छति। |सीता अपि॥ |इति"),
        ("my", "နေကောင်းလား။ |ကောင်းပါတယ်။"),
        ("km", "សួស្តី។ |អ្នកសុខសប្បាយទេ? |បាទ។"),
        ("lo", "ສະບາຍດີ! |ເຈົ້າໄປໃສ? |ໄປ"),
        ("bo", "བཀྲ་ཤིས་བདེ་ལེགས། |ཐུགས་རྗེ་ཆེ།"),
        ("hy", "Բարև։ |Ինչպե՞ս ես։ |Լավ։"),
        ("el", "Τι κάνεις; |Καλά· εσύ; |Κι εγώ."),
        ("si", "ඔහු ගියේය. |ඇය ආවාය."),
        ("syr", "ܫܠܡܐ܀ |ܫܠܡܐ܂ |ܐ"),
        ("zh", "好｡|是．|「對！」|（完。）|下"),
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
        ("en", "a. The first |b. The second |c. The third"),
        ("en", "⁃ First |⁃ Second"),
        ("en", "carrots\n|a pound of butter\n|two eggs"),
    ]);
}

#[test]
fn every_language_file_is_listed() {
    let rules = include_str!("../../src/segment/rules.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/segment/lang");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".txt").expect(&name);
        assert!(
            rules.contains(&format!("\"{code}\"")),
            "help: add {code} to FILES in src/segment/rules.rs"
        );
    }
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

/// Every language file, the template among them.
const TAGS: &[&str] = &[
    "am", "ar", "az", "be", "bg", "bn", "bo", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu",
    "fa", "fi", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "kn",
    "ko", "la", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne", "nl", "nn", "or", "pa", "pl", "pt",
    "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "und", "ur", "uz", "vi",
    "zh", "qtx",
];

#[test]
fn every_language_file_is_cut_at_random() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/segment/lang");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(TAGS.len(), files, "TAGS lists every file of {folder}");
}

/// The characters of all scripts that rules look at: stops, quotes, brackets, dashes, white space, digits.
fn marks() -> Vec<char> {
    use icu_properties::props::{
        Dash, GeneralCategory, PatternSyntax, QuotationMark, SentenceTerminal, TerminalPunctuation, WhiteSpace,
    };
    use icu_properties::{CodePointMapData, CodePointSetData};
    let sets = [
        CodePointSetData::new::<SentenceTerminal>(),
        CodePointSetData::new::<TerminalPunctuation>(),
        CodePointSetData::new::<QuotationMark>(),
        CodePointSetData::new::<Dash>(),
        CodePointSetData::new::<WhiteSpace>(),
    ];
    let category = CodePointMapData::<GeneralCategory>::new();
    let is_bracket = |c| {
        matches!(
            category.get(c),
            GeneralCategory::OpenPunctuation | GeneralCategory::ClosePunctuation
        )
    };
    let is_digit = |c| category.get(c) == GeneralCategory::DecimalNumber;
    let others = ['\u{2024}', '\u{2026}', '\u{22ef}', '\u{fe19}', '\u{fe52}'];
    let ascii = CodePointSetData::new::<PatternSyntax>();
    ('\0'..=char::MAX)
        .filter(|&c| {
            sets.iter().any(|set| set.contains(c))
                || is_bracket(c)
                || is_digit(c)
                || others.contains(&c)
                || c.is_ascii() && ascii.contains(c)
        })
        .collect()
}

const WORDS: &[&str] = &[
    "1",
    "2",
    "3",
    "12",
    "2017",
    "a",
    "b",
    "c",
    "A",
    "B",
    "I",
    "II",
    "IV",
    "x",
    "U.S",
    "Dr",
    "etc",
    "St",
    "no",
    "The",
    "so",
    "he",
    "http",
    "É",
    "été",
    "Ж",
    "и",
    "что",
    "Մի",
    "ჩემი",
    "ואז",
    "هذا",
    "یو",
    "क",
    "और",
    "ก",
    "ແລະ",
    "ཀ",
    "က",
    "ខ",
    "ሰላም",
    "ᠮᠣ",
    "中",
    "甲方",
    "と",
    "カナ",
    "한국",
    "\u{300}",
    "\u{200d}",
    "\u{feff}",
    "😀",
    "\0",
    "\r\n",
    ":-)",
    "[1]",
    "====",
    "...",
    ". . .",
    ",,",
];

/// Texts of marks, list marks, digits and words of all scripts: mostly what the scanner looks at.
fn texts() -> impl Strategy<Value = String> {
    let mark = proptest::sample::select(marks()).prop_map(String::from);
    let common = proptest::sample::select(vec![
        " ", " ", " ", "\n", ".", ".", ")", "(", "!", "?", "\"", "-", "*", "•",
    ]);
    let word = proptest::sample::select(WORDS).prop_map(str::to_owned);
    let number = proptest::sample::select(vec!["1", "2", "3", "4", "10", "11", "a", "b", "c", "A", "B", "C"]);
    let after = proptest::sample::select(
        ").\u{2024}\u{fe52}\u{ff0e}\u{ff09}\u{fe5a}:]、\u{3002}\u{2026}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let item = (
        number,
        after,
        proptest::sample::select(vec![" ", "", "\t", "\u{a0}", "\n"]),
    )
        .prop_map(|(number, after, space)| format!("{number}{after}{space}"));
    let piece = prop_oneof![
        3 => mark,
        4 => common.prop_map(str::to_owned),
        3 => word,
        2 => item,
    ];
    prop_oneof![
        8 => proptest::collection::vec(piece, 0..40).prop_map(|v| v.concat()),
        1 => any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: support::cases(4_000), ..ProptestConfig::default() })]

    #[test]
    fn random_texts_lose_nothing(text in texts(), tag in proptest::sample::select(TAGS)) {
        let mut out = Vec::new();
        sentences(&text, Language::from_tag(tag), &mut out);
        assert_whole(&text, &out);
        for span in out {
            let sentence = &text[span.range()];
            let mut found = Vec::new();
            parts(sentence, &mut found);
            assert_whole(sentence, &found);
        }
        for mode in [Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line] {
            let mut paras = Vec::new();
            paragraphs(&text, mode, &mut paras);
            assert_whole(&text, &paras);
        }
        let _ = Language::detect(&text);
        let _ = Language::from_tag(&text);
    }
}

/// The number of a list item was looked for one byte after its dot, inside of a dot of three bytes.
#[test]
fn a_list_with_dots_of_three_bytes_is_no_panic() {
    check(&[
        ("en", "1) one two 2\u{2024} three"),
        ("zh", "1. 甲方 2\u{fe52}乙方"),
        ("en", "1\u{2024} The first item |2\u{2024} The second item"),
        ("en", "a\u{fe52} The first |b\u{fe52} The second"),
    ]);
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

#[test]
fn ends_that_were_missed() {
    check(&[
        ("de", "Das Spiel beginnt um 17:30. |Die Karten sind teuer."),
        ("de", "Sie gewannen mit 2:1. |Der Trainer war froh."),
        ("cs", "Cena vzrostla o 3,5. |Vláda mlčela."),
        ("de", "Am 3. Oktober war es kalt. |Es regnete."),
        ("ka", "ეს არის სახლი ქალაქში. |ის დიდია."),
        ("ur", "یہ سچ ہے۔|انہوں نے کہا۔"),
        ("ur", "وہ یو۔ایس میں رہتا ہے۔ |وہ گیا۔"),
        ("en", "MR. SMITH OF ST. LOUIS WON THE CUP. |THE END"),
        ("en", "Rules of the house |● no shoes |● no dogs |✓ be kind |➤ smile"),
        ("he", "הוא גר בבית מס. 5 ברחוב. |היא באה."),
        ("ja", "全体で２．８ポイント上昇した。|次。"),
    ]);
}

#[test]
fn languages_have_two_letters_where_they_can() {
    for (tag, code) in [
        ("afr", "af"),
        ("pes", "fa"),
        ("zul", "zu"),
        ("yor", "yo"),
        ("nds", "nds"),
        ("deu", "de"),
    ] {
        assert_eq!(Language::from_tag(tag).code(), code);
    }
    let text = "Die polisie het Maandag drie mans in hegtenis geneem nadat hulle 'n bank naby die stasie beroof het, maar niemand \
        is beseer nie, het die aanklaer gesê. Hulle moet nog voor die hof verskyn en dit is nie duidelik wanneer dit sal wees nie.";
    assert_eq!(Language::detect(text).code(), "af");
}
