//! Constructors that bring scripts name a method that reads a script's definition.

use dogpile_models::{BUILTIN, Does, Models};

/// All that come with the program.
fn builtin() -> Models {
    Models::from_files(BUILTIN.iter().copied()).expect("sound")
}

#[test]
fn scripts_of_constructors_are_read_by_a_method_of_what_they_make() {
    let models = builtin();
    let mut seen = 0;
    for row in models.own_rows() {
        let Does::Makes { ty, defines: Some(defines), .. } = &row.call.does else { continue };
        let ty = models.qualified_type(row.client, ty);
        let by = models.method(&ty, &defines.by, 2);
        assert!(by.is_some_and(|by| matches!(by.call.does, Does::DefinesCommand { .. })), "{ty}.{}", defines.by);
        seen += 1;
    }
    assert!(seen >= 3, "ioredis and its forks have such options");
}
