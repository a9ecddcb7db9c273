for (const table of document.querySelectorAll("table.rows"))
  table.tHead.addEventListener("click", ({ target }) => {
    const head = target.closest("th"), column = head.cellIndex;
    const sign = head.ariaSort === "ascending" ? -1 : 1;
    for (const other of head.parentNode.cells) other.ariaSort = null;
    head.ariaSort = sign > 0 ? "ascending" : "descending";
    const key = body => body.rows[0].cells[column].dataset.v ?? body.rows[0].cells[column].innerText;
    const compare = (a, b) => (a === "") - (b === "") || sign * a.localeCompare(b, "en", { numeric: true });
    const number = (a, b) => sign * (a - b);
    const both = (a, b) => (a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? number(a, b) : compare(a, b));
    table.append(...[...table.tBodies].sort((a, b) => both(key(a), key(b))));
  });
