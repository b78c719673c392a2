//! The whole tree, linked: functions, types, globals and implementors by canonical name.

mod interfaces;

use crate::asked::{About, Answers, Identities, again, note, repeat};
use crate::linked::Source;
use crate::names::{are_of_one_project, folder_of_crate};
use crate::resolved::Resolved;
use dogpile_ir::{
    FuncId, Function, FunctionKind, Global, Lang, Module, QualName, Type, TypeDecl, TypeKind, Value, ValueKind,
};
use dogpile_models::Models;
use dogpile_source::{FileId, SourceMap, Span};
use rustc_hash::{FxHashMap as HashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A function of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct FuncRef {
    #[serde(with = "crate::summaries::number")]
    pub(crate) module: u32,
    pub(crate) func: FuncId,
}

/// How many re-exports of re-exports are followed.
const MAX_ALIASES: usize = 8;

/// The name that a constant is another name for.
fn other_name(global: &Global) -> Option<&QualName> {
    match &global.value {
        Some(Value { kind: ValueKind::Global(to), .. })
            if global.constant && global.init.is_empty() && **to != *global.name =>
        {
            Some(to)
        }
        _ => None,
    }
}

/// What names lead to, by place: it holds as long as no module declares anything else or elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    functions: HashMap<QualName, FuncRef>,
    /// Type name → method name → function.
    methods: HashMap<Arc<str>, BTreeMap<Arc<str>, FuncRef>>,
    /// Module and index in it.
    types: HashMap<QualName, (u32, u32)>,
    globals: HashMap<QualName, (u32, u32)>,
    files: HashMap<FileId, u32>,
    /// Modules of each package.
    pub(crate) packages: HashMap<QualName, Vec<u32>>,
    /// Packages whose names a package offers on under its own (`export * from`).
    offered: HashMap<QualName, Vec<QualName>>,
    /// Constants that are only another name, and packages that offer on what others have.
    heads: FxHashSet<QualName>,
    /// Packages whose names a package of Rust uses as its own, and offers nobody (`use redis::*;`).
    taken_in: HashMap<QualName, Vec<QualName>>,
    /// Types that have every method of an interface, by interface name.
    implementors: HashMap<QualName, Vec<Arc<str>>>,
    /// Names that somebody looked for where they are not declared: where they are, and what had to be asked to know.
    sought: RwLock<HashMap<Box<str>, Arc<Sought>>>,
}

/// The other name of a name, if it has one, and the questions whose answers told so.
#[derive(Debug)]
struct Sought {
    found: Option<String>,
    asked: Vec<u64>,
}

/// Everything that can be looked up by name.
pub(crate) struct Program<'a> {
    pub(crate) modules: &'a [Arc<Module>],
    pub(crate) sources: &'a SourceMap,
    pub(crate) models: &'a Models,
    pub(crate) tables: Arc<Tables>,
    pub(crate) identities: Identities,
    pub(crate) resolved: Resolved<'a>,
    /// See [`crate::Declared::aliases`].
    aliases: &'a BTreeMap<String, String>,
}

impl Tables {
    fn of(modules: &[Arc<Module>]) -> Self {
        let mut tables = Self::default();
        for (m, module) in (0u32..).zip(modules).filter(|(_, module)| !module.is_absent()) {
            tables.files.insert(module.file, m);
            tables.packages.entry(module.package.clone()).or_default().push(m);
            for (f, function) in (0u32..).zip(&module.functions) {
                let at = FuncRef { module: m, func: FuncId(f) };
                match function.kind {
                    FunctionKind::Plain => {
                        tables.functions.entry(function.name.clone()).or_insert(at);
                    }
                    FunctionKind::Method => {
                        if let Some((ty, method)) = function.name.rsplit_once('.') {
                            tables.methods.entry(ty.into()).or_default().entry(method.into()).or_insert(at);
                        }
                    }
                    FunctionKind::Closure { .. } => {}
                }
            }
            for import in module.imports.iter().filter(|i| &*i.name == "*") {
                tables.offered.entry(module.package.clone()).or_default().push(import.path.clone());
            }
            for import in module.imports.iter().filter(|i| &*i.name == "." && module.lang == Lang::Rust) {
                tables.taken_in.entry(module.package.clone()).or_default().push(import.path.clone());
            }
            for (index, decl) in (0u32..).zip(&module.types) {
                tables.types.entry(decl.name.clone()).or_insert((m, index));
            }
            for (index, global) in (0u32..).zip(&module.globals) {
                tables.globals.entry(global.name.clone()).or_insert((m, index));
            }
        }
        tables.heads = tables.offered.keys().chain(tables.taken_in.keys()).cloned().collect();
        let is_other = |(m, index): &(u32, u32)| other_name(&modules[*m as usize].globals[*index as usize]).is_some();
        tables.heads.extend(tables.globals.iter().filter(|(_, at)| is_other(at)).map(|(name, _)| name.clone()));
        tables
    }
}

impl<'a> Program<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        let mut program = Self::again(source, Arc::new(Tables::of(source.modules)));
        let implementors = program.find_implementors();
        if let Some(tables) = Arc::get_mut(&mut program.tables) {
            tables.implementors = implementors;
        }
        program
    }

    /// With tables that hold for these modules.
    pub(crate) fn again(source: Source<'a>, tables: Arc<Tables>) -> Self {
        let Source { modules, sources, models, aliases, identities, .. } = source;
        Self {
            modules,
            sources,
            models,
            tables,
            identities: identities.clone(),
            resolved: Resolved::default(),
            aliases,
        }
    }

    fn type_at(&self, (m, index): (u32, u32)) -> &'a TypeDecl {
        &self.modules[m as usize].types[index as usize]
    }

    fn global_at(&self, (m, index): (u32, u32)) -> (u32, &'a Global) {
        (m, &self.modules[m as usize].globals[index as usize])
    }

    pub(crate) fn module(&self, at: FuncRef) -> &'a Module {
        self.module_at(at.module)
    }

    /// A module, to be looked into.
    pub(crate) fn module_at(&self, m: u32) -> &'a Module {
        self.look_into(m);
        &self.modules[m as usize]
    }

    /// The number of a file's module.
    pub(crate) fn number_of(&self, file: FileId) -> Option<u32> {
        self.tables.files.get(&file).copied()
    }

    /// The functions around a place, in the order of their module.
    pub(crate) fn functions_around(&self, at: Span) -> impl Iterator<Item = FuncRef> + use<'a> {
        let here = self.number_of(at.file).map(|m| (m, self.module_at(m)));
        here.into_iter().flat_map(move |(m, module)| {
            let around = (0u32..).zip(&module.functions).filter(move |(_, function)| function.span.contains(at));
            around.map(move |(f, _)| FuncRef { module: m, func: FuncId(f) })
        })
    }

    /// Who looks into a module depends on its text.
    pub(crate) fn look_into(&self, m: u32) {
        note(About::Module, &self.identities.of(m));
    }

    /// Whether a module is a client of another project that lies in the tree (a fork that `replace` puts in its place, a copy
    /// in a monorepo): its code ends at a socket, and what it means to others is what its model says.
    pub(crate) fn is_client_to(&self, m: u32, other: u32) -> bool {
        let [one, other] = [m, other].map(|m| self.module_at(m));
        let path = |module: &Module| self.sources.get(module.file).map_or("", |file| &file.path);
        self.models.own(&other.package)
            && match other.lang {
                Lang::Rust => !path(one).starts_with(folder_of_crate(path(other))),
                Lang::Go | Lang::TypeScript => !are_of_one_project(&one.package, &other.package),
            }
    }

    /// The modules of a package.
    pub(crate) fn modules_of(&self, package: &str) -> impl Iterator<Item = &'a Module> {
        note(About::Package, package);
        let found = self.tables.packages.get(package).into_iter().flatten();
        found.map(|m| &*self.modules[*m as usize])
    }

    pub(crate) fn function(&self, at: FuncRef) -> &'a Function {
        self.module(at).function(at.func)
    }

    pub(crate) fn all_functions(&self) -> impl Iterator<Item = FuncRef> + '_ {
        (0u32..).zip(self.modules).flat_map(|(m, module)| {
            (0u32..).zip(&module.functions).map(move |(f, _)| FuncRef { module: m, func: FuncId(f) })
        })
    }

    pub(crate) fn function_named(&self, name: &str) -> Option<FuncRef> {
        self.named(About::Function, &self.tables.functions, name)
    }

    // Every look at a table goes through one of these, so that what was asked is known.

    fn function_of_name(&self, name: &str) -> Option<FuncRef> {
        note(About::Function, name);
        self.tables.functions.get(name).copied()
    }

    fn global_of_name(&self, name: &str) -> Option<(u32, &'a Global)> {
        note(About::Global, name);
        let found = self.tables.globals.get(name).map(|at| self.global_at(*at));
        found.iter().for_each(|(m, _)| self.look_into(*m));
        found
    }

    fn type_of_name(&self, name: &str) -> Option<&'a TypeDecl> {
        note(About::Type, name);
        let at = *self.tables.types.get(name)?;
        self.look_into(at.0);
        Some(self.type_at(at))
    }

    /// Whether a name leads elsewhere.
    fn is_head(&self, name: &str) -> bool {
        note(About::Head, name);
        self.tables.heads.contains(name)
    }

    /// Every answer that these tables can give.
    pub(crate) fn answers(&self, answers: &mut Answers) {
        let tables = &*self.tables;
        tables
            .functions
            .iter()
            .for_each(|(name, f)| answers.add(About::Function, &**name, &self.identities.of_function(*f)));
        tables
            .globals
            .iter()
            .for_each(|(name, (module, _))| answers.add(About::Global, &**name, &self.identities.of(*module)));
        tables
            .types
            .iter()
            .for_each(|(name, (module, _))| answers.add(About::Type, &**name, &self.identities.of(*module)));
        tables.methods.iter().for_each(|(ty, methods)| {
            let methods: Vec<_> = methods.iter().map(|(name, f)| (name, self.identities.of_function(*f))).collect();
            answers.add(About::Methods, &**ty, &methods);
        });
        tables.heads.iter().for_each(|name| answers.add(About::Head, &**name, &true));
        tables.offered.iter().for_each(|(package, from)| answers.add(About::Offered, &**package, from));
        tables.taken_in.iter().for_each(|(package, from)| answers.add(About::Taken, &**package, from));
        tables.implementors.iter().for_each(|(interface, types)| answers.add(About::Implementors, &**interface, types));
    }

    /// What the modules themselves answer, by their versions.
    pub(crate) fn versions(&self, versions: &[u64], answers: &mut Answers) {
        let there = self.identities.all().iter().zip(versions).filter(|(identity, _)| **identity != Identities::ABSENT);
        there.for_each(|(identity, version)| answers.add(About::Module, identity, version));
        let mut packages: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
        let all = self.modules.iter().zip(versions).zip(self.identities.all());
        for ((module, version), identity) in all.filter(|((module, _), _)| !module.is_absent()) {
            packages.entry(&module.package).or_default().push((*identity, *version));
        }
        packages.iter().for_each(|(package, modules)| answers.add(About::Package, *package, modules));
    }

    /// The name that something has where it is declared: re-exports and constants that are only other names are
    /// followed, for the name itself and for what it belongs to (`app/index.Lock.new`).
    pub(crate) fn canonical<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.declares(name) {
            return Cow::Borrowed(name);
        }
        if let Some(function) = name.strip_suffix("()") {
            return self.given_by(function).map_or(Cow::Borrowed(name), Cow::Owned);
        }
        match self.leads_to(name) {
            Some(found) => Cow::Owned(found),
            None => Cow::Borrowed(name),
        }
    }

    /// The name of the type that a function gives.
    fn given_by(&self, function: &str) -> Option<String> {
        let function = &*self.canonical(function);
        if let Some(f) = self.function_of_name(function) {
            let name = self.function(f).results.first()?.name()?;
            return Some(self.canonical(name).into_owned());
        }
        let row = (0..4).find_map(|args| self.models.function(function, args))?;
        match &row.call.does {
            dogpile_models::Does::Makes { ty, .. } => Some(self.models.qualified_type(row.client, ty)),
            _ => None,
        }
    }

    fn declares(&self, name: &str) -> bool {
        self.function_of_name(name).is_some()
            || self.type_of_name(name).is_some()
            || self
                .global_of_name(name)
                .is_some_and(|(m, g)| other_name(g).is_none() || self.models.own(&self.module_at(m).package))
    }

    /// Where a name leads that is not declared under it. The same few names are looked for all the time.
    fn leads_to(&self, name: &str) -> Option<String> {
        let sought = &self.tables.sought;
        let known = sought.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known {
            repeat(&known.asked);
            return known.found.clone();
        }
        let (found, asked) = again(|| self.elsewhere(name, 0, &mut HashMap::default()));
        let known = Arc::new(Sought { found: found.clone(), asked });
        sought.write().unwrap_or_else(PoisonError::into_inner).insert(name.into(), known);
        found
    }

    /// `seen`: names that were looked for, and how deep that was. Packages that take in each other's names whole would
    /// be gone through again on every way that leads to them.
    fn elsewhere(&self, name: &str, depth: usize, seen: &mut HashMap<Box<str>, usize>) -> Option<String> {
        if depth > MAX_ALIASES || seen.get(name).is_some_and(|known| *known <= depth) {
            return None;
        }
        seen.insert(name.into(), depth);
        self.leading_on(name, depth, seen)
    }

    fn leading_on(&self, name: &str, depth: usize, seen: &mut HashMap<Box<str>, usize>) -> Option<String> {
        let mut onward = |found: String| {
            if self.declares(&found) { found } else { self.elsewhere(&found, depth + 1, seen).unwrap_or(found) }
        };
        if let Some(to) =
            self.is_head(name).then(|| self.global_of_name(name)).flatten().and_then(|(_, g)| other_name(g))
        {
            return Some(onward(to.to_string()));
        }
        // `a::b::c.X`: a module that `a` offers under a name of its own (`pub use redis;`).
        let dot = name.find('.').unwrap_or(name.len());
        for at in name[..dot].match_indices("::").map(|(at, _)| at).chain([dot]) {
            let Some((outer, module)) = name[..at].rsplit_once("::") else { continue };
            if let Some(to) = self.global_of_name(&format!("{outer}.{module}")).and_then(|(_, g)| other_name(g)) {
                return Some(onward(format!("{}{}", to.replace('.', "::"), &name[at..])));
            }
        }
        // `a.b.c`: whatever stands before a dot may be a package that offers the rest on, or another name of a type.
        for (at, _) in name.rmatch_indices('.') {
            let (head, item) = (&name[..at], &name[at + 1..]);
            if !self.is_head(head) {
                continue;
            }
            note(About::Offered, head);
            if let Some(from) = self.tables.offered.get(head).filter(|_| !item.starts_with("default")) {
                let found = from
                    .iter()
                    .map(|package| format!("{package}.{item}"))
                    .find_map(|n| if self.declares(&n) { Some(n) } else { self.elsewhere(&n, depth + 1, seen) });
                if found.is_some() {
                    return found;
                }
            }
            note(About::Taken, head);
            if let Some(found) = self.tables.taken_in.get(head).and_then(|from| self.taken(from, item, depth, seen)) {
                return Some(found);
            }
            if self.global_of_name(head).is_some_and(|(_, g)| other_name(g).is_some()) {
                let owner = self.elsewhere(head, depth + 1, seen)?;
                let found = format!("{owner}.{item}");
                return Some(if self.declares(&found) {
                    found
                } else {
                    self.elsewhere(&found, depth + 1, seen).unwrap_or(found)
                });
            }
        }
        None
    }

    /// The name of an item that one of these packages declares, offers on, or is known to have.
    fn taken(
        &self,
        from: &[QualName],
        item: &str,
        depth: usize,
        seen: &mut HashMap<Box<str>, usize>,
    ) -> Option<String> {
        let names = || from.iter().map(|package| format!("{package}.{item}"));
        let own = names().find_map(|n| if self.declares(&n) { Some(n) } else { self.elsewhere(&n, depth + 1, seen) });
        own.or_else(|| {
            names().find(|n| {
                let owner = n.rsplit_once('.').map_or("", |(owner, _)| owner);
                self.models.knows(n) || self.models.type_of(owner).is_some()
            })
        })
    }

    /// Looks a name up, as it is written and as its own tree calls it.
    fn named<T: Copy>(&self, about: About, table: &HashMap<QualName, T>, name: &str) -> Option<T> {
        let get = |name: &str| {
            note(about, name);
            table.get(name)
        };
        if let Some(found) = get(name) {
            return Some(*found);
        }
        if let Some(found) = self.leads_to(name).and_then(|n| get(&n)) {
            return Some(*found);
        }
        let (from, to) = self
            .aliases
            .iter()
            .find(|(from, _)| name.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with(['.', '/'])))?;
        get(&format!("{to}{}", &name[from.len()..])).copied()
    }

    pub(crate) fn global(&self, name: &str) -> Option<(u32, &'a Global)> {
        let at = self.named(About::Global, &self.tables.globals, name)?;
        self.look_into(at.0);
        Some(self.global_at(at))
    }

    pub(crate) fn type_decl(&self, name: &str) -> Option<&'a TypeDecl> {
        let at = self.named(About::Type, &self.tables.types, name)?;
        self.look_into(at.0);
        Some(self.type_at(at))
    }

    fn methods_of(&self, ty: &str) -> Option<&BTreeMap<Arc<str>, FuncRef>> {
        note(About::Methods, ty);
        if let Some(found) = self.tables.methods.get(ty) {
            return Some(found);
        }
        let name = &*self.type_decl(ty)?.name;
        note(About::Methods, name);
        self.tables.methods.get(name)
    }

    /// A method of a type, its own or promoted from an embedded field.
    pub(crate) fn method(&self, ty: &str, method: &str) -> Option<FuncRef> {
        self.method_within(ty, method, 0)
    }

    fn method_within(&self, ty: &str, method: &str, depth: usize) -> Option<FuncRef> {
        if let Some(found) = self.methods_of(ty).and_then(|m| m.get(method)) {
            return Some(*found);
        }
        note(About::Method, &(ty, method));
        if depth > 4 {
            return None;
        }
        match &self.type_decl(ty)?.kind {
            TypeKind::Struct(fields) => {
                fields.iter().filter(|f| f.embedded).find_map(|f| self.method_within(f.ty.name()?, method, depth + 1))
            }
            TypeKind::Alias(to) => self.method_within(to.name()?, method, depth + 1),
            TypeKind::Interface { .. } => None,
        }
    }

    /// The embedded field that has a method (or a model's type), when the type itself does not.
    pub(crate) fn embedded_with(&self, ty: &str, test: &dyn Fn(&str) -> bool, depth: usize) -> Option<&'a str> {
        let TypeKind::Struct(fields) = &self.type_decl(ty)?.kind else { return None };
        fields.iter().filter(|f| f.embedded).find_map(|f| {
            let name = f.ty.name()?;
            if test(name) {
                Some(name)
            } else if depth < 4 {
                self.embedded_with(name, test, depth + 1)
            } else {
                None
            }
        })
    }

    /// The type that an interface extends for which a test holds.
    pub(crate) fn extends_with(&self, ty: &str, test: &dyn Fn(&str) -> bool, depth: usize) -> Option<&'a str> {
        let TypeKind::Interface { embeds, .. } = &self.type_decl(ty)?.kind else { return None };
        embeds.iter().filter_map(Type::name).find_map(|name| {
            if test(name) {
                Some(name)
            } else if depth < 4 {
                self.extends_with(name, test, depth + 1)
            } else {
                None
            }
        })
    }

    /// Declared type of a field, own or promoted.
    pub(crate) fn field_type(&self, ty: &str, field: &str, depth: usize) -> Option<&'a Type> {
        match &self.type_decl(ty)?.kind {
            TypeKind::Struct(fields) => fields.iter().find(|f| &*f.name == field).map(|f| &f.ty).or_else(|| {
                (depth < 4)
                    .then(|| {
                        fields
                            .iter()
                            .filter(|f| f.embedded)
                            .find_map(|f| self.field_type(f.ty.name()?, field, depth + 1))
                    })
                    .flatten()
            }),
            TypeKind::Alias(to) if depth < 4 => self.field_type(to.name()?, field, depth + 1),
            _ => None,
        }
    }

    /// A type with aliases of aliases followed to something declared or foreign.
    pub(crate) fn resolve_alias<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut ty = ty;
        for _ in 0..4 {
            let Type::Named(name) = ty else { break };
            match self.type_of_name(name).map(|d| &d.kind) {
                Some(TypeKind::Alias(to)) if !matches!(to, Type::Unknown) => ty = to,
                _ => break,
            }
        }
        ty
    }
}
