//! Items that macros declare: `lazy_static!`, `thread_local!`, `cfg_if!` and macros whose tokens are items.

use crate::lowering::Lowering;
use crate::macros::macro_name;
use crate::paths::word;
use crate::scope::Binding;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Token};

/// `static [ref] NAME: Type = value;`
struct Static {
    name: Ident,
    ty: syn::Type,
    value: Option<Expr>,
}

struct Statics(Vec<Static>);

impl Parse for Statics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut found = vec![];
        while !input.is_empty() {
            syn::Attribute::parse_outer(input)?;
            input.parse::<syn::Visibility>()?;
            input.parse::<Token![static]>()?;
            let _ = input.parse::<Option<Token![ref]>>()?;
            let name = input.parse()?;
            input.parse::<Token![:]>()?;
            let ty = input.parse()?;
            let value = if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
                Some(input.parse()?)
            } else {
                None
            };
            let _ = input.parse::<Option<Token![;]>>()?;
            found.push(Static { name, ty, value });
        }
        Ok(Self(found))
    }
}

impl Lowering<'_> {
    /// A macro among items.
    pub(crate) fn item_macro(&mut self, item: &syn::ItemMacro) {
        match macro_name(&item.mac).as_str() {
            _ if declares(&item.mac) => self.statics_here(&item.mac),
            "cfg_if" => {
                for tree in item.mac.tokens.clone() {
                    if let TokenTree::Group(group) = tree
                        && group.delimiter() == Delimiter::Brace
                    {
                        self.items_of(group.stream());
                    }
                }
            }
            // Declares a macro, or stands for what cannot be seen: neither is a statement of this file.
            _ => self.items_of(item.mac.tokens.clone()),
        }
    }

    /// The statics that a macro declares; in a function, they are named after it.
    pub(crate) fn statics_here(&mut self, mac: &syn::Macro) {
        let Ok(Statics(list)) = Statics::parse.parse2(mac.tokens.clone()) else {
            let span = self.span_of_macro(mac);
            return self.note(span, "not translated: static in a macro");
        };
        for one in &list {
            let name = self.item_name(&one.name);
            if !self.frames.is_empty() {
                self.names.bind(word(&one.name), Binding::Name(name.clone()));
            }
            self.global(name, &one.name, Some(&one.ty), one.value.as_ref(), true);
        }
    }

    /// Tokens that are items by themselves (`cfg_rt! { pub fn … }`), if they are.
    fn items_of(&mut self, tokens: TokenStream) {
        let Ok(file) = syn::parse2::<syn::File>(tokens) else { return };
        let known: Vec<&syn::Item> =
            file.items.iter().filter(|i| !matches!(i, syn::Item::Macro(_) | syn::Item::Verbatim(_))).collect();
        for item in known {
            self.item(item);
            if self.frames.is_empty() {
                self.out.clear();
            }
        }
    }

    /// Names of `lazy_static!` are items like any other.
    pub(crate) fn static_names(item: &syn::ItemMacro) -> Vec<String> {
        if !declares(&item.mac) {
            return vec![];
        }
        let parsed = Statics::parse.parse2(item.mac.tokens.clone());
        parsed.map_or(vec![], |Statics(list)| list.iter().map(|one| word(&one.name)).collect())
    }
}

/// Whether a macro declares statics.
pub(crate) fn declares(mac: &syn::Macro) -> bool {
    matches!(macro_name(mac).as_str(), "lazy_static" | "thread_local" | "task_local")
}
