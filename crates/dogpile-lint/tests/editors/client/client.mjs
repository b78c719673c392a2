// Drives the server with Microsoft's own client library. Arguments: the program, a folder with `lock.go` and `take.go`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as lsp from 'vscode-languageserver-protocol/node.js';

const [program, folder] = process.argv.slice(2);
const uriOf = (name) => pathToFileURL(join(folder, name)).href;
const textOf = (name) => readFileSync(join(folder, name), 'utf8');

/** A client of a server of its own. */
class Client {
  constructor(capabilities) {
    this.server = spawn(program, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.server.on('exit', resolve));
    this.connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(this.server.stdout),
      new lsp.StreamMessageWriter(this.server.stdin),
    );
    this.capabilities = capabilities;
    this.published = new Map();
    this.watching = [];
    this.registered = [];
    this.messages = [];
    this.refreshed = 0;
    this.settings = null;
    const c = this.connection;
    c.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      this.published.set(params.uri, params);
      this.look();
    });
    c.onNotification(lsp.ShowMessageNotification.type, (params) => {
      this.messages.push(params.message);
      this.look();
    });
    c.onRequest(lsp.RegistrationRequest.type, (params) => {
      this.registered.push(...params.registrations);
      this.look();
    });
    c.onRequest(lsp.ConfigurationRequest.type, (params) => params.items.map(() => this.settings));
    c.onRequest(lsp.DiagnosticRefreshRequest.type, () => {
      this.refreshed += 1;
      this.look();
    });
    c.listen();
  }

  look() {
    this.watching = this.watching.filter((watch) => !watch());
  }

  /** Waits until something holds. */
  until(what, holds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const known = JSON.stringify([...this.published.values()], null, 1);
        reject(new Error(`never: ${what}\n${known}\n${this.messages.join('\n')}`));
      }, 60_000);
      const watch = () => {
        const found = holds();
        if (!found) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      if (!watch()) this.watching.push(watch);
    });
  }

  /** The diagnostics of a file, once they are as wanted. */
  rules(name, wanted) {
    const now = () => this.published.get(uriOf(name))?.diagnostics ?? [];
    const codes = () => now().map((d) => d.code).sort();
    return this.until(`${wanted} in ${name}`, () => {
      const all = codes();
      return wanted(all) && this.published.has(uriOf(name)) && { diagnostics: now(), codes: all };
    });
  }

  start(options) {
    return this.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'app' }],
      capabilities: this.capabilities,
      initializationOptions: options,
    }).then((result) => {
      this.connection.sendNotification(lsp.InitializedNotification.type, {});
      return result;
    });
  }

  open(name, text = textOf(name)) {
    this.text = text;
    this.version = 1;
    this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri: uriOf(name), languageId: 'go', version: 1, text },
    });
  }

  /** Replaces the first occurrence of something, as a range. */
  type(name, from, to) {
    const at = this.text.indexOf(from);
    assert.notEqual(at, -1, from);
    this.change(name, [{ range: { start: position(this.text, at), end: position(this.text, at + from.length) }, text: to }]);
    this.text = this.text.slice(0, at) + to + this.text.slice(at + from.length);
  }

  change(name, contentChanges) {
    this.version += 1;
    this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri: uriOf(name), version: this.version },
      contentChanges,
    });
  }

  /** Makes the edits of an action. */
  apply(name, edit) {
    const [change] = edit.documentChanges;
    assert.equal(change.textDocument.version, this.version);
    // All of them are places in the text as it is: the last one first.
    const last = (a, b) => b.range.start.line - a.range.start.line || b.range.start.character - a.range.start.character;
    for (const { range, newText } of [...change.edits].sort(last)) {
      this.change(name, [{ range, text: newText }]);
      const lines = this.text.split('\n');
      const offset = ({ line, character }) => lines.slice(0, line).reduce((n, l) => n + l.length + 1, 0) + character;
      this.text = this.text.slice(0, offset(range.start)) + newText + this.text.slice(offset(range.end));
    }
  }

  async end() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await assert.rejects(
      this.connection.sendRequest(lsp.HoverRequest.type, { textDocument: { uri: 'file:///x' }, position: { line: 0, character: 0 } }),
      (error) => error.code === -32600,
    );
    this.connection.sendNotification(lsp.ExitNotification.type);
    assert.equal(await this.ended, 0);
  }
}

/** JavaScript's strings are UTF-16, as the protocol's columns are. */
function position(text, at) {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length - 1, character: lines.at(-1).length };
}

function under(text, { start, end }) {
  const lines = text.split('\n');
  assert.equal(start.line, end.line);
  return lines[start.line].slice(start.character, end.character);
}

const capabilities = {
  workspace: {
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
    configuration: true,
  },
  textDocument: { publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] }, versionSupport: true } },
};
const has = (...rules) => Object.assign((all) => rules.every((r) => all.includes(r)), { toString: () => rules.join() });
const not = (...rules) => Object.assign((all) => rules.every((r) => !all.includes(r)), { toString: () => `no ${rules}` });

async function pushed() {
  const client = new Client(capabilities);
  await assert.rejects(client.connection.sendRequest('textDocument/hover', {}), (error) => error.code === -32002);
  const { capabilities: can } = await client.start({ severity: { note: 'hint' } });
  assert.equal(can.positionEncoding, 'utf-16');
  assert.equal(can.diagnosticProvider, undefined);
  await client.until('files are watched', () => client.registered.some((r) => r.method === 'workspace/didChangeWatchedFiles'));

  // On disk there is no fault: the buffer has it.
  const clean = textOf('lock.go');
  const faulty = clean.replace('token()', '"1"');
  client.open('lock.go');
  client.type('lock.go', 'token()', '"1"');
  const { diagnostics } = await client.rules('lock.go', has('constant-token'));
  const found = diagnostics.find((d) => d.code === 'constant-token');
  assert.equal(found.source, 'dogpile-lint');
  assert.equal(found.severity, lsp.DiagnosticSeverity.Error);
  assert.match(found.codeDescription.href, /constant_token\/rule\.md$/);
  assert.equal(under(faulty, found.range), 'SetNX');
  assert.equal(client.published.get(uriOf('lock.go')).version, 2);
  const withParts = diagnostics.find((d) => d.relatedInformation?.length > 0);
  assert.ok(withParts.relatedInformation.every((r) => r.location.uri === uriOf('lock.go') && r.message));

  // The rule, and the schedule that proves it.
  const hover = await client.connection.sendRequest(lsp.HoverRequest.type, {
    textDocument: { uri: uriOf('lock.go') },
    position: { line: found.range.start.line, character: found.range.start.character + 2 },
  });
  assert.match(hover.contents.value, /constant-token.*rule\.md/);
  assert.match(hover.contents.value, /confirmed on the model only: /);
  assert.match(hover.contents.value, /1\. A .*SET.*NX/);
  const nothing = await client.connection.sendRequest(lsp.HoverRequest.type, {
    textDocument: { uri: uriOf('lock.go') },
    position: { line: 0, character: 0 },
  });
  assert.equal(nothing, null);

  // What can be done.
  const ask = (context) => client.connection.sendRequest(lsp.CodeActionRequest.type, {
    textDocument: { uri: uriOf('lock.go') },
    range: found.range,
    context: { diagnostics: [found], ...context },
  });
  const actions = (await ask({})).filter((a) => a.diagnostics.some((d) => d.code === 'constant-token'));
  const titles = actions.map((a) => a.title);
  for (const title of ['allow constant-token here', 'allow constant-token in this function', 'allow constant-token in this file',
    'show the schedule behind constant-token', 'explain constant-token']) {
    assert.ok(titles.includes(title), `${title} in ${titles}`);
  }
  assert.deepEqual(await ask({ only: ['refactor'] }), []);
  const run = (title) => {
    const { command, arguments: args } = actions.find((a) => a.title === title).command;
    return client.connection.sendRequest(lsp.ExecuteCommandRequest.type, { command, arguments: args });
  };
  assert.match(await run('show the schedule behind constant-token'), /```text\nconfirmed on the model only/);
  assert.match(await run('explain constant-token'), /## Why it matters/);
  await assert.rejects(client.connection.sendRequest(lsp.ExecuteCommandRequest.type, { command: 'rm' }), (e) => e.code === -32602);

  // A suppression: it stands above its line, as deep, and wants a reason.
  const allow = (where) => actions.find((a) => a.title === `allow constant-token ${where}`).edit;
  client.apply('lock.go', allow('here'));
  assert.match(client.text, /\n\t\/\/ dogpile: allow constant-token -- \n\tok, err := /);
  await client.rules('lock.go', (all) => has('suppression-without-reason')(all) && not('constant-token')(all));
  client.type('lock.go', 'constant-token -- ', 'constant-token -- one writer');
  await client.rules('lock.go', not('suppression-without-reason', 'constant-token'));
  client.type('lock.go', '"1"', 'token()');
  const unused = (await client.rules('lock.go', has('unused-suppression'))).diagnostics.find((d) => d.code === 'unused-suppression');
  assert.deepEqual(unused.tags, [lsp.DiagnosticTag.Unnecessary]);
  for (const where of ['in this function', 'in this file']) {
    client.change('lock.go', [{ text: faulty }]);
    client.text = faulty;
    await client.rules('lock.go', has('constant-token'));
    const fresh = (await ask({})).find((a) => a.title === `allow constant-token ${where}`).edit;
    client.apply('lock.go', fresh);
    await client.rules('lock.go', (all) => has('suppression-without-reason')(all) && not('constant-token')(all));
  }

  // A caller is judged by what its helper does in another buffer.
  client.change('lock.go', [{ text: clean }]);
  await client.rules('lock.go', not('constant-token'));
  client.connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, { textDocument: { uri: uriOf('lock.go') } });
  client.open('take.go');
  client.type('take.go', 'return uuid.NewString()', 'return "1"');
  await client.rules('lock.go', has('constant-token'));
  client.type('take.go', 'return "1"', 'return uuid.NewString()');
  await client.rules('lock.go', not('constant-token'));

  // A configuration and settings, while we run.
  client.type('take.go', 'return uuid.NewString()', 'return "1"');
  await client.rules('lock.go', has('constant-token'));
  const config = join(folder, 'dogpile.toml');
  const changed = () => client.connection.sendNotification(lsp.DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: pathToFileURL(config).href, type: lsp.FileChangeType.Changed }],
  });
  writeFileSync(config, '[rules]\nconstant-token = "off"\n');
  changed();
  await client.rules('lock.go', not('constant-token'));
  writeFileSync(config, '[rulez]\n');
  changed();
  await client.until('the fault of the configuration is told', () => client.messages.some((m) => m.includes('unknown table `rulez`')));
  writeFileSync(config, '');
  changed();
  await client.rules('lock.go', has('constant-token'));
  client.settings = { minLevel: 'loud' };
  client.connection.sendNotification(lsp.DidChangeConfigurationNotification.type, { settings: null });
  await client.until('the fault of the settings is told', () => client.messages.some((m) => m.includes('minLevel')));

  await assert.rejects(client.connection.sendRequest('textDocument/rename', {}), (error) => error.code === -32601);
  await client.end();
}

async function pulled() {
  const client = new Client({
    ...capabilities,
    general: { positionEncodings: ['utf-8', 'utf-16'] },
    workspace: { ...capabilities.workspace, diagnostics: { refreshSupport: true } },
    textDocument: { ...capabilities.textDocument, diagnostic: {} },
  });
  const { capabilities: can } = await client.start(null);
  assert.equal(can.positionEncoding, 'utf-8');
  assert.equal(can.diagnosticProvider.interFileDependencies, true);
  const text = textOf('lock.go').replace('token()', '"1"');
  client.open('lock.go', text);
  const { kind, items } = await client.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri: uriOf('lock.go') } });
  assert.equal(kind, 'full');
  const found = items.find((d) => d.code === 'constant-token');
  const line = Buffer.from(text.split('\n')[found.range.start.line]);
  assert.ok(line.subarray(found.range.start.character).toString().startsWith('SetNX('), 'columns are bytes');
  await client.until('the client is told to ask again', () => client.refreshed > 0);
  assert.deepEqual(client.published.get(uriOf('lock.go'))?.diagnostics ?? [], [], 'nothing is shown twice');
  // A slow answer to an old text is not given: it waits for the new one.
  client.text = text;
  client.change('lock.go', [{ text: text.replace('"1"', 'token()') }]);
  const after = await client.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri: uriOf('lock.go') } });
  assert.ok(!after.items.some((d) => d.code === 'constant-token'));
  await client.end();
}

/** A client that asks is told only of files that it has not open, and of those always. */
async function openedAndClosed() {
  const client = new Client({
    ...capabilities,
    workspace: { ...capabilities.workspace, diagnostics: { refreshSupport: true } },
    textDocument: { ...capabilities.textDocument, diagnostic: {} },
  });
  await client.start(null);
  await client.rules('lock.go', has('unconditional-release'));
  client.open('lock.go');
  await client.rules('lock.go', not('unconditional-release'));
  const { items } = await client.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri: uriOf('lock.go') } });
  assert.ok(items.some((d) => d.code === 'unconditional-release'), 'who asks is answered');
  client.connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, { textDocument: { uri: uriOf('lock.go') } });
  await client.rules('lock.go', has('unconditional-release'));
  await client.end();
}

/** Fixes: a safe one, and one that changes what the code does. */
async function mended() {
  const client = new Client(capabilities);
  await client.start(null);
  client.open('lock.go');
  const actionsAt = async (rule) => {
    const { diagnostics } = await client.rules('lock.go', has(rule));
    const found = diagnostics.find((d) => d.code === rule);
    const ask = () => client.connection.sendRequest(lsp.CodeActionRequest.type, {
      textDocument: { uri: uriOf('lock.go') },
      range: found.range,
      context: { diagnostics: [found] },
    });
    // A slow machine may answer without fixes first: they are being tried, and are there the next time.
    for (let tries = 0; tries < 100; tries += 1) {
      const fixes = (await ask()).filter((a) => a.edit && a.diagnostics[0].code === rule && !a.title.startsWith('allow '));
      if (fixes.length > 0) return fixes;
    }
    throw new Error(`no fix for ${rule}`);
  };
  const [safe] = await actionsAt('unconditional-release');
  assert.equal(safe.kind, lsp.CodeActionKind.QuickFix);
  assert.equal(safe.isPreferred, true);
  assert.deepEqual(safe.edit.documentChanges.map((change) => change.textDocument), [{ uri: uriOf('lock.go'), version: 1 }]);
  client.apply('lock.go', safe.edit);
  await client.rules('lock.go', not('unconditional-release'));

  // The buffer's text and not the file's is mended.
  const release = client.text.match(/\tdefer (rdb\.Eval.*\n)/);
  const leaking = client.text
    .replace(release[0], '\tif err := approve(ctx, id); err != nil {\n\t\treturn err\n\t}\n\t' + release[1])
    .replace('\treturn approve(ctx, id)', '\treturn nil');
  client.change('lock.go', [{ text: leaking }]);
  client.text = leaking;
  const [changes] = await actionsAt('leaked-lock');
  assert.equal(changes.isPreferred, false);
  assert.match(changes.title, / \(changes what the code does\)$/);
  client.apply('lock.go', changes.edit);
  await client.rules('lock.go', not('leaked-lock'));
  assert.match(client.text, /\tdefer rdb\.Eval/);
  await client.end();
}

await pushed();
await pulled();
await openedAndClosed();
await mended();
console.log('all is well');
