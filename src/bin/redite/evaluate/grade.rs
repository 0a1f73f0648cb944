//! How the two of a planted pair differ.

use redite::UnitKind;
use std::fmt;

/// How a copy differs from its source, or what would be lost with the later of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Grade {
    Exact,
    Punct,
    Edit5,
    Edit10,
    Edit20,
    Clause,
    Swap,
    Context,
    Word5,
    Word10,
    TrapWord,
    TrapAdded,
    TrapClause,
    TrapLead,
    TrapHalf,
    TrapWords60,
    TrapNumbers,
    TrapFacts,
}

/// What should become of the pairs of a grade.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// One of the two is removed.
    Removed,
    /// Neither is wanted nor refused: people differ.
    Either,
    /// Nothing is removed.
    Kept,
}

impl Grade {
    /// All, in the order of tables.
    pub(crate) const ALL: [Self; 18] = [
        Self::Exact,
        Self::Punct,
        Self::Edit5,
        Self::Edit10,
        Self::Edit20,
        Self::Clause,
        Self::Swap,
        Self::Context,
        Self::Word5,
        Self::Word10,
        Self::TrapWord,
        Self::TrapAdded,
        Self::TrapClause,
        Self::TrapLead,
        Self::TrapHalf,
        Self::TrapWords60,
        Self::TrapNumbers,
        Self::TrapFacts,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Punct => "punct",
            Self::Edit5 => "edit5",
            Self::Edit10 => "edit10",
            Self::Edit20 => "edit20",
            Self::Clause => "clause",
            Self::Swap => "swap",
            Self::Context => "context",
            Self::Word5 => "word5",
            Self::Word10 => "word10",
            Self::TrapWord => "trap_word",
            Self::TrapAdded => "trap_added",
            Self::TrapClause => "trap_clause",
            Self::TrapLead => "trap_lead",
            Self::TrapHalf => "trap_half",
            Self::TrapWords60 => "trap_words60",
            Self::TrapNumbers => "trap_numbers",
            Self::TrapFacts => "trap_facts",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }

    pub(crate) fn wish(self) -> Wish {
        match self {
            Self::Word5 | Self::Word10 => Wish::Either,
            grade if grade >= Self::TrapWord => Wish::Kept,
            _ => Wish::Removed,
        }
    }

    /// True for pairs of which nothing should be removed.
    pub(crate) fn is_trap(self) -> bool {
        self.wish() == Wish::Kept
    }

    /// True if pairs of this kind are planted in this grade. `trap_clause` and `trap_facts` are planted in none: they are
    /// what a pair is scored as, see `score`.
    pub(super) fn is_planted(self, kind: UnitKind) -> bool {
        match self {
            Self::TrapClause | Self::TrapFacts => false,
            Self::Swap
            | Self::Context
            | Self::TrapAdded
            | Self::TrapLead
            | Self::TrapHalf
            | Self::TrapWords60
            | Self::TrapNumbers => kind == UnitKind::Paragraph,
            _ => true,
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
