// Opens pages of the report in Chromium and says what it saw, as one line of JSON a finding: {ok, name, details}.
// usage: node page.js MODULES PAGES PICTURES    (PAGES: report.html hostile.html control.html empty.html session.html compare.html)
// Screenshots and a PDF of the report go to PICTURES, for a person to look at.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, pages, pictures] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const DESK = { viewport: { width: 1280, height: 900 } };

const say = (ok, name, ...details) => console.log(JSON.stringify({ ok: Boolean(ok), name, details: details.map((d) => JSON.stringify(d)) }));
const same = (got, wanted, name) => say(JSON.stringify(got) === JSON.stringify(wanted), name, { got }, { wanted });
const address = (name) => 'file://' + path.resolve(pages, name);

// What runs in the page: the contrast of every visible word and of every shape of a chart against what is behind it.
function contrasts() {
  const parse = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const seen = {};
  const note = (kind, element, color, limit) => {
    const value = ratio(parse(color), behind(element));
    const key = kind + ' ' + element.tagName.toLowerCase() + '.' + (element.getAttribute('class') || '');
    if (!(key in seen) || value < seen[key].value) seen[key] = { value, limit };
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || ['TITLE', 'DESC', 'title', 'desc', 'SCRIPT', 'STYLE'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    note('words', element, element.closest('svg') ? style.fill : style.color, 4.5);
  }
  for (const element of document.querySelectorAll('svg [class^=t-], svg.bar rect')) note('shape', element, getComputedStyle(element).fill, element.closest('.bar') ? 1.5 : 3);
  for (const element of document.querySelectorAll('input')) note('edge', element, getComputedStyle(element).borderTopColor, 3);
  return Object.entries(seen).map(([key, { value, limit }]) => ({ key, value: Math.round(value * 100) / 100, limit }));
}

const overflow = () => [document.documentElement.scrollWidth, window.innerWidth];
const shownRows = (table) => [...table.tBodies[0].rows].filter((row) => row.getBoundingClientRect().height > 0).length;

// A page in a context of its own, with everything it said and asked for.
async function open(browser, name, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const heard = { console: [], request: [], error: [] };
  page.on('console', (message) => heard.console.push(message.type() + ': ' + message.text()));
  page.on('request', (request) => heard.request.push(request.url()));
  page.on('pageerror', (error) => heard.error.push(String(error)));
  page.on('dialog', (dialog) => { heard.error.push('dialog'); dialog.dismiss(); });
  await page.addInitScript(() => { window.ran = 0; window.run = () => { window.ran += 1; }; });
  await page.goto(address(name));
  return { page, heard, close: () => context.close() };
}

// Does markup that comes in from outside run? The same steps on a page without a policy show that they would.
async function inject(page) {
  return page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.ran += 1';
    document.body.append(script);
    const handler = document.createElement('p');
    handler.setAttribute('onclick', 'window.ran += 10');
    document.body.append(handler);
    handler.click();
    const image = document.createElement('img');
    const loaded = new Promise((resolve) => { image.onload = () => resolve(100); image.onerror = () => resolve(0); });
    image.src = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
    document.body.append(image);
    window.ran += await loaded;
    const styled = document.createElement('p');
    styled.innerHTML = '<b style="position:fixed">x</b>';
    document.body.append(styled);
    window.ran += getComputedStyle(styled.firstChild).position === 'fixed' ? 1000 : 0;
    return window.ran;
  });
}

async function plain(browser) {
  for (const name of ['report.html', 'hostile.html', 'empty.html', 'session.html', 'compare.html']) {
    const { page, heard, close } = await open(browser, name, DESK);
    same(heard.console.concat(heard.error), [], name + ': nothing on the console');
    same(heard.request, [address(name)], name + ': no request beside the file');
    same(await page.evaluate(() => window.ran), 0, name + ': nothing from the log runs');
    await page.evaluate(axe);
    const audit = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    same(audit.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(' | ')), [], name + ': axe finds nothing');
    same(await inject(page), 0, name + ': injected script, handler, image and style do nothing');
    await close();
  }
  const { page, close } = await open(browser, 'control.html', DESK);
  const ran = await page.evaluate(() => window.ran);
  say(ran > 0, 'without escaping and policy the hostile names do run (' + ran + ')');
  same(await inject(page) - ran, 1111, 'without a policy the injected markup does work');
  await close();
}

async function structure(browser) {
  const { page, close } = await open(browser, 'report.html', DESK);
  const levels = await page.evaluate(() => [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1])));
  say(levels[0] === 1 && levels.length > 5 && levels.every((l, i) => i === 0 || (l > 1 && l <= levels[i - 1] + 1)), 'headings are in order', levels);
  const charts = await page.locator('svg[role=img]').evaluateAll((all) => all.map((svg) => svg.querySelector('title').textContent + ' | ' + svg.querySelector('desc').textContent));
  say(charts.length >= 5 && charts.every((text) => /^.+ \| .*[0-9].*$/.test(text)), 'charts have a name and say their figures in words', charts);
  for (const [what, pattern] of [['timeline', /timeline/i], ['reply codes', /code/i], ['greylisting against hard failure', /greylisting against/i],
    ['recovery wait', /wait/i], ['delays', /arrival to delivery/i]]) {
    say(charts.some((text) => pattern.test(text)), 'there is a chart of ' + what, charts);
  }
  const axes = await page.locator('svg[role=img]').evaluateAll((all) => all.map((svg) => [svg.querySelectorAll('text.a').length, svg.querySelectorAll('.base').length, svg.querySelectorAll('.grid').length]));
  say(axes.every(([labels, base, grid]) => labels > 0 && base > 0 && grid > 0), 'charts have axes, marks and words at them', axes);
  const inside = await page.locator('svg[role=img]').evaluateAll((all) => all.flatMap((svg) => {
    const card = svg.closest('section').getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter((text) => { const box = text.getBoundingClientRect(); return box.width > 0 && (box.left < card.left || box.right > card.right); }).map((text) => text.textContent);
  }));
  same(inside, [], 'no word of a chart leaves its card');
  const unnamed = await page.getByRole('table').evaluateAll((all) => all.filter((t) => !t.caption || !t.caption.textContent.trim()).length);
  same(unnamed, 0, 'tables have captions');
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => { const a = document.activeElement; return [a.tagName, a.className, a.getBoundingClientRect().left >= 0]; });
  same(skip, ['A', 'skip', true], 'the first stop of the Tab key skips to the report, and is seen');
  await page.keyboard.press('Enter');
  same(await page.evaluate(() => document.activeElement.id), 'report', 'and takes the focus there');
  await close();
}

async function tables(browser) {
  const { page, close } = await open(browser, 'report.html', DESK);
  const table = page.locator('table', { has: page.locator('caption', { hasText: /^domains/i }) });
  const column = async (at) => table.locator('tbody tr').evaluateAll((rows, index) => rows.filter((row) => !row.hidden).map((row) => {
    const cell = row.cells[index];
    return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent === '' ? null : Number(cell.textContent.replace(/,/g, ''));
  }), at);
  const names = async () => table.locator('tbody th').evaluateAll((cells) => cells.filter((c) => !c.parentElement.hidden).map((c) => c.textContent));
  const rises = (list) => list.every((v, i) => i === 0 || v === null || list[i - 1] <= v);
  const falls = (list) => list.every((v, i) => i === 0 || v === null || list[i - 1] >= v);
  const first = await names();
  say(first.length >= 8, 'the table of domains has rows to sort', first);
  const heads = table.locator('thead th');
  const at = (await heads.evaluateAll((all) => all.map((h) => h.textContent))).findIndex((t) => /^deliv/.test(t));
  const head = heads.nth(at);
  await head.locator('button').click();
  const down = await column(at);
  say(falls(down) && new Set(down).size > 3 && await head.getAttribute('aria-sort') === 'descending', 'a click sorts figures, largest first', down);
  await head.locator('button').click();
  const up = await column(at);
  say(rises(up) && await head.getAttribute('aria-sort') === 'ascending', 'another click turns them, empty cells last', up);
  await heads.nth(0).locator('button').focus();
  await page.keyboard.press('Enter');
  const sorted = await names();
  same(sorted, [...first].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })), 'Enter on a header sorts by name');
  await page.keyboard.press('Space');
  same(await names(), [...sorted].reverse(), 'Space turns it');
  same(await table.locator('[aria-sort]').count(), 1, 'one column says that it is sorted');
  same((await names()).sort(), [...first].sort(), 'no row is lost by sorting');
  const last = heads.last();
  await last.locator('button').click();
  const delays = await column(await heads.count() - 1);
  say(falls(delays) && delays.some((v) => v > 100) && delays.some((v) => v < 10), 'durations sort by time, not by their words', delays);

  const section = page.locator('section', { has: table });
  const box = section.getByRole('searchbox');
  same(await box.count(), 1, 'the table has a filter');
  const word = first[0].split('.')[0];
  const wanted = first.filter((name) => name.includes(word));
  await box.focus();
  await page.keyboard.type(word.toUpperCase());
  same((await names()).sort(), [...wanted].sort(), 'typing shows the rows with that word');
  same(await section.getByRole('status').textContent(), wanted.length + ' of ' + first.length + ' rows', 'and says how many of how many');
  await box.fill('no such row anywhere');
  same(await names(), [], 'a word that no row has leaves none');
  await box.fill('');
  same((await names()).sort(), [...first].sort(), 'an empty filter shows all again');
  await close();
}

async function withoutScript(browser) {
  const read = async (options) => {
    const { page, close } = await open(browser, 'report.html', { ...DESK, ...options });
    const seen = await page.evaluate(() => ({
      rows: [...document.querySelectorAll('section > .scroll tbody tr')].filter((row) => row.getBoundingClientRect().height > 0).length,
      charts: [...document.querySelectorAll('svg[role=img]')].filter((svg) => svg.getBoundingClientRect().height > 40).length,
      words: document.querySelector('main').textContent.replace(/\s+/g, ' '),
      controls: document.querySelectorAll('button, input').length,
    }));
    await close();
    return seen;
  };
  const off = await read({ javaScriptEnabled: false });
  const on = await read({});
  say(off.controls === 0 && on.controls > 5, 'controls are there with the script only', off.controls, on.controls);
  same([off.rows, off.charts], [on.rows, on.charts], 'without script every row and chart is seen');
  say(off.rows > 40 && off.words === on.words, 'and every word', off.rows);
}

async function looks(browser) {
  for (const [look, options] of [['light', DESK], ['dark', { ...DESK, colorScheme: 'dark' }], ['phone', PHONE],
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }], ['small', { viewport: { width: 320, height: 640 } }]]) {
    for (const name of ['report.html', 'hostile.html', 'session.html', 'compare.html']) {
      const { page, close } = await open(browser, name, options);
      const [wide, window] = await page.evaluate(overflow);
      say(wide <= window, look + ', ' + name + ': nothing stands out at the side', wide, window);
      const found = await page.evaluate(contrasts);
      const weak = found.filter((entry) => entry.value < entry.limit);
      say(found.length > 5 && weak.length === 0, look + ', ' + name + ': contrast, least ' + Math.min(...found.filter((e) => e.limit === 4.5).map((e) => e.value)), ...weak);
      await page.screenshot({ path: path.join(pictures, look + '-' + name.replace('html', 'png')), fullPage: true });
      await close();
    }
  }
  const { page, close } = await open(browser, 'report.html', { ...DESK, colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const found = await page.evaluate(contrasts);
  same(found.filter((entry) => entry.value < entry.limit), [], 'on paper: contrast, also from a dark screen');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  same(ground, 'rgb(255, 255, 255)', 'on paper: white');
  same(await page.evaluate(() => [...document.querySelectorAll('nav, input')].filter((e) => e.checkVisibility()).length), 0, 'on paper: no controls');
  const pdf = await page.pdf({ path: path.join(pictures, 'paper.pdf'), format: 'A4' });
  say(pdf.subarray(0, 5).toString() === '%PDF-' && pdf.length > 20000, 'it prints', pdf.length);
  await close();
}

(async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  for (const step of [plain, structure, tables, withoutScript, looks]) {
    try {
      await step(browser);
    } catch (error) {
      say(false, step.name + ' went through', String(error.stack || error).slice(0, 2000));
    }
  }
  await browser.close();
})();
