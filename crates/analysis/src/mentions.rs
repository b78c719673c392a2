//! What a file that is not there must mention to hold a caller of a function: its name where that tells, else the quoted path
//! of a package.

use crate::explore::Context;
use crate::names::{last, parted, says_lock};
use crate::program::{FuncRef, Program};
use crate::reach::interesting;
use dogpile_ir::{FunctionKind, Lang, Module, Type, TypeKind};
use dogpile_models::Role;
use dogpile_source::FileId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// What the callers of functions mention.
pub(crate) struct Mentions<'a> {
    /// Type → packages of Go other than its own that hand out a value of it: who gets it there imports no other.
    handed_out: FxHashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Mentions<'a> {
    pub(crate) fn new(program: &Program<'a>) -> Self {
        let mut handed_out: FxHashMap<&str, BTreeSet<&str>> = FxHashMap::default();
        let modules: &'a [_] = program.modules;
        for module in modules.iter().filter(|module| module.lang == Lang::Go) {
            let functions = module.functions.iter().filter(|f| f.kind == FunctionKind::Plain && is_exported(&f.name));
            let globals = module.globals.iter().filter(|global| is_exported(&global.name)).map(|global| &global.ty);
            let types = functions.flat_map(|f| &f.results).chain(globals);
            for ty in types.filter_map(Type::name).filter(|ty| parted(ty).0 != &*module.package) {
                handed_out.entry(ty).or_default().insert(&module.package);
            }
        }
        Self { handed_out }
    }

    /// What callers of a function mention: its name or package, those of an interface that they know it by, or a package
    /// that hands out what it is a method of.
    pub(crate) fn of_callers(&self, cx: &Context<'_>, f: FuncRef) -> BTreeSet<String> {
        let name = &cx.program.function(f).name;
        let interfaces = cx.program.interfaces_of(f);
        let own = name.rsplit_once('.').map(|(ty, _)| ty);
        let handing = interfaces.iter().copied().chain(own).filter_map(|ty| self.handed_out.get(ty)).flatten().copied();
        let of_interfaces = interfaces.iter().filter_map(|interface| Some(interface.rsplit_once('.')?.0));
        let packages = of_interfaces.chain([&*cx.program.module(f).package]).chain(handing);
        let own_word = says_lock(last(name)).then(|| last(name).to_owned());
        let in_package = (cx.program.module(f).lang == Lang::Go).then(|| within(cx, f));
        packages.map(|package| mention(name, package)).chain(own_word).chain(in_package).collect()
    }
}

/// Modules that offer a client of their own (`export const redis = new Redis(…)`): files that use it need not name the
/// library. Go names the type or a telling command wherever it uses one.
pub(crate) fn of_clients<'c>(cx: &'c Context<'_>) -> impl Iterator<Item = String> + 'c {
    let offers = |module: &Module| {
        module.globals.iter().any(|global| {
            let ty = cx.typing.global_type(&cx.program, &global.name, 0);
            ty.name()
                .and_then(|n| cx.program.models.type_of(&cx.program.canonical(n)))
                .is_some_and(|(_, row)| row.role == Role::Client)
        })
    };
    let modules = cx.program.modules.iter().filter(|m| m.lang != Lang::Go);
    modules.filter(move |m| offers(m)).map(|m| format!("\"{}\"", m.package))
}

/// What callers in a function's own package mention: its name, which tells nobody else anything.
pub(crate) fn within(cx: &Context<'_>, f: FuncRef) -> String {
    format!("\"{}\" {}", cx.program.module(f).package, last(&cx.program.function(f).name))
}

/// Who uses an object of a client's type need not name the client: a field, a variable or what a function gives, by its
/// name, and the methods that are called on it. In the packages of these files.
pub(crate) fn of_objects(cx: &Context<'_>, mattering: &BTreeSet<FileId>) -> BTreeSet<String> {
    let modules = cx.program.modules.iter().filter(|module| module.lang == Lang::Go);
    let own: BTreeSet<&str> =
        modules.clone().filter(|module| mattering.contains(&module.file)).map(|module| &*module.package).collect();
    let mut users: FxHashMap<&str, BTreeSet<&str>> = FxHashMap::default();
    for module in modules.clone().filter(|module| own.contains(&*module.package)) {
        for package in module.imports.iter().map(|import| &*import.path).chain([&*module.package]) {
            users.entry(package).or_default().insert(&module.package);
        }
    }
    let mut found = BTreeSet::new();
    for module in modules.filter(|module| users.contains_key(&*module.package)) {
        let fields = module.types.iter().filter_map(|decl| match &decl.kind {
            TypeKind::Struct(fields) => Some(fields.iter().map(|field| (".", &*field.name, &field.ty))),
            _ => None,
        });
        let globals = module.globals.iter().map(|global| ("", last(&global.name), &global.ty));
        let named = module.functions.iter().filter(|f| !matches!(f.kind, FunctionKind::Closure { .. }));
        let given = named.flat_map(|f| f.results.iter().map(|ty| ("", last(&f.name), ty)));
        // Who is a client by a field without a name is one in its own methods, too.
        let embedding = module.types.iter().filter_map(|decl| match &decl.kind {
            TypeKind::Struct(fields) => {
                Some(fields.iter().filter(|field| field.embedded).map(|field| ("", last(&decl.name), &field.ty)))
            }
            _ => None,
        });
        for (dot, name, ty) in fields.flatten().chain(globals).chain(given).chain(embedding.flatten()) {
            let methods = ty.name().map(|ty| methods_on(cx, ty)).unwrap_or_default();
            if methods.is_empty() {
                continue;
            }
            let methods = methods.into_iter().filter(|name| *name != "*").collect::<Vec<_>>().join(" ");
            let near = users
                .get(&*module.package)
                .into_iter()
                .flatten()
                .filter(|user| **user == &*module.package || is_exported(name));
            found.extend(near.map(|user| format!("\"{user}\" {dot}{name} {methods}")));
        }
    }
    found
}

/// The methods of a type that operate on something of ours, its own or those of what it embeds.
fn methods_on<'c>(cx: &'c Context<'_>, ty: &str) -> BTreeSet<&'c str> {
    let of = |ty: &str| cx.program.models.methods_of(&cx.program.canonical(ty), &interesting);
    let own = of(ty);
    if !own.is_empty() {
        return own;
    }
    cx.program.embedded_with(ty, &|inner| !of(inner).is_empty(), 0).map(of).unwrap_or_default()
}

fn is_exported(name: &str) -> bool {
    last(name).starts_with(|first: char| first.is_uppercase())
}

/// A long name of several words is rarely anything else's; `Lock` is everybody's.
fn mention(function: &str, package: &str) -> String {
    let name = last(function);
    let words = name.chars().filter(|c| c.is_uppercase() || *c == '_').count();
    if name.len() >= 9 && words >= 2 { name.to_owned() } else { format!("\"{package}\"") }
}
