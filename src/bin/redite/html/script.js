(() => {
  'use strict';
  const one = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const bar = one('#filters');
  if (!bar) return;
  document.documentElement.classList.add('scripted');
  bar.hidden = false;

  // Names of languages as the browser knows them.
  try {
    const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
    const name = (code) => { try { return code === 'und' ? 'unknown' : names.of(code); } catch { return undefined; } };
    for (const element of all('[data-code]')) element.textContent = name(element.dataset.code) || element.dataset.code;
    for (const option of all('#filter-langs option')) option.textContent = name(option.value) || option.textContent;
  } catch { /* codes will do */ }

  // Filters.
  const items = all('[data-item]').map((element) => ({ element, text: element.textContent.normalize().toLowerCase() }));
  const search = one('#search');
  const selects = all('[data-filter]');
  const apply = () => {
    const wanted = search.value.trim().normalize().toLowerCase();
    const chosen = selects.filter((select) => select.value).map((select) => [select.dataset.filter, select.value]);
    let shown = 0;
    for (const { element, text } of items) {
      const fits = (!wanted || text.includes(wanted)) &&
        chosen.every(([name, value]) => element.dataset[name].split(' ').includes(value));
      element.hidden = !fits;
      if (element.parentElement.tagName === 'LI') element.parentElement.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const group of all('.group')) group.hidden = !group.querySelector('[data-item]:not([hidden])');
    if (wanted || chosen.length) for (const rest of all('.rest')) rest.open = true;
    one('#matches').textContent = `${shown} of ${items.length} texts`;
  };
  search.addEventListener('input', apply);
  for (const select of selects) select.addEventListener('change', apply);
  apply();

  // Labels.
  const pairs = all('.pair');
  const labels = one('#labels');
  const judgeable = all('.pair[data-record]');
  const refresh = () => {
    const lines = [];
    for (const pair of judgeable) {
      const pressed = pair.querySelector('button[aria-pressed="true"]');
      if (pressed) lines.push(JSON.stringify({ ...JSON.parse(pair.dataset.record), label: pressed.dataset.label }));
    }
    one('#judged').textContent = `${lines.length} of ${judgeable.length} pairs judged`;
    const text = lines.map((line) => line + '\n').join('');
    one('#lines').value = text;
    const link = one('#download');
    if (link.href.startsWith('blob:')) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  };
  const judge = (pair, label) => {
    for (const button of all('button[data-label]', pair)) {
      const is = button.dataset.label === label;
      button.setAttribute('aria-pressed', String(is && button.getAttribute('aria-pressed') !== 'true'));
    }
    refresh();
  };
  if (labels) {
    labels.hidden = false;
    for (const pair of judgeable) {
      for (const button of all('button[data-label]', pair)) button.addEventListener('click', () => judge(pair, button.dataset.label));
    }
    one('#lines').addEventListener('focus', (event) => event.target.select());
    refresh();
  }

  // Keys.
  document.addEventListener('keydown', (event) => {
    if (!one('#keys').checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input:not([type="checkbox"]), select, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const here = event.target.closest('.pair');
    const marks = { r: 'right', w: 'wrong', a: 'arguable' };
    if (event.key === '/') {
      search.focus();
    } else if (event.key === 'j' || event.key === 'k') {
      const seen = pairs.filter((pair) => !pair.hidden);
      const at = seen.indexOf(here);
      const next = at < 0 ? seen[0] : seen[at + (event.key === 'j' ? 1 : -1)];
      if (!next) return;
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: 'nearest' });
    } else if (here && here.dataset.record && marks[event.key]) {
      judge(here, marks[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  });
})();
