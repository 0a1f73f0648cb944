//! What is decided together: a segment as it was pushed, or articles of many segments that follow one another in another order.

use crate::decide::order::{Ranks, paragraphs, paragraphs_of};
use crate::settings::{Keep, Scope, Settings};
use crate::spill::{Folder, SpillError, Spool};
use crate::store::{Segment, Store};

/// Articles that are decided together.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) segment: Segment,
    /// The number of the segment, if it is one that was pushed.
    number: usize,
    /// The articles, if it is none.
    articles: Vec<Moved>,
    /// Their places, in the order in which they are decided.
    order: Vec<u32>,
}

/// An article that stands elsewhere than where it was pushed.
#[derive(Clone, Copy, Debug)]
struct Moved {
    number: u32,
    /// The segment it was pushed into.
    segment: u32,
    /// The numbers of its first paragraph, sentence and part, there and here.
    from: [u32; 3],
    to: [u32; 3],
}

/// What shares are made of.
#[derive(Clone, Copy)]
pub(crate) struct Pushed<'p> {
    pub(crate) segments: &'p [Segment],
    pub(crate) spool: &'p Spool,
    pub(crate) ranks: &'p Ranks,
}

impl Share {
    /// The store of its articles, with their numbers.
    pub(super) fn read(&self, from: &Spool) -> Result<Store, SpillError> {
        let numbers = self.articles.iter().map(|article| article.number).collect();
        Ok(self.segment.read(from)?.numbered(numbers))
    }

    /// Its paragraphs in the order in which they are decided.
    pub(super) fn paragraphs(&self, store: &Store, settings: &Settings) -> Vec<u32> {
        if self.articles.is_empty() {
            paragraphs(store, settings)
        } else {
            paragraphs_of(store, &self.order, settings)
        }
    }

    /// The segment into which a unit of a level was pushed, and its number there.
    pub(super) fn pushed(&self, level: usize, unit: u32) -> (usize, u32) {
        let after = self.articles.partition_point(|article| article.to[level] <= unit);
        match after.checked_sub(1).and_then(|at| self.articles.get(at)) {
            Some(Moved { segment, from, to, .. }) => (*segment as usize, unit - to[level] + from[level]),
            None => (self.number, unit),
        }
    }
}

/// The shares of a corpus in the order in which they are decided, and the file that they stand in, if it is another.
pub(crate) fn shares(
    pushed: Pushed<'_>,
    settings: &Settings,
    folder: &Folder,
) -> Result<(Vec<Share>, Option<Spool>), SpillError> {
    let segments = pushed.segments;
    let share = |(number, segment): (usize, &Segment)| Share {
        segment: segment.clone(),
        number,
        articles: Vec::new(),
        order: Vec::new(),
    };
    let pushed_alone = segments.iter().enumerate().map(share);
    Ok(match (settings.scope(), settings.keep()) {
        // In the first case articles do not know of one another.
        (Scope::Article, _) | (_, Keep::First) => (pushed_alone.collect(), None),
        (_, Keep::Last) => (pushed_alone.rev().collect(), None),
        (_, Keep::Longest | Keep::LowestRank | Keep::HighestRank) => {
            let (shares, spool) = in_order(pushed, settings, folder)?;
            (shares, Some(spool))
        }
    })
}

/// Articles that are to be decided together, on their way from the segments that they were pushed into.
#[derive(Default)]
struct Gathered {
    /// Each with some of them, in the order of their numbers.
    stores: Vec<Segment>,
    articles: Vec<Moved>,
}

/// Shares in which the articles of all segments stand in the order in which they are decided.
fn in_order(pushed: Pushed<'_>, settings: &Settings, folder: &Folder) -> Result<(Vec<Share>, Spool), SpillError> {
    let Pushed { segments, spool, ranks } = pushed;
    let count = segments.last().map_or(0, |last| last.first_article + last.articles);
    let order = ranks.order(settings, count);
    let share_of = share_of(pushed, &order)?;
    let shares = order.last().map_or(0, |&last| share_of[last as usize] as usize + 1);
    let mut gathered: Vec<Gathered> = (0..shares).map(|_| Gathered::default()).collect();
    let mut some = folder.spool();
    for (number, segment) in (0..).zip(segments) {
        let store = segment.read(spool)?;
        let share = |place: &u32| share_of[(segment.first_article + place) as usize];
        let mut places: Vec<u32> = (0..segment.articles).collect();
        places.sort_by_key(share);
        for places in places.chunk_by(|a, b| share(a) == share(b)) {
            let gathered = &mut gathered[share(&places[0]) as usize];
            gathered.articles.extend(places.iter().map(|&place| Moved {
                number: segment.first_article + place,
                segment: number,
                from: store.first_units(place),
                to: [0; 3],
            }));
            gathered.stores.push(store.some(places).write(&mut some)?);
        }
    }
    let mut rest = &order[..];
    let (mut out, mut moved) = (Vec::with_capacity(shares), folder.spool());
    for Gathered { stores, mut articles } in gathered {
        let mut store = Store::default();
        for part in stores {
            store.append_within(part.read(&some)?);
        }
        for (place, article) in (0..).zip(&mut articles) {
            article.to = store.first_units(place);
        }
        let here;
        (here, rest) = rest.split_at(articles.len());
        let place = |number: &u32| articles.partition_point(|article| article.number < *number);
        out.push(Share {
            segment: store.write(&mut moved)?,
            number: 0,
            order: here.iter().map(place).map(super::super::narrow).collect(),
            articles,
        });
    }
    Ok((out, moved))
}

/// The share in which each article is decided. No share takes more memory than the largest segment.
fn share_of(pushed: Pushed<'_>, order: &[u32]) -> Result<Vec<u32>, SpillError> {
    let mut sizes = Vec::with_capacity(order.len());
    let mut most = 0;
    for segment in pushed.segments {
        let store = segment.layout(pushed.spool)?;
        let first = sizes.len();
        sizes.extend((0..segment.articles).map(|article| store.bytes_of(article)));
        most = most.max(sizes[first..].iter().sum());
    }
    let mut out = vec![0; order.len()];
    let (mut share, mut held) = (0, 0_u64);
    for &article in order {
        let size = sizes[article as usize];
        if held > 0 && held + size > most {
            (share, held) = (share + 1, 0);
        }
        held += size;
        out[article as usize] = share;
    }
    Ok(out)
}
