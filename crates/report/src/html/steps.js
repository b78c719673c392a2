'use strict';
// Steps through schedules. Without it everything is there all the same: the drawing whole, and every step in its list.
for (const play of document.querySelectorAll('.play')) {
  const items = [...play.querySelectorAll('.steps > li')];
  const groups = [...play.querySelectorAll('.diagram .s')];
  const now = play.querySelector('.now');
  const bar = play.querySelector('.bar');
  let at = -1;
  const clean = (node) => (node ? node.textContent.trim().replace(/\s+/g, ' ') : '');
  const told = (item) => {
    const parts = ['.what', '.sent', '.line', '.breaks'].map((part) => clean(item.querySelector(part)));
    const step = item.value ? `Step ${item.value} of ${play.dataset.steps}: ` : '';
    return step + parts.filter(Boolean).join(' · ');
  };
  const wide = () => getComputedStyle(play.querySelector('.both')).gridTemplateColumns.includes(' ');
  const show = (n) => {
    at = n;
    play.classList.toggle('stepping', n >= 0);
    for (const group of groups) {
      const own = group.dataset.n === undefined ? items.length : Number(group.dataset.n);
      group.classList.toggle('on', own === n);
      // What is left when all is over belongs to the last step.
      group.classList.toggle('later', n >= 0 && own > n && !(own === items.length && n === items.length - 1));
    }
    items.forEach((item, i) => (i === n ? item.setAttribute('aria-current', 'step') : item.removeAttribute('aria-current')));
    now.textContent = n >= 0 ? told(items[n]) : '';
    if (n >= 0) {
      groups[n]?.scrollIntoView({ block: 'nearest' });
      if (wide()) items[n].scrollIntoView({ block: 'nearest' });
    }
  };
  const go = (by) => show(Math.min(items.length - 1, Math.max(0, at + by)));
  const keys = {
    ArrowRight: () => go(1),
    ArrowLeft: () => go(-1),
    Home: () => show(0),
    End: () => show(items.length - 1),
    Escape: () => show(-1),
  };
  play.step = (key) => (keys[key] ? (keys[key](), true) : false);
  play.tabIndex = 0;
  play.classList.add('scripted');
  bar.hidden = false;
  bar.addEventListener('click', (event) => {
    const by = event.target.dataset?.go;
    if (by !== undefined) by === '0' ? show(-1) : go(Number(by));
  });
  play.addEventListener('click', (event) => {
    const of = event.target.closest('.steps > li, .diagram .s[data-n]');
    if (of && !getSelection().toString()) show(Number(of.dataset.n));
  });
}
document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { target } = event;
  if (target.closest?.('select, input, textarea, summary')) return;
  let play = target.closest?.('.play');
  // With nothing in focus the arrows are for the schedule in the middle of the window.
  if (!play && target === document.body && event.key.startsWith('Arrow')) {
    const middle = innerHeight / 2;
    play = [...document.querySelectorAll('.play')].find((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return top < middle && bottom > middle;
    });
  }
  if (play?.step(event.key)) event.preventDefault();
});
