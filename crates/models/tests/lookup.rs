//! Look-ups over the built-in models, and what user models change.
#![allow(clippy::unwrap_used)]

use dogpile_models::{BUILTIN, ClientId, Does, Models, NilReply, ReplyValue, Role, Row, WordRow};

/// All that come with the program.
fn builtin() -> Models {
    Models::from_files(BUILTIN.iter().copied()).expect("sound")
}

fn words(row: Row<'_>) -> Vec<String> {
    let words = match &row.call.does {
        Does::Command { words, .. } | Does::MakesCommand { words, .. } | Does::Pushes { words } => words,
        other => panic!("no command: {other:?}"),
    };
    let text = |word: &WordRow| match word {
        WordRow::Text(text) => text.clone(),
        WordRow::Ttl(row) => format!("ttl {}", row.ttl),
        WordRow::When { when, word } => format!("{word} when {when}"),
        WordRow::Optional { optional } => format!("optional {optional}"),
        WordRow::Map { map, .. } => format!("map {map}"),
    };
    words.iter().map(text).collect()
}

#[test]
fn versions_of_a_package_share_rows() {
    let models = builtin();
    for package in [
        "github.com/redis/go-redis/v9",
        "github.com/redis/go-redis/v10",
        "github.com/redis/go-redis",
        "github.com/go-redis/redis/v8",
    ] {
        for ty in ["Client", "ClusterClient", "Ring", "UniversalClient", "Cmdable", "Conn", "Tx", "Pipeliner"] {
            let row = models.method(&format!("{package}.{ty}"), "SetNX", 4).unwrap();
            assert_eq!(words(row), ["SET", "$2", "$3", "NX", "ttl $4"], "{package}.{ty}");
            assert_eq!(row.call.context.as_deref(), Some("$1"));
        }
    }
}

#[test]
fn old_versions_lack_the_context() {
    let models = builtin();
    for package in ["github.com/go-redis/redis", "github.com/go-redis/redis/v7", "gopkg.in/redis.v5"] {
        let row = models.method(&format!("*{package}.Client"), "SetNX", 3).unwrap();
        assert_eq!(words(row), ["SET", "$1", "$2", "NX", "ttl $3"], "{package}");
        assert_eq!(row.call.context, None);
        assert!(models.method(&format!("{package}.Client"), "SetNX", 4).is_none());
        assert_eq!(words(models.method(&format!("{package}.Client"), "Del", 1).unwrap()), ["DEL", "$1..."]);
        // Rows without a context keep their arguments.
        let script = models.function(&format!("{package}.NewScript"), 1).unwrap();
        assert!(matches!(&script.call.does, Does::Makes { keeps, .. } if keeps["text"] == "$1"));
        // A row of its own stands before the parent's.
        let row = models.method(&format!("{package}.Client"), "Subscribe", 1).unwrap();
        assert!(matches!(&row.call.does, Does::Subscribes { channels, .. } if channels == "$1..."));
    }
}

#[test]
fn types_have_roles_and_canonical_names() {
    let models = builtin();
    let (client, row) = models.type_of("*github.com/redis/go-redis/v9.ClusterClient").unwrap();
    assert_eq!(row.role, Role::Client);
    let canonical = models.qualified_type(client, &row.names[0]);
    assert_eq!(canonical, "github.com/redis/go-redis.Cmdable");
    assert_eq!(models.canonical("github.com/go-redis/redis/v8.Client"), canonical);
    assert!(models.method(&canonical, "SetNX", 4).is_some());
    assert_eq!(models.canonical("github.com/go-redis/redis/v8.Nil"), "github.com/redis/go-redis.Nil");
    assert!(models.means(client, "Nil", "github.com/redis/go-redis/v9.Nil"));
    assert!(!models.means(client, "Nil", "github.com/redis/go-redis/v9.TxFailedErr"));
    assert!(!models.means(client, "Nil", "example.com/redis.Nil"));
    assert_eq!(models.canonical("example.com/redis.Nil"), "example.com/redis.Nil");

    let (old, row) = models.type_of("gopkg.in/redis.v5.Client").unwrap();
    assert_ne!(old, client);
    assert_eq!(models.qualified_type(old, &row.names[0]), "github.com/go-redis/redis.Cmdable");
}

#[test]
fn replies_are_found_by_type() {
    let models = builtin();
    let (client, reply) = models.reply_type("*github.com/redis/go-redis/v9.BoolCmd").unwrap();
    assert_eq!(reply.accessors["Val"], ["value"]);
    assert_eq!(models.reply(client, "Cmd").unwrap().reads_as["Int64"], "IntCmd");
    assert_eq!(models.reply(client, "StringSliceCmd").unwrap().name, "SliceCmd");
}

#[test]
fn only_telling_shapes_are_distinctive() {
    let models = builtin();
    let shape = |method, args| models.distinctive("go", method, args).map(|row| models.client(row.client).name.clone());
    assert_eq!(shape("SetNX", 4).as_deref(), Some("go-redis"));
    assert_eq!(shape("SetNX", 3).as_deref(), Some("go-redis v7 and older"));
    assert_eq!(shape("SetNX", 2), None);
    for (method, args) in [("Get", 2), ("Del", 2), ("Eval", 4), ("Lock", 0), ("Do", 3)] {
        assert_eq!(shape(method, args), None, "{method}");
    }
    assert!(models.distinctive("rust", "SetNX", 4).is_none());
}

#[test]
fn imports_narrow_rows_of_one_name() {
    let models = builtin();
    let rows = models.by_method_name("go", "Del", 2);
    let of = |import: &str| rows.iter().filter(|row| models.holds_in(**row, import)).count();
    assert_eq!(of("github.com/redis/go-redis/v9"), 1);
    assert_eq!(of("github.com/go-redis/redis"), 1);
    assert_eq!(of("net/http"), 0);
    assert!(models.by_method_name("go", "*", 2).is_empty());
}

#[test]
fn the_language_qualifies_its_own_names() {
    let models = builtin();
    assert!(matches!(models.function("time.Sleep", 1).unwrap().call.does, Does::Sleeps { .. }));
    assert!(models.function("github.com/x/time.Sleep", 1).is_none());
}

const USER: &str = r#"
[client]
name = "acme"
language = "go"
packages = ["github.com/redis/go-redis/v*", "acme.dev/lock"]
triggers = ["acme"]
checked = { version = "1", on = "2026-11-21" }
[[type]]
names = ["Client"]
role = "client"
[[reply]]
name = "Ok"
value = "bool"
nil = "zero"
direct = ["value"]
[[call]]
on = "Client"
name = ["SetNX"]
example = "ok := c.SetNX(ctx, k)"
does = { command = { words = ["SET", "$2", "1", "NX"], reply = "Ok" } }
[[call]]
name = ["Take"]
example = "ok := lock.Take(k)"
does = { command = { words = ["SET", "$1", "1", "NX"], reply = "Ok" } }
"#;

#[test]
fn user_rows_come_first_and_the_rest_stays() {
    let mut models = builtin();
    models.with_user("acme.toml", USER).unwrap();
    assert_eq!(words(models.method("github.com/redis/go-redis/v9.Client", "SetNX", 4).unwrap())[2], "1");
    assert_eq!(words(models.method("github.com/redis/go-redis/v9.Client", "Del", 2).unwrap())[0], "DEL");
    assert_eq!(words(models.method("github.com/redis/go-redis/v9.Ring", "SetNX", 4).unwrap())[2], "$3");
    assert!(models.function("acme.dev/lock.Take", 1).is_some());
    assert!(models.clients().any(|id| models.client(id).triggers.contains(&"acme".to_owned())));
    let names: Vec<_> = models.clients_of_package("github.com/redis/go-redis/v9");
    assert_eq!(names.iter().map(|c| models.client(*c).name.as_str()).collect::<Vec<_>>(), ["acme", "go-redis"]);
}

#[test]
fn a_faulty_user_model_changes_nothing() {
    let mut models = builtin();
    let before = models.clients().count();
    assert!(models.with_user("bad.toml", "[client]").is_err());
    assert_eq!(models.clients().count(), before);
}

#[test]
fn every_file_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
    #[allow(clippy::disallowed_methods)]
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<String> = files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    let mut listed: Vec<String> = BUILTIN.iter().map(|(name, _)| (*name).to_owned()).collect();
    files.sort();
    listed.sort();
    assert_eq!(files, listed);
}

#[test]
fn builders_push_the_names_of_their_methods() {
    let models = builtin();
    for package in ["github.com/redis/rueidis", "github.com/valkey-io/valkey-go"] {
        let b = models.method(&format!("{package}.Client"), "B", 0).unwrap();
        let Does::Makes { ty, .. } = &b.call.does else { panic!("{:?}", b.call.does) };
        let builder = models.qualified_type(b.client, ty);
        assert_eq!(builder, format!("{package}.Builder"));
        let set = models.method(&builder, "Set", 0).unwrap();
        assert_eq!(words(set), ["$name", "$1..."]);
        let Does::MakesCommand { ty: Some(chain), .. } = &set.call.does else { panic!("{:?}", set.call.does) };
        let chain = models.qualified_type(set.client, chain);
        let pushed = |method, args| words(models.method(&chain, method, args).unwrap());
        assert_eq!(pushed("Key", 1), ["$1..."]);
        assert_eq!(pushed("Nx", 0), ["$name", "$1..."]);
        assert_eq!(pushed("PxMilliseconds", 1), ["ttl $1"]);
        assert_eq!(pushed("Build", 0), [""; 0]);
    }
}

#[test]
fn copies_of_singleflight_are_flights() {
    let models = builtin();
    for package in [
        "golang.org/x/sync/singleflight",
        "github.com/golang/groupcache/singleflight",
        "acme.dev/internal/singleflight",
    ] {
        assert_eq!(models.type_of(&format!("{package}.Group")).unwrap().1.role, Role::Flight, "{package}");
        let row = models.method(&format!("*{package}.Group"), "Do", 2).unwrap();
        assert!(matches!(&row.call.does, Does::Flight { key: Some(key), .. } if key == "$1"));
    }
}

#[test]
fn generic_types_lose_their_arguments() {
    let models = builtin();
    let row = models.method("*github.com/eko/gocache/lib/v4/cache.LoadableCache[string]", "Get", 2).unwrap();
    assert!(matches!(&row.call.does, Does::Cache { function: Some(f), .. } if f == "$0.loader"));
    assert!(models.function("github.com/eko/gocache/lib/v4/cache.NewLoadable[string]", 2).is_some());
}

#[test]
fn known_and_irrelevant_names() {
    let models = builtin();
    let redis = models.clients_of_package("github.com/redis/go-redis/v9")[0];
    assert!(models.is_neutral(redis, "Client.Ping"));
    assert!(!models.is_neutral(redis, "Client.SetNX"));
    assert!(models.is_neutral_function("go", "sort.Strings"));
    assert!(models.is_neutral_function("go", "github.com/redis/go-redis/v9.ParseURL"));
    assert!(!models.is_neutral_function("go", "os.Exit"));
    assert!(!models.is_neutral_function("rust", "sort.Strings"));
}

#[test]
fn associated_functions_and_methods_of_rust_types() {
    let models = builtin();
    for (name, args) in [
        ("redis.cmd", 1),
        ("redis.Client.open", 1),
        ("redis::aio.ConnectionManager.new", 1),
        ("deadpool_redis::redis.cmd", 1),
        ("bb8_redis::redis.Script.new", 1),
        ("fred::prelude.Expiration.PX", 1),
        ("rustis::commands.SetExpiration.Px", 1),
        ("std::time.Duration.from_secs", 1),
        ("uuid.Uuid.new_v4", 0),
    ] {
        assert!(models.function(name, args).is_some(), "{name}");
    }
    assert!(models.function("redis_lock.cmd", 1).is_none());
    for ty in ["redis.Commands", "redis::aio.MultiplexedConnection", "deadpool_redis.Connection", "redis.Pipeline"] {
        assert_eq!(words(models.method(ty, "set_nx", 2).unwrap()), ["SETNX", "$1", "$2"], "{ty}");
    }
    let (client, pipeline) = models.type_of("redis.Pipeline").unwrap();
    assert!(pipeline.chains && pipeline.role == Role::Pipeline);
    let atomic = models.method("redis.Pipeline", "atomic", 0).unwrap();
    let Does::Becomes { ty } = &atomic.call.does else { panic!("{:?}", atomic.call.does) };
    let atomic = models.qualified_type(client, ty);
    assert_eq!(models.type_of(&atomic).unwrap().1.role, Role::Transaction);
    assert!(models.method(&atomic, "query_async", 1).is_some());
    assert!(models.method("fred::clients.Client", "set", 5).is_some());
    assert!(models.method("fred::clients.Client", "set", 2).is_none());
    assert_eq!(models.constant("redis.ExistenceCheck.NX"), Some("NX"));
}

/// `redis` is a package of two languages.
fn rust(models: &Models, package: &str) -> ClientId {
    let clients = models.clients_of_package(package);
    clients.into_iter().find(|client| models.client(*client).language == "rust").unwrap()
}

#[test]
fn replies_of_rust_follow_the_declared_type() {
    let models = builtin();
    for package in ["redis", "fred"] {
        let client = rust(&models, package);
        let reply = models.reply(client, "AnyFlag").unwrap();
        assert_eq!(reply.value, ReplyValue::Declared);
        assert_eq!(models.reply(client, &reply.by_type["option"]).unwrap().nil, NilReply::Value);
        assert_eq!(models.reply(client, &reply.by_type["unwritten"]).unwrap().value, ReplyValue::Flag);
    }
    let nil_as_bool = |package: &str| models.reply(rust(&models, package), "Bool").unwrap().nil;
    assert_eq!((nil_as_bool("redis"), nil_as_bool("fred")), (NilReply::Zero, NilReply::Error));
}

#[test]
fn macros_without_a_package_are_known() {
    let models = builtin();
    assert!(models.is_neutral_function("rust", "println!"));
    assert!(models.is_neutral_function("rust", "tracing.info!"));
    assert!(models.is_neutral_function("rust", "tokio::sync.Notify.new"));
    assert!(!models.is_neutral_function("rust", "bail!"));
    assert!(!models.is_neutral_function("go", "println!"));
}

#[test]
fn constructors_are_functions_of_their_package() {
    let models = builtin();
    for (name, package) in [
        ("ioredis.Redis.new", "ioredis"),
        ("ioredis.default.new", "ioredis"),
        ("ioredis.default.Cluster.new", "ioredis"),
        ("iovalkey.default.new", "iovalkey"),
        ("@upstash/redis.Redis.fromEnv", "@upstash/redis"),
        ("@upstash/redis/cloudflare.Redis.new", "@upstash/redis"),
        ("bun.RedisClient.new", "bun"),
    ] {
        let row = models.function(name, 1).unwrap_or_else(|| panic!("{name}"));
        let Does::Makes { ty, .. } = &row.call.does else { panic!("{:?}", row.call.does) };
        assert_eq!(models.qualified_type(row.client, ty), format!("{package}.Redis"), "{name}");
    }
    assert!(models.function("ioredis.Redis.old", 1).is_none());
    assert!(models.function("acme.ioredis.Redis.new", 1).is_none());
}

#[test]
fn a_default_export_is_a_class_or_the_module() {
    let models = builtin();
    for ty in ["ioredis.Redis", "ioredis.default", "ioredis.default.Cluster", "iovalkey.default"] {
        assert_eq!(models.type_of(ty).unwrap().1.role, Role::Client, "{ty}");
        assert!(models.method(ty, "setnx", 2).is_some(), "{ty}");
    }
    let random = models.function("crypto.default.randomUUID", 0).unwrap();
    assert!(std::ptr::eq(random.call, models.function("crypto.randomUUID", 0).unwrap().call));
    assert!(models.is_neutral_function("typescript", "lodash.default.get"));
    let redlock = models.clients_of_package("redlock")[0];
    assert!(models.means(redlock, "default.LockError", "redlock.default.LockError"));
    assert!(!models.means(redlock, "default.LockError", "redlock.LockError"));
}

#[test]
fn exported_objects_have_methods() {
    let models = builtin();
    assert_eq!(models.global_type("@vercel/kv.kv").as_deref(), Some("@upstash/redis.Redis"));
    let set = models.function("@vercel/kv.kv.set", 3).unwrap();
    assert!(std::ptr::eq(set.call, models.method("@upstash/redis.Redis", "set", 3).unwrap().call));
    assert_eq!(models.function("builtin.Bun.redis.get", 1).unwrap().call.name, ["get"]);
    assert!(models.function("@vercel/kv.other.set", 3).is_none());
}

#[test]
fn fields_have_types() {
    let models = builtin();
    let redis = models.field_type("egg.Application", "redis").unwrap();
    assert!(models.method(redis, "setnx", 2).is_some());
    assert_eq!(models.field_type("egg.Application", "mysql"), None);
    assert_eq!(models.field_type("net/http.Client", "Timeout"), None);
}

#[test]
fn constants_and_values_have_names() {
    let models = builtin();
    assert_eq!(models.constant("@valkey/valkey-glide.TimeUnit.Milliseconds"), Some("PX"));
    assert_eq!(models.constant("acme.TimeUnit.Milliseconds"), None);
    assert_eq!(models.value("typescript", "builtin.process.pid"), Some(dogpile_models::ValueKind::PerProcess));
    assert_eq!(models.value("go", "builtin.process.pid"), None);
    assert_eq!(models.value("typescript", "builtin.process.argv"), None);
}

/// An option of the wrong case is no word of the command, and is told as such.
#[test]
fn options_of_the_wrong_case_are_ignored() {
    let models = builtin();
    for (ty, right, wrong) in [
        ("redis.RedisClientType", "$3.NX", "$3.nx"),
        ("@upstash/redis.Redis", "$3.nx", "$3.NX"),
        ("@valkey/valkey-glide.GlideClient", "$3.conditionalSet", "$3.NX"),
    ] {
        let row = models.method(ty, "set", 3).unwrap();
        let used = format!("{:?}", row.call.does);
        assert!(used.contains(&format!("{right:?}")) && !used.contains(&format!("{wrong:?}")), "{ty}");
        assert!(row.call.ignored.iter().any(|path| path == wrong), "{ty}");
    }
}

#[test]
fn options_tell_whose_call_it_is() {
    let models = builtin();
    let whose = |method, args, option: &str| {
        let rows = models.telling("typescript", method, args).into_iter();
        let told = rows.filter(|row| row.call.telling.iter().any(|path| path == option));
        told.map(|row| models.client(row.client).name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(whose("set", 3, "$3.NX"), ["node-redis"]);
    assert_eq!(whose("set", 3, "$3.nx"), ["Upstash Redis"]);
    assert_eq!(whose("eval", 2, "$2.keys"), ["node-redis"]);
    assert!(whose("set", 3, "$3.ttl").is_empty());
    assert!(models.telling("go", "Set", 4).is_empty());
}
