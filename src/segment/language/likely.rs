//! Which languages of the Latin script are worth asking [`whatlang`] about.
//!
//! It compares a text with a profile of 300 trigrams for each language it knows, and that is what it costs: 38
//! languages of the Latin script are some 50 µs an article. A score depends on the text and the language alone, so to
//! leave out those that cannot win changes no answer. They are left out by their commonest words, which are a third of
//! what is written: a language none of whose words stand in the text is not the one it is in.

use std::collections::HashMap;
use std::sync::LazyLock;
use whatlang::Lang;

/// Common short words of all languages of the Latin script that `whatlang` knows, as they are written in small letters.
const WORDS: &[(Lang, &str)] = &[
    (
        Lang::Afr,
        "die van en het is in nie dit wat te om vir hy op was sy ek as deur met hulle aan",
    ),
    (Lang::Aka, "na no sɛ wɔ ne a ho mu me wo yɛ ma bi"),
    (Lang::Aze, "və bir bu ki ilə da də üçün o olan kimi daha hər"),
    (
        Lang::Cat,
        "de la i el que en a les els per del un una és amb no al dels es com va més",
    ),
    (
        Lang::Ces,
        "a v se na je že do s z o i to k ve jako po by za pro byl jsou si není",
    ),
    (Lang::Cym, "y yn a o i ar ei yr ac gan wedi mae am oedd bod fod yw eu"),
    (
        Lang::Dan,
        "og i at det er en til på af for som med der den de ikke et har fra om kan ved var",
    ),
    (
        Lang::Deu,
        "der die und in den von zu das ist mit des im dem nicht ein eine auf für sich als auch es werden wird an sie",
    ),
    (
        Lang::Eng,
        "the of and to in a is that for on with as was by it be are from or this an at you not can",
    ),
    (
        Lang::Epo,
        "la de kaj en al estas mi li ne por kiu ke oni el tiu sed ĉi kun pri",
    ),
    (
        Lang::Est,
        "ja on ei ta et see oli ka kui oma mis ning või selle aga mida nad siis",
    ),
    (
        Lang::Fin,
        "ja on ei että se oli hän joka ovat tai myös mutta kun niin sen jos voi",
    ),
    (
        Lang::Fra,
        "de la le et les des en un du une que est dans qui par pour au il sur pas plus ne se ce avec sont ou",
    ),
    (
        Lang::Hrv,
        "i u je se na da za od su s a o koji kao iz ne će bi ili što to nije",
    ),
    (
        Lang::Hun,
        "a az és hogy nem is egy van meg volt ez azt de csak mint el már ki",
    ),
    (
        Lang::Ind,
        "yang dan di untuk dengan dari ini pada dalam tidak itu adalah ke akan oleh atau anda dapat",
    ),
    (
        Lang::Ita,
        "di e il la che in un per è del non una le dei i della si con da al sono gli alla ha lo come o nel",
    ),
    (
        Lang::Jav,
        "ing lan kang sing iku ana saka marang karo ora iki dadi para",
    ),
    (
        Lang::Lat,
        "et in est non ad cum qui ut quod ex ab sed quae de enim aut eius autem",
    ),
    (
        Lang::Lav,
        "un ir ar no uz par kas ka tas bija viņš pie lai arī bet kā viņa",
    ),
    (
        Lang::Lit,
        "ir kad į iš su yra tai jis buvo ne kaip o bet apie jo už savo ar",
    ),
    (
        Lang::Nld,
        "de van het een en in is dat te op voor met die zijn aan niet er om ook als door of naar bij worden u",
    ),
    (
        Lang::Nob,
        "og i at det er en til på av for som med den de ikke et har fra om kan ved var seg",
    ),
    (
        Lang::Pol,
        "w i na z się do nie że jest to o jak a za po przez dla od są oraz lub co tym",
    ),
    (
        Lang::Por,
        "de a o que e do da em um para com não uma os no se na por mais as dos como ao é das ou",
    ),
    (
        Lang::Ron,
        "de în și a la cu pe din care că o un nu este mai pentru se ce sau al ale fi şi",
    ),
    (
        Lang::Slk,
        "a v sa na je že do s z o i to k vo ako po by za pre bol sú si nie alebo od",
    ),
    (
        Lang::Slv,
        "in je v na se da za so s z ki kot po pa tudi ne iz ali bi od pri",
    ),
    (Lang::Sna, "uye kuti na pa ndi iye asi kana"),
    (
        Lang::Spa,
        "de la que el en y a los del se las por un con no una para es su al lo como más o",
    ),
    (
        Lang::Swe,
        "och i att det är en till på av för som med den de inte ett har från om kan vid var sig",
    ),
    (Lang::Tgl, "ang ng sa mga na at ay ni si kay ito hindi niya para"),
    (Lang::Tuk, "we bu bir hem üçin bilen ol şol da de boýunça her bolan"),
    (
        Lang::Tur,
        "ve bir bu için de da ile olarak olan daha çok gibi en o her ne kadar veya",
    ),
    (Lang::Uzb, "va bu bir bilan uchun ham deb u edi bo esa yoki"),
    (
        Lang::Vie,
        "và của là có trong được các một cho không với người này những để khi đã ở từ",
    ),
    (Lang::Zul, "ukuthi futhi ngoba kodwa uma wathi nje"),
];

/// Bytes of the longest of them.
const LONGEST: usize = 9;

/// So many words of a text have to be common ones, and one in so many, or nothing is said: menus and source code have
/// words of English in every language.
const ENOUGH: u32 = 3;
const ONE_IN: u32 = 6;

static LANGUAGES_OF: LazyLock<HashMap<&str, u64>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for (bit, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split(' ') {
            *languages.entry(word).or_insert(0) |= 1 << bit;
        }
    }
    languages
});

/// The languages that words joined by spaces can be in; empty if that cannot be told.
///
/// Those that have half as many of the common words as the one that has most are likely, too.
pub(super) fn likely(words: &str) -> Vec<Lang> {
    let mut found = [0_u32; WORDS.len()];
    let mut small = [0_u8; LONGEST];
    let mut all = 0;
    for word in words.split(' ') {
        all += 1;
        // single letters are initials and variables, too
        if !(2..=LONGEST).contains(&word.len()) {
            continue;
        }
        let small = &mut small[..word.len()];
        small.copy_from_slice(word.as_bytes());
        small.make_ascii_lowercase();
        let mut languages = str::from_utf8(small)
            .ok()
            .and_then(|word| LANGUAGES_OF.get(word))
            .copied()
            .unwrap_or(0);
        while languages != 0 {
            found[languages.trailing_zeros() as usize] += 1;
            languages &= languages - 1;
        }
    }
    let most = found.iter().copied().max().unwrap_or(0);
    if most < ENOUGH || most * ONE_IN < all {
        return Vec::new();
    }
    let often = WORDS.iter().zip(found).filter(|&(_, found)| found * 2 >= most);
    often.map(|(&(lang, _), _)| lang).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_found() {
        for (lang, words) in WORDS {
            for word in words.split(' ') {
                assert!((1..=LONGEST).contains(&word.len()), "{lang}: {word}");
                assert_eq!(word.to_lowercase(), word);
            }
        }
        assert!(WORDS.len() < 64);
    }

    #[test]
    fn what_can_be_told_by_words() {
        let english = "The report of the committee was not in the hands of the members and it is not known that any \
                       of them had asked for it The vote on this was to be held at noon but that was not done";
        assert_eq!(likely(english), [Lang::Eng]);
        assert_eq!(likely(&english.to_uppercase()), [Lang::Eng]);
        let danish = "Det er en af de ting som der ikke er talt om i den by og det har han ikke kunnet se for det var \
                      med en båd fra øen at han kom til byen og at han har set den på en tur";
        assert_eq!(likely(danish), [Lang::Dan, Lang::Nob, Lang::Swe]);
        // too few words, and words of English among others
        assert!(likely("The report by Committee Four").is_empty());
        assert!(likely(&format!("{english} {}", "kuitenkin sanoja muita ".repeat(80))).is_empty());
        assert!(likely("").is_empty());
        assert!(likely(&"é".repeat(600)).is_empty());
    }
}
