use super::*;
use redite::segment::{Language, sentences};

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

const DONOR: &str = "Zeta eta theta iota kappa lambda my ny xi omikron pi rho sigma tau ypsilon phi chi psi.";

fn donor_from(word: &str) -> String {
    DONOR[DONOR.find(word).unwrap()..].to_owned()
}

fn vocabulary() -> Vocabulary {
    let list = |words: &str| words.split(' ').map(str::to_owned).collect();
    Vocabulary {
        words: list("alpha beta gamma delta omega"),
        pieces: list("山川 花火 雪月"),
    }
}

fn copy(grade: Grade, tag: &str, text: &str, kind: UnitKind, seed: u64) -> Option<Edited> {
    let mut spans = Vec::new();
    sentences(text, Language::from_tag(tag), &mut spans);
    let source = Source {
        kind,
        text,
        sentences: &spans,
        donor: DONOR,
    };
    let mut random = Random::stream(seed, &[tag]);
    edit(grade, &source, &vocabulary(), &mut Reader::default(), &mut random)
}

fn words(text: &str) -> Vec<String> {
    let found = Reader::default().words(text);
    found.into_iter().map(|w| text[w.range].to_lowercase()).collect()
}

/// Words that stand in both, as often.
fn in_both(a: &str, b: &str) -> usize {
    let mut left = words(b);
    let mut there = |word: &String| {
        left.iter()
            .position(|w| w == word)
            .map(|at| left.swap_remove(at))
            .is_some()
    };
    words(a).iter().filter(|word| there(word)).count()
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

#[test]
fn words_are_edited_as_often_as_the_grade_says() {
    for (tag, text) in TEXTS {
        let all = words(text).len();
        for (grade, percent) in [
            (Grade::W1of20, 5),
            (Grade::W10, 10),
            (Grade::W20, 20),
            (Grade::W30, 30),
            (Grade::TrapWords60, 60),
        ] {
            for seed in 0..30 {
                let new = copy(grade, tag, text, UnitKind::Paragraph, seed).unwrap();
                let n = ((all * percent + 50) / 100).max(1);
                assert!((new.share - ratio(n, all)).abs() < 1e-9, "{tag} {grade}");
                // A piece that is left out moves those behind it: so pieces are not counted.
                if tag != "zh" && tag != "ja" && tag != "th" {
                    let same = in_both(text, &new.text);
                    // One that is put in takes none away.
                    assert!((all - n..=all).contains(&same), "{}", new.text);
                    assert!(words(&new.text).len().abs_diff(all) <= n);
                }
                assert_eq!(
                    (numbers_missing(text, &new.text), numbers_missing(&new.text, text)),
                    (0, 0)
                );
                assert!(!new.text.contains("  ") && new.text == new.text.trim(), "{}", new.text);
                let first = |text: &str| text.chars().find(|c| c.is_alphabetic()).unwrap().is_uppercase();
                assert_eq!(first(&new.text), first(text), "{}", new.text);
            }
        }
    }
}

#[test]
fn a_clause_without_numbers_goes() {
    for (tag, text) in TEXTS {
        let all = words(text).len();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..30 {
            let new = copy(Grade::Clause, tag, text, UnitKind::Paragraph, seed).unwrap_or_else(|| panic!("{tag}"));
            let share = 1.0 - ratio(words(&new.text).len(), all);
            assert!((0.03..=0.40).contains(&share), "{tag} {share} {}", new.text);
            assert!((new.share - share).abs() < 0.05, "{tag} {share} {}", new.share);
            assert_eq!(numbers_missing(text, &new.text), 0);
            seen.insert(new.text);
        }
        assert!(!seen.is_empty());
    }
    let last = copy(
        Grade::Clause,
        "en",
        "Nobody here knows the 2 of them, or of 3, not even the old.",
        UnitKind::Sentence,
        1,
    );
    assert_eq!(last.unwrap().text, "Nobody here knows the 2 of them, or of 3.");
    assert_eq!(
        copy(Grade::Clause, "en", "No clause here, only two.", UnitKind::Sentence, 1),
        None
    );
}

#[test]
fn sentences_change_places() {
    for (tag, text) in TEXTS.into_iter().filter(|(tag, _)| *tag != "th") {
        let new = copy(Grade::Swap, tag, text, UnitKind::Paragraph, 7).unwrap().text;
        let mut spans = Vec::new();
        sentences(text, Language::from_tag(tag), &mut spans);
        let second = &text[spans[1].range()];
        assert!(new.starts_with(second) && new.len() == text.len(), "{new}");
    }
    assert_eq!(
        copy(Grade::Swap, "en", "One sentence only.", UnitKind::Paragraph, 7),
        None
    );
}

#[test]
fn traps_share_what_they_say() {
    for (tag, text) in TEXTS {
        for (grade, percent) in [(Grade::TrapLead, 20), (Grade::TrapHalf, 40)] {
            let new = copy(grade, tag, text, UnitKind::Paragraph, 7).unwrap();
            // of the donor's 18 words the first 3 or 7 are left out
            let tail = donor_from(if percent == 20 { "iota" } else { "ny" });
            let (kept, stop) = new.text.split_once(tail.trim_end_matches('.')).unwrap();
            assert!(text.ends_with(stop) && stop.chars().count() < 2, "{}", new.text);
            assert!(text.starts_with(kept));
            let share = ratio(words(kept).len(), words(text).len());
            assert!((share - f64::from(percent) / 100.0).abs() < 0.12, "{tag} {share}");
        }
    }
    assert_eq!(
        copy(Grade::TrapHalf, "en", "Too short to be cut.", UnitKind::Sentence, 7),
        None
    );
}

#[test]
fn every_number_is_another() {
    for (tag, text) in TEXTS {
        for seed in 0..30 {
            let new = copy(Grade::TrapNumbers, tag, text, UnitKind::Paragraph, seed)
                .unwrap()
                .text;
            assert_eq!(numbers_missing(&new, text), number_count(text), "{new}");
            let letters = |text: &str| text.chars().filter(|c| !c.is_numeric()).collect::<String>();
            assert_eq!(letters(&new), letters(text));
            let ascii = |text: &str| text.chars().filter(char::is_ascii_digit).count();
            assert_eq!(ascii(&new), ascii(text), "the script of the digits stays");
        }
    }
    assert_eq!(
        copy(
            Grade::TrapNumbers,
            "en",
            "No number stands here.",
            UnitKind::Sentence,
            7
        ),
        None
    );
}

#[test]
fn one_number_is_left_out() {
    for (tag, text) in TEXTS {
        for seed in 0..10 {
            let new = copy(Grade::TrapFacts, tag, text, UnitKind::Paragraph, seed)
                .unwrap()
                .text;
            assert_eq!(numbers_missing(text, &new), 1, "{new}");
            assert_eq!(numbers_missing(&new, text), 0, "{new}");
        }
    }
}
