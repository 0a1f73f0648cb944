//! Words of a text, split where the fold splits them.

use redite::fold::{Folder, Tokens};
use std::collections::HashMap;
use std::ops::Range;

/// How a character takes part in words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Space,
    Digit,
    /// Goes on with the word it stands in: letters, and marks.
    Letter,
    /// A letter of a script without spaces: a word by itself.
    Alone,
    /// Belongs to what stands before it: marks in scripts without spaces, joiners.
    Mark,
    Other,
}

/// Cuts text into words as the fold has them, with white space and punctuation as words of their own.
#[derive(Default)]
pub(crate) struct Cutter {
    folder: Folder,
    tokens: Tokens,
    classes: HashMap<char, Class>,
}

impl Cutter {
    pub(crate) fn words(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut words: Vec<Range<usize>> = Vec::new();
        let mut open = Class::Other;
        for (at, c) in text.char_indices() {
            let class = self.class(c);
            let goes_on = match class {
                Class::Mark => true,
                Class::Letter => open == Class::Letter,
                Class::Digit => open == Class::Digit,
                Class::Space => open == Class::Space,
                Class::Alone | Class::Other => false,
            };
            match words.last_mut() {
                Some(word) if goes_on => word.end = at + c.len_utf8(),
                _ => words.push(at..at + c.len_utf8()),
            }
            if class != Class::Mark {
                open = class;
            }
        }
        words
    }

    /// True for white space, and for one letter of a script without spaces.
    pub(crate) fn is_little(&mut self, words: &[&str]) -> bool {
        match words {
            [word] => match word.chars().next() {
                Some(c) => matches!(self.class(c), Class::Space | Class::Alone),
                None => true,
            },
            words => words.iter().all(|w| *w == " "),
        }
    }

    pub(crate) fn class(&mut self, c: char) -> Class {
        match c {
            'a'..='z' | 'A'..='Z' => Class::Letter,
            c if c.is_whitespace() => Class::Space,
            c if c.is_ascii() => match c {
                '0'..='9' => Class::Digit,
                _ => Class::Other,
            },
            c => match self.classes.get(&c) {
                Some(&class) => class,
                None => {
                    let class = self.ask(c);
                    self.classes.insert(c, class);
                    class
                }
            },
        }
    }

    /// The fold knows all scripts: how a character takes part in words shows when it folds between others.
    fn ask(&mut self, c: char) -> Class {
        if c.is_numeric() && self.fold(&format!("{c}")).hashes().len() == 1 {
            return Class::Digit;
        }
        let alone = self.fold(&format!("中{c}"));
        let (after_alone, weight) = (alone.hashes().len(), alone.weight());
        let between = self.fold(&format!("a{c}b")).hashes().len();
        match (between, after_alone, weight) {
            // One token either way: a mark, or nothing at all.
            (1, 1, _) => Class::Mark,
            (1, ..) => Class::Letter,
            (_, 2.., 2) => Class::Alone,
            _ => Class::Other,
        }
    }

    fn fold(&mut self, text: &str) -> &Tokens {
        self.tokens.clear();
        self.folder.fold(text, &mut self.tokens);
        &self.tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        Cutter::default()
            .words(text)
            .into_iter()
            .map(|w| &text[w])
            .filter(|w| !w.trim().is_empty())
            .collect()
    }

    #[test]
    fn words_of_many_scripts() {
        assert_eq!(words("L’été 1.500 g"), ["L", "’", "été", "1", ".", "500", "g"]);
        assert_eq!(words("e\u{301}te\u{301}"), ["e\u{301}te\u{301}"]);
        assert_eq!(words("東京は、雨"), ["東", "京", "は", "、", "雨"]);
        assert_eq!(words("ที่นี่"), ["ที่", "นี่"]);
        assert_eq!(words("हिन्दी है"), ["हिन्दी", "है"]);
        assert_eq!(words("서울은 비"), ["서울은", "비"]);
        assert_eq!(words("мир ١٢ שלום"), ["мир", "١٢", "שלום"]);
    }
}
