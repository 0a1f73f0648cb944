use super::*;
use redite::fold::fold;
use redite::segment::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A sentence or two of some twenty words, in eight scripts.
const TEXTS: [(&str, &str); 8] = [
    (
        "en",
        "The old harbour, once full of ships, has 1,500 boats today, and nobody knows why so many of them came back. \
         Rain fell on the quay for 12 days.",
    ),
    (
        "ru",
        "Старая гавань, когда-то полная кораблей, сегодня принимает 1500 лодок, и никто не знает, почему они вернулись. \
         Дождь шёл над причалом 12 дней подряд.",
    ),
    (
        "ar",
        "الميناء القديم، الذي كان مليئا بالسفن، يستقبل اليوم ١٥٠٠ قارب، ولا أحد يعرف لماذا عادت القوارب إليه. هطل المطر \
         على الرصيف ١٢ يوما متتالية.",
    ),
    (
        "hi",
        "पुराना बंदरगाह, जो कभी जहाज़ों से भरा था, आज १५०० नावों को जगह देता है, और कोई नहीं जानता कि वे क्यों लौटीं। घाट पर १२ दिन तक \
         बारिश होती रही।",
    ),
    (
        "zh",
        "旧港口，曾经停满船只，如今有1500条小船，谁也不知道它们为什么回来，连老渔民都说不清楚。码头上连续下了12天的雨。",
    ),
    (
        "ja",
        "古い港は、かつて船でいっぱいだったが、今では1500隻の小舟があり、なぜ戻ってきたのか、誰も知らない。波止場では12日間も雨が降り続いた。",
    ),
    (
        "th",
        "ท่าเรือเก่าซึ่งเคยเต็มไปด้วยเรือ วันนี้มีเรือเล็ก 1500 ลำ และไม่มีใครรู้ว่าทำไมเรือเหล่านั้นจึงกลับมา ฝนตกที่ท่าเรือติดต่อกัน 12 วัน \
         ชาวประมงจึงต้องอยู่บ้าน",
    ),
    (
        "ko",
        "배로 가득했던 옛 항구에는, 오늘 작은 배 1500 척이 있으며, 왜 그렇게 많이 돌아왔는지, 아는 사람은 이 마을에 아무도 없다. 부두에는 12 \
         일 동안 비가 내렸다.",
    ),
];

const DONOR: &str = "Zeta eta theta iota kappa lambda my ny xi omikron. Pi rho sigma tau ypsilon phi chi psi.";

/// A vocabulary in which the short words of a text and fifty made of its letters are common, and the others rare.
fn vocabulary(tag: &str) -> Vocabulary {
    let text = TEXTS
        .iter()
        .find(|(other, _)| *other == tag)
        .map_or("", |(_, text)| *text);
    let alphabet: BTreeSet<char> = text
        .chars()
        .filter(|c| c.is_alphabetic() && !c.is_uppercase())
        .collect();
    let alphabet: Vec<char> = alphabet.into_iter().take(8).collect();
    let pairs = alphabet
        .iter()
        .flat_map(|a| alphabet.iter().map(move |b| format!("{a}{b}")));
    let short = words(text)
        .into_iter()
        .map(|range| text[range].to_owned())
        .filter(|word| letters(word) < 4);
    let common = pairs.chain(short).collect::<Vec<_>>().join(" ");
    let more = match tag {
        "zh" | "ja" => "山川花火雪月春夏秋冬東西南北白黒赤青大小多少上下左右前後新旧高低",
        "th" => "กขคง จฉชซ ญฎฏฐ ฑฒณด ตถทธ นบปผ ฝพฟภ มยรล วศษส หฬอฮ",
        "ar" => "جديد كبيرة صغيرة بعيدة قريب مدينة مدرسة طبيب جميلة",
        "hi" => "नगरपालिका विद्यालय पुस्तकालय अध्यापक चिकित्सक किसान बाज़ार",
        "ko" => "도서관에서 학교에서는 시장님이 의사들은 농부들이 다리위로",
        "ru" => "школьники библиотека Городские учителями дорогами больница",
        _ => "library Teachers farming schools hospital Mondays bridges walking",
    };
    let articles = [text, more].into_iter().chain([common.as_str(); 40]);
    Vocabulary::new(Language::from_tag(tag), articles.map(|text| [text]))
}

static VOCABULARIES: LazyLock<BTreeMap<&str, Vocabulary>> = LazyLock::new(|| {
    let tags = TEXTS.iter().map(|(tag, _)| *tag).chain(["und"]);
    tags.map(|tag| (tag, vocabulary(tag))).collect()
});

fn copy(grade: Grade, tag: &str, text: &str, kind: UnitKind, seed: u64) -> Option<Edited> {
    let mut random = Random::stream(seed, &[tag]);
    edit(grade, kind, text, DONOR, &VOCABULARIES[tag], &mut random)
}

fn texts_of(text: &str) -> Vec<String> {
    words(text)
        .into_iter()
        .map(|range| text[range].to_lowercase())
        .collect()
}

#[test]
fn exact_and_punct_keep_every_word() {
    for (tag, text) in TEXTS {
        for kind in [UnitKind::Paragraph, UnitKind::Sentence] {
            assert_eq!(copy(Grade::Exact, tag, text, kind, 7).unwrap().text, text);
            for seed in 0..30 {
                let new = copy(Grade::Punct, tag, text, kind, seed).unwrap();
                assert_ne!(new.text, text);
                assert_eq!(fold(&new.text), fold(text), "{}", new.text);
                assert!(new.share == 0.0);
                let last = |text: &str| text.chars().next_back();
                assert!(
                    kind == UnitKind::Paragraph || last(&new.text) == last(text),
                    "{}",
                    new.text
                );
            }
        }
    }
}

/// An editor touches as many words as the grade says, no number and no negation.
#[test]
fn editors_touch_what_says_little() {
    for (tag, text) in TEXTS {
        let all = words(text).len();
        for (grade, percent) in [(Grade::Edit5, 5), (Grade::Edit10, 10), (Grade::Edit20, 20)] {
            let mut seen = BTreeSet::new();
            for seed in 0..30 {
                let Some(new) = copy(grade, tag, text, UnitKind::Paragraph, seed) else {
                    continue;
                };
                let n = part(all, percent);
                assert!((new.share - ratio(n, all)).abs() < 1e-9, "{tag} {grade}");
                // a piece that is left out moves those behind it, so pieces are not counted
                if !is_unspaced(text) {
                    let lost = missing(&texts_of(text), &texts_of(&new.text));
                    assert!(lost <= n, "{tag} {grade} {lost} {}", new.text);
                    assert!(texts_of(&new.text).len().abs_diff(all) <= n);
                }
                assert_eq!(missing(&numbers(text), &numbers(&new.text)), 0, "{}", new.text);
                assert!(!new.text.contains("  ") && new.text == new.text.trim(), "{}", new.text);
                let first = |text: &str| text.chars().find(|c| c.is_alphabetic()).unwrap().is_uppercase();
                assert_eq!(first(&new.text), first(text), "{}", new.text);
                seen.insert(new.text);
            }
            assert!(seen.len() > 15, "{tag} {grade} {}", seen.len());
        }
    }
    let text = "They did not go and nobody saw the 17 boats.";
    for seed in 0..60 {
        let new = copy(Grade::Edit20, "en", text, UnitKind::Sentence, seed).map_or_else(String::new, |new| new.text);
        assert!(
            new.is_empty() || ["not", "nobody", "17"].iter().all(|word| new.contains(word)),
            "{new}"
        );
    }
}

#[test]
fn content_words_are_replaced_by_others() {
    for (tag, text) in TEXTS.into_iter().filter(|(_, text)| !is_unspaced(text)) {
        for (grade, percent) in [
            (Grade::TrapWord, 0),
            (Grade::Context, 0),
            (Grade::Word5, 5),
            (Grade::Word10, 10),
        ] {
            let made = (0..30).filter_map(|seed| copy(grade, tag, text, UnitKind::Paragraph, seed));
            for new in made {
                let all = words(text).len();
                let n = part(all, percent);
                let (old, changed) = (texts_of(text), texts_of(&new.text));
                let others = old.iter().zip(&changed).filter(|(old, new)| old != new).count();
                assert_eq!(others, n, "{tag} {grade} {}", new.text);
                assert_eq!(words(&new.text).len(), all);
                assert!((new.share - ratio(n, all)).abs() < 1e-9);
            }
        }
    }
    // of a text of another length one word alone is none
    let short = copy(
        Grade::TrapWord,
        "en",
        "The library opened on the hill.",
        UnitKind::Sentence,
        1,
    );
    assert_eq!(short, None);
    let made = (0..30).filter(|seed| copy(Grade::TrapWord, "en", TEXTS[0].1, UnitKind::Sentence, *seed).is_some());
    assert!(made.count() > 5);
}

#[test]
fn a_clause_goes() {
    for (tag, text) in TEXTS.into_iter().filter(|(tag, _)| *tag != "th") {
        let all = words(text).len();
        for seed in 0..30 {
            let new = copy(Grade::Clause, tag, text, UnitKind::Paragraph, seed).unwrap_or_else(|| panic!("{tag}"));
            let share = 1.0 - ratio(words(&new.text).len(), all);
            assert!((0.03..=0.40).contains(&share), "{tag} {share} {}", new.text);
            assert!((new.share - share).abs() < 0.05, "{tag} {share} {}", new.share);
        }
    }
    let last = |text| (0..9).find_map(|seed| copy(Grade::Clause, "en", text, UnitKind::Sentence, seed));
    assert_eq!(
        last("Nobody here at all knows the 2 of them, or of 3 of these very old men, not they.")
            .unwrap()
            .text,
        "Nobody here at all knows the 2 of them, or of 3 of these very old men."
    );
    assert_eq!(last("No clause here, only two."), None);
}

#[test]
fn sentences_change_places() {
    let text = "One came home. Two went away! Three stayed.";
    let new = copy(Grade::Swap, "en", text, UnitKind::Paragraph, 7).unwrap().text;
    assert_ne!(new, text);
    let sorted = |text: &str| {
        let mut all: Vec<String> = sentences(text)
            .into_iter()
            .map(|range| text[range].to_owned())
            .collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&new), sorted(text));
    assert_eq!(
        copy(Grade::Swap, "zh", "一。二。三。", UnitKind::Paragraph, 7)
            .unwrap()
            .text
            .chars()
            .count(),
        6
    );
    for text in ["One sentence only.", "One came. Two went.", "So. So. So."] {
        assert_eq!(copy(Grade::Swap, "en", text, UnitKind::Paragraph, 7), None);
    }
}

#[test]
fn traps_share_what_they_say() {
    for (tag, text) in TEXTS {
        for (grade, percent, tail) in [(Grade::TrapLead, 20, "iota"), (Grade::TrapHalf, 40, "ny")] {
            let new = copy(grade, tag, text, UnitKind::Paragraph, 7).unwrap();
            // of the donor's 18 words the first 3 or 7 are left out
            let kept = new.text.strip_suffix(&DONOR[DONOR.find(tail).unwrap()..]).unwrap();
            assert!(text.starts_with(kept));
            let share = ratio(words(kept).len(), words(text).len());
            assert!((share - f64::from(percent) / 100.0).abs() < 0.12, "{tag} {share}");
        }
        let added = copy(Grade::TrapAdded, tag, text, UnitKind::Paragraph, 7).unwrap().text;
        let (before, sentence) = added.split_at(text.len());
        assert_eq!(before, text);
        assert_eq!(
            sentence.trim_start(),
            "Zeta eta theta iota kappa lambda my ny xi omikron."
        );
        let rest = copy(Grade::TrapWords60, tag, text, UnitKind::Paragraph, 7).unwrap();
        assert!((rest.share - 0.6).abs() < 0.03, "{}", rest.share);
    }
    assert_eq!(
        copy(Grade::TrapHalf, "en", "Too short to be cut.", UnitKind::Sentence, 7),
        None
    );
}

#[test]
fn every_number_is_another() {
    for (tag, text) in TEXTS {
        let text = &format!("{text} 25");
        for seed in 0..30 {
            let new = copy(Grade::TrapNumbers, tag, text, UnitKind::Paragraph, seed)
                .unwrap()
                .text;
            assert_eq!(missing(&numbers(&new), &numbers(text)), 3, "{new}");
            let letters = |text: &str| text.chars().filter(|c| !c.is_numeric()).collect::<String>();
            assert_eq!(letters(&new), letters(text));
            let ascii = |text: &str| text.chars().filter(char::is_ascii_digit).count();
            assert_eq!(ascii(&new), ascii(text), "the script of the digits stays");
        }
    }
    assert_eq!(
        copy(Grade::TrapNumbers, "en", "Only 2 numbers of 3.", UnitKind::Sentence, 7),
        None
    );
}

/// Whatever the text, an edit ends, and what it makes is another text.
#[test]
fn any_text_can_be_tried() {
    for text in [
        "",
        " ",
        ".",
        "a",
        "雨",
        "1",
        "𝟙 ½ Ⅷ",
        "a b c d",
        "。。。",
        ",,,,",
        "ไทย",
        "\u{301}\u{301}",
        "'’'",
        "İı ß",
    ] {
        for tag in ["en", "zh", "und"] {
            for grade in Grade::ALL {
                for kind in [UnitKind::Paragraph, UnitKind::Sentence] {
                    let new = copy(grade, tag, text, kind, 7);
                    assert!(
                        grade == Grade::Exact || new.is_none_or(|new| new.text != text),
                        "{text} {grade}"
                    );
                }
            }
        }
    }
}
