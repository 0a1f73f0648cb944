//! Options that say which articles are compared.

use crate::amounts;
use std::time::Duration;

/// Which articles are compared.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct ReachArgs {
    /// Compare only articles with the same value in FIELD, a string, number, true or false; with FIELD:host, of the same host in a
    /// URL there. The outcome is that of each group alone. Articles without a value are one group
    #[arg(long, value_name = "FIELD[:host]", value_parser = group, conflicts_with = "scope", help_heading = "Which articles are compared")]
    pub(crate) group_by: Option<GroupBy>,

    /// Compare only articles of different groups, and none with itself or its own group: copies there neither go nor count. The rule on
    /// reprints, in which one word may be exchanged, does not apply
    #[arg(long, requires = "group_by", help_heading = "Which articles are compared")]
    pub(crate) across: bool,

    /// Compare all articles, and count in how many groups of FIELD a repeated text stands: newspapers, sites, dumps (FIELD as for
    /// --group-by). Marks tell it as groups of a family; --where and apply know it by that name
    #[arg(long, value_name = "FIELD[:host]", value_parser = group, conflicts_with = "group_by", help_heading = "Which articles are compared")]
    pub(crate) count_by: Option<GroupBy>,

    /// Compare only articles whose dates are at most so far apart, as in 7d, 2w or 12h. Articles without a date are compared with one
    /// another only. The rule on reprints, in which one word may be exchanged, does not apply
    #[arg(long, value_name = "TIME", value_parser = amounts::parse_time, conflicts_with = "scope", help_heading = "Which articles are compared")]
    pub(crate) within: Option<Duration>,

    /// Field with the date, for --within and --keep newest; if it is given, marks tell when a repeated text was first and last said.
    /// ISO 8601 (2026-11-30, 2026-11-30T08:15:00Z), RFC 2822, seconds, milli-, micro- or nanoseconds since 1970, or a date or
    /// timestamp column [default: date]
    #[arg(long, value_name = "FIELD", value_parser = super::field, help_heading = "Which articles are compared")]
    pub(crate) date_field: Option<String>,
}

impl ReachArgs {
    /// What groups are told by, if they are told apart.
    pub(crate) fn group(&self) -> Option<&GroupBy> {
        self.group_by.as_ref().or(self.count_by.as_ref())
    }
}

/// What groups are told by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupBy {
    pub(crate) field: String,
    /// By the host of a URL.
    pub(crate) host: bool,
}

impl std::fmt::Display for GroupBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.field)?;
        f.write_str(if self.host { ":host" } else { "" })
    }
}

fn group(typed: &str) -> Result<GroupBy, String> {
    let (field, host) = typed
        .strip_suffix(":host")
        .map_or((typed, false), |field| (field, true));
    Ok(GroupBy {
        field: super::field(field)?,
        host,
    })
}
