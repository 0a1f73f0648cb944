//! What was told of planted articles, for people and as JSON.

use super::{Planted, Tally, Told};
use crate::amounts::{count, digits};
use crate::evaluate::report::{FEW, ratio, row};
use crate::paint::{Paint, visible};
use crate::relation::{ALL, Relation, Shares};
use crate::relations::Standing;
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

/// What articles are planted as.
const PLANTED: [Relation; 3] = [Relation::Reprint, Relation::Update, Relation::Excerpt];

/// What is reported.
#[derive(Debug)]
pub(crate) struct Report<'s> {
    pub(crate) planted: &'s Planted,
    pub(crate) shares: Shares,
    /// By threshold.
    pub(crate) runs: Vec<(f64, Told)>,
    /// Languages that were read, but in which nothing could be planted.
    pub(crate) untested: Vec<String>,
    /// How many articles that were told wrong are shown.
    pub(crate) sample: usize,
}

impl Report<'_> {
    pub(crate) fn text(&self, paint: Paint, out: &mut impl Write) -> Result<()> {
        let languages: BTreeSet<&str> = self.planted.articles.iter().map(|a| a.lang.as_str()).collect();
        let bytes: usize = self.planted.articles.iter().map(|article| article.text.len()).sum();
        let planted = self.planted.count();
        writeln!(
            out,
            "{} planted (seed {}) in a copy of {} in {}: {} of text",
            count(planted, "article"),
            self.planted.meta.seed,
            count(self.planted.articles.len() as u64 - planted, "article"),
            count(languages.len() as u64, "language"),
            count(bytes as u64, "byte"),
        )?;
        let mut few = false;
        for (nth, (threshold, told)) in self.runs.iter().enumerate() {
            writeln!(
                out,
                "\n{}",
                paint.bold(format!("Told at {threshold}, of what was planted"))
            )?;
            row(
                out,
                "",
                ALL.iter()
                    .map(ToString::to_string)
                    .chain(["of other".to_owned(), "right".to_owned()]),
            )?;
            for as_this in PLANTED.into_iter().chain([Relation::Original]) {
                let tally = told.total(as_this);
                few |= nth == 0 && tally.articles < FEW;
                let mark = if tally.articles < FEW { "*" } else { "" };
                let cells = ALL
                    .iter()
                    .map(|relation| digits(tally.told.get(relation).copied().unwrap_or_default()));
                let share = ratio(tally.right(as_this), tally.articles);
                let share = share.map_or_else(|| "–".to_owned(), |share| format!("{share:.4}{mark}"));
                row(out, &name(as_this), cells.chain([digits(tally.of_another), share]))?;
            }
        }
        writeln!(
            out,
            "\nother: articles that were not planted, which are to be told original. of other: told rightly, but to be made from \
             another article"
        )?;
        if few {
            writeln!(
                out,
                "* fewer than {FEW} articles, so the share is uncertain; give more text or a higher --per-grade"
            )?;
        }
        let Some((threshold, told)) = self.runs.first() else {
            return Ok(());
        };
        if languages.len() > 1 {
            writeln!(
                out,
                "\n{}",
                paint.bold(format!("By language: told right at {threshold}, of all"))
            )?;
            let all = || PLANTED.into_iter().chain([Relation::Original]);
            row(out, "", all().map(name))?;
            for language in &languages {
                let cell = |as_this: Relation| {
                    let tally = told.tallies.get(&((*language).to_owned(), as_this));
                    let cell = |tally: &Tally| format!("{}/{}", digits(tally.right(as_this)), digits(tally.articles));
                    tally.map_or_else(|| "·".to_owned(), cell)
                };
                row(out, &format!("  {}", visible(language)), all().map(cell))?;
            }
        }
        if !self.untested.is_empty() {
            let list = self.untested.join(", ");
            writeln!(
                out,
                "\nNothing planted, for want of enough articles without repeats: {}",
                visible(&list)
            )?;
        }
        if self.sample > 0 && !told.wrong.is_empty() {
            writeln!(out, "\n{}", paint.bold(format!("Told wrong at {threshold}")))?;
            for (article, standing) in told.wrong.iter().take(self.sample) {
                writeln!(out, "{}", self.wrong(*article, standing))?;
            }
        }
        Ok(())
    }

    fn id(&self, article: usize) -> String {
        let article = self.planted.articles.get(article);
        article.map_or_else(String::new, |article| visible(&article.id).into_owned())
    }

    fn wrong(&self, article: usize, standing: &Standing) -> String {
        let truth = self.planted.truth.get(article).copied().flatten();
        let truth = truth.map_or_else(
            || "not planted".to_owned(),
            |(relation, of)| format!("{relation} of {}", self.id(of)),
        );
        let most = standing.most.map_or_else(String::new, |most| {
            format!(
                " of {}: {} of {} bytes repeat, {} of them that one",
                self.id(most.article.0 as usize),
                digits(standing.repeated),
                digits(standing.compared),
                digits(most.bytes),
            )
        });
        format!("{}  {truth}; told {}{most}", self.id(article), standing.relation)
    }

    pub(crate) fn json(&self) -> Value {
        let figure = |planted: Relation, lang: Option<&str>, tally: &Tally| {
            let told = ALL.iter().map(|relation| {
                let count = tally.told.get(relation).copied().unwrap_or_default();
                (relation.to_string(), Value::from(count))
            });
            json!({
                "planted": (planted != Relation::Original).then(|| planted.to_string()),
                "lang": lang,
                "articles": tally.articles,
                "told": told.collect::<serde_json::Map<_, _>>(),
                "of_another": tally.of_another,
                "right": tally.right(planted),
                "share": ratio(tally.right(planted), tally.articles),
            })
        };
        let runs = self.runs.iter().map(|(threshold, told)| {
            let all = PLANTED.into_iter().chain([Relation::Original]);
            let mut figures: Vec<Value> = all.map(|planted| figure(planted, None, &told.total(planted))).collect();
            let by_language = told.tallies.iter();
            figures.extend(by_language.map(|((lang, planted), tally)| figure(*planted, Some(lang), tally)));
            let wrong = told.wrong.iter().map(|(article, standing)| {
                let truth = self.planted.truth.get(*article).copied().flatten();
                json!({
                    "article": self.planted.articles.get(*article).map(|article| &article.id),
                    "planted": truth.map(|(relation, _)| relation.to_string()),
                    "of": truth.and_then(|(_, of)| Some(&self.planted.articles.get(of)?.id)),
                    "told": standing.relation.to_string(),
                    "most": standing.most.and_then(|most| Some(&self.planted.articles.get(most.article.0 as usize)?.id)),
                })
            });
            json!({"threshold": threshold, "figures": figures, "wrong": wrong.collect::<Vec<_>>()})
        });
        json!({
            "set": self.planted.meta,
            "nearly_all": self.shares.most,
            "hardly_any": self.shares.some,
            "runs": runs.collect::<Vec<_>>(),
            "untested_languages": self.untested,
        })
    }
}

/// What articles were planted as, as the head of a column.
fn name(planted: Relation) -> String {
    match planted {
        Relation::Original => "other".to_owned(),
        planted => planted.to_string(),
    }
}
