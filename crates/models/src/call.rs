//! Call rows as they are kept: what finds one, and what it says, which is read when somebody asks.

use crate::does::Does;
use crate::path::{AccessPath, Base};
use crate::prepared::PreparedCall;
use crate::row::CallRow;
use crate::visit::shifted;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A text that is built in, or a user's.
pub(crate) type Text = Cow<'static, str>;

/// See the module.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) on: Option<Text>,
    pub(crate) names: Vec<Text>,
    pub(crate) min_args: usize,
    pub(crate) max_args: Option<usize>,
    /// Whether it teaches an object commands of somebody's own.
    pub(crate) defines: bool,
    context: Option<&'static str>,
    whole: &'static str,
    /// How many leading arguments heirs lack, one after the other.
    drops: Vec<usize>,
    row: OnceLock<Box<CallRow>>,
}

impl Call {
    /// A row that has been read.
    pub(crate) fn of(row: CallRow) -> Self {
        Self {
            on: row.on.clone().map(Cow::Owned),
            names: row.name.iter().cloned().map(Cow::Owned).collect(),
            min_args: row.min_args,
            max_args: row.max_args,
            defines: matches!(row.does, Does::DefinesCommand { .. } | Does::Makes { defines: Some(_), .. }),
            context: None,
            whole: "",
            drops: Vec::new(),
            row: OnceLock::from(Box::new(row)),
        }
    }

    /// A row that a build has prepared. It is sound: tests read every one.
    pub(crate) fn prepared(call: PreparedCall<'static>) -> Self {
        Self {
            on: call.on.map(Cow::Borrowed),
            names: call.names.into_iter().map(Cow::Borrowed).collect(),
            min_args: call.min_args,
            max_args: call.max_args,
            defines: call.defines,
            context: call.context,
            whole: call.whole,
            drops: Vec::new(),
            row: OnceLock::new(),
        }
    }

    /// A prepared row for a client whose calls lack `dropped` leading arguments: see [`shifted`], which does the same
    /// when the row is read.
    pub(crate) fn less(&self, dropped: usize) -> Self {
        let mut less = Self { row: OnceLock::new(), ..self.clone() };
        if dropped == 0 {
            return less;
        }
        less.drops.push(dropped);
        let context = less.context.and_then(AccessPath::parse);
        if matches!(context, Some(AccessPath { base: Base::Arg(n), .. }) if n <= dropped) {
            less.context = None;
            less.min_args = less.min_args.saturating_sub(dropped);
            less.max_args = less.max_args.map(|n| n.saturating_sub(dropped));
        }
        less
    }

    /// What it says.
    ///
    /// # Panics
    /// When a row that a build has prepared is faulty, which a test rules out.
    pub(crate) fn row(&self) -> &CallRow {
        self.row.get_or_init(|| {
            let faulty = |fault: String| -> ! { panic!("built-in row {:?}: {fault}", self.names) };
            let row = serde_json::from_str(self.whole).unwrap_or_else(|fault| faulty(fault.to_string()));
            Box::new(
                self.drops.iter().fold(row, |row, dropped| shifted(&row, *dropped).unwrap_or_else(|path| faulty(path))),
            )
        })
    }

    pub(crate) fn takes(&self, args: usize) -> bool {
        self.min_args <= args && self.max_args.is_none_or(|most| args <= most)
    }
}
