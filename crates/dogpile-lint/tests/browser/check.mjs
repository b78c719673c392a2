// Opens reports in a headless Chromium and looks at them as readers do. One line of output for each thing that is wrong.
//
//   node check.mjs CHROMIUM REPORT.html REPORT.json HOSTILE.html EMPTY.html ROOT

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { contrasts, overflowing } from './page.mjs';

const [executablePath, reportFile, jsonFile, hostileFile, emptyFile, root] = process.argv.slice(2);
const json = JSON.parse(readFileSync(jsonFile, 'utf8'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const proven = json.findings.filter((f) => !f.suppressed && ['server', 'model'].includes(f.verdict?.evidence));

let looked = 0;
const wrong = [];
const ok = (fine, what) => {
  looked += 1;
  if (!fine) wrong.push(what);
};
const same = (got, wanted, what) => ok(got === wanted, `${what}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);

const browser = await chromium.launch({ executablePath, chromiumSandbox: false });

/** A page that tells of every complaint and of every request. */
async function open(file, options, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  const url = pathToFileURL(file).href;
  context.on('request', (request) => request.url().split('#')[0] !== url && asked.push(request.url()));
  await page.goto(url);
  const name = `${path.basename(file)} ${JSON.stringify(options)}`;
  await look(page, name);
  same(said.join('\n'), '', `${name}: complaints of the browser`);
  same(asked.join('\n'), '', `${name}: requests`);
  await context.close();
}

async function accessible(page, name, skip = []) {
  // What is inside a drawing is an image to a screen reader; its words' contrast is looked at below, and much faster.
  const violations = await page.evaluate(async (left) => {
    const context = { include: [['html']], exclude: [['.drawing svg > g'], ...left] };
    return (await globalThis.axe.run(context, { resultTypes: ['violations'] })).violations;
  }, skip);
  const told = violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].target} ${v.nodes[0].failureSummary}`);
  same(told.join('\n'), '', `${name}: axe`);
  same((await page.evaluate(contrasts)).join('\n'), '', `${name}: contrast in diagrams`);
}

/** Every confirmed finding has its diagram, and everything that happened is in it. */
async function drawn(page) {
  const cards = await page.evaluate(() =>
    [...document.querySelectorAll('.finding')].map((card) => {
      const step = (item) => ({ n: item.dataset.n, value: item.value, broken: item.classList.contains('broken') });
      const group = (g) => ({
        n: g.dataset.n,
        arrows: g.querySelectorAll('.arrow.cmd').length,
        replies: g.querySelectorAll('.arrow.reply:not(.lost)').length,
        fault: g.querySelectorAll('text.fault').length,
        expiry: g.querySelectorAll('use[href="#expiry"]').length,
        held: g.querySelectorAll('.held').length,
        flash: g.querySelector('text.flash')?.textContent ?? '',
      });
      return {
        id: card.id,
        diagrams: card.querySelectorAll('svg.diagram[role=img]').length,
        title: card.querySelector('svg.diagram > title')?.textContent ?? '',
        steps: [...card.querySelectorAll('.steps > li:not(.again)')].map(step),
        folded: [...card.querySelectorAll('.steps > li.again')].map((one) => one.dataset.length * one.dataset.times),
        groups: [...card.querySelectorAll('.diagram .s[data-n]')].map(group),
      };
    }),
  );
  ok(proven.length >= 15, `only ${proven.length} findings are proven`);
  for (const finding of proven) {
    const card = cards.find((one) => one.id === `f-${finding.fingerprint}`);
    const name = `${finding.rule} ${finding.primary.path}:${finding.primary.line}`;
    ok(card, `${name}: no article`);
    if (!card) continue;
    same(card.diagrams, 1, `${name}: diagrams`);
    ok(card.title.includes(finding.verdict.outcome), `${name}: title ${card.title}`);
    const schedule = finding.verdict.schedule;
    same(card.steps.length + card.folded.reduce((a, b) => a + b, 0), schedule.length, `${name}: steps`);
    same(schedule.filter((turn) => turn.breaks).length, 1, `${name}: steps that break the invariant`);
    for (const step of card.steps) {
      const turn = schedule[step.value - 1];
      const group = card.groups.find((one) => one.n === step.n);
      const at = `${name} step ${step.value}`;
      const arrives = (turn.fate ?? 'arrives') === 'arrives';
      same(group.arrows, turn.client ? (turn.commands ?? []).length : 0, `${at}: arrows`);
      same(group.replies > 0, Boolean(turn.client && turn.commands && turn.reply && arrives) || turn.what === 'gets a message', `${at}: reply`);
      same(group.fault > 0, Boolean(turn.fault), `${at}: fault`);
      same(group.expiry > 0, Boolean(turn.expires?.includes(finding.verdict.lock)), `${at}: expiry`);
      if (turn.lock) ok(group.held > 0, `${at}: no lease`);
      same(step.broken, Boolean(turn.breaks), `${at}: broken`);
      same(group.flash.includes(finding.verdict.invariant), Boolean(turn.breaks), `${at}: flash`);
    }
  }
}

/** Keys and buttons go through a schedule, and what is said follows. */
async function stepped(page, finding, first) {
  const card = page.locator(`[id="f-${finding.fingerprint}"]`);
  const play = card.locator('.play');
  const name = `${finding.rule} ${finding.primary.path}`;
  await play.focus();
  // A browser shows a focus that keys brought, and nobody has used a pointer before the first.
  if (first) ok(await play.evaluate((one) => one.matches(':focus-visible') && getComputedStyle(one).outlineStyle === 'solid'), `${name}: no visible focus`);
  const look = () =>
    play.evaluate((one) => ({
      items: one.querySelectorAll('.steps > li').length,
      current: [...one.querySelectorAll('.steps > li')].flatMap((item, n) => (item.ariaCurrent === 'step' ? [n] : [])).join(),
      value: one.querySelector('.steps > li[aria-current]')?.value ?? 0,
      on: [...one.querySelectorAll('.diagram .s.on')].map((group) => group.dataset.n).join(),
      later: [...one.querySelectorAll('.diagram .s.later[data-n]')].length,
      live: one.querySelector('[aria-live=polite]').textContent,
    }));
  const { items } = await look();
  for (let n = 0; n < items; n += 1) {
    await page.keyboard.press('ArrowRight');
    const seen = await look();
    same(`${seen.current} ${seen.on}`, `${n} ${n}`, `${name}: current after ${n + 1} keys`);
    same(seen.later, items - 1 - n, `${name}: what is still to come after ${n + 1} keys`);
    const turn = finding.verdict.schedule[seen.value - 1];
    if (!turn) continue;
    ok(seen.live.includes(`Step ${seen.value} of `) && seen.live.includes(turn.what), `${name}: says ${seen.live}`);
    if (turn.at) {
      const line = readFileSync(path.join(root, turn.at.path), 'utf8').split('\n')[turn.at.line - 1].trim().replace(/\s+/g, ' ');
      ok(seen.live.includes(`:${turn.at.line}`) && seen.live.includes(line.slice(0, 100)), `${name}: no source line in ${seen.live}`);
    }
  }
  await page.keyboard.press('ArrowRight');
  same((await look()).current, String(items - 1), `${name}: past the end`);
  await page.keyboard.press('ArrowLeft');
  same((await look()).current, String(items - 2), `${name}: back`);
  await page.keyboard.press('Home');
  same((await look()).current, '0', `${name}: Home`);
  await page.keyboard.press('Escape');
  same((await look()).live + (await look()).later, '0', `${name}: Escape`);
  await play.getByRole('button', { name: 'Step' }).click();
  await play.getByRole('button', { name: 'Step' }).click();
  await play.getByRole('button', { name: 'Back' }).click();
  same((await look()).current, '0', `${name}: buttons`);
}

/** Nothing is left out of what is seen, whatever was stepped to. */
const whole = (page) =>
  page.evaluate(() => ({
    steps: [...document.querySelectorAll('.steps > li')].filter((one) => !one.checkVisibility()).length,
    groups: [...document.querySelectorAll('.diagram .s')].filter((one) => Number(getComputedStyle(one).opacity) < 1).length,
    findings: [...document.querySelectorAll('.finding')].filter((one) => !one.checkVisibility()).length,
    buttons: [...document.querySelectorAll('button, select')].filter((one) => one.checkVisibility()).length,
  }));

await open(reportFile, { colorScheme: 'light' }, async (page, name) => {
  await drawn(page);
  const faults = ['pause', 'lost-command', 'crash', 'hang-up'].map((fault) => proven.find((f) => f.verdict.schedule.some((t) => t.fault === fault)));
  const long = proven.find((f) => f.verdict.schedule.length > 40);
  for (const [n, finding] of [...new Set([...faults, long])].entries()) {
    ok(finding, 'a kind of schedule is missing from the fixtures');
    if (finding) await stepped(page, finding, n === 0);
  }
  await page.evaluate(axe);
  await accessible(page, name);
  await page.emulateMedia({ media: 'print' });
  same(JSON.stringify(await whole(page)), JSON.stringify({ steps: 0, groups: 0, findings: 0, buttons: 0 }), 'hidden in print, and buttons');
  await page.emulateMedia({ media: 'screen' });
  // Filters leave what fits, and a link opens the page of its rule.
  const rule = proven[0].rule;
  await page.selectOption('[data-filter=rule]', rule);
  const left = json.findings.filter((f) => f.rule === rule).length;
  same(await page.locator('.finding:visible').count(), left, 'findings left by a filter');
  ok((await page.locator('#left').textContent()).startsWith(`${left} of `), 'the count of a filter');
  await page.locator('.finding:visible .rule').first().click();
  ok(await page.locator(`#rule-${rule} h3`).first().isVisible(), 'a rule page that stays closed');
});

await open(reportFile, { colorScheme: 'dark', reducedMotion: 'reduce' }, async (page, name) => {
  await page.locator('.play').first().focus();
  await page.keyboard.press('ArrowRight');
  const moves = await page.locator('.diagram .s').first().evaluate((one) => getComputedStyle(one).transitionDuration);
  same(moves, '0s', 'motion where none is wanted');
  await page.evaluate(axe);
  // Light showed all of them; the colours of dark are those of the first few.
  await accessible(page, name, [['.lock:nth-of-type(n+5)']]);
});

await open(reportFile, { javaScriptEnabled: false }, async (page) => {
  same(JSON.stringify(await whole(page)), JSON.stringify({ steps: 0, groups: 0, findings: 0, buttons: 0 }), 'hidden without scripts, and dead buttons');
});

for (const file of [reportFile, hostileFile, emptyFile]) {
  await open(file, { viewport: { width: 360, height: 740 }, hasTouch: true }, async (page, name) => {
    ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${name}: scrolls sideways`);
    same((await page.evaluate(overflowing)).join('\n'), '', `${name}: out of the window`);
  });
}

for (const file of [hostileFile, emptyFile]) {
  await open(file, {}, async (page, name) => {
    await page.evaluate(axe);
    await accessible(page, name);
    same(await page.locator('script').count(), 1, `${name}: scripts`);
    same(await page.locator('img, iframe, object, embed, form, input, base, b[id]').count(), 0, `${name}: elements of others`);
    same(await page.evaluate(() => typeof globalThis.hacked), 'undefined', `${name}: a script of others ran`);
    const text = await page.evaluate(() => document.documentElement.textContent);
    ok(!/[\u202a-\u202e\u2066-\u2069\u200b\u001b\u0007]/u.test(text), `${name}: characters that steer`);
    ok((await page.pdf()).length > 10_000, `${name}: an empty print`);
    if (file === hostileFile) ok(text.includes('</script><img src=x onerror'), `${name}: hostile text is not shown as text`);
  });
}

// The page's policy is in force: even a script that gets in could do nothing.
{
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(reportFile).href);
  const asked = [];
  context.on('requestfinished', (request) => asked.push(request.url()));
  context.on('requestfailed', (request) => request.failure().errorText !== 'csp' && asked.push(`${request.url()} ${request.failure().errorText}`));
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.hacked = true';
    document.body.append(script);
    const picture = document.createElement('img');
    picture.src = 'https://dogpile.invalid/x.png';
    document.body.append(picture);
    const fetched = await fetch('https://dogpile.invalid/').then(() => true, () => false);
    return Boolean(globalThis.hacked) || fetched;
  });
  same(ran, false, 'the policy lets scripts in');
  same(asked.join(), '', 'the policy lets requests out');
  await context.close();
}

await browser.close();
console.log(wrong.length ? wrong.join('\n') : `looked at ${looked} things`);
process.exitCode = wrong.length || looked < 500 ? 1 : 0;
