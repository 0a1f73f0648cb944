//! Objects into columns.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, Type as Physical, ZstdLevel};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use serde_json::value::RawValue;

use super::{Absent, Field, Levels, Type, schema};
use crate::files::record::Id;

/// Bytes of JSON after which a row group is written.
const GROUP_BYTES: usize = 8 << 20;

/// Writes rows as a Parquet file. What it holds in memory is a row group, and of those before it what the end of the file says of
/// them.
pub(crate) struct RowWriter<W: Write + Send> {
    out: W,
    /// Writes to memory, which is emptied into `out` behind each row group: so errors of `out` are seen as they are.
    parquet: SerializedFileWriter<Vec<u8>>,
    fields: &'static [Field],
    columns: Columns,
    group_bytes: usize,
    limit: usize,
}

impl<W: Write + Send> RowWriter<W> {
    pub(crate) fn new(out: W, fields: &'static [Field]) -> io::Result<Self> {
        Self::with_groups_of(GROUP_BYTES, out, fields)
    }

    /// The same with row groups of about so many bytes.
    pub(crate) fn with_groups_of(limit: usize, out: W, fields: &'static [Field]) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let schema = schema(fields).map_err(io::Error::other)?;
        let columns = schema.columns().iter().map(|column| Column {
            full: column.max_def_level(),
            in_list: column.max_rep_level() > 0,
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values: Values::new(column.physical_type()),
        });
        Ok(Self {
            out,
            columns: Columns {
                all: columns.collect(),
                next: 0,
            },
            parquet: SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), Arc::new(properties))
                .map_err(io::Error::other)?,
            fields,
            group_bytes: 0,
            limit,
        })
    }

    /// Adds a row. After an error the file is not to be finished.
    pub(crate) fn row(&mut self, json: &str) -> io::Result<()> {
        let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let object: &RawValue = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
        self.columns.next = 0;
        self.columns
            .object(self.fields, object, Levels::default())
            .map_err(wrong)?;
        self.group_bytes += json.len();
        if self.group_bytes >= self.limit {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.group_bytes) > 0 {
            let mut group = self.parquet.next_row_group().map_err(io::Error::other)?;
            for column in &mut self.columns.all {
                column.write(&mut group).map_err(io::Error::other)?;
            }
            group.close().map_err(io::Error::other)?;
        }
        self.parquet.flush()?;
        self.out.write_all(&std::mem::take(self.parquet.inner_mut()))
    }

    /// Writes the end of the file, with these keys and values.
    pub(crate) fn finish(mut self, about: impl IntoIterator<Item = (&'static str, String)>) -> io::Result<W> {
        self.end_group()?;
        for (key, value) in about {
            self.parquet
                .append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        let rest = self.parquet.into_inner().map_err(io::Error::other)?;
        self.out.write_all(&rest)?;
        Ok(self.out)
    }

    /// What it writes to.
    pub(crate) fn get_ref(&self) -> &W {
        &self.out
    }
}

/// A column of a row group that is not yet written.
struct Column {
    /// The definition level at which a value is there.
    full: i16,
    in_list: bool,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Values,
}

enum Values {
    Texts(Vec<ByteArray>),
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Flags(Vec<bool>),
}

/// A value of any column.
enum Value {
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
}

impl Values {
    fn new(of: Physical) -> Self {
        match of {
            Physical::INT64 => Self::Whole(Vec::new()),
            Physical::DOUBLE => Self::Real(Vec::new()),
            Physical::BOOLEAN => Self::Flags(Vec::new()),
            _ => Self::Texts(Vec::new()),
        }
    }

    /// True if the value is of the type of the column.
    fn push(&mut self, value: Value) -> bool {
        match (self, value) {
            (Self::Texts(values), Value::Text(value)) => values.push(value.into_bytes().into()),
            (Self::Whole(values), Value::Whole(value)) => values.push(value),
            (Self::Real(values), Value::Real(value)) => values.push(value),
            (Self::Flags(values), Value::Flag(value)) => values.push(value),
            _ => return false,
        }
        true
    }
}

fn no_such_column() -> ParquetError {
    ParquetError::General("the columns are not those of the rows".to_owned())
}

impl Column {
    /// Writes what it holds, which is then gone.
    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> ParquetResult<()> {
        let mut writer = group.next_column()?.ok_or_else(no_such_column)?;
        let definitions = (self.full > 0).then_some(self.definitions.as_slice());
        let repetitions = self.in_list.then_some(self.repetitions.as_slice());
        match (writer.untyped(), &mut self.values) {
            (ColumnWriter::ByteArrayColumnWriter(to), Values::Texts(values)) => {
                to.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (ColumnWriter::Int64ColumnWriter(to), Values::Whole(values)) => {
                to.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (ColumnWriter::DoubleColumnWriter(to), Values::Real(values)) => {
                to.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            (ColumnWriter::BoolColumnWriter(to), Values::Flags(values)) => {
                to.write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            _ => return Err(no_such_column()),
        }
        self.definitions.clear();
        self.repetitions.clear();
        writer.close()
    }
}

/// The columns, and at which of them a row has arrived.
struct Columns {
    all: Vec<Column>,
    next: usize,
}

type Result = std::result::Result<(), String>;

fn parse<'a, T: serde::Deserialize<'a>>(json: &'a RawValue) -> std::result::Result<T, String> {
    serde_json::from_str(json.get()).map_err(|error| error.to_string())
}

impl Columns {
    fn object(&mut self, fields: &[Field], json: &RawValue, at: Levels) -> Result {
        let mut keys: BTreeMap<&str, &RawValue> = parse(json)?;
        for field in fields {
            let value = keys.remove(field.name);
            self.field(field, value, at)
                .map_err(|error| format!("`{}`: {error}", field.name))?;
        }
        match keys.keys().next() {
            None => Ok(()),
            Some(key) => Err(format!("there is no column for `{key}`")),
        }
    }

    fn field(&mut self, field: &Field, value: Option<&RawValue>, at: Levels) -> Result {
        let here = at.present(field);
        match (value.filter(|value| value.get() != "null"), field.of) {
            (Some(value), Type::Text) => self.push(Value::Text(parse(value)?), here),
            (Some(value), Type::Whole) => self.push(Value::Whole(parse(value)?), here),
            // parsed to the nearest double, so that it is printed as it was
            (Some(value), Type::Real) => match value.get().parse() {
                Ok(real) => self.push(Value::Real(real), here),
                Err(_) => Err("is no number".to_owned()),
            },
            (Some(value), Type::Flag) => self.push(Value::Flag(parse(value)?), here),
            (None, Type::Flag) if field.absent == Absent::LeftOut => self.push(Value::Flag(false), here),
            (Some(value), Type::Spelled) => {
                let id = Id::of_raw(value.get());
                let text = id.text();
                let plain = serde_json::to_string(&text).map_err(|error| error.to_string())?;
                self.push(Value::Text(text.clone().into_owned()), here)?;
                if plain == id.raw() {
                    self.nulls(1, at);
                    return Ok(());
                }
                self.push(Value::Text(id.raw().to_owned()), at.spelling())
            }
            (Some(value), Type::Range) => {
                let [start, end] = parse(value)?;
                self.push(Value::Whole(start), here)?;
                self.push(Value::Whole(end), here)
            }
            (Some(value), Type::Object(fields)) => self.object(fields, value, here),
            (Some(value), Type::Texts) => {
                self.elements(&parse::<Vec<&RawValue>>(value)?, here, 1, |columns, json, at| {
                    columns.push(Value::Text(parse(json)?), at)
                })
            }
            (Some(value), Type::Objects(fields)) => {
                let width = super::width(fields);
                self.elements(&parse::<Vec<&RawValue>>(value)?, here, width, |columns, json, at| {
                    columns.object(fields, json, at)
                })
            }
            (None, _) if field.is_optional() => {
                self.nulls(field.width(), at);
                Ok(())
            }
            (None, _) => Err("has no value".to_owned()),
        }
    }

    /// The elements of a list, which take so many columns.
    fn elements(
        &mut self,
        list: &[&RawValue],
        at: Levels,
        width: usize,
        mut element: impl FnMut(&mut Self, &RawValue, Levels) -> Result,
    ) -> Result {
        if list.is_empty() {
            self.nulls(width, at);
            return Ok(());
        }
        let columns = self.next;
        for (number, json) in list.iter().enumerate() {
            self.next = columns;
            element(self, json, at.element(number == 0))?;
        }
        Ok(())
    }

    fn push(&mut self, value: Value, at: Levels) -> Result {
        let column = self.all.get_mut(self.next).filter(|column| {
            // a level that does not fit would be written as another value
            column.full == at.definition
        });
        let pushed = column.is_some_and(|column| {
            column.definitions.push(at.definition);
            column.repetitions.push(at.repetition);
            column.values.push(value)
        });
        self.next += 1;
        if pushed {
            Ok(())
        } else {
            Err("its column is of another type".to_owned())
        }
    }

    /// No value in the next columns, because something around them is not there.
    fn nulls(&mut self, columns: usize, at: Levels) {
        for column in self.all.iter_mut().skip(self.next).take(columns) {
            column.definitions.push(at.definition);
            column.repetitions.push(at.repetition);
        }
        self.next += columns;
    }
}
