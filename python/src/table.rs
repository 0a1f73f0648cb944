//! Articles in Arrow: columns that came through the PyCapsule interface, which are read where they lie.

use crate::articles::{About, Articles, Numbers};
use crate::errors::wrong;
use crate::fields::{Fields, RankBy};
use crate::removed::{Naming, rounded};
use crate::run::{Known, Outcome, Removal};
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, LargeStringBuilder, ListBuilder, StringBuilder, StringViewBuilder,
    UInt32Builder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray, StructArray,
};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Fields as ArrowFields, Schema, SchemaRef, TimeUnit};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use redite::metadata::{Value, seconds};
use redite::{Origin, Rank};
use std::sync::Arc;

/// Strings of a column, of whatever layout.
#[derive(Debug)]
struct Strings {
    array: Layout,
    /// Which rows are there, where a struct around the column is null in some.
    around: Option<NullBuffer>,
}

#[derive(Debug)]
enum Layout {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
}

impl Strings {
    fn of((array, around): (ArrayRef, Option<NullBuffer>)) -> Result<Self, ArrowError> {
        let array = match array.data_type() {
            DataType::Utf8 => Layout::Small(array.as_string().clone()),
            DataType::LargeUtf8 => Layout::Large(array.as_string().clone()),
            DataType::Utf8View => Layout::View(array.as_string_view().clone()),
            _ => Layout::Large(cast(&array, &DataType::LargeUtf8)?.as_string().clone()),
        };
        Ok(Self { array, around })
    }

    fn get(&self, row: usize) -> Option<&str> {
        if self.around.as_ref().is_some_and(|around| around.is_null(row)) {
            return None;
        }
        match &self.array {
            Layout::Small(array) => array.is_valid(row).then(|| array.value(row)),
            Layout::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Layout::View(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }

    fn all(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }

    fn len(&self) -> usize {
        match &self.array {
            Layout::Small(array) => array.len(),
            Layout::Large(array) => array.len(),
            Layout::View(array) => array.len(),
        }
    }

    /// The same with other texts in some rows.
    fn with<'t>(&self, text: impl Fn(usize) -> Option<&'t str>) -> ArrayRef
    where
        Self: 't,
    {
        let rows = 0..self.len();
        macro_rules! build {
            ($builder:expr, $array:expr) => {{
                let mut builder = $builder;
                for row in rows {
                    match (text(row), $array.is_valid(row)) {
                        (Some(text), _) => builder.append_value(text),
                        (None, true) => builder.append_value($array.value(row)),
                        (None, false) => builder.append_null(),
                    }
                }
                Arc::new(builder.finish()) as ArrayRef
            }};
        }
        match &self.array {
            Layout::Small(array) => build!(
                StringBuilder::with_capacity(array.len(), array.value_data().len()),
                array
            ),
            Layout::Large(array) => {
                build!(
                    LargeStringBuilder::with_capacity(array.len(), array.value_data().len()),
                    array
                )
            }
            Layout::View(array) => build!(StringViewBuilder::with_capacity(array.len()), array),
        }
    }
}

/// Where a column stands: its place in the table, and then in each struct.
type Path = Vec<usize>;

/// What an article's identity is.
#[derive(Debug)]
enum Ids {
    None,
    Numbers(Vec<Int64Array>),
    Texts(Vec<Strings>),
}

/// A table of articles.
#[derive(Debug)]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The first row of each batch, and how many rows there are.
    starts: Vec<usize>,
    rows: usize,
    paths: Vec<Path>,
    /// By batch, then by field.
    texts: Vec<Vec<Strings>>,
    ids: Ids,
    langs: Option<Vec<Strings>>,
    groups: Option<Vec<Vec<Option<u32>>>>,
    dates: Option<Vec<Vec<Option<i64>>>>,
    ranks: Option<Vec<Vec<Option<Rank>>>>,
}

/// The column of that name; if it has dots and no column has it, one inside of structs.
fn find(fields: &ArrowFields, name: &str) -> Option<(Path, DataType)> {
    if let Some((at, field)) = fields.find(name) {
        return Some((vec![at], field.data_type().clone()));
    }
    let (outer, inner) = name.split_once('.')?;
    let (at, field) = fields.find(outer)?;
    let DataType::Struct(fields) = field.data_type() else {
        return None;
    };
    let (mut path, kind) = find(fields, inner)?;
    path.insert(0, at);
    Some((path, kind))
}

/// A column, and which of its rows are there where structs around it are null in some.
fn column(batch: &RecordBatch, path: &[usize]) -> (ArrayRef, Option<NullBuffer>) {
    let (mut array, mut around) = (Arc::clone(batch.column(path[0])), None);
    for &at in &path[1..] {
        around = NullBuffer::union(around.as_ref(), array.as_struct().nulls());
        let inner = Arc::clone(array.as_struct().column(at));
        array = inner;
    }
    (array, around)
}

/// The same with another column in its place.
fn with_column(array: &ArrayRef, path: &[usize], column: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let Some((&at, path)) = path.split_first() else {
        return Ok(column);
    };
    let outer = array.as_struct();
    let mut columns = outer.columns().to_vec();
    columns[at] = with_column(&columns[at], path, column)?;
    Ok(Arc::new(StructArray::try_new(
        outer.fields().clone(),
        columns,
        outer.nulls().cloned(),
    )?))
}

impl Table {
    /// Takes the columns that make articles out of a table.
    pub(crate) fn new(table: PyTable, fields: &Fields) -> PyResult<Self> {
        let (batches, schema) = table.into_inner();
        let columns = schema.fields();
        let named = |name: &str| find(columns, name);
        let mut paths = Vec::new();
        for name in &fields.text {
            let Some((path, kind)) = named(name) else {
                let all: Vec<&str> = columns.iter().map(|field| field.name().as_str()).collect();
                let why = format!(
                    "there is no column {name}; name one of {} with text_field=",
                    all.join(", ")
                );
                return Err(wrong(why));
            };
            if !is_text(&kind) {
                return Err(wrong(format!("the column {name} holds no strings, but {kind}")));
            }
            paths.push(path);
        }
        let asked = |name: &Option<String>, option: &str| match name {
            Some(name) => match named(name) {
                Some((path, _)) => Ok(Some(path)),
                None => Err(wrong(format!("there is no column {name}; {option}= must name one"))),
            },
            None => Ok(None),
        };
        let group = asked(&fields.group, "group_by")?;
        let date = match asked(&fields.date, "date_field") {
            Err(_) if !fields.needs_date => None,
            date => date?,
        };
        let (rank, by_date) = match &fields.rank {
            RankBy::Place => (None, false),
            RankBy::Date => (date.clone(), true),
            RankBy::Field(name) => (asked(&Some(name.clone()), "keep")?, false),
        };
        let mut starts = Vec::with_capacity(batches.len());
        let mut rows = 0;
        for batch in &batches {
            starts.push(rows);
            rows += batch.num_rows();
        }
        let strings = |path: &Path| -> PyResult<Vec<Strings>> {
            let all = batches.iter().map(|batch| Strings::of(column(batch, path)));
            all.collect::<Result<_, _>>().map_err(of_arrow)
        };
        let by_field = paths.iter().map(strings).collect::<PyResult<Vec<_>>>()?;
        let mut texts: Vec<Vec<Strings>> = batches.iter().map(|_| Vec::new()).collect();
        for of_field in by_field {
            texts
                .iter_mut()
                .zip(of_field)
                .for_each(|(texts, strings)| texts.push(strings));
        }
        let ids = match named(&fields.id) {
            Some((path, kind)) if kind.is_integer() => {
                let numbers = batches.iter().map(|batch| {
                    let numbers = cast(&column(batch, &path).0, &DataType::Int64)?;
                    Ok(numbers.as_primitive::<Int64Type>().clone())
                });
                Ids::Numbers(numbers.collect::<Result<_, _>>().map_err(of_arrow)?)
            }
            Some((path, kind)) if is_text(&kind) => Ids::Texts(strings(&path)?),
            _ => Ids::None,
        };
        let lang = named(&fields.lang).filter(|(_, kind)| is_text(kind));
        let groups = match group {
            Some(path) => {
                let mut numbers = Numbers::default();
                let mut number = |name: Option<&str>| name.map(|name| numbers.of(fields.group_name(name)));
                let of_batch = |strings: Strings| strings.all().map(&mut number).collect();
                Some(strings(&path)?.into_iter().map(of_batch).collect())
            }
            None => None,
        };
        let dates = match date {
            Some(path) => {
                let of_batch = batches.iter().map(|batch| moments(column(batch, &path)));
                Some(of_batch.collect::<Result<Vec<_>, _>>().map_err(of_arrow)?)
            }
            None => None,
        };
        let ranks = match rank {
            #[expect(clippy::cast_precision_loss, reason = "no date has 2^53 seconds")]
            Some(_) if by_date => {
                let rank = |time: &Option<i64>| time.map(|time| Rank::Number(time as f64));
                let of_batch = |times: &Vec<Option<i64>>| times.iter().map(rank).collect();
                dates
                    .as_ref()
                    .map(|dates: &Vec<Vec<Option<i64>>>| dates.iter().map(of_batch).collect())
            }
            Some(path) => {
                let of_batch = batches.iter().map(|batch| ranked(column(batch, &path)));
                Some(of_batch.collect::<Result<_, _>>().map_err(of_arrow)?)
            }
            None => None,
        };
        Ok(Self {
            ids,
            langs: lang.map(|(path, _)| strings(&path)).transpose()?,
            groups,
            dates,
            ranks,
            texts,
            paths,
            starts,
            rows,
            schema: Arc::clone(&schema),
            batches: batches.clone(),
        })
    }

    /// The batch that holds an article, and its row there.
    fn place(&self, article: usize) -> (usize, usize) {
        let batch = self.starts.partition_point(|&start| start <= article).saturating_sub(1);
        (batch, article - self.starts[batch])
    }

    /// The table with cleaned texts. Columns in which nothing was removed are the ones that came.
    pub(crate) fn cleaned(&self, outcomes: &[Outcome]) -> Result<PyTable, ArrowError> {
        let mut batches = Vec::with_capacity(self.batches.len());
        for (nth, batch) in self.batches.iter().enumerate() {
            let outcomes = &outcomes[self.starts[nth]..self.starts[nth] + batch.num_rows()];
            let mut columns = batch.columns().to_vec();
            for (number, (path, strings)) in self.paths.iter().zip(&self.texts[nth]).enumerate() {
                // The texts of a row are those of its fields that are there.
                let text = |row: usize| -> Option<&str> {
                    let outcome = &outcomes[row];
                    if outcome.removed.is_empty() {
                        return None;
                    }
                    let before = self.texts[nth][..number]
                        .iter()
                        .filter(|texts| texts.get(row).is_some());
                    strings.get(row)?;
                    outcome.cleaned[before.count()].as_deref()
                };
                if (0..outcomes.len()).all(|row| text(row).is_none()) {
                    continue;
                }
                let (before, _) = column(batch, path);
                let mut cleaned = strings.with(text);
                if cleaned.data_type() != before.data_type() {
                    cleaned = cast(&cleaned, before.data_type())?;
                }
                let (&first, inner) = path.split_first().unwrap_or((&0, &[]));
                columns[first] = with_column(&columns[first], inner, cleaned)?;
            }
            batches.push(RecordBatch::try_new(Arc::clone(&self.schema), columns)?);
        }
        PyTable::try_new(batches, Arc::clone(&self.schema)).map_err(|error| ArrowError::ComputeError(error.to_string()))
    }

    /// A row for each removed unit, with the fields of the file of removed units.
    pub(crate) fn removed(&self, outcomes: &[Outcome], naming: &Naming<'_>) -> Result<PyTable, ArrowError> {
        let mut rows = RemovedRows::new(matches!(self.ids, Ids::Numbers(_)), naming.fields.len() > 1);
        let measure = naming.measure.to_string();
        for (article, outcome) in outcomes.iter().enumerate() {
            if outcome.removed.is_empty() {
                continue;
            }
            let texts = self.texts(article);
            for removal in &outcome.removed {
                let Removal { nth, repeat, kept, .. } = removal;
                let (number, text) = texts[*nth];
                let span = repeat.kept.span;
                rows.article.put(self.id(article, naming));
                rows.source.append_value(naming.place(article));
                rows.field.append_value(naming.field(number));
                rows.unit.append_value(repeat.removed.kind.to_string());
                range(&mut rows.bytes, removal.bytes);
                range(&mut rows.chars, removal.chars);
                rows.text
                    .append_value(&text[removal.bytes[0] as usize..removal.bytes[1] as usize]);
                rows.rule.append_value(repeat.reason.to_string());
                rows.measure.append_value(&measure);
                rows.similarity.append_value(rounded(repeat.similarity.value()));
                removal
                    .lost
                    .iter()
                    .for_each(|word| rows.lost.values().append_value(word));
                rows.lost.append(true);
                rows.reprint.append_value(repeat.is_reprint);
                range(&mut rows.kept.bytes, [span.start, span.end]);
                match kept {
                    Known::Here { article, nth } => {
                        let texts = self.texts(*article);
                        let (number, text) = texts[*nth];
                        rows.kept.article.put(self.id(*article, naming));
                        rows.kept.source.append_value(naming.place(*article));
                        rows.kept.field.append_value(naming.field(number));
                        rows.kept.text.append_value(text.get(span.range()).unwrap_or_default());
                    }
                    Known::Earlier {
                        id,
                        source,
                        field,
                        text,
                    } => {
                        let json = id.as_deref().map(serde_json::from_str);
                        rows.kept.article.put(match json {
                            Some(Ok(serde_json::Value::String(id))) => Id::Text(id),
                            Some(Ok(serde_json::Value::Number(id))) if id.is_i64() => {
                                Id::Number(id.as_i64().unwrap_or_default())
                            }
                            _ => Id::Text(id.clone().unwrap_or_else(|| source.clone())),
                        });
                        rows.kept.source.append_value(source);
                        rows.kept.field.append_value(field);
                        rows.kept.text.append_value(text);
                    }
                }
            }
        }
        let batch = rows.finish()?;
        let schema = batch.schema();
        PyTable::try_new(vec![batch], schema).map_err(|error| ArrowError::ComputeError(error.to_string()))
    }

    /// The identity of an article, or where it stands.
    fn id(&self, article: usize, naming: &Naming<'_>) -> Id {
        let (batch, row) = self.place(article);
        let id = match &self.ids {
            Ids::None => None,
            Ids::Numbers(ids) => ids[batch].is_valid(row).then(|| Id::Number(ids[batch].value(row))),
            Ids::Texts(ids) => ids[batch].get(row).map(|id| Id::Text(id.to_owned())),
        };
        id.unwrap_or_else(|| Id::Text(naming.place(article)))
    }

    /// The identity of an article as JSON, if it has one.
    pub(crate) fn raw_id(&self, article: usize) -> Option<String> {
        let (batch, row) = self.place(article);
        match &self.ids {
            Ids::None => None,
            Ids::Numbers(ids) => ids[batch].is_valid(row).then(|| ids[batch].value(row).to_string()),
            Ids::Texts(ids) => ids[batch].get(row).map(|id| serde_json::Value::from(id).to_string()),
        }
    }
}

impl Articles for Table {
    fn count(&self) -> usize {
        self.rows
    }

    fn texts(&self, article: usize) -> Vec<(usize, &str)> {
        let (batch, row) = self.place(article);
        let texts = self.texts[batch].iter().enumerate();
        texts
            .filter_map(|(number, texts)| Some((number, texts.get(row)?)))
            .collect()
    }

    fn about(&self, article: usize) -> About {
        let (batch, row) = self.place(article);
        About {
            lang: self
                .langs
                .as_ref()
                .and_then(|langs| langs[batch].get(row))
                .map(str::to_owned),
            rank: self.ranks.as_ref().and_then(|ranks| ranks[batch][row].clone()),
            origin: Origin {
                group: self.groups.as_ref().and_then(|groups| groups[batch][row]),
                time: self.dates.as_ref().and_then(|dates| dates[batch][row]),
            },
        }
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        // (a column of nulls has no kind)
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        _ => false,
    }
}

/// Dates as seconds since 1970: moments, days, numbers, or text as the program reads it.
fn moments((array, around): (ArrayRef, Option<NullBuffer>)) -> Result<Vec<Option<i64>>, ArrowError> {
    if is_text(array.data_type()) {
        let strings = Strings::of((array, around))?;
        return Ok(strings.all().map(|text| seconds(&Value::Text(text?.trim()))).collect());
    }
    let is_number = array.data_type().is_integer();
    let is_float = array.data_type().is_floating();
    let numbers = if is_number {
        cast(&array, &DataType::Int64)?
    } else if is_float {
        cast(&array, &DataType::Float64)?
    } else {
        cast(
            &cast(&array, &DataType::Timestamp(TimeUnit::Second, None))?,
            &DataType::Int64,
        )?
    };
    let is_there = |row: usize| numbers.is_valid(row) && around.as_ref().is_none_or(|around| around.is_valid(row));
    let moment = |row: usize| match (is_there(row), is_number, is_float) {
        (false, ..) => None,
        (_, true, _) => seconds(&Value::Integer(numbers.as_primitive::<Int64Type>().value(row))),
        (_, _, true) => seconds(&Value::Float(numbers.as_primitive::<Float64Type>().value(row))),
        _ => Some(numbers.as_primitive::<Int64Type>().value(row)),
    };
    Ok((0..numbers.len()).map(moment).collect())
}

/// What rows are ranked by: numbers or strings.
fn ranked((array, around): (ArrayRef, Option<NullBuffer>)) -> Result<Vec<Option<Rank>>, ArrowError> {
    if is_text(array.data_type()) {
        let strings = Strings::of((array, around))?;
        return Ok(strings.all().map(|text| Some(Rank::Text(text?.to_owned()))).collect());
    }
    let numbers = cast(&array, &DataType::Float64)?;
    let numbers: &Float64Array = numbers.as_primitive();
    let is_there = |row: usize| numbers.is_valid(row) && around.as_ref().is_none_or(|around| around.is_valid(row));
    let rank = |row: usize| is_there(row).then(|| Rank::Number(numbers.value(row)));
    Ok((0..numbers.len()).map(rank).collect())
}

/// An identity.
enum Id {
    Number(i64),
    Text(String),
}

/// A column of identities: numbers if those that came are, else strings.
#[derive(Debug)]
enum IdColumn {
    Numbers(Int64Builder),
    Texts(StringBuilder),
}

impl IdColumn {
    fn put(&mut self, id: Id) {
        match (self, id) {
            (Self::Numbers(ids), Id::Number(id)) => ids.append_value(id),
            // an article without a number, among those that have one
            (Self::Numbers(ids), Id::Text(_)) => ids.append_null(),
            (Self::Texts(ids), Id::Text(id)) => ids.append_value(id),
            (Self::Texts(ids), Id::Number(id)) => ids.append_value(id.to_string()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Numbers(mut ids) => Arc::new(ids.finish()),
            Self::Texts(mut ids) => Arc::new(ids.finish()),
        }
    }
}

/// Columns of kept units.
#[derive(Debug)]
struct KeptRows {
    article: IdColumn,
    source: StringBuilder,
    field: StringBuilder,
    bytes: ListBuilder<UInt32Builder>,
    text: LargeStringBuilder,
}

/// Columns of removed units.
#[derive(Debug)]
struct RemovedRows {
    article: IdColumn,
    source: StringBuilder,
    field: StringBuilder,
    unit: StringBuilder,
    bytes: ListBuilder<UInt32Builder>,
    chars: ListBuilder<UInt32Builder>,
    text: LargeStringBuilder,
    rule: StringBuilder,
    measure: StringBuilder,
    similarity: Float64Builder,
    lost: ListBuilder<StringBuilder>,
    reprint: BooleanBuilder,
    kept: KeptRows,
    /// Several text fields are read.
    are_several: bool,
}

fn range(builder: &mut ListBuilder<UInt32Builder>, [start, end]: [u32; 2]) {
    builder.values().append_slice(&[start, end]);
    builder.append(true);
}

impl RemovedRows {
    fn new(are_numbers: bool, are_several: bool) -> Self {
        let ids = || match are_numbers {
            true => IdColumn::Numbers(Int64Builder::new()),
            false => IdColumn::Texts(StringBuilder::new()),
        };
        Self {
            article: ids(),
            source: StringBuilder::new(),
            field: StringBuilder::new(),
            unit: StringBuilder::new(),
            bytes: ListBuilder::default(),
            chars: ListBuilder::default(),
            text: LargeStringBuilder::new(),
            rule: StringBuilder::new(),
            measure: StringBuilder::new(),
            similarity: Float64Builder::new(),
            lost: ListBuilder::default(),
            reprint: BooleanBuilder::new(),
            kept: KeptRows {
                article: ids(),
                source: StringBuilder::new(),
                field: StringBuilder::new(),
                bytes: ListBuilder::default(),
                text: LargeStringBuilder::new(),
            },
            are_several,
        }
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let together = |columns: Vec<(&str, ArrayRef)>| -> (ArrowFields, Vec<ArrayRef>) {
            let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
            (
                columns.iter().map(field).collect(),
                columns.into_iter().map(|(_, array)| array).collect(),
            )
        };
        let mut kept: Vec<(&str, ArrayRef)> = vec![
            ("article", self.kept.article.finish()),
            ("source", Arc::new(self.kept.source.finish())),
        ];
        if self.are_several {
            kept.push(("field", Arc::new(self.kept.field.finish())));
        }
        kept.push(("bytes", Arc::new(self.kept.bytes.finish())));
        kept.push(("text", Arc::new(self.kept.text.finish())));
        let (fields, kept) = together(kept);
        let kept = StructArray::try_new(fields, kept, None)?;
        let (fields, columns) = together(vec![
            ("article", self.article.finish()),
            ("source", Arc::new(self.source.finish())),
            ("field", Arc::new(self.field.finish())),
            ("unit", Arc::new(self.unit.finish())),
            ("bytes", Arc::new(self.bytes.finish())),
            ("chars", Arc::new(self.chars.finish())),
            ("text", Arc::new(self.text.finish())),
            ("rule", Arc::new(self.rule.finish())),
            ("measure", Arc::new(self.measure.finish())),
            ("similarity", Arc::new(self.similarity.finish())),
            ("lost", Arc::new(self.lost.finish())),
            ("reprint", Arc::new(self.reprint.finish())),
            ("kept", Arc::new(kept)),
        ]);
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
    }
}

/// What Arrow says is wrong with data.
pub(crate) fn of_arrow(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
