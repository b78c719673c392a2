//! A lock in a large tree of Go: of its package, what it takes to judge it is read, and the rest is not.

mod trees;

use trees::Tree;

/// So many files of the lock's package have nothing to do with it.
const OTHERS: usize = 300;

/// A package of many files and this lock.
fn package(lock: &str) -> Tree {
    let lock = format!(
        "package app\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"github.com/google/uuid\"\n\t\"github.com/redis/go-redis/v9\"\n)\n\nvar _ = time.Second\nvar _ = uuid.NewString\n\n{lock}"
    );
    let tree = Tree::new(&[("go.mod", "module example.com/big\n\ngo 1.24\n"), ("app/lock.go", &lock)]);
    for n in 0..OTHERS {
        let text = format!(
            "package app\n\ntype other{n} struct{{ name string }}\n\nfunc (o *other{n}) run(ttl int) string {{ return o.name }}\n"
        );
        tree.write(&format!("app/other{n}.go"), text.as_bytes());
    }
    tree
}

/// A tree with this lock, and files beside it that it takes to judge it: what is told, and where.
fn judged(lock: &str, beside: &[(&str, &str)], told: &str, at: &str) {
    let tree = package(lock);
    for (path, text) in beside {
        tree.write(path, text.as_bytes());
    }
    let sparse = tree.run(&["--format", "concise", "--no-cache", "."]);
    let whole = tree.run(&["--format", "concise", "--no-cache", "--no-prefilter", "."]);
    assert_eq!(sparse, whole);
    let finding = sparse.out.lines().find(|line| line.contains(&format!("[{told}]")));
    assert!(finding.is_some_and(|line| line.starts_with(at)), "no {told} at {at}:\n{}", sparse.out);
    let stats = tree.run(&["--stats", "--no-cache", "."]);
    let stats = stats.out + &stats.err;
    let parsed = stats.lines().find_map(|line| line.split_once(" files parsed")?.0.parse::<usize>().ok());
    assert!(parsed.is_some_and(|parsed| parsed <= beside.len() + 1), "{stats}");
}

const HELD: &str = r#"func sweep(ctx context.Context, rdb *redis.Client) error {
	won, err := rdb.SetNX(ctx, KEY, TOKEN, TTL).Result()
	if err != nil || !won {
		return err
	}
	defer free(context.WithoutCancel(ctx), rdb, KEY, TOKEN)
	return work(ctx)
}

const script = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`

func free(ctx context.Context, rdb *redis.Client, key string, token any) {
	rdb.Eval(ctx, script, []string{key}, token)
}
"#;

fn held(key: &str, token: &str, ttl: &str) -> String {
    HELD.replace("KEY, TOKEN, TTL", &format!("{key}, {token}, {ttl}")).replace("KEY, TOKEN", &format!("{key}, {token}"))
}

#[test]
fn a_constant_in_another_file() {
    let lock = held("\"lock:sweep\"", "token", "30*time.Second");
    judged(
        &lock,
        &[("app/names.go", "package app\n\nconst (\n\tother = 1\n\ttoken = \"me\"\n)\n")],
        "constant-token",
        "app/lock.go:",
    );
}

#[test]
fn a_function_and_what_it_calls() {
    let lock = held("\"lock:sweep\"", "mint()", "30*time.Second");
    let beside = [
        ("app/mint.go", "package app\n\nfunc mint() string { return minted() }\n"),
        ("app/minted.go", "package app\n\nfunc minted() string { return \"me\" }\n"),
    ];
    judged(&lock, &beside, "constant-token", "app/lock.go:");
}

#[test]
fn a_type_its_method_and_the_package_it_is_from() {
    let lock = held("\"lock:sweep\"", "mints.mint.Token()", "30*time.Second") + "\nvar mints holder\n";
    let beside = [
        ("app/holder.go", "package app\n\nimport \"example.com/big/mint\"\n\ntype holder struct{ mint mint.Mint }\n"),
        ("mint/mint.go", "package mint\n\ntype Mint struct{}\n"),
        ("mint/token.go", "package mint\n\nfunc (m *Mint) Token() string { return \"me\" }\n"),
    ];
    judged(&lock, &beside, "constant-token", "app/lock.go:");
}

#[test]
fn who_implements_an_interface() {
    let lock = held("\"lock:sweep\"", "source.Token()", "30*time.Second")
        + "\ntype minter interface{ Token() string }\n\nvar source minter\n";
    judged(
        &lock,
        &[("app/fixed.go", "package app\n\ntype fixed struct{}\n\nfunc (fixed) Token() string { return \"me\" }\n")],
        "constant-token",
        "app/lock.go:",
    );
}

/// A lease that anybody may change is not the one that the declaration says.
#[test]
fn who_assigns_a_variable() {
    let lock = "var lease = 0 * time.Second\n\nvar fixed = 0 * time.Second\n\n".to_owned()
        + &held("\"lock:sweep\"", "uuid.NewString()", "lease")
        + &held("\"lock:other\"", "uuid.NewString()", "fixed")
            .split("const script")
            .next()
            .unwrap_or_default()
            .replace("sweep(", "other(");
    let beside =
        [("app/config.go", "package app\n\nimport \"time\"\n\nfunc Configure(d time.Duration) { lease = d }\n")];
    judged(&lock, &beside, "lock-without-expiry", "app/lock.go:33:");
}

#[test]
fn who_sets_a_field() {
    let owner = "type owner struct {\n\trdb *redis.Client\n\tname, label string\n}\n\n";
    let method = |name: &str, field: &str| {
        let all = held(&format!("\"lock:{name}\""), &format!("o.{field}"), "30*time.Second");
        all.split("const script")
            .next()
            .unwrap_or_default()
            .replace(
                "sweep(ctx context.Context, rdb *redis.Client)",
                &format!("(o *owner) {name}(ctx context.Context)"),
            )
            .replace("rdb.", "o.rdb.")
            .replace(", rdb,", ", o.rdb,")
    };
    let helper = HELD.split("const script").nth(1).unwrap_or_default();
    let lock = format!("{owner}{}{}const script{helper}", method("sweep", "label"), method("scan", "name"));
    let beside = [
        ("app/new.go", "package app\n\nfunc newOwner() *owner { return &owner{name: \"me\", label: \"me\"} }\n"),
        ("app/rename.go", "package app\n\nfunc (o *owner) rename(name string) { o.label = name }\n"),
    ];
    judged(&lock, &beside, "constant-token", "app/lock.go:29:");
}

/// The file names no client: the field does.
#[test]
fn who_uses_a_client_by_a_field() {
    let lock = r#"type store struct{ rdb *redis.Client }

func (s *store) take(ctx context.Context) (bool, error) {
	return s.rdb.SetNX(ctx, "lock:sweep", uuid.NewString(), 30*time.Second).Result()
}
"#;
    let beside = [(
        "app/free.go",
        "package app\n\nimport \"context\"\n\nfunc (s *store) drop(ctx context.Context) {\n\ts.rdb.Del(ctx, \"lock:sweep\")\n}\n",
    )];
    judged(lock, &beside, "unconditional-release", "app/free.go:6:");
}

/// The object is a client itself, and its methods say so by no name.
#[test]
fn who_is_a_client_by_what_it_embeds() {
    let lock = r#"type store struct{ *redis.Client }

func (s *store) take(ctx context.Context) (bool, error) {
	return s.SetNX(ctx, "lock:sweep", uuid.NewString(), 30*time.Second).Result()
}

type keeper struct{ held *store }
"#;
    let drop = |receiver: &str, object: &str| {
        format!(
            "package app\n\nimport \"context\"\n\nfunc ({receiver}) drop(ctx context.Context) {{\n\t{object}.Del(ctx, \"lock:sweep\")\n}}\n"
        )
    };
    judged(lock, &[("app/free.go", &drop("s *store", "s"))], "unconditional-release", "app/free.go:6:");
    judged(lock, &[("app/keep.go", &drop("k *keeper", "k.held"))], "unconditional-release", "app/keep.go:6:");
}

#[test]
fn who_calls_a_wrapper() {
    let lock = r#"type store struct{ rdb *redis.Client }

func (s *store) take(ctx context.Context, key, token string) (bool, error) {
	return s.rdb.SetNX(ctx, key, token, 30*time.Second).Result()
}

func (s *store) drop(ctx context.Context, key, token string) {
	s.rdb.Eval(context.WithoutCancel(ctx), script, []string{key}, token)
}

const script = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`
"#;
    let caller = "package app\n\nimport \"context\"\n\nfunc sweep(ctx context.Context, s *store) error {\n\twon, err := s.take(ctx, \"lock:sweep\", \"me\")\n\tif err != nil || !won {\n\t\treturn err\n\t}\n\tdefer s.drop(ctx, \"lock:sweep\", \"me\")\n\treturn work(ctx)\n}\n";
    judged(lock, &[("app/sweep.go", caller)], "constant-token", "app/sweep.go:6:");
}

/// What a run kept holds as long as nothing that it did not read comes to matter.
#[test]
fn what_nobody_read_may_matter_later() {
    let tree = package(&("var label = \"me\"\n\n".to_owned() + &held("\"lock:sweep\"", "mint()", "30*time.Second")));
    // Trees of few parsed files are not kept.
    let parts = 0..40;
    let calls: String = parts.clone().map(|n| format!("\tpart{n}()\n")).collect();
    tree.write(
        "app/mint.go",
        format!("package app\n\nfunc mint() string {{\n\tall()\n\treturn label\n}}\n\nfunc all() {{\n{calls}}}\n")
            .as_bytes(),
    );
    parts.for_each(|n| {
        tree.write(&format!("app/part{n}.go"), format!("package app\n\nfunc part{n}() {{}}\n").as_bytes())
    });
    let kept = ["--format", "concise", "--cache-dir", "kept", "app"];
    let first = tree.run(&kept);
    assert!(first.out.contains("[constant-token]"), "{}", first.out);
    assert_eq!(first, tree.run(&kept));
    tree.write("app/other7.go", b"package app\n\nfunc rename(name string) { label = name }\n");
    let after = tree.run(&kept);
    assert_eq!(after, tree.run(&["--format", "concise", "--no-cache", "app"]));
    assert!(!after.out.contains("[constant-token]"), "{}", after.out);
}

#[test]
fn parts_of_the_tree_make_the_same_report() {
    let tree = package(&held("\"lock:sweep\"", "mint.Token()", "30*time.Second").replace("work(ctx)", "other(ctx)"));
    tree.write("app/mint.go", b"package app\n\nimport \"example.com/big/minted\"\n\nvar mint minted.Mint\n");
    tree.write("minted/mint.go", b"package minted\n\ntype Mint struct{}\n");
    tree.write("minted/token.go", b"package minted\n\nfunc (m *Mint) Token() string { return \"me\" }\n");
    let whole = tree.run(&["--format", "json", "--no-cache", "app", "minted"]);
    for part in ["1/3", "2/3", "3/3"] {
        let run = tree.run(&["--shard", part, "--facts", "facts", "app", "minted"]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    assert_eq!(tree.run(&["merge", "--facts", "facts", "--format", "json", "app", "minted"]), whole);
    assert!(whole.out.contains("constant-token"), "{}", whole.out);
}

/// Each step is known by what the last one gives: after so many the package is parsed whole.
#[test]
fn a_way_too_long_to_ask_for() {
    let steps = 30;
    let token = format!("n0{{}}{}.token()", ".next()".repeat(steps));
    let tree = package(&held("\"lock:sweep\"", &token, "30*time.Second"));
    for n in 0..steps {
        let next = n + 1;
        tree.write(
            &format!("app/n{n}.go"),
            format!("package app\n\ntype n{n} struct{{}}\n\nfunc (n{n}) next() n{next} {{ return n{next}{{}} }}\n")
                .as_bytes(),
        );
    }
    tree.write(
        &format!("app/n{steps}.go"),
        format!("package app\n\ntype n{steps} struct{{}}\n\nfunc (n{steps}) token() string {{ return \"me\" }}\n")
            .as_bytes(),
    );
    let sparse = tree.run(&["--format", "concise", "--no-cache", "."]);
    assert_eq!(sparse, tree.run(&["--format", "concise", "--no-cache", "--no-prefilter", "."]));
    assert!(sparse.out.contains("[constant-token]"), "{}", sparse.out);
    let stats = tree.run(&["--stats", "--no-cache", "."]).out;
    assert!(stats.contains(&format!("\n{} files parsed", OTHERS + steps + 2)), "{stats}");
}
