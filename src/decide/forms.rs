//! Forms: texts that differ from the same text in the same place, each in its own words.
//!
//! "The default port of X is …", for a hundred X: each is like the first of them, and none repeats it. One such pair may
//! be a slip of the pen. Three entries in one place are a form, and what is entered is a fact.

use crate::hash;
use crate::join::{Match, Similarity, Units, refills};
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
            let [before, after] = differ_in(units.tokens(found.earlier), units.tokens(found.later))?;
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

/// The place where two texts differ, if it is one, and each has few words there, its own and no other: how many tokens
/// they share before it, and after it.
pub(super) fn differ_in(earlier: &[u32], later: &[u32]) -> Option<[usize; 2]> {
    let shorter = earlier.len().min(later.len());
    let before = earlier.iter().zip(later).take_while(|(a, b)| a == b).count();
    let after = earlier[before..]
        .iter()
        .rev()
        .zip(later[before..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (here, there) = (
        &earlier[before..earlier.len() - after],
        &later[before..later.len() - after],
    );
    let filled = before + after < shorter && here.len().max(there.len()) <= LONGEST;
    let own = filled && !here.iter().any(|token| there.contains(token));
    own.then_some([before, after])
}
