//! Package-level variables and constants.

use crate::assign::{list_of, specs};
use crate::fields::Fields as _;
use crate::lowering::{Frame, Lowering, field_list, kids};
use dogpile_ir::{Global, Place, Rvalue, Type, Value, ValueKind};
use std::sync::Arc;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// `const (…)`, with `iota` and repeated expressions.
    pub(crate) fn global_consts(&mut self, node: Node<'t>) {
        let mut last: (Option<Node<'t>>, Vec<Node<'t>>) = (None, vec![]);
        for (n, spec) in (0_i128..).zip(specs(node)) {
            if let Some(values) = spec.field("value") {
                last = (spec.field("type"), list_of(values));
            }
            self.iota = self.iota_for(&last.1, n);
            self.global_spec(spec, last.0, &last.1, true, None);
        }
        self.iota = None;
    }

    /// The value of `iota` for values that name it: those are computed, while others stay as written.
    pub(crate) fn iota_for(&self, values: &[Node<'t>], n: i128) -> Option<i128> {
        values.iter().any(|v| self.text_of(*v).contains("iota")).then_some(n)
    }

    /// `var (…)`. `embeds` is the path of a `//go:embed` above it.
    pub(crate) fn global_vars(&mut self, node: Node<'t>, embeds: Option<Arc<str>>) {
        let mut embeds = embeds;
        let mut lists = vec![];
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if child.kind() == "var_spec_list" {
                let mut inner = child.walk();
                lists.extend(child.named_children(&mut inner));
            } else {
                lists.push(child);
            }
        }
        for spec in lists {
            match spec.kind() {
                "comment" => embeds = self.embedded(spec).or(embeds),
                "var_spec" => {
                    let values = spec.field("value").map_or(vec![], list_of);
                    self.global_spec(spec, spec.field("type"), &values, false, embeds.take());
                }
                _ => {}
            }
        }
    }

    /// The path in a `//go:embed` comment (the first, of several).
    pub(crate) fn embedded(&self, comment: Node<'t>) -> Option<Arc<str>> {
        let rest = self.text_of(comment).strip_prefix("//go:embed")?;
        if !rest.starts_with([' ', '\t']) {
            return None;
        }
        let rest = rest.trim();
        let path = match rest.chars().next()? {
            quote @ ('"' | '`') => rest[1..].split(quote).next()?,
            _ => rest.split_whitespace().next()?,
        };
        Some(path.into())
    }

    fn global_spec(
        &mut self,
        spec: Node<'t>,
        ty: Option<Node<'t>>,
        values: &[Node<'t>],
        constant: bool,
        embeds: Option<Arc<str>>,
    ) {
        let names = field_list(spec, "name");
        let declared = ty.map(|n| self.ty(n));
        let outer = std::mem::replace(&mut self.opaque_here, false);
        let mut together: Vec<Value> = vec![];
        for (n, name) in names.iter().enumerate() {
            let full = self.qualified(self.text_of(*name));
            self.frames.push(Frame { id: None, name: full.clone(), labels: vec![], results: 0, named_results: vec![] });
            let mut value = None;
            let init = self.nested(|s| {
                if n == 0 {
                    s.note_errors(spec);
                }
                value = match values {
                    [only] if names.len() > 1 => {
                        if n == 0 {
                            together = s.several(*only, names.len());
                        }
                        together.get(n).cloned()
                    }
                    _ => values.get(n).map(|v| s.expr(*v)),
                };
            });
            self.frames.pop();
            let ty = declared.clone().unwrap_or_else(|| value.as_ref().map_or(Type::Unknown, |v| self.type_of(v)));
            self.build.module.globals.push(Global {
                name: full,
                ty,
                constant,
                init,
                value,
                embeds: embeds.clone(),
                span: self.span(*name),
            });
        }
        let stats = &mut self.build.module.stats;
        stats.statements += 1;
        stats.opaque += u32::from(self.opaque_here);
        self.opaque_here = outer;
    }

    /// The values that one expression gives several variables.
    fn several(&mut self, node: Node<'t>, count: usize) -> Vec<Value> {
        let span = self.span(node);
        let value: Rvalue = self.multi_rvalue(node);
        let temps: Vec<_> = (0..count).map(|_| self.temp(span)).collect();
        self.assign(temps.iter().map(|t| Place::Local(*t)).collect(), value, span);
        temps.into_iter().map(|t| Value::new(ValueKind::Local(t), span)).collect()
    }

    /// Registers the names that a declaration at the top of the file binds.
    pub(crate) fn collect_globals(&mut self, node: Node<'t>) {
        for spec in specs(node) {
            for name in field_list(spec, "name") {
                self.names.items.insert(self.text_of(name), crate::scope::Item::Var);
            }
        }
    }

    /// Registers the types of a declaration, for now without what they stand for.
    pub(crate) fn collect_types(&mut self, node: Node<'t>) {
        for spec in kids(node) {
            if let Some(name) = spec.field("name") {
                self.names.items.insert(self.text_of(name), crate::scope::Item::Type(Type::Unknown));
            }
        }
    }
}
