//! What a file declares, told by its words and without a parser: enough to know who asks for it.

/// See above. Names are as the file writes them; a name may stand twice, and one too many does no harm
/// but that of a file read for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline<'t> {
    /// Paths of packages that are imported.
    pub imports: Vec<&'t str>,
    /// Functions that are no methods.
    pub functions: Vec<&'t str>,
    /// Methods, with the types they belong to.
    pub methods: Vec<(&'t str, &'t str)>,
    /// Types.
    pub types: Vec<&'t str>,
    /// Constants and variables.
    pub values: Vec<&'t str>,
    /// Interfaces, with the methods that they list themselves.
    pub interfaces: Vec<(&'t str, Vec<&'t str>)>,
    /// Variables that are assigned somewhere.
    pub assigned: Vec<&'t str>,
    /// Fields, and variables of other packages, that are assigned somewhere.
    pub fields: Vec<&'t str>,
    /// Types of literals, and the fields that these set; without a name where they go by their order.
    pub literals: Vec<(&'t str, &'t str)>,
}
