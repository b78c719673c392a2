//! Look-up tables over all models, built once.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::models::{ByName, Client, ClientId, Row, canonical_package};
use crate::names;
use crate::patterns::Patterns;
use crate::row::CallRow;

/// More arguments than a call has.
pub(crate) const MOST_ARGS: usize = 8;

/// Tables of one client.
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
}

/// See the module. Users' models come first everywhere, the latest before all; then the built-in ones in order.
#[derive(Clone, Default)]
pub(crate) struct Index {
    tables: Vec<Tables>,
    builtin: usize,
    packages: HashMap<String, Vec<ClientId>>,
    patterns: Patterns,
    full_types: HashMap<String, Vec<(ClientId, usize)>>,
    full_functions: HashMap<String, Vec<(ClientId, u32)>>,
    /// By language and name.
    named: HashMap<String, HashMap<String, Vec<(ClientId, u32)>>>,
    neutral: HashMap<String, HashSet<String>>,
}

impl Index {
    /// Tables for clients of which so many are built in.
    pub(crate) fn new(clients: &[Client], builtin: usize) -> Self {
        let mut index = Self { builtin, ..Self::default() };
        index.tables.resize_with(clients.len(), Tables::default);
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
        for package in &client.head.packages {
            if package.contains('*') {
                self.patterns.add(package, id);
            } else {
                self.packages.entry(package.clone()).or_default().push(id);
            }
        }
        let mut tables = Tables::default();
        for (n, row) in client.types.iter().enumerate() {
            for name in &row.names {
                tables.types.entry(name.clone()).or_insert(n);
                if names::is_qualified(&client.head.packages, name) {
                    self.full_types.entry(name.clone()).or_default().push((id, n));
                }
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
        for (n, row) in client.calls.iter().enumerate() {
            let Ok(n) = u32::try_from(n) else { continue };
            for name in &row.name {
                match row.on.as_ref().map(|on| tables.types.get(on)) {
                    Some(Some(ty)) => {
                        own[*ty].entry(name.clone()).or_default().push(n);
                        if name == "*" {
                            continue;
                        }
                        let named = self.named.entry(client.head.language.clone()).or_default();
                        named.entry(name.clone()).or_default().push((id, n));
                    }
                    Some(None) => {}
                    None if names::is_qualified(&client.head.packages, name) => {
                        self.full_functions.entry(name.clone()).or_default().push((id, n));
                    }
                    None => tables.functions.entry(name.clone()).or_default().push(n),
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
        for name in &client.neutral {
            let neutral = self.neutral.entry(client.head.language.clone()).or_default();
            neutral.insert(name.strip_suffix(".*").unwrap_or(name).to_owned());
        }
        self.tables[usize::from(id.0)] = tables;
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

    pub(crate) fn type_in(&self, client: ClientId, name: &str) -> Option<usize> {
        self.tables[usize::from(client.0)].types.get(name).copied()
    }

    pub(crate) fn full_type(&self, name: &str) -> &[(ClientId, usize)] {
        self.full_types.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn reply(&self, client: ClientId, name: &str) -> Option<usize> {
        self.tables[usize::from(client.0)].replies.get(name).copied()
    }

    /// Every method of a type, with each of its rows.
    pub(crate) fn methods<'m>(
        &'m self,
        clients: &'m [Client],
        client: ClientId,
        ty: usize,
    ) -> impl Iterator<Item = (&'m str, &'m CallRow)> {
        let calls = &clients[usize::from(client.0)].calls;
        let methods = self.tables[usize::from(client.0)].methods[ty].iter();
        methods.flat_map(|(name, rows)| {
            rows.iter().filter_map(|row| calls.get(usize::try_from(*row).ok()?)).map(move |row| (name.as_str(), row))
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
        let methods = &self.tables[usize::from(client.0)].methods[ty];
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
        best(clients, client, self.tables[usize::from(client.0)].functions.get(name)?, args)
    }

    /// Whether a function of that whole name takes any number of arguments that people write.
    pub(crate) fn has_full_function(&self, clients: &[Client], qual: &str) -> bool {
        let rows = self.full_functions.get(qual).into_iter().flatten();
        rows.map(|(client, n)| row(clients, *client, *n)).any(|r| (0..MOST_ARGS).any(|args| takes(r.call, args)))
    }

    pub(crate) fn full_function<'m>(&self, clients: &'m [Client], qual: &str, args: usize) -> Option<Row<'m>> {
        let rows = self.full_functions.get(qual)?;
        let fitting = rows.iter().map(|(client, n)| row(clients, *client, *n)).filter(|r| takes(r.call, args));
        fitting.min_by_key(|r| (self.rank(r.client), std::cmp::Reverse(r.call.min_args)))
    }

    pub(crate) fn is_named(&self, lang: &str, method: &str) -> bool {
        self.named.get(lang).is_some_and(|named| named.contains_key(method))
    }

    pub(crate) fn named<'m>(&self, clients: &'m [Client], lang: &str, method: &str, args: usize) -> Vec<Row<'m>> {
        let rows = self.named.get(lang).and_then(|named| named.get(method));
        let rows = rows.into_iter().flatten().map(|(client, n)| row(clients, *client, *n));
        let mut rows: Vec<_> = rows.filter(|r| takes(r.call, args)).collect();
        // Clients stay in order; within one, the row that asks for more arguments is the closer one.
        rows.sort_by_key(|r| (self.rank(r.client), std::cmp::Reverse(r.call.min_args)));
        rows
    }

    pub(crate) fn is_neutral_package(&self, lang: &str, package: &str) -> bool {
        self.is_neutral_name(lang, package)
    }

    pub(crate) fn is_neutral_name(&self, lang: &str, name: &str) -> bool {
        self.neutral.get(lang).is_some_and(|neutral| neutral.contains(name))
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

fn row<'m>(clients: &'m [Client], client: ClientId, n: u32) -> Row<'m> {
    Row { client, call: &clients[usize::from(client.0)].calls[n as usize] }
}

fn takes(row: &CallRow, args: usize) -> bool {
    row.min_args <= args && row.max_args.is_none_or(|most| args <= most)
}

/// The row that takes so many arguments; of several, the one that asks for most.
fn best<'m>(clients: &'m [Client], client: ClientId, rows: &[u32], args: usize) -> Option<Row<'m>> {
    let fitting = rows.iter().map(|n| row(clients, client, *n)).filter(|r| takes(r.call, args));
    fitting.reduce(|a, b| if b.call.min_args > a.call.min_args { b } else { a })
}
