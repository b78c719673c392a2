//! Reads the textual form back, so that expected IR and test programs can be written by hand.
//!
//! Two passes: the first learns which functions there are and which closures share their names; the second reads.

mod cursor;
mod item;
mod stmt;
mod value;

use crate::print::names::{self, Scope};
use crate::{FuncId, Function, FunctionKind, LabelId, Lang, Local, LocalId, Module, Name, Type};
use cursor::Cursor;
use dogpile_source::{FileId, Span};
use std::collections::HashMap;
use std::fmt;

/// How deep blocks, and values, may nest.
const MAX_DEPTH: usize = 200;

/// Why text is not a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// 1-based line of the text.
    pub line: u32,
    /// What is wrong, for people.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

type Result<T> = std::result::Result<T, ParseError>;

/// Reads what [`crate::print_module_with`] prints. Every span of the module is empty, at the start of `file`; the
/// language is Go unless the text says otherwise. A local belongs to the innermost function around all its uses.
///
/// # Errors
/// Where the text is not of that form, names a function that it does not have, or nests too deep.
pub fn parse_module(text: &str, file: FileId) -> std::result::Result<Module, ParseError> {
    let mut first = Parser::new(text, file, None);
    let functions = first.module()?.functions;
    let parents = first.parents;
    let known = Known::new(&functions, &parents);
    Parser::new(text, file, Some(known)).module()
}

/// What the first pass learns.
struct Known {
    functions: HashMap<String, FuncId>,
    kinds: Vec<FunctionKind>,
    scopes: Vec<Scope>,
}

impl Known {
    /// `parents` holds what the closures, in order of their ids, say of the function around them.
    fn new(functions: &[Function], parents: &[Option<String>]) -> Self {
        let refs = names::references(functions.iter().map(|f| &*f.name));
        let refs: HashMap<String, FuncId> = refs
            .into_iter()
            .enumerate()
            .map(|(i, name)| (name, FuncId(u32::try_from(i).unwrap_or(u32::MAX))))
            .collect();
        let mut parents = parents.iter();
        let mut kind = |f: &Function| match f.kind {
            FunctionKind::Closure { .. } => {
                let parent = parents.next().and_then(|p| p.as_ref());
                FunctionKind::Closure { parent: parent.map(|p| find(&refs, p).unwrap_or(FuncId(u32::MAX))) }
            }
            kind => kind,
        };
        let kinds: Vec<_> = functions.iter().map(&mut kind).collect();
        Self { scopes: names::scopes(&kinds), functions: refs, kinds }
    }
}

/// The function a reference means: `name`, `name#2`, or `#7` for a bare id.
fn find(functions: &HashMap<String, FuncId>, reference: &str) -> Option<FuncId> {
    match reference.strip_prefix('#') {
        Some(id) => id.parse().ok().map(FuncId),
        None => functions.get(reference).copied(),
    }
}

/// A local while its uses are still being found.
struct Draft {
    local: Local,
    implied: bool,
    declared: bool,
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    file: FileId,
    /// `None` in the first pass.
    known: Option<Known>,
    parents: Vec<Option<String>>,
    locals: Vec<Draft>,
    names: HashMap<(Scope, String), LocalId>,
    /// Function at hand.
    function: Option<usize>,
    scope: Scope,
    depth: usize,
    /// Height of the value read last.
    height: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, file: FileId, known: Option<Known>) -> Self {
        Self {
            cursor: Cursor::new(text),
            file,
            known,
            parents: vec![],
            locals: vec![],
            names: HashMap::new(),
            function: None,
            scope: Scope::Init,
            depth: 0,
            height: 0,
        }
    }

    fn module(&mut self) -> Result<Module> {
        self.cursor.expect_word("module")?;
        let mut module = Module::empty(self.file, Lang::Go, self.cursor.word()?.into());
        while !self.cursor.at_end() {
            self.item(&mut module)?;
        }
        module.locals = std::mem::take(&mut self.locals).into_iter().map(|draft| draft.local).collect();
        Ok(module)
    }

    /// The span of everything here.
    fn span(&self) -> Span {
        Span::new(self.file, 0, 0)
    }

    /// Runs a step one level deeper.
    fn nested<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return self.cursor.fail("nested too deep");
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// Items with commas between, until `close`.
    fn list<T>(&mut self, close: &str, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![];
        if self.cursor.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.cursor.eat(close) {
                return Ok(items);
            }
            self.cursor.expect(",")?;
        }
    }

    /// One or more items with commas between.
    fn some<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.cursor.eat(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `%name`: the local of that name in this scope.
    fn local(&mut self) -> Result<LocalId> {
        self.cursor.expect("%")?;
        let (key, name) = self.cursor.local_name()?;
        let known = self.names.get(&(self.scope, key.clone())).copied();
        let id = known.unwrap_or_else(|| self.new_local(key, name.into()));
        let owner = self.locals[id.0 as usize].local.owner;
        self.locals[id.0 as usize].local.owner = self.common(owner);
        Ok(id)
    }

    fn new_local(&mut self, key: String, name: Name) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        let owner = self.function.and_then(|f| u32::try_from(f).ok()).map(FuncId);
        let local = Local { name, ty: Type::Unknown, span: self.span(), owner, drops: false };
        self.locals.push(Draft { local, implied: false, declared: false });
        self.names.insert((self.scope, key), id);
        id
    }

    /// The innermost function around `owner` and the function at hand.
    fn common(&self, owner: Option<FuncId>) -> Option<FuncId> {
        let (owner, here) = (owner?, self.function?);
        if owner.0 as usize == here {
            return Some(owner);
        }
        let kinds = &self.known.as_ref()?.kinds;
        let around: Vec<usize> = names::ancestors(kinds, owner.0 as usize).map(|(id, _)| id).collect();
        let common = names::ancestors(kinds, here).map(|(id, _)| id).find(|id| around.contains(id))?;
        u32::try_from(common).ok().map(FuncId)
    }

    /// Gives a local the type that its signature says, the first time one does.
    fn imply(&mut self, id: LocalId, ty: &Type) {
        let draft = &mut self.locals[id.0 as usize];
        if !draft.implied && !draft.declared {
            draft.local.ty = ty.clone();
        }
        draft.implied = true;
    }

    /// `@1`.
    fn label(&mut self) -> Result<LabelId> {
        self.cursor.expect("@")?;
        self.cursor.digits().map(LabelId)
    }

    /// The function that a reference means. The first pass knows none yet.
    fn resolve(&mut self, reference: &str) -> Result<FuncId> {
        let Some(known) = &self.known else { return Ok(FuncId(u32::MAX)) };
        match find(&known.functions, reference) {
            Some(id) => Ok(id),
            None => self.cursor.fail(&format!("there is no function {reference}")),
        }
    }
}
