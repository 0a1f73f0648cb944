//! Rows of one fixed type, with structs and lists inside: JSON objects on the one side, Parquet columns on the other.
//!
//! A type is a table of [`Field`]s. The order of its fields is that of the keys in an object and of the columns, so an object that
//! was written in that order comes back byte for byte. An object may not have other keys than those of its type.
//!
//! How rows with lists are laid out in columns ("shredding", with definition and repetition levels) is described in Melnik et
//! al., *Dremel: interactive analysis of web-scale datasets*, 2010.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use ::parquet::basic::{LogicalType, Repetition, Type as Physical};
use ::parquet::errors::Result;
use ::parquet::schema::types::{SchemaDescriptor, Type as Node, TypePtr};

pub(crate) use self::read::RowReader;
pub(crate) use self::write::RowWriter;

/// One key of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    of: Type,
    absent: Absent,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    /// A string.
    Text,
    /// A whole number, in 64 bits.
    Whole,
    /// A number, as a double.
    Real,
    /// `true` or `false`.
    Flag,
    /// A string or a number whose spelling counts. Two columns: the text of it, and as `name_json` the JSON value as it is spelled;
    /// null where that is just the text in quotes.
    Spelled,
    /// `[start, end]`. Two columns, `name_start` and `name_end`.
    Range,
    /// An object.
    Object(&'static [Field]),
    /// An array of strings.
    Texts,
    /// An array of objects.
    Objects(&'static [Field]),
}

/// What stands for no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absent {
    /// Nothing: there is always a value.
    Never,
    /// `null`.
    Null,
    /// The key is left out. A flag is left out if it is false, and its column has no nulls.
    LeftOut,
}

impl Field {
    /// A key that is always there, with a value.
    pub(crate) const fn new(name: &'static str, of: Type) -> Self {
        let absent = Absent::Never;
        Self { name, of, absent }
    }

    /// A key that is always there, and may be `null`.
    pub(crate) const fn or_null(mut self) -> Self {
        self.absent = Absent::Null;
        self
    }

    /// A key that may be left out; a flag is, if it is false.
    pub(crate) const fn or_left_out(mut self) -> Self {
        self.absent = Absent::LeftOut;
        self
    }

    /// True if its columns may be null.
    fn is_optional(&self) -> bool {
        match self.absent {
            Absent::Never => false,
            Absent::Null => true,
            Absent::LeftOut => !matches!(self.of, Type::Flag),
        }
    }

    /// How many columns it takes.
    fn width(&self) -> usize {
        match self.of {
            Type::Text | Type::Whole | Type::Real | Type::Flag | Type::Texts => 1,
            Type::Spelled | Type::Range => 2,
            Type::Object(fields) | Type::Objects(fields) => width(fields),
        }
    }

    fn nodes(&self) -> Result<Vec<TypePtr>> {
        let (name, needed) = (self.name, repetition(self.is_optional()));
        let text = Some(LogicalType::String);
        let one = |node: Result<Node>| Ok(vec![Arc::new(node?)]);
        match self.of {
            Type::Text => one(leaf(name, Physical::BYTE_ARRAY, text, needed)),
            Type::Whole => one(leaf(name, Physical::INT64, None, needed)),
            Type::Real => one(leaf(name, Physical::DOUBLE, None, needed)),
            Type::Flag => one(leaf(name, Physical::BOOLEAN, None, needed)),
            Type::Spelled => Ok(vec![
                Arc::new(leaf(name, Physical::BYTE_ARRAY, text.clone(), needed)?),
                Arc::new(leaf(
                    &format!("{name}_json"),
                    Physical::BYTE_ARRAY,
                    text,
                    Repetition::OPTIONAL,
                )?),
            ]),
            Type::Range => ["start", "end"]
                .iter()
                .map(|end| Ok(Arc::new(leaf(&format!("{name}_{end}"), Physical::INT64, None, needed)?)))
                .collect(),
            Type::Object(fields) => one(group(name, fields, needed)),
            Type::Texts => one(list(
                name,
                leaf("element", Physical::BYTE_ARRAY, text, Repetition::REQUIRED)?,
                needed,
            )),
            Type::Objects(fields) => one(list(name, group("element", fields, Repetition::REQUIRED)?, needed)),
        }
    }
}

fn repetition(optional: bool) -> Repetition {
    if optional {
        Repetition::OPTIONAL
    } else {
        Repetition::REQUIRED
    }
}

/// How many columns these fields take.
fn width(fields: &[Field]) -> usize {
    fields.iter().map(Field::width).sum()
}

fn leaf(name: &str, of: Physical, logical: Option<LogicalType>, needed: Repetition) -> Result<Node> {
    Node::primitive_type_builder(name, of)
        .with_logical_type(logical)
        .with_repetition(needed)
        .build()
}

fn group(name: &str, fields: &[Field], needed: Repetition) -> Result<Node> {
    Node::group_type_builder(name)
        .with_repetition(needed)
        .with_fields(nodes(fields)?)
        .build()
}

/// A list as the format wants it, in three levels.
fn list(name: &str, element: Node, needed: Repetition) -> Result<Node> {
    let repeated = Node::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Node::group_type_builder(name)
        .with_logical_type(Some(LogicalType::List))
        .with_repetition(needed)
        .with_fields(vec![Arc::new(repeated)])
        .build()
}

fn nodes(fields: &[Field]) -> Result<Vec<TypePtr>> {
    let mut all = Vec::new();
    for field in fields {
        all.extend(field.nodes()?);
    }
    Ok(all)
}

/// The columns of rows of that type.
fn schema(fields: &[Field]) -> Result<SchemaDescriptor> {
    let root = Node::group_type_builder("schema").with_fields(nodes(fields)?).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

/// Where a value stands in the levels of the columns.
#[derive(Clone, Copy, Debug, Default)]
struct Levels {
    /// How many of what may be absent, or is a list, is there around it.
    definition: i16,
    /// The innermost list of which it is not in the first element; 0 if it is the first of its row.
    repetition: i16,
    /// How many lists there are around it.
    lists: i16,
}

impl Levels {
    /// Of the value of a field that is there.
    fn present(self, field: &Field) -> Self {
        let definition = self.definition + i16::from(field.is_optional());
        Self { definition, ..self }
    }

    /// Of the spelling of a value, which is null or not whether its text may be null or not.
    fn spelling(self) -> Self {
        let definition = self.definition + 1;
        Self { definition, ..self }
    }

    /// Of the first element, or of another one, of a list that stands here.
    fn element(self, first: bool) -> Self {
        let lists = self.lists + 1;
        Self {
            definition: self.definition + 1,
            repetition: if first { self.repetition } else { lists },
            lists,
        }
    }
}
