//! Imports, and the guess which name a package has when the file does not say.

use crate::fields::Fields as _;
use crate::lowering::{Lowering, kids};
use dogpile_ir::{Import, QualName};
use tree_sitter::Node;

/// Packages whose name does not follow from the path: path without major version, name.
const NAMES: &[(&str, &str)] = &[
    ("github.com/deckarep/golang-set", "mapset"),
    ("github.com/eko/gocache/store/redis", "redis_store"),
    ("github.com/elastic/go-elasticsearch", "elasticsearch"),
    ("github.com/go-co-op/gocron-redis-lock", "redislock"),
    ("github.com/hashicorp/golang-lru", "lru"),
    ("github.com/json-iterator/go", "jsoniter"),
    ("github.com/mgtv-tech/jetcache-go", "cache"),
    ("github.com/rcrowley/go-metrics", "metrics"),
    ("github.com/satori/go.uuid", "uuid"),
    ("github.com/yuin/gopher-lua", "lua"),
];

impl<'t> Lowering<'t> {
    /// Registers the imports of a declaration. Names that a file gives itself win over guesses, whatever the order.
    pub(crate) fn imports(&mut self, declarations: &[Node<'t>]) {
        let mut guesses = vec![];
        let mut specs = vec![];
        for declaration in declarations {
            for child in kids(*declaration) {
                match child.kind() {
                    "import_spec" => specs.push(child),
                    "import_spec_list" => specs.extend(kids(child).into_iter().filter(|n| n.kind() == "import_spec")),
                    _ => {}
                }
            }
        }
        for spec in specs {
            let Some(path) = spec.field("path") else { continue };
            let path: QualName = self.text_of(path).trim_matches(['"', '`']).into();
            let span = self.span(spec);
            let name = match spec.field("name") {
                Some(alias) => {
                    let alias = self.text_of(alias);
                    if !matches!(alias, "_" | ".") {
                        self.names.imports.insert(alias.to_owned(), path.clone());
                    }
                    alias.to_owned()
                }
                None => {
                    let mut candidates = package_names(&path);
                    let best = candidates.first().cloned().unwrap_or_else(|| path.to_string());
                    guesses.push((0, best.clone(), path.clone()));
                    guesses.extend(candidates.drain(1.min(candidates.len())..).map(|name| (1, name, path.clone())));
                    best
                }
            };
            self.build.module.imports.push(Import { name: name.into(), path, span });
        }
        guesses.sort_by_key(|(rank, ..)| *rank);
        for (_, name, path) in guesses {
            self.names.imports.entry(name).or_insert(path);
        }
    }
}

/// The names a package of this path may have, the likeliest first.
pub(crate) fn package_names(path: &str) -> Vec<String> {
    let mut names = vec![];
    let mut push = |name: &str| {
        if !name.is_empty() && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    };
    let (stem, version) = match path.rsplit_once('/') {
        Some((stem, last)) if is_major_version(last) => (stem, Some(last)),
        _ => (path, None),
    };
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == stem) {
        push(name);
    }
    let last = stem.rsplit('/').next().unwrap_or(stem);
    // gopkg.in/yaml.v3
    let last = match last.rsplit_once('.') {
        Some((base, suffix)) if suffix.starts_with('v') && suffix[1..].parse::<u32>().is_ok() => base,
        _ => last,
    };
    let bare = last.strip_prefix("go-").or_else(|| last.strip_prefix("go.")).unwrap_or(last);
    let bare = bare.strip_suffix("-go").or_else(|| bare.strip_suffix(".go")).unwrap_or(bare);
    if bare.contains(['-', '.']) {
        push(&bare.replace(['-', '.'], "_"));
        push(&bare.replace(['-', '.'], ""));
        for part in bare.rsplit(['-', '.']) {
            push(part);
        }
    } else {
        push(bare);
    }
    push(last);
    push(&last.replace(['-', '.'], ""));
    push(&last.replace(['-', '.'], "_"));
    if let Some(version) = version {
        push(version);
    }
    names
}

/// `v2` and up; `/v1` is a package of that name.
fn is_major_version(part: &str) -> bool {
    part.strip_prefix('v').and_then(|n| n.parse::<u32>().ok()).is_some_and(|n| n >= 2)
}
