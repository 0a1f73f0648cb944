//! Language codes as they may be typed.

/// The codes of two letters (ISO 639-1, and the withdrawn ones that are still met), sorted, with their names.
#[rustfmt::skip]
const CODES: &[(&str, &str)] = &[
    ("aa", "Afar"), ("ab", "Abkhazian"), ("ae", "Avestan"), ("af", "Afrikaans"), ("ak", "Akan"), ("am", "Amharic"),
    ("an", "Aragonese"), ("ar", "Arabic"), ("as", "Assamese"), ("av", "Avaric"), ("ay", "Aymara"),
    ("az", "Azerbaijani"), ("ba", "Bashkir"), ("be", "Belarusian"), ("bg", "Bulgarian"), ("bh", "Bihari"),
    ("bi", "Bislama"), ("bm", "Bambara"), ("bn", "Bengali"), ("bo", "Tibetan"), ("br", "Breton"), ("bs", "Bosnian"),
    ("ca", "Catalan"), ("ce", "Chechen"), ("ch", "Chamorro"), ("co", "Corsican"), ("cr", "Cree"), ("cs", "Czech"),
    ("cu", "Church Slavic"), ("cv", "Chuvash"), ("cy", "Welsh"), ("da", "Danish"), ("de", "German"), ("dv", "Divehi"),
    ("dz", "Dzongkha"), ("ee", "Ewe"), ("el", "Greek"), ("en", "English"), ("eo", "Esperanto"), ("es", "Spanish"),
    ("et", "Estonian"), ("eu", "Basque"), ("fa", "Persian"), ("ff", "Fulah"), ("fi", "Finnish"), ("fj", "Fijian"),
    ("fo", "Faroese"), ("fr", "French"), ("fy", "Western Frisian"), ("ga", "Irish"), ("gd", "Scottish Gaelic"),
    ("gl", "Galician"), ("gn", "Guarani"), ("gu", "Gujarati"), ("gv", "Manx"), ("ha", "Hausa"), ("he", "Hebrew"),
    ("hi", "Hindi"), ("ho", "Hiri Motu"), ("hr", "Croatian"), ("ht", "Haitian Creole"), ("hu", "Hungarian"),
    ("hy", "Armenian"), ("hz", "Herero"), ("ia", "Interlingua"), ("id", "Indonesian"), ("ie", "Interlingue"),
    ("ig", "Igbo"), ("ii", "Nuosu"), ("ik", "Inupiaq"), ("in", "Indonesian"), ("io", "Ido"), ("is", "Icelandic"),
    ("it", "Italian"), ("iu", "Inuktitut"), ("iw", "Hebrew"), ("ja", "Japanese"), ("jv", "Javanese"),
    ("ka", "Georgian"), ("kg", "Kongo"), ("ki", "Kikuyu"), ("kj", "Kuanyama"), ("kk", "Kazakh"),
    ("kl", "Greenlandic"), ("km", "Khmer"), ("kn", "Kannada"), ("ko", "Korean"), ("kr", "Kanuri"), ("ks", "Kashmiri"),
    ("ku", "Kurdish"), ("kv", "Komi"), ("kw", "Cornish"), ("ky", "Kyrgyz"), ("la", "Latin"), ("lb", "Luxembourgish"),
    ("lg", "Ganda"), ("li", "Limburgish"), ("ln", "Lingala"), ("lo", "Lao"), ("lt", "Lithuanian"),
    ("lu", "Luba-Katanga"), ("lv", "Latvian"), ("mg", "Malagasy"), ("mh", "Marshallese"), ("mi", "Maori"),
    ("mk", "Macedonian"), ("ml", "Malayalam"), ("mn", "Mongolian"), ("mo", "Moldavian"), ("mr", "Marathi"),
    ("ms", "Malay"), ("mt", "Maltese"), ("my", "Burmese"), ("na", "Nauru"), ("nb", "Norwegian Bokmål"),
    ("nd", "North Ndebele"), ("ne", "Nepali"), ("ng", "Ndonga"), ("nl", "Dutch"), ("nn", "Norwegian Nynorsk"),
    ("no", "Norwegian"), ("nr", "South Ndebele"), ("nv", "Navajo"), ("ny", "Chichewa"), ("oc", "Occitan"),
    ("oj", "Ojibwa"), ("om", "Oromo"), ("or", "Odia"), ("os", "Ossetian"), ("pa", "Punjabi"), ("pi", "Pali"),
    ("pl", "Polish"), ("ps", "Pashto"), ("pt", "Portuguese"), ("qu", "Quechua"), ("rm", "Romansh"), ("rn", "Rundi"),
    ("ro", "Romanian"), ("ru", "Russian"), ("rw", "Kinyarwanda"), ("sa", "Sanskrit"), ("sc", "Sardinian"),
    ("sd", "Sindhi"), ("se", "Northern Sami"), ("sg", "Sango"), ("sh", "Serbo-Croatian"), ("si", "Sinhala"),
    ("sk", "Slovak"), ("sl", "Slovenian"), ("sm", "Samoan"), ("sn", "Shona"), ("so", "Somali"), ("sq", "Albanian"),
    ("sr", "Serbian"), ("ss", "Swati"), ("st", "Southern Sotho"), ("su", "Sundanese"), ("sv", "Swedish"),
    ("sw", "Swahili"), ("ta", "Tamil"), ("te", "Telugu"), ("tg", "Tajik"), ("th", "Thai"), ("ti", "Tigrinya"),
    ("tk", "Turkmen"), ("tl", "Tagalog"), ("tn", "Tswana"), ("to", "Tonga"), ("tr", "Turkish"), ("ts", "Tsonga"),
    ("tt", "Tatar"), ("tw", "Twi"), ("ty", "Tahitian"), ("ug", "Uyghur"), ("uk", "Ukrainian"), ("ur", "Urdu"),
    ("uz", "Uzbek"), ("ve", "Venda"), ("vi", "Vietnamese"), ("vo", "Volapük"), ("wa", "Walloon"), ("wo", "Wolof"),
    ("xh", "Xhosa"), ("yi", "Yiddish"), ("yo", "Yoruba"), ("za", "Zhuang"), ("zh", "Chinese"), ("zu", "Zulu"),
];

/// What is typed by mistake for a code: names in the language itself, codes of countries.
#[rustfmt::skip]
const MISTAKEN: &[(&str, &str)] = &[
    ("français", "fr"), ("francais", "fr"), ("deutsch", "de"), ("español", "es"), ("espanol", "es"),
    ("italiano", "it"), ("português", "pt"), ("portugues", "pt"), ("nederlands", "nl"), ("svenska", "sv"),
    ("dansk", "da"), ("norsk", "nb"), ("suomi", "fi"), ("polski", "pl"), ("čeština", "cs"), ("magyar", "hu"),
    ("türkçe", "tr"), ("русский", "ru"), ("українська", "uk"), ("ελληνικά", "el"), ("日本語", "ja"), ("中文", "zh"),
    ("한국어", "ko"), ("mandarin", "zh"), ("cantonese", "yue"), ("farsi", "fa"), ("filipino", "fil"),
    ("jp", "ja"), ("cn", "zh"), ("tw", "zh-Hant"), ("cz", "cs"), ("dk", "da"), ("gr", "el"), ("ua", "uk"),
    ("rs", "sr"), ("by", "be"), ("ir", "fa"), ("il", "he"), ("us", "en"), ("gb", "en"), ("at", "de"),
];

/// Takes a tag such as `fr`, `fr-FR`, `zh_Hant` or `yue`: a known code of two letters or any of three, and subtags as in
/// BCP 47.
pub(crate) fn parse(typed: &str) -> Result<String, String> {
    let tag = typed.split(['.', '@']).next().unwrap_or_default();
    let mut parts = tag.split(['-', '_']);
    let code = parts.next().unwrap_or_default();
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_code(code) && parts.all(is_subtag) {
        return Ok(typed.to_owned());
    }
    let example = "give a code such as fr, yue or zh-Hant";
    Err(match suggestion(typed).or_else(|| suggestion(code)) {
        Some(code) => format!("this is not a language code; did you mean {code}?"),
        None => format!("this is not a language code; {example}, or leave it out to have the language detected"),
    })
}

fn is_code(code: &str) -> bool {
    let lower = code.to_ascii_lowercase();
    match lower.len() {
        2 => CODES.binary_search_by_key(&lower.as_str(), |known| known.0).is_ok(),
        3 => lower.bytes().all(|b| b.is_ascii_lowercase()),
        _ => false,
    }
}

/// The code of a language that was called by a name.
fn suggestion(typed: &str) -> Option<&'static str> {
    let typed = typed.trim().to_lowercase();
    let mistaken = MISTAKEN.iter().find(|known| known.0 == typed).map(|known| known.1);
    let named = || {
        CODES
            .iter()
            .find(|known| known.1.to_lowercase() == typed)
            .map(|known| known.0)
    };
    let begun = || {
        let mut found = CODES
            .iter()
            .filter(|known| typed.len() > 3 && known.1.to_lowercase().contains(&typed));
        let code = found.next()?.0;
        found.next().is_none().then_some(code)
    };
    mistaken.or_else(named).or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_each_is_found() {
        assert!(CODES.is_sorted_by_key(|known| known.0));
    }

    #[test]
    fn a_language_name_is_no_language_code() {
        for code in [
            "fr",
            "FR",
            "fr-FR",
            "fr_FR.UTF-8",
            "zh-Hant-TW",
            "yue",
            "und",
            "deu",
            "sr-Latn",
        ] {
            assert_eq!(parse(code).as_deref(), Ok(code));
        }
        for (typed, meant) in [
            ("french", "fr"),
            ("German", "de"),
            ("Deutsch", "de"),
            ("jp", "ja"),
            ("jp-JP", "ja"),
            ("gaelic", "gd"),
            ("mandarin", "zh"),
        ] {
            let said = parse(typed).unwrap_err();
            assert!(said.ends_with(&format!("did you mean {meant}?")), "{typed}: {said}");
        }
        for typed in ["", "x", "qq", "klingonish", "fr-", "fr-é", "12", "norwegian b"] {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }
}
