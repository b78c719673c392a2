//! Struct fields that the project sets in one place only: a constructor's script, a key's prefix, a fixed interval.

use crate::asked::{About, Answers, Identities, note};
use crate::names::parted;
use crate::program::Program;
use crate::typing::{Typing, named_fields};
use crate::walk::{each_stmt, values};
use dogpile_ir::{Call, Callee, Lang, LocalId, Place, Rvalue, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// Calls whose result a temporary or variable holds.
type Temps<'a> = HashMap<LocalId, &'a Call>;

/// Where a field gets its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setter<'a> {
    pub(crate) module: u32,
    /// The value, where it is not the result of a call.
    pub(crate) value: Option<&'a Value>,
    /// The call that computes it.
    pub(crate) computed: Option<&'a Call>,
    /// Calls before that one, and what they give.
    pub(crate) before: &'a [(LocalId, Call)],
}

/// What a field is set to.
#[derive(Debug)]
enum Set {
    Value(Value),
    Call(Call),
    /// A call of what calls before it give: a builder's.
    Chain(Vec<(LocalId, Call)>),
    /// Something that depends on where it stands.
    Other,
}

/// One place that sets a field.
#[derive(Debug)]
struct Setting {
    /// `Type.field`.
    field: String,
    set: Set,
    /// The first of the module that is the same place.
    first: u32,
}

/// What one module sets.
#[derive(Debug, Default)]
pub(crate) struct Part {
    places: Vec<Setting>,
    /// Index by field and place.
    seen: HashMap<(String, Span), u32>,
}

/// Which place sets a field: module and index; `None` where several do.
#[derive(Debug, Default)]
pub(crate) struct Index(HashMap<String, Option<(u32, u32)>>);

/// All fields.
pub(crate) struct Fields<'a> {
    parts: &'a [Arc<Part>],
    index: Arc<Index>,
}

impl Part {
    pub(crate) fn of(program: &Program<'_>, typing: &Typing, m: u32) -> Self {
        let mut part = Self::default();
        let module = &program.modules[m as usize];
        let bodies =
            module.functions.iter().filter_map(|f| f.body.as_ref()).chain(module.globals.iter().map(|g| &g.init));
        for body in bodies {
            let mut temps: Temps<'_> = HashMap::default();
            each_stmt(body, &mut |stmt| {
                if let StmtKind::Let { targets, value } = &stmt.kind {
                    // `let client = builder.build()?` has an error beside it.
                    if let ([Place::Local(local)], Rvalue::Call(call)) = (targets.as_slice(), value) {
                        temps.insert(*local, call);
                    } else if let ([Place::Local(local), _], Rvalue::Call(call), Lang::Rust) =
                        (targets.as_slice(), value, module.lang)
                    {
                        temps.insert(*local, call);
                    }
                    if let [Place::Field(base, name)] = targets.as_slice() {
                        let ty = typing.value_type(program, m, base, 0);
                        if let Some(owner) = program.resolve_alias(&ty).name() {
                            let field = format!("{owner}.{name}");
                            match value {
                                Rvalue::Use(set) => part.add(field, set, &temps),
                                Rvalue::Call(call) => part.add_call(field, call, call.span),
                                _ => part.set(field, Set::Other, stmt.span),
                            }
                        }
                    }
                }
                for value in values(stmt) {
                    part.aggregates(program, m, value, &temps);
                }
            });
        }
        for value in module.globals.iter().filter_map(|g| g.value.as_ref()) {
            part.aggregates(program, m, value, &HashMap::default());
        }
        part.seen = HashMap::default();
        part
    }

    /// Whether the same fields are set here in the same way, wherever the places have moved to.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let key = |p: &Setting| (matches!(p.set, Set::Other), matches!(p.set, Set::Call(_) | Set::Chain(_)), p.first);
        self.places.len() == other.places.len()
            && self.places.iter().zip(&other.places).all(|(a, b)| a.field == b.field && key(a) == key(b))
    }

    fn aggregates(&mut self, program: &Program<'_>, m: u32, value: &Value, temps: &Temps<'_>) {
        // An object of TypeScript is of an interface's type wherever it fits: others come from code we do not see.
        if let ValueKind::Aggregate { ty, fields } = &value.kind
            && program.modules[m as usize].lang != Lang::TypeScript
            && let Some(owner) = ty.name()
        {
            for (name, part) in named_fields(program, ty, fields) {
                self.add(format!("{owner}.{name}"), part, temps);
            }
        }
        for part in value.parts() {
            self.aggregates(program, m, part, temps);
        }
    }

    fn add(&mut self, field: String, value: &Value, temps: &Temps<'_>) {
        match value.kind {
            ValueKind::Local(local) if temps.contains_key(&local) => {
                let mut chain = vec![];
                match is_chain(local, temps, LONGEST_CHAIN, &mut chain) && chain.len() > 1 {
                    true => self.set(field, Set::Chain(chain), value.span),
                    false => self.add_call(field, temps[&local], value.span),
                }
            }
            _ => {
                let set = if closed(value) { Set::Value(value.clone()) } else { Set::Other };
                self.set(field, set, value.span);
            }
        }
    }

    /// Anything that reads variables or other fields depends on where it stands, and could lead back to itself.
    fn add_call(&mut self, field: String, call: &Call, at: Span) {
        let alone = matches!(call.callee, Callee::Named(_)) && call.args.iter().all(closed);
        self.set(field, if alone { Set::Call(call.clone()) } else { Set::Other }, at);
    }

    fn set(&mut self, field: String, set: Set, at: Span) {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let first = *self.seen.entry((field.clone(), at)).or_insert(next);
        self.places.push(Setting { field, set, first });
    }
}

impl Index {
    pub(crate) fn of(parts: &[Arc<Part>]) -> Self {
        let mut index: HashMap<String, Option<(u32, u32)>> = HashMap::default();
        for (m, part) in (0u32..).zip(parts) {
            for place in &part.places {
                let at = (m, place.first);
                match index.get_mut(&place.field) {
                    Some(known) => *known = known.filter(|known| *known == at),
                    None => {
                        index.insert(place.field.clone(), Some(at));
                    }
                }
            }
        }
        Self(index)
    }

    /// Every answer: which module sets a field alone. What it sets is in its text.
    pub(crate) fn answers(&self, who: &Identities, answers: &mut Answers) {
        self.0.iter().for_each(|(name, place)| {
            answers.add(About::Places, name.as_str(), &place.map(|(module, _)| who.of(module)))
        });
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn new(parts: &'a [Arc<Part>], index: Arc<Index>) -> Self {
        Self { parts, index }
    }

    /// Whether a field has one value for the life of its object: one place sets it.
    pub(crate) fn is_set_once(&self, owner: &str, field: &str) -> bool {
        self.place(owner, field).is_some()
    }

    /// The only place that sets a field. Where there are several, one more changes nothing.
    fn place(&self, owner: &str, field: &str) -> Option<(u32, u32)> {
        let name = format!("{owner}.{field}");
        note(About::Places, name.as_str());
        let places = self.index.0.get(&name);
        if places.is_none_or(Option::is_some) {
            note(About::Field, &(parted(owner).0, field));
            note(About::Literal, &(owner, field));
            note(About::Literal, &(owner, ""));
        }
        places.copied().flatten()
    }

    /// The only place that sets a field, if what it sets is told by itself.
    pub(crate) fn setter(&self, program: &Program<'_>, owner: &str, field: &str) -> Option<Setter<'a>> {
        let (module, index) = self.place(owner, field)?;
        program.look_into(module);
        match &self.parts[module as usize].places[index as usize].set {
            Set::Value(value) => Some(Setter { module, value: Some(value), computed: None, before: &[] }),
            Set::Call(call) => Some(Setter { module, value: None, computed: Some(call), before: &[] }),
            Set::Chain(calls) => {
                let ((_, last), before) = calls.split_last()?;
                Some(Setter { module, value: None, computed: Some(last), before })
            }
            Set::Other => None,
        }
    }
}

/// Longest chain of calls that a field is set to.
const LONGEST_CHAIN: usize = 12;

/// Whether what a temporary holds is made by calls that depend on each other alone: puts them in their order.
fn is_chain(local: LocalId, temps: &Temps<'_>, longest: usize, chain: &mut Vec<(LocalId, Call)>) -> bool {
    if chain.iter().any(|(known, _)| *known == local) {
        return true;
    }
    let Some(call) = temps.get(&local).filter(|_| longest > 0) else { return false };
    let receiver = match &call.callee {
        Callee::Method { receiver, .. } => Some(&**receiver),
        Callee::Named(_) => None,
        Callee::Value(_) => return false,
    };
    let known = receiver.into_iter().chain(&call.args).all(|value| match value.kind {
        ValueKind::Local(of) => is_chain(of, temps, longest - 1, chain),
        _ => closed(value),
    });
    if known {
        chain.push((local, (*call).clone()));
    }
    known
}

/// Made of literals and package-level names only.
fn closed(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Lit(_) | ValueKind::Global(_) => true,
        ValueKind::Binary(..) | ValueKind::Concat(_) | ValueKind::Convert(..) | ValueKind::Neg(_) => {
            value.parts().all(closed)
        }
        _ => false,
    }
}
