//! Forms: texts that differ from the same text in the same place, each in its own words.
//!
//! "The default port of X is …", for a hundred X: each is like the first of them, and none repeats it. One such pair may
//! be a slip of the pen. Three entries in one place are a form, and what is entered is a fact.

use crate::hash;
use crate::join::{Match, Similarity, Units, refills};
use crate::steps::looked;
use std::collections::HashMap;

/// Where a text begins or ends to differ from the one it is like: the earlier unit, and how many tokens they share
/// before the place, or after it.
type Place = (u32, bool, usize);

/// Takes back the decisions on all units that fill in a form: those that [refill](refills) the unit they are like, and
/// those that differ from the same earlier unit in one run of tokens that begins, or ends, at the same place, each in its
/// own words, and are two or more. Of such units that are equal the others go in favour of the first.
pub(super) fn keep<U: Units + ?Sized>(units: &U, decisions: &mut [Option<Match>]) {
    let mut forms: HashMap<Place, Form, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    let places: Vec<Option<[Place; 2]>> = decisions
        .iter()
        .map(|decision| {
            let found = decision.as_ref()?;
            let [before, after] = differ_in(units.text(found.earlier), units.text(found.later))?;
            let places = [(found.earlier, false, before), (found.earlier, true, after)];
            for place in places {
                let form = forms.entry(place).or_insert(Form {
                    first: found.later,
                    several: false,
                });
                form.several |= units.text(form.first) != units.text(found.later);
            }
            Some(places)
        })
        .collect();
    let mut firsts: HashMap<&str, u32, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    for (decision, places) in decisions.iter_mut().zip(places) {
        let Some(Match { later, earlier, .. }) = *decision else {
            continue;
        };
        let fills = places.is_some_and(|places| places.iter().any(|place| forms[place].several));
        let (text, like) = (units.text(later), units.text(earlier));
        if fills || text != like && refills(text, like) {
            let first = *firsts.entry(units.text(later)).or_insert(later);
            *decision = (first != later).then_some(Match {
                later,
                earlier: first,
                similarity: Similarity::EQUAL,
            });
        }
    }
}

/// What is known of a place: a unit that differs there, and whether others do, in other words.
struct Form {
    first: u32,
    several: bool,
}

/// Tokens an entry of a form has at most.
const LONGEST: usize = 32;

/// The place where two folds differ, if it is one, and each has few tokens there, its own and no other: how many tokens
/// they share before it, and after it. Decided on the tokens themselves: hashes may be equal by chance.
pub(super) fn differ_in(earlier: &str, later: &str) -> Option<[usize; 2]> {
    let tokens = |fold: &str| fold.bytes().filter(|&byte| byte == b' ').count() + 1;
    let (here, there) = (tokens(earlier), tokens(later));
    looked(earlier.len() + later.len());
    let same = |(a, b): &(&str, &str)| a == b;
    let before = earlier.split(' ').zip(later.split(' ')).take_while(same).count();
    let rest = here.min(there) - before;
    let backwards = earlier.rsplit(' ').zip(later.rsplit(' ')).take(rest);
    let after = backwards.take_while(same).count();
    let (here, there) = (here - before - after, there - before - after);
    if here.min(there) == 0 || here.max(there) > LONGEST {
        return None;
    }
    let mut own = earlier.split(' ').skip(before).take(here);
    let own = own.all(|token| later.split(' ').skip(before).take(there).all(|other| other != token));
    own.then_some([before, after])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Tokens, fold};
    use crate::join::{Rule, leaders};
    use std::collections::HashMap;

    #[test]
    fn places_are_counted_in_tokens() {
        let two = |a: &str, b: &str| differ_in(a, b);
        assert_eq!(two("a b c", "a x c"), Some([1, 1]));
        assert_eq!(two("a b c", "a x y c"), Some([1, 1]));
        assert_eq!(two("a b c", "a c"), None, "one has nothing there");
        assert_eq!(two("a b c", "a b c"), None);
        assert_eq!(two("a a", "a a a"), None);
        assert_eq!(two("b a", "x a"), Some([0, 1]));
        assert_eq!(two("a b", "a x"), Some([1, 0]));
        assert_eq!(two("a b c d", "a c b d"), None, "the same words in another order");
        let long = vec!["w"; LONGEST + 1].join(" ");
        assert_eq!(two(&format!("a {long} b"), "a x b"), None);
    }

    /// Two words of one hash.
    fn collision() -> [String; 2] {
        let mut seen: HashMap<u32, String> = HashMap::new();
        for n in 0.. {
            let word = format!(
                "w{}",
                (0..8)
                    .map(|i| char::from(b'a' + (n >> (3 * i) & 7) as u8))
                    .collect::<String>()
            );
            let hash = fold(&word).hashes()[0];
            if let Some(other) = seen.insert(hash, word.clone()) {
                return [other, word];
            }
        }
        unreachable!("there are fewer hashes than words")
    }

    /// Whether texts differ in one place was asked of 31-bit hashes: with words of one hash in that place they seemed not
    /// to differ, and an entry of a form went.
    #[test]
    fn words_of_one_hash_are_other_entries_of_a_form() {
        let [one, other] = collision();
        let text = |entry: &str| {
            format!("the default port that a connection to {entry} is opened on when nothing else was said before")
        };
        assert_eq!(fold(&one).hashes(), fold(&other).hashes());
        let units: Vec<Tokens> = [&*one, &*other, "host"].map(|entry| fold(&text(entry))).into();
        let mut decisions = leaders(&units[..], &Rule::usual());
        assert_eq!(decisions.iter().flatten().count(), 2, "both are like the first");
        keep(&units[..], &mut decisions);
        assert_eq!(decisions, [None, None, None]);
    }
}
