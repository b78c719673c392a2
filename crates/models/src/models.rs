//! All models read, and look-ups over them.

use std::collections::{BTreeSet, HashSet};

use crate::call::{Call, Text};
use crate::catalog;
use crate::contract::{ReplyRow, ValueKind};
use crate::does::Does;
use crate::error::{Fault, ModelError};
use crate::index::{Index, MOST_ARGS};
use crate::names;
use crate::rewrite::RewriteRow;
use crate::row::{CallRow, ClientFile, ClientHead, TypeRow};
use crate::validate::{self, Inherited, row_name};
use crate::visit::shifted;

/// Number of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ClientId(pub(crate) u16);

/// A row that was found, with the model it came from.
#[derive(Clone, Copy, Debug)]
pub struct Row<'m> {
    /// Whose it is.
    pub client: ClientId,
    /// The row; paths are already shifted for `inherits` and `drop_args`.
    pub call: &'m CallRow,
}

/// A model, its parent's rows included.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) file: String,
    pub(crate) head: ClientHead,
    pub(crate) types: Vec<TypeRow>,
    pub(crate) replies: Vec<ReplyRow>,
    /// Own rows, then the parent's.
    pub(crate) calls: Vec<Call>,
    pub(crate) own_calls: usize,
    /// Own ones, then the parent's.
    pub(crate) neutral: Vec<Text>,
    /// Own rows, then the parent's, where nothing of them is dropped.
    pub(crate) rewrites: Vec<RewriteRow>,
}

/// Every model: those built in, and the user's, whose rows come first.
#[derive(Clone)]
pub struct Models {
    clients: Vec<Client>,
    index: Index,
    builtin: usize,
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clients.iter().map(|c| &c.file)).finish()
    }
}

impl Models {
    /// Models from files of (name, text), each of which may inherit from those before it.
    ///
    /// # Errors
    /// The first fault of a file.
    pub fn from_files<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, ModelError> {
        let mut clients = Vec::new();
        for (file, text) in files {
            let client = read(&clients, file, text)?;
            clients.push(client);
        }
        Ok(Self::of_clients(clients))
    }

    fn of_clients(clients: Vec<Client>) -> Self {
        let builtin = clients.len();
        let index = Index::new(&clients, builtin);
        Self { clients, index, builtin }
    }

    /// The built-in models of one language.
    ///
    /// # Panics
    /// When one of them is faulty, which a test rules out.
    #[must_use]
    pub(crate) fn of_language(language: &str) -> Self {
        let mut clients = Vec::new();
        for model in catalog::of_language(language) {
            let faulty = |fault: &dyn std::fmt::Display| -> ! { panic!("built-in model {}: {fault}", model.file) };
            let prepared = model.model();
            // Tests check what is built in: it need not be done at every start.
            let frame = serde_json::from_str(prepared.frame).unwrap_or_else(|fault| faulty(&fault));
            let calls = prepared.calls.into_iter().map(Call::prepared).collect();
            let neutral = prepared.neutral.into_iter().map(Text::Borrowed).collect();
            let rows = Rows { calls, neutral, heir: &|row, dropped| Ok(row.less(dropped)) };
            clients.push(joined(&clients, model.file, frame, rows).unwrap_or_else(|fault| faulty(&fault)));
        }
        Self::of_clients(clients)
    }

    /// Adds a user's model. Its rows win over those of every model that was there before.
    ///
    /// # Errors
    /// A fault of the file, in which case nothing is added.
    pub fn with_user(&mut self, file_name: &str, toml_text: &str) -> Result<(), ModelError> {
        let client = read(&self.clients, file_name, toml_text)?;
        self.clients.push(client);
        self.index = Index::new(&self.clients, self.builtin);
        Ok(())
    }

    /// A method's row. `type_name` is qualified (`github.com/redis/go-redis/v9.Client`); `like` and other names of a type
    /// are followed, and a `*` row answers for methods that have none.
    #[must_use]
    pub fn method(&self, type_name: &str, method: &str, args: usize) -> Option<Row<'_>> {
        self.types_called(type_name).find_map(|(client, ty)| self.index.method(&self.clients, client, ty, method, args))
    }

    /// A function's row, by qualified name (`github.com/redis/go-redis/v9.NewClient`, `time.Sleep`).
    #[must_use]
    pub fn function(&self, qual: &str, args: usize) -> Option<Row<'_>> {
        let qual = names::plain(qual);
        let found = self.index.full_function(&self.clients, qual, args).or_else(|| {
            names::splits(qual).find_map(|(package, name)| {
                let clients = self.index.clients_of(package);
                clients.into_iter().find_map(|client| {
                    let function = self.index.function(&self.clients, client, name, args);
                    function.or_else(|| self.method_of_global(client, name, args))
                })
            })
        });
        // What a module exports by default has its exports again (`import axios from 'axios'`).
        found.or_else(|| match qual.contains(".default.") {
            true => self.function(&qual.replacen(".default.", ".", 1), args),
            false => None,
        })
    }

    /// Whether [`Self::function`] finds something for any number of arguments.
    fn has_function(&self, qual: &str) -> bool {
        let qual = names::plain(qual);
        let is_of = |client: ClientId, name: &str| {
            (0..MOST_ARGS).any(|args| {
                self.index.function(&self.clients, client, name, args).is_some()
                    || self.method_of_global(client, name, args).is_some()
            })
        };
        self.index.has_full_function(&self.clients, qual)
            || names::splits(qual)
                .any(|(package, name)| self.index.clients_of(package).into_iter().any(|client| is_of(client, name)))
            || (qual.contains(".default.") && self.has_function(&qual.replacen(".default.", ".", 1)))
    }

    /// `kv.set`: a method of an object that a client's package exports.
    fn method_of_global(&self, client: ClientId, name: &str, args: usize) -> Option<Row<'_>> {
        let (global, method) = name.rsplit_once('.')?;
        let ty = self.index.type_in(&self.clients, client, self.client(client).globals.get(global)?)?;
        self.index.method(&self.clients, client, ty, method, args)
    }

    /// The type of an object that a client's package exports (`@vercel/kv.kv`).
    #[must_use]
    pub fn global_type(&self, qual: &str) -> Option<String> {
        names::splits(qual).find_map(|(package, item)| {
            let clients = self.index.clients_of(package);
            clients.into_iter().find_map(|c| Some(self.qualified_type(c, self.client(c).globals.get(item)?)))
        })
    }

    /// What a constant or variable of a client's package is (`builtin.process.pid`).
    #[must_use]
    pub fn value(&self, lang: &str, qual: &str) -> Option<ValueKind> {
        let mut clients = self.clients().map(|c| self.client(c)).filter(|head| head.language == lang);
        clients.find_map(|head| {
            let whole = head.values.get(qual).filter(|_| names::is_qualified(&head.packages, qual));
            let of =
                |(package, item)| head.packages.iter().any(|p| p == package).then(|| head.values.get(item)).flatten();
            whole.or_else(|| names::splits(qual).find_map(of)).copied()
        })
    }

    /// Whether some model has a type, a constant or a function of this full name.
    #[must_use]
    pub fn knows(&self, qual: &str) -> bool {
        self.type_of(qual).is_some() || self.constant(qual).is_some() || self.has_function(qual)
    }

    /// What a type is.
    #[must_use]
    pub fn type_of(&self, type_name: &str) -> Option<(ClientId, &TypeRow)> {
        let (client, ty) = self.types_called(type_name).next()?;
        Some((client, &self.clients[usize::from(client.0)].types[ty]))
    }

    /// The type of a field that a type row tells (`redis` of `egg.Application`), qualified.
    #[must_use]
    pub fn field_type(&self, type_name: &str, field: &str) -> Option<&str> {
        self.types_called(type_name).find_map(|(client, ty)| {
            let row = &self.clients[usize::from(client.0)].types[ty];
            row.fields.get(field)?.strip_prefix("type:")
        })
    }

    /// The canonical name of a type that a row names (`makes`), which every look-up accepts: with the client's first
    /// package, less its version where that is a wildcard (`github.com/redis/go-redis.Client`).
    #[must_use]
    pub fn qualified_type(&self, client: ClientId, row_type: &str) -> String {
        self.qualified(client, row_type)
    }

    /// The canonical form of a name of a client's package (`Nil`, a type, an error).
    #[must_use]
    pub fn qualified(&self, client: ClientId, name: &str) -> String {
        if names::is_qualified(&self.client(client).packages, name) {
            return name.to_owned();
        }
        format!("{}.{name}", canonical_package(self.client(client)))
    }

    /// The canonical form of a qualified name in code: the package as the client's canonical one, if a model knows it,
    /// and the first name of its type, if it is one.
    #[must_use]
    pub fn canonical(&self, name: &str) -> String {
        if let Some((client, ty)) = self.type_of(name) {
            return self.qualified(client, &ty.names[0]);
        }
        let Some((package, item)) = names::split(name) else {
            return name.to_owned();
        };
        match self.index.clients_of(package).first() {
            Some(client) => self.qualified(*client, item),
            None => names::plain(name).to_owned(),
        }
    }

    /// Whether `name` in a model (`Nil`, `ErrNotObtained`, or qualified) means what `qual` in code does.
    #[must_use]
    pub fn means(&self, client: ClientId, name: &str, qual: &str) -> bool {
        if names::is_qualified(&self.client(client).packages, name) {
            return name == qual || self.canonical(name) == self.canonical(qual);
        }
        names::splits(qual).any(|(package, item)| item == name && self.index.clients_of(package).contains(&client))
    }

    /// The names of a type's methods, of those that `does` is true of.
    #[must_use]
    pub fn methods_of(&self, type_name: &str, does: &dyn Fn(&Does) -> bool) -> BTreeSet<&str> {
        let types = self.types_called(type_name);
        types
            .flat_map(|(client, ty)| self.index.methods(&self.clients, client, ty))
            .filter(|(_, row)| does(&row.does))
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether objects of some client can be taught commands of somebody's own.
    #[must_use]
    pub fn defines_commands(&self) -> bool {
        self.clients.iter().flat_map(|client| &client.calls).any(|row| row.defines)
    }

    /// Whether some client of a language has a method of this name.
    #[must_use]
    pub fn is_method(&self, lang: &str, method: &str) -> bool {
        self.index.is_named(lang, method)
    }

    /// The row for a distinctive method on a receiver of unknown type.
    #[must_use]
    pub fn distinctive(&self, lang: &str, method: &str, args: usize) -> Option<Row<'_>> {
        self.index.named(&self.clients, lang, method, args).into_iter().find(|row| row.call.distinctive)
    }

    /// Rows that a call on a receiver of unknown type may be, if one of their telling options is written there.
    #[must_use]
    pub fn telling(&self, lang: &str, method: &str, args: usize) -> Vec<Row<'_>> {
        let mut rows = self.index.named(&self.clients, lang, method, args);
        rows.retain(|row| !row.call.telling.is_empty());
        rows
    }

    /// All rows of methods with a name, for look-up by what a file imports (see [`Models::holds_in`]).
    #[must_use]
    pub fn by_method_name(&self, lang: &str, method: &str, args: usize) -> Vec<Row<'_>> {
        self.index.named(&self.clients, lang, method, args)
    }

    /// Whether a method's row is about types of an imported package.
    #[must_use]
    pub fn holds_in(&self, row: Row<'_>, import_path: &str) -> bool {
        let packages = &self.client(row.client).packages;
        match row.call.on.as_deref().filter(|on| names::is_qualified(packages, on)).and_then(names::split) {
            Some((package, _)) => names::Pattern::new(package).fits(import_path),
            None => packages.iter().any(|p| names::Pattern::new(p).fits(import_path)),
        }
    }

    /// A reply row by its name, or by a name of its type.
    #[must_use]
    pub fn reply(&self, client: ClientId, name: &str) -> Option<&ReplyRow> {
        let at = self.index.reply(&self.clients, client, name)?;
        self.clients[usize::from(client.0)].replies.get(at)
    }

    /// Whether an error, by its qualified name, is what a nil reply of a client is.
    #[must_use]
    pub fn is_nil_reply(&self, client: ClientId, error: &str) -> bool {
        let mut named = self.clients[usize::from(client.0)].replies.iter().filter_map(|row| row.nil_error.as_deref());
        named.any(|name| self.qualified(client, name) == error)
    }

    /// The reply row of a type (`github.com/redis/go-redis/v9.BoolCmd`).
    #[must_use]
    pub fn reply_type(&self, type_name: &str) -> Option<(ClientId, &ReplyRow)> {
        let (client, ty) = self.type_of(type_name)?;
        Some((client, self.reply(client, &ty.names[0])?))
    }

    /// Whether a model is a user's own: its word on a function counts more than what the function's body shows.
    #[must_use]
    pub fn is_users(&self, id: ClientId) -> bool {
        usize::from(id.0) >= self.builtin
    }

    /// Whether a package is a client's own by its very name, not by how that ends.
    #[must_use]
    pub fn own(&self, package: &str) -> bool {
        self.index.owners_of(package).next().is_some()
    }

    /// A model's head.
    #[must_use]
    pub fn client(&self, id: ClientId) -> &ClientHead {
        &self.clients[usize::from(id.0)].head
    }

    /// Every model, the user's first.
    pub fn clients(&self) -> impl Iterator<Item = ClientId> {
        let mut ids: Vec<_> = (0..self.clients.len()).filter_map(|n| u16::try_from(n).ok()).map(ClientId).collect();
        ids.sort_by_key(|id| self.index.rank(*id));
        ids.into_iter()
    }

    /// The file a model was read from.
    #[must_use]
    pub fn file(&self, id: ClientId) -> &str {
        &self.clients[usize::from(id.0)].file
    }

    /// The models that speak of a package, the user's first.
    #[must_use]
    pub fn clients_of_package(&self, import_path: &str) -> Vec<ClientId> {
        self.index.clients_of(import_path)
    }

    /// A repair in a client's idiom.
    #[must_use]
    pub fn phrase(&self, client: ClientId, name: &str) -> Option<&str> {
        self.client(client).phrases.get(name).map(String::as_str)
    }

    /// How calls of a client are written another way, by the client's name for people.
    #[must_use]
    pub fn rewrites_of(&self, lang: &str, client: &str) -> Vec<&RewriteRow> {
        let called = |c: &&Client| c.head.language == lang && c.head.name == client;
        self.clients.iter().filter(called).flat_map(|c| &c.rewrites).collect()
    }

    /// Whether a model lists a method or function as irrelevant. `name` is bare (`Ping`), or of a type (`Client.Ping`).
    #[must_use]
    pub fn is_neutral(&self, client: ClientId, name: &str) -> bool {
        let is_neutral = |name| self.index.is_neutral(&self.clients, client, name);
        is_neutral(name) || name.rsplit_once('.').is_some_and(|(_, bare)| is_neutral(bare))
    }

    /// Whether a qualified function (`strings.TrimSpace`) is known to be irrelevant.
    #[must_use]
    pub fn is_neutral_function(&self, lang: &str, qual: &str) -> bool {
        let Some((package, name)) = names::split(qual) else {
            // `println!` has no package.
            return self.index.is_neutral_name(lang, names::plain(qual));
        };
        if qual.contains(".default.") && self.is_neutral_function(lang, &qual.replacen(".default.", ".", 1)) {
            return true;
        }
        let in_neutral = names::splits(qual).any(|(package, _)| self.index.is_neutral_package(lang, package));
        if in_neutral || self.index.is_neutral_name(lang, names::plain(qual)) {
            return true;
        }
        self.index.clients_of(package).into_iter().any(|client| self.is_neutral(client, name))
    }

    /// The text that a constant of a client's package stands for (`@valkey/valkey-glide.TimeUnit.Seconds` is `EX`).
    #[must_use]
    pub fn constant(&self, qual: &str) -> Option<&str> {
        names::splits(qual).find_map(|(package, item)| {
            let clients = self.index.clients_of(package);
            clients.into_iter().find_map(|c| self.client(c).constants.get(item).map(String::as_str))
        })
    }

    /// The rows that a model itself writes down (not those it inherits), for tests and documentation.
    pub fn own_rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.clients.iter().enumerate().flat_map(|(n, client)| {
            let id = ClientId(u16::try_from(n).unwrap_or(u16::MAX));
            client.calls[..client.own_calls].iter().map(move |call| Row { client: id, call: call.row() })
        })
    }

    fn types_called(&self, type_name: &str) -> impl Iterator<Item = (ClientId, usize)> + '_ {
        let name = names::plain(type_name);
        let full = self.index.full_type(name);
        let mut in_package = Vec::new();
        for (package, item) in names::splits(name) {
            let clients = self.index.clients_of(package).into_iter();
            in_package.extend(clients.filter_map(|c| Some((c, self.index.type_in(&self.clients, c, item)?))));
        }
        full.iter().copied().chain(in_package)
    }
}

/// See [`Models::qualified_type`].
pub(crate) fn canonical_package(head: &ClientHead) -> &str {
    head.packages.first().map_or("", |package| names::without_version(package))
}

/// Reads and checks a file, and adds its parent's rows.
fn read(earlier: &[Client], file: &str, text: &str) -> Result<Client, ModelError> {
    let syntax = |fault| ModelError { file: file.to_owned(), fault: Fault::Syntax(Box::new(fault)) };
    let mut data: ClientFile = toml::from_str(text).map_err(syntax)?;
    let mut inherited = Inherited::default();
    if let Some(parent) = parent_of(earlier, file, &data)? {
        inherited.types.extend(parent.types.iter().flat_map(|t| t.names.iter().cloned()));
        inherited.replies.extend(parent.replies.iter().map(|r| r.name.clone()));
    }
    validate::check(&data, &inherited).map_err(|fault| ModelError { file: file.to_owned(), fault })?;
    let calls = std::mem::take(&mut data.calls).into_iter().map(Call::of).collect();
    let neutral = std::mem::take(&mut data.neutral).into_iter().map(Text::Owned).collect();
    let heir = |row: &Call, dropped| {
        let lost = |path| Fault::LostArgument { row: row_name(row.row()), path, dropped };
        shifted(row.row(), dropped).map(Call::of).map_err(lost)
    };
    joined(earlier, file, data, Rows { calls, neutral, heir: &heir })
}

/// The model that a file inherits from.
fn parent_of<'c>(earlier: &'c [Client], file: &str, data: &ClientFile) -> Result<Option<&'c Client>, ModelError> {
    let Some(name) = &data.client.inherits else { return Ok(None) };
    let found = earlier.iter().rev().find(|c| stem(&c.file) == name || c.head.name == *name);
    found.map(Some).ok_or_else(|| ModelError { file: file.to_owned(), fault: Fault::NoParent(name.clone()) })
}

/// The rows of a model, and how its parent's become its own, with so many leading arguments gone.
struct Rows<'h> {
    calls: Vec<Call>,
    neutral: Vec<Text>,
    heir: &'h dyn Fn(&Call, usize) -> Result<Call, Fault>,
}

/// A model with its parent's rows.
fn joined(earlier: &[Client], file: &str, data: ClientFile, rows: Rows<'_>) -> Result<Client, ModelError> {
    let parent = parent_of(earlier, file, &data)?;
    let ClientFile { client: head, mut types, mut replies, mut rewrites, .. } = data;
    let Rows { mut calls, mut neutral, heir } = rows;
    let own_calls = calls.len();
    if let Some(parent) = parent {
        let own: HashSet<String> = types.iter().flat_map(|t| t.names.iter().cloned()).collect();
        types.extend(parent.types.iter().filter(|t| !own.contains(&t.names[0])).cloned());
        let own: HashSet<String> = replies.iter().map(|r| r.name.clone()).collect();
        replies.extend(parent.replies.iter().filter(|r| !own.contains(&r.name)).cloned());
        neutral.extend(parent.neutral.iter().cloned());
        let dropped = head.drop_args;
        if dropped == 0 {
            rewrites.extend(parent.rewrites.iter().cloned());
        }
        for row in &parent.calls {
            calls.push(heir(row, dropped).map_err(|fault| ModelError { file: file.to_owned(), fault })?);
        }
    }
    Ok(Client { file: file.to_owned(), head, types, replies, calls, own_calls, neutral, rewrites })
}

fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".toml").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::{BUILT, BUILTIN};

    #[test]
    fn the_build_reads_what_the_files_say() {
        assert_eq!(BUILTIN.len(), BUILT.len());
        for ((file, text), built) in BUILTIN.iter().zip(BUILT) {
            let mut written: ClientFile = toml::from_str(text).expect("sound");
            let prepared = built.model();
            let found_by =
                |call: &Call| (call.on.clone(), call.names.clone(), call.min_args, call.max_args, call.defines);
            assert_eq!(prepared.calls.len(), written.calls.len(), "{file}");
            for (call, row) in prepared.calls.into_iter().zip(written.calls.drain(..)) {
                let call = Call::prepared(call);
                assert_eq!(format!("{:?}", call.row()), format!("{row:?}"), "{file}");
                assert_eq!(found_by(&call), found_by(&Call::of(row)), "{file}");
            }
            assert_eq!(prepared.neutral, written.neutral.drain(..).collect::<Vec<_>>(), "{file}");
            let frame: ClientFile = serde_json::from_str(prepared.frame).expect("sound");
            assert_eq!((*file, format!("{written:?}")), (built.file, format!("{frame:?}")));
            assert_eq!(built.head().map(|head| head.packages), Some(written.client.packages), "{file}");
        }
    }

    #[test]
    fn what_is_read_late_is_what_is_read_at_once() {
        let at_once = Models::from_files(BUILTIN.iter().copied()).expect("sound");
        for language in ["go", "rust", "typescript"] {
            let late = Models::of_language(language);
            let of_language = |client: &&Client| client.head.language == language;
            for (late, at_once) in late.clients.iter().zip(at_once.clients.iter().filter(of_language)) {
                let found_by = |call: &Call| (call.on.clone(), call.names.clone(), call.min_args, call.max_args);
                assert_eq!((&late.file, late.calls.len()), (&at_once.file, at_once.calls.len()));
                for (late, at_once) in late.calls.iter().zip(&at_once.calls) {
                    assert_eq!(found_by(late), found_by(at_once));
                    assert_eq!(format!("{:?}", late.row()), format!("{:?}", at_once.row()));
                }
            }
        }
    }
}
