//! Where the leaders of a run stand: the articles that have some, with their texts.
//!
//! Four streams. `places`: for each article of the run where it begins in `articles`, and at last where that ends, 8 bytes each. `articles`: of each that
//! is needed whether it has a date (4 bytes, 1 or 0) and the date (8 bytes, seconds since 1970, signed), its identity, its source, the number of
//! its texts, and of each text the name of its field and the text; a number takes 4 bytes, and before each string stands how many bytes
//! it has. `ids`: of each article with an identity the XXH3-64 of that (8 bytes) and the place of the article in
//! the run (4 bytes), ascending. `dates`: whether any article of the run has a date (8 bytes, 1 or 0), the earliest and the latest (8 bytes each).

use crate::spill::{Folder, SpillError, Spool, join, split};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// An article that an index names as the place of a repeat.
///
/// ```
/// use redite::index::Source;
///
/// let source = Source { id: Some("\"7\"".into()), place: "in.jsonl:1".into(), time: None, texts: vec![("text".into(), "A day.".into())] };
/// assert_eq!(source.texts[0].1, "A day.");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source<'t> {
    /// Its identity, as the caller wants it back.
    pub id: Option<Cow<'t, str>>,
    /// Where it stands.
    pub place: Cow<'t, str>,
    /// When it appeared, in seconds since 1970, if that is known: by which runs [expire](super::Index::retain).
    pub time: Option<i64>,
    /// The name of the field of each of its texts, and the text.
    pub texts: Vec<(Cow<'t, str>, Cow<'t, str>)>,
}

impl<'t> Source<'t> {
    /// An article without a name, of one text.
    ///
    /// ```
    /// use redite::index::Source;
    ///
    /// assert_eq!(Source::of_text("text", "A day.").texts, [("text".into(), "A day.".into())]);
    /// ```
    #[must_use]
    pub fn of_text(field: &'t str, text: &'t str) -> Self {
        Self {
            texts: vec![(field.into(), text.into())],
            ..Self::default()
        }
    }
}

/// Texts on their way into an index.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) places: Spool,
    pub(super) articles: Spool,
    /// The stream `ids`, once it is finished, and before that what it is made of.
    pub(super) ids: Spool,
    by_id: Vec<(u64, u32)>,
    /// Articles whose place has been written.
    count: u32,
    /// The earliest and the latest date.
    times: Option<(i64, i64)>,
}

impl Texts {
    pub(super) fn new(folder: &Folder) -> Self {
        Self {
            places: folder.spool(),
            articles: folder.spool(),
            ids: folder.spool(),
            by_id: Vec::new(),
            count: 0,
            times: None,
        }
    }

    /// Extends the range of dates to one more.
    pub(super) fn date(&mut self, time: i64) {
        let (first, last) = self.times.unwrap_or((time, time));
        self.times = Some((first.min(time), last.max(time)));
    }

    /// The stream of dates.
    pub(super) fn dates(&self) -> [u8; 24] {
        let (first, last) = self.times.unwrap_or_default();
        let mut out = [0; 24];
        out[0] = u8::from(self.times.is_some());
        out[8..].copy_from_slice([first, last].map(i64::to_le_bytes).as_flattened());
        out
    }

    /// Appends an article, by its place in the run. They come in order.
    pub(super) fn put(&mut self, article: u32, source: &Source<'_>) -> Result<(), SpillError> {
        self.begin_up_to(article.saturating_add(1))?;
        let [low, high] = split(source.time.unwrap_or_default().cast_unsigned());
        self.articles
            .put_words(&[u32::from(source.time.is_some()), low, high])?;
        if let Some(id) = &source.id {
            self.by_id.push((xxh3_64(id.as_bytes()), article));
        }
        // no identity is the empty string
        self.text(source.id.as_deref().unwrap_or_default())?;
        self.text(&source.place)?;
        self.articles.put_words(&[narrow(source.texts.len())])?;
        for (field, text) in &source.texts {
            self.text(field)?;
            self.text(text)?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), SpillError> {
        self.articles.put_words(&[narrow(text.len())])?;
        self.articles.put(text.as_bytes())
    }

    /// Writes where each of the first so many articles begins; those that have not been put are empty.
    fn begin_up_to(&mut self, articles: u32) -> Result<(), SpillError> {
        for _ in self.count..articles {
            self.places.put_words(&split(self.articles.end()))?;
        }
        self.count = self.count.max(articles);
        Ok(())
    }

    /// Completes the streams of a run of so many articles.
    pub(super) fn finish(&mut self, articles: u32) -> Result<(), SpillError> {
        self.by_id.sort_unstable();
        for (hash, article) in self.by_id.drain(..) {
            let [low, high] = split(hash);
            self.ids.put_words(&[low, high, article])?;
        }
        self.begin_up_to(articles.saturating_add(1))
    }
}

/// Bytes of a row of the stream `ids`.
const ROW: u64 = 12;

/// The articles of a run, by their places, of which that is the identity.
pub(super) fn find([places, articles, ids]: &[Spool; 3], id: &str) -> Result<Vec<u32>, SpillError> {
    let (hash, rows) = (xxh3_64(id.as_bytes()), ids.end() / ROW);
    let row = |nth: u64| -> Result<(u64, u32), SpillError> {
        let words = ids.words(ROW * nth, 3)?;
        Ok((join(words[0], words[1]), words[2]))
    };
    let (mut start, mut end) = (0, rows);
    while start < end {
        let middle = start + (end - start) / 2;
        if row(middle)?.0 < hash {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    let mut found = Vec::new();
    for nth in start..rows {
        let (there, article) = row(nth)?;
        if there != hash {
            break;
        }
        let source = read(places, articles, article)?;
        if source.is_some_and(|source| source.id.as_deref() == Some(id)) {
            found.push(article);
        }
    }
    Ok(found)
}

/// What [`Texts::dates`] says: the earliest and the latest date.
pub(super) fn times(dates: &[u8]) -> Option<(i64, i64)> {
    let words = dates.as_chunks().0.iter().map(|word| i64::from_le_bytes(*word));
    let [is_dated, first, last] = words.collect::<Vec<_>>()[..] else {
        return None;
    };
    (is_dated == 1).then_some((first, last))
}

/// The article at a place of a run; nothing if it was not needed.
pub(super) fn read(places: &Spool, articles: &Spool, article: u32) -> Result<Option<Source<'static>>, SpillError> {
    let words = places.words(8 * u64::from(article), 4)?;
    let (start, end) = (join(words[0], words[1]), join(words[2], words[3]));
    if start >= end {
        return Ok(None);
    }
    let mut reader = TextReader { articles, at: start };
    let (is_dated, low, high) = (reader.number()?, reader.number()?, reader.number()?);
    let (id, place) = (reader.text()?, reader.text()?);
    let count = reader.number()?;
    let mut texts = Vec::new();
    for _ in 0..count {
        texts.push((reader.text()?.into(), reader.text()?.into()));
    }
    Ok(Some(Source {
        id: (!id.is_empty()).then(|| id.into()),
        place: place.into(),
        time: (is_dated == 1).then(|| join(low, high).cast_signed()),
        texts,
    }))
}

struct TextReader<'s> {
    articles: &'s Spool,
    at: u64,
}

impl TextReader<'_> {
    fn number(&mut self) -> Result<u32, SpillError> {
        let number = self.articles.words(self.at, 1)?;
        self.at += 4;
        Ok(number.first().copied().unwrap_or_default())
    }

    fn text(&mut self) -> Result<String, SpillError> {
        let length = self.number()? as usize;
        let text = self.articles.text(self.at, length)?;
        self.at += length as u64;
        Ok(text)
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
