//! Types that comments tell: `@param {T} name` and `@type {T}` in JavaScript.

use crate::lowering::Lowering;
use crate::types::predefined;
use dogpile_ir::Type;
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// The type that the comment above a function gives a parameter.
    pub(crate) fn documented_param(&self, function: Node<'t>, name: &str) -> Type {
        let Some(comment) = self.comment_above(function) else { return Type::Unknown };
        let mut rest = comment;
        while let Some(at) = rest.find("@param {") {
            rest = &rest[at + 8..];
            let Some(end) = closing(rest) else { break };
            let after = rest[end + 1..].trim_start().trim_start_matches('[');
            let word =
                after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))).unwrap_or(after.len());
            if &after[..word] == name {
                return self.written_type(&rest[..end]);
            }
        }
        Type::Unknown
    }

    /// The type that the comment above a declaration gives its variable.
    pub(crate) fn documented_type(&self, declarator: Node<'t>) -> Type {
        let tag = |comment: &'t str| {
            let rest = comment.split_once("@type {")?.1;
            Some(self.written_type(&rest[..closing(rest)?]))
        };
        self.comment_above(declarator).and_then(tag).unwrap_or_default()
    }

    /// The documenting comment right above the statement that a node opens.
    fn comment_above(&self, node: Node<'t>) -> Option<&'t str> {
        if !self.documented {
            return None;
        }
        let mut at = node;
        loop {
            if let Some(before) = at.prev_sibling()
                && before.kind() == "comment"
            {
                return Some(self.text_of(before)).filter(|text| text.starts_with("/**"));
            }
            let parent = at.parent()?;
            let through = matches!(
                parent.kind(),
                "variable_declarator"
                    | "lexical_declaration"
                    | "variable_declaration"
                    | "export_statement"
                    | "expression_statement"
                    | "assignment_expression"
                    | "pair"
                    | "public_field_definition"
            );
            if !through {
                return None;
            }
            at = parent;
        }
    }

    /// A type as comments write it.
    fn written_type(&self, text: &str) -> Type {
        let mut text = text.trim().trim_start_matches(['?', '!', '(']).trim_end_matches(['=', ')']);
        if let Some((one, other)) = text.split_once('|') {
            let absent = |t: &str| matches!(t.trim(), "null" | "undefined");
            match (absent(one), absent(other)) {
                (true, _) => text = other.trim(),
                (_, true) => text = one.trim(),
                _ => return Type::Unknown,
            }
        }
        if let Some(item) = text.strip_suffix("[]") {
            return Type::List(Box::new(self.written_type(item)));
        }
        if let Some(inner) = text.strip_prefix("Promise<").and_then(|t| t.strip_suffix('>')) {
            return self.written_type(inner);
        }
        if let Some(rest) = text.strip_prefix("import(") {
            let Some((specifier, member)) = rest.split_once(").") else { return Type::Unknown };
            let path = self.module_path(specifier.trim_matches(['"', '\'']));
            return Type::Named(format!("{path}.{member}").into());
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if text.is_empty() || !text.chars().all(is_name) {
            return Type::Unknown;
        }
        match text {
            "any" | "object" | "Object" | "function" | "Function" | "void" | "unknown" => Type::Unknown,
            "String" => predefined("string"),
            "Number" => predefined("number"),
            "Boolean" => predefined("boolean"),
            "string" | "number" | "boolean" | "bigint" | "symbol" => predefined(text),
            // Comments may name what no other line does.
            _ if self.names.find_type(text).is_some() || self.resolve(text).is_some() => self.type_name(text),
            _ => Type::Unknown,
        }
    }
}

/// Where the brace that is open at the start closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    text.find(|c| {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return true,
            '}' => depth -= 1,
            _ => {}
        }
        false
    })
}
