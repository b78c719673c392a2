"""Lints a tree in shards: each is an action of its own, and one more merges what they found out into a report.

    load("//tools:dogpile_lint.bzl", "dogpile_lint")

    dogpile_lint(
        name = "locks",
        srcs = glob(["**/*.go", "**/go.mod"]),
        config = "dogpile.toml",
        shards = 8,
        tool = "//tools:dogpile-lint",
    )

`bazel build :locks` writes `locks.sarif`, whatever is found.
"""

# Actions see links to their inputs, and the linter follows no links: it gets files.
_TREE = """
set -eu
tool="$PWD/$1" inputs="$PWD/$2" here="$PWD"
shift 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
tar -chf - -T "$inputs" | tar -xf - -C "$tree"
cd "$tree"
"""

def _run(ctx, files, inputs, outputs, script, args, what):
    ctx.actions.run_shell(
        tools = [ctx.executable.tool],
        inputs = ctx.files.srcs + ctx.files.config + [files] + inputs,
        outputs = outputs,
        command = _TREE + script,
        arguments = [ctx.executable.tool.path, files.path] + args,
        mnemonic = "DogpileLint",
        progress_message = what,
    )

def _dogpile_lint_impl(ctx):
    files = ctx.actions.declare_file(ctx.label.name + ".inputs")
    ctx.actions.write(files, "".join([file.path + "\n" for file in ctx.files.srcs + ctx.files.config]))
    config = ["--config", ctx.file.config.path] if ctx.file.config else []
    facts = []
    for at in range(1, ctx.attr.shards + 1):
        shard = "%d-of-%d" % (at, ctx.attr.shards)
        fact = ctx.actions.declare_file("%s.facts/%s.dogpile-facts" % (ctx.label.name, shard))
        facts.append(fact)
        _run(
            ctx,
            files,
            [],
            [fact],
            """facts="$here/$1" shard="$2"; shift 2; "$tool" --shard "$shard" --facts "$facts" "$@" .""",
            [fact.dirname, "%d/%d" % (at, ctx.attr.shards)] + config,
            "Looking for locks in %s, shard %s" % (ctx.label, shard),
        )
    report = ctx.actions.declare_file(ctx.label.name + ".sarif")

    # Exit code 1 tells of findings: they are in the report.
    _run(
        ctx,
        files,
        facts,
        [report],
        """facts="$here/$1" report="$here/$2"; shift 2
"$tool" merge --facts "$facts" --output "sarif:$report" "$@" . > /dev/null || test $? -eq 1""",
        [facts[0].dirname, report.path] + config,
        "Merging what was found out about locks in %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([report]))]

dogpile_lint = rule(
    implementation = _dogpile_lint_impl,
    attrs = {
        "config": attr.label(allow_single_file = [".toml"], doc = "The dogpile.toml"),
        "shards": attr.int(default = 8, doc = "How many actions read and explore the tree"),
        "srcs": attr.label_list(allow_files = True, mandatory = True, doc = "Sources, and the manifests that name their packages"),
        "tool": attr.label(executable = True, cfg = "exec", allow_files = True, mandatory = True, doc = "The program"),
    },
)
