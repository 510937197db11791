// Makes the tables of a report sort and filter. The page is complete without it: nothing is shown or
// counted here that does not stand in the page. Runs alone, asks for nothing, stores nothing.
'use strict';
(() => {
  const FILTER_FROM = 5; // rows; a shorter table needs no filter

  // What a cell is sorted by: the figure beside it, a number it begins with, or its words.
  const value = (cell) => {
    if (!cell) return '';
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    const text = cell.textContent.trim();
    return /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
  };

  // Empty cells last, numbers before words, words as people sort them.
  const compare = (a, b) => {
    if (a === '' || b === '') return (a === '') - (b === '');
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a.localeCompare(b, document.documentElement.lang, { numeric: true });
  };

  const sort = (table, column, descending) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, index) => ({ row, index, key: value(row.cells[column]) }));
    rows.sort((a, b) => {
      const empty = (a.key === '') - (b.key === '');
      return empty || (descending ? compare(b.key, a.key) : compare(a.key, b.key)) || a.index - b.index;
    });
    body.append(...rows.map((entry) => entry.row));
  };

  const makeSortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.tagName !== 'TH' || !head.textContent.trim()) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        // Figures begin with the largest, words with the first.
        const before = head.getAttribute('aria-sort');
        const first = head.classList.contains('n') ? 'descending' : 'ascending';
        const other = first === 'ascending' ? 'descending' : 'ascending';
        for (const cell of table.tHead.rows[0].cells) cell.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', before === first ? other : first);
        sort(table, column, (before === first ? other : first) === 'descending');
      });
    });
  };

  const makeFilterable = (table, name) => {
    const rows = [...table.tBodies[0].rows];
    const label = document.createElement('label');
    const input = document.createElement('input');
    const said = document.createElement('span');
    input.type = 'search';
    input.placeholder = document.body.dataset.filter;
    input.setAttribute('aria-label', document.body.dataset.filter + ': ' + name);
    said.setAttribute('role', 'status');
    label.className = 'filter';
    label.append(input, said);
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      said.textContent = words.length
        ? document.body.dataset.rows.replace('%1', shown).replace('%2', rows.length)
        : '';
    });
    table.parentElement.before(label);
  };

  for (const table of document.querySelectorAll('table')) {
    const section = table.closest('section');
    // A table whose rows have no heading of their own is no list to sort: its order says something.
    const named = table.tHead && table.tHead.rows[0].cells[0].tagName === 'TH';
    if (!named || table.tBodies[0].rows.length < 2) continue;
    makeSortable(table);
    if (section && !table.closest('details') && table.tBodies[0].rows.length >= FILTER_FROM) {
      makeFilterable(table, section.querySelector('h2').textContent);
    }
  }
})();
