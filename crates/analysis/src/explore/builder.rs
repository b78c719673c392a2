//! Commands that are built word by word before they are sent.

use super::Explorer;
use super::call::CallSite;
use super::state::State;
use crate::sym::{FrameId, S, Sym, Val};
use dogpile_ir::{FieldInit, Type};
use dogpile_models::Row;
use dogpile_source::Span;

/// Where a builder keeps the words of its command.
const WORDS: &str = "words";

impl<'a> Explorer<'a, '_> {
    /// Whether a row is a method of a type whose methods change it and give it again.
    pub(super) fn chains(&self, row: Row<'a>) -> bool {
        let models = self.cx.program.models;
        row.call
            .on
            .as_deref()
            .and_then(|on| models.type_of(&models.qualified_type(row.client, on)))
            .is_some_and(|(_, ty)| ty.chains)
    }

    /// A command that is being built: an object where its methods change it, a value where each gives the next one.
    pub(super) fn new_command(
        &mut self,
        row: Row<'a>,
        ty: Option<&str>,
        words: Vec<Val>,
        span: Span,
        state: &mut State<'a>,
    ) -> Val {
        let words = Val::new(Sym::Command(row.client, words), span);
        let models = self.cx.program.models;
        let Some(ty) = ty
            .map(|ty| models.qualified_type(row.client, ty))
            .filter(|ty| models.type_of(ty).is_some_and(|(_, ty)| ty.chains))
        else {
            return words;
        };
        let object = Val::new(self.object(&ty), span);
        state.set_field(object.sym.clone(), WORDS.into(), words);
        object
    }

    pub(super) fn push_words(
        &mut self,
        row: Row<'a>,
        site: &CallSite<'a>,
        added: Vec<Val>,
        state: &mut State<'a>,
    ) -> Val {
        let span = site.call.span;
        let receiver = site.receiver.clone().unwrap_or_else(|| Val::unknown(span));
        let longer = |so_far: &S| match &**so_far {
            Sym::Command(client, words) => Sym::Command(*client, words.iter().chain(&added).cloned().collect()).into(),
            _ => so_far.clone(),
        };
        let on_all = |kept: &Val| match &*kept.sym {
            // Paths that built different words have met.
            Sym::Phi(parts) => {
                parts.iter().map(longer).reduce(|a, b| crate::sym::either(&a, &b)).unwrap_or_else(|| kept.sym.clone())
            }
            _ => longer(&kept.sym),
        };
        match state.field(&receiver.sym, WORDS).cloned() {
            Some(kept) => {
                let sym = on_all(&kept);
                state.set_field(receiver.sym.clone(), WORDS.into(), Val { sym, span });
                receiver
            }
            None if matches!(&*receiver.sym, Sym::Command(..) | Sym::Phi(_)) => Val { sym: on_all(&receiver), span },
            None if matches!(&*receiver.sym, Sym::Object(..)) => receiver,
            None => Val::new(Sym::Command(row.client, added), span),
        }
    }

    /// A variant that a client's model knows as words: `SetExpiry::PX(30_000)`.
    pub(super) fn words_built(
        &mut self,
        frame: FrameId,
        ty: &Type,
        fields: &'a [FieldInit],
        span: Span,
        state: &mut State<'a>,
    ) -> Option<Val> {
        let name = self.cx.program.canonical(ty.name()?).into_owned();
        let row = self.cx.program.models.function(&name, fields.len())?;
        let dogpile_models::Does::MakesCommand { words, .. } = &row.call.does else { return None };
        // No call stands here; the words need one only to say where literals are from.
        let call = self.destructor_call(frame)?;
        let args = fields
            .iter()
            .map(|f| match f {
                FieldInit::Item(v) | FieldInit::Named(_, v) | FieldInit::Keyed(_, v) | FieldInit::Spread(v) => {
                    self.eval(frame, v, state)
                }
            })
            .collect();
        let site = CallSite { call, frame, receiver: None, args, wanted: None };
        let words = self.words(words, &site, state);
        let words =
            words.into_iter().map(|word| if word.span == call.span { Val { span, ..word } } else { word }).collect();
        Some(Val::new(Sym::Command(row.client, words), span))
    }
}

/// The words of a command that is not sent yet, given by value or kept on its builder.
pub(super) fn built_words(val: &Val, state: &State<'_>) -> Option<Vec<Val>> {
    match &*val.sym {
        Sym::Command(_, words) => Some(words.clone()),
        Sym::Object(..) => state.field(&val.sym, WORDS).and_then(|kept| built_words(kept, state)),
        _ => None,
    }
}

/// What is sent where a command is: as many commands as paths built that met since.
pub(super) fn commands(val: &Val, state: &State<'_>) -> Vec<Vec<Val>> {
    let kept = state.field(&val.sym, WORDS).unwrap_or(val);
    match &*kept.sym {
        Sym::Phi(parts) => {
            parts.iter().filter_map(|part| built_words(&Val { sym: part.clone(), span: val.span }, state)).collect()
        }
        _ => built_words(val, state).into_iter().collect(),
    }
}
