//! Look-up tables over all models, built once.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::OnceLock;

use crate::call::{Call, Text};
use crate::models::{Client, ClientId, Row, canonical_package};
use crate::names;
use crate::patterns::Patterns;
use crate::row::CallRow;

/// More arguments than a call has.
pub(crate) const MOST_ARGS: usize = 8;

/// Rows of one name, those that take more arguments first.
type ByName = HashMap<Text, Vec<u32>>;

/// Tables of one client, made when something is first looked up in it.
#[derive(Clone, Default)]
struct Tables {
    /// Any name of a type → its row.
    types: HashMap<String, usize>,
    /// Methods by type row, own ones before those of types it is like.
    methods: Vec<ByName>,
    /// Functions of its packages.
    functions: ByName,
    /// Replies by name and type name.
    replies: HashMap<String, usize>,
    neutral: HashSet<Text>,
}

/// See the module. Users' models come first everywhere, the latest before all; then the built-in ones in order.
#[derive(Clone, Default)]
pub(crate) struct Index {
    tables: Vec<OnceLock<Tables>>,
    builtin: usize,
    packages: HashMap<String, Vec<ClientId>>,
    patterns: Patterns,
    full_types: HashMap<String, Vec<(ClientId, usize)>>,
    full_functions: HashMap<Text, Vec<(ClientId, u32)>>,
    /// By language and name.
    named: HashMap<String, HashMap<Text, Vec<(ClientId, u32)>>>,
    neutral: HashMap<String, HashSet<Text>>,
}

impl Index {
    /// Tables for clients of which so many are built in.
    pub(crate) fn new(clients: &[Client], builtin: usize) -> Self {
        let mut index = Self { builtin, ..Self::default() };
        index.tables.resize_with(clients.len(), OnceLock::new);
        let mut ids: Vec<_> = (0..clients.len()).filter_map(|n| u16::try_from(n).ok()).map(ClientId).collect();
        ids.sort_by_key(|id| index.rank(*id));
        for id in &ids {
            index.add(*id, &clients[usize::from(id.0)]);
        }
        for id in ids {
            let head = &clients[usize::from(id.0)].head;
            if head.packages.first().is_some_and(|p| p.contains('*')) {
                index.packages.entry(canonical_package(head).to_owned()).or_insert_with(|| vec![id]);
            }
        }
        index
    }

    /// The smaller, the more a client's rows weigh.
    pub(crate) fn rank(&self, id: ClientId) -> (bool, u16) {
        if usize::from(id.0) < self.builtin { (true, id.0) } else { (false, u16::MAX - id.0) }
    }

    fn add(&mut self, id: ClientId, client: &Client) {
        let Client { head, .. } = client;
        for package in &head.packages {
            if package.contains('*') {
                self.patterns.add(package, id);
            } else {
                self.packages.entry(package.clone()).or_default().push(id);
            }
        }
        for (n, row) in client.types.iter().enumerate() {
            for name in row.names.iter().filter(|name| names::is_qualified(&head.packages, name)) {
                self.full_types.entry(name.clone()).or_default().push((id, n));
            }
        }
        let named = self.named.entry(head.language.clone()).or_default();
        for (n, row) in numbered(&client.calls) {
            for name in &row.names {
                if row.on.is_some() {
                    if name != "*" {
                        named.entry(name.clone()).or_default().push((id, n));
                    }
                } else if names::is_qualified(&head.packages, name) {
                    self.full_functions.entry(name.clone()).or_default().push((id, n));
                }
            }
        }
        let plain = |name: &Text| match name {
            Text::Borrowed(name) => Text::Borrowed(name.strip_suffix(".*").unwrap_or(name)),
            Text::Owned(name) => Text::Owned(name.strip_suffix(".*").unwrap_or(name).to_owned()),
        };
        self.neutral.entry(head.language.clone()).or_default().extend(client.neutral.iter().map(plain));
    }

    fn tables(&self, clients: &[Client], client: ClientId) -> &Tables {
        let number = usize::from(client.0);
        self.tables[number].get_or_init(|| Tables::of(&clients[number]))
    }

    pub(crate) fn clients_of(&self, package: &str) -> Vec<ClientId> {
        let mut found = self.packages.get(package).cloned().unwrap_or_default();
        for id in self.patterns.fitting(package) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found.sort_by_key(|id| self.rank(*id));
        found
    }

    /// The models that name a package as a whole.
    pub(crate) fn owners_of(&self, package: &str) -> impl Iterator<Item = ClientId> {
        let exact = self.packages.get(package).into_iter().flatten().copied();
        exact.chain(self.patterns.fitting_whole(package))
    }

    pub(crate) fn type_in(&self, clients: &[Client], client: ClientId, name: &str) -> Option<usize> {
        self.tables(clients, client).types.get(name).copied()
    }

    pub(crate) fn is_neutral(&self, clients: &[Client], client: ClientId, name: &str) -> bool {
        self.tables(clients, client).neutral.contains(name)
    }

    pub(crate) fn full_type(&self, name: &str) -> &[(ClientId, usize)] {
        self.full_types.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn reply(&self, clients: &[Client], client: ClientId, name: &str) -> Option<usize> {
        self.tables(clients, client).replies.get(name).copied()
    }

    /// Every method of a type, with each of its rows.
    pub(crate) fn methods<'m>(
        &'m self,
        clients: &'m [Client],
        client: ClientId,
        ty: usize,
    ) -> impl Iterator<Item = (&'m str, &'m CallRow)> {
        let calls = &clients[usize::from(client.0)].calls;
        let methods = self.tables(clients, client).methods[ty].iter();
        methods.flat_map(|(name, rows)| {
            rows.iter().filter_map(|row| calls.get(usize::try_from(*row).ok()?)).map(move |row| (&**name, row.row()))
        })
    }

    pub(crate) fn method<'m>(
        &self,
        clients: &'m [Client],
        client: ClientId,
        ty: usize,
        method: &str,
        args: usize,
    ) -> Option<Row<'m>> {
        let methods = &self.tables(clients, client).methods[ty];
        let pick = |name: &str| best(clients, client, methods.get(name)?, args);
        pick(method).or_else(|| if methods.contains_key(method) { None } else { pick("*") })
    }

    pub(crate) fn function<'m>(
        &self,
        clients: &'m [Client],
        client: ClientId,
        name: &str,
        args: usize,
    ) -> Option<Row<'m>> {
        best(clients, client, self.tables(clients, client).functions.get(name)?, args)
    }

    /// Whether a function of that whole name takes any number of arguments that people write.
    pub(crate) fn has_full_function(&self, clients: &[Client], qual: &str) -> bool {
        let rows = self.full_functions.get(qual).into_iter().flatten();
        rows.map(|(client, n)| call(clients, *client, *n)).any(|row| (0..MOST_ARGS).any(|args| row.takes(args)))
    }

    pub(crate) fn full_function<'m>(&self, clients: &'m [Client], qual: &str, args: usize) -> Option<Row<'m>> {
        let rows = self.full_functions.get(qual)?;
        let fitting = rows.iter().map(|(id, n)| (*id, call(clients, *id, *n))).filter(|(_, row)| row.takes(args));
        let (client, found) = fitting.min_by_key(|(id, row)| (self.rank(*id), std::cmp::Reverse(row.min_args)))?;
        Some(Row { client, call: found.row() })
    }

    pub(crate) fn is_named(&self, lang: &str, method: &str) -> bool {
        self.named.get(lang).is_some_and(|named| named.contains_key(method))
    }

    pub(crate) fn named<'m>(&self, clients: &'m [Client], lang: &str, method: &str, args: usize) -> Vec<Row<'m>> {
        let rows = self.named.get(lang).and_then(|named| named.get(method));
        let rows = rows.into_iter().flatten().map(|(id, n)| (*id, call(clients, *id, *n)));
        let mut rows: Vec<_> = rows.filter(|(_, row)| row.takes(args)).collect();
        // Clients stay in order; within one, the row that asks for more arguments is the closer one.
        rows.sort_by_key(|(id, row)| (self.rank(*id), std::cmp::Reverse(row.min_args)));
        rows.into_iter().map(|(client, row)| Row { client, call: row.row() }).collect()
    }

    pub(crate) fn is_neutral_package(&self, lang: &str, package: &str) -> bool {
        self.is_neutral_name(lang, package)
    }

    pub(crate) fn is_neutral_name(&self, lang: &str, name: &str) -> bool {
        self.neutral.get(lang).is_some_and(|neutral| neutral.contains(name))
    }
}

impl Tables {
    fn of(client: &Client) -> Self {
        let mut tables = Self { neutral: client.neutral.iter().cloned().collect(), ..Self::default() };
        for (n, row) in client.types.iter().enumerate() {
            for name in &row.names {
                tables.types.entry(name.clone()).or_insert(n);
            }
        }
        for (n, row) in client.replies.iter().enumerate() {
            tables.replies.entry(row.name.clone()).or_insert(n);
            if let Some(ty) = tables.types.get(&row.name) {
                for name in &client.types[*ty].names {
                    tables.replies.entry(name.clone()).or_insert(n);
                }
            }
        }
        let mut own: Vec<ByName> = Vec::new();
        own.resize_with(client.types.len(), ByName::default);
        for (n, row) in numbered(&client.calls) {
            let of = match &row.on {
                Some(on) => tables.types.get(&**on).map(|ty| &mut own[*ty]),
                None => Some(&mut tables.functions),
            };
            let Some(of) = of else { continue };
            for name in &row.names {
                if row.on.is_some() || !names::is_qualified(&client.head.packages, name) {
                    of.entry(name.clone()).or_default().push(n);
                }
            }
        }
        for rows in tables.functions.values_mut() {
            *rows = unshadowed(client, rows);
        }
        for ty in 0..client.types.len() {
            let mut all = ByName::default();
            let mut seen = HashSet::default();
            gather(client, &tables, &own, ty, &mut seen, &mut all);
            tables.methods.push(all);
        }
        tables
    }
}

/// Methods of a type: its own first, then those of the types it is like, which they shadow.
fn gather(client: &Client, tables: &Tables, own: &[ByName], ty: usize, seen: &mut HashSet<usize>, all: &mut ByName) {
    if !seen.insert(ty) {
        return;
    }
    for (name, rows) in &own[ty] {
        all.entry(name.clone()).or_insert_with(|| unshadowed(client, rows));
    }
    for name in &client.types[ty].like {
        if let Some(other) = tables.types.get(name) {
            gather(client, tables, own, *other, seen, all);
        }
    }
}

/// Rows of one name: a model's own ones shadow those of its parent.
fn unshadowed(client: &Client, rows: &[u32]) -> Vec<u32> {
    let is_own = |n: &&u32| (**n as usize) < client.own_calls;
    let own: Vec<u32> = rows.iter().filter(is_own).copied().collect();
    if own.is_empty() { rows.to_vec() } else { own }
}

fn call(clients: &[Client], client: ClientId, n: u32) -> &Call {
    &clients[usize::from(client.0)].calls[n as usize]
}

fn numbered(calls: &[Call]) -> impl Iterator<Item = (u32, &Call)> {
    calls.iter().enumerate().filter_map(|(n, row)| Some((u32::try_from(n).ok()?, row)))
}

/// The row that takes so many arguments; of several, the one that asks for most.
fn best<'m>(clients: &'m [Client], client: ClientId, rows: &[u32], args: usize) -> Option<Row<'m>> {
    let fitting = rows.iter().map(|n| call(clients, client, *n)).filter(|row| row.takes(args));
    let found = fitting.reduce(|a, b| if b.min_args > a.min_args { b } else { a })?;
    Some(Row { client, call: found.row() })
}
