//! The words of a language that edits choose from.

use super::random::Random;
use super::text::{caseless, is_unspaced, words};
use redite::segment::Language;
use redite::verdict::is_negation;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// So many words are common at least: those that stand in most articles.
const COMMON: usize = 40;
/// Words, and written forms of content words, that are put in.
const ALL: usize = 6000;
const CONTENT: usize = 9000;
/// Letters of a word that has other forms, of which so many of its beginning are compared.
const WITH_FORMS: usize = 6;
const BEGINNING: usize = 8;
/// How often a word is drawn until one fits.
const TRIES: usize = 60;

/// Common words stand in a fifth of the articles, content words in less than a twentieth: of twenty articles or fewer one
/// cannot tell, and there are none. No word has a digit; none negates, since an edit must not turn what a text says round.
#[derive(Debug)]
pub(super) struct Vocabulary {
    language: Language,
    common: Vec<String>,
    is_common: HashSet<String>,
    all: Vec<String>,
    content: Vec<String>,
    /// Words by how they begin.
    begin: HashMap<String, Vec<String>>,
}

impl Vocabulary {
    /// `articles`: of each, its paragraphs.
    pub(super) fn new<'t, A, P>(language: Language, articles: A) -> Self
    where
        A: IntoIterator<Item = P>,
        P: IntoIterator<Item = &'t str>,
    {
        // in how many articles each form and each word stands, and how often the word occurs
        let mut forms: HashMap<&str, usize> = HashMap::new();
        let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
        let mut n = 0;
        for article in articles {
            n += 1;
            let mut here: BTreeMap<&str, usize> = BTreeMap::new();
            for paragraph in article {
                for word in words(paragraph) {
                    *here.entry(&paragraph[word]).or_default() += 1;
                }
            }
            let mut words: BTreeMap<String, usize> = BTreeMap::new();
            for (form, times) in here {
                *forms.entry(form).or_default() += 1;
                *words.entry(caseless(form)).or_default() += times;
            }
            for (word, times) in words {
                let count = counts.entry(word).or_default();
                *count = (count.0 + 1, count.1 + times);
            }
        }
        let mut plain: Vec<(&str, usize, usize)> = counts
            .iter()
            .filter(|(word, _)| !has_digit(word) && !is_negation(language, word))
            .map(|(word, &(articles, times))| (word.as_str(), articles, times))
            .collect();
        plain.sort_unstable_by_key(|&(word, articles, times)| (Reverse((articles, times)), word));
        let common = plain.iter().take_while(|word| word.1 >= 2 && 5 * word.1 >= n).count();
        let common = owned(plain[..common.max(COMMON).min(plain.len())].iter().map(|word| word.0));
        let is_common: HashSet<String> = common.iter().cloned().collect();
        let least = |word: &str, unspaced, spaced| letters(word) >= if is_unspaced(word) { unspaced } else { spaced };
        let all = plain
            .iter()
            .take(ALL)
            .map(|word| word.0)
            .filter(|word| least(word, 2, 3));
        let all = owned(all);
        let is_rare = |word: &str| counts.get(word).is_some_and(|(articles, _)| 20 * articles < n);
        let mut content: Vec<(&str, usize)> = forms
            .into_iter()
            .filter(|(form, _)| !has_digit(form) && least(form, 2, 4))
            .filter(|(form, _)| {
                let word = caseless(form);
                is_rare(&word) && !is_common.contains(&word) && !is_negation(language, form)
            })
            .collect();
        content.sort_unstable_by_key(|&(form, articles)| (Reverse(articles), form));
        content.truncate(CONTENT);
        let mut begin: HashMap<String, Vec<String>> = HashMap::new();
        for (word, ..) in plain {
            if letters(word) >= WITH_FORMS && !is_unspaced(word) {
                begin.entry(beginning(word)).or_default().push(word.to_owned());
            }
        }
        Self {
            language,
            common,
            is_common,
            all,
            content: owned(content.into_iter().map(|(form, _)| form)),
            begin,
        }
    }

    /// True for a word that stands in most articles.
    pub(super) fn is_common(&self, word: &str) -> bool {
        self.is_common.contains(&caseless(word))
    }

    /// True for a word that no edit touches but by leaving out or putting in a clause.
    pub(super) fn is_fixed(&self, word: &str) -> bool {
        has_digit(word) || is_negation(self.language, word)
    }

    /// A common word, another than `word`; `unspaced`: of a script without spaces.
    pub(super) fn common(&self, word: &str, unspaced: bool, random: &mut Random) -> Option<String> {
        draw(&self.common, word, unspaced, random)
    }

    /// Any word, in the same way.
    pub(super) fn any(&self, word: &str, unspaced: bool, random: &mut Random) -> Option<String> {
        draw(&self.all, word, unspaced, random)
    }

    /// Another form of a word: it begins as that does and is about as long.
    pub(super) fn form(&self, word: &str, random: &mut Random) -> Option<String> {
        let word = caseless(word);
        let long = letters(&word);
        let fits = |other: &&String| **other != word && letters(other).abs_diff(long) <= 2;
        let near: Vec<&String> = self.begin.get(&beginning(&word))?.iter().filter(fits).collect();
        random.pick(&near).map(|form| (*form).clone())
    }

    /// Another content word of the same kind of writing: not a form of `word`.
    pub(super) fn content(&self, word: &str, random: &mut Random) -> Option<String> {
        let upper = |word: &str| word.starts_with(char::is_uppercase);
        let first = |word: &str| caseless(word).chars().take(3).collect::<String>();
        let fits = |other: &&String| {
            upper(other) == upper(word)
                && letters(other).abs_diff(letters(word)) <= 4
                && first(other) != first(word)
                && is_unspaced(other) == is_unspaced(word)
        };
        (0..TRIES)
            .filter_map(|_| random.pick(&self.content))
            .find(fits)
            .cloned()
    }
}

fn draw(list: &[String], word: &str, unspaced: bool, random: &mut Random) -> Option<String> {
    let old = caseless(word);
    let fits = |new: &&String| **new != old && is_unspaced(new) == unspaced;
    (0..TRIES).filter_map(|_| random.pick(list)).find(fits).cloned()
}

fn owned<'t>(words: impl Iterator<Item = &'t str>) -> Vec<String> {
    words.map(str::to_owned).collect()
}

fn has_digit(word: &str) -> bool {
    word.contains(char::is_numeric)
}

pub(super) fn letters(word: &str) -> usize {
    word.chars().count()
}

/// The first three quarters of a word, and not too much.
fn beginning(word: &str) -> String {
    let long = letters(word);
    word.chars().take((long - long / 4).min(BEGINNING)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(tag: &str, articles: &[&str]) -> Vocabulary {
        Vocabulary::new(Language::from_tag(tag), articles.iter().map(|article| [*article]))
    }

    #[test]
    fn common_words_stand_in_a_fifth_of_the_articles() {
        // fifty words in most articles, and one in each alone
        let shared: Vec<String> = (0..50).map(|i| format!("shared{}", letter(i))).collect();
        let articles: Vec<String> = (0..30)
            .map(|i| format!("{} not 17 rare{} Rarely{}", shared.join(" "), letter(i), letter(i)))
            .collect();
        let articles: Vec<&str> = articles.iter().map(String::as_str).collect();
        let vocabulary = vocabulary("en", &articles);
        assert_eq!(vocabulary.common.len(), 50);
        assert!(vocabulary.is_common("SharedAA") && !vocabulary.is_common("rareaa"));
        assert_eq!(vocabulary.content.len(), 60);
        assert!(vocabulary.is_fixed("not") && vocabulary.is_fixed("17") && !vocabulary.is_fixed("shared"));
        assert!(!vocabulary.all.iter().any(|word| word == "not" || word == "17"));
        let mut random = Random::stream(7, &[]);
        for _ in 0..50 {
            let form = vocabulary.form("Sharedab", &mut random).unwrap_or_default();
            assert!(form.starts_with("shared") && form != "sharedab");
            let content = vocabulary.content("Monday", &mut random).unwrap_or_default();
            assert!(content.starts_with("Rarely"), "{content}");
        }
    }

    fn letter(i: u8) -> String {
        [i / 26, i % 26].map(|i| char::from(b'a' + i)).iter().collect()
    }

    #[test]
    fn little_text_makes_a_small_vocabulary() {
        let mut random = Random::stream(7, &[]);
        for articles in [&[][..], &[""], &["雨"], &["1 2 3"], &["word"]] {
            let vocabulary = vocabulary("und", articles);
            let none = ["word", "雨", ""].map(|word| {
                [
                    vocabulary.form(word, &mut random),
                    vocabulary.content(word, &mut random),
                ]
            });
            assert!(none.iter().flatten().all(Option::is_none), "{articles:?}");
        }
    }
}
