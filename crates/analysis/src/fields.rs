//! Struct fields that the project sets in one place only: a constructor's script, a key's prefix, a fixed interval.

use crate::asked::{About, Answers, note};
use crate::program::Program;
use crate::typing::{Typing, named_fields};
use crate::walk::{each_stmt, values};
use dogpile_ir::{Call, Callee, Lang, LocalId, Place, Rvalue, StmtKind, Value, ValueKind};
use dogpile_source::Span;
use rustc_hash::FxHashMap as HashMap;

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
    at: Span,
}

/// Fields by `Type.field`; `None` where several places set one.
pub(crate) struct Fields<'a> {
    setters: HashMap<String, Option<Setter<'a>>>,
    /// Where a field is set, whatever it is set to; `None` where several places do.
    places: HashMap<String, Option<Span>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn find(program: &Program<'a>, typing: &Typing) -> Self {
        let mut fields = Self { setters: HashMap::default(), places: HashMap::default() };
        for (m, module) in (0u32..).zip(program.modules) {
            let bodies = module.functions.iter().filter_map(|f| f.body.as_ref()).chain(module.globals.iter().map(|g| &g.init));
            for body in bodies {
                let mut temps: Temps<'a> = HashMap::default();
                each_stmt(body, &mut |stmt| {
                    if let StmtKind::Let { targets, value } = &stmt.kind {
                        if let ([Place::Local(local)], Rvalue::Call(call)) = (targets.as_slice(), value) {
                            temps.insert(*local, call);
                        }
                        if let [Place::Field(base, name)] = targets.as_slice() {
                            let ty = typing.value_type(program, m, base, 0);
                            if let Some(owner) = program.resolve_alias(&ty).name() {
                                let field = format!("{owner}.{name}");
                                match value {
                                    Rvalue::Use(set) => fields.add(field, m, set, &temps),
                                    Rvalue::Call(call) => fields.add_call(field, m, call, call.span),
                                    _ => fields.set(field, None, stmt.span),
                                }
                            }
                        }
                    }
                    for value in values(stmt) {
                        fields.aggregates(program, m, value, &temps);
                    }
                });
            }
            for value in module.globals.iter().filter_map(|g| g.value.as_ref()) {
                fields.aggregates(program, m, value, &HashMap::default());
            }
        }
        fields
    }

    fn aggregates(&mut self, program: &Program<'a>, m: u32, value: &'a Value, temps: &Temps<'a>) {
        // An object of TypeScript is of an interface's type wherever it fits: others come from code we do not see.
        if let ValueKind::Aggregate { ty, fields } = &value.kind
            && program.module_at(m).lang != Lang::TypeScript
            && let Some(owner) = ty.name()
        {
            for (name, part) in named_fields(program, ty, fields) {
                self.add(format!("{owner}.{name}"), m, part, temps);
            }
        }
        for part in value.parts() {
            self.aggregates(program, m, part, temps);
        }
    }

    fn add(&mut self, field: String, module: u32, value: &'a Value, temps: &Temps<'a>) {
        match value.kind {
            ValueKind::Local(local) if temps.contains_key(&local) => self.add_call(field, module, temps[&local], value.span),
            _ => {
                let setter = closed(value).then_some(Setter { module, value: Some(value), computed: None, at: value.span });
                self.set(field, setter, value.span);
            }
        }
    }

    /// Anything that reads variables or other fields depends on where it stands, and could lead back to itself.
    fn add_call(&mut self, field: String, module: u32, call: &'a Call, at: Span) {
        let alone = matches!(call.callee, Callee::Named(_)) && call.args.iter().all(closed);
        self.set(field, alone.then_some(Setter { module, value: None, computed: Some(call), at }), at);
    }

    fn set(&mut self, field: String, setter: Option<Setter<'a>>, at: Span) {
        self.places.entry(field.clone()).and_modify(|known| *known = known.filter(|place| *place == at)).or_insert(Some(at));
        self.setters
            .entry(field)
            .and_modify(|known| {
                if known.is_none_or(|k| k.at != at) {
                    *known = None;
                }
            })
            .or_insert(setter);
    }

    /// Whether a field has one value for the life of its object: one place sets it.
    pub(crate) fn is_set_once(&self, owner: &str, field: &str) -> bool {
        let name = format!("{owner}.{field}");
        note(About::Places, name.as_str());
        self.places.get(&name).is_some_and(Option::is_some)
    }

    /// The only place that sets a field.
    pub(crate) fn setter(&self, owner: &str, field: &str) -> Option<Setter<'a>> {
        let name = format!("{owner}.{field}");
        note(About::Setter, name.as_str());
        let found = self.setters.get(&name).copied().flatten();
        found.iter().for_each(|setter| note(About::Module, &setter.module));
        found
    }

    /// Every answer.
    pub(crate) fn answers(&self, answers: &mut Answers) {
        self.places.iter().for_each(|(name, place)| answers.add(About::Places, name.as_str(), &place.is_some()));
        for (name, setter) in &self.setters {
            answers.add(About::Setter, name.as_str(), &setter.map(|s| (s.module, s.at, s.computed.is_some())));
        }
    }
}

/// Made of literals and package-level names only.
fn closed(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Lit(_) | ValueKind::Global(_) => true,
        ValueKind::Binary(..) | ValueKind::Concat(_) | ValueKind::Convert(..) | ValueKind::Neg(_) => value.parts().into_iter().all(closed),
        _ => false,
    }
}
