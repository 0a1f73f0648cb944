//! Conditions on marked units, as `apply --where` takes them.

use crate::relation::NAMES;
use redite::files::marks::{ArticleMarks, Family, LeaderMark, UnitMark};
use std::cmp::Ordering;

/// What `apply --help` says of them.
pub(crate) const HELP: &str = "Conditions are a field, one of = != < <= > >=, and a value. With = and != several values may \
be given, of which one must match, or none, as in 'lang=de,fr'.\n\n\
  unit        paragraph, sentence, or span (of --against)\n  \
  rule        equal, near, or against: it stands in the test set of --against\n  \
  similarity  from 0 to 1\n  \
  lost        how many words and numbers of the unit the kept one does not have\n  \
  reprint     yes or no: whether it repeats the other only in view of what stands beside both\n  \
  bytes       length of the unit\n  \
  chars       length of the unit in characters\n  \
  copies      how often it is said in all, the kept unit included\n  \
  nth         which copy it is, in the order of the input; the kept unit is the first: nth>3 leaves three copies\n  \
  articles    in how many articles\n  \
  groups      in how many groups, where articles have them (--count-by, --group-by)\n  \
  within      yes or no: whether what it repeats stands in the same article\n  \
  share       how much of its article repeats others or itself, as in 30% or .3\n  \
  relation    original, reprint, update, excerpt or mixed: what its article is to the one that it repeats most\n  \
  new         how many sentences of its article repeat nothing\n  \
  story       how many articles tell the story of its article, itself included\n  \
  field       name of the field it stands in\n  \
  lang        language of the article";

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    /// As it was typed.
    typed: String,
    field: Field,
    operator: Operator,
    values: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Unit,
    Rule,
    Similarity,
    Lost,
    Reprint,
    Bytes,
    Chars,
    Copies,
    Nth,
    Articles,
    Groups,
    Within,
    Share,
    Relation,
    New,
    Story,
    Name,
    Lang,
}

use Field::{
    Articles, Bytes, Chars, Copies, Groups, Lang, Lost, Name, New, Nth, Relation, Reprint, Rule, Share, Similarity,
    Story, Unit, Within,
};

const FIELDS: [(&str, Field, Kind); 18] = [
    ("unit", Unit, Kind::OneOf(&["paragraph", "sentence", "span"])),
    ("rule", Rule, Kind::OneOf(&["equal", "near", "against"])),
    ("similarity", Similarity, Kind::Share),
    ("lost", Lost, Kind::Number),
    ("reprint", Reprint, Kind::OneOf(&["yes", "no"])),
    ("bytes", Bytes, Kind::Number),
    ("chars", Chars, Kind::Number),
    ("copies", Copies, Kind::Number),
    ("nth", Nth, Kind::Number),
    ("articles", Articles, Kind::Number),
    ("groups", Groups, Kind::Number),
    ("within", Within, Kind::OneOf(&["yes", "no"])),
    ("share", Share, Kind::Share),
    ("relation", Relation, Kind::OneOf(&NAMES)),
    ("new", New, Kind::Number),
    ("story", Story, Kind::Number),
    ("field", Name, Kind::Text),
    ("lang", Lang, Kind::Text),
];

/// What a field holds.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Number,
    /// From 0 to 1.
    Share,
    Text,
    OneOf(&'static [&'static str]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

use Operator::{AtLeast, AtMost, Is, IsNot, Less, More};

const OPERATORS: [(&str, Operator); 6] = [
    ("!=", IsNot),
    ("<=", AtMost),
    (">=", AtLeast),
    ("=", Is),
    ("<", Less),
    (">", More),
];

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    /// What stands in a test set is no copy of a unit, and not all articles have groups.
    Nothing,
}

impl Condition {
    /// Reads a condition as it was typed.
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        let at = typed.find(['=', '!', '<', '>']).unwrap_or(typed.len());
        let (name, rest) = typed.split_at(at);
        let name = name.trim();
        let names = || FIELDS.map(|field| field.0).join(", ");
        let (_, field, kind) = (FIELDS.into_iter().find(|field| field.0 == name))
            .ok_or_else(|| format!("{name:?} is no field of a marked unit; there are {}", names()))?;
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator.0));
        let (sign, operator) = operator.ok_or("give a field, one of = != < <= > >=, and a value, as in copies>=3")?;
        let is_order = !matches!(operator, Is | IsNot);
        if is_order && !matches!(kind, Kind::Number | Kind::Share) {
            return Err(format!("{name} is no number; give {name}=… or {name}!=…"));
        }
        let values = rest[sign.len()..]
            .split(',')
            .map(|value| kind.value(name, value.trim()));
        let values: Vec<Value> = values.collect::<Result<_, _>>()?;
        if is_order && values.len() > 1 {
            return Err(format!("give one value after {sign}"));
        }
        Ok(Self {
            typed: typed.to_owned(),
            field,
            operator,
            values,
        })
    }

    /// As it was typed.
    pub(crate) fn typed(&self) -> &str {
        &self.typed
    }

    /// True of a unit of an article that repeats another.
    pub(crate) fn holds(&self, article: &ArticleMarks, unit: &UnitMark) -> bool {
        self.is_true_of(&self.field.of(article, unit))
    }

    /// True of a unit of an article that others repeat; never, if it is about how a unit repeats another.
    pub(crate) fn holds_of_leader(&self, article: &ArticleMarks, leader: &LeaderMark) -> bool {
        self.field
            .of_leader(article, leader)
            .is_some_and(|found| self.is_true_of(&found))
    }

    fn is_true_of(&self, found: &Value) -> bool {
        if *found == Value::Nothing {
            return false;
        }
        let is = |value: &Value| compare(found, value) == Some(Ordering::Equal);
        let order = || self.values.first().and_then(|value| compare(found, value));
        match self.operator {
            Is => self.values.iter().any(is),
            IsNot => !self.values.iter().any(is),
            Less => order() == Some(Ordering::Less),
            AtMost => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
            More => order() == Some(Ordering::Greater),
            AtLeast => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

impl Kind {
    fn value(self, name: &str, typed: &str) -> Result<Value, String> {
        match self {
            Self::Number => {
                let number = typed.parse::<f64>().ok().filter(|number| number.is_finite());
                let number = number.ok_or_else(|| format!("{typed:?} is no number, which {name} is compared with"))?;
                Ok(Value::Number(number))
            }
            Self::Share => {
                let (number, scale) = typed.strip_suffix('%').map_or((typed, 1.0), |n| (n, 100.0));
                let number = number.trim().parse::<f64>().map(|number| number / scale);
                let number = number.ok().filter(|number| (0.0..=1.0).contains(number));
                let wrong =
                    || format!("{typed:?}: {name} is compared with a number from 0 to 1, or a percentage such as 30%");
                Ok(Value::Number(number.ok_or_else(wrong)?))
            }
            Self::Text if typed.is_empty() => Err(format!("give a value for {name} after the sign")),
            Self::OneOf(known) if !known.contains(&typed) => {
                Err(format!("{name} is one of {}, never {typed:?}", known.join(", ")))
            }
            Self::Text | Self::OneOf(_) => Ok(Value::Text(typed.to_owned())),
        }
    }
}

impl Field {
    fn of(self, article: &ArticleMarks, unit: &UnitMark) -> Value {
        let truth = |is: bool| Value::Text(if is { "yes" } else { "no" }.to_owned());
        match self {
            Rule => Value::Text(unit.rule.clone()),
            Similarity => Value::Number(unit.similarity),
            Lost => number(unit.lost.len() as u64),
            Reprint => truth(unit.reprint),
            Within => truth(unit.kept.source == article.source),
            Nth => unit.nth.map_or(Value::Nothing, |nth| Value::Number(f64::from(nth))),
            Unit => Value::Text(unit.unit.clone()),
            Bytes => length(unit.bytes),
            Chars => length(unit.chars),
            Name => Value::Text(unit.field.clone()),
            Copies | Articles | Groups | Share | Relation | New | Story | Lang => {
                self.of_family(article, unit.family.as_ref())
            }
        }
    }

    /// Of the first copy; nothing of how a unit repeats another.
    fn of_leader(self, article: &ArticleMarks, leader: &LeaderMark) -> Option<Value> {
        Some(match self {
            Rule | Similarity | Lost | Reprint | Within => return None,
            Nth => Value::Number(1.0),
            Unit => Value::Text(leader.unit.clone()),
            Bytes => length(leader.bytes),
            Chars => length(leader.chars),
            Name => Value::Text(leader.field.clone()),
            Copies | Articles | Groups | Share | Relation | New | Story | Lang => {
                self.of_family(article, Some(&leader.family))
            }
        })
    }

    fn of_family(self, article: &ArticleMarks, family: Option<&Family>) -> Value {
        match self {
            Copies => family.map_or(Value::Nothing, |family| number(family.copies())),
            Articles => family.map_or(Value::Nothing, |family| Value::Number(f64::from(family.articles))),
            Groups => (family.and_then(|family| family.groups))
                .map_or(Value::Nothing, |groups| Value::Number(f64::from(groups))),
            Share => Value::Number(ratio(article.repeated, article.bytes)),
            Relation => Value::Text(article.relation.clone()),
            New => number(article.new.sentences),
            Story => Value::Number(f64::from(article.story.articles)),
            _ => Value::Text(article.lang.clone()),
        }
    }
}

fn length([start, end]: [u32; 2]) -> Value {
    Value::Number(f64::from(end.saturating_sub(start)))
}

#[expect(clippy::cast_precision_loss, reason = "a count that is compared with what was typed")]
fn number(n: u64) -> Value {
    Value::Number(n as f64)
}

#[expect(clippy::cast_precision_loss, reason = "a share that is compared with what was typed")]
fn ratio(part: u64, of: u64) -> f64 {
    part as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = r#"{"article":7,"source":"in.jsonl:3","lang":"de","bytes":200,"among":9,"compared":190,"repeated":60,"within":0,
        "new":{"sentences":3,"bytes":138},"most":null,"relation":"mixed","story":{"article":7,"source":"in.jsonl:3","articles":2},
        "units":[{"field":"text","unit":"sentence","bytes":[10,70],"chars":[10,68],"rule":"near","similarity":0.9231,
        "lost":["am"],"kept":{"article":6,"source":"in.jsonl:2","bytes":[0,58],"text":"…"},"gap":null,"nth":3,
        "family":{"equal":2,"near":1,"articles":3}}],"leaders":[]}"#;

    #[test]
    fn conditions_hold_or_not() {
        let article: ArticleMarks = serde_json::from_str(ARTICLE).unwrap();
        let unit = &article.units[0];
        for (typed, holds) in [
            ("unit=sentence", true),
            ("unit!=sentence", false),
            ("unit=paragraph,sentence", true),
            ("rule = near", true),
            ("similarity>=0.9231", true),
            ("similarity>.9231", false),
            ("similarity<95%", true),
            ("lost<=1", true),
            ("lost<1", false),
            ("reprint=no", true),
            ("bytes=60", true),
            ("chars=58", true),
            ("chars!=58,60", false),
            ("copies>=4", true),
            ("copies>4", false),
            ("nth>2", true),
            ("nth>3", false),
            ("articles=3", true),
            ("within=yes", false),
            ("share=30%", true),
            ("share>.3", false),
            ("relation=mixed,update", true),
            ("relation=original", false),
            ("new=3", true),
            ("new<3", false),
            ("story>=2", true),
            ("story>2", false),
            ("field=text", true),
            ("lang=fr,de", true),
            ("lang!=fr,de", false),
        ] {
            assert_eq!(Condition::parse(typed).unwrap().holds(&article, unit), holds, "{typed}");
        }
    }

    #[test]
    fn what_stands_in_a_test_set_is_no_copy() {
        let article = ARTICLE
            .replace("\"near\"", "\"against\"")
            .replace("\"sentence\"", "\"span\"");
        let (head, _) = article.split_once(",\"nth\"").unwrap();
        let article: ArticleMarks = serde_json::from_str(&format!("{head}}}],\"leaders\":[]}}")).unwrap();
        for (typed, holds) in [
            ("rule=against", true),
            ("unit=span", true),
            ("rule=equal,near", false),
            ("copies>=1", false),
            ("nth<9", false),
            ("articles=1", false),
            ("copies!=3", false),
        ] {
            let condition = Condition::parse(typed).unwrap();
            assert_eq!(condition.holds(&article, &article.units[0]), holds, "{typed}");
        }
    }

    #[test]
    fn what_is_no_condition_is_said() {
        for (typed, said) in [
            ("", "is no field"),
            ("size>3", "is no field"),
            ("copies", "give a field"),
            ("copies!3", "give a field"),
            ("copies>many", "is no number"),
            ("copies>nan", "is no number"),
            ("copies>=50%", "is no number"),
            ("similarity>=95", "from 0 to 1"),
            ("share>30", "from 0 to 1"),
            ("lang=", "give a value"),
            ("copies>1,2", "one value"),
            ("lang>de", "is no number"),
            ("unit=word", "one of paragraph, sentence, span"),
        ] {
            let error = Condition::parse(typed).unwrap_err();
            assert!(error.contains(said), "{typed}: {error}");
        }
    }
}
