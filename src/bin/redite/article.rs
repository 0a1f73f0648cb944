//! From what a record holds to an article of the library.

use crate::origins::Origins;
use redite::files::{Fields, RankValue};
use redite::segment::Language;
use redite::{Article, Rank};
use std::borrow::Cow;

pub(crate) fn article<'f>(fields: &'f Fields, origins: &mut Origins) -> Article<'f> {
    let origin = origins.of(fields);
    #[expect(clippy::cast_precision_loss, reason = "seconds within the life of the sun")]
    let date = |time: i64| Rank::Number(time as f64);
    Article {
        texts: fields.texts.iter().map(|t| Cow::Borrowed(t.text.as_str())).collect(),
        language: fields.lang.as_deref().map(Language::from_tag),
        rank: match origins.ranks_by_date() {
            true => origin.time.map(date),
            false => fields.rank.as_ref().map(rank),
        },
        origin,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "ranks beyond 2^53 that differ in their last digits count as equal"
)]
fn rank(value: &RankValue) -> Rank {
    match value {
        RankValue::Integer(n) => Rank::Number(*n as f64),
        RankValue::Float(x) => Rank::Number(*x),
        RankValue::Text(text) => Rank::Text(text.clone()),
    }
}
