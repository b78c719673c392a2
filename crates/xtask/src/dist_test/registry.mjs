// An npm registry on this machine: serves the packages given, and for other platforms' only what they are for.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const packages = new Map();
const tarballs = new Map();
let others = [];
for (const file of process.argv.slice(2)) {
  const about = JSON.parse(execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" }));
  const bytes = readFileSync(file);
  const path = `/-/${tarballs.size}.tgz`;
  tarballs.set(path, bytes);
  packages.set(about.name, { about, path, integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}` });
  others = others.concat(Object.entries(about.optionalDependencies ?? {}));
}
for (const [name, version] of others) {
  const [os, cpu] = name.split("/")[1].split("-");
  if (!packages.has(name)) packages.set(name, { about: { name, version, os: [os], cpu: [cpu] }, path: "/-/none.tgz" });
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url ?? "/");
  const tarball = tarballs.get(path);
  if (tarball) return response.end(tarball);
  const found = packages.get(path.slice(1));
  if (!found) return response.writeHead(404).end("{}");
  const { about, integrity } = found;
  const dist = { tarball: `http://127.0.0.1:${server.address().port}${found.path}`, integrity };
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      name: about.name,
      "dist-tags": { latest: about.version },
      versions: { [about.version]: { ...about, dist } },
    }),
  );
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
process.stdin.on("end", () => process.exit(0)).resume();
