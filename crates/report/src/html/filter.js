// Filters findings, opens what a link leads to, and unfolds what paper cannot.
{
  const bar = document.querySelector('.filters');
  const findings = [...document.querySelectorAll('.finding')];
  if (bar) {
    const selects = [...bar.querySelectorAll('select')];
    const left = bar.querySelector('output');
    const apply = () => {
      const fits = (one) => selects.every((select) => !select.value || one.dataset[select.dataset.filter] === select.value);
      let count = 0;
      for (const one of findings) {
        one.hidden = !fits(one);
        count += one.hidden ? 0 : 1;
      }
      for (const lock of document.querySelectorAll('.lock')) lock.hidden = !lock.querySelector('.finding:not([hidden])');
      for (const item of document.querySelectorAll('[data-of]')) item.hidden = document.getElementById(item.dataset.of).hidden;
      for (const item of document.querySelectorAll('[data-lock]')) item.hidden = document.getElementById(`lock-${item.dataset.lock}`).hidden;
      left.textContent = count === findings.length ? '' : `${count} of ${findings.length} findings`;
    };
    bar.hidden = false;
    bar.addEventListener('change', apply);
    apply();
  }
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest('details');
    if (folded && !folded.open) {
      folded.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener('hashchange', open);
  open();
  let unfolded = [];
  addEventListener('beforeprint', () => {
    unfolded = [...document.querySelectorAll('details:not([open]):not(.page):not(.contents)')];
    for (const one of unfolded) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of unfolded) one.open = false;
  });
}
