//! What is lost in one place of texts in scripts without spaces, letter by letter.

use super::align::Region;
use super::content::{covered, in_common_pairs};
use super::words::Kind;
use super::{Judge, Lost, MOST_AROUND_NEW, MOST_IN_PLACE, Token};
use crate::steps::looked;
use std::cell::OnceCell;

/// Letters of a row that may stand elsewhere, at least, and how many rows are sought.
const LEAST_ROW: usize = 4;
const MOST_SOUGHT: u32 = 32;
/// Letters of a script without spaces that are exchanged as one word, at most.
const LONGEST_WORD: usize = 6;

/// Where a word of the table begins in a text, the word, and what it does.
type Entry = (usize, String, Kind);

impl<'f> Judge<'_, 'f> {
    /// Letters of a script without spaces. A letter is common if it is part of a common word of its text.
    pub(super) fn letters(&mut self, region: &Region) -> Option<Lost<'f>> {
        let (ours, theirs) = (&self.pair.later, &self.pair.earlier);
        let places: Vec<usize> = region.later.clone().filter(|&place| ours[place].weight == 1).collect();
        let others: Vec<usize> = region
            .earlier
            .iter()
            .copied()
            .filter(|&place| theirs[place].weight == 1)
            .collect();
        let first = places.first().map(|&place| ours[place]);
        let first = first.or(others.first().map(|&place| theirs[place]))?;
        let text = self.pair.text(first);
        if self.stands(&places) {
            return None;
        }
        let limits = self.limits(region);
        let half = |letters: usize| f64::from(u32::try_from(letters).unwrap_or(u32::MAX)) / 2.0;
        if half(places.len()) >= limits.run {
            return Some(Lost::Added(text));
        }
        let (here, there) = (self.entries(ours, &places), self.entries(theirs, &others));
        let negations = |entries: &[Entry]| entries.iter().filter(|entry| entry.2.is_negation).count();
        let is_clause = places.is_empty() && others.len() > 6;
        if negations(&here) != negations(&there) && !is_clause {
            return Some(Lost::Negation(text));
        }
        for (_, entry, kind) in &here {
            let opposite = there
                .iter()
                .find(|(_, other, theirs)| other != entry && kind.classes.meet(theirs.classes));
            if let Some((place, _, _)) = opposite {
                return Some(Lost::Replaced {
                    later: text,
                    earlier: self.pair.text(theirs[*place]),
                });
            }
        }
        let content = |places: &[usize], side: &[Token], is_covered: &OnceCell<Vec<bool>>| {
            if places.is_empty() {
                return 0;
            }
            let is_covered = is_covered.get_or_init(|| covered(self.pair, side, self.words, |kind| kind.is_common));
            let in_pairs = in_common_pairs(self.pair, side, self.words, places);
            let is_content = |&(place, in_pair): &(&usize, &bool)| !is_covered[*place] && !in_pair;
            places.iter().zip(&in_pairs).filter(is_content).count()
        };
        let [places, others] = self.without_slips(&places, &others);
        let new = content(&places, ours, &self.is_covered[0]);
        let old = content(&others, theirs, &self.is_covered[1]);
        self.common += half(places.len() - new);
        if new > 0 && old > 0 {
            let there = places[0]..places[places.len() - 1] + 1;
            if new.max(old) <= LONGEST_WORD && self.exchange(there) {
                self.common += half(new);
                return None;
            }
            return Some(Lost::Replaced {
                later: text,
                earlier: self.pair.text(theirs[others[0]]),
            });
        }
        if new == 0 {
            return None;
        }
        places.iter().for_each(|&place| self.is_new[place] = true);
        self.has_new = true;
        if limits.counts {
            self.new += half(new);
        }
        let is_clause = others.is_empty() && limits.clause.is_some_and(|least| half(places.len()) >= least);
        let is_too_much = region.later.len() > MOST_AROUND_NEW || half(new) >= limits.new || is_clause;
        is_too_much.then_some(Lost::Added(text))
    }

    /// Letters at some places of the later text and of the earlier one without those that differ in their marks only, in
    /// order: a vowel or a tone mark has slipped.
    fn without_slips(&self, places: &[usize], others: &[usize]) -> [Vec<usize>; 2] {
        let base = |token: Token| self.pair.text(token).chars().next();
        let [mut ours, mut theirs] = [Vec::new(), Vec::new()];
        let mut from = 0;
        for &place in places {
            let is_same = |other: &usize| base(self.pair.earlier[*other]) == base(self.pair.later[place]);
            match others[from..].iter().take(MOST_IN_PLACE).position(is_same) {
                Some(skipped) => {
                    theirs.extend_from_slice(&others[from..from + skipped]);
                    from += skipped + 1;
                }
                None => ours.push(place),
            }
        }
        theirs.extend_from_slice(&others[from..]);
        [ours, theirs]
    }

    /// True if some letters that stand side by side in the later text do so in the earlier one. Only so many rows are sought
    /// that this takes linear time.
    fn stands(&mut self, places: &[usize]) -> bool {
        let is_row = places.windows(2).all(|two| two[0] + 1 == two[1]);
        if !is_row || places.len() < LEAST_ROW || self.sought == MOST_SOUGHT {
            return false;
        }
        self.sought += 1;
        let fold = |tokens: &mut dyn Iterator<Item = Token>| {
            tokens.fold(" ".to_owned(), |fold, token| fold + self.pair.text(token) + " ")
        };
        let earlier = self.fold.get_or_init(|| fold(&mut self.pair.earlier.iter().copied()));
        looked(earlier.len());
        earlier.contains(&fold(&mut places.iter().map(|&place| self.pair.later[place])))
    }

    /// The negations and the words of closed classes that reach into these places of a text, ascending ones.
    fn entries(&self, text: &[Token], places: &[usize]) -> Vec<Entry> {
        let mut out = Vec::new();
        let longest = self.words.longest();
        let mut word = String::new();
        let mut next = 0;
        for &place in places {
            // (a word that begins before the place before, and reaches here, has been found there)
            for start in next.max((place + 1).saturating_sub(longest))..=place {
                word.clear();
                for (end, token) in text.iter().enumerate().skip(start).take(longest) {
                    looked(1);
                    if token.weight != 1 {
                        break;
                    }
                    word.push_str(self.pair.text(*token));
                    let kind = self.words.kind(&word);
                    if end >= place && (kind.is_negation || !kind.classes.is_empty()) {
                        out.push((start, word.clone(), kind));
                    }
                    if !kind.goes_on {
                        break;
                    }
                }
            }
            next = place + 1;
        }
        out
    }
}
