#!/usr/bin/env node
// Starts the program that was installed for this platform, where the package manager did not link that itself.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const name = `@dogpile-lint/${platform}`;
const file = process.platform === "win32" ? "dogpile-lint.exe" : "dogpile-lint";

let program;
try {
  program = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(
    `error: ${name} is not installed; type \`npm install\` without --omit=optional or --no-optional` +
      " (or take another way: pip install dogpile-lint, cargo install)",
  );
  process.exit(2);
}
const run = spawnSync(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
if (run.error) {
  console.error(`error: ${program} cannot be started: ${run.error.message}`);
  process.exit(2);
}
// Ended by a signal: end the same way, so that a shell sees it.
if (run.signal) process.kill(process.pid, run.signal);
process.exitCode = run.status ?? 2;
